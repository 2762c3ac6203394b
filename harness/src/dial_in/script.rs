//! The scripts that a person runs in the Exchange Management Shell: one that makes the connectors of all cases, and one
//! that removes them again.
//!
//! # Invariants
//!
//! Nothing is made or removed but Send connectors whose names begin with [`OWN`], and nothing that is there is changed.
//! Every address space is below the user's domain. Whatever the first script makes the second one removes.

use mtaspec_reference_transport::connector::{
    Authentication, Connector, ErrorPolicy, Hello, LoggingLevel, Routing, SmartHost, TlsAuthLevel, TlsPolicy,
};

use super::{
    Plan,
    layout::{OWN, space},
};

/// Below the user's domain: where the message goes with which each run begins.
pub const CANARY_LABEL: &str = "canary";

/// The script that makes the connectors. It ends with the way back, as comments.
#[must_use]
pub fn connectors(plan: &Plan<'_>) -> String {
    let mut text = format!(
        "# Send connectors of mtaspec for {below}. Run once, in the Exchange Management Shell; `remove.ps1` takes all of\n\
         # it back. It makes Send connectors whose names begin with \"{OWN}\", each for names below {below} alone, and\n\
         # changes nothing that is there.\n",
        below = plan.premises.below,
    );
    let common = [
        ("Mail below the domain that no case takes: it must not go anywhere else.", catch_all(plan)),
        ("The message with which each run begins.", canary(plan)),
    ];
    for (why, connector) in common {
        text.push_str(&format!("\n# {why}\n"));
        text.extend(connector.ok().map(|connector| new(&connector)));
    }
    for (case, layout) in plan.served() {
        text.push_str(&format!("\n# {}\n", case.id));
        text.extend(layout.connectors.iter().map(new));
    }
    text.push_str("\n# The way back, which is what `remove.ps1` does:\n");
    text.extend(removals(plan).map(|command| format!("# {command}")));
    text
}

/// The script that removes them.
#[must_use]
pub fn removal(plan: &Plan<'_>) -> String {
    let text = format!("# Removes the Send connectors that `connectors.ps1` makes for {}.\n", plan.premises.below);
    text + &removals(plan).collect::<String>()
}

/// The commands that remove what [`connectors`] makes, a line each.
fn removals(plan: &Plan<'_>) -> impl Iterator<Item = String> {
    let common = [catch_all(plan), canary(plan)].into_iter().filter_map(Result::ok).map(|connector| connector.name);
    let of_cases = plan.served().flat_map(|(_, layout)| layout.connectors.iter().map(|own| own.name.clone()));
    common.chain(of_cases).map(|name| format!("Remove-SendConnector -Identity {} -Confirm:$false\n", quoted(&name)))
}

/// Takes what is below the domain and nobody's. Any connector of a case is closer.
fn catch_all(plan: &Plan<'_>) -> Result<Connector, String> {
    common(plan, "everything else", plan.catch_all, space(&plan.premises.below, true)?)
}

fn canary(plan: &Plan<'_>) -> Result<Connector, String> {
    let domain = canary_domain(plan);
    let mut connector = common(plan, CANARY_LABEL, plan.canary, space(&domain, false)?)?;
    if plan.premises.dns.is_some() {
        connector.routing = Routing::SmartHosts(vec![SmartHost::Name(domain)]);
    }
    Ok(connector)
}

/// Where the canary goes: `canary.mtaspec.contoso.com`.
#[must_use]
pub fn canary_domain(plan: &Plan<'_>) -> String {
    format!("{CANARY_LABEL}.{}", plan.premises.below)
}

fn common(
    plan: &Plan<'_>,
    name: &str,
    port: u16,
    space: mtaspec_reference_transport::routing::AddressSpace,
) -> Result<Connector, String> {
    let address = plan.premises.addresses.first().ok_or("no address")?;
    Ok(Connector {
        routing: Routing::SmartHosts(vec![SmartHost::Address(*address)]),
        port,
        address_spaces: vec![space],
        ..Connector::named(&format!("{OWN} {name}"))
    })
}

