//! `mtaspec run`: runs cases on an MTA and judges what it did.

use std::num::NonZeroUsize;

use mtaspec_harness::{
    case::Case,
    mta::MtaOption,
    report::json::{MtaName, RunReport},
    requirement::Basis,
    suite::{
        Suite,
        run::{CaseResult, Haste, Plan},
    },
    world::{NetworkKind, Settings},
};

use crate::{
    args::{self, BasisArg, Network},
    command, deviations,
    exit::Failure,
    keep, load,
    mtas::{self, Chosen, Home},
    output::Output,
    progress::Watched,
    repeat, report_files,
    sandboxes::Sandboxes,
    selection, snapshots,
    surroundings::Surroundings,
    told,
};

/// Everything is looked at before the first case starts; reports are written after the last one.
pub(crate) fn run(args: &args::Run, around: Surroundings) -> Result<Output, Failure> {
    let files = report_files::asked_for(&args.report)?;
    args.write_deviations.as_deref().map(deviations::must_be_new).transpose()?;
    let chosen = &chosen(args, around)?;
    let network = network(args, chosen)?;
    let own = mta_options(args, chosen)?;
    let sandboxes = (network == Network::Sandbox).then(|| Sandboxes::new(chosen, &own, args, around)).transpose()?;
    let snapshots = snapshots::asked_for(args, network)?;
    let deviations = deviations::read(args.deviations.as_deref(), chosen.name())?;
    let suite = load::suite(&args.pages)?;
    suite.read_pages(around.processors);
    let cases = selection::selected(args, load::cases(&suite, &args.filters.filters)?)?;
    let version = match &sandboxes {
        Some(sandboxes) => sandboxes.version(chosen)?,
        None => chosen.make().version(),
    };
    let name = MtaName { name: chosen.name().to_owned(), version };
    let plan = plan(args, network, around);
    let repeated = repeat::repeated(&cases, args.repeat);
    let results = results(&suite, &repeated, chosen, plan, sandboxes.as_ref(), around);
    let (results, varying) = repeat::folded(results);
    if let Some(folder) = &args.keep {
        keep::keep(folder, &results)?;
    }
    let report = suite.report_of(name, plan, results);
    let mut report = RunReport { options: args.mta_option.clone(), ..report };
    let found = snapshots::settle(&snapshots, snapshots::Form::of(network), &suite, &report, around.processors)?;
    let options = options(args, chosen);
    let told = told::Known { deviations: &deviations, options: &options, varying: &varying };
    let mut output = told::told(&suite, &mut report, told, &found, around.colour);
    if let Some(file) = &args.write_deviations {
        output.text.push_str(&deviations::write_draft(file, &report)?);
    }
    output.text.push_str(&report_files::write(&files, &suite, std::slice::from_ref(&report))?);
    // The process ends now, and giving back a million small pieces of memory one by one would be its longest farewell.
    std::mem::forget((report, suite));
    Ok(output)
}

/// The MTA that the command line asks for; one behind a command is asked who it is.
fn chosen(args: &args::Run, around: Surroundings) -> Result<Chosen, Failure> {
    match &args.mta_command {
        None => Ok(Chosen::Known(mtas::find(&args.mta)?)),
        Some(text) => Sandboxes::ask(command::line(text, around)?, args, around),
    }
}

/// What the command that repeats a case needs beside the case, the MTA and the seed.
fn options(args: &args::Run, chosen: &Chosen) -> String {
    let network = match (args.network, chosen.home()) {
        (Some(Network::Loopback), _) => " --network loopback",
        (Some(Network::Sandbox), Home::Anywhere) => " --network sandbox",
        _ => "",
    };
    let root = args.mta_root.as_deref().map(|root| format!(" --mta-root {}", root.display())).unwrap_or_default();
    let own: String = args.mta_option.iter().map(|option| format!(" --mta-option '{option}'")).collect();
    let command = args.mta_command.as_deref().map(|text| format!(" --mta-command {}", command::quoted(text)));
    format!("{}{}{network}{root}{own}", command.unwrap_or_default(), load::option(&args.pages))
}

/// Settings of the MTA's own.
fn mta_options(args: &args::Run, chosen: &Chosen) -> Result<Vec<MtaOption>, Failure> {
    let name = chosen.name();
    let Some(what) = chosen.make().options() else {
        return match args.mta_option.first() {
            None => Ok(Vec::new()),
            Some(_) => Err(Failure::command_line(format!("`{name}` takes no --mta-option"))),
        };
    };
    let option = |text: &String| {
        let wrong = || format!("`--mta-option {text}`: for `{name}` it is {what}, written as `KEY=VALUE`");
        MtaOption::parse(text).ok_or_else(|| Failure::command_line(wrong()))
    };
    args.mta_option.iter().map(option).collect()
}

/// The network that is asked for; an MTA that is a program of its own has no choice.
fn network(args: &args::Run, chosen: &Chosen) -> Result<Network, Failure> {
    match (args.network, chosen.home()) {
        (None, Home::Anywhere) => Ok(Network::Memory),
        (None | Some(Network::Sandbox), _) => Ok(Network::Sandbox),
        (Some(network), Home::Anywhere) => Ok(network),
        (Some(_), Home::Sandbox) => {
            let words = format!("`{}` is a program of its own: it is judged in a sandbox alone", chosen.name());
            Err(Failure::command_line(words))
        }
    }
}

/// How many cases of a processor run at the same time in sandboxes: there, cases mostly wait.
const SANDBOXES_PER_PROCESSOR: NonZeroUsize = NonZeroUsize::new(16).unwrap();

fn default_jobs(network: NetworkKind, processors: NonZeroUsize) -> NonZeroUsize {
    match network {
        NetworkKind::Sandbox { .. } => processors.saturating_mul(SANDBOXES_PER_PROCESSOR),
        NetworkKind::Loopback { .. } | NetworkKind::Memory => processors,
    }
}

fn plan(args: &args::Run, network: Network, around: Surroundings) -> Plan {
    let network = match network {
        Network::Loopback => NetworkKind::Loopback { now: around.now },
        Network::Memory => NetworkKind::Memory,
        Network::Sandbox => NetworkKind::Sandbox { now: around.now },
    };
    Plan {
        settings: Settings { seed: args.seed, network },
        jobs: args.jobs.unwrap_or_else(|| default_jobs(network, around.processors)),
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
    chosen: &Chosen,
    plan: Plan,
    sandboxes: Option<&Sandboxes>,
    around: Surroundings,
) -> Vec<CaseResult<'a>> {
    let mta = chosen.make();
    let progress = Watched::new(cases.len(), (around.draw)());
    let results = match sandboxes {
        Some(sandboxes) => suite.run_observing(cases, &*mta, plan, &progress, &|case| sandboxes.observe(suite, case)),
        None => suite.run(cases, &*mta, plan, &progress),
    };
    progress.finish();
    results
}
