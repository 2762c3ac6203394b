//! `mtaspec run`: runs cases on an MTA and judges what it did.

use mtaspec_harness::{
    case::Case,
    mta::Reference,
    report::json::RunReport,
    requirement::Basis,
    suite::{
        Suite,
        run::{Haste, Plan},
    },
    world::{NetworkKind, Settings},
};

use crate::{
    args::{self, BasisArg, Network},
    deviations,
    exit::Failure,
    load, mtas,
    output::Output,
    progress::Watched,
    report_files, snapshots,
    surroundings::Surroundings,
    told::{self, Bases, Known},
};

/// Everything is looked at before the first case starts; reports are written after the last one.
pub(crate) fn run(args: &args::Run, around: Surroundings) -> Result<Output, Failure> {
    let files = report_files::asked_for(&args.report)?;
    mtas::check(&args.mta)?;
    let snapshots = snapshots::asked_for(args)?;
    let deviations = deviations::read(args.deviations.as_deref())?;
    let suite = load::suite(&args.pages)?;
    let cases = load::cases(&suite, &args.filters.filters)?;
    let mut report = judged_run(&suite, &cases, plan(args, around), around);
    let found = snapshots::settle(&snapshots, &suite, &report)?;
    let bases = if args.basis.is_some() { Bases::One } else { Bases::All };
    let options = options(args);
    let known = Known { deviations: &deviations, bases, options: &options };
    let output = told::told(&suite, &mut report, known, &found, around.colour);
    report_files::write(&files, &report)?;
    Ok(output)
}

/// What the command that repeats a case needs beside the case, the MTA and the seed.
fn options(args: &args::Run) -> String {
    let network = if args.network == Network::Loopback { " --network loopback" } else { "" };
    format!("{}{network}", load::option(&args.pages))
}

fn plan(args: &args::Run, around: Surroundings) -> Plan {
    let network = match args.network {
        Network::Loopback => NetworkKind::Loopback { now: around.now },
        Network::Memory => NetworkKind::Memory,
    };
    Plan {
        settings: Settings { seed: args.seed, network },
        jobs: args.jobs.unwrap_or(around.processors),
        basis: args.basis.map(basis),
        haste: if args.fail_fast { Haste::StopAtFirst } else { Haste::AllCases },
    }
}

fn basis(basis: BasisArg) -> Basis {
    match basis {
        BasisArg::Exchange => Basis::Exchange,
        BasisArg::Ours => Basis::Ours,
        BasisArg::Rfc => Basis::Rfc,
    }
}

fn judged_run(suite: &Suite, cases: &[&Case], plan: Plan, around: Surroundings) -> RunReport {
    let mta = Reference;
    let progress = Watched::new(cases.len(), (around.draw)());
    let results = suite.run(cases, &mta, plan, &progress);
    progress.finish();
    suite.report(&mta, plan, results)
}
