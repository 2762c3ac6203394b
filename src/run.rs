//! `mtaspec run`: runs cases on an MTA, or on several, and judges what they did.

use std::num::NonZeroUsize;

use mtaspec_harness::{
    case::Case,
    report::{json::RunReport, matrix},
    requirement::Basis,
    suite::{
        Suite,
        run::{CaseResult, Haste, Plan},
    },
    world::{NetworkKind, Settings},
};

use crate::{
    args::{self, BasisArg, Network},
    attached::{self, Asked, Attached},
    deviations,
    exit::{Failure, Status},
    keep, load,
    output::Output,
    progress::{Lines, Watched},
    repeat, report_files,
    rows::{self, Share},
    selection, snapshots,
    surroundings::Surroundings,
    told::{self, Cut},
};

/// Everything is looked at before the first case starts; reports are written after the last one.
pub(crate) fn run(args: &args::Run, around: Surroundings) -> Result<Output, Failure> {
    let files = report_files::asked_for(&args.report)?;
    args.write_deviations.as_deref().map(deviations::must_be_new).transpose()?;
    let Asked { attached, left_out } = attached::asked(args, around)?;
    let suite = load::suite(&args.pages)?;
    suite.read_pages(around.processors);
    let cases = selection::selected(args, load::cases(&suite, &args.filters.filters)?)?;
    let lines = Lines::new(around);
    let all = rows::for_each(&attached, |place, mta, share| {
        let among = (attached.len() > 1).then(|| format!("{} of {}: {}  ", place + 1, attached.len(), mta.name.name));
        judged(mta, &suite, &cases, Way { among, share, lines: &lines }, args, around)
    });
    let mut output = Output::of(String::new());
    let mut reports = Vec::new();
    for judged in all {
        let (report, told) = judged?;
        output = Output { text: output.text + &told.text, status: output.status.worse(told.status) };
        reports.extend(report);
    }
    if reports.is_empty() {
        return Err(Failure::interrupted());
    }
    if attached.len() > 1 {
        output.text.push_str(&format!("\n{}", matrix::matrix(&reports, around.colour)));
    }
    output.text.push_str(&left_out);
    output.text.push_str(&report_files::write(&files, &suite, &reports)?);
    // The process ends now, and giving back a million small pieces of memory one by one would be its longest farewell.
    std::mem::forget((reports, suite));
    Ok(output)
}

/// How one MTA of a run is judged.
struct Way<'a> {
    /// Its place, if it is one of several.
    among: Option<String>,
    /// How much of the machine it has.
    share: Share,
    /// Where its line of progress stands.
    lines: &'a Lines,
}

/// Runs the cases on one MTA and tells what became of them. No report is made of an MTA that the user did not wait for.
fn judged(
    mta: &Attached,
    suite: &Suite,
    cases: &[&Case],
    Way { among, share, lines }: Way<'_>,
    args: &args::Run,
    around: Surroundings,
) -> Result<(Option<RunReport>, Output), Failure> {
    let plan = plan(args, mta, share, around);
    let repeated = repeat::repeated(cases, args.repeat);
    let folder =
        args.keep.as_ref().map(|folder| among.as_ref().map_or(folder.clone(), |_| folder.join(&mta.name.name)));
    let progress = lines.watched(among.unwrap_or_default(), repeated.len());
    let results = results(suite, &repeated, mta, plan, &progress);
    progress.finish();
    let cut = Cut::of(results.len(), repeated.len(), around);
    if cut.is_some() && results.is_empty() {
        let text = format!("{}: interrupted before its first case\n", mta.name.name);
        return Ok((None, Output { text, status: Status::Interrupted }));
    }
    let (results, varying) = repeat::folded(results);
    if let Some(folder) = folder {
        keep::keep(&folder, &results)?;
    }
    let report = suite.report_of(mta.name.clone(), plan, results);
    let mut report = RunReport { options: args.mta_option.clone(), ..report };
    let form = snapshots::Form::of(mta.network);
    let found = snapshots::settle(&mta.snapshots, form, suite, &report, around.processors)?;
    let options = mta.options(args);
    let told = told::Known { deviations: &mta.deviations, options: &options, varying: &varying, cut };
    let mut output = told::told(suite, &mut report, told, &found, around.colour);
    if let Some(file) = &args.write_deviations {
        output.text.push_str(&deviations::write_draft(file, &report)?);
    }
    Ok((Some(report), output))
}

fn default_jobs(network: NetworkKind, processors: NonZeroUsize, mta: &Attached, share: Share) -> NonZeroUsize {
    match network {
        NetworkKind::Sandbox { .. } => processors.saturating_mul(share.worlds(mta)),
        NetworkKind::Loopback { .. } | NetworkKind::Memory => processors,
    }
}

fn plan(args: &args::Run, mta: &Attached, share: Share, around: Surroundings) -> Plan {
    let network = match mta.network {
        Network::Loopback => NetworkKind::Loopback { now: around.now },
        Network::Memory => NetworkKind::Memory,
        Network::Sandbox => NetworkKind::Sandbox { now: around.now },
    };
    Plan {
        settings: Settings { seed: args.seed, network },
        jobs: args.jobs.map_or_else(|| default_jobs(network, around.processors, mta, share), |jobs| share.of(jobs)),
        basis: args.basis.map(basis),
        haste: if args.fail_fast { Haste::StopAtFirst } else { Haste::AllCases },
    }
}

/// As the harness has it.
pub(crate) fn basis(basis: BasisArg) -> Basis {
    match basis {
        BasisArg::Exchange => Basis::Exchange,
        BasisArg::Ours => Basis::Ours,
        BasisArg::Rfc => Basis::Rfc,
    }
}

fn results<'a>(
    suite: &Suite,
    cases: &[&'a Case],
    mta: &Attached,
    plan: Plan,
    progress: &Watched,
) -> Vec<CaseResult<'a>> {
    let made = mta.chosen.make();
    match &mta.sandboxes {
        Some(sandboxes) => suite.run_observing(cases, &*made, plan, progress, &|case| sandboxes.observe(suite, case)),
        None => suite.run(cases, &*made, plan, progress),
    }
}
