//! What a command is told, as JSON: the world, and then each message. `docs/command.schema.json` describes it.

use std::{net::SocketAddr, time::Duration};

use mtaspec_reference_transport::connector::{
    Authentication, Connector, Credential, ErrorPolicy, Hello, LoggingLevel, NameServers, Routing, Scope, Service,
    SmartHost, TlsAuthLevel, TlsPolicy,
};
use serde_json::{Value, json};

use super::{FOLDER, STOP_MAX, VERSION, settings::settings};
use crate::{
    case::model::Via,
    mta::{Brief, CANARY_DOMAIN, NextHop, StartError, Submission, daemon, pem::certificate},
    world::CANARY_MAX,
};

/// Where the MTA is to take messages of mailboxes, at its own address.
const SUBMISSION_PORT: u16 = 2525;
/// Where it is to take those of other servers.
const TRANSPORT_PORT: u16 = 2526;

/// A file that the brief names, and what it holds.
pub(super) type NamedFile = (String, String);

/// Files of the world that a command finds in [`FOLDER`]: the authority, the list of what it revoked, and the
/// certificates of the MTA's own.
pub(super) fn files(brief: &Brief) -> Vec<NamedFile> {
    let identities = brief.identities.iter().enumerate();
    let identities = identities.map(|(number, identity)| (identity_file(number), identity.pem()));
    let servers = brief.server_certificates.iter().map(|(server, own)| (server_file(server), certificate(own)));
    [
        (in_folder("authority.pem"), brief.authority.pem.clone()),
        (in_folder("revoked.pem"), brief.authority.revocation_list_pem.clone()),
    ]
    .into_iter()
    .chain(identities)
    .chain(servers)
    .collect()
}

