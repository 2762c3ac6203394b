//! msmtp: the connector is an account of its configuration file; a message is a run of the program.
//!
//! [`CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise than the pages
//! ask, and why; `README.md` how each setting is translated.

use std::{fmt::Write as _, net::SocketAddr};

use mtaspec_reference_transport::connector::{
    Authentication, Connector, Credential, Hello, SmartHost, TlsAuthLevel, TlsPolicy,
};

use crate::mta::{
    Adapter, Brief, EnvelopeForm, NextHop, NullPath, Plan, PlannedCommand, PlannedFile, PlannedInjection, Says,
    StartError, VersionCommand,
    brief::SMTPS,
    capability::{
        Capability,
        Extent::{Not, Partly, Whole},
    },
};

/// What msmtp is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 20] = [
    Capability::row("-AddressSpaces", Partly, "`*` alone: an account takes all mail"),
    Capability::row("cost of an address space", Not, "there is one connector"),
    Capability::row("-AuthenticationCredential", Whole, "user, password"),
    Capability::row("-ConnectionInactivityTimeOut", Whole, "timeout"),
    Capability::row("-DNSRoutingEnabled", Not, "there is no host but that of the account"),
    Capability::row("-Enabled", Partly, "one that is disabled is refused"),
    Capability::row("-ForceHELO", Not, "EHLO is said first, always"),
    Capability::row("-Fqdn", Whole, "domain"),
    Capability::row("-IgnoreSTARTTLS", Partly, "tls off; TLS where it is offered cannot be asked for"),
    Capability::row("-MaxMessageSize", Not, "a message within it is sent, one beyond it is unsupported"),
    Capability::row("-Port", Whole, "port; 465 with TLS required is tls_starttls off"),
    Capability::row("-RequireTLS", Whole, "tls on"),
    Capability::row("-SmartHostAuthMechanism", Partly, "auth login; BasicAuthRequireTLS with a name alone"),
    Capability::row("-SmartHosts", Partly, "one; its addresses are asked for, not its MX records"),
    Capability::row("-SmtpMaxMessagesPerConnection", Whole, "a connection carries one message"),
    Capability::row("-TlsAuthLevel CertificateValidation", Not, "the name is checked with the chain"),
    Capability::row(
        "-TlsAuthLevel DomainValidation",
        Partly,
        "tls_trust_file, tls_crl_file; no wildcard can be asked for",
    ),
    Capability::row("-TlsDomain", Partly, "tls_host_override"),
    Capability::row("ms-Exch-Send-Headers-*", Not, "a message with a header of a family is unsupported"),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];

/// The program.
const PROGRAM: &str = "/usr/bin/msmtp";
/// Its configuration.
const CONFIGURATION: &str = "/etc/msmtprc";
/// The certificate authority, and what it has revoked.
const AUTHORITY: [&str; 2] = ["/etc/msmtp/authority.pem", "/etc/msmtp/revoked.pem"];

/// Settings that are the same in every world, each for a reason.
const FIXED: &str = "\
account default
# A message is sent as it was written.
set_from_header off
set_date_header off
set_msgid_header off
remove_bcc_headers off
undisclosed_recipients off
";

/// msmtp, as Debian and Ubuntu build it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Msmtp;

