//! What a connector's settings come down to for a session with one host.

use std::net::IpAddr;

use crate::{
    connector::{Authentication, Connector, Hello, SmartHost, TlsAuthLevel, TlsPolicy},
    domain::Domain,
    limits::Timeouts,
    protocol_log::{LogAs, LogService},
    session::{Settings, StartTls},
    tls::{Check, NameRule, OwnCertificate},
};

/// Where TLS begins with the connection, and STARTTLS is unknown: RFC 8314 §3.3.
const PORT_IMPLICIT_TLS: u16 = 465;

/// Sessions with the hosts of `domain`. Authentication has no effect here (AMB-10).
pub(super) fn for_domain(connector: &Connector, domain: &Domain, server: &str) -> Settings {
    let rules = match &connector.tls {
        TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain: wanted } => {
            // Without -TlsDomain it is the recipient's domain (TLS-13).
            vec![NameRule::Domain(wanted.clone().unwrap_or_else(|| domain.to_string()))]
        }
        // The certificate has to prove the domain, for the MX records that led there prove nothing (TLS-21).
        TlsPolicy::Mutual => vec![NameRule::Domain(domain.to_string())],
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
    if connector.port == PORT_IMPLICIT_TLS && settings.starttls != StartTls::Never {
        settings.starttls = StartTls::Immediate;
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
        own_certificate: OwnCertificate::default(),
        source: None,
        inactivity: Timeouts::RFC_5321.data_termination,
        timeouts: Timeouts::RFC_5321,
        log: LogAs::IntraOrganization(LogService::Transport),
    }
}

/// Sessions with another server of the organisation: by TLS with the certificate that the directory knows, and each
/// side shows the other that it belongs (IMP-05). No setting of a connector has an effect here.
pub(super) fn for_server(peer: &str, server: &str, log: LogService) -> Settings {
    Settings {
        log: LogAs::IntraOrganization(log),
        starttls: StartTls::Required,
        check: Check::Server(peer.to_owned()),
        authentication: Authentication::ExchangeServer,
        ..for_accepted(server)
    }
}

fn settings(connector: &Connector, server: &str, authentication: Authentication, rules: Vec<NameRule>) -> Settings {
    let (starttls, check) = match &connector.tls {
        TlsPolicy::Ignore => (StartTls::Never, Check::Nothing),
        TlsPolicy::Opportunistic => (StartTls::IfOffered, Check::Nothing),
        TlsPolicy::Mutual => (StartTls::Required, Check::ChainAndNames(rules)),
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
        own_certificate: OwnCertificate {
            name: connector.tls_certificate_name.clone(),
            must_be_asked_for: connector.tls == TlsPolicy::Mutual,
        },
        source: connector.source_ip_address,
        inactivity: connector.inactivity_timeout,
        timeouts: Timeouts::RFC_5321,
        log: LogAs::of(connector),
    }
}

/// `BasicAuthRequireTLS`: no password, and so no mail, without TLS and this name (AUT-09 to AUT-11).
fn require(settings: &mut Settings, rule: NameRule) {
    // -IgnoreSTARTTLS stays in force (TLS-05); then there is no password to be shown, and the session ends.
    if settings.starttls != StartTls::Never {
        settings.starttls = StartTls::Required;
    }
    match &mut settings.check {
        Check::ChainAndNames(rules) => rules.push(rule),
        Check::Nothing | Check::Server(_) => settings.check = Check::ChainAndNames(vec![rule]),
    }
}

/// A smart host as a report names it.
pub(super) fn host_label(name: Option<&str>, address: IpAddr) -> String {
    name.map_or_else(|| format!("[{address}]"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Credential;

    fn connector(tls: TlsPolicy, authentication: Authentication) -> Connector {
        Connector { tls, authentication, fqdn: Some("mail.sender.test".into()), ..Connector::named("Relay") }
    }

    fn credential() -> Credential {
        Credential { user: "user".into(), password: "s3cret".into() }
    }

    fn domain_validation(domain: Option<&str>) -> TlsPolicy {
        TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain: domain.map(str::to_owned) }
    }

    #[track_caller]
    fn check_smart_host(connector: &Connector, host: &SmartHost, starttls: StartTls, check: Check) {
        let settings = for_smart_host(connector, host, "mta.sender.test");
        assert_eq!((settings.starttls, settings.check), (starttls, check));
    }

    #[test]
    fn basic_auth_over_tls_looks_for_the_exact_name_or_address() {
        let relay = SmartHost::Name("relay.contoso.test".into());
        let address = SmartHost::Address([192, 0, 2, 20].into());
        let auth = || Authentication::BasicRequireTls(credential());
        let names = |rules: &[NameRule]| Check::ChainAndNames(rules.to_vec());
        let exact = NameRule::Exact("relay.contoso.test".into());
        let opportunistic = connector(TlsPolicy::Opportunistic, auth());
        check_smart_host(&opportunistic, &relay, StartTls::Required, names(std::slice::from_ref(&exact)));
        let literal = NameRule::Address([192, 0, 2, 20].into());
        check_smart_host(&opportunistic, &address, StartTls::Required, names(&[literal]));
        let validated = connector(domain_validation(Some("*.contoso.test")), auth());
        let domain = NameRule::Domain("*.contoso.test".into());
        check_smart_host(&validated, &relay, StartTls::Required, names(&[domain.clone(), exact]));
        check_smart_host(&validated, &address, StartTls::Required, names(&[domain.clone(), domain]));
        let ignoring = connector(TlsPolicy::Ignore, auth());
        let settings = for_smart_host(&ignoring, &relay, "mta.sender.test");
        assert_eq!(settings.starttls, StartTls::Never);
    }

    #[test]
    fn a_domain_without_tls_domain_is_the_recipients_and_authentication_has_no_effect() {
        let connector = connector(domain_validation(None), Authentication::Basic(credential()));
        let domain = Domain::parse("contoso.test").expect("a domain");
        let settings = for_domain(&connector, &domain, "mta.sender.test");
        assert_eq!(settings.check, Check::ChainAndNames(vec![NameRule::Domain("contoso.test".into())]));
        assert_eq!(settings.authentication, Authentication::None);
        assert_eq!(settings.client_name, "mail.sender.test");
    }
}