/// A file of the command's folder.
pub(super) fn in_folder(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

fn server_file(server: &str) -> String {
    in_folder(&format!("server-{server}.pem"))
}

fn identity_file(number: usize) -> String {
    in_folder(&format!("identity-{number}.pem"))
}

/// The world, as the first line on standard input; `ready` is how long the command may take until it is ready.
#[must_use]
pub fn world(brief: &Brief, ready: Duration) -> Value {
    let identity = |(number, name): (usize, &str)| json!({ "name": name, "file": identity_file(number) });
    let identities = brief.identities.iter().map(|identity| identity.name.as_str()).enumerate();
    let at = |port: u16| SocketAddr::new(brief.address, port);
    json!({
        "tell": "world",
        "version": VERSION,
        "server": brief.server,
        "address": brief.address,
        "submission": at(SUBMISSION_PORT),
        "transport": at(TRANSPORT_PORT),
        "resolvers": brief.resolvers,
        "accepted": brief.accepted.iter().map(|(domain, server)| json!({ "domain": domain, "server": server }))
            .collect::<Vec<_>>(),
        "authority": in_folder("authority.pem"),
        "revoked": in_folder("revoked.pem"),
        "identities": identities.map(identity).collect::<Vec<_>>(),
        "server_certificates": brief.server_certificates.iter()
            .map(|(server, _)| json!({ "name": server, "file": server_file(server) })).collect::<Vec<_>>(),
        "canary_domain": CANARY_DOMAIN,
        "names": brief.names,
        "connectors": brief.connectors.iter().map(|own| connector(own, &brief.server)).collect::<Vec<_>>(),
        "one_relay": one_relay(brief),
        "shell": brief.shell.iter().map(daemon::told).collect::<Vec<_>>(),
        "organisation": daemon::organisation(&brief.organisation),
        "settings": settings(&brief.settings),
        "keeps_size_limits": brief.organisation.keeps_size_limits,
        "deadlines_ms": {
            "ready": millis(ready), "canary": millis(CANARY_MAX), "world": millis(brief.horizon),
            "stop": millis(STOP_MAX),
        },
        "time_scale": 1,
        "folder": FOLDER,
    })
}

/// A message, as a further line: for an MTA that does not take them by SMTP. `relay` is what it was told as `one_relay`.
#[must_use]
pub fn message(message: &Submission, file: &str, relay: Option<&NextHop>) -> Value {
    // Where accepted domains go, every command is told.
    let beyond = relay.and_then(|relay| match without_accepted(relay).takes(message) {
        Err(StartError::Unsupported { setting }) => Some(setting),
        _ => None,
    });
    json!({
        "tell": "message",
        "message": message.name,
        "reverse_path": message.reverse_path,
        "recipients": message.recipients,
        "via": match message.via {
            Via::Submission => "submission",
            Via::Transport => "transport",
        },
        "mail_parameters": message.dsn.of_mail(),
        "rcpt_parameters": (0..message.recipients.len()).map(|at| message.dsn.of_rcpt(at)).collect::<Vec<_>>(),
        "file": file,
        "size": message.octets.len(),
        "beyond": beyond,
    })
}

fn without_accepted(relay: &NextHop) -> NextHop {
    NextHop { accepted: Vec::new(), ..relay.clone() }
}

/// The page's world for an MTA that hands all its mail to one relay, or what it would need beyond that.
fn one_relay(brief: &Brief) -> Value {
    let told = brief.one_smart_host().and_then(|hop| {
        let (level, name) = hop.certificate()?;
        let connector = &hop.connector;
        Ok(json!({
            "connector": connector.name,
            "host": hop.name,
            "address": hop.dial,
            "hello_name": connector.fqdn.as_deref().unwrap_or(&brief.server),
            "hello": hello(connector.hello),
            "tls": if hop.credential().is_some() && is_secret(connector) { "required" } else { tls(&connector.tls) },
            "certificate": level_word(level),
            "certificate_name": name,
            "credential": hop.credential().map(credential),
            "max_message_size": connector.max_message_size,
        }))
    });
    told.unwrap_or_else(|error| match error {
        StartError::Unsupported { setting } => json!({ "unsupported": setting }),
        StartError::Died { why } | StartError::Failed { why } => json!({ "unsupported": why }),
    })
}

fn is_secret(connector: &Connector) -> bool {
    matches!(connector.authentication, Authentication::BasicRequireTls(_))
}

fn credential(own: &Credential) -> Value {
    json!({ "user": own.user, "password": own.password })
}

/// A connector with every setting, defaults filled in.
fn connector(own: &Connector, server: &str) -> Value {
    let spaces = own.address_spaces.iter().map(|space| {
        let text = space.to_string();
        let pattern = text.split(';').next().unwrap_or_default();
        let (kind, pattern) = pattern.split_once(':').unwrap_or(("SMTP", pattern));
        json!({ "type": kind, "pattern": pattern, "cost": space.cost.value() })
    });
    let smart_hosts: Vec<String> = match &own.routing {
        Routing::SmartHosts(hosts) => hosts.iter().map(SmartHost::to_string).collect(),
        _ => Vec::new(),
    };
    let (level, domain) = match &own.tls {
        TlsPolicy::Required { level, domain } => (Some(level_word(*level)), domain.as_deref()),
        _ => (None, None),
    };
    json!({
        "name": own.name,
        "enabled": own.enabled,
        "address_spaces": spaces.collect::<Vec<_>>(),
        "routing": if smart_hosts.is_empty() { "dns" } else { "smart_hosts" },
        "smart_hosts": smart_hosts,
        "port": own.port,
        "max_message_size": own.max_message_size,
        "hello_name": own.fqdn.as_deref().unwrap_or(server),
        "hello": hello(own.hello),
        "tls": tls(&own.tls),
        "tls_auth_level": level,
        "tls_domain": domain,
        "domain_secure": own.domain_secure_enabled,
        "tls_certificate_name": own.tls_certificate_name,
        "source_ip_address": own.source_ip_address,
        "authentication": authentication(&own.authentication),
        "name_servers": match own.name_servers {
            NameServers::External => "external",
            NameServers::Internal => "internal",
        },
        "inactivity_timeout_ms": millis(own.inactivity_timeout),
        "messages_per_connection_max": own.messages_per_connection_max,
        "error_policies": own.error_policies.iter().map(error_policy).collect::<Vec<_>>(),
        "sends_headers": {
            "forest": own.header_rights.forest,
            "organization": own.header_rights.organization,
            "routing": own.header_rights.routing,
        },
        "cloud_services_mail": own.cloud_services_mail,
        "source_servers": own.source_servers,
        "scoped": own.scope == Scope::Site,
        "front_end_proxy": own.service == Service::FrontEnd,
        "protocol_logging": own.protocol_logging == LoggingLevel::Verbose,
    })
}

fn authentication(own: &Authentication) -> Value {
    let with = |mechanism: &str, own: &Credential| json!({ "mechanism": mechanism, "user": own.user, "password": own.password });
    match own {
        Authentication::Basic(credential) => with("basic", credential),
        Authentication::BasicRequireTls(credential) => with("basic_require_tls", credential),
        Authentication::ExchangeServer => json!({ "mechanism": "exchange_server" }),
        Authentication::ExternalAuthoritative => json!({ "mechanism": "external_authoritative" }),
        // A mechanism that is new to the contract asks for nothing that the command could leave out unseen.
        _ => json!({ "mechanism": "none" }),
    }
}

fn error_policy(own: &ErrorPolicy) -> &'static str {
    match own {
        ErrorPolicy::DowngradeCustomFailures => "downgrade_custom_failures",
        ErrorPolicy::DowngradeDnsFailures => "downgrade_dns_failures",
        ErrorPolicy::UpgradeCustomFailures => "upgrade_custom_failures",
    }
}

fn hello(own: Hello) -> &'static str {
    match own {
        Hello::Ehlo => "ehlo",
        Hello::Helo => "helo",
    }
}

fn tls(own: &TlsPolicy) -> &'static str {
    match own {
        TlsPolicy::Ignore => "ignore",
        TlsPolicy::Mutual => "mutual",
        TlsPolicy::Required { .. } => "required",
        _ => "opportunistic",
    }
}

fn level_word(level: TlsAuthLevel) -> &'static str {
    match level {
        TlsAuthLevel::CertificateValidation => "certificate_validation",
        TlsAuthLevel::DomainValidation => "domain_validation",
        TlsAuthLevel::EncryptionOnly => "encryption_only",
    }
}

/// A time in the contract.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
