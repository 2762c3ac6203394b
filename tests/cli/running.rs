//! `run`: verdicts, what is told of them, and the status that each ends with.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::outcome::{mtaspec, mtaspec_in};

/// Runs the pages of a folder without snapshots.
fn run(pages: &str) -> crate::outcome::Outcome {
    mtaspec(&["run", "--cases", &format!("pages/{pages}"), "--no-snapshots"])
}

#[test]
fn what_conforms_is_0_and_fits_two_lines() {
    let done = run("conforms");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @r#"
    reference 0.1.0: 1 case: 1 conform
    Send connector: 1 held, 0 broken.
    "#);
}

#[test]
fn a_broken_should_is_1() {
    let done = run("departs");
    assert_eq!((done.status, done.stderr.as_str()), (1, ""));
    assert!(done.stdout.contains("SHOULD relay.contoso.test receives a message 2 times\n"), "{}", done.stdout);
    assert!(done.stdout.contains("1 case: 0 conform, 1 depart\n"), "{}", done.stdout);
}

#[test]
fn a_broken_must_is_2_and_shows_sentence_expectation_dialogue_and_command() {
    let done = run("violates");
    assert_eq!((done.status, done.stderr.as_str()), (2, ""));
    insta::assert_snapshot!(done.stdout, @r#"
    violates own/relay#elsewhere
      It arrives elsewhere

      pages/violates/own/relay.md:22: MUST u@fabrikam.test is delivered to origin
        SEL-11: Among connectors with equally close spaces (same site), the lowest cost ("priority value") wins.
        expected: taken by origin and nobody else
        seen:     a final 250 of relay.contoso.test for u@fabrikam.test at 0s

                      ...
              0.000s  <TLS 1.3, valid for relay.contoso.test, SNI relay.contoso.test>
              0.000s  C: EHLO mta.sender.test
              0.000s  S: 250-relay.contoso.test
                      S: 250-PIPELINING
                      S: 250-SIZE 36700160
                      S: 250-8BITMIME
                      S: 250-SMTPUTF8
                      S: 250-DSN
                      S: 250-ENHANCEDSTATUSCODES
                      S: 250 CHUNKING
              0.000s  C: MAIL FROM:<sender@sender.test> SIZE=225
              0.000s  S: 250 2.1.0 OK
              0.000s  C: RCPT TO:<u@fabrikam.test>
              0.000s  S: 250 2.1.5 OK
              0.000s  C: DATA
              0.000s  S: 354 Start mail input; end with <CRLF>.<CRLF>
              0.000s  <mail data by DATA, 0 octets of body>
                         | Received: from mta.sender.test ([192.0.2.1]) by mta.sender.test
                         | \tid 70d68e6357fad7ae; Mon, 7 Jan 2030 10:00:00 +0000
                         | Subject: minutes
                         | Date: Mon, 7 Jan 2030 10:00:00 +0000
                         | Message-ID: <70d68e6357fad7ae@mta.sender.test>
      >       0.000s  S: 250 2.0.0 OK
              0.000s  C: QUIT
              0.000s  S: 221 2.0.0 relay.contoso.test closing
              0.000s  <close by host>

      again: mtaspec run 'own/relay#elsewhere' --cases pages/violates

    reference 0.1.0: 1 case: 0 conform, 1 violate
    Send connector: 0 held, 1 broken.
      violates                own/relay#elsewhere
    "#);
}

#[test]
fn a_stimulus_that_did_not_fire_is_3_on_the_reference() {
    let done = run("not-arisen");
    assert_eq!((done.status, done.stderr.as_str()), (3, ""));
    assert!(done.stdout.contains("line 22: `VRFY -> 252 2.0.0 Perhaps` did not fire\n"), "{}", done.stdout);
}

#[test]
fn the_worst_of_several_verdicts_decides() {
    let worst = |folders: &[&str]| {
        let folder = TempDir::new().expect("a temporary folder");
        for name in folders {
            let area = folder.path().join(format!("pages/{}", name.replace('-', "")));
            fs::create_dir_all(&area).expect("a folder");
            let page = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/pages");
            fs::copy(format!("{page}/{name}/own/relay.md"), area.join("relay.md")).expect("a page");
        }
        mtaspec_in(folder.path(), &["run", "--cases", "pages", "--no-snapshots"]).status
    };
    assert_eq!(worst(&["conforms", "departs"]), 1);
    assert_eq!(worst(&["departs", "not-arisen"]), 3);
    assert_eq!(worst(&["not-arisen", "violates", "departs", "conforms"]), 2);
}

#[test]
fn fail_fast_begins_nothing_more() {
    let folder = TempDir::new().expect("a temporary folder");
    let report = folder.path().join("run.json");
    let report = format!("json={}", report.display());
    let done =
        mtaspec(&["run", "--cases", "pages", "--no-snapshots", "--fail-fast", "--jobs", "1", "--report", &report]);
    assert_eq!(done.status, 1, "{}", done.stdout);
    assert!(done.stdout.contains("2 cases: 1 conform, 1 depart\n"), "{}", done.stdout);
}

#[test]
fn claims_of_one_basis_can_be_judged_alone() {
    let done = mtaspec(&["run", "--cases", "pages/violates", "--no-snapshots", "--basis", "rfc"]);
    assert_eq!(done.status, 3, "{}", done.stdout);
    assert!(done.stdout.contains("no claim of this basis"), "{}", done.stdout);
}

#[test]
fn the_number_of_jobs_changes_no_byte() {
    let folder = TempDir::new().expect("a temporary folder");
    let report = |jobs: &str| {
        let file = folder.path().join(format!("{jobs}.json"));
        let written = format!("json={}", file.display());
        let done = mtaspec(&["run", "routing", "dns", "--no-snapshots", "--jobs", jobs, "--report", &written]);
        (done.status, done.stdout, fs::read(file).expect("a report"))
    };
    let (one, four) = (report("1"), report("4"));
    assert!(one == four, "{}\n{}", one.1, four.1);
}

#[test]
fn the_report_has_the_fields_that_programs_rely_on() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("run.json");
    let report = format!("json={}", file.display());
    mtaspec(&["run", "--cases", "pages/violates", "--no-snapshots", "--report", &report]);
    let run: Value = serde_json::from_slice(&fs::read(file).expect("a report")).expect("JSON");
    let has = |object: &Value, fields: &[&str]| {
        for field in fields {
            assert!(object.get(field).is_some(), "no {field} in {object}");
        }
    };
    has(&run, &["version", "suite", "seed", "mta", "totals", "basis", "invariants", "cases"]);
    assert_eq!(run["version"], 1);
    assert_eq!(run["mta"]["name"], "reference");
    has(&run["totals"], &["conforms", "departs", "violates", "unsupported", "inconclusive"]);
    has(&run["totals"]["unsupported"], &["setting", "did_not_arise"]);
    has(&run["invariants"][0], &["id", "verdict", "cases"]);
    let case = &run["cases"][0];
    has(case, &["id", "verdict", "expected", "reason", "claims", "trace"]);
    assert_eq!((&case["verdict"], &case["expected"]), (&Value::from("violates"), &Value::from(false)));
    let claim = &case["claims"][0];
    has(claim, &["text", "level", "requirements", "finding", "at"]);
    assert_eq!((&claim["level"], &claim["finding"]), (&Value::from("MUST"), &Value::from("broken")));
}