/// The command that makes a connector: what is not at its default.
fn new(connector: &Connector) -> String {
    let default = Connector::named(&connector.name);
    let spaces: Vec<String> = connector.address_spaces.iter().map(|space| quoted(&space.to_string())).collect();
    let mut parts = vec![
        format!("New-SendConnector -Name {}", quoted(&connector.name)),
        "-Custom".to_owned(),
        format!("-AddressSpaces {}", spaces.join(",")),
    ];
    match &connector.routing {
        Routing::SmartHosts(hosts) => {
            let hosts: Vec<String> = hosts.iter().map(|host| quoted(&host.to_string())).collect();
            parts.push(format!("-DNSRoutingEnabled $false -SmartHosts {}", hosts.join(",")));
        }
        _ => parts.push("-DNSRoutingEnabled $true".to_owned()),
    }
    let mut set = |is_set: bool, text: String| {
        if is_set {
            parts.push(text);
        }
    };
    set(connector.port != default.port, format!("-Port {}", connector.port));
    set(!connector.enabled, "-Enabled $false".to_owned());
    let size = connector.max_message_size.map_or("unlimited".to_owned(), |octets| octets.to_string());
    set(connector.max_message_size != default.max_message_size, format!("-MaxMessageSize {size}"));
    set(connector.fqdn.is_some(), format!("-Fqdn {}", quoted(connector.fqdn.as_deref().unwrap_or_default())));
    set(connector.hello == Hello::Helo, "-ForceHELO $true".to_owned());
    set(connector.tls != default.tls, tls(&connector.tls));
    set(connector.authentication != default.authentication, authentication(&connector.authentication));
    let seconds = connector.inactivity_timeout.as_secs();
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    set(connector.inactivity_timeout != default.inactivity_timeout, format!("-ConnectionInactivityTimeOut {clock}"));
    let most = connector.messages_per_connection_max;
    set(most != default.messages_per_connection_max, format!("-SmtpMaxMessagesPerConnection {most}"));
    let policies: Vec<&str> = connector.error_policies.iter().map(|policy| word(*policy)).collect();
    set(!policies.is_empty(), format!("-ErrorPolicies {}", policies.join(",")));
    set(connector.protocol_logging == LoggingLevel::Verbose, "-ProtocolLoggingLevel Verbose".to_owned());
    parts.join(" ") + "\n"
}

fn tls(policy: &TlsPolicy) -> String {
    match policy {
        TlsPolicy::Ignore => "-IgnoreSTARTTLS $true".to_owned(),
        TlsPolicy::Required { level, domain } => {
            let level = match level {
                TlsAuthLevel::CertificateValidation => "CertificateValidation",
                TlsAuthLevel::DomainValidation => "DomainValidation",
                TlsAuthLevel::EncryptionOnly => "EncryptionOnly",
            };
            let domain = domain.as_deref().map(|domain| format!(" -TlsDomain {}", quoted(domain))).unwrap_or_default();
            format!("-RequireTLS $true -TlsAuthLevel {level}{domain}")
        }
        _ => String::new(),
    }
}

fn authentication(authentication: &Authentication) -> String {
    let (mechanism, credential) = match authentication {
        Authentication::Basic(credential) => ("BasicAuth", credential),
        Authentication::BasicRequireTls(credential) => ("BasicAuthRequireTLS", credential),
        Authentication::ExternalAuthoritative => return "-SmartHostAuthMechanism ExternalAuthoritative".to_owned(),
        _ => return String::new(),
    };
    let (user, password) = (quoted(&credential.user), quoted(&credential.password));
    format!(
        "-SmartHostAuthMechanism {mechanism} -AuthenticationCredential \
         (New-Object PSCredential({user}, (ConvertTo-SecureString {password} -AsPlainText -Force)))"
    )
}

fn word(policy: ErrorPolicy) -> &'static str {
    match policy {
        ErrorPolicy::DowngradeCustomFailures => "DowngradeCustomFailures",
        ErrorPolicy::DowngradeDnsFailures => "DowngradeDnsFailures",
        ErrorPolicy::UpgradeCustomFailures => "UpgradeCustomFailures",
    }
}

/// A text in which nothing but its quote has a meaning.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
