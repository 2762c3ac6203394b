//! dma, the DragonFly Mail Agent: the connector is its one configuration, by a smart host or by DNS.
//!
//! [`CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise than the pages
//! ask, and why; `README.md` how each setting is translated.

use std::{fmt::Write as _, net::SocketAddr};

use mtaspec_reference_transport::connector::{
    Authentication, Connector, Credential, Hello, INACTIVITY_TIMEOUT_DEFAULT, Routing, TlsAuthLevel, TlsPolicy,
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

/// What dma is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 20] = [
    Capability::row("-AddressSpaces", Partly, "`*` alone: all mail goes the same way"),
    Capability::row("cost of an address space", Not, "there is one connector"),
    Capability::row("-AuthenticationCredential", Whole, "AUTHPATH"),
    Capability::row(
        "-ConnectionInactivityTimeOut",
        Not,
        "five minutes, compiled in; another than the default is refused",
    ),
    Capability::row("-DNSRoutingEnabled", Whole, "no SMARTHOST"),
    Capability::row("-Enabled", Partly, "one that is disabled is refused"),
    Capability::row("-ForceHELO", Not, "EHLO is said first, always"),
    Capability::row("-Fqdn", Whole, "MAILNAME"),
    Capability::row("-IgnoreSTARTTLS", Whole, "no SECURETRANSFER; else with STARTTLS and OPPORTUNISTIC_TLS"),
    Capability::row("-MaxMessageSize", Not, "a message within it is sent, one beyond it is unsupported"),
    Capability::row("-Port", Whole, "PORT; 465 with TLS required is SECURETRANSFER alone"),
    Capability::row("-RequireTLS", Whole, "SECURETRANSFER, STARTTLS"),
    Capability::row("-SmartHostAuthMechanism", Partly, "BasicAuth; no name is looked for in a certificate"),
    Capability::row("-SmartHosts", Partly, "one; its addresses are asked for, not its MX records"),
    Capability::row("-SmtpMaxMessagesPerConnection", Whole, "a connection carries one message"),
    Capability::row("-TlsAuthLevel CertificateValidation", Not, "nothing is checked but a fingerprint"),
    Capability::row("-TlsAuthLevel DomainValidation", Not, "nothing is checked but a fingerprint"),
    Capability::row("-TlsDomain", Not, "nothing is checked but a fingerprint"),
    Capability::row("ms-Exch-Send-Headers-*", Not, "a message with a header of a family is unsupported"),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];

/// The program.
const PROGRAM: &str = "/usr/sbin/dma";
/// Its configuration.
const FOLDER: &str = "/etc/dma";
/// Its queue.
const SPOOL: &str = "/var/spool/dma";
/// Its group: compiled in.
const GROUP: &str = "root:mail";
/// Most recipients of a message that it is handed: it makes a process and a session of each, and how many of them it gets
/// done in the time of a case is up to the machine. A hundred are what every server must take (RFC 5321 §4.5.3.1.8).
const RECIPIENTS_MAX: usize = 100;
/// What it writes into the log when it gives a message up and writes a notice in its place.
const BOUNCES: &str = "delivery failed, bouncing as ";

/// dma, as Debian and Ubuntu build it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dma;

