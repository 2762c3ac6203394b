//! `judge`, `diff` and `report`: what changed between judgements, and between runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::outcome::{Outcome, mtaspec};

/// A run of the tests' own pages with these words, stored as `name` in `folder`.
fn stored(folder: &Path, name: &str, words: &[&str]) -> (PathBuf, Value) {
    let file = folder.join(name);
    let report = format!("json={}", file.display());
    let all = [&["run", "--cases", "pages", "--no-snapshots", "--report", &report], words].concat();
    mtaspec(&all);
    let run = serde_json::from_slice(&fs::read(&file).expect("a report")).expect("JSON");
    (file, run)
}

fn write(folder: &Path, name: &str, run: &Value) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, run.to_string()).expect("a file");
    file
}

fn on(words: &[&str], files: &[&Path]) -> Outcome {
    let files: Vec<&str> = files.iter().map(|file| file.to_str().expect("UTF-8")).collect();
    mtaspec(&[words, files.as_slice()].concat())
}

fn case<'a>(run: &'a mut Value, id: &str) -> &'a mut Value {
    run["cases"].as_array_mut().expect("cases").iter_mut().find(|case| case["id"] == id).expect("the case")
}

/// The host takes no message any more: the reply to the end of the data is another.
fn refuse_the_message(case: &mut Value) {
    for entry in case["trace"].as_array_mut().expect("a trace") {
        if entry["event"] == "reply" && entry["octets"] == "250 2.0.0 OK\r\n" {
            entry["octets"] = "550 5.0.0 No\r\n".into();
        }
    }
}

/// The reply after which nothing is delivered, told in one run and not in the other.
const ARRIVES: &str = "own/relay#arrives";

#[test]
fn one_changed_event_changes_the_verdict_that_it_should_and_no_other() {
    let folder = TempDir::new().expect("a temporary folder");
    let (_, mut run) = stored(folder.path(), "run.json", &[]);
    refuse_the_message(case(&mut run, ARRIVES));
    let (file, again) = (write(folder.path(), "changed.json", &run), folder.path().join("again.json"));
    let report = format!("json={}", again.display());
    let done = on(&["judge", "--cases", "pages", "--report", &report], &[&file]);
    let told: Vec<&str> = done.stdout.lines().filter(|line| line.contains("changed")).collect();
    assert_eq!(
        told,
        ["changed own/relay#arrives: violates, was conforms", "1 case changed since it was stored"],
        "{}",
        done.stdout
    );
    let mut again: Value = serde_json::from_slice(&fs::read(again).expect("a report")).expect("JSON");
    assert_eq!(case(&mut again, ARRIVES)["verdict"], "violates");
    for other in run["cases"].as_array().expect("cases").iter().filter(|case| case["id"] != ARRIVES) {
        let id = other["id"].as_str().expect("an id");
        assert_eq!(case(&mut again, id), other);
    }
}

#[test]
fn a_run_that_is_as_it_was_says_so_and_one_without_verdicts_says_nothing() {
    let folder = TempDir::new().expect("a temporary folder");
    let (file, mut run) = stored(folder.path(), "run.json", &[]);
    let done = on(&["judge", "--cases", "pages"], &[&file]);
    assert!(done.stdout.ends_with("nothing changed since it was stored\n"), "{}", done.stdout);
    for case in run["cases"].as_array_mut().expect("cases") {
        case.as_object_mut().expect("an object").retain(|field, _| field == "id" || field == "trace");
    }
    let done = on(&["judge", "--cases", "pages"], &[&write(folder.path(), "bare.json", &run)]);
    assert!(!done.stdout.contains("changed"), "{}", done.stdout);
}

#[test]
fn the_basis_of_a_run_is_stored_and_judged_again() {
    let folder = TempDir::new().expect("a temporary folder");
    let (file, run) = stored(folder.path(), "run.json", &["--basis", "exchange"]);
    assert_eq!(run["only"], "exchange");
    let again = folder.path().join("again.json");
    let report = format!("json={}", again.display());
    on(&["judge", "--cases", "pages", "--report", &report], &[&file]);
    assert_eq!(serde_json::from_slice::<Value>(&fs::read(again).expect("a report")).expect("JSON"), run);
    let (_, all) = stored(folder.path(), "all.json", &[]);
    assert_eq!(all.get("only"), None);
}

#[test]
fn several_runs_are_judged_at_once_and_the_worst_decides() {
    let folder = TempDir::new().expect("a temporary folder");
    let (two, _) = stored(folder.path(), "two.json", &["arrives"]);
    let (three, _) = stored(folder.path(), "three.json", &["elsewhere"]);
    let status = |files: &[&Path]| on(&["judge", "--cases", "pages"], files).status;
    assert_eq!((status(&[&two, &two]), status(&[&two, &three])), (0, 2));
}

#[test]
fn two_equal_runs_differ_in_nothing() {
    let folder = TempDir::new().expect("a temporary folder");
    let (file, _) = stored(folder.path(), "run.json", &[]);
    let done = on(&["diff"], &[&file, &file]);
    assert_eq!((done.status, done.stdout.as_str()), (0, "--- reference 0.1.0\n+++ reference 0.1.0\nnothing changed\n"));
}

