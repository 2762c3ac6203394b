//! lettre, a mail library, on every page that it can be asked: over loopback sockets, by the adapter of the example.
//! What it is known to do otherwise stands in `deviations.toml`, each with its reason; anything else is a failure.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use mtaspec_harness::{deviation::Deviations, verdict::Verdict};

#[expect(dead_code, reason = "the example's own main")]
#[path = "../../examples/judge_lettre.rs"]
mod judge_lettre;

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

/// A case without its variant: `starttls/required#refused` of `starttls/required#refused/for-now`.
fn section(case: &str) -> &str {
    let end = case.find('#').and_then(|hash| case[hash..].find('/').map(|slash| hash + slash));
    end.map_or(case, |end| &case[..end])
}
