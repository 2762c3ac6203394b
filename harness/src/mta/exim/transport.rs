//! One connector as one transport.

use std::{fmt::Write as _, time::Duration};

use mtaspec_reference_transport::connector::{
    Authentication, Connector, HeaderRights, Hello, Routing, TlsAuthLevel, TlsPolicy,
};

use super::{
    authenticators::Account,
    certificate, config,
    files::{comment, identity_file, literal, path, unsupported},
};
use crate::mta::{StartError, brief::SMTPS};

/// How long Exim waits in each step unless it is told (Exim specification, chapter 30), in seconds.
const WAITS: [(&str, u64); 3] = [("command_timeout", 300), ("data_timeout", 300), ("final_timeout", 600)];

/// A transport, and what it authenticates with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transport {
    /// Its name: `connector1`.
    pub(super) name: String,
    /// Its part of the transports section.
    pub(super) transport: String,
    /// What it shows to be let in, if anything.
    pub(super) account: Option<Account>,
}

impl Transport {
    /// The transport of one connector. `identities` are the names of the certificates that there are, `server` the MTA's.
    /// `size_limit` is what its messages may have, in octets.
    pub(super) fn of(
        name: String,
        connector: &Connector,
        identities: &[&str],
        server: &str,
        size_limit: Option<u64>,
    ) -> Result<Self, StartError> {
        if let Some(setting) = crate::mta::brief::beyond_most(connector) {
            return Err(unsupported(setting));
        }
        let mut own =
            Self { transport: format!("{}\n{name}:\n  driver = smtp\n", comment(connector)), account: None, name };
        own.hello(connector, identities, server);
        own.tls(connector)?;
        own.authentication(connector)?;
        own.headers(connector.header_rights);
        own.connections(connector, size_limit);
        Ok(own)
    }

    fn set(&mut self, option: &str, value: &str) {
        let _infallible = writeln!(self.transport, "  {option} = {value}");
    }

    fn hello(&mut self, connector: &Connector, identities: &[&str], server: &str) {
        let own = connector.fqdn.as_deref().unwrap_or(server);
        self.set("helo_data", &literal(own));
        if connector.hello == Hello::Helo {
            self.set("hosts_avoid_esmtp", "*");
        }
        if identities.contains(&own) {
            self.set("tls_certificate", &literal(&identity_file(own)));
        }
        if matches!(connector.routing, Routing::SmartHosts(_)) && connector.port != 25 {
            self.set("port", &connector.port.to_string());
        }
    }

    fn tls(&mut self, connector: &Connector) -> Result<(), StartError> {
        let names = certificate::wanted(connector)?;
        let level = match &connector.tls {
            TlsPolicy::Ignore => {
                self.set("hosts_avoid_tls", "*");
                return Ok(());
            }
            TlsPolicy::Required { level, .. } => Some(*level),
            TlsPolicy::Opportunistic => None,
            _ => return Err(unsupported("a TLS policy of this kind")),
        };
        let is_required = level.is_some() || !names.is_empty();
        if is_required {
            self.set("hosts_require_tls", "*");
        }
        if is_required && connector.port == SMTPS && matches!(connector.routing, Routing::SmartHosts(_)) {
            // RFC 8314: TLS begins with the connection.
            self.set("protocol", "smtps");
        }
        self.set("tls_sni", "${if isip{$host}{}{$host}}");
        // Names are looked for below, or not at all.
        self.set("tls_verify_cert_hostnames", ":");
        if matches!(level, None | Some(TlsAuthLevel::EncryptionOnly)) && names.is_empty() {
            self.set("tls_try_verify_hosts", ":");
            return Ok(());
        }
        self.set("tls_verify_hosts", "*");
        self.set("tls_verify_certificates", &path("authority.pem"));
        self.set("tls_crl", &path("revoked.pem"));
        if !names.is_empty() {
            self.set("event_action", &certificate::event_action(&names));
            // The recipient's domain is known where there is one alone.
            self.set("multi_domain", "false");
        }
        Ok(())
    }

    fn authentication(&mut self, connector: &Connector) -> Result<(), StartError> {
        let (credential, only_under_tls) = match &connector.authentication {
            Authentication::Basic(credential) => (credential, false),
            Authentication::BasicRequireTls(credential) => (credential, true),
            // Nothing of it is on the wire.
            _ => return Ok(()),
        };
        // By DNS, there is no smart host to authenticate to.
        let Routing::SmartHosts(_) = &connector.routing else { return Ok(()) };
        self.set("hosts_require_auth", "*");
        self.account = Some(Account::of(credential, only_under_tls)?);
        Ok(())
    }

    fn headers(&mut self, rights: HeaderRights) {
        let HeaderRights { forest, organization, routing } = rights;
        let family = |name: &str, may_go: bool| {
            if may_go { config::submitted_header(name) } else { format!("X-MS-Exchange-{name}-*") }
        };
        let mut names = vec![family("Forest", forest), family("Organization", organization)];
        if !routing {
            names.extend(["Received", "Resent-*"].map(str::to_owned));
        }
        self.set("headers_remove", &names.join(" : "));
    }

    fn connections(&mut self, connector: &Connector, size_limit: Option<u64>) {
        // Here as there, 0 is no limit.
        self.set("connection_max_messages", &connector.messages_per_connection_max.to_string());
        self.set("message_size_limit", &size_limit.unwrap_or(0).to_string());
        self.set("connect_timeout", "3s");
        // A transaction takes as many recipients as the host does.
        self.set("max_rcpt", "0");
        for (option, seconds) in WAITS {
            let wait = connector.inactivity_timeout.min(Duration::from_secs(seconds));
            if wait < Duration::from_secs(seconds) {
                self.set(option, &format!("{}s", wait.as_secs()));
            }
        }
    }
}
