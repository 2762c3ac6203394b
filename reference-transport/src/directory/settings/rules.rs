//! Which settings go together, and the connector that they make.

use super::{Mechanism, Settings};
use crate::connector::{
    Authentication, Connector, HeaderRights, Hello, LoggingLevel, NameServers, Routing, Scope, Service, TlsAuthLevel,
    TlsPolicy,
};

/// Why settings do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Refusal {
    /// A stable word for the rule.
    pub code: &'static str,
    /// The parameter to look at first.
    pub parameter: &'static str,
    /// The rule, in words.
    pub rule: &'static str,
}

impl Refusal {
    pub(crate) const fn new(code: &'static str, parameter: &'static str, rule: &'static str) -> Self {
        Self { code, parameter, rule }
    }

    /// Every rule that two settings of a connector can break together.
    pub const ALL: [Self; 11] = [
        BASIC_NEEDS_CREDENTIAL,
        DNS_OFF_NEEDS_SMART_HOSTS,
        DOMAIN_SECURE_AND_IGNORE_STARTTLS,
        DOMAIN_SECURE_AND_PROXY,
        DOMAIN_SECURE_AND_SMART_HOSTS,
        FOREIGN_NEEDS_SMART_HOSTS,
        NO_ADDRESS_SPACE,
        REQUIRE_TLS_AND_IGNORE_STARTTLS,
        SMART_HOSTS_NEED_DNS_OFF,
        TLS_AUTH_LEVEL_NEEDS_REQUIRE_TLS,
        TLS_DOMAIN_NEEDED,
    ];
}

/// AUT-04.
const BASIC_NEEDS_CREDENTIAL: Refusal = Refusal::new(
    "credential-needed",
    "SmartHostAuthMechanism",
    "`BasicAuth` and `BasicAuthRequireTLS` need `AuthenticationCredential`",
);
/// MOD-07, MOD-13.
const DNS_OFF_NEEDS_SMART_HOSTS: Refusal = Refusal::new(
    "dns-routing-off-needs-smart-hosts",
    "DNSRoutingEnabled",
    "`DNSRoutingEnabled` `$false` needs `SmartHosts`",
);
/// TLS-21, AMB-08.
const DOMAIN_SECURE_AND_IGNORE_STARTTLS: Refusal = Refusal::new(
    "domain-secure-needs-starttls",
    "DomainSecureEnabled",
    "`DomainSecureEnabled` and `IgnoreSTARTTLS` exclude each other",
);
/// TLS-25.
const DOMAIN_SECURE_AND_PROXY: Refusal = Refusal::new(
    "domain-secure-excludes-proxy",
    "FrontendProxyEnabled",
    "`DomainSecureEnabled` and `FrontendProxyEnabled` exclude each other",
);
/// TLS-21, AMB-08.
const DOMAIN_SECURE_AND_SMART_HOSTS: Refusal = Refusal::new(
    "domain-secure-needs-dns-routing",
    "DomainSecureEnabled",
    "`DomainSecureEnabled` needs `DNSRoutingEnabled` `$true`",
);
/// ADR-17.
const FOREIGN_NEEDS_SMART_HOSTS: Refusal = Refusal::new(
    "foreign-space-needs-smart-hosts",
    "AddressSpaces",
    "an address space whose type is not SMTP needs `SmartHosts` and `DNSRoutingEnabled` `$false`",
);
/// MOD-08.
const NO_ADDRESS_SPACE: Refusal =
    Refusal::new("no-address-space", "AddressSpaces", "a connector needs at least one address space");
/// TLS-06.
const REQUIRE_TLS_AND_IGNORE_STARTTLS: Refusal = Refusal::new(
    "require-tls-excludes-ignore-starttls",
    "RequireTLS",
    "`RequireTLS` and `IgnoreSTARTTLS` exclude each other",
);
/// MOD-07, MOD-12, AMB-09.
const SMART_HOSTS_NEED_DNS_OFF: Refusal = Refusal::new(
    "smart-hosts-need-dns-routing-off",
    "SmartHosts",
    "`SmartHosts` needs `DNSRoutingEnabled` to be `$false`",
);
/// TLS-09, AMB-21.
const TLS_AUTH_LEVEL_NEEDS_REQUIRE_TLS: Refusal =
    Refusal::new("tls-auth-level-needs-require-tls", "TlsAuthLevel", "`TlsAuthLevel` needs `RequireTLS` `$true`");
