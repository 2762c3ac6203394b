//! The parameters of a connector as they were given, and what they make together.
//!
//! A [`Connector`] says what is done; [`Settings`] also remember what has no effect for now (a level under a
//! policy that was never set, a comment), so that `Set-SendConnector` can be judged against it.

mod rules;

use std::{net::IpAddr, time::Duration};

pub use rules::Refusal;

use crate::{
    connector::{
        Authentication, Connector, Credential, ErrorPolicy, Hello, INACTIVITY_TIMEOUT_DEFAULT, LoggingLevel,
        MAX_MESSAGE_SIZE_DEFAULT, MESSAGES_PER_CONNECTION_DEFAULT, NameServers, PORT_DEFAULT, Routing, Scope, Service,
        SmartHost, TlsAuthLevel, TlsPolicy,
    },
    routing::AddressSpace,
};

/// `-Usage`: a label that decides the default size, and nothing else (USE-02, USE-08).
#[expect(clippy::exhaustive_enums, reason = "there are exactly four (USE-01)")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usage {
    /// Where none is given (USE-06).
    #[default]
    Custom,
    /// Unlimited in size.
    Internal,
    /// To the internet.
    Internet,
    /// To a partner.
    Partner,
}

/// `-SmartHostAuthMechanism`.
#[expect(clippy::exhaustive_enums, reason = "there are exactly five (AUT-01)")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mechanism {
    /// `BasicAuth`.
    BasicAuth,
    /// `BasicAuthRequireTLS`.
    BasicAuthRequireTls,
    /// `ExchangeServer`.
    ExchangeServer,
    /// `ExternalAuthoritative`.
    ExternalAuthoritative,
    /// `None`; where none is given (AUT-02).
    #[default]
    None,
}

/// The parameters of `New-SendConnector`, one field each; [`Settings::new`] has the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `-AddressSpaces`.
    pub address_spaces: Vec<AddressSpace>,
    /// `-AuthenticationCredential`.
    pub authentication_credential: Option<Credential>,
    /// `-CloudServicesMailEnabled`.
    pub cloud_services_mail_enabled: bool,
    /// `-Comment`.
    pub comment: String,
    /// `-ConnectionInactivityTimeOut`.
    pub connection_inactivity_timeout: Duration,
    /// `-ConnectorType`: `XPremises` is true, `Default` is false (MOD-43).
    pub cross_premises: bool,
    /// `-DNSRoutingEnabled`.
    pub dns_routing_enabled: bool,
    /// `-DomainSecureEnabled`.
    pub domain_secure_enabled: bool,
    /// `-Enabled`.
    pub enabled: bool,
    /// `-ErrorPolicies`; none: `Default`.
    pub error_policies: Vec<ErrorPolicy>,
    /// `-ForceHELO`.
    pub force_helo: bool,
    /// `-Fqdn`.
    pub fqdn: Option<String>,
    /// `-FrontendProxyEnabled`.
    pub frontend_proxy_enabled: bool,
    /// `-IgnoreSTARTTLS`.
    pub ignore_starttls: bool,
    /// `-IsCoexistenceConnector`, of 2013 (MOD-18).
    pub is_coexistence_connector: bool,
    /// `-IsScopedConnector`.
    pub is_scoped_connector: bool,
    /// `-LinkedReceiveConnector`, of 2013 (MOD-19).
    pub linked_receive_connector: Option<String>,
    /// `-MaxMessageSize`, in octets; `None`: unlimited.
    pub max_message_size: Option<u64>,
    /// `-Port`.
    pub port: u16,
    /// `-ProtocolLoggingLevel`: `Verbose` is true, `None` is false (MOD-26).
    pub protocol_logging: bool,
    /// `-RequireOorg`: reserved (MOD-43).
    pub require_oorg: bool,
    /// `-RequireTLS`.
    pub require_tls: bool,
    /// `-SmartHostAuthMechanism`.
    pub smart_host_auth_mechanism: Mechanism,
    /// `-SmartHosts`.
    pub smart_hosts: Vec<SmartHost>,
    /// `-SmtpMaxMessagesPerConnection`.
    pub smtp_max_messages_per_connection: u32,
    /// `-SourceIPAddress`; `None`: 0.0.0.0, any (MOD-29).
    pub source_ip_address: Option<IpAddr>,
    /// `-SourceTransportServers`, as the organisation names them.
    pub source_transport_servers: Vec<String>,
    /// `-TlsAuthLevel`.
    pub tls_auth_level: Option<TlsAuthLevel>,
    /// `-TlsCertificateName`.
    pub tls_certificate_name: Option<String>,
    /// `-TlsDomain`.
    pub tls_domain: Option<String>,
    /// `-Usage`.
    pub usage: Usage,
    /// `-UseExternalDNSServersEnabled`.
    pub use_external_dns_servers_enabled: bool,
}

