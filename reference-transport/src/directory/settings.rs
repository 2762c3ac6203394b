//! The parameters of a connector as they were given, and what they make together.
//!
//! A [`Connector`] says what is done; [`Settings`] also remember what has no effect for now (a level under a
//! policy that was never set, a comment), so that `Set-SendConnector` can be judged against it.

use std::{net::IpAddr, time::Duration};

use crate::{
    connector::{
        Authentication, Connector, Credential, HeaderRights, Hello, INACTIVITY_TIMEOUT_DEFAULT,
        MAX_MESSAGE_SIZE_DEFAULT, MESSAGES_PER_CONNECTION_DEFAULT, NameServers, PORT_DEFAULT, Routing, SmartHost,
        TlsAuthLevel, TlsPolicy,
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
#[expect(clippy::exhaustive_enums, reason = "those of AUT-01 that the transport knows")]
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
    /// `-Comment`.
    pub comment: String,
    /// `-ConnectionInactivityTimeOut`.
    pub connection_inactivity_timeout: Duration,
    /// `-DNSRoutingEnabled`.
    pub dns_routing_enabled: bool,
    /// `-DomainSecureEnabled`.
    pub domain_secure_enabled: bool,
    /// `-Enabled`.
    pub enabled: bool,
    /// `-ForceHELO`.
    pub force_helo: bool,
    /// `-Fqdn`.
    pub fqdn: Option<String>,
    /// `-IgnoreSTARTTLS`.
    pub ignore_starttls: bool,
    /// `-MaxMessageSize`, in octets; `None`: unlimited.
    pub max_message_size: Option<u64>,
    /// `-Port`.
    pub port: u16,
    /// `-ProtocolLoggingLevel`: `Verbose` is true, `None` is false (MOD-26).
    pub protocol_logging: bool,
    /// `-RequireTLS`.
    pub require_tls: bool,
    /// `-SmartHostAuthMechanism`.
    pub smart_host_auth_mechanism: Mechanism,
    /// `-SmartHosts`.
    pub smart_hosts: Vec<SmartHost>,
    /// `-SmtpMaxMessagesPerConnection`.
    pub smtp_max_messages_per_connection: u32,
    /// `-SourceIPAddress`; `None` stands for 0.0.0.0.
    pub source_ip_address: Option<IpAddr>,
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

/// Why settings do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Refusal {
    /// The parameter to look at first.
    pub parameter: &'static str,
    /// The rule, in words.
    pub rule: &'static str,
}

impl Settings {
    /// The defaults of a usage.
    pub fn new(usage: Usage) -> Self {
        Self {
            address_spaces: Vec::new(),
            authentication_credential: None,
            comment: String::new(),
            connection_inactivity_timeout: INACTIVITY_TIMEOUT_DEFAULT,
            dns_routing_enabled: true,
            domain_secure_enabled: false,
            enabled: true,
            force_helo: false,
            fqdn: None,
            ignore_starttls: false,
            max_message_size: (usage != Usage::Internal).then_some(MAX_MESSAGE_SIZE_DEFAULT),
            port: PORT_DEFAULT,
            protocol_logging: false,
            require_tls: false,
            smart_host_auth_mechanism: Mechanism::None,
            smart_hosts: Vec::new(),
            smtp_max_messages_per_connection: MESSAGES_PER_CONNECTION_DEFAULT,
            source_ip_address: None,
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
            connection_inactivity_timeout: connector.inactivity_timeout,
            dns_routing_enabled: connector.routing == Routing::Dns,
            domain_secure_enabled: connector.domain_secure_enabled,
            enabled: connector.enabled,
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
            source_ip_address: connector.source_ip_address,
            tls_auth_level,
            tls_certificate_name: connector.tls_certificate_name.clone(),
            tls_domain,
            use_external_dns_servers_enabled: connector.name_servers == NameServers::External,
            ..Self::new(Usage::Custom)
        }
    }

    /// The connector that these settings make.
    ///
    /// # Errors
    ///
    /// The first rule that two of them break together (MOD-07, MOD-12, MOD-13, AUT-04, TLS-06, TLS-09, TLS-14).
    pub fn connector(&self, name: &str) -> Result<Connector, Refusal> {
        if self.address_spaces.is_empty() {
            return refuse("AddressSpaces", "a connector needs at least one address space");
        }
        Ok(Connector {
            name: name.to_owned(),
            enabled: self.enabled,
            address_spaces: self.address_spaces.clone(),
            routing: self.routing()?,
            port: self.port,
            max_message_size: self.max_message_size,
            fqdn: self.fqdn.clone(),
            hello: if self.force_helo { Hello::Helo } else { Hello::Ehlo },
            tls: self.tls()?,
            domain_secure_enabled: self.domain_secure()?,
            tls_certificate_name: self.tls_certificate_name.clone(),
            source_ip_address: self.source_ip_address,
            authentication: self.authentication()?,
            inactivity_timeout: self.connection_inactivity_timeout,
            messages_per_connection_max: self.smtp_max_messages_per_connection,
            error_policies: Vec::new(),
            name_servers: if self.use_external_dns_servers_enabled {
                NameServers::External
            } else {
                NameServers::Internal
            },
            // The directory knows the permissions, and fills them in.
            header_rights: HeaderRights::ANONYMOUS,
        })
    }

    fn routing(&self) -> Result<Routing, Refusal> {
        match (self.dns_routing_enabled, self.smart_hosts.is_empty()) {
            (true, true) => Ok(Routing::Dns),
            (false, false) => Ok(Routing::SmartHosts(self.smart_hosts.clone())),
            (true, false) => refuse("SmartHosts", "`SmartHosts` needs `DNSRoutingEnabled` to be `$false`"),
            (false, true) => refuse("DNSRoutingEnabled", "`DNSRoutingEnabled` `$false` needs `SmartHosts`"),
        }
    }

    fn tls(&self) -> Result<TlsPolicy, Refusal> {
        if self.require_tls && self.ignore_starttls {
            return refuse("RequireTLS", "`RequireTLS` and `IgnoreSTARTTLS` exclude each other");
        }
        if !self.require_tls && self.tls_auth_level.is_some() {
            return refuse("TlsAuthLevel", "`TlsAuthLevel` needs `RequireTLS` `$true`");
        }
        let level = self.tls_auth_level.unwrap_or_default();
        if level == TlsAuthLevel::DomainValidation && !self.smart_hosts.is_empty() && self.tls_domain.is_none() {
            return refuse("TlsDomain", "`DomainValidation` with smart hosts needs `TlsDomain`");
        }
        Ok(match (self.require_tls, self.ignore_starttls) {
            (true, _) => TlsPolicy::Required { level, domain: self.tls_domain.clone() },
            (false, true) => TlsPolicy::Ignore,
            (false, false) => TlsPolicy::Opportunistic,
        })
    }

    /// Mutual TLS is for domains that are found by DNS, over connections that may use STARTTLS (TLS-21, AMB-08).
    fn domain_secure(&self) -> Result<bool, Refusal> {
        match self.domain_secure_enabled {
            true if !self.dns_routing_enabled => {
                refuse("DomainSecureEnabled", "`DomainSecureEnabled` needs `DNSRoutingEnabled` to be `$true`")
            }
            true if self.ignore_starttls => {
                refuse("DomainSecureEnabled", "`DomainSecureEnabled` and `IgnoreSTARTTLS` exclude each other")
            }
            enabled => Ok(enabled),
        }
    }

    fn authentication(&self) -> Result<Authentication, Refusal> {
        let credential = || {
            let rule = "`BasicAuth` and `BasicAuthRequireTLS` need `AuthenticationCredential`";
            self.authentication_credential.clone().ok_or(Refusal { parameter: "SmartHostAuthMechanism", rule })
        };
        let authentication = match self.smart_host_auth_mechanism {
            Mechanism::BasicAuth => Authentication::Basic(credential()?),
            Mechanism::BasicAuthRequireTls => Authentication::BasicRequireTls(credential()?),
            Mechanism::ExchangeServer => Authentication::ExchangeServer,
            Mechanism::ExternalAuthoritative => Authentication::ExternalAuthoritative,
            Mechanism::None => Authentication::None,
        };
        // With DNS routing the mechanism is kept, and has no effect (AMB-10).
        Ok(if self.dns_routing_enabled { Authentication::None } else { authentication })
    }
}

fn refuse<T>(parameter: &'static str, rule: &'static str) -> Result<T, Refusal> {
    Err(Refusal { parameter, rule })
}
