//! From recipients to next hops: one decision for each (SEL-01). Those that share a next hop wait in one queue (SEL-19).

use std::{net::SocketAddr, sync::Arc};

use super::mailbox_of;
use crate::{
    connector::{Connector, Routing, Service, TlsPolicy},
    delivery::{NextHop, Problem, Relay},
    directory::{Directory, DomainType, Principal, Role},
    domain::Domain,
    message::Via,
    queue::{Destination, smart_hosts},
    reply::EnhancedCode,
    routing::{AddressSpace, Encapsulated, Pattern, RoutingTable, Selection, Sites},
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
            Self::Deliver { next_hop: NextHop::Servers(relay) } => relay.connector.as_deref(),
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

/// Decides for recipients, as long as the directory stays as it is.
pub(super) struct Decider<'a> {
    pub(super) directory: &'a Directory,
    /// Of this directory.
    pub(super) map: &'a Map,
    /// Domains whose mailboxes are here, and the server that keeps them.
    pub(super) accepted: &'a [(Domain, SocketAddr)],
}

/// What is worked out once for a directory, and not for every mail.
#[derive(Debug)]
pub(super) struct Map {
    /// What its local server chooses from.
    table: RoutingTable,
    sites: Sites,
}

impl Map {
    pub(super) fn of(directory: &Directory) -> Self {
        let candidates = directory.candidates().into_iter();
        let usable = candidates.filter_map(|(connector, distance)| Some((connector, distance?)));
        Self { table: RoutingTable::new(usable), sites: directory.sites() }
    }
}

impl Decider<'_> {
    /// Decides for one recipient of a message of `size` octets.
    pub(super) fn decide(&self, recipient: &str, size: u64, via: Via) -> Decision {
        let mailbox = match mailbox_of(recipient) {
            Ok(mailbox) => mailbox,
            Err(problem) => return Decision::Fail(problem),
        };
        let keeper = self.accepted.iter().find(|(own, _)| *own == mailbox.domain).map(|(_, keeper)| *keeper);
        // We were told where its mail goes, and it is none of the organisation's: there is nothing to decide.
        if let Some(keeper) = keeper.filter(|_| self.directory.accepted_domain(&mailbox.domain).is_none()) {
            return Decision::Deliver { next_hop: NextHop::Accepted(keeper) };
        }
        if let Some(relay) = self.directory.transports() {
            return self.handed_on(relay, mailbox.domain, size, via);
        }
        if let Some(relay) = self.directory.mailbox(&mailbox) {
            return Decision::Deliver { next_hop: NextHop::Servers(Arc::new(relay)) };
        }
        let domain = mailbox.domain;
        if let Some(keeper) = keeper.filter(|_| self.keeps(&domain)) {
            return match Encapsulated::of(&mailbox.local_part) {
                Some(foreign) => self.foreign(&foreign, &domain, size),
                None => Decision::Deliver { next_hop: NextHop::Accepted(keeper) },
            };
        }
        match self.map.table.select(&domain, size) {
            Selection::Connector(connector) => self.deliver(connector, domain),
            Selection::NoRoute => Decision::Unroutable,
            Selection::TooLarge(limit) => too_large(size, limit),
        }
    }

    /// Without a Transport service nothing is decided here (IMP-03). What Transport hands to a front end is on its way
    /// out, and the rules of its connector hold there (FEP-02, FEP-12).
    fn handed_on(&self, relay: Relay, domain: Domain, size: u64, via: Via) -> Decision {
        let is_front_end = self.directory.local_server().roles.contains(&Role::FrontEnd);
        match self.map.table.select(&domain, size) {
            Selection::Connector(connector)
                if is_front_end && via == Via::Transport && connector.service == Service::FrontEnd =>
            {
                self.outward(connector, domain)
            }
            _ => Decision::Deliver { next_hop: NextHop::Servers(Arc::new(relay)) },
        }
    }

    /// Whether the mailboxes of an accepted domain are here. Who is not known in a relay domain is routed by connectors
    /// (SEL-26), and we know nobody there; an Edge server keeps no mailbox.
    fn keeps(&self, domain: &Domain) -> bool {
        let is_edge = self.directory.local_server().is_edge();
        let is_meant = |space: &AddressSpace| space.pattern != Pattern::All && space.closeness(domain).is_some();
        let has_way_in = || {
            let mut connectors = self.directory.connectors().iter().filter(|connector| connector.enabled);
            connectors.any(|connector| connector.address_spaces.iter().any(is_meant))
        };
        match self.directory.accepted_domain(domain).map(|accepted| accepted.kind) {
            Some(DomainType::ExternalRelay | DomainType::InternalRelay) => false,
            _ => !(is_edge && has_way_in()),
        }
    }

    /// Other types than SMTP have smart hosts alone (ADR-17, ADR-18), and nobody waits for one (SEL-22).
    fn foreign(&self, recipient: &Encapsulated, domain: &Domain, size: u64) -> Decision {
        match self.map.table.select_foreign(recipient, size) {
            Selection::Connector(connector) => self.deliver(connector, domain.clone()),
            Selection::NoRoute => {
                let text = format!("no connector serves addresses of the type {}", recipient.kind);
                Decision::Fail(Problem::own(EnhancedCode::new(5, 4, 4), &text))
            }
            Selection::TooLarge(limit) => too_large(size, limit),
        }
    }

    fn deliver(&self, connector: &Arc<Connector>, domain: Domain) -> Decision {
        if let Some(relay) = self.directory.relay(connector, &self.map.sites) {
            return Decision::Deliver { next_hop: NextHop::Servers(Arc::new(relay)) };
        }
        if connector.service == Service::FrontEnd {
            let next_hop = match connector.routing {
                Routing::Dns => domain.to_string(),
                Routing::SmartHosts(_) => smart_hosts(connector),
            };
            if let Some(relay) = self.directory.front_ends(connector, next_hop) {
                return Decision::Deliver { next_hop: NextHop::Servers(Arc::new(relay)) };
            }
        }
        self.outward(connector, domain)
    }

    /// From here to the outside.
    fn outward(&self, connector: &Connector, domain: Domain) -> Decision {
        let connector = Arc::new(effective(self.directory, connector, &domain));
        let next_hop = match connector.routing {
            Routing::Dns => NextHop::Dns { connector, domain },
            Routing::SmartHosts(_) => NextHop::SmartHosts { connector },
        };
        Decision::Deliver { next_hop }
    }
}

fn too_large(size: u64, limit: u64) -> Decision {
    let text = format!("message of {size} octets is larger than the {limit} that connectors take");
    Decision::Fail(Problem::own(EnhancedCode::new(5, 3, 4), &text))
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