impl Adapter for Msmtp {
    fn name(&self) -> &'static str {
        "msmtp"
    }

    fn reports_fates(&self) -> bool {
        true
    }

    fn version(&self) -> Option<VersionCommand> {
        let command = PlannedCommand::new(PROGRAM, ["--version"]);
        // `msmtp version 1.8.23`, and more.
        let read = |printed: &str| Some(printed.lines().next()?.strip_prefix("msmtp version ")?.trim().to_owned());
        Some(VersionCommand { command, read })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        brief.connectors_alone()?;
        let (connector, host) = brief.one_relay()?;
        let way = brief.only_way(connector);
        let mut plan = Plan::new(SocketAddr::new(brief.address, 25));
        let [authority, revoked] = AUTHORITY;
        plan.files = vec![
            PlannedFile::secret(CONFIGURATION, account(brief, connector, host, &way)?),
            PlannedFile::text(authority, brief.authority.pem.clone()),
            PlannedFile::text(revoked, brief.authority.revocation_list_pem.clone()),
        ];
        for identity in &brief.identities {
            plan.files.push(PlannedFile::secret(identity_file(&identity.name), identity.pem()));
        }
        if let Some(canary) = brief.canary() {
            let text = format!("{FIXED}host {}\nport {}\ntls off\nauth off\n", canary.ip(), canary.port());
            plan.until_canary = vec![PlannedFile::secret(CONFIGURATION, text)];
        }
        plan.injection = Some(PlannedInjection {
            command: PlannedCommand::new(PROGRAM, ["-C", CONFIGURATION]),
            envelope: EnvelopeForm::Arguments,
            says: Says::Fate,
            null_path: NullPath::Kept,
            recipients_max: None,
            way,
        });
        Ok(plan)
    }
}

fn identity_file(name: &str) -> String {
    format!("/etc/msmtp/identity-{name}.pem")
}

/// The configuration: the connector as the one account.
fn account(brief: &Brief, connector: &Connector, host: &SmartHost, way: &NextHop) -> Result<String, StartError> {
    if connector.hello == Hello::Helo {
        return Err(StartError::unsupported("-ForceHELO"));
    }
    let mut text = FIXED.to_owned();
    let mut set = |command: &str, value: &str| {
        let _infallible = writeln!(text, "{command} {value}");
    };
    let own = connector.fqdn.as_deref().unwrap_or(&brief.server);
    set("host", &way.name);
    set("port", &connector.port.to_string());
    set("domain", own);
    set("timeout", &connector.inactivity_timeout.as_secs().to_string());
    let secret = matches!(connector.authentication, Authentication::BasicRequireTls(_));
    match &connector.tls {
        TlsPolicy::Ignore if !secret => set("tls", "off"),
        TlsPolicy::Required { .. } => {
            set("tls", "on");
            set("tls_starttls", if connector.port == SMTPS { "off" } else { "on" });
            match way.certificate()? {
                (TlsAuthLevel::EncryptionOnly, _) => set("tls_certcheck", "off"),
                (TlsAuthLevel::CertificateValidation, _) => {
                    return Err(StartError::unsupported("-TlsAuthLevel CertificateValidation: a chain without a name"));
                }
                (TlsAuthLevel::DomainValidation, name) => {
                    if name.starts_with("*.") || (matches!(host, SmartHost::Address(_)) && name == way.name) {
                        return Err(StartError::unsupported(
                            "a certificate that names an address, or any host of a domain",
                        ));
                    }
                    let [authority, revoked] = AUTHORITY;
                    set("tls_trust_file", authority);
                    set("tls_crl_file", revoked);
                    set("tls_host_override", &name);
                }
            }
            if brief.identities.iter().any(|identity| identity.name == own) {
                set("tls_cert_file", &identity_file(own));
                set("tls_key_file", &identity_file(own));
            }
        }
        _ => return Err(StartError::unsupported("TLS where it is offered, and none where it is not")),
    }
    match way.credential() {
        None => set("auth", "off"),
        Some(Credential { user, password }) => {
            set("auth", "login");
            set("user", quoted(user)?);
            set("password", quoted(password)?);
        }
    }
    Ok(text)
}

/// A word of a configuration line, which is what stands between blanks.
fn quoted(text: &str) -> Result<&str, StartError> {
    let is_word = text.trim() == text && !text.is_empty() && !text.contains(|it: char| it.is_control() || it == '"');
    if is_word { Ok(text) } else { Err(StartError::unsupported("blanks or quotes around a user name or password")) }
}

#[cfg(test)]
mod tests;
