//! How a judged run is told, and the status that it ends with.

use mtaspec_harness::{
    report::{
        json::{CaseReport, RunReport},
        terminal::{self, Colour},
    },
    suite::{Suite, run::judged},
    verdict::Verdict,
};

use crate::exit::Status;

/// Every failure, then the summary.
pub(crate) fn told(suite: &Suite, run: &RunReport, colour: Colour) -> String {
    let sentence = |id: &str| {
        let requirement = suite.catalogue().get(id).map(|requirement| &requirement.sentence);
        requirement.or_else(|| suite.catalogue().fault(id).map(|fault| &fault.summary)).cloned()
    };
    let failure = |found: &CaseReport| {
        let case = suite.case(&found.id).ok()?;
        Some(terminal::failure(run, found, case, &sentence, colour) + "\n")
    };
    let mut text: String = run.unexpected().filter_map(failure).collect();
    text.push_str(&terminal::summary(run, judged(&run.mta.name), colour));
    text
}

/// The status of the worst that was found: a broken MUST before what is inconclusive or unsupported, and that before a
/// broken SHOULD.
pub(crate) fn status(run: &RunReport) -> Status {
    let found = |verdict: Verdict| run.unexpected().any(|case| case.verdict == verdict);
    let invariant = run.invariants.iter().any(|row| row.verdict == Verdict::Violates);
    if found(Verdict::Violates) || invariant {
        Status::Violates
    } else if found(Verdict::Inconclusive) || found(Verdict::Unsupported) {
        Status::Inconclusive
    } else if found(Verdict::Departs) {
        Status::Departs
    } else {
        Status::AsExpected
    }
}
