//! From recipients to next hops: one decision for each (SEL-01). Those that share a next hop wait in one queue (SEL-19).

use std::{net::SocketAddr, sync::Arc};

use super::domain_of;
use crate::{
    connector::{Connector, Routing, TlsPolicy},
    delivery::{NextHop, Problem},
    directory::{Directory, Principal},
    domain::Domain,
    queue::Destination,
    reply::EnhancedCode,
    routing::{Distance, RoutingTable, Selection},
};

/// How a recipient is routed.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    /// There.
    Deliver { next_hop: NextHop },
    /// Nowhere, for good.
    Fail(Problem),
    /// Nowhere, as connectors are now (SEL-21).
    Unroutable,
}

impl Decision {
    pub(super) fn connector(&self) -> Option<&Connector> {
        match self {
            Self::Deliver { next_hop: NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector } } => {
                Some(connector)
            }
            _ => None,
        }
    }

    /// The queue to wait in; none for a recipient that fails.
    pub(super) fn destination(&self) -> Option<Destination> {
        match self {
            Self::Deliver { next_hop } => Some(Destination::Hop(next_hop.clone())),
            Self::Fail(_) => None,
            Self::Unroutable => Some(Destination::Unreachable),
        }
    }

    /// `Get-Queue`, DeliveryType (SEL-20).
    pub(super) fn delivery_type(&self) -> &'static str {
        self.destination().unwrap_or(Destination::Unreachable).delivery_type()
    }
}

/// Decides for one recipient of a message of `size` octets.
pub(super) fn decide(directory: &Directory, accepted: &[(Domain, SocketAddr)], recipient: &str, size: u64) -> Decision {
    let domain = match domain_of(recipient) {
        Ok(domain) => domain,
        Err(problem) => return Decision::Fail(problem),
    };
    if let Some((_, next_hop)) = accepted.iter().find(|(own, _)| *own == domain) {
        return Decision::Deliver { next_hop: NextHop::Accepted(*next_hop) };
    }
    let connectors = directory.connectors().iter().map(|connector| (Arc::new(connector.clone()), Distance::LOCAL));
    let table = RoutingTable::new(connectors);
    match table.select(&domain, size) {
        Selection::Connector(connector) => {
            let connector = Arc::new(effective(directory, connector, &domain));
            let next_hop = match connector.routing {
                Routing::Dns => NextHop::Dns { connector, domain },
                Routing::SmartHosts(_) => NextHop::SmartHosts { connector },
            };
            Decision::Deliver { next_hop }
        }
        Selection::NoRoute => Decision::Unroutable,
        Selection::TooLarge(limit) => {
            let text = format!("message of {size} octets is larger than the {limit} that connectors take");
            Decision::Fail(Problem::own(EnhancedCode::new(5, 3, 4), &text))
        }
    }
}

/// A connector as it serves `domain` now: mutual TLS where the organisation asks for it.
pub(crate) fn effective(directory: &Directory, connector: &Connector, domain: &Domain) -> Connector {
    let mut connector = connector.clone();
    let secured = &directory.transport_config().tls_send_domain_secure_list;
    if connector.domain_secure_enabled && connector.routing == Routing::Dns && secured.contains(domain) {
        connector.tls = TlsPolicy::Mutual;
        // A certificate on both sides makes the host a partner (PRM-21).
        connector.header_rights = directory.permissions().header_rights(&connector.name, &[Principal::PartnerServers]);
    }
    connector
}
