//! One connector as one action: `relay`, with what the connector asks.

use std::net::IpAddr;

use mtaspec_reference_transport::connector::{
    Authentication, Connector, Credential, Hello, Routing, SmartHost, TlsAuthLevel, TlsPolicy,
};

use super::config::quoted;
use crate::mta::{
    Brief, StartError,
    brief::{SMTPS, beyond_most},
};

/// An action, and what it shows to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// Its name: `connector1`.
    pub(super) name: String,
    /// Its lines in smtpd.conf.
    pub(super) text: String,
    /// Its line in the table of secrets, if it has one. Its label is the action's name.
    pub(super) secret: Option<String>,
}

/// What is asked of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// Nothing of it.
    None,
    /// Where it is offered.
    May,
    /// Required.
    Encrypt,
    /// Required, with the chain and the name of the host that is connected to.
    Verify,
}

impl Action {
    /// The action of one connector.
    pub(super) fn of(brief: &Brief, name: String, connector: &Connector) -> Result<Self, StartError> {
        if let Some(setting) = beyond_most(connector) {
            return Err(StartError::unsupported(setting));
        }
        if connector.hello == Hello::Helo {
            return Err(StartError::unsupported("-ForceHELO $true"));
        }
        let own = connector.fqdn.as_deref().unwrap_or(&brief.server);
        let security = security(connector)?;
        let secret = secret(&name, connector, security)?;
        let comment = connector.name.replace(|letter: char| letter.is_control() || letter == '\\', " ");
        let mut text = format!("# {comment}\naction {} relay helo {}", quoted(&name), quoted(own));
        if let Routing::SmartHosts(hosts) = &connector.routing {
            let label = secret.as_ref().map_or_else(String::new, |_| format!("{name}@"));
            let urls: Vec<String> = hosts.iter().map(|host| quoted(&url(connector, host, security, &label))).collect();
            text += &format!(" host {{ {} }}", urls.join(", "));
            if secret.is_some() {
                text += " auth <secrets>";
            }
        } else if security == Security::None {
            return Err(StartError::unsupported("-IgnoreSTARTTLS with DNS routing"));
        }
        match security {
            Security::None | Security::May => {}
            Security::Encrypt => text += " tls no-verify",
            Security::Verify => text += " tls",
        }
        Ok(Self { name, text, secret })
    }
}

/// `smtp+tls://label@host:port` (smtpd.conf(5), host).
fn url(connector: &Connector, host: &SmartHost, security: Security, label: &str) -> String {
    let scheme = match security {
        Security::None => "smtp+notls",
        Security::May => "smtp",
        // No STARTTLS at the port of implicit TLS (RFC 8314 §3.3).
        Security::Encrypt | Security::Verify if connector.port == SMTPS => "smtps",
        Security::Encrypt | Security::Verify => "smtp+tls",
    };
    let host = match host {
        SmartHost::Address(address) => literal(*address),
        other => other.to_string(),
    };
    format!("{scheme}://{label}{host}:{}", connector.port)
}

/// An address as it stands in such a URL.
pub(super) fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[ipv6:{address}]"),
    }
}

fn security(connector: &Connector) -> Result<Security, StartError> {
    let unsupported = |setting: &str| Err(StartError::unsupported(setting));
    let hosts = match &connector.routing {
        Routing::SmartHosts(hosts) => hosts.as_slice(),
        _ => &[],
    };
    let is_named = |domain: Option<&str>| {
        let is_name = |host: &SmartHost| matches!(host, SmartHost::Name(name) if domain.is_none_or(|own| own == name));
        !hosts.is_empty() && hosts.iter().all(is_name)
    };
    let secret = matches!(connector.authentication, Authentication::BasicRequireTls(_)) && !hosts.is_empty();
    match &connector.tls {
        TlsPolicy::Ignore if secret => unsupported("-IgnoreSTARTTLS beside BasicAuthRequireTLS"),
        TlsPolicy::Ignore => Ok(Security::None),
        TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain } => {
            if is_named(domain.as_deref()) && (domain.is_some() || secret) {
                Ok(Security::Verify)
            } else {
                unsupported("a certificate with another name than that of the smart host")
            }
        }
        TlsPolicy::Opportunistic | TlsPolicy::Required { .. } if secret => {
            if is_named(None) {
                Ok(Security::Verify)
            } else {
                unsupported("a certificate that names an address")
            }
        }
        TlsPolicy::Required { level: TlsAuthLevel::CertificateValidation, .. } => {
            unsupported("-TlsAuthLevel CertificateValidation: a chain without a name")
        }
        TlsPolicy::Required { .. } => Ok(Security::Encrypt),
        TlsPolicy::Opportunistic => Ok(Security::May),
        _ => unsupported("a TLS policy of this kind"),
    }
}

/// The line of a connector in the table of secrets: `label user:password` (table(5), credentials tables).
fn secret(label: &str, connector: &Connector, security: Security) -> Result<Option<String>, StartError> {
    let credential = match &connector.authentication {
        Authentication::Basic(credential) | Authentication::BasicRequireTls(credential) => credential,
        // Nothing of it is on the wire.
        _ => return Ok(None),
    };
    // By DNS, there is no smart host to authenticate to.
    let Routing::SmartHosts(_) = &connector.routing else { return Ok(None) };
    if matches!(security, Security::None | Security::May) {
        return Err(StartError::unsupported("-SmartHostAuthMechanism BasicAuth where TLS is not required"));
    }
    let Credential { user, password } = credential;
    let is_text = |text: &str| text.trim() == text && !text.is_empty() && !text.contains(['\n', '\r', '\0']);
    if user.contains(':') || !is_text(user) || !is_text(password) {
        return Err(StartError::unsupported("a user name with a colon, or blanks around a user name or password"));
    }
    Ok(Some(format!("{label} {user}:{password}\n")))
}
