//! `mtaspec serve run`: serves the cases of a plan, and judges what the MTA did.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
    time::Duration,
};

use mtaspec_harness::{
    case::Case,
    dial_in::{Plan, PlannedCase},
    mta::{StartError, WaitedFor},
    report::json::{MtaName, RunReport},
    suite::{
        Suite,
        run::{CaseResult, Haste, Plan as RunPlan, judged},
    },
    verdict::Judged,
    world::{
        NetworkKind, Observation, Settings,
        served::{Served, Serving},
    },
};

use super::{args, folder::Folder};
use crate::{
    deviations, exit::Failure, keep, load, output::Output, progress::Lines, report_files, run::basis, snapshots::Found,
    surroundings::Surroundings, told,
};

/// The port of MTAs (RFC 5321 §4.5.4.2).
const SMTP: u16 = 25;

pub(super) fn run(args: &args::Run, around: Surroundings) -> Result<Output, Failure> {
    let files = report_files::asked_for(&args.report)?;
    args.write_deviations.as_deref().map(deviations::must_be_new).transpose()?;
    if judged(&args.mta) == Judged::Reference {
        return Err(Failure::command_line(format!("`--mta {}`: an MTA of its own has a name of its own", args.mta)));
    }
    let deviations = deviations::read(args.deviations.as_deref(), &args.mta)?;
    let folder = Folder(args.state.clone());
    let kept = folder.plan()?.ok_or_else(|| {
        Failure::page(format!("`{}` holds no plan: `mtaspec serve plan` makes one", args.state.display()))
    })?;
    let to = kept.premises.destination();
    let suite = load::suite(&args.pages)?.moved(&to);
    suite.read_pages(around.processors);
    let plan = kept.again(|id| suite.case(id).ok()).map_err(|error| Failure::page(error.to_string()))?;
    let cases = selected(&suite, &plan, &args.filters.filters)?;
    let mta = mta(args, &plan)?;
    let served = open(args, &plan, &folder, &mta, around)?;
    let run_plan = RunPlan {
        settings: Settings { seed: 0, network: NetworkKind::Sandbox { now: around.now } },
        jobs: args.jobs,
        basis: args.basis.map(basis),
        haste: if args.fail_fast { Haste::StopAtFirst } else { Haste::AllCases },
    };
    let results = results(&suite, &plan, &cases, &served, &mta, run_plan, around);
    let cut = told::Cut::of(results.len(), cases.len(), around);
    if cut.is_some() && results.is_empty() {
        return Err(Failure::interrupted());
    }
    if let Some(folder) = &args.keep {
        keep::keep(folder, &results)?;
    }
    let name = MtaName { name: args.mta.clone(), version: args.mta_version.clone() };
    let mut report = RunReport { moved: Some(to), ..suite.report_of(name, run_plan, results) };
    let options = format!(" --state {} --submit-to {}", args.state.display(), args.submit_to);
    let known = told::Known { deviations: &deviations, options: &options, varying: &[], cut };
    let mut output = told::told(&suite, &mut report, known, &Found::default(), around.colour);
    output.text.push_str(&strangers(&served));
    if let Some(file) = &args.write_deviations {
        output.text.push_str(&deviations::write_draft(file, &report)?);
    }
    output.text.push_str(&report_files::write(&files, &suite, std::slice::from_ref(&report))?);
    Ok(output)
}

/// Cases of the plan that the filters mean.
fn selected<'a>(suite: &'a Suite, plan: &Plan<'a>, filters: &[String]) -> Result<Vec<&'a Case>, Failure> {
    let meant = load::cases(suite, filters)?;
    let is_meant = |case: &Case| meant.iter().any(|own| own.id == case.id);
    let cases: Vec<&Case> = plan.cases.iter().map(|planned| planned.case).filter(|case| is_meant(case)).collect();
    if cases.is_empty() {
        return Err(Failure::nothing_judged("nothing to run: the plan has none of these cases".to_owned()));
    }
    Ok(cases)
}

fn mta(args: &args::Run, plan: &Plan<'_>) -> Result<WaitedFor, Failure> {
    let wrong = |error: std::io::Error| {
        Failure::command_line(format!("`--submit-to {}`: {error}: write HOST:PORT", args.submit_to))
    };
    let bare = args.submit_to.trim_start_matches('[').trim_end_matches(']');
    let at = match bare.parse::<IpAddr>() {
        Ok(address) => Some(SocketAddr::new(address, SMTP)),
        Err(_) if args.submit_to.contains(':') => args.submit_to.to_socket_addrs().map_err(wrong)?.next(),
        Err(_) => (args.submit_to.as_str(), SMTP).to_socket_addrs().map_err(wrong)?.next(),
    };
    let submission =
        at.ok_or_else(|| Failure::command_line(format!("`--submit-to {}` has no address", args.submit_to)))?;
    Ok(WaitedFor {
        name: args.mta.clone(),
        version: args.mta_version.clone(),
        submission,
        client: plan.premises.below.clone(),
        quiet: Duration::from_secs(args.quiet.max(1)),
        asks_directly: plan.premises.dns.as_ref().is_some_and(|dns| dns.direct),
    })
}

/// Hosts that wait, once the first message has come through.
fn open(
    args: &args::Run,
    plan: &Plan<'_>,
    folder: &Folder,
    mta: &WaitedFor,
    around: Surroundings,
) -> Result<Served, Failure> {
    let from = match args.mta_address.as_slice() {
        [] => vec![mta.submission.ip().to_canonical()],
        given => given.to_vec(),
    };
    let serving = Serving { mta: mta.clone(), from, patience: Duration::from_secs(args.patience), now: around.now };
    let authority = folder.authority(&plan.premises.below, around.now)?;
    let missing = |error: StartError| match error {
        StartError::Failed { why } => Failure::missing(why),
        other => Failure::missing(other.to_string()),
    };
    let served = Served::open(plan, serving, authority).map_err(missing)?;
    served.canary().map_err(missing)?;
    Ok(served)
}

fn results<'a>(
    suite: &Suite,
    plan: &Plan<'a>,
    cases: &[&'a Case],
    served: &Served,
    mta: &WaitedFor,
    run_plan: RunPlan,
    around: Surroundings,
) -> Vec<CaseResult<'a>> {
    let planned: BTreeMap<&str, &PlannedCase<'_>> =
        plan.cases.iter().map(|planned| (planned.case.id.as_str(), planned)).collect();
    let progress = Lines::new(around).watched(String::new(), cases.len());
    let results = suite.run_observing(cases, mta, run_plan, &progress, &|case| match planned
        .get(case.id.as_str())
        .map(|planned| &planned.layout)
    {
        Some(Ok(layout)) => served.observe(case, layout),
        Some(Err(reason)) => Observation::lost(StartError::unsupported(reason.clone())),
        None => Observation::lost(StartError::Failed { why: "the plan does not have it".to_owned() }),
    });
    progress.finish();
    results
}

/// Who was not let in.
fn strangers(served: &Served) -> String {
    let line = |(address, times): (&IpAddr, &u64)| {
        format!("not let in: {address}, {times} times (--mta-address, if it is the MTA's)\n")
    };
    served.strangers().iter().map(line).collect()
}
