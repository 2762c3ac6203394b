//! Which cases run: shards, what failed before; and what the shell completes.

use std::fs;

use tempfile::TempDir;

use crate::outcome::mtaspec;

fn run(file: &str, words: &[&str]) -> i32 {
    let report = format!("json={file}");
    mtaspec(&[&["run", "--cases", "pages", "--no-snapshots", "--report", &report], words].concat()).status
}

#[test]
fn shards_put_together_are_the_run_octet_for_octet() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    run(&file("whole"), &[]);
    for part in ["1", "2", "3"] {
        run(&file(part), &["--shard", &format!("{part}/3")]);
    }
    let joined = format!("json={}", file("joined"));
    let parts = [file("3"), file("1"), file("2")];
    let done = mtaspec(&["report", "--cases", "pages", &parts[0], &parts[1], &parts[2], "--report", &joined]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    let read = |name: &str| fs::read_to_string(file(name)).expect("a report");
    same(&read("joined"), &read("whole"));
}

#[track_caller]
fn same(one: &str, other: &str) {
    let differs = one.lines().zip(other.lines()).position(|(one, other)| one != other);
    assert!(one == other, "line {differs:?}");
}

#[test]
fn a_shard_without_cases_is_4_and_a_wrong_one_is_64() {
    let done = mtaspec(&["run", "--cases", "pages", "--no-snapshots", "--shard", "9/9"]);
    assert_eq!((done.status, done.stderr.as_str()), (4, "mtaspec: nothing to run: shard 9 of 9 has no case\n"));
    let done = mtaspec(&["run", "--shard", "3/2"]);
    assert_eq!(done.status, 64);
    assert!(done.stderr.contains("`3/2` is no shard: write `2/5` for the second of five"), "{}", done.stderr);
}

#[test]
fn only_what_failed_runs_again() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    run(&file("all"), &[]);
    assert_eq!(run(&file("again"), &["--failed-in", &file("all")]), 2);
    let again: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file("again")).expect("a report")).expect("JSON");
    let verdicts: Vec<&str> =
        again["cases"].as_array().expect("cases").iter().filter_map(|case| case["verdict"].as_str()).collect();
    assert_eq!(verdicts.len(), 3, "{verdicts:?}");
    assert!(!verdicts.contains(&"conforms"), "{verdicts:?}");
    let done = mtaspec(&["run", "arrives", "--cases", "pages", "--failed-in", &file("all")]);
    assert_eq!(done.status, 4);
    assert!(done.stderr.starts_with("mtaspec: nothing to run: no case that is meant failed in"), "{}", done.stderr);
}

#[test]
fn options_are_for_an_mta_that_takes_them() {
    let done = mtaspec(&["run", "--mta-option", "a=b"]);
    assert_eq!((done.status, done.stderr.as_str()), (64, "mtaspec: `reference` takes no --mta-option\n"));
}

#[test]
fn every_shell_gets_a_script_that_knows_the_subcommands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let done = mtaspec(&["completions", shell]);
        assert_eq!((done.status, done.stderr.as_str()), (0, ""));
        assert!(done.stdout.contains("disagreement") && done.stdout.contains("completions"), "{shell}");
    }
    assert_eq!(mtaspec(&["completions", "dos"]).status, 64);
}
