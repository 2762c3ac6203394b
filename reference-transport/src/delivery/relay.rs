//! The way to other servers of the organisation.

use std::{net::SocketAddr, sync::Arc};

use crate::{
    connector::{Connector, Routing},
    protocol_log::LogService,
};

/// Servers of our own that mail for a connector goes to first: the implicit intra-organization connector (IMP-01). It
/// stands in no directory, so nobody lists or edits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// Why.
    pub purpose: Purpose,
    /// The connector that was selected, if one was; none of its settings has an effect on the way there.
    pub connector: Option<Arc<Connector>>,
    /// The servers: load is spread within a group, and the next group is for when nobody of the one before is there
    /// (SCO-08, SCO-09).
    pub groups: Vec<Vec<Peer>>,
}

/// Why mail goes to another server.
#[expect(clippy::exhaustive_enums, reason = "the ways of mail between servers of an organisation")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To the subscribed Edge servers of this site (EDG-05).
    Edge,
    /// To a Front End Transport service, which makes the connection to the outside (FEP-02).
    FrontEnd {
        /// Where that leads: the domain, or the connector's smart hosts.
        next_hop: String,
    },
    /// To the Mailbox Transport service that keeps a mailbox (IMP-03).
    Mailbox {
        /// The server.
        server: String,
    },
    /// To a site that has what this one has not: an Edge subscription (EDG-06), a mailbox.
    Site {
        /// Its name.
        site: String,
    },
    /// To the connector's source servers (SCO-06).
    SourceServers,
    /// To a Transport service, from a service that decides nothing by itself (IMP-03).
    Transport {
        /// That service.
        from: LogService,
    },
}

/// Another server of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its name, which its certificate is known by.
    pub name: String,
    /// Where its service listens.
    pub address: SocketAddr,
}

impl Relay {
    /// `Get-Queue`, DeliveryType (SEL-20). A proxied message is still on its connector's way.
    #[must_use]
    pub fn delivery_type(&self) -> &'static str {
        let has_smart_hosts =
            || self.connector.as_ref().is_some_and(|connector| matches!(connector.routing, Routing::SmartHosts(_)));
        match &self.purpose {
            Purpose::Edge => "SmtpRelayWithinAdSiteToEdge",
            Purpose::FrontEnd { .. } if has_smart_hosts() => "SmartHostConnectorDelivery",
            Purpose::FrontEnd { .. } => "DnsConnectorDelivery",
            Purpose::Mailbox { .. } => "SmtpDeliveryToMailbox",
            Purpose::Site { .. } => "SmtpRelayToRemoteAdSite",
            Purpose::SourceServers => "SmtpRelayToConnectorSourceServers",
            Purpose::Transport { .. } => "SmtpRelayWithinAdSite",
        }
    }

    /// `Get-Queue`, NextHopDomain.
    #[must_use]
    pub fn next_hop(&self) -> &str {
        match &self.purpose {
            Purpose::FrontEnd { next_hop } => next_hop,
            Purpose::Mailbox { server } => server,
            Purpose::Site { site } => site,
            Purpose::Edge | Purpose::SourceServers => self.connector_name(),
            Purpose::Transport { .. } => "Transport",
        }
    }

    /// The name of the connector that was selected; empty if none was.
    #[must_use]
    pub fn connector_name(&self) -> &str {
        self.connector.as_ref().map_or("", |connector| &connector.name)
    }

    /// Whose log its sessions stand in (LOG-17).
    #[must_use]
    pub fn log_service(&self) -> LogService {
        match self.purpose {
            Purpose::Transport { from } => from,
            _ => LogService::Transport,
        }
    }
}
