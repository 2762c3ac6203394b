//! A Send connector: the settings that decide which mail goes where, and how.

use std::{fmt, net::IpAddr, time::Duration};

/// A Send connector (`New-SendConnector`), complete: defaults are filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// Unique without regard to case (`-Name`).
    pub name: String,
    /// `-Enabled`; true by default (MOD-09).
    pub enabled: bool,
    /// What it serves (`-AddressSpaces`), at least one.
    pub address_spaces: Vec<crate::routing::AddressSpace>,
    /// DNS or smart hosts (`-DNSRoutingEnabled`, `-SmartHosts`).
    pub routing: Routing,
    /// The port of smart hosts (`-Port`); 25 by default (MOD-20, AMB-14: DNS routing stays at 25).
    pub port: u16,
    /// Largest message it takes, in octets (`-MaxMessageSize`); `None`: unlimited.
    pub max_message_size: Option<u64>,
    /// The name in EHLO (`-Fqdn`); `None`: the server's own (MOD-24).
    pub fqdn: Option<String>,
    /// HELO in the place of EHLO (`-ForceHELO`).
    pub hello: Hello,
    /// STARTTLS: opportunistic, ignored or required (`-IgnoreSTARTTLS`, `-RequireTLS`).
    pub tls: TlsPolicy,
    /// Mutual TLS with the domains of the secure list (`-DomainSecureEnabled`); false by default (TLS-24).
    pub domain_secure_enabled: bool,
    /// Which certificate of ours is shown (`-TlsCertificateName`), as `<I>issuer<S>subject`; `None`: the one for the
    /// name in EHLO (TLS-26, TLS-28).
    pub tls_certificate_name: Option<String>,
    /// The address that connections come from (`-SourceIPAddress`); `None`: whichever the system picks.
    pub source_ip_address: Option<IpAddr>,
    /// Smart-host authentication (`-SmartHostAuthMechanism`, `-AuthenticationCredential`).
    pub authentication: Authentication,
    /// Whose name servers are asked (`-UseExternalDNSServersEnabled`), for smart hosts too (AMB-19); internal ones by
    /// default.
    pub name_servers: NameServers,
    /// `-ConnectionInactivityTimeOut`; 10 minutes by default (MOD-21).
    pub inactivity_timeout: Duration,
    /// `-SmtpMaxMessagesPerConnection`; 20 by default (MOD-22).
    pub messages_per_connection_max: u32,
    /// What becomes transient or permanent that is not (`-ErrorPolicies`); none: `Default`.
    pub error_policies: Vec<ErrorPolicy>,
    /// Which header families a session of this connector may send (`Add-ADPermission`).
    pub header_rights: HeaderRights,
    /// Whether the notes of the organisation cross to its other half under another name
    /// (`-CloudServicesMailEnabled`); false by default (HDR-13).
    pub cloud_services_mail: bool,
    /// The servers that make its connections (`-SourceTransportServers`), as the organisation names them; none: the
    /// server that asks.
    pub source_servers: Vec<String>,
    /// Who sees it (`-IsScopedConnector`).
    pub scope: Scope,
    /// Which service makes its connections (`-FrontendProxyEnabled`).
    pub service: Service,
    /// `-ProtocolLoggingLevel`; none by default (MOD-26).
    pub protocol_logging: LoggingLevel,
}

impl Connector {
    /// A connector with this name, every setting at its default, and as yet no address space.
    ///
    /// What `New-SendConnector -Name` gives with the default usage, Custom (USE-06).
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            enabled: true,
            address_spaces: Vec::new(),
            routing: Routing::Dns,
            port: PORT_DEFAULT,
            max_message_size: Some(MAX_MESSAGE_SIZE_DEFAULT),
            fqdn: None,
            hello: Hello::Ehlo,
            tls: TlsPolicy::Opportunistic,
            domain_secure_enabled: false,
            tls_certificate_name: None,
            source_ip_address: None,
            authentication: Authentication::None,
            inactivity_timeout: INACTIVITY_TIMEOUT_DEFAULT,
            messages_per_connection_max: MESSAGES_PER_CONNECTION_DEFAULT,
            error_policies: Vec::new(),
            name_servers: NameServers::Internal,
            header_rights: HeaderRights::ANONYMOUS,
            cloud_services_mail: false,
            source_servers: Vec::new(),
            scope: Scope::Organisation,
            service: Service::Transport,
            protocol_logging: LoggingLevel::None,
        }
    }
}

/// `-IsScopedConnector`.
#[expect(clippy::exhaustive_enums, reason = "a connector is scoped or not")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every server routes by it (SCO-01).
    Organisation,
    /// Servers in the sites of its source servers do (SCO-02, AMB-18).
    Site,
}

/// `-FrontendProxyEnabled`.
#[expect(clippy::exhaustive_enums, reason = "a connector is proxied or not")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Front End Transport connects, on behalf of Transport (FEP-02).
    FrontEnd,
    /// Transport connects itself (FEP-01).
    Transport,
}

/// `-ProtocolLoggingLevel`.
#[expect(clippy::exhaustive_enums, reason = "New-SendConnector has these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggingLevel {
    /// Nothing is logged.
    None,
    /// Every session is.
    Verbose,
}

