//! One connector as one entry for the plugin: whom it serves, and how it goes on from there.

use mtaspec_reference_transport::{
    connector::{Authentication, Connector, Credential, Hello, Routing, SmartHost, TlsAuthLevel, TlsPolicy},
    routing::Pattern,
};
use serde::Serialize;

use crate::mta::{
    Brief, StartError,
    brief::{SMTPS, beyond_most},
};

/// An entry of `connectors.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Route {
    /// Domains, in lower case.
    domains: Vec<String>,
    /// Domains with all below them.
    families: Vec<String>,
    /// Whether it serves every domain.
    everything: bool,
    /// What it says in EHLO.
    helo: String,
    /// Smart hosts; `null`: by the MX records of the recipient's domain.
    hosts: Option<Vec<String>>,
    port: u16,
    /// Whether a certificate of the smart host's name is required, of whatever exchanger it has.
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    /// What is asked of TLS; told in tls.ini and outbound.ini.
    #[serde(skip)]
    pub(super) security: Security,
}

/// What is asked of TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Security {
    /// Nothing of it, anywhere.
    None,
    /// Nothing of it at these hosts.
    NotAt(Vec<String>),
    /// Where it is offered.
    #[default]
    May,
    /// Required at these hosts, with the chain and their name.
    Verify(Vec<String>),
}

impl Route {
    /// The entry of one connector; `is_alone` says that there is no other.
    pub(super) fn of(brief: &Brief, connector: &Connector, is_alone: bool) -> Result<Self, StartError> {
        let unsupported = |setting: &str| Err(StartError::unsupported(setting));
        if let Some(setting) = beyond_most(connector) {
            return unsupported(setting);
        }
        if connector.hello == Hello::Helo {
            return unsupported("-ForceHELO $true");
        }
        let hosts = match &connector.routing {
            Routing::SmartHosts(hosts) => Some(hosts.as_slice()),
            _ => None,
        };
        let security = security(connector, hosts, is_alone)?;
        if connector.port == SMTPS && matches!(security, Security::Verify(_)) {
            return unsupported("TLS from the start of a connection");
        }
        let mut route = Self {
            helo: connector.fqdn.clone().unwrap_or_else(|| brief.server.clone()),
            port: connector.port,
            hosts: hosts.map(|hosts| hosts.iter().map(name).collect()),
            verified: matches!(security, Security::Verify(_)),
            security,
            ..Self::default()
        };
        for pattern in connector.address_spaces.iter().map(|space| &space.pattern) {
            match pattern {
                Pattern::All => route.everything = true,
                Pattern::Domain(domain) => route.domains.push(domain.to_string()),
                Pattern::DomainAndSubdomains(domain) => route.families.push(domain.to_string()),
                Pattern::AcceptedDomains | Pattern::Foreign { .. } => {}
            }
        }
        if let (Authentication::Basic(own) | Authentication::BasicRequireTls(own), Some(_)) =
            (&connector.authentication, hosts)
        {
            let Credential { user, password } = own;
            if user.is_empty() || password.is_empty() {
                return unsupported("an empty user name or password");
            }
            (route.user, route.password) = (Some(user.clone()), Some(password.clone()));
        }
        Ok(route)
    }
}

/// A smart host as the plugin has it.
fn name(host: &SmartHost) -> String {
    match host {
        SmartHost::Address(address) => address.to_string(),
        other => other.to_string(),
    }
}

fn security(connector: &Connector, hosts: Option<&[SmartHost]>, is_alone: bool) -> Result<Security, StartError> {
    let unsupported = |setting: &str| Err(StartError::unsupported(setting));
    let hosts = hosts.unwrap_or_default();
    let names = || hosts.iter().map(name).collect::<Vec<_>>();
    let is_address = |host: &SmartHost| matches!(host, SmartHost::Address(_));
    let secret = matches!(connector.authentication, Authentication::BasicRequireTls(_)) && !hosts.is_empty();
    let is_named = |domain: Option<&str>| {
        let is_name = |host: &SmartHost| matches!(host, SmartHost::Name(name) if domain.is_none_or(|own| own == name));
        !hosts.is_empty() && hosts.iter().all(is_name)
    };
    match &connector.tls {
        TlsPolicy::Ignore if secret => unsupported("-IgnoreSTARTTLS beside BasicAuthRequireTLS"),
        TlsPolicy::Ignore if is_alone => Ok(Security::None),
        // The list is looked at with addresses alone.
        TlsPolicy::Ignore if !hosts.is_empty() && hosts.iter().all(is_address) => Ok(Security::NotAt(names())),
        TlsPolicy::Ignore => unsupported("-IgnoreSTARTTLS beside another connector, but for addresses"),
        TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain } => {
            if is_named(domain.as_deref()) && (domain.is_some() || secret) {
                Ok(Security::Verify(names()))
            } else {
                unsupported("a certificate with another name than that of the smart host")
            }
        }
        TlsPolicy::Opportunistic | TlsPolicy::Required { .. } if secret => {
            if is_named(None) {
                Ok(Security::Verify(names()))
            } else {
                unsupported("a certificate that names an address")
            }
        }
        TlsPolicy::Required { level: TlsAuthLevel::CertificateValidation, .. } => {
            unsupported("-TlsAuthLevel CertificateValidation: a chain without a name")
        }
        TlsPolicy::Required { .. } => unsupported("-RequireTLS without a certificate's name"),
        TlsPolicy::Opportunistic => Ok(Security::May),
        _ => unsupported("a TLS policy of this kind"),
    }
}