/// TLS-14.
const TLS_DOMAIN_NEEDED: Refusal =
    Refusal::new("tls-domain-needed", "TlsDomain", "`DomainValidation` with smart hosts needs `TlsDomain`");
impl Settings {
    /// The connector that these settings make.
    ///
    /// # Errors
    ///
    /// The first rule that two of them break together ([`Refusal::ALL`]).
    pub fn connector(&self, name: &str) -> Result<Connector, Refusal> {
        if self.address_spaces.is_empty() {
            return Err(NO_ADDRESS_SPACE);
        }
        if self.address_spaces.iter().any(|space| !space.is_smtp()) && self.dns_routing_enabled {
            return Err(FOREIGN_NEEDS_SMART_HOSTS);
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
            authentication: self.authentication()?,
            inactivity_timeout: self.connection_inactivity_timeout,
            messages_per_connection_max: self.smtp_max_messages_per_connection,
            // The directory knows the permissions, and fills them in.
            header_rights: HeaderRights::ANONYMOUS,
            cloud_services_mail: self.cloud_services_mail_enabled,
            source_servers: self.source_transport_servers.clone(),
            scope: if self.is_scoped_connector { Scope::Site } else { Scope::Organisation },
            service: if self.frontend_proxy_enabled { Service::FrontEnd } else { Service::Transport },
            name_servers: match self.use_external_dns_servers_enabled {
                true => NameServers::External,
                false => NameServers::Internal,
            },
            domain_secure_enabled: self.domain_secure()?,
            error_policies: self.error_policies.clone(),
            tls_certificate_name: self.tls_certificate_name.clone(),
            source_ip_address: self.source_ip_address,
            protocol_logging: if self.protocol_logging { LoggingLevel::Verbose } else { LoggingLevel::None },
        })
    }

    fn routing(&self) -> Result<Routing, Refusal> {
        match (self.dns_routing_enabled, self.smart_hosts.is_empty()) {
            (true, true) => Ok(Routing::Dns),
            (false, false) => Ok(Routing::SmartHosts(self.smart_hosts.clone())),
            (true, false) => Err(SMART_HOSTS_NEED_DNS_OFF),
            (false, true) => Err(DNS_OFF_NEEDS_SMART_HOSTS),
        }
    }

    fn tls(&self) -> Result<TlsPolicy, Refusal> {
        if self.require_tls && self.ignore_starttls {
            return Err(REQUIRE_TLS_AND_IGNORE_STARTTLS);
        }
        if !self.require_tls && self.tls_auth_level.is_some() {
            return Err(TLS_AUTH_LEVEL_NEEDS_REQUIRE_TLS);
        }
        let level = self.tls_auth_level.unwrap_or_default();
        if level == TlsAuthLevel::DomainValidation && !self.smart_hosts.is_empty() && self.tls_domain.is_none() {
            return Err(TLS_DOMAIN_NEEDED);
        }
        Ok(match (self.require_tls, self.ignore_starttls) {
            (true, _) => TlsPolicy::Required { level, domain: self.tls_domain.clone() },
            (false, true) => TlsPolicy::Ignore,
            (false, false) => TlsPolicy::Opportunistic,
        })
    }

    fn domain_secure(&self) -> Result<bool, Refusal> {
        match self.domain_secure_enabled {
            false => Ok(false),
            true if !self.dns_routing_enabled => Err(DOMAIN_SECURE_AND_SMART_HOSTS),
            true if self.ignore_starttls => Err(DOMAIN_SECURE_AND_IGNORE_STARTTLS),
            true if self.frontend_proxy_enabled => Err(DOMAIN_SECURE_AND_PROXY),
            true => Ok(true),
        }
    }

    fn authentication(&self) -> Result<Authentication, Refusal> {
        let credential = || self.authentication_credential.clone().ok_or(BASIC_NEEDS_CREDENTIAL);
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
