//! Whether a moved case can be served by hosts that wait for an MTA of somebody else's: what of it would change that
//! MTA beyond new connectors, or cannot be seen from outside.

use std::time::Duration;

use mtaspec_fake_dns::Action;
use mtaspec_fake_smarthost::host::{CertificateKind, PropertyValue};
use mtaspec_reference_transport::{
    connector::{Authentication, Connector, HeaderRights, NameServers, Routing, Scope, Service, SmartHost, TlsPolicy},
    routing::Pattern,
};

use super::Premises;
use crate::{
    case::{
        Case,
        model::{RESOLVER_ADDRESS, Via},
        organisation::Profile,
    },
    claim::ast::{Body, Claim, HeaderValue, Seen, Subject, Thing},
    report::dialogue,
    suite::run::{is_about_dns, is_about_the_log, is_about_the_shell},
    world::{BEYOND_SOCKETS, SOCKETS_HORIZON_MAX},
};

/// Largest message, in octets: an organisation takes 10 MB unless somebody has changed that (SIZ-10), and coding for
/// transport makes a message larger.
const MESSAGE_OCTETS_MAX: u64 = 7 << 20;

/// The port on which TLS begins with the connection (RFC 8314 §3.3).
const SMTPS: u16 = 465;

/// What of a case an MTA of somebody else's cannot be asked, if anything: in the words of `unsupported`.
pub(super) fn obstacle(case: &Case, premises: &Premises) -> Option<String> {
    None.or_else(|| of_names(case, premises))
        .or_else(|| of_reports(case))
        .or_else(|| of_own_words(case))
        .or_else(|| of_organisation(case))
        .or_else(|| of_shell(case))
        .or_else(|| of_hosts(case))
        .or_else(|| of_messages(case))
        .or_else(|| of_time(case))
        .or_else(|| of_dns(case, premises))
}

/// The same of what its connectors are in the end.
pub(super) fn obstacle_of_connectors(case: &Case, connectors: &[Connector]) -> Option<String> {
    connectors.iter().find_map(|connector| of_connector(connector, case))
}

/// A case that could not be moved still has the names of its page.
fn of_names(case: &Case, premises: &Premises) -> Option<String> {
    let moved = case.world.server.eq_ignore_ascii_case(&premises.mta_name)
        && case.world.accepts.iter().all(|domain| premises.is_below(domain));
    (!moved).then(|| "names that cannot be moved below a domain".to_owned())
}

fn of_reports(case: &Case) -> Option<String> {
    if is_about_the_shell(case) {
        return Some("the management shell".to_owned());
    }
    if is_about_the_log(case) {
        return Some("the protocol log".to_owned());
    }
    let reported = |claim: &Claim| matches!(claim.body, Body::Reported(_));
    case.claims.iter().any(reported).then(|| "what the MTA reports of its queues and routes".to_owned())
}

/// What the MTA writes of itself: it has an address and a domain of its own, which no page knows.
fn of_own_words(case: &Case) -> Option<String> {
    const PAGE_ADDRESSES: [&str; 4] = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
    case.claims.iter().find_map(|claim| {
        let quoted = || claim.text.split('"').skip(1).step_by(2);
        if quoted().any(|pattern| PAGE_ADDRESSES.iter().any(|address| pattern.contains(address))) {
            return Some("an address of the page in what the MTA writes".to_owned());
        }
        let Body::Seen(Seen { thing: Thing::Header { name, value: HeaderValue::Pattern(_) }, subject, .. }) =
            &claim.body
        else {
            return None;
        };
        let is_origin = matches!(subject, Subject::Host(host) if host == "origin");
        (is_origin && name.eq_ignore_ascii_case("From"))
            .then(|| "the mailbox under which the MTA writes notices".to_owned())
    })
}

fn of_organisation(case: &Case) -> Option<String> {
    let organisation = &case.world.organisation;
    if let Some(beyond) = organisation.beyond_one_server() {
        return Some(beyond);
    }
    if organisation.profile == Profile::E2013 {
        return Some("the defaults of Exchange 2013".to_owned());
    }
    organisation.keeps_size_limits.then(|| "the organisation's own limits of size".to_owned())
}

/// Cmdlets whose effect is all in the connectors that they leave behind, or that only look.
const OF_CONNECTORS: [&str; 6] = [
    "New-SendConnector",
    "Set-SendConnector",
    "Remove-SendConnector",
    "Get-SendConnector",
    "New-Object",
    "ConvertTo-SecureString",
];

fn of_shell(case: &Case) -> Option<String> {
    if case.shell.iter().any(|text| !text.at.is_zero()) {
        return Some("a change of connectors at run time".to_owned());
    }
    case.commands.iter().find_map(|command| {
        // `$c = New-Object ...`
        let bare = command.split_once('=').filter(|(name, _)| name.trim_start().starts_with('$'));
        let cmdlet = bare.map_or(command.as_str(), |(_, rest)| rest).split_whitespace().next().unwrap_or_default();
        let is_known = OF_CONNECTORS.iter().any(|known| known.eq_ignore_ascii_case(cmdlet));
        (!is_known).then(|| format!("the command `{cmdlet}`, which reaches beyond connectors of its own"))
    })
}