/// `-ErrorPolicies`, but for `Default` (MOD-42).
#[expect(clippy::exhaustive_enums, reason = "New-SendConnector has these")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorPolicy {
    /// Listed replies become transient (FAIL-22).
    DowngradeCustomFailures,
    /// Every failure of a lookup becomes transient (FAIL-21).
    DowngradeDnsFailures,
    /// Listed replies become permanent (FAIL-22).
    UpgradeCustomFailures,
}

/// `-Port` unless it is given (MOD-20).
pub const PORT_DEFAULT: u16 = 25;

/// `-MaxMessageSize` of Custom, Internet and Partner connectors unless it is given, in octets: 35 MB (USE-08).
pub const MAX_MESSAGE_SIZE_DEFAULT: u64 = 35 * 1024 * 1024;

/// `-ConnectionInactivityTimeOut` unless it is given (MOD-21).
pub const INACTIVITY_TIMEOUT_DEFAULT: Duration = Duration::from_mins(10);

/// `-SmtpMaxMessagesPerConnection` unless it is given (MOD-22).
pub const MESSAGES_PER_CONNECTION_DEFAULT: u32 = 20;

/// HELO or EHLO.
#[expect(clippy::exhaustive_enums, reason = "RFC 5321 §4.1.1.1 has these two")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hello {
    /// EHLO, and HELO where it is not known.
    #[default]
    Ehlo,
    /// HELO alone.
    Helo,
}

/// How the next hop is found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Routing {
    /// By the MX records of the recipient's domain.
    Dns,
    /// These hosts; at least one.
    SmartHosts(Vec<SmartHost>),
}

/// A smart host as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SmartHost {
    /// By address: no query is made.
    Address(IpAddr),
    /// By name: MX, then A and AAAA (AMB-07). In lower case, without a final dot.
    Name(String),
}

impl SmartHost {
    /// `--`: the servers of the subscribed site, on the connector that an Edge subscription makes (EDG-03).
    pub fn subscribed_site() -> Self {
        Self::Name("--".to_owned())
    }
}

impl fmt::Display for SmartHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "[{address}]"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// `-UseExternalDNSServersEnabled`.
#[expect(clippy::exhaustive_enums, reason = "a server has these two lists")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameServers {
    /// `Set-TransportService -ExternalDNS*` (DNS-19).
    External,
    /// `Set-TransportService -InternalDNS*`.
    Internal,
}

/// What is done about STARTTLS.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsPolicy {
    /// Never sent (`-IgnoreSTARTTLS $true`).
    Ignore,
    /// By TLS in which both sides show a certificate, or not at all: the domain is in the secure list (TLS-21, TLS-23).
    Mutual,
    /// Tried where it is offered, without a check of the certificate.
    Opportunistic,
    /// By TLS or not at all (`-RequireTLS $true`).
    Required {
        /// `-TlsAuthLevel`; none: as [`TlsAuthLevel::EncryptionOnly`].
        level: TlsAuthLevel,
        /// `-TlsDomain`: the name that [`TlsAuthLevel::DomainValidation`] looks for.
        domain: Option<String>,
    },
}

/// `-TlsAuthLevel`.
#[expect(clippy::exhaustive_enums, reason = "New-SendConnector has these three")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsAuthLevel {
    /// Chain, not name.
    CertificateValidation,
    /// Chain and name.
    DomainValidation,
    /// No check.
    #[default]
    EncryptionOnly,
}

/// `-SmartHostAuthMechanism`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authentication {
    /// LOGIN or PLAIN, also in the clear (AUT-06).
    Basic(Credential),
    /// LOGIN or PLAIN, under TLS with the exact name alone (AUT-09, AUT-11).
    BasicRequireTls(Credential),
    /// GSSAPI between Exchange servers: `X-EXPS GSSAPI` (AUT-14).
    ExchangeServer,
    /// None on the wire: the network is trusted (AUT-17).
    ExternalAuthoritative,
    /// None (AUT-03).
    None,
}

/// A user name and a password (`New-Object PSCredential`).
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The user name.
    pub user: String,
    /// The password; never printed (AUT-24).
    pub password: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The header families that are sent (`ms-Exch-Send-Headers-*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderRights {
    /// `X-MS-Exchange-Forest-*`.
    pub forest: bool,
    /// `X-MS-Exchange-Organization-*`.
    pub organization: bool,
    /// `Received` and `Resent-*`.
    pub routing: bool,
}

/// What becomes of `X-MS-Exchange-CrossPremises-*`, the notes that two halves of one organisation leave each other
/// (HDR-13).
#[expect(clippy::exhaustive_enums, reason = "a next hop is here, in the other half, or outside")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossPremises {
    /// They stay as they are: the next hop is a server of our own.
    Kept,
    /// They are removed: the next hop is outside.
    Removed,
    /// They stay, and some of the organisation's join them under such names: the next hop is in the other half.
    Renamed,
}

impl HeaderRights {
    /// What an anonymous session has by default: routing alone (HDR-06).
    pub const ANONYMOUS: Self = Self { forest: false, organization: false, routing: true };

    /// What a session with a server of the organisation has.
    pub const ALL: Self = Self { forest: true, organization: true, routing: true };
}
