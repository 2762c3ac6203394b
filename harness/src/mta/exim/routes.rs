//! The table of address spaces, and a router for each connector.
//!
//! Exim takes the first router that matches, so the routers do not choose: one `partial0-lsearch` lookup (Exim
//! specification, 9.7) does. It searches for the domain itself, then for `*.` before the domain and before each of its
//! parents, then for `*`, and so finds the closest row. Nothing here compares two connectors; what is written twice is
//! refused.

use std::{collections::BTreeMap, fmt::Write as _, net::SocketAddr};

use mtaspec_reference_transport::{
    connector::{Connector, Routing, SmartHost},
    routing::{AddressSpace, Pattern},
};

use super::files::{comment, literal, path, unsupported};
use crate::mta::StartError;

/// The table of address spaces.
pub(super) const TABLE: &str = "connectors";

/// The recipient's domain as the table spells domains: in A-labels.
const DOMAIN: &str = r"${if match{$domain}{\N[^\x00-\x7f]\N}{${utf8_domain_to_alabel:$domain}}{$domain}}";

/// The rows of the table, each with the name of a transport.
pub(super) fn table<'a>(connectors: impl Iterator<Item = (&'a str, &'a Connector)>) -> Result<String, StartError> {
    let mut rows = String::new();
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for (transport, connector) in connectors {
        for AddressSpace { pattern, .. } in &connector.address_spaces {
            let key = match pattern {
                Pattern::AcceptedDomains | Pattern::Foreign { .. } => {
                    return Err(unsupported("an address space that is no domain"));
                }
                Pattern::All => "*".to_owned(),
                Pattern::Domain(domain) => domain.to_string(),
                Pattern::DomainAndSubdomains(domain) => format!("*.{domain}"),
            };
            match taken.insert(key.clone(), &connector.name) {
                None => {
                    let _infallible = writeln!(rows, "{key}: {transport}");
                }
                // Twice in one connector, at two costs: the same row.
                Some(other) if other == connector.name => {}
                Some(_) => {
                    return Err(unsupported(&format!("the choice between connectors that both have `{key}`")));
                }
            }
        }
    }
    Ok(rows)
}

/// The routers: our own domains first, whatever the connectors say; what no connector serves waits.
pub(super) fn routers(accepted: &[(String, SocketAddr)], connectors: &[(&str, &Connector)]) -> String {
    let mut text = String::new();
    for (number, (domain, server)) in (1..).zip(accepted) {
        let host = format!("<;{}", with_port(server));
        let _infallible = write!(
            text,
            "accepted{number}:\n  driver = manualroute\n  domains = {domain}\n  route_data = {host}\n  transport = accepted\n  \
             self = send\n  no_more\n"
        );
    }
    for (transport, connector) in connectors {
        let condition = format!(
            "condition = ${{if eq{{${{lookup{{{DOMAIN}}}partial0-lsearch{{{}}}{{$value}}{{}}}}}}{{{transport}}}}}",
            path(TABLE)
        );
        let _infallible = writeln!(text, "{}", comment(connector));
        let _infallible = match &connector.routing {
            Routing::SmartHosts(hosts) => write!(
                text,
                "{transport}:\n  driver = manualroute\n  {condition}\n  route_data = {} bydns\n  hosts_randomize\n  \
                 host_find_failed = ignore\n  transport = {transport}\n  no_more\n",
                host_list(hosts)
            ),
            _ => write!(
                text,
                "{transport}_literal:\n  driver = ipliteral\n  {condition}\n  self = fail\n  transport = {transport}\n\
                 {transport}:\n  driver = dnslookup\n  {condition}\n  self = fail\n  no_qualify_single\n  no_rewrite_headers\n  \
                 transport = {transport}\n  no_more\n"
            ),
        };
    }
    text.push_str(
        "nobody:\n  driver = redirect\n  allow_defer\n  data = :defer: 4.4.4 no connector serves this domain\n",
    );
    text
}

fn with_port(server: &SocketAddr) -> String {
    // Brackets keep an address apart from its port in both families.
    format!("[{}]:{}", server.ip(), server.port())
}

/// The smart hosts. A name is looked up as MX, and as an address where there is no MX record.
fn host_list(hosts: &[SmartHost]) -> String {
    let item = |host: &SmartHost| match host {
        // The list has another divider than a colon, so an address of either family stands as it is.
        SmartHost::Address(address) => address.to_string(),
        other => {
            let name = literal(&other.to_string());
            format!("${{lookup dnsdb{{mx={name}}}{{{name}/MX}}{{{name}}}}}")
        }
    };
    format!("<;{}", hosts.iter().map(item).collect::<Vec<_>>().join(";"))
}
