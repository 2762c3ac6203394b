//! One connector as one delivery service: a line of master.cf with the options that differ from main.cf.

use std::time::Duration;

use mtaspec_reference_transport::{
    connector::{
        Authentication, Connector, Credential, Hello, INACTIVITY_TIMEOUT_DEFAULT, Routing, SmartHost, TlsAuthLevel,
        TlsPolicy,
    },
    domain::Domain,
};

use super::{files, headers, routes};
use crate::mta::{PlannedFile, StartError, brief::SMTPS};

/// How long Postfix waits in each step unless it is told (postconf(5)), in seconds.
const WAITS: [(&str, u64); 9] = [
    ("smtp_starttls_timeout", 300),
    ("smtp_helo_timeout", 300),
    ("smtp_mail_timeout", 300),
    ("smtp_rcpt_timeout", 300),
    ("smtp_data_init_timeout", 120),
    ("smtp_data_xfer_timeout", 180),
    ("smtp_data_done_timeout", 600),
    ("smtp_rset_timeout", 20),
    ("smtp_quit_timeout", 300),
];

/// Any name of a world: names stand below these top domains (RFC 2606 §2), and a pattern with a dot in front is any name
/// below. There is no level that asks for a chain alone.
const ANY_NAME: &str = ".test,.example,.invalid";

/// A delivery service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Service {
    /// Its name in master.cf: `connector1`.
    pub(super) name: String,
    /// Parameters and values.
    pub(super) options: Vec<(&'static str, String)>,
    /// Tables that the options name.
    pub(super) files: Vec<PlannedFile>,
}

impl Service {
    /// The service of one connector. `identities` are the names of the certificates that there are, `server` the MTA's,
    /// `secure_domains` those with which both sides show a certificate (`-TLSSendDomainSecureList`).
    pub(super) fn of(
        name: String,
        connector: &Connector,
        identities: &[&str],
        server: &str,
        secure_domains: &[Domain],
    ) -> Result<Self, StartError> {
        let mut service = Self { name, options: Vec::new(), files: Vec::new() };
        service.hello(connector, identities, server);
        service.tls(connector)?;
        service.secure_domains(connector, secure_domains);
        service.smart_hosts(connector);
        service.authentication(connector)?;
        service.headers(connector);
        service.connections(connector);
        Ok(service)
    }

    fn set(&mut self, parameter: &'static str, value: impl Into<String>) {
        self.options.push((parameter, value.into()));
    }

    fn hello(&mut self, connector: &Connector, identities: &[&str], server: &str) {
        let own = connector.fqdn.as_deref().unwrap_or(server);
        self.set("smtp_helo_name", own);
        if connector.hello == Hello::Helo {
            self.set("smtp_always_send_ehlo", "no");
            self.set("smtp_never_send_ehlo", "yes");
        }
        if identities.contains(&own) {
            self.set("smtp_tls_chain_files", files::identity_file(own));
        }
    }

    fn tls(&mut self, connector: &Connector) -> Result<(), StartError> {
        // The list of domains can be told.
        let beside = Connector { domain_secure_enabled: false, ..connector.clone() };
        if let Some(setting) = crate::mta::brief::beyond_most(&beside) {
            return Err(unsupported(setting));
        }
        let (level, names) = match security(connector)? {
            Security::None => ("none", None),
            Security::May => ("may", None),
            Security::Encrypt => ("encrypt", None),
            Security::Secure(names) => ("secure", Some(names)),
        };
        self.set("smtp_tls_security_level", level);
        if let Some(names) = names {
            self.set("smtp_tls_secure_cert_match", names);
        }
        // No STARTTLS at the port of implicit TLS (RFC 8314 §3.3).
        if connector.port == SMTPS && matches!(level, "encrypt" | "secure") {
            self.set("smtp_tls_wrappermode", "yes");
        }
        Ok(())
    }

    /// By DNS alone: a smart host is asked for what the connector asks of it.
    fn secure_domains(&mut self, connector: &Connector, domains: &[Domain]) {
        if !connector.domain_secure_enabled || domains.is_empty() || !matches!(connector.routing, Routing::Dns) {
            return;
        }
        let row = |domain: &Domain| (domain.to_string(), "secure match=nexthop".to_owned());
        let file = files::path(&format!("{}-policies", self.name));
        self.set("smtp_tls_policy_maps", format!("texthash:{file}"));
        self.files.push(PlannedFile::text(file, files::table(&domains.iter().map(row).collect::<Vec<_>>())));
    }

    /// A next hop that is called the relay host here is taken for a mistake of the administrator's if it cannot be found:
    /// the message waits.
    fn smart_hosts(&mut self, connector: &Connector) {
        if let Routing::SmartHosts(hosts) = &connector.routing
            && let Some(first) = hosts.first()
        {
            self.set("relayhost", routes::next_hop(first, connector.port));
        }
    }