#[test]
fn an_unknown_mta_is_69_and_those_that_are_there_are_named() {
    let done = mtaspec(&["run", "--mta", "pigeon"]);
    assert_eq!((done.status, done.stdout.as_str()), (69, ""));
    assert!(done.stderr.starts_with("mtaspec: no MTA is called `pigeon`; there is: reference, "), "{}", done.stderr);
    assert!(
        done.stderr.ends_with("\nany other is judged by --mta-command: see `docs/command.md`\n"),
        "{}",
        done.stderr
    );
}

#[test]
fn several_mtas_are_named_once_each_and_what_is_for_one_is_refused() {
    let pages = ["--cases", "pages/conforms", "--no-snapshots"];
    let done = mtaspec(&[&["run", "--mta", "reference,reference"], pages.as_slice()].concat());
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(!done.stdout.contains("claims held/broken/not reached"), "one MTA needs no table: {}", done.stdout);
    for option in [["--mta-root", "/"], ["--mta-option", "a=b"], ["--deviations", "x.toml"], ["--snapshots", "x"]] {
        let done = mtaspec(&[&["run", "--mta", "all"], option.as_slice(), &pages[..2]].concat());
        assert_eq!((done.status, done.stdout.as_str()), (64, ""));
        assert!(done.stderr.contains(&format!("`{}` is for one MTA", option[0])), "{}", done.stderr);
    }
    let done = mtaspec(&["run", "--mta", "reference,pigeon"]);
    assert_eq!((done.status, done.stdout.as_str()), (69, ""));
}

#[test]
fn a_report_that_cannot_be_written_is_65() {
    let done = mtaspec(&["run", "--cases", "pages/conforms", "--no-snapshots", "--report", "json=no/such/folder.json"]);
    assert_eq!((done.status, done.stdout.as_str()), (65, ""));
    assert!(done.stderr.starts_with("mtaspec: `no/such/folder.json` cannot be written: "), "{}", done.stderr);
}

#[test]
fn a_known_deviation_is_expected_and_a_stale_one_is_4() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("known.toml");
    let known = |case: &str, claim: &str| {
        let head = "version = 1\nmta = \"reference\"\n\n[[deviation]]";
        let text = format!("{head}\ncase = \"own/relay#{case}\"\nclaim = \"{claim}\"\nreason = \"A test.\"\n");
        fs::write(&file, text).expect("a file");
        file.to_str().expect("a path in UTF-8").to_owned()
    };
    let run = |pages: &str, file: &str| {
        mtaspec(&["run", "--cases", &format!("pages/{pages}"), "--no-snapshots", "--deviations", file])
    };
    let excused = run("violates", &known("elsewhere", "MUST u@fabrikam.test is delivered to origin"));
    assert_eq!(excused.status, 0, "{}{}", excused.stdout, excused.stderr);
    let stale = run("conforms", &known("arrives", "MUST u@fabrikam.test is delivered to relay.contoso.test"));
    assert_eq!(stale.status, 4, "{}{}", stale.stdout, stale.stderr);
    assert!(stale.stdout.contains("stale deviation: own/relay#arrives: "), "{}", stale.stdout);
    fs::write(&file, "version = 1\nmta = 2\n").expect("a file");
    assert_eq!(run("conforms", file.to_str().expect("a path in UTF-8")).status, 65);
}

#[test]
fn a_run_in_which_nothing_could_be_judged_is_4() {
    let done = mtaspec(&["run", "queue/down", "--network", "loopback"]);
    assert_eq!((done.status, done.stderr.as_str()), (4, ""));
    assert!(done.stdout.contains("more world time than sockets have\nnothing was judged\n"), "{}", done.stdout);
}
