//! Where a queue leads, and what makes it the same queue.

use std::sync::Arc;

use crate::{
    connector::{Connector, CrossPremises, HeaderRights, MESSAGES_PER_CONNECTION_DEFAULT, Routing, TlsPolicy},
    delivery::NextHop,
    directory::Directory,
    domain::Domain,
    transport::effective,
};

/// Where the messages of a queue go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// There.
    Hop(NextHop),
    /// Nowhere, as connectors are now (SEL-21).
    Unreachable,
}

/// What makes a queue: next hop and connector, without the settings that may change under it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// `NextHopDomain`: the recipients' domain, the smart hosts in the order of the connector.
    pub(crate) next_hop: String,
    /// `DeliveryType`.
    pub(crate) delivery: &'static str,
    /// `NextHopConnector`, in lower case.
    connector: String,
}

impl Destination {
    pub(crate) fn key(&self) -> Key {
        let hop = match self {
            Self::Unreachable => return Key::new("Unreachable Domain".to_owned(), self.delivery_type(), ""),
            Self::Hop(hop) => hop,
        };
        let (name, connector) = match hop {
            NextHop::Accepted(address) => (format!("[{}]", address.ip()), ""),
            NextHop::Dns { connector, domain } => (domain.to_string(), connector.name.as_str()),
            NextHop::Servers(relay) => (relay.next_hop().to_owned(), relay.connector_name()),
            NextHop::SmartHosts { connector } => (smart_hosts(connector), connector.name.as_str()),
        };
        Key::new(name, self.delivery_type(), connector)
    }

    /// `Get-Queue`, DeliveryType (SEL-20).
    pub(crate) fn delivery_type(&self) -> &'static str {
        match self {
            Self::Hop(NextHop::Accepted(_)) => "SmtpDeliveryToMailbox",
            Self::Hop(NextHop::Dns { .. }) => "DnsConnectorDelivery",
            Self::Hop(NextHop::Servers(relay)) => relay.delivery_type(),
            Self::Hop(NextHop::SmartHosts { .. }) => "SmartHostConnectorDelivery",
            Self::Unreachable => UNREACHABLE,
        }
    }

    /// `Get-Queue`, TlsDomain: the domain that mutual TLS is spoken with (TLS-32).
    pub(crate) fn tls_domain(&self) -> Option<&Domain> {
        match self {
            Self::Hop(NextHop::Dns { connector, domain }) => (connector.tls == TlsPolicy::Mutual).then_some(domain),
            _ => None,
        }
    }

    /// The same with the settings that its connector has now: a changed credential or TLS setting holds for the next
    /// attempt, another route only once messages are routed anew (FAIL-16).
    pub(crate) fn refreshed(self, directory: &Directory) -> Self {
        let now = |old: &Connector| directory.find(&old.name).filter(|found| found.routing == old.routing);
        match self {
            Self::Hop(NextHop::Dns { connector, domain }) => {
                let found = now(&connector).map(|found| Arc::new(effective(directory, found, &domain)));
                Self::Hop(NextHop::Dns { connector: found.unwrap_or(connector), domain })
            }
            Self::Hop(NextHop::SmartHosts { connector }) => {
                let found = now(&connector).map(|found| Arc::new(found.clone()));
                Self::Hop(NextHop::SmartHosts { connector: found.unwrap_or(connector) })
            }
            other => other,
        }
    }

    /// Whether the connector is still there and enabled; nothing leads where nothing led.
    pub(crate) fn still_leads(&self, directory: &Directory) -> bool {
        match self {
            Self::Hop(NextHop::Accepted(_)) => true,
            Self::Hop(NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector }) => {
                directory.find(&connector.name).is_some_and(|now| now.enabled)
            }
            Self::Hop(NextHop::Servers(relay)) => {
                let is_enabled = |name: &str| directory.find(name).is_some_and(|now| now.enabled);
                relay.connector.as_ref().is_none_or(|connector| is_enabled(&connector.name))
            }
            Self::Unreachable => false,
        }
    }

    /// How many messages one connection takes: a queue with more has more connections (MOD-22).
    pub(crate) fn messages_per_connection(&self) -> usize {
        match self {
            Self::Hop(NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector }) => {
                usize::try_from(connector.messages_per_connection_max.max(1)).unwrap_or(usize::MAX)
            }
            Self::Hop(NextHop::Servers(_)) => usize::try_from(MESSAGES_PER_CONNECTION_DEFAULT).unwrap_or(usize::MAX),
            _ => usize::MAX,
        }
    }
}

/// The queue of what has no route.
const UNREACHABLE: &str = "Unreachable";

/// Which header families a session with a next hop may send (HDR-12, IMP-10).
pub(crate) fn rights(hop: &NextHop) -> HeaderRights {
    match hop {
        NextHop::Accepted(_) | NextHop::Servers(_) => ALL_RIGHTS,
        NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector } => connector.header_rights,
    }
}

/// What becomes of cross-premises fields on the way to a next hop (HDR-13).
pub(crate) fn cross_premises(hop: &NextHop) -> CrossPremises {
    match hop {
        NextHop::Accepted(_) | NextHop::Servers(_) => CrossPremises::Kept,
        NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector } if connector.cloud_services_mail => {
            CrossPremises::Renamed
        }
        NextHop::Dns { .. } | NextHop::SmartHosts { .. } => CrossPremises::Removed,
    }
}

/// A server of our own sees everything.
const ALL_RIGHTS: HeaderRights = HeaderRights { forest: true, organization: true, routing: true };

impl Key {
    fn new(next_hop: String, delivery: &'static str, connector: &str) -> Self {
        Self { next_hop, delivery, connector: connector.to_lowercase() }
    }

    /// Whether an administrator means this queue: by its next hop, case ignored.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.next_hop.eq_ignore_ascii_case(name)
            || self.delivery == UNREACHABLE && name.eq_ignore_ascii_case(UNREACHABLE)
    }
}

/// The smart hosts in the order of the connector (SMH-07).
pub(crate) fn smart_hosts(connector: &Connector) -> String {
    let Routing::SmartHosts(hosts) = &connector.routing else { return String::new() };
    hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
