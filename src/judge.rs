//! `mtaspec judge`: judges the traces of stored runs again, without an MTA, and says what changed.

use mtaspec_harness::{
    report::{change::Change, json::RunReport},
    suite::{Suite, run::judged},
    verdict::Terms,
};

use crate::{
    args, deviations,
    exit::Failure,
    load,
    output::{Output, counted},
    protocol_log, report_files,
    snapshots::Found,
    stored::{self, Stored},
    surroundings::Surroundings,
    told::{self, Known},
};

/// Verdicts are made of the traces alone; those that are stored say only what changed.
pub(crate) fn judge(args: &args::Judge, around: Surroundings) -> Result<Output, Failure> {
    if !args.log.is_empty() {
        return protocol_log::judge(&args.log);
    }
    let files = report_files::asked_for(&args.report)?;
    let mut runs = Vec::new();
    for file in &args.runs {
        runs.extend(stored::read(file)?);
    }
    let suite = load::suite(&args.pages)?;
    let mut elsewhere = Vec::new();
    for stored in &runs {
        elsewhere.push(stored.run.moved.as_ref().map(|to| Ok(load::suite(&args.pages)?.moved(to))).transpose()?);
    }
    let (mut text, mut status) = (String::new(), crate::exit::Status::AsExpected);
    let heads = runs.len() > 1;
    let mut reports = Vec::new();
    for (stored, moved) in runs.iter().zip(&elsewhere) {
        let (output, report) = one(args, moved.as_ref().unwrap_or(&suite), stored, around)?;
        if heads {
            text.push_str(&format!("== {}\n", report.label()));
        }
        text.push_str(&output.text);
        status = status.worse(output.status);
        reports.push(report);
    }
    text.push_str(&report_files::write(&files, &suite, &reports)?);
    Ok(Output { text, status })
}

fn one(
    args: &args::Judge,
    suite: &Suite,
    stored: &Stored,
    around: Surroundings,
) -> Result<(Output, RunReport), Failure> {
    let Stored { run, told } = stored;
    let deviations = deviations::read(args.deviations.as_deref(), &run.mta.name)?;
    for case in &run.cases {
        load::case(suite, &case.id)?;
    }
    let basis_of = |id: &str| suite.catalogue().get(id).map(|requirement| requirement.basis);
    let terms = Terms { basis_of: &basis_of, only: None, judged: judged(&run.mta.name) };
    let mut report = run
        .judged_again(|id| suite.case(id).ok(), terms)
        .map_err(|error| Failure::page(format!("the run cannot be judged: {error}")))?;
    let pairs = run.cases.iter().zip(&report.cases).filter(|(before, _)| told.contains(&before.id));
    let changes: Vec<Change> = pairs.filter_map(|(before, after)| Change::between(before, after)).collect();
    let options = load::option(&args.pages);
    let known = Known { deviations: &deviations, options: &options, varying: &[], cut: None };
    let mut output = told::told(suite, &mut report, known, &Found::default(), around.colour);
    output.text.push_str(&what_changed(&changes, told.len()));
    Ok((output, report))
}

/// What the verdicts are, compared with those that are stored; nothing, if none are.
fn what_changed(changes: &[Change], compared: usize) -> String {
    match (changes, compared) {
        (_, 0) => String::new(),
        ([], _) => "nothing changed since it was stored\n".to_owned(),
        _ => {
            let lines: String = changes.iter().map(|change| format!("changed {change}")).collect();
            format!("{lines}{} changed since it was stored\n", counted(changes.len(), "case", "cases"))
        }
    }
}
