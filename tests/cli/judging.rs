//! `judge`: a stored run is judged again, by its traces alone.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::{outcome::mtaspec, stripped::stripped};

/// The report of a run of the tests' own pages, stored in `folder`.
fn stored(folder: &Path) -> Value {
    let file = folder.join("run.json");
    let report = format!("json={}", file.display());
    assert_eq!(mtaspec(&["run", "--cases", "pages", "--no-snapshots", "--report", &report]).status, 2);
    serde_json::from_slice(&fs::read(file).expect("a report")).expect("JSON")
}

/// What `judge` makes of a run.
fn judged(folder: &Path, run: &Value) -> (i32, Value) {
    let (file, again) = (folder.join("stored.json"), folder.join("again.json"));
    fs::write(&file, run.to_string()).expect("a file");
    let report = format!("json={}", again.display());
    let done = mtaspec(&["judge", file.to_str().expect("UTF-8"), "--cases", "pages", "--report", &report]);
    assert_eq!(done.stderr, "");
    (done.status, serde_json::from_slice(&fs::read(again).expect("a report")).expect("JSON"))
}

fn cases(run: &Value) -> impl Iterator<Item = &Value> {
    run["cases"].as_array().expect("cases").iter()
}

#[test]
fn everything_but_the_traces_can_be_taken_out_and_comes_back() {
    let folder = TempDir::new().expect("a temporary folder");
    let run = stored(folder.path());
    assert_eq!(judged(folder.path(), &stripped(&run)), (2, run));
}

#[test]
fn a_stored_verdict_is_not_believed() {
    let folder = TempDir::new().expect("a temporary folder");
    let run = stored(folder.path());
    let mut flattered = run.clone();
    for case in flattered["cases"].as_array_mut().expect("cases") {
        case["verdict"] = "conforms".into();
    }
    assert_eq!(judged(folder.path(), &flattered), (2, run));
}

#[test]
fn a_trace_that_is_changed_changes_the_verdict() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut run = stored(folder.path());
    for case in run["cases"].as_array_mut().expect("cases") {
        case["trace"] = Value::Array(Vec::new());
    }
    let (status, again) = judged(folder.path(), &run);
    assert_ne!(again["totals"], run["totals"]);
    assert_eq!((status, &again["totals"]["conforms"]), (3, &Value::from(0)));
}

#[test]
fn one_event_that_is_changed_changes_its_own_case_and_no_other() {
    let folder = TempDir::new().expect("a temporary folder");
    let run = stored(folder.path());
    for index in 0..run["cases"].as_array().expect("cases").len() {
        let mut changed = run.clone();
        let trace = changed["cases"][index]["trace"].as_array_mut().expect("a trace");
        let path =
            trace.iter_mut().find(|event| event["octets"] == "RCPT TO:<u@fabrikam.test>\r\n").expect("a recipient");
        path["octets"] = "RCPT TO:<somebody.else@fabrikam.test>\r\n".into();
        let (_, again) = judged(folder.path(), &changed);
        for (other, (before, after)) in cases(&run).zip(cases(&again)).enumerate() {
            let same = ["verdict", "claims", "reason"].iter().all(|field| before[field] == after[field]);
            assert_eq!(same, other != index, "{} {}: {}", after["id"], after["verdict"], after["claims"]);
        }
    }
}

#[test]
fn what_is_no_run_is_65() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("run.json");
    let judge = || mtaspec(&["judge", file.to_str().expect("UTF-8")]);
    assert_eq!(judge().status, 65);
    for text in ["", "[]", "{\"version\":1}"] {
        fs::write(&file, text).expect("a file");
        let done = judge();
        assert_eq!((done.status, done.stdout.as_str()), (65, ""));
        assert!(done.stderr.contains("is no run as `mtaspec run --report json=FILE` writes it"), "{}", done.stderr);
    }
}

#[test]
fn a_run_of_another_version_of_the_format_is_65() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut run = stored(folder.path());
    run["version"] = 2.into();
    let file = folder.path().join("run.json");
    fs::write(&file, run.to_string()).expect("a file");
    let done = mtaspec(&["judge", file.to_str().expect("UTF-8"), "--cases", "pages"]);
    assert_eq!((done.status, done.stdout.as_str()), (65, ""));
    assert!(done.stderr.contains("version 2"), "{}", done.stderr);
}

#[test]
fn a_case_that_no_page_has_any_more_is_4() {
    let folder = TempDir::new().expect("a temporary folder");
    stored(folder.path());
    let file = folder.path().join("run.json");
    let done = mtaspec(&["judge", file.to_str().expect("UTF-8")]);
    assert_eq!((done.status, done.stdout.as_str()), (4, ""));
    assert!(done.stderr.starts_with("mtaspec: no case is called `own/relay#"), "{}", done.stderr);
}

#[test]
fn coverage_of_a_run_says_which_requirements_held() {
    let folder = TempDir::new().expect("a temporary folder");
    stored(folder.path());
    let file = folder.path().join("run.json");
    let done = mtaspec(&["coverage", file.to_str().expect("UTF-8"), "--json"]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    let rows: Vec<Value> = serde_json::from_str(&done.stdout).expect("JSON");
    let held = |id: &str| rows.iter().find(|row| row["id"] == id).map(|row| row["held"].clone());
    assert_eq!(held("SEL-11"), Some(Value::Bool(false)));
    assert_eq!(held("SEL-12"), Some(Value::Null));
}