#[test]
fn a_dialogue_that_changed_is_4_also_where_both_conform() {
    let folder = TempDir::new().expect("a temporary folder");
    let (old, mut run) = stored(folder.path(), "old.json", &["arrives"]);
    for entry in case(&mut run, ARRIVES)["trace"].as_array_mut().expect("a trace") {
        if entry["octets"] == "QUIT\r\n" {
            entry["octets"] = "RSET\r\n".into();
        }
    }
    run["mta"]["version"] = "0.2.0".into();
    let new = write(folder.path(), "new.json", &run);
    let done = on(&["diff"], &[&old, &new]);
    assert_eq!(done.status, 4);
    insta::assert_snapshot!(done.stdout, @r"
    --- reference 0.1.0
    +++ reference 0.2.0

    dialogues: 1 difference

    in 1 case: own/relay#arrives
      S: 250 2.0.0 OK
    - C: QUIT
    + C: RSET
    ");
    let done = on(&["diff", "--json"], &[&old, &new]);
    let told: Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(
        (done.status, &told["dialogues"][0]["new"][0], &told["verdicts"]),
        (4, &"C: RSET".into(), &Value::Array(vec![]))
    );
}

#[test]
fn a_verdict_that_changed_and_cases_of_one_run_alone_are_told() {
    let folder = TempDir::new().expect("a temporary folder");
    let (old, mut run) = stored(folder.path(), "old.json", &[]);
    case(&mut run, ARRIVES)["verdict"] = "departs".into();
    run["cases"].as_array_mut().expect("cases").retain(|case| case["id"] != "own/relay#elsewhere");
    let done = on(&["diff"], &[&old, &write(folder.path(), "new.json", &run)]);
    assert_eq!(done.status, 4);
    assert!(done.stdout.contains("only in the old run: own/relay#elsewhere\n"), "{}", done.stdout);
    assert!(done.stdout.contains("1 case changed\nown/relay#arrives: departs, was conforms\n"), "{}", done.stdout);
}

#[test]
fn a_report_of_a_run_without_verdicts_is_65() {
    let folder = TempDir::new().expect("a temporary folder");
    let (_, mut run) = stored(folder.path(), "run.json", &[]);
    case(&mut run, ARRIVES).as_object_mut().expect("an object").remove("verdict");
    let bare = write(folder.path(), "bare.json", &run);
    for words in [&["report"][..], &["diff", bare.to_str().expect("UTF-8")]] {
        let done = on(words, &[&bare]);
        assert_eq!((done.status, done.stdout.as_str()), (65, ""));
        assert!(
            done.stderr.contains("holds no verdict of `own/relay#arrives`: `mtaspec judge` makes them"),
            "{}",
            done.stderr
        );
    }
}

#[test]
fn runs_stand_side_by_side_and_their_json_is_read_again() {
    let folder = TempDir::new().expect("a temporary folder");
    let (one, mut run) = stored(folder.path(), "one.json", &[]);
    run["mta"]["name"] = "postfix".into();
    case(&mut run, ARRIVES)["verdict"] = "departs".into();
    let other = write(folder.path(), "other.json", &run);
    let both = folder.path().join("both.json");
    let report = format!("json={}", both.display());
    let done = on(&["report", "--cases", "pages", "--report", &report], &[&one, &other]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.contains("own/relay#arrives  conforms         departs\n"), "{}", done.stdout);
    assert_eq!(on(&["report", "--cases", "pages"], &[&both]).stdout, done.stdout);
    let done = on(&["report", "--cases", "pages", "--disagreement"], &[&both]);
    assert_eq!((done.status, done.stdout.lines().next()), (0, Some("4 cases, 0 disagreements in what conforms")));
    let done = on(&["report", "--cases", "pages", "--disputed"], &[&both]);
    let none = "1 MTA beside the reference: 2 claims are broken, 2 of them kept by none";
    assert_eq!((done.status, done.stdout.lines().next()), (0, Some(none)), "it departs, and no claim says so");
    let claim = &mut case(&mut run, ARRIVES)["claims"][0];
    (claim["finding"], claim["saw"]) = ("broken".into(), "none".into());
    let broken = write(folder.path(), "broken.json", &run);
    let done = on(&["report", "--cases", "pages", "--disputed"], &[&one, &broken]);
    let told = [
        "3 claims are broken, 3 of them kept by none\n",
        "own/relay#arrives, line ",
        "  seen: none\n  broken by postfix",
    ];
    assert!(told.iter().all(|words| done.stdout.contains(words)), "{}", done.stdout);
}

#[test]
fn each_mta_is_a_row_with_its_verdicts_and_its_claims_by_basis() {
    let folder = TempDir::new().expect("a temporary folder");
    let (one, mut run) = stored(folder.path(), "one.json", &[]);
    run["mta"] = serde_json::json!({"name": "exim", "version": "4.96"});
    let other = write(folder.path(), "other.json", &run);
    let done = on(&["report", "--cases", "pages"], &[&one, &other]);
    let words =
        |line: &str| line.split("  ").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = done.stdout.lines().take(3).map(words).collect();
    let head =
        ["MTA", "conform", "depart", "violate", "unsupported", "did not arise", "inconclusive", "Send connector"];
    assert_eq!(rows[0][..head.len()], head);
    let totals = &run["totals"];
    let claims = &run["basis"]["exchange"];
    let counts = [
        &totals["conforms"],
        &totals["departs"],
        &totals["violates"],
        &totals["unsupported"]["setting"],
        &totals["unsupported"]["did_not_arise"],
        &totals["inconclusive"],
    ];
    let mut row = vec!["exim 4.96".to_owned()];
    row.extend(counts.map(ToString::to_string));
    row.push(format!("{}/{}/{}", claims["held"], claims["broken"], claims["not_reached"]));
    assert_eq!(rows[2][..row.len()], row);
    assert_eq!((rows[1][0].split(' ').next(), &rows[1][1..]), (Some("reference"), &rows[2][1..]));
}