impl Settings {
    /// The defaults of a usage.
    pub fn new(usage: Usage) -> Self {
        Self {
            address_spaces: Vec::new(),
            authentication_credential: None,
            cloud_services_mail_enabled: false,
            comment: String::new(),
            connection_inactivity_timeout: INACTIVITY_TIMEOUT_DEFAULT,
            cross_premises: false,
            dns_routing_enabled: true,
            domain_secure_enabled: false,
            enabled: true,
            error_policies: Vec::new(),
            force_helo: false,
            fqdn: None,
            frontend_proxy_enabled: false,
            ignore_starttls: false,
            is_coexistence_connector: false,
            is_scoped_connector: false,
            linked_receive_connector: None,
            max_message_size: (usage != Usage::Internal).then_some(MAX_MESSAGE_SIZE_DEFAULT),
            port: PORT_DEFAULT,
            protocol_logging: false,
            require_oorg: false,
            require_tls: false,
            smart_host_auth_mechanism: Mechanism::None,
            smart_hosts: Vec::new(),
            smtp_max_messages_per_connection: MESSAGES_PER_CONNECTION_DEFAULT,
            source_ip_address: None,
            source_transport_servers: Vec::new(),
            tls_auth_level: None,
            tls_certificate_name: None,
            tls_domain: None,
            usage,
            use_external_dns_servers_enabled: false,
        }
    }

    /// The settings that would make this connector, for one that did not come from the shell.
    pub fn of_connector(connector: &Connector) -> Self {
        let (mechanism, credential) = match &connector.authentication {
            Authentication::Basic(credential) => (Mechanism::BasicAuth, Some(credential.clone())),
            Authentication::BasicRequireTls(credential) => (Mechanism::BasicAuthRequireTls, Some(credential.clone())),
            Authentication::ExchangeServer => (Mechanism::ExchangeServer, None),
            Authentication::ExternalAuthoritative => (Mechanism::ExternalAuthoritative, None),
            Authentication::None => (Mechanism::None, None),
        };
        let (tls_auth_level, tls_domain) = match &connector.tls {
            TlsPolicy::Required { level, domain } => (Some(*level), domain.clone()),
            TlsPolicy::Ignore | TlsPolicy::Mutual | TlsPolicy::Opportunistic => (None, None),
        };
        Self {
            address_spaces: connector.address_spaces.clone(),
            authentication_credential: credential,
            cloud_services_mail_enabled: connector.cloud_services_mail,
            connection_inactivity_timeout: connector.inactivity_timeout,
            dns_routing_enabled: connector.routing == Routing::Dns,
            domain_secure_enabled: connector.domain_secure_enabled,
            enabled: connector.enabled,
            error_policies: connector.error_policies.clone(),
            frontend_proxy_enabled: connector.service == Service::FrontEnd,
            is_scoped_connector: connector.scope == Scope::Site,
            protocol_logging: connector.protocol_logging == LoggingLevel::Verbose,
            source_ip_address: connector.source_ip_address,
            source_transport_servers: connector.source_servers.clone(),
            tls_certificate_name: connector.tls_certificate_name.clone(),
            use_external_dns_servers_enabled: connector.name_servers == NameServers::External,
            force_helo: connector.hello == Hello::Helo,
            fqdn: connector.fqdn.clone(),
            ignore_starttls: connector.tls == TlsPolicy::Ignore,
            max_message_size: connector.max_message_size,
            port: connector.port,
            require_tls: matches!(connector.tls, TlsPolicy::Required { .. }),
            smart_host_auth_mechanism: mechanism,
            smart_hosts: match &connector.routing {
                Routing::Dns => Vec::new(),
                Routing::SmartHosts(hosts) => hosts.clone(),
            },
            smtp_max_messages_per_connection: connector.messages_per_connection_max,
            tls_auth_level,
            tls_domain,
            ..Self::new(Usage::Custom)
        }
    }
}
