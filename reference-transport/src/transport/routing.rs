//! From recipients to next hops: one decision for each (SEL-01), and those that share a next hop together (SEL-19).

use std::{net::SocketAddr, sync::Arc};

use super::{ALL_RIGHTS, domain_of};
use crate::{
    connector::{Connector, HeaderRights, Routing, TlsPolicy},
    delivery::{NextHop, Problem},
    directory::{Directory, Principal},
    domain::Domain,
    reply::EnhancedCode,
    routing::{Distance, RoutingTable, Selection},
};

/// How a recipient is routed.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    /// There.
    Deliver { next_hop: NextHop, rights: HeaderRights },
    /// Nowhere, for good.
    Fail(Problem),
    /// Nowhere, as connectors are now (SEL-21).
    Unroutable,
}

impl Decision {
    pub(super) fn connector(&self) -> Option<&Connector> {
        match self {
            Self::Deliver { next_hop: NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector }, .. } => {
                Some(connector)
            }
            _ => None,
        }
    }

    /// `Get-Queue`, DeliveryType (SEL-20).
    pub(super) fn delivery_type(&self) -> &'static str {
        match self {
            Self::Deliver { next_hop: NextHop::Accepted(_), .. } => "SmtpDeliveryToMailbox",
            Self::Deliver { next_hop: NextHop::Dns { .. }, .. } => "DnsConnectorDelivery",
            Self::Deliver { next_hop: NextHop::SmartHosts { .. }, .. } => "SmartHostConnectorDelivery",
            Self::Fail(_) | Self::Unroutable => "Unreachable",
        }
    }
}

/// Decides for one recipient of a message of `size` octets.
pub(super) fn decide(directory: &Directory, accepted: &[(Domain, SocketAddr)], recipient: &str, size: u64) -> Decision {
    let domain = match domain_of(recipient) {
        Ok(domain) => domain,
        Err(problem) => return Decision::Fail(problem),
    };
    if let Some((_, next_hop)) = accepted.iter().find(|(own, _)| *own == domain) {
        return Decision::Deliver { next_hop: NextHop::Accepted(*next_hop), rights: ALL_RIGHTS };
    }
    let connectors = directory.connectors().iter().map(|connector| (Arc::new(connector.clone()), Distance::LOCAL));
    let table = RoutingTable::new(connectors);
    match table.select(&domain, size) {
        Selection::Connector(connector) => {
            let mut rights = connector.header_rights;
            let mut connector = Connector::clone(connector);
            let secured = &directory.transport_config().tls_send_domain_secure_list;
            if connector.domain_secure_enabled && connector.routing == Routing::Dns && secured.contains(&domain) {
                connector.tls = TlsPolicy::Mutual;
                // A certificate on both sides makes the host a partner (PRM-21).
                rights = directory.permissions().header_rights(&connector.name, Principal::PartnerServers);
            }
            let connector = Arc::new(connector);
            let next_hop = match connector.routing {
                Routing::Dns => NextHop::Dns { connector, domain },
                Routing::SmartHosts(_) => NextHop::SmartHosts { connector },
            };
            Decision::Deliver { next_hop, rights }
        }
        Selection::NoRoute => Decision::Unroutable,
        Selection::TooLarge(limit) => {
            let text = format!("message of {size} octets is larger than the {limit} that connectors take");
            Decision::Fail(Problem::own(EnhancedCode::new(5, 3, 4), &text))
        }
    }
}

/// Recipients, by their place in the message, that share a next hop.
pub(super) struct Group {
    pub(super) next_hop: NextHop,
    pub(super) rights: HeaderRights,
    pub(super) recipients: Vec<usize>,
}

/// The groups, by the first recipient of each.
pub(super) fn group(decisions: &[Decision]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, decision) in decisions.iter().enumerate() {
        let Decision::Deliver { next_hop, rights } = decision else { continue };
        match groups.iter_mut().find(|group| group.next_hop == *next_hop) {
            Some(group) => group.recipients.push(at),
            None => groups.push(Group { next_hop: next_hop.clone(), rights: *rights, recipients: vec![at] }),
        }
    }
    groups
}
