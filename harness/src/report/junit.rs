//! A run as JUnit XML, as continuous integration reads it: a suite an area, a test a case.
//!
//! A broken claim that nobody knew of is a failure, `inconclusive` an error, `unsupported` skipped with its reason. What
//! is known passes, with the reason in its output; a case that is known to be flaky is skipped, neither green nor red.
//! The invariants of the run are the last suite.
//!
//! # Not here
//!
//! Times, dates and random ids: the same run is the same file. Each suite is as the schema of Maven's Surefire asks.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    dialogue, joined,
    json::{CaseReport, ClaimReport, RunReport},
    terminal,
    visible::visible,
};
use crate::{
    invariant::InvariantRow,
    verdict::{Lack, Verdict},
};

/// Why a run cannot be written as JUnit XML.
#[derive(Debug, thiserror::Error)]
#[error("the run is no JUnit XML: {0}")]
pub struct JunitError(#[from] quick_junit::SerializeError);

/// The suite of the invariants. No area is called so: its name has a blank.
const INVARIANTS: &str = "invariants of the run";

/// The XML document, with a line end at its end. Of several runs, the name of each suite begins with its run's label.
///
/// # Errors
///
/// What XML cannot hold; there is no such run, for all text is made visible.
pub fn document(runs: &[RunReport]) -> Result<String, JunitError> {
    let labels = joined::labels(runs);
    let mut report = Report::new(visible(&format!("mtaspec {}", labels.join(", "))));
    for (run, label) in runs.iter().zip(&labels) {
        let start = if runs.len() > 1 { format!("{label}: ") } else { String::new() };
        for (area, cases) in run.by_area() {
            let mut suite = suite(run, &format!("{start}{area}"));
            suite.add_test_cases(cases.into_iter().map(of_case));
            report.add_test_suite(suite);
        }
        if !run.invariants.is_empty() {
            let mut suite = suite(run, &format!("{start}{INVARIANTS}"));
            suite.add_test_cases(run.invariants.iter().map(|row| of_invariant(run, row)));
            report.add_test_suite(suite);
        }
    }
    Ok(report.to_string()?)
}

fn mta(run: &RunReport) -> String {
    visible(&run.label())
}

fn suite(run: &RunReport, name: &str) -> TestSuite {
    let mut suite = TestSuite::new(visible(name));
    suite.add_properties([
        Property::new("mta", mta(run)),
        Property::new("suite", visible(&run.suite)),
        Property::new("seed", run.seed.to_string()),
    ]);
    suite
}

fn of_case(case: &CaseReport) -> TestCase {
    let mut test = TestCase::new(visible(&case.id), status(case));
    test.set_classname(visible(case.page()));
    let verdict = (case.verdict != Verdict::Conforms).then(|| format!("verdict: {}", case.verdict.word()));
    let known = case.claims.iter().filter_map(|claim| {
        let reason = claim.deviation.as_ref()?;
        Some(format!("deviation: {}: {reason}", in_full(claim)))
    });
    say(&mut test, verdict.into_iter().chain(known));
    test
}

fn status(case: &CaseReport) -> TestCaseStatus {
    let reason = visible(&case.reason);
    let (mut status, kind) = match (case.verdict, case.lack) {
        _ if case.known_flaky && case.expected => {
            let mut status = TestCaseStatus::skipped();
            let result = if reason.is_empty() { case.verdict.word() } else { &reason };
            status.set_message(format!("known to be flaky, this time: {result}"));
            return status;
        }
        (Verdict::Unsupported, Some(Lack::Setting)) => (TestCaseStatus::skipped(), "unsupported: setting"),
        (Verdict::Unsupported, _) => (TestCaseStatus::skipped(), "unsupported: did not arise"),
        _ if case.expected => return TestCaseStatus::success(),
        (Verdict::Inconclusive, _) => (TestCaseStatus::non_success(NonSuccessKind::Error), case.verdict.word()),
        (Verdict::Conforms | Verdict::Departs | Verdict::Violates, _) => {
            (TestCaseStatus::non_success(NonSuccessKind::Failure), case.verdict.word())
        }
    };
    let complaint = visible(&case.complaint());
    match case.verdict {
        // The schema has no type for what is skipped.
        Verdict::Unsupported => status.set_message(format!("{kind}: {complaint}")),
        _ => status.set_message(complaint).set_type(kind),
    };
    let description = description(case);
    if !case.expected && !description.is_empty() {
        status.set_description(description);
    }
    status
}

/// What is wrong with a case, in lines: each claim with the dialogue around.
fn description(case: &CaseReport) -> String {
    let mut lines = Vec::new();
    for claim in case.wrong() {
        lines.push(format!("line {}: {}", claim.line, in_full(claim)));
        if !claim.requirements.is_empty() {
            lines.push(format!("  asked for by: {}", claim.requirements.join(" ")));
        }
        if !claim.wanted.is_empty() && claim.wanted != claim.text {
            lines.push(format!("  expected: {}", claim.wanted));
        }
        lines.push(format!("  seen:     {}", claim.saw));
        lines.extend(claim.at.map(|at| dialogue::around(&case.trace, at)).unwrap_or_default());
    }
    lines.extend(case.notes.iter().map(|note| format!("note: {}: {}", note.invariant, note.saw)));
    in_lines(lines)
}

/// Text of its own lines; nothing is nothing.
fn in_lines(lines: impl IntoIterator<Item = String>) -> String {
    let lines: String = lines.into_iter().map(|line| visible(&line) + "\n").collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

/// What the schema has no place for: lines of output. A test takes no time, so that the same run is the same file.
fn say(test: &mut TestCase, lines: impl Iterator<Item = String>) {
    test.set_time(Duration::ZERO);
    let text = in_lines(lines);
    if !text.is_empty() {
        test.set_system_out(text);
    }
}

/// The claim's words with its level.
fn in_full(claim: &ClaimReport) -> String {
    format!("{} {}", claim.level, terminal::plain(claim))
}

fn of_invariant(run: &RunReport, row: &InvariantRow) -> TestCase {
    let status = match (row.verdict, &row.deviation) {
        (Verdict::Violates, None) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(visible(&row.sentence)).set_type(row.verdict.word()).set_description(breaches(run, row));
            status
        }
        (Verdict::Unsupported, _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("unsupported: did not arise: no case put it to the test");
            status
        }
        _ => TestCaseStatus::success(),
    };
    let mut test = TestCase::new(visible(&row.id), status);
    test.set_classname(INVARIANTS);
    let known = row.deviation.iter();
    let known = known.map(|reason| format!("verdict: {}, deviation: {reason}", row.verdict.word()));
    say(&mut test, known);
    test
}

/// Who broke an invariant, a line a breach.
fn breaches(run: &RunReport, row: &InvariantRow) -> String {
    let notes = run.cases.iter().flat_map(|case| case.notes.iter().map(move |note| (case, note)));
    let own = notes.filter(|(_, note)| note.invariant == row.id);
    in_lines(own.map(|(case, note)| format!("{}: {}", case.id, note.saw)))
}

#[cfg(test)]
mod tests {
    use quick_junit::{Report, TestCaseStatus};

    use super::document;
    use crate::report::{
        fixture::{HOSTILE, every_verdict, hostile},
        json::RunReport,
        junit_schema::mistakes,
    };

    #[test]
    fn every_verdict_has_its_place_in_the_document() {
        insta::assert_snapshot!("every_verdict.xml", document(&[every_verdict()]).expect("XML holds it"));
    }

    #[test]
    fn the_document_is_as_the_schema_asks() {
        for runs in [vec![every_verdict()], vec![hostile()], vec![every_verdict(), hostile()]] {
            assert_eq!(mistakes(&document(&runs).expect("XML holds it")), Vec::<String>::new());
        }
    }

    #[test]
    fn suites_of_several_runs_begin_with_the_run() {
        let other = RunReport { options: vec!["a=b".to_owned()], ..every_verdict() };
        insta::assert_snapshot!("two_runs.xml", document(&[every_verdict(), other]).expect("XML holds it"));
    }

    #[test]
    fn hostile_text_stays_text() {
        let xml = document(&[hostile()]).expect("XML holds it");
        assert!(!xml.contains("<script") && !xml.contains("]]>"), "{xml}");
        let unfit = |octet: char| octet.is_control() && octet != '\n' || octet == '\u{202e}' || octet == '\u{ffff}';
        assert!(!xml.contains(unfit), "{xml}");
        insta::assert_snapshot!("hostile.xml", xml);
    }

    #[test]
    fn what_a_reader_of_xml_gets_is_the_text_that_was_there() {
        let read = Report::deserialize_from_str(&document(&[hostile()]).expect("XML holds it")).expect("it is JUnit");
        let case = &read.test_suites[0].test_cases[0];
        let TestCaseStatus::NonSuccess { message, description, .. } = &case.status else {
            panic!("it failed: {case:?}");
        };
        let seen = super::visible(HOSTILE);
        assert!(message.as_deref().is_some_and(|text| text.contains(&seen)), "{message:?}");
        assert!(description.as_deref().is_some_and(|text| text.contains(&seen)), "{description:?}");
    }

    #[test]
    fn counts_are_those_of_the_run_and_the_same_run_is_the_same_file() {
        let run = every_verdict();
        let xml = document(std::slice::from_ref(&run)).expect("XML holds it");
        let read = Report::deserialize_from_str(&xml).expect("it is JUnit");
        assert_eq!((read.tests, read.failures, read.errors, read.skipped), (13, 3, 1, 5));
        assert_eq!(xml, document(std::slice::from_ref(&run)).expect("XML holds it"));
        assert!(
            !xml.replace("time=\"0.000\"", "").contains("time=") && !xml.contains("timestamp") && !xml.contains("uuid"),
            "{xml}"
        );
    }
}
