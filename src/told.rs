//! How a judged run is told, and the status that it ends with.

use mtaspec_harness::{
    deviation::{Deviations, Extent},
    report::{
        json::{CaseReport, RunReport},
        terminal::{self, Colour},
    },
    suite::{Suite, run::judged},
    verdict::Verdict,
};

use crate::{
    exit::Status,
    output::{Output, counted},
    repeat::Varying,
    snapshots::Found,
    surroundings::Surroundings,
};

/// Most lines of a difference that are shown; the file has them all.
const DIFFERENCE_LINES_MAX: usize = 60;

/// What is known of the MTA, and how a case is run again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    /// What it does otherwise.
    pub(crate) deviations: &'a Deviations,
    /// What the command that repeats a case needs beside the case, the MTA and the seed: ` --cases pages`.
    pub(crate) options: &'a str,
    /// Cases whose verdicts were not the same each time.
    pub(crate) varying: &'a [Varying],
    /// How far it came, if the user ended it.
    pub(crate) cut: Option<Cut>,
}

/// A run that the user ended before its last case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    judged: usize,
    asked_for: usize,
}

impl Cut {
    /// Of a run in which so many cases were judged of so many that were asked for, if the user ended it.
    pub(crate) fn of(judged: usize, asked_for: usize, around: Surroundings) -> Option<Self> {
        (judged < asked_for && (around.interrupted)()).then_some(Self { judged, asked_for })
    }
}

/// Tells a run: each failure, each snapshot that differs, each deviation that is stale, then the summary. What the
/// deviations know is marked in `run`.
pub(crate) fn told(suite: &Suite, run: &mut RunReport, known: Known<'_>, snapshots: &Found, colour: Colour) -> Output {
    let Known { deviations, options, varying, cut } = known;
    let whole = run.only.is_none() && run.cases.len() == suite.corpus().list().len();
    let stale = deviations.apply_to(run, if whole { Extent::Whole } else { Extent::Part }).stale;
    let mut text = failures(suite, run, options, colour);
    for (file, difference) in &snapshots.differ {
        text.push_str(&format!("snapshot {} differs\n{}\n", file.display(), shortened(difference)));
    }
    for stale in &stale {
        text.push_str(&format!("stale deviation: {stale}\n"));
    }
    text.push_str(&terminal::summary(run, judged(&run.mta.name), colour));
    text.push_str(&of_snapshots(snapshots));
    text.extend(varying.iter().map(Varying::line));
    let is_flaky = |id: &str| run.cases.iter().any(|case| case.id == *id && case.known_flaky);
    let varies = varying.iter().any(|own| !is_flaky(&own.id));
    if let Some(Cut { judged, asked_for }) = cut {
        text.push_str(&format!("interrupted: {judged} of {} judged\n", counted(asked_for, "case", "cases")));
    }
    let status = match status(run) {
        _ if cut.is_some() => Status::Interrupted,
        Status::AsExpected | Status::Departs if varies => Status::Inconclusive,
        Status::AsExpected if !stale.is_empty() || !snapshots.differ.is_empty() => Status::Differs,
        Status::AsExpected if is_unjudged(run) => {
            text.push_str("nothing was judged\n");
            Status::Differs
        }
        status => status,
    };
    Output { text, status }
}

fn failures(suite: &Suite, run: &RunReport, options: &str, colour: Colour) -> String {
    let sentence = |id: &str| {
        let requirement = suite.catalogue().get(id).map(|requirement| &requirement.sentence);
        requirement.or_else(|| suite.catalogue().fault(id).map(|fault| &fault.summary)).cloned()
    };
    let failure = |found: &CaseReport| {
        let case = suite.case(&found.id).ok()?;
        Some(terminal::failure(run, found, case, &sentence, options, colour) + "\n")
    };
    run.unexpected().filter_map(failure).collect()
}

fn shortened(difference: &str) -> String {
    let mut text: String = difference.lines().take(DIFFERENCE_LINES_MAX).map(|line| format!("  {line}\n")).collect();
    let more = difference.lines().count().saturating_sub(DIFFERENCE_LINES_MAX);
    if more > 0 {
        text.push_str(&format!("  ... {more} more lines\n"));
    }
    text
}

fn of_snapshots(found: &Found) -> String {
    let Found { accepted, differ, new } = found;
    let mut text = String::new();
    if !differ.is_empty() {
        let count = counted(differ.len(), "snapshot differs", "snapshots differ");
        text.push_str(&format!("{count}: run again with --accept once you have read the difference\n"));
    }
    if *new > 0 {
        text.push_str(&format!("{} not stored: --accept keeps them\n", counted(*new, "snapshot is", "snapshots are")));
    }
    for file in accepted {
        text.push_str(&format!("accepted {}\n", file.display()));
    }
    text
}

/// Whether the MTA could be asked for nothing: a run that proves nothing is not green.
fn is_unjudged(run: &RunReport) -> bool {
    run.cases.iter().all(|case| case.verdict == Verdict::Unsupported)
}

/// The status of the worst that was found: a broken MUST before what is inconclusive or unsupported, and that before a
/// broken SHOULD.
fn status(run: &RunReport) -> Status {
    let found = |verdict: Verdict| run.unexpected().any(|case| case.verdict == verdict);
    let invariant = run.invariants.iter().any(|row| row.verdict == Verdict::Violates && row.deviation.is_none());
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