fn of_hosts(case: &Case) -> Option<String> {
    case.hosts.iter().flat_map(|host| &host.host.properties).find_map(|property| match &property.value {
        PropertyValue::ClientCertificate(_) => Some("a client certificate that hosts trust".to_owned()),
        PropertyValue::Certificate(spec) if spec.kind == CertificateKind::NulInName => {
            Some("a certificate with names that no authority may sign".to_owned())
        }
        PropertyValue::Certificate(spec) if spec.kind == CertificateKind::Revoked => {
            Some("a list of revoked certificates".to_owned())
        }
        _ => None,
    })
}

fn of_messages(case: &Case) -> Option<String> {
    case.messages.iter().find_map(|message| {
        let is_literal = |mailbox: &String| mailbox.ends_with(']');
        if message.via == Via::Transport {
            Some("a message that comes from a server of the organisation".to_owned())
        } else if message.recipients.iter().chain([&message.reverse_path]).any(is_literal) {
            Some("a mailbox at an address literal".to_owned())
        } else if message.size() > MESSAGE_OCTETS_MAX {
            Some(format!("a message of more than {} MB", MESSAGE_OCTETS_MAX >> 20))
        } else {
            None
        }
    })
}

fn of_time(case: &Case) -> Option<String> {
    let last = case.messages.iter().map(|message| message.time_of(message.times)).max().unwrap_or_default();
    let asked = case.world.horizon.max(last + Duration::from_secs(1));
    (asked > SOCKETS_HORIZON_MAX)
        .then(|| format!("{}{BEYOND_SOCKETS}", dialogue::time(u64::try_from(asked.as_millis()).unwrap_or(u64::MAX))))
}

fn of_dns(case: &Case, premises: &Premises) -> Option<String> {
    let changes = case.zones.iter().any(|zone| !zone.at.is_zero());
    if !case.name_servers.is_empty() || case.world.name_servers != [RESOLVER_ADDRESS] {
        return Some("name servers of the page's own choice".to_owned());
    }
    let is_written_out = |action: &Action| matches!(action, Action::Octets(_));
    if case.dns_faults.iter().flat_map(|fault| &fault.actions).any(is_written_out) {
        return Some("answers of a name server that the page writes out".to_owned());
    }
    if !is_about_dns(case) && !changes {
        return None;
    }
    match &premises.dns {
        None => Some("a name server that the MTA asks (--dns)".to_owned()),
        Some(dns) if !dns.direct => Some("a name server that the MTA asks itself (--dns-direct)".to_owned()),
        Some(_) => None,
    }
}

fn of_connector(connector: &Connector, case: &Case) -> Option<String> {
    if connector.port == SMTPS {
        return Some(format!("port {SMTPS}, whose number says that TLS comes first"));
    }
    // Below a label of the case, `*` means what it means on the page, but a claim about the space itself is not put to
    // the test that way.
    let about_spaces = || {
        let mut ids = case.claims.iter().flat_map(|claim| &claim.ids);
        ids.any(|id| id.starts_with("ADR-") || id.starts_with("SEL-"))
    };
    for space in &connector.address_spaces {
        match &space.pattern {
            Pattern::All if about_spaces() => return Some("the address space `*`".to_owned()),
            Pattern::AcceptedDomains => return Some("the address space `--`".to_owned()),
            Pattern::Foreign { .. } => return Some(format!("the address space `{space}`")),
            Pattern::All | Pattern::Domain(_) | Pattern::DomainAndSubdomains(_) => {}
        }
    }
    let is_site = |host: &SmartHost| *host == SmartHost::subscribed_site();
    let settings = [
        (connector.scope == Scope::Site, "-IsScopedConnector"),
        (connector.service == Service::FrontEnd, "-FrontendProxyEnabled"),
        (connector.header_rights != HeaderRights::ANONYMOUS, "permissions of a connector"),
        (connector.source_ip_address.is_some(), "-SourceIPAddress"),
        (connector.tls_certificate_name.is_some(), "-TlsCertificateName"),
        (connector.domain_secure_enabled || connector.tls == TlsPolicy::Mutual, "-DomainSecureEnabled"),
        (connector.cloud_services_mail, "-CloudServicesMailEnabled"),
        (connector.name_servers == NameServers::External, "-UseExternalDNSServersEnabled"),
        (connector.authentication == Authentication::ExchangeServer, "-SmartHostAuthMechanism ExchangeServer"),
        (matches!(&connector.routing, Routing::SmartHosts(hosts) if hosts.iter().any(is_site)), "the smart host `--`"),
    ];
    settings.into_iter().find_map(|(is_set, setting)| is_set.then(|| setting.to_owned()))
}
