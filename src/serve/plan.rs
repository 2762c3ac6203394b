//! `mtaspec serve plan`: lays the cases out, and writes what a person needs to make the MTA ready and to undo that.

use std::collections::BTreeMap;

use mtaspec_harness::{
    case::Case,
    dial_in::{NameServing, Plan, Premises},
};

use super::{args, folder::Folder};
use crate::{
    exit::{Failure, Status},
    load,
    output::{Output, counted},
    surroundings::Surroundings,
};

/// Longest domain below which names of pages still have room: a name has 253 octets, and one of pages rarely 100.
const BELOW_OCTETS_MAX: usize = 100;

pub(super) fn plan(args: &args::Plan, around: Surroundings) -> Result<Output, Failure> {
    let premises = premises(args)?;
    let suite = load::suite(&args.pages)?.moved(&premises.destination());
    suite.read_pages(around.processors);
    let cases: Vec<&Case> = load::cases(&suite, &args.filters.filters)?;
    let plan = Plan::of(premises, &cases).map_err(|error| Failure::command_line(error.to_string()))?;
    if plan.served().next().is_none() {
        return Err(Failure::nothing_judged(format!("nothing can be served\n{}", reasons(&plan))));
    }
    let folder = Folder(args.state.clone());
    if folder.plan()?.is_some_and(|before| before != plan.kept()) {
        return Err(Failure::command_line(format!(
            "`{0}` holds another plan, and its connectors may be at work: run its remove.ps1, and then take the folder away \
             or name another",
            args.state.display()
        )));
    }
    folder.write(&plan, around.now)?;
    let (served, all) = (plan.served().count(), plan.cases.len());
    let connectors: usize = plan.served().map(|(_, layout)| layout.connectors.len()).sum();
    let text = format!(
        "{served} of {} can be served, by {}\n{}next: {}\n",
        counted(all, "case", "cases"),
        counted(connectors + 2, "connector", "connectors"),
        reasons(&plan),
        args.state.join("README.txt").display(),
    );
    Ok(Output { text, status: Status::AsExpected })
}

/// Why cases are not served, the most frequent reason first.
fn reasons(plan: &Plan<'_>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in plan.cases.iter().filter_map(|planned| planned.layout.as_ref().err()) {
        *counts.entry(reason).or_default() += 1;
    }
    let mut sorted: Vec<(&str, usize)> = counts.into_iter().collect();
    sorted.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    sorted.iter().map(|(reason, count)| format!("{count:5}  unsupported: {reason}\n")).collect()
}

/// What the user gives, if it makes sense.
fn premises(args: &args::Plan) -> Result<Premises, Failure> {
    let wrong = |words: String| Err(Failure::command_line(words));
    let below = args.below.trim_end_matches('.').to_ascii_lowercase();
    if !is_name(&below) || below.len() > BELOW_OCTETS_MAX {
        return wrong(format!("`--below {}`: a domain of your own, like mtaspec.contoso.com", args.below));
    }
    let mta_name = args.mta_name.to_ascii_lowercase();
    if !is_name(&mta_name) {
        return wrong(format!("`--mta-name {}`: what the MTA says in EHLO, like mail01.contoso.com", args.mta_name));
    }
    if let Some(address) = args.address.iter().find(|address| address.is_unspecified()) {
        return wrong(format!("`--address {address}`: an address to which the MTA can connect"));
    }
    if let Some(dns) = args.dns.filter(|dns| dns.0.ip().is_unspecified()) {
        return wrong(format!("`--dns {}`: an address that can be asked", dns.0));
    }
    let mut addresses = args.address.clone();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.len() != args.address.len() {
        return wrong("an `--address` is given twice".to_owned());
    }
    let args::PortRange(first, last) = args.ports;
    if (first..=last).contains(&args.mx_port) {
        return wrong(format!("`--mx-port {}` is one of `--ports`", args.mx_port));
    }
    Ok(Premises {
        below,
        mta_name,
        addresses: args.address.clone(),
        ports: (first, last),
        mx_port: args.mx_port,
        dns: args.dns.map(|at| NameServing { at: at.0, direct: args.dns_direct }),
    })
}

/// Two labels at least, of letters, digits and hyphens.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.contains('.') && name.split('.').all(is_label)
}
