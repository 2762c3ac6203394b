//! What a server's Front End Transport service is told: the parameters of `Set-FrontendTransportService`.

use std::{net::IpAddr, time::Duration};

use super::{DnsLookup, LogFiles, Profile};

/// The settings of one server's Front End Transport service. Its DNS settings are its own, apart from those of the
/// Transport service (DNS-24).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrontendTransportService {
    /// `-ExternalDNS*`.
    pub external_dns: DnsLookup,
    /// `-InternalDNS*`.
    pub internal_dns: DnsLookup,
    /// `-ExternalIPAddress`.
    pub external_ip_address: Option<IpAddr>,
    /// `-IntraOrgConnectorProtocolLoggingLevel`; on, but in 2013 (IMP-08, AMB-25).
    pub intra_org_protocol_logging: bool,
    /// `-SendProtocolLog*`.
    pub send_protocol_log: LogFiles,
    /// `-ReceiveProtocolLog*`.
    pub receive_protocol_log: LogFiles,
    /// `-DnsLogEnabled`.
    pub dns_log_enabled: bool,
    /// `-DnsLog*`.
    pub dns_log: LogFiles,
    /// `-TransientFailureRetryCount`, 0 to 15.
    pub transient_failure_retry_count: u32,
    /// `-TransientFailureRetryInterval`.
    pub transient_failure_retry_interval: Duration,
}

impl FrontendTransportService {
    /// The defaults of a generation.
    pub fn new(profile: Profile) -> Self {
        Self {
            external_dns: DnsLookup::default(),
            internal_dns: DnsLookup::default(),
            external_ip_address: None,
            intra_org_protocol_logging: profile == Profile::E2016,
            send_protocol_log: LogFiles::protocol("FrontEnd\\ProtocolLog\\SmtpSend"),
            receive_protocol_log: LogFiles::protocol("FrontEnd\\ProtocolLog\\SmtpReceive"),
            dns_log_enabled: false,
            dns_log: LogFiles::dns(),
            transient_failure_retry_count: 6,
            transient_failure_retry_interval: Duration::from_mins(5),
        }
    }
}
