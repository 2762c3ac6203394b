//! nullmailer: the smart hosts are lines of its table of remotes, each with what the connector asks.
//!
//! [`CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise than the pages
//! ask, and why; `README.md` how each setting is translated.

use std::{net::SocketAddr, time::Duration};

use mtaspec_reference_transport::connector::{
    Authentication, Connector, Credential, Hello, Routing, SmartHost, TlsAuthLevel, TlsPolicy,
};

use crate::mta::{
    Adapter, Brief, EnvelopeForm, NextHop, NullPath, Plan, PlannedCommand, PlannedDirectory, PlannedFile,
    PlannedInjection, PlannedUser, Says, StartError, VersionCommand,
    brief::SMTPS,
    capability::{
        Capability,
        Extent::{Not, Partly, Whole},
    },
};

/// What nullmailer is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 20] = [
    Capability::row("-AddressSpaces", Partly, "`*` alone: all mail goes to the remotes"),
    Capability::row("cost of an address space", Not, "there is one connector"),
    Capability::row("-AuthenticationCredential", Whole, "user=, pass="),
    Capability::row("-ConnectionInactivityTimeOut", Partly, "sendtimeout, for the whole of a delivery"),
    Capability::row("-DNSRoutingEnabled", Not, "there is no host but the remotes"),
    Capability::row("-Enabled", Partly, "one that is disabled is refused"),
    Capability::row("-ForceHELO", Partly, "without TLS and AUTH it says nothing else"),
    Capability::row("-Fqdn", Whole, "helohost"),
    Capability::row("-IgnoreSTARTTLS", Partly, "no starttls; TLS where it is offered cannot be asked for"),
    Capability::row("-MaxMessageSize", Not, "a message within it is sent, one beyond it is unsupported"),
    Capability::row("-Port", Whole, "port=; 465 with TLS required is tls"),
    Capability::row("-RequireTLS", Whole, "starttls"),
    Capability::row("-SmartHostAuthMechanism", Partly, "user=; BasicAuthRequireTLS with names alone"),
    Capability::row("-SmartHosts", Partly, "in the order given; their addresses are asked for, not their MX records"),
    Capability::row("-SmtpMaxMessagesPerConnection", Whole, "a connection carries one message"),
    Capability::row("-TlsAuthLevel CertificateValidation", Not, "the name is checked with the chain"),
    Capability::row(
        "-TlsAuthLevel DomainValidation",
        Partly,
        "x509cafile, x509crlfile; the name is that of the smart host",
    ),
    Capability::row("-TlsDomain", Not, "the name is that of the smart host"),
    Capability::row("ms-Exch-Send-Headers-*", Not, "a message with a header of a family is unsupported"),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];

/// Who it runs as.
const USER: &str = "nullmail";
/// Its configuration.
const FOLDER: &str = "/etc/nullmailer";
/// Its queue.
const SPOOL: &str = "/var/spool/nullmailer";
/// The program that puts a message into the queue, and the one that takes it out.
const PROGRAMS: [&str; 2] = ["/usr/sbin/nullmailer-queue", "/usr/sbin/nullmailer-send"];

/// nullmailer, as Debian and Ubuntu build it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nullmailer;

impl Adapter for Nullmailer {
    fn name(&self) -> &'static str {
        "nullmailer"
    }

    fn quiet(&self) -> Duration {
        Duration::from_secs(3)
    }

    fn version(&self) -> Option<VersionCommand> {
        // It does not say, but its package does: `nullmailer (1:2.2-4) unstable; urgency=medium`.
        let command = PlannedCommand::new("/bin/zcat", ["/usr/share/doc/nullmailer/changelog.Debian.gz"]);
        Some(VersionCommand { command, read: version_in })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        brief.connectors_alone()?;
        let connector = brief.one_connector()?;
        let way = brief.only_way(connector);
        let mut plan = Plan::new(SocketAddr::new(brief.address, 25));
        let own = connector.fqdn.as_deref().unwrap_or(&brief.server);
        let control = |name: &str, value: &str| PlannedFile::text(format!("{FOLDER}/{name}"), format!("{value}\n"));
        plan.users = vec![PlannedUser { name: USER.to_owned(), members: vec![] }];
        plan.directories = ["", "/queue", "/tmp", "/failed"]
            .map(|name| PlannedDirectory {
                path: format!("{SPOOL}{name}").into(),
                mode: 0o700,
                owner: Some(format!("{USER}:{USER}")),
            })
            .into();
        plan.files = vec![
            remotes_file(remotes(brief, connector, &way)?),
            control("me", &brief.server),
            control("helohost", own),
            control("pausetime", "1"),
            control("maxpause", "1"),
            // Exchange's default lifetime of a message: two days.
            control("queuelifetime", "172800"),
            control("sendtimeout", &connector.inactivity_timeout.as_secs().to_string()),
            control("authority.pem", brief.authority.pem.trim_end()),
            control("revoked.pem", brief.authority.revocation_list_pem.trim_end()),
            PlannedFile { path: PROGRAMS[0].into(), contents: None, mode: 0o4755, owner: Some(USER.to_owned()) },
        ];
        for identity in &brief.identities {
            let file = PlannedFile::secret(identity_file(&identity.name), identity.pem());
            plan.files.push(PlannedFile { owner: Some(USER.to_owned()), ..file });
        }
        if let Some(canary) = brief.canary() {
            plan.until_canary = vec![remotes_file(format!("{} smtp port={}\n", canary.ip(), canary.port()))];
        }
        let trigger = format!("{SPOOL}/trigger");
        plan.prepare = vec![PlannedCommand {
            user: Some(USER.to_owned()),
            ..PlannedCommand::new("/usr/bin/mkfifo", ["-m", "622", &trigger])
        }];
        plan.start = vec![PlannedCommand { user: Some(USER.to_owned()), ..PlannedCommand::new(PROGRAMS[1], [""; 0]) }];
        plan.queue = vec![format!("{SPOOL}/tmp").into(), format!("{SPOOL}/queue").into()];
        plan.injection = Some(PlannedInjection {
            command: PlannedCommand::new(PROGRAMS[0], [""; 0]),
            envelope: EnvelopeForm::Lines,
            says: Says::Queued,
            null_path: NullPath::Kept,
            recipients_max: None,
            way,
        });
        Ok(plan)
    }
}

