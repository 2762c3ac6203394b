//! The matches: which connector serves which recipient domain.
//!
//! OpenSMTPD takes the first match, so an order of the adapter's would decide wherever two connectors serve one domain.
//! Nothing here has an order: connectors that serve a domain in common are refused before ([`compete`](crate::mta::compete)).

use std::fmt::Write as _;

use mtaspec_reference_transport::{connector::Connector, domain::Domain, routing::Pattern};

use super::config::quoted;

/// The lines of smtpd.conf, for these connectors with the names of their actions.
pub(super) fn of<'a>(connectors: impl Iterator<Item = (&'a str, &'a Connector)>) -> String {
    let mut text = String::new();
    for (action, connector) in connectors {
        for pattern in connector.address_spaces.iter().map(|space| &space.pattern) {
            let domain = match pattern {
                Pattern::AcceptedDomains | Pattern::Foreign { .. } => continue,
                Pattern::All => "any".to_owned(),
                Pattern::Domain(domain) => format!("domain {}", quoted(&domain.to_string())),
                Pattern::DomainAndSubdomains(domain) => format!("domain regex {}", quoted(&family(domain))),
            };
            let _infallible = writeln!(text, "match from any for {domain} action {}", quoted(action));
        }
    }
    text
}

/// A domain and all below it, as a regular expression. A wildcard stands for one label here.
fn family(domain: &Domain) -> String {
    format!("(?i)^(.*[.])?{}$", domain.to_string().replace('.', "[.]"))
}
