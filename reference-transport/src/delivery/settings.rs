//! What a connector's settings come down to for a session with one host.

use std::net::IpAddr;

use crate::{
    connector::{Authentication, Connector, Hello, SmartHost, TlsAuthLevel, TlsPolicy},
    domain::Domain,
    limits::Timeouts,
    session::{Settings, StartTls},
    tls::{Check, NameRule},
};

/// Sessions with the hosts of `domain`. Authentication has no effect here (AMB-10).
pub(super) fn for_domain(connector: &Connector, domain: &Domain, server: &str) -> Settings {
    let rules = match &connector.tls {
        TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain: wanted } => {
            // Without -TlsDomain it is the recipient's domain (TLS-13).
            vec![NameRule::Domain(wanted.clone().unwrap_or_else(|| domain.to_string()))]
        }
        _ => Vec::new(),
    };
    settings(connector, server, Authentication::None, rules)
}

/// Sessions with a smart host.
pub(super) fn for_smart_host(connector: &Connector, smart_host: &SmartHost, server: &str) -> Settings {
    let wanted_domain = match &connector.tls {
        TlsPolicy::Required { domain, .. } => domain.clone(),
        _ => None,
    };
    let mut rules = Vec::new();
    if let TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, .. } = &connector.tls {
        rules.push(match (&wanted_domain, smart_host) {
            (Some(domain), _) => NameRule::Domain(domain.clone()),
            (None, SmartHost::Name(name)) => NameRule::Domain(name.clone()),
            (None, SmartHost::Address(address)) => NameRule::Address(*address),
        });
    }
    let mut settings = settings(connector, server, connector.authentication.clone(), rules);
    if let Authentication::BasicRequireTls(_) = connector.authentication {
        let rule = match (smart_host, wanted_domain) {
            (SmartHost::Name(name), _) => NameRule::Exact(name.clone()),
            (SmartHost::Address(_), Some(domain)) => NameRule::Domain(domain),
            (SmartHost::Address(address), None) => NameRule::Address(*address),
        };
        require(&mut settings, rule);
    }
    settings
}

/// Sessions with the server that keeps our own domains.
pub(super) fn for_accepted(server: &str) -> Settings {
    Settings {
        client_name: server.to_owned(),
        hello: Hello::Ehlo,
        starttls: StartTls::IfOffered,
        check: Check::Nothing,
        authentication: Authentication::None,
        inactivity: Timeouts::RFC_5321.data_termination,
        timeouts: Timeouts::RFC_5321,
    }
}

fn settings(connector: &Connector, server: &str, authentication: Authentication, rules: Vec<NameRule>) -> Settings {
    let (starttls, check) = match &connector.tls {
        TlsPolicy::Ignore => (StartTls::Never, Check::Nothing),
        TlsPolicy::Opportunistic => (StartTls::IfOffered, Check::Nothing),
        TlsPolicy::Required { level, .. } => {
            let check = match level {
                TlsAuthLevel::EncryptionOnly => Check::Nothing,
                TlsAuthLevel::CertificateValidation => Check::ChainAndNames(Vec::new()),
                TlsAuthLevel::DomainValidation => Check::ChainAndNames(rules),
            };
            (StartTls::Required, check)
        }
    };
    Settings {
        client_name: connector.fqdn.clone().unwrap_or_else(|| server.to_owned()),
        hello: connector.hello,
        starttls,
        check,
        authentication,
        inactivity: connector.inactivity_timeout,
        timeouts: Timeouts::RFC_5321,
    }
}

/// `BasicAuthRequireTLS`: no password, and so no mail, without TLS and this name (AUT-09 to AUT-11).
fn require(settings: &mut Settings, rule: NameRule) {
    // With -IgnoreSTARTTLS there is no way to a TLS session; Required makes the session say so before any mail.
    settings.starttls = StartTls::Required;
    match &mut settings.check {
        Check::ChainAndNames(rules) => rules.push(rule),
        Check::Nothing => settings.check = Check::ChainAndNames(vec![rule]),
    }
}

/// A smart host as a report names it.
pub(super) fn host_label(name: Option<&str>, address: IpAddr) -> String {
    name.map_or_else(|| format!("[{address}]"), str::to_owned)
}
