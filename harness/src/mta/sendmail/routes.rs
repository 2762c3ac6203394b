//! The rulesets that choose: which connector serves a domain, and where its messages go.
//!
//! A rule matches one domain as a whole, and a domain without a rule is asked for once more without its first label. So
//! the closest row is found by the search, and nothing here compares two connectors; what is written twice is refused.

use std::{collections::BTreeMap, net::IpAddr};

use mtaspec_reference_transport::{
    connector::{Connector, Routing, SmartHost},
    routing::{AddressSpace, Pattern},
};

use super::files::{Ruleset, unsupported};
use crate::mta::StartError;

/// The mailer of what no connector serves.
pub(super) const NOBODY: &str = "nobody";

/// Which mailer serves a domain: the rows of each ruleset.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Routes {
    /// Domains that stand for themselves.
    domains: Vec<(String, String)>,
    /// Domains with everything below them.
    families: Vec<(String, String)>,
    /// All others.
    everything: String,
}

impl Routes {
    /// The rows of these connectors, each with the name of its mailer, behind those of our own domains.
    pub(super) fn of<'a>(
        accepted: impl Iterator<Item = (&'a str, &'a str)>,
        connectors: impl Iterator<Item = (&'a str, &'a Connector)>,
    ) -> Result<Self, StartError> {
        let row = |(domain, mailer): (&str, &str)| (domain.to_owned(), mailer.to_owned());
        let mut routes =
            Self { domains: accepted.map(row).collect(), families: Vec::new(), everything: NOBODY.to_owned() };
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        for (mailer, connector) in connectors {
            for AddressSpace { pattern, .. } in &connector.address_spaces {
                let (rows, domain, key) = match pattern {
                    Pattern::AcceptedDomains | Pattern::Foreign { .. } => {
                        return Err(unsupported("an address space that is no domain"));
                    }
                    Pattern::All => (None, String::new(), "*".to_owned()),
                    Pattern::Domain(domain) => (Some(&mut routes.domains), domain.to_string(), domain.to_string()),
                    Pattern::DomainAndSubdomains(domain) => {
                        (Some(&mut routes.families), domain.to_string(), format!("*.{domain}"))
                    }
                };
                match taken.insert(key.clone(), &connector.name) {
                    None => match rows {
                        Some(rows) => rows.push((domain, mailer.to_owned())),
                        None => routes.everything = mailer.to_owned(),
                    },
                    // Twice in one connector, at two costs: the same row.
                    Some(other) if other == connector.name => {}
                    Some(_) => {
                        return Err(unsupported(&format!("the choice between connectors that both have `{key}`")));
                    }
                }
            }
        }
        Ok(routes)
    }

    /// The rulesets of the search.
    pub(super) fn search(&self) -> String {
        let serves = |rows: &[(String, String)]| -> Vec<(String, String)> {
            rows.iter().map(|(domain, mailer)| (domain.clone(), format!("$@ {mailer}"))).collect()
        };
        let domains = Ruleset::new("find").rules(serves(&self.domains)).rule("$*", "$@ $>family $1");
        let families = Ruleset::new("family")
            .rules(serves(&self.families))
            .rule("$- . $+", "$@ $>family $2")
            .rule("$*", &format!("$@ {}", self.everything));
        domains.text() + &families.text()
    }
}

/// What stands behind `$@` for a connector: smart hosts of one preference, so that they take turns. A bare name is looked up
/// as MX, then as an address; by DNS it is the recipient's domain.
pub(super) fn next_hop(connector: &Connector) -> String {
    let host = |host: &SmartHost| match host {
        SmartHost::Address(address) => literal(*address),
        other => other.to_string(),
    };
    match &connector.routing {
        Routing::SmartHosts(hosts) => hosts.iter().map(host).collect::<Vec<_>>().join(","),
        _ => "$2".to_owned(),
    }
}

/// An address in the place of a host's name.
pub(super) fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}
