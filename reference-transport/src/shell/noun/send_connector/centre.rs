//! What the graphical centre cannot do when it makes a connector; what it edits later it can (USE-10, USE-12).

use super::{USAGES, usage};
use crate::{
    directory::{Refusal, Usage},
    shell::{
        Context, Origin, ShellError,
        binding::Bound,
        noun::{NO_CENTRE_ON_EDGE, conflict, refused},
    },
};

const INTERNAL_NEEDS_SMART_HOSTS: Refusal = Refusal::new(
    "centre-internal-needs-smart-hosts",
    "DNSRoutingEnabled",
    "the graphical centre makes an Internal connector with smart hosts; DNS routing is chosen later",
);
const NO_PROXY: Refusal = Refusal::new(
    "centre-cannot-create-proxy",
    "FrontendProxyEnabled",
    "the graphical centre turns on proxying for existing connectors alone",
);
const PARTNER_NEEDS_DNS: Refusal = Refusal::new(
    "centre-partner-needs-dns-routing",
    "SmartHosts",
    "the graphical centre makes a Partner connector with DNS routing and without authentication; both change later",
);
const USAGE_NEEDED: Refusal = Refusal::new("centre-needs-usage", "Usage", "the graphical centre requires a type");

/// All of them.
pub(super) const RULES: [Refusal; 5] =
    [INTERNAL_NEEDS_SMART_HOSTS, NO_PROXY, PARTNER_NEEDS_DNS, USAGE_NEEDED, NO_CENTRE_ON_EDGE];

pub(super) fn check_creation(context: &Context<'_>, bound: &Bound) -> Result<(), ShellError> {
    if context.origin == Origin::Shell {
        return Ok(());
    }
    let names_usage = bound.find("Usage").is_some() || USAGES.iter().any(|(name, _)| bound.find(name).is_some());
    if !names_usage {
        return Err(refused(context, USAGE_NEEDED));
    }
    let is_dns = bound.find("DNSRoutingEnabled").is_none_or(|given| given.boolean("DNSRoutingEnabled") != Ok(false));
    let rule = match usage(bound)? {
        Usage::Internal if is_dns => Some(INTERNAL_NEEDS_SMART_HOSTS),
        Usage::Partner if !is_dns || bound.find("SmartHosts").is_some() => Some(PARTNER_NEEDS_DNS),
        Usage::Partner if bound.find("SmartHostAuthMechanism").is_some() => Some(PARTNER_NEEDS_DNS),
        _ if bound.is_on("FrontendProxyEnabled")? => Some(NO_PROXY),
        _ => None,
    };
    rule.map_or(Ok(()), |rule| {
        let span = bound.find(rule.parameter).map_or_else(|| context.span.clone(), |given| given.span.clone());
        Err(conflict(rule, span))
    })
}
