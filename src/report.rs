//! `mtaspec report`: many runs as one matrix, shards of a run put together.

use std::collections::BTreeMap;

use mtaspec_harness::{
    report::{
        disagreement::{Disagreement, disagreements},
        disputed::{Disputed, disputes},
        joined::{self, labels},
        json::{CaseReport, RunReport},
        matrix,
    },
    suite::Suite,
};

use crate::{
    args,
    exit::{Failure, Status},
    load,
    output::{Output, counted},
    report_files, stored,
    surroundings::Surroundings,
};

/// Tells what is stored; nothing is judged, so the status says only whether there was something to tell.
pub(crate) fn report(args: &args::Report, around: Surroundings) -> Result<Output, Failure> {
    let files = report_files::asked_for(&args.report)?;
    let suite = load::suite(&args.pages)?;
    let runs = runs(args, &suite)?;
    let mut text = String::new();
    if args.disagreement {
        text.push_str(&told(&runs));
    } else if args.disputed {
        text.push_str(&disputed(&runs));
    } else {
        text.push_str(&matrix::matrix(&runs, around.colour));
    }
    let written = report_files::write(&files, &suite, &runs)?;
    Ok(Output { text: text + &written, status: Status::AsExpected })
}

fn runs(args: &args::Report, suite: &Suite) -> Result<Vec<RunReport>, Failure> {
    let mut runs = Vec::new();
    for file in &args.runs {
        runs.extend(stored::read_judged(file)?);
    }
    let runs = joined::join(runs, &suite.corpus().list());
    if runs.iter().all(|run| run.cases.is_empty()) {
        return Err(Failure::nothing_judged("the runs hold no case"));
    }
    Ok(runs)
}

/// Cases in which MTAs that all conform behave differently, the same difference told once.
fn told(runs: &[RunReport]) -> String {
    let labels = labels(runs);
    let found = disagreements(runs);
    let cases: BTreeMap<&str, &CaseReport> =
        runs.iter().flat_map(|run| &run.cases).map(|case| (case.id.as_str(), case)).collect();
    let mut text = format!(
        "{}, {} in what conforms\n",
        counted(cases.len(), "case", "cases"),
        counted(found.len(), "disagreement", "disagreements")
    );
    for Disagreement { one, other, difference } in &found {
        text.push_str(&format!(
            "\nin {}: {}\n",
            counted(difference.cases.len(), "case", "cases"),
            difference.cases.join(", ")
        ));
        text.push_str(&difference.behind.iter().map(|line| format!("  {line}\n")).collect::<String>());
        for (run, lines) in [(*one, &difference.gone), (*other, &difference.new)] {
            text.push_str(&format!("  {}:\n", labels[run]));
            match lines.as_slice() {
                [] => text.push_str("    (nothing)\n"),
                lines => lines.iter().for_each(|line| text.push_str(&format!("    {line}\n"))),
            }
        }
    }
    text
}

/// Claims that some of the MTAs break and none keeps, the same claim told once.
fn disputed(runs: &[RunReport]) -> String {
    let labels = labels(runs);
    let found = disputes(runs);
    let mut text = format!(
        "{} beside the reference: {} broken, {} of them kept by none\n",
        counted(found.runs, "MTA", "MTAs"),
        counted(found.broken, "claim is", "claims are"),
        found.disputed.len()
    );
    for Disputed { case, claim, broken } in &found.disputed {
        let who: Vec<&str> = broken.iter().map(|run| labels[*run].as_str()).collect();
        text.push_str(&format!("\n{case}, line {}: {}\n", claim.line, claim.text));
        text.push_str(&format!("  {}\n  seen: {}\n", claim.requirements.join(" "), claim.saw));
        text.push_str(&format!("  broken by {}\n", who.join(", ")));
    }
    text
}
