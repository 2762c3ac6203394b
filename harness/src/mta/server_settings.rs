//! What the shell texts of a page set of the server and of the whole organisation, beside connectors: read for adapters,
//! which translate what their MTA has, and refuse the rest by name.

use std::net::{IpAddr, SocketAddr};

use mtaspec_reference_transport::{
    connector::{Connector, NameServers},
    directory::{DnsLookup, DnsProtocol, TransportConfig, TransportService},
};

use super::StartError;

#[cfg(test)]
mod tests;

/// The settings at the start of a case, defaults filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerSettings {
    /// Of the judged server (`Set-TransportService`).
    pub service: TransportService,
    /// Of the organisation (`Set-TransportConfig`).
    pub organisation: TransportConfig,
}

/// Where names are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Asked in this order.
    pub servers: Vec<IpAddr>,
    /// UDP, TCP, or both.
    pub protocol: DnsProtocol,
}

impl ServerSettings {
    /// The largest message that this connector may be given: its own limit or the organisation's, whichever is less
    /// (SIZ-10). `None`: there is no limit.
    #[must_use]
    pub fn size_limit(&self, connector: &Connector) -> Option<u64> {
        [connector.max_message_size, self.organisation.max_send_size].into_iter().flatten().min()
    }

    /// Where these connectors look names up, if all look in one place: what an MTA with one resolver needs. `adapter`
    /// are the name servers that the machine is told of.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if two of them look in different places.
    pub fn lookup(&self, connectors: &[&Connector], adapter: &[SocketAddr]) -> Result<Lookup, StartError> {
        let mut lookups: Vec<Lookup> =
            connectors.iter().map(|connector| self.lookup_of(connector.name_servers, adapter)).collect();
        lookups.dedup();
        if lookups.len() > 1 {
            return Err(StartError::unsupported("-UseExternalDNSServersEnabled for each connector"));
        }
        Ok(lookups.pop().unwrap_or_else(|| self.lookup_of(NameServers::Internal, adapter)))
    }

    fn lookup_of(&self, list: NameServers, adapter: &[SocketAddr]) -> Lookup {
        let DnsLookup { servers, adapter_enabled, protocol } = match list {
            NameServers::External => &self.service.external_dns,
            NameServers::Internal => &self.service.internal_dns,
        };
        let servers = if *adapter_enabled { adapter.iter().map(SocketAddr::ip).collect() } else { servers.clone() };
        Lookup { servers, protocol: *protocol }
    }

    /// The first setting that differs from its default and that senders other than Exchange have no notion of.
    #[must_use]
    pub fn beyond_most(&self) -> Option<&'static str> {
        let (own, usual) = (&self.service, TransportService::default());
        let changed = [
            ("-ExternalIPAddress", own.external_ip_address.is_some()),
            ("-ExternalPostmasterAddress", self.organisation.external_postmaster_address.is_some()),
            ("-MaxOutboundConnections", own.max_outbound_connections != usual.max_outbound_connections),
            (
                "-MaxPerDomainOutboundConnections",
                own.max_per_domain_outbound_connections != usual.max_per_domain_outbound_connections,
            ),
            ("-MessageRetryInterval", own.message_retry_interval != usual.message_retry_interval),
            (
                "-OutboundConnectionFailureRetryInterval",
                own.outbound_connection_failure_retry_interval != usual.outbound_connection_failure_retry_interval,
            ),
            ("-TransientFailureRetryCount", own.transient_failure_retry_count != usual.transient_failure_retry_count),
            (
                "-TransientFailureRetryInterval",
                own.transient_failure_retry_interval != usual.transient_failure_retry_interval,
            ),
        ];
        changed.into_iter().find_map(|(setting, is_changed)| is_changed.then_some(setting))
    }
}
