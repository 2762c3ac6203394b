//! Deviations: a draft of them, reasons that are missing, results that are known to vary; and `--repeat`.

use std::fs;

use tempfile::TempDir;

use crate::outcome::{Outcome, mtaspec};

/// Runs the page that violates, with these words behind.
fn violating(words: &[&str]) -> Outcome {
    mtaspec(&[&["run", "--cases", "pages/violates", "--no-snapshots"], words].concat())
}

/// A new file in a folder of its own, and a draft in it.
fn drafted() -> (TempDir, String) {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("own.toml").display().to_string();
    let done = violating(&["--write-deviations", &file]);
    assert_eq!(done.status, 2, "a draft excuses nothing: {}", done.stdout);
    let last = format!("drafted 1 deviation in {file}: give each its reason, then say --deviations\n");
    assert!(done.stdout.ends_with(&last), "{}", done.stdout);
    (folder, file)
}

#[test]
fn a_draft_names_what_is_not_as_expected_and_has_no_reasons() {
    let (_folder, file) = drafted();
    let text = fs::read_to_string(&file).expect("it was written");
    insta::assert_snapshot!(text, @r#"
    version = 1
    mta = "reference"

    [[deviation]]
    case = "own/relay#elsewhere"
    claim = "MUST u@fabrikam.test is delivered to origin"
    finding = "broken"
    event = "S: 250 2.0.0 OK"
    reason = ""
    document = ""
    versions = ["0.1.0"]
    "#);
}

#[test]
fn a_draft_cannot_be_used_before_its_reasons_are_written() {
    let (_folder, file) = drafted();
    let done = violating(&["--deviations", &file]);
    let words = format!("mtaspec: {file}:4: the deviation of own/relay#elsewhere has no reason yet\n");
    assert_eq!((done.status, done.stderr), (65, words));
    let text = fs::read_to_string(&file).expect("it was written");
    fs::write(&file, text.replace("reason = \"\"", "reason = \"It goes elsewhere.\"")).expect("room");
    let done = violating(&["--deviations", &file]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{}", done.stdout);
}

#[test]
fn a_draft_replaces_nothing() {
    let (_folder, file) = drafted();
    let done = violating(&["--write-deviations", &file]);
    let words = format!("mtaspec: `{file}` is there already, and a draft does not replace it\n");
    assert_eq!((done.status, done.stdout.as_str(), done.stderr), (64, "", words));
}

#[test]
fn what_is_known_to_vary_is_counted_and_neither_green_nor_red() {
    let (_folder, file) = drafted();
    let text = fs::read_to_string(&file).expect("it was written");
    let text = text.replace("reason = \"\"", "reason = \"It depends.\"\nknown_flaky = true");
    fs::write(&file, &text).expect("room");
    let done = violating(&["--deviations", &file]);
    assert_eq!(done.status, 0, "{}", done.stdout);
    assert!(done.stdout.contains("1 known to be flaky"), "{}", done.stdout);
    let conforms = text.replace("own/relay#elsewhere", "own/relay#there");
    fs::write(&file, conforms).expect("room");
    assert_eq!(violating(&["--deviations", &file]).status, 2, "only the case that it names is meant");
}

#[test]
fn each_case_can_be_run_several_times() {
    let words = ["run", "--cases", "pages/conforms", "--no-snapshots", "--repeat"];
    let done = mtaspec(&[&words[..], &["3"]].concat());
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert_eq!(done.stdout, "reference 0.1.0: 1 case: 1 conform\nSend connector: 1 held, 0 broken.\n");
    let done = mtaspec(&[&words[..], &["0"]].concat());
    assert_eq!(done.status, 64, "{}", done.stderr);
}
