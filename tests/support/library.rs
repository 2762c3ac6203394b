//! Holds a mail library to the whole corpus: over loopback sockets, in the light of what it is known to do otherwise.
//! What no deviation names is a failure, and so is a deviation that is no more.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
};

use mtaspec_harness::{
    deviation::Deviations,
    mta::Library,
    report::json::{CaseReport, RunReport},
    verdict::Verdict,
};
use serde_json::Value;

#[expect(dead_code, reason = "the tests of the program use the rest")]
#[path = "../cli/outcome.rs"]
mod outcome;
#[path = "../cli/stripped.rs"]
mod stripped;

use outcome::mtaspec;
use stripped::stripped;

/// Judges a library by every page that it can be asked, and returns the report. `known` is the text of its file of
/// deviations; each of them has a document, and a line of the trace. With fewer than `sections_min` sections of pages
/// put to the test, its translation has lost something.
pub(crate) fn hold_to_the_corpus(library: &Library, known: &str, sections_min: usize) -> RunReport {
    let locked = format!("name = \"{}\"\nversion = \"{}\"\n", library.name, library.version);
    assert!(include_str!("../../Cargo.lock").contains(&locked), "another version is judged than {locked}");
    let deviations = Deviations::from_toml("deviations.toml", known).unwrap_or_else(|error| panic!("{error}"));
    for deviation in &deviations.deviation {
        let about = deviation.case.as_ref().or(deviation.invariant.as_ref());
        assert!(!deviation.document.is_empty(), "{about:?} has no document");
        assert!(deviation.invariant.is_some() || !deviation.event.is_empty(), "{about:?} has no line");
    }
    let suite = mtaspec::suite().expect("a built-in corpus");
    let mut judged = suite.judge(library).expect("pages without mistakes");
    comes_back(&judged.report);
    let applied = deviations.apply(&mut judged.report);
    let sections: BTreeSet<&str> = put_to_the_test(&judged.report).map(|case| section(&case.id)).collect();
    // Not `print!`: what a test prints is shown only when it fails.
    let (used, sections) = (applied.used, sections.len());
    let _ = writeln!(io::stdout(), "{judged}{sections} sections judged, {used} known deviations");

    let report = judged.report;

    let unlisted: Vec<String> =
        report.unexpected().map(|case| format!("{} {}: {}", case.verdict.word(), case.id, case.reason)).collect();
    let draft = Deviations::draft(&report).to_toml().expect("TOML");
    assert_eq!(unlisted, Vec::<String>::new(), "cases with what no deviation names; a draft:\n{draft}");
    assert_eq!(applied.stale, Vec::<String>::new(), "deviations that are no more");
    for row in report.invariants.iter().filter(|row| row.verdict == Verdict::Violates) {
        assert!(deviations.excuses_invariant(row, &report.mta.version), "{}: {:?}", row.id, row.cases);
    }
    assert_eq!(report.totals.inconclusive, 0);
    assert!(sections >= sections_min, "{sections} sections are judged");
    report
}

/// The cases that the library could be asked.
pub(crate) fn put_to_the_test(report: &RunReport) -> impl Iterator<Item = &CaseReport> {
    report.cases.iter().filter(|case| case.verdict != Verdict::Unsupported)
}

/// A run of which only the traces are left is judged as it was, by the program, without the library.
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
