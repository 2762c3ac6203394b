//! The matches: which connector serves which recipient domain.
//!
//! OpenSMTPD takes the first match, so an order of the adapter's would decide wherever two connectors serve one domain.
//! Nothing here has an order: connectors that serve a domain in common are refused.

use std::fmt::Write as _;

use mtaspec_reference_transport::{connector::Connector, domain::Domain, routing::Pattern};

use super::config::quoted;
use crate::mta::StartError;

/// The lines of smtpd.conf, for these connectors with the names of their actions.
pub(super) fn of<'a>(connectors: impl Iterator<Item = (&'a str, &'a Connector)>) -> Result<String, StartError> {
    let mut text = String::new();
    let mut taken: Vec<(&Pattern, &str)> = Vec::new();
    for (action, connector) in connectors {
        for pattern in connector.address_spaces.iter().map(|space| &space.pattern) {
            let other = taken.iter().find(|(other, owner)| *owner != action && both_serve_some(other, pattern));
            if let Some((other, _)) = other {
                let setting =
                    format!("the choice between connectors that have `{}` and `{}`", word(other), word(pattern));
                return Err(StartError::unsupported(setting));
            }
            let domain = match pattern {
                Pattern::AcceptedDomains | Pattern::Foreign { .. } => {
                    return Err(StartError::unsupported("an address space that is no domain"));
                }
                Pattern::All => "any".to_owned(),
                Pattern::Domain(domain) => format!("domain {}", quoted(&domain.to_string())),
                Pattern::DomainAndSubdomains(domain) => format!("domain regex {}", quoted(&family(domain))),
            };
            let _infallible = writeln!(text, "match from any for {domain} action {}", quoted(action));
            taken.push((pattern, action));
        }
    }
    Ok(text)
}

/// A domain and all below it, as a regular expression. A wildcard stands for one label here.
fn family(domain: &Domain) -> String {
    format!("(?i)^(.*[.])?{}$", domain.to_string().replace('.', "[.]"))
}

/// Whether there is a domain that both serve.
fn both_serve_some(one: &Pattern, other: &Pattern) -> bool {
    match (one, other) {
        (Pattern::Domain(one), Pattern::Domain(other)) => one == other,
        (Pattern::Domain(own), Pattern::DomainAndSubdomains(top))
        | (Pattern::DomainAndSubdomains(top), Pattern::Domain(own)) => is_within(own, top),
        (Pattern::DomainAndSubdomains(one), Pattern::DomainAndSubdomains(other)) => {
            is_within(one, other) || is_within(other, one)
        }
        (Pattern::Foreign { .. } | Pattern::AcceptedDomains, _)
        | (_, Pattern::Foreign { .. } | Pattern::AcceptedDomains) => false,
        (Pattern::All, _) | (_, Pattern::All) => true,
    }
}

fn is_within(domain: &Domain, top: &Domain) -> bool {
    let (domain, top) = (domain.to_string(), top.to_string());
    domain.strip_suffix(&top).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn word(pattern: &Pattern) -> String {
    match pattern {
        Pattern::AcceptedDomains => "--".to_owned(),
        Pattern::All => "*".to_owned(),
        Pattern::Domain(domain) => domain.to_string(),
        Pattern::DomainAndSubdomains(domain) => format!("*.{domain}"),
        Pattern::Foreign { kind, space } => format!("{kind}:{space}"),
    }
}
