//! What a server's Transport service is told: the parameters of `Set-TransportService`, and the retry keys that
//! Exchange keeps in a configuration file.

use std::{net::IpAddr, time::Duration};

use crate::resolver::FaultTolerance;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// The settings of one server's Transport service, one field a parameter; [`TransportService::default`] has the
/// defaults of a Mailbox server, [`TransportService::edge`] those of an Edge server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportService {
    /// `QueueGlitchRetryCount`: attempts after the first, while a failure may be a glitch (FAIL-09).
    pub queue_glitch_retry_count: u32,
    /// `QueueGlitchRetryInterval`: between those attempts (FAIL-09).
    pub queue_glitch_retry_interval: Duration,
    /// `-TransientFailureRetryCount`, 0 to 15: attempts after the glitch retries; 0 skips that stage (FAIL-10, FAIL-12).
    pub transient_failure_retry_count: u32,
    /// `-TransientFailureRetryInterval`: between those attempts (FAIL-10).
    pub transient_failure_retry_interval: Duration,
    /// `-OutboundConnectionFailureRetryInterval`: between all further attempts, until expiry (FAIL-11).
    pub outbound_connection_failure_retry_interval: Duration,
    /// `-MessageRetryInterval`: when a message is tried again whose host was there and said "later" (FAIL-13, AMB-29).
    pub message_retry_interval: Duration,
    /// `-MessageExpirationTimeout`: how long a message is tried (FAIL-14).
    pub message_expiration_timeout: Duration,
    /// `-DelayNotificationTimeout`: when the sender is told that the message still waits (FAIL-15).
    pub delay_notification_timeout: Duration,
    /// `MaxIdleTimeBeforeResubmit`: when a queue in Retry that delivered nothing is routed anew (FAIL-16).
    pub max_idle_time_before_resubmit: Duration,
    /// `QueueMaxIdleTime`: when an empty delivery queue disappears (FAIL-18).
    pub queue_max_idle_time: Duration,
    /// `-MaxOutboundConnections`: at a time, to everywhere; `None`: unlimited (FAIL-27).
    pub max_outbound_connections: Option<u32>,
    /// `-MaxPerDomainOutboundConnections`: at a time, to one domain; `None`: unlimited (FAIL-27, FAIL-28, AMB-29).
    pub max_per_domain_outbound_connections: Option<u32>,
    /// `DnsFaultTolerance`: what an MX host that cannot be resolved does to the others (DNS-12, DNS-13).
    pub dns_fault_tolerance: FaultTolerance,
    /// `-ExternalDNS*`: for connectors with `UseExternalDNSServersEnabled` (DNS-19).
    pub external_dns: DnsLookup,
    /// `-InternalDNS*`: for all other lookups.
    pub internal_dns: DnsLookup,
    /// `-ExternalIPAddress`: what stands in our `Received` in the place of the server's address (FAIL-26).
    pub external_ip_address: Option<IpAddr>,
    /// `-IntraOrgConnectorProtocolLoggingLevel`: `Verbose` is true; Mailbox Transport Submission has it, too (IMP-09).
    pub intra_org_protocol_logging: bool,
    /// `-SendProtocolLog*`.
    pub send_protocol_log: LogFiles,
    /// `-ReceiveProtocolLog*`.
    pub receive_protocol_log: LogFiles,
    /// `-DnsLogEnabled` (LOG-23).
    pub dns_log_enabled: bool,
    /// `-DnsLog*`.
    pub dns_log: LogFiles,
}

/// How a service resolves names, for one of its two kinds of lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsLookup {
    /// `-...DNSServers`: asked in this order, if the adapter's are not (DNS-10, DNS-20).
    pub servers: Vec<IpAddr>,
    /// `-...DNSAdapterEnabled`: the name servers of a network adapter are asked, and `servers` is ignored (DNS-20).
    pub adapter_enabled: bool,
    /// `-...DNSProtocolOption` (DNS-22).
    pub protocol: DnsProtocol,
}