/// The table of remotes, which holds passwords.
fn remotes_file(text: String) -> PlannedFile {
    PlannedFile { owner: Some(USER.to_owned()), ..PlannedFile::secret(format!("{FOLDER}/remotes"), text) }
}

fn identity_file(name: &str) -> String {
    format!("{FOLDER}/identity-{name}.pem")
}

/// `nullmailer (1:2.2-4) unstable`: what stands between the epoch and the package's own part.
fn version_in(printed: &str) -> Option<String> {
    let version = printed.lines().next()?.strip_prefix("nullmailer (")?.split(')').next()?;
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    Some(version.rsplit_once('-').map_or(version, |(upstream, _)| upstream).to_owned())
}

/// A line for each smart host, in their order, with all that the connector asks.
fn remotes(brief: &Brief, connector: &Connector, way: &NextHop) -> Result<String, StartError> {
    let Routing::SmartHosts(hosts) = &connector.routing else { return Err(StartError::unsupported("DNS routing")) };
    let options = options(brief, connector, way)?;
    let line = |host: &SmartHost| {
        let name = match host {
            SmartHost::Address(address) => address.to_string(),
            other => other.to_string(),
        };
        format!("{name} smtp {options}\n")
    };
    Ok(hosts.iter().map(line).collect())
}

fn options(brief: &Brief, connector: &Connector, way: &NextHop) -> Result<String, StartError> {
    let mut options = vec![format!("port={}", connector.port)];
    let secret = matches!(connector.authentication, Authentication::BasicRequireTls(_));
    match &connector.tls {
        TlsPolicy::Ignore if !secret => {}
        TlsPolicy::Required { domain, .. } => {
            options.push(if connector.port == SMTPS { "tls" } else { "starttls" }.to_owned());
            options.extend(checks(connector, way, domain.as_deref())?);
            let own = connector.fqdn.as_deref().unwrap_or(&brief.server);
            if brief.identities.iter().any(|identity| identity.name == own) {
                options.push(format!("x509certfile={}", identity_file(own)));
            }
        }
        _ => return Err(StartError::unsupported("TLS where it is offered, and none where it is not")),
    }
    if connector.hello == Hello::Helo && (way.credential().is_some() || options.len() > 1) {
        return Err(StartError::unsupported("-ForceHELO beside TLS or AUTH"));
    }
    if let Some(Credential { user, password }) = way.credential() {
        options.push(format!("user={}", quoted(user)?));
        options.push(format!("pass={}", quoted(password)?));
    }
    Ok(options.join(" "))
}

/// What is asked of a certificate.
fn checks(connector: &Connector, way: &NextHop, domain: Option<&str>) -> Result<Vec<String>, StartError> {
    match way.certificate()? {
        (TlsAuthLevel::EncryptionOnly, _) => Ok(vec!["insecure".to_owned()]),
        (TlsAuthLevel::CertificateValidation, _) => {
            Err(StartError::unsupported("-TlsAuthLevel CertificateValidation: a chain without a name"))
        }
        (TlsAuthLevel::DomainValidation, _) => {
            let is_of_hosts = match &connector.routing {
                Routing::SmartHosts(hosts) => hosts
                    .iter()
                    .all(|host| matches!(host, SmartHost::Name(name) if domain.is_none_or(|own| own == name))),
                _ => false,
            };
            if !is_of_hosts {
                return Err(StartError::unsupported("a certificate with another name than that of the smart host"));
            }
            Ok(vec![format!("x509cafile={FOLDER}/authority.pem"), format!("x509crlfile={FOLDER}/revoked.pem")])
        }
    }
}

/// A word in the quotes of a shell, by which the table is read.
fn quoted(text: &str) -> Result<String, StartError> {
    if text.contains(char::is_control) {
        return Err(StartError::unsupported("control characters in a user name or password"));
    }
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests;
