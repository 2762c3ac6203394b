//! Snapshots: compared, shown as a difference, and written once they are accepted.

use std::fs;

use tempfile::TempDir;

use crate::outcome::{Outcome, folder_with_page, mtaspec, mtaspec_in};

/// A folder with a page that conforms.
fn folder() -> TempDir {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/pages/conforms/own/relay.md");
    folder_with_page(fs::read(page).expect("a page"))
}

fn run(folder: &TempDir, more: &[&str]) -> Outcome {
    mtaspec_in(folder.path(), &[&["run", "--cases", "pages"], more].concat())
}

#[test]
fn a_snapshot_is_new_then_accepted_then_the_same() {
    let folder = folder();
    let new = run(&folder, &[]);
    assert_eq!(new.status, 0);
    assert!(new.stdout.ends_with("1 snapshot is not stored: --accept keeps them\n"), "{}", new.stdout);
    let accepted = run(&folder, &["--accept"]);
    assert_eq!(accepted.status, 0);
    assert!(accepted.stdout.ends_with("accepted pages/own/page@arrives.snap\n"), "{}", accepted.stdout);
    let same = run(&folder, &[]);
    assert_eq!(same.status, 0);
    assert!(!same.stdout.contains("snapshot"), "{}", same.stdout);
}

#[test]
fn a_snapshot_that_differs_is_4_and_changes_no_verdict() {
    let folder = folder();
    assert_eq!(run(&folder, &["--accept"]).status, 0);
    let file = folder.path().join("pages/own/page@arrives.snap");
    let stored = fs::read_to_string(&file).expect("a snapshot");
    fs::write(&file, stored.replace("C: QUIT", "C: RSET")).expect("a snapshot");
    let differs = run(&folder, &[]);
    assert_eq!(differs.status, 4);
    for part in ["snapshot pages/own/page@arrives.snap differs\n", "\n  -C: RSET\n  +C: QUIT\n", "1 conform\n"] {
        assert!(differs.stdout.contains(part), "no {part:?} in {}", differs.stdout);
    }
    assert_eq!(run(&folder, &["--no-snapshots"]).status, 0);
    assert_eq!(run(&folder, &["--seed", "1"]).status, 0);
    assert_eq!(run(&folder, &["--accept"]).status, 0);
    assert_eq!(fs::read_to_string(&file).expect("a snapshot"), stored);
}

#[test]
fn snapshots_may_stand_in_a_folder_of_their_own() {
    let folder = folder();
    assert_eq!(run(&folder, &["--accept", "--snapshots", "kept"]).status, 0);
    let file = folder.path().join("kept/own/page@arrives.snap");
    assert!(file.is_file());
    fs::write(file, "other\n").expect("a snapshot");
    assert_eq!(run(&folder, &["--snapshots", "kept"]).status, 4);
    assert_eq!(run(&folder, &[]).status, 0);
}

#[test]
fn accepting_needs_a_folder_and_an_ordinary_run() {
    let folder = TempDir::new().expect("a temporary folder");
    for words in [
        &["run", "--accept"] as &[&str],
        &["run", "--accept", "--snapshots", "kept", "--seed", "1"],
        &["run", "--accept", "--no-snapshots"],
    ] {
        let done = mtaspec_in(folder.path(), words);
        assert_eq!((done.status, done.stdout.as_str()), (64, ""), "{words:?}");
    }
}

#[test]
fn snapshots_of_a_run_on_sockets_stand_in_a_folder_of_their_own_and_do_not_vary() {
    let folder = TempDir::new().expect("a temporary folder");
    let kept = folder.path().join("kept").display().to_string();
    let on_sockets = ["run", "arrives", "--cases", "pages", "--network", "loopback"];
    let run = |words: &[&str]| mtaspec(&[&on_sockets[..], words].concat());
    let done = run(&["--accept"]);
    assert_eq!(done.status, 64);
    assert!(done.stderr.contains("need a folder of their own, `--snapshots DIR`"), "{}", done.stderr);
    let done = run(&["--snapshots", &kept, "--accept"]);
    assert!(done.status == 0 && done.stdout.contains("accepted "), "{}", done.stdout);
    let text = fs::read_to_string(folder.path().join("kept/own/relay@arrives.snap")).expect("a snapshot");
    assert!(text.contains("\nC: MAIL FROM:<sender@sender.test> SIZE={SIZE}\n"), "{text}");
    let done = run(&["--snapshots", &kept]);
    assert!(done.status == 0 && !done.stdout.contains("snapshot"), "{}", done.stdout);
    fs::write(folder.path().join("kept/own/relay@arrives.snap"), "something else").expect("a file");
    assert_eq!(run(&["--snapshots", &kept]).status, 4);
}