impl Adapter for Dma {
    fn name(&self) -> &'static str {
        "dma"
    }

    fn version(&self) -> Option<VersionCommand> {
        // What it writes into the fields that it adds: `DragonFly Mail Agent v0.13`.
        let command = PlannedCommand::new("/bin/grep", ["-aom1", "DragonFly Mail Agent v[0-9.]*", PROGRAM]);
        Some(VersionCommand { command, read: version_in })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        brief.connectors_alone()?;
        let connector = brief.one_connector()?;
        let way = brief.only_way(connector);
        let (configuration, accounts) = configuration(brief, connector, &way)?;
        let of_group = |file: PlannedFile| PlannedFile { owner: Some(GROUP.to_owned()), mode: 0o640, ..file };
        let file = |name: &str, text: String| of_group(PlannedFile::text(format!("{FOLDER}/{name}"), text));
        let mut plan = Plan::new(SocketAddr::new(brief.address, 25));
        plan.users = vec![PlannedUser { name: "mail".to_owned(), members: vec![] }];
        plan.directories = vec![PlannedDirectory { path: SPOOL.into(), mode: 0o2775, owner: Some(GROUP.to_owned()) }];
        plan.files = vec![
            file("dma.conf", configuration),
            file("auth.conf", accounts),
            PlannedFile::text("/etc/aliases", ""),
            PlannedFile { path: PROGRAM.into(), contents: None, mode: 0o2755, owner: Some(GROUP.to_owned()) },
        ];
        for identity in &brief.identities {
            plan.files.push(of_group(PlannedFile::text(identity_file(&identity.name), identity.pem())));
        }
        if let Some(canary) = brief.canary() {
            let text = format!(
                "SMARTHOST {}\nPORT {}\nSPOOLDIR {SPOOL}\nMAILNAME {}\nNULLCLIENT\n",
                canary.ip(),
                canary.port(),
                brief.server
            );
            plan.until_canary = vec![file("dma.conf", text)];
        }
        plan.queue = vec![SPOOL.into()];
        // What is to be tried again in five minutes is held by a process that sleeps until then.
        plan.opens_queue = true;
        plan.writes_notice = Some(BOUNCES);
        plan.injection = Some(PlannedInjection {
            // A line with a dot alone does not end a message.
            command: PlannedCommand::new(PROGRAM, ["-i"]),
            envelope: EnvelopeForm::Arguments,
            says: Says::Queued,
            null_path: NullPath::Replaced,
            recipients_max: Some(RECIPIENTS_MAX),
            way,
        });
        Ok(plan)
    }
}

fn identity_file(name: &str) -> String {
    format!("{FOLDER}/identity-{name}.pem")
}

fn version_in(printed: &str) -> Option<String> {
    let (_, version) = printed.lines().next()?.rsplit_once(" v")?;
    Some(version.trim().to_owned()).filter(|version| !version.is_empty())
}

/// `dma.conf` and `auth.conf`.
fn configuration(brief: &Brief, connector: &Connector, way: &NextHop) -> Result<(String, String), StartError> {
    if connector.hello == Hello::Helo {
        return Err(StartError::unsupported("-ForceHELO"));
    }
    if connector.inactivity_timeout != INACTIVITY_TIMEOUT_DEFAULT {
        return Err(StartError::unsupported("-ConnectionInactivityTimeOut"));
    }
    let own = connector.fqdn.as_deref().unwrap_or(&brief.server);
    let mut text = format!("SPOOLDIR {SPOOL}\nALIASES /etc/aliases\nMAILNAME {own}\n");
    if let Routing::SmartHosts(hosts) = &connector.routing {
        let [_] = hosts.as_slice() else { return Err(StartError::unsupported("more than one smart host")) };
        let _infallible = writeln!(text, "SMARTHOST {}\nPORT {}\nNULLCLIENT", way.name, connector.port);
    }
    match &connector.tls {
        TlsPolicy::Ignore => {}
        TlsPolicy::Opportunistic => text.push_str("SECURETRANSFER\nSTARTTLS\nOPPORTUNISTIC_TLS\n"),
        TlsPolicy::Required { level: TlsAuthLevel::EncryptionOnly, .. } => {
            text.push_str(if connector.port == SMTPS { "SECURETRANSFER\n" } else { "SECURETRANSFER\nSTARTTLS\n" });
        }
        _ => return Err(StartError::unsupported("a check of certificates")),
    }
    if brief.identities.iter().any(|identity| identity.name == own) && connector.tls != TlsPolicy::Ignore {
        let _infallible = writeln!(text, "CERTFILE {}", identity_file(own));
    }
    let accounts = match (&connector.authentication, &connector.routing) {
        (Authentication::BasicRequireTls(_), Routing::SmartHosts(_)) => {
            return Err(StartError::unsupported(
                "-SmartHostAuthMechanism BasicAuthRequireTLS: a check of certificates",
            ));
        }
        (Authentication::Basic(Credential { user, password }), Routing::SmartHosts(_)) => {
            let fits = |text: &str, divider: char| {
                !text.is_empty() && !text.contains(|letter: char| letter.is_control() || letter == divider)
            };
            if !fits(user, '|') || !fits(password, '\n') {
                return Err(StartError::unsupported("a divider in a user name or password"));
            }
            let _infallible = writeln!(text, "AUTHPATH {FOLDER}/auth.conf\nINSECURE");
            format!("{user}|{}:{password}\n", way.name)
        }
        _ => String::new(),
    };
    Ok((text, accounts))
}

#[cfg(test)]
mod tests;