    fn authentication(&mut self, connector: &Connector) -> Result<(), StartError> {
        let (credential, in_clear) = match &connector.authentication {
            Authentication::Basic(credential) => (credential, "noanonymous"),
            // Whatever TLS comes to, no password goes in the clear.
            Authentication::BasicRequireTls(credential) => (credential, "noplaintext,noanonymous"),
            // Nothing of it is on the wire.
            _ => return Ok(()),
        };
        // By DNS, there is no smart host to authenticate to.
        let Routing::SmartHosts(hosts) = &connector.routing else { return Ok(()) };
        let Credential { user, password } = credential;
        let is_text = |text: &str| text.trim() == text && !text.is_empty() && !text.contains(['\n', '\r', '\0']);
        if user.contains(':') || !is_text(user) || !is_text(password) {
            return Err(unsupported("a user name with a colon, or blanks around a user name or password"));
        }
        let rows: Vec<(String, String)> =
            hosts.iter().map(|host| (routes::next_hop(host, connector.port), format!("{user}:{password}"))).collect();
        let file = files::path(&format!("{}-passwords", self.name));
        self.set("smtp_sasl_auth_enable", "yes");
        self.set("smtp_sasl_password_maps", format!("texthash:{file}"));
        self.set("smtp_sasl_mechanism_filter", "plain,login");
        self.set("smtp_sasl_security_options", in_clear);
        self.set("smtp_sasl_tls_security_options", "noanonymous");
        self.files.push(PlannedFile::secret(file, files::table(&rows)));
        Ok(())
    }

    fn headers(&mut self, connector: &Connector) {
        let rows = headers::of_connector(connector);
        if rows.is_empty() {
            return;
        }
        let file = files::path(&format!("{}-headers", self.name));
        self.set("smtp_header_checks", format!("regexp:{file}"));
        self.files.push(PlannedFile::text(file, files::table(&rows)));
    }

    fn connections(&mut self, connector: &Connector) {
        match connector.messages_per_connection_max {
            1 => self.set("smtp_connection_cache_on_demand", "no"),
            // The limit is of reuses, and the first message is none. Here as there, 0 is no limit.
            most => self.set("smtp_connection_reuse_count_limit", most.saturating_sub(1).to_string()),
        }
        if connector.inactivity_timeout != INACTIVITY_TIMEOUT_DEFAULT {
            for (parameter, seconds) in WAITS {
                let wait = connector.inactivity_timeout.min(Duration::from_secs(seconds));
                self.set(parameter, format!("{}s", wait.as_secs()));
            }
        }
    }
}

/// What Postfix asks of TLS.
enum Security {
    None,
    May,
    Encrypt,
    /// With a chain, and one of these names.
    Secure(String),
}

fn security(connector: &Connector) -> Result<Security, StartError> {
    let with_password = match &connector.routing {
        Routing::SmartHosts(hosts) if matches!(connector.authentication, Authentication::BasicRequireTls(_)) => {
            Some(hosts.as_slice())
        }
        _ => None,
    };
    match (&connector.tls, with_password) {
        (TlsPolicy::Ignore, _) => Ok(Security::None),
        (TlsPolicy::Opportunistic, None) => Ok(Security::May),
        (TlsPolicy::Required { level: TlsAuthLevel::EncryptionOnly, .. }, None) => Ok(Security::Encrypt),
        (TlsPolicy::Required { level: TlsAuthLevel::CertificateValidation, .. }, None) => {
            Ok(Security::Secure(ANY_NAME.to_owned()))
        }
        (TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain }, None) => {
            let hosts = match &connector.routing {
                Routing::SmartHosts(hosts) => hosts.as_slice(),
                _ => &[],
            };
            wanted_name(domain.as_deref(), hosts)
        }
        (TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain: Some(_) }, Some(hosts))
            if !all_addresses(hosts) =>
        {
            Err(unsupported("`-TlsDomain` and the name of the smart host, both in one certificate"))
        }
        (TlsPolicy::Required { domain, .. }, Some(hosts)) if all_addresses(hosts) => {
            wanted_name(domain.as_deref(), hosts)
        }
        (_, Some(hosts)) => wanted_name(None, hosts),
        _ => Err(unsupported("a TLS policy of this kind")),
    }
}

/// The name that a certificate must have: this domain, or the next hop as the connector has it.
fn wanted_name(domain: Option<&str>, hosts: &[SmartHost]) -> Result<Security, StartError> {
    match domain {
        // A pattern with a dot in front is any name below (postconf(5), smtp_tls_verify_cert_match).
        Some(domain) => Ok(Security::Secure(domain.strip_prefix('*').unwrap_or(domain).to_owned())),
        None if hosts.iter().all(|host| matches!(host, SmartHost::Name(_))) => {
            Ok(Security::Secure("nexthop".to_owned()))
        }
        None => Err(unsupported("a certificate that names an address")),
    }
}

fn all_addresses(hosts: &[SmartHost]) -> bool {
    hosts.iter().all(|host| matches!(host, SmartHost::Address(_)))
}

fn unsupported(setting: &str) -> StartError {
    StartError::Unsupported { setting: setting.to_owned() }
}
