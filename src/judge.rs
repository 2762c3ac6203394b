//! `mtaspec judge`: judges the traces of a stored run again, without an MTA.

use mtaspec_harness::{suite::run::judged, verdict::Terms};

use crate::{
    args, deviations,
    exit::Failure,
    load,
    output::Output,
    report_files,
    snapshots::Found,
    stored,
    surroundings::Surroundings,
    told::{self, Bases, Known},
};

/// Verdicts are made of the traces alone; those that are stored are not looked at.
pub(crate) fn judge(args: &args::Judge, around: Surroundings) -> Result<Output, Failure> {
    let files = report_files::asked_for(&args.report)?;
    let stored = stored::read(&args.run)?;
    let deviations = deviations::read(args.deviations.as_deref(), &stored.mta.name)?;
    let suite = load::suite(&args.pages)?;
    for case in &stored.cases {
        load::case(&suite, &case.id)?;
    }
    let basis_of = |id: &str| suite.catalogue().get(id).map(|requirement| requirement.basis);
    let terms = Terms { basis_of: &basis_of, only: None, judged: judged(&stored.mta.name) };
    let mut report = stored
        .judged_again(|id| suite.case(id).ok(), terms)
        .map_err(|error| Failure::page(format!("`{}` cannot be judged: {error}", args.run.display())))?;
    let options = load::option(&args.pages);
    let known = Known { deviations: &deviations, bases: Bases::All, options: &options, varying: &[] };
    let output = told::told(&suite, &mut report, known, &Found::default(), around.colour);
    report_files::write(&files, &report)?;
    Ok(output)
}
