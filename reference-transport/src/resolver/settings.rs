//! Which name servers are asked, over what, and how patiently: the DNS settings of a server's Transport service.

use std::{net::IpAddr, time::Duration};

use crate::{
    connector::NameServers,
    limits::{DNS_QUERY_TIMEOUT, DNS_RESOLUTION_TIMEOUT},
};

/// The DNS settings of one server (`Set-TransportService`, and the keys that Exchange keeps in a configuration file);
/// [`DnsSettings::default`] has Exchange's defaults (DNS-12, DNS-21, DNS-22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsSettings {
    /// `-ExternalDNSServers`, `-ExternalDNSAdapterEnabled`, `-ExternalDNSProtocolOption`: for connectors with
    /// `-UseExternalDNSServersEnabled $true` (DNS-19).
    pub external: SideSettings,
    /// `-InternalDNSServers`, `-InternalDNSAdapterEnabled`, `-InternalDNSProtocolOption`: for all others.
    pub internal: SideSettings,
    /// `DnsFaultTolerance` (DNS-12, DNS-13).
    pub fault_tolerance: FaultTolerance,
    /// How often the list of servers is gone through; at least 1. Exchange documents no number: ours is 1, for the
    /// queue tries again anyway.
    pub rounds: u32,
    /// How long one server is waited for, UDP and TCP together. Exchange has 5 s and no parameter (DNS-11).
    pub query_timeout: Duration,
    /// How long all lookups for one destination may take. Exchange has 60 s and no parameter (DNS-11).
    pub resolution_timeout: Duration,
}

impl Default for DnsSettings {
    fn default() -> Self {
        Self {
            external: SideSettings::default(),
            internal: SideSettings::default(),
            fault_tolerance: FaultTolerance::Lenient,
            rounds: 1,
            query_timeout: DNS_QUERY_TIMEOUT,
            resolution_timeout: DNS_RESOLUTION_TIMEOUT,
        }
    }
}

impl DnsSettings {
    /// The settings of one side.
    #[must_use]
    pub fn of(&self, side: NameServers) -> &SideSettings {
        match side {
            NameServers::External => &self.external,
            NameServers::Internal => &self.internal,
        }
    }
}

/// The settings for external, or for internal, lookups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideSettings {
    /// `$true`: the servers of the network adapter are asked, and [`SideSettings::servers`] is ignored (DNS-20).
    pub adapter_enabled: bool,
    /// Asked in this order, on port 53, while the adapter's are not (DNS-10, DNS-20).
    pub servers: Vec<IpAddr>,
    /// UDP, TCP or both.
    pub protocol: ProtocolOption,
}

impl Default for SideSettings {
    fn default() -> Self {
        Self { adapter_enabled: true, servers: Vec::new(), protocol: ProtocolOption::Any }
    }
}

/// `-ExternalDNSProtocolOption`, `-InternalDNSProtocolOption` (DNS-22).
#[expect(clippy::exhaustive_enums, reason = "the parameter has these three values")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProtocolOption {
    /// UDP, and TCP for an answer that was cut short.
    #[default]
    Any,
    /// TCP alone.
    UseTcpOnly,
    /// UDP alone: an answer that was cut short is none.
    UseUdpOnly,
}

/// What an MX host that cannot be resolved does to the others (`DnsFaultTolerance`).
#[expect(clippy::exhaustive_enums, reason = "the key has these two values")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaultTolerance {
    /// It alone is left out (DNS-12).
    #[default]
    Lenient,
    /// It is left out with every host of equal or higher preference (DNS-13).
    Normal,
}
