//! lettre, a mail library, on every page that it can be asked: over loopback sockets, by the adapter of the example.
//! What it is known to do otherwise stands in `deviations.toml`, each with its reason; anything else is a failure.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
};

use mtaspec_harness::{deviation::Deviations, report::json::RunReport, verdict::Verdict};
use serde_json::Value;

#[expect(dead_code, reason = "the example's own main")]
#[path = "../../examples/judge_lettre.rs"]
mod judge_lettre;
#[expect(dead_code, reason = "the tests of the program use the rest")]
#[path = "../cli/outcome.rs"]
mod outcome;
#[path = "../cli/stripped.rs"]
mod stripped;

use outcome::mtaspec;
use stripped::stripped;

/// Sections of pages on which lettre is put to the test; fewer, and the adapter has lost something.
const SECTIONS_MIN: usize = 180;

#[test]
fn lettre_does_what_the_pages_ask_but_for_the_listed_deviations() {
    let deviations = Deviations::from_toml("deviations.toml", include_str!("deviations.toml"));
    let deviations = deviations.unwrap_or_else(|error| panic!("{error}"));
    for deviation in &deviations.deviation {
        let about = deviation.case.as_ref().or(deviation.invariant.as_ref());
        assert!(!deviation.document.is_empty(), "{about:?} has no document");
        assert!(deviation.invariant.is_some() || !deviation.event.is_empty(), "{about:?} has no line");
    }
    let suite = mtaspec::suite().expect("a built-in corpus");
    let mut judged = suite.judge(&judge_lettre::LETTRE).expect("pages without mistakes");
    comes_back(&judged.report);
    let applied = deviations.apply(&mut judged.report);
    let sections: BTreeSet<&str> = (judged.report.cases.iter())
        .filter(|case| case.verdict != Verdict::Unsupported)
        .map(|case| section(&case.id))
        .collect();
    // Not `print!`: what a test prints is shown only when it fails.
    let (known, sections) = (applied.used, sections.len());
    let _ = writeln!(io::stdout(), "{judged}{sections} sections judged, {known} known deviations");

    let report = &judged.report;

    assert_eq!(applied.stale, Vec::<String>::new(), "deviations that are no more");
    let unlisted: Vec<String> =
        report.unexpected().map(|case| format!("{} {}: {}", case.verdict.word(), case.id, case.reason)).collect();
    let draft = Deviations::draft(report).to_toml().expect("TOML");
    assert_eq!(unlisted, Vec::<String>::new(), "cases with what no deviation names; a draft:\n{draft}");
    for row in report.invariants.iter().filter(|row| row.verdict == Verdict::Violates) {
        assert!(deviations.excuses_invariant(row, &report.mta.version), "{}: {:?}", row.id, row.cases);
    }
    assert_eq!(report.totals.inconclusive, 0);
    assert!(sections >= SECTIONS_MIN, "{sections} sections are judged");
}

/// A run of which only the traces are left is judged as it was, by the program, without lettre.
fn comes_back(report: &RunReport) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let run: Value = serde_json::from_str(&report.to_json().expect("JSON")).expect("JSON");
    fs::write(path("stripped.json"), stripped(&run).to_string()).expect("a file");
    let again = path("again.json");
    drop(mtaspec(&["judge", &path("stripped.json"), "--report", &format!("json={again}")]));
    let again: Value = serde_json::from_slice(&fs::read(again).expect("a report")).expect("JSON");
    // Not `assert_eq`: the difference of two runs is no message.
    assert!(again == run, "what was judged again is not what was stored");
}

/// A case without its variant: `starttls/required#refused` of `starttls/required#refused/for-now`.
fn section(case: &str) -> &str {
    let end = case.find('#').and_then(|hash| case[hash..].find('/').map(|slash| hash + slash));
    end.map_or(case, |end| &case[..end])
}