impl Default for DnsLookup {
    /// DNS-21, DNS-22.
    fn default() -> Self {
        Self { servers: Vec::new(), adapter_enabled: true, protocol: DnsProtocol::Any }
    }
}

/// `-ExternalDNSProtocolOption`, `-InternalDNSProtocolOption` (DNS-22).
#[expect(clippy::exhaustive_enums, reason = "Set-TransportService has these three")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DnsProtocol {
    /// UDP, and TCP for what was truncated.
    #[default]
    Any,
    /// `UseTcpOnly`.
    TcpOnly,
    /// `UseUdpOnly`.
    UdpOnly,
}

/// Where a log is written, and how much of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFiles {
    /// The folder; `None`: nothing is written (LOG-18).
    pub path: Option<String>,
    /// Older files are removed; zero: none is for its age (LOG-16).
    pub max_age: Duration,
    /// All files together, in octets; `None`: unlimited. Never less than `max_file_size` (LOG-16).
    pub max_directory_size: Option<u64>,
    /// One file, in octets; `None`: unlimited.
    pub max_file_size: Option<u64>,
}

const MB: u64 = 1024 * 1024;

impl LogFiles {
    /// A protocol log below the installation's `TransportRoles\Logs` (LOG-15, LOG-17).
    pub fn protocol(folder: &str) -> Self {
        Self {
            path: Some(format!("TransportRoles\\Logs\\{folder}")),
            max_age: 30 * 24 * HOUR,
            max_directory_size: Some(250 * MB),
            max_file_size: Some(10 * MB),
        }
    }

    /// The DNS log: none until a folder is named (LOG-23).
    pub fn dns() -> Self {
        Self { path: None, max_age: 7 * 24 * HOUR, max_directory_size: Some(100 * MB), max_file_size: Some(10 * MB) }
    }
}

impl Default for TransportService {
    fn default() -> Self {
        Self {
            queue_glitch_retry_count: 4,
            queue_glitch_retry_interval: MINUTE,
            transient_failure_retry_count: 6,
            transient_failure_retry_interval: 5 * MINUTE,
            outbound_connection_failure_retry_interval: 10 * MINUTE,
            message_retry_interval: 5 * MINUTE,
            message_expiration_timeout: 48 * HOUR,
            delay_notification_timeout: 4 * HOUR,
            max_idle_time_before_resubmit: 12 * HOUR,
            queue_max_idle_time: 3 * MINUTE,
            max_outbound_connections: Some(1000),
            max_per_domain_outbound_connections: Some(40),
            dns_fault_tolerance: FaultTolerance::Lenient,
            external_dns: DnsLookup::default(),
            internal_dns: DnsLookup::default(),
            external_ip_address: None,
            intra_org_protocol_logging: false,
            send_protocol_log: LogFiles::protocol("Hub\\ProtocolLog\\SmtpSend"),
            receive_protocol_log: LogFiles::protocol("Hub\\ProtocolLog\\SmtpReceive"),
            dns_log_enabled: false,
            dns_log: LogFiles::dns(),
        }
    }
}

impl TransportService {
    /// Sets a key of the service's configuration file. No shell command does; `false`: there is no such key, or it has
    /// no such value.
    #[must_use]
    pub fn set_key(&mut self, name: &str, value: &str) -> bool {
        let tolerance = match (name, value) {
            ("DnsFaultTolerance", "Lenient") => FaultTolerance::Lenient,
            ("DnsFaultTolerance", "Normal") => FaultTolerance::Normal,
            _ => return false,
        };
        self.dns_fault_tolerance = tolerance;
        true
    }

    /// The defaults of an Edge server: longer intervals (FAIL-10, FAIL-11).
    #[must_use]
    pub fn edge() -> Self {
        Self {
            transient_failure_retry_interval: 10 * MINUTE,
            outbound_connection_failure_retry_interval: 30 * MINUTE,
            send_protocol_log: LogFiles::protocol("Edge\\ProtocolLog\\SmtpSend"),
            receive_protocol_log: LogFiles::protocol("Edge\\ProtocolLog\\SmtpReceive"),
            ..Self::default()
        }
    }
}
