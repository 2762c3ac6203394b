//! The transport tables: which connector serves which recipient domain.
//!
//! There is a table for each kind of address space, and Postfix's own search (transport(5): the domain, then its parent
//! domains, in every table) finds the closest row. Nothing here compares two connectors; what is written twice is
//! refused.

use std::collections::BTreeMap;

use hickory_server::proto::rr::Name;
use mtaspec_reference_transport::{
    connector::{Connector, Routing, SmartHost},
    domain::Domain,
    routing::{AddressSpace, Pattern},
};

use crate::mta::StartError;

/// Table names, in the order in which a key is looked up in them: the domain's own connector before the one that has
/// the domain as the top of a family.
pub(super) const TABLES: [&str; 4] = ["accepted", "domains", "families", "everything"];

/// The rows of each table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Routes {
    pub(super) domains: Vec<(String, String)>,
    pub(super) families: Vec<(String, String)>,
    pub(super) everything: Vec<(String, String)>,
}

impl Routes {
    /// The rows of these connectors, each with the name of its service.
    pub(super) fn of<'a>(connectors: impl Iterator<Item = (&'a str, &'a Connector)>) -> Result<Self, StartError> {
        let mut routes = Self::default();
        let mut taken: BTreeMap<&Pattern, &str> = BTreeMap::new();
        for (service, connector) in connectors {
            let target = format!("{service}:{}", next_hops(connector));
            for AddressSpace { pattern, .. } in &connector.address_spaces {
                match taken.insert(pattern, &connector.name) {
                    None => routes.add(pattern, &target)?,
                    // Twice in one connector, at two costs: the same row.
                    Some(other) if other == connector.name => {}
                    Some(_) => return Err(compete(pattern)),
                }
            }
        }
        Ok(routes)
    }

    fn add(&mut self, pattern: &Pattern, target: &str) -> Result<(), StartError> {
        match pattern {
            Pattern::AcceptedDomains | Pattern::Foreign { .. } => {
                let setting = "an address space that is no domain".to_owned();
                return Err(StartError::Unsupported { setting });
            }
            Pattern::All => self.everything.push(("*".to_owned(), target.to_owned())),
            Pattern::Domain(domain) => {
                self.domains.extend(spellings(domain).map(|spelling| (spelling, target.to_owned())));
            }
            Pattern::DomainAndSubdomains(domain) => {
                for spelling in spellings(domain) {
                    self.families.push((spelling.clone(), target.to_owned()));
                    self.families.push((format!(".{spelling}"), target.to_owned()));
                }
            }
        }
        Ok(())
    }
}

/// A domain as the DNS has it and, where that differs, as a user writes it (RFC 5890 §2.3.2.1): Postfix looks up what the
/// envelope says.
fn spellings(domain: &Domain) -> impl Iterator<Item = String> + use<> {
    let ascii = domain.to_string();
    let written = domain.name().and_then(|name| Some(Name::from_ascii(name).ok()?.to_utf8()));
    let written = written.filter(|written| *written != ascii);
    std::iter::once(ascii).chain(written)
}

fn compete(pattern: &Pattern) -> StartError {
    let space = match pattern {
        Pattern::AcceptedDomains => "--".to_owned(),
        Pattern::Foreign { kind, space } => format!("{kind}:{space}"),
        Pattern::All => "*".to_owned(),
        Pattern::Domain(domain) => domain.to_string(),
        Pattern::DomainAndSubdomains(domain) => format!("*.{domain}"),
    };
    StartError::Unsupported { setting: format!("the choice between connectors that both have `{space}`") }
}

/// The next hops of a connector, in the order given. Empty: the MX hosts of the recipient's domain.
pub(super) fn next_hops(connector: &Connector) -> String {
    let Routing::SmartHosts(hosts) = &connector.routing else { return String::new() };
    let hops: Vec<String> = hosts.iter().map(|host| next_hop(host, connector.port)).collect();
    hops.join(", ")
}

/// One next hop: brackets keep Postfix from looking for MX records.
pub(super) fn next_hop(host: &SmartHost, port: u16) -> String {
    let name = match host {
        SmartHost::Address(std::net::IpAddr::V6(address)) => format!("[ipv6:{address}]"),
        other => other.to_string(),
    };
    if port == 25 { name } else { format!("{name}:{port}") }
}
