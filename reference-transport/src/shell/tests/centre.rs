//! What the graphical centre may do, and what an Edge server takes.

use super::*;
use crate::directory::{Organisation, Profile};

fn edge() -> Directory {
    let organisation = Organisation::of_edge_server("edge.sender.test", std::net::Ipv4Addr::LOCALHOST.into());
    Directory::of(organisation, "edge", Vec::new()).expect("an organisation")
}

/// The code of what the last command came to; `taken` if it was.
#[track_caller]
fn check(mut directory: Directory, commands: &[(Origin, &str)], expected: &str) {
    let mut last = "nothing".to_owned();
    for (origin, text) in commands {
        for outcome in Shell::new().run_from(*origin, &mut directory, text) {
            last = outcome.result.map_or_else(|error| error.code().to_owned(), |_| "taken".to_owned());
        }
    }
    assert_eq!(last, expected, "{commands:?}");
}

const NEW: &str = "New-SendConnector A -AddressSpaces *";

#[track_caller]
fn check_centre(rest: &str, expected: &str) {
    check(Directory::default(), &[(Origin::Centre, &format!("{NEW} {rest}"))], expected);
}

#[test]
fn the_centre_requires_a_type() {
    check_centre("", "centre-needs-usage");
    for usage in ["-Usage Internet", "-Custom", "-Internet", "-Partner"] {
        check_centre(usage, "taken");
    }
    check(Directory::default(), &[(Origin::Shell, NEW)], "taken");
}

#[test]
fn the_centre_edits_what_it_cannot_create() {
    let hosts = "-DNSRoutingEnabled $false -SmartHosts h.test";
    check_centre("-Internal", "centre-internal-needs-smart-hosts");
    check_centre("-Internal -DNSRoutingEnabled $true", "centre-internal-needs-smart-hosts");
    check_centre(&format!("-Internal {hosts}"), "taken");
    check_centre(&format!("-Partner {hosts}"), "centre-partner-needs-dns-routing");
    check_centre("-Partner -SmartHostAuthMechanism None", "centre-partner-needs-dns-routing");
    check_centre("-Custom -FrontendProxyEnabled $true", "centre-cannot-create-proxy");
    for (made, edited) in [
        (
            format!("{NEW} -Internal {hosts}"),
            "Set-SendConnector A -DNSRoutingEnabled $true -SmartHosts $null".to_owned(),
        ),
        (
            format!("{NEW} -Partner"),
            format!("Set-SendConnector A {hosts} -SmartHostAuthMechanism ExternalAuthoritative"),
        ),
        (format!("{NEW} -Custom"), "Set-SendConnector A -FrontendProxyEnabled $true".to_owned()),
    ] {
        check(Directory::default(), &[(Origin::Centre, &made), (Origin::Centre, &edited)], "taken");
    }
    for rest in ["-Internal -DNSRoutingEnabled $true", &format!("-Partner {hosts}"), "-FrontendProxyEnabled $true"] {
        check(Directory::default(), &[(Origin::Shell, &format!("{NEW} {rest}"))], "taken");
    }
}

#[test]
fn an_edge_server_is_managed_in_the_shell_alone() {
    check(edge(), &[(Origin::Centre, &format!("{NEW} -Custom"))], "edge-needs-shell");
    check(edge(), &[(Origin::Centre, "Get-SendConnector")], "edge-needs-shell");
    check(edge(), &[(Origin::Shell, NEW)], "taken");
}

#[test]
fn a_role_has_its_own_parameters() {
    let new = |rest: &str| format!("{NEW} {rest}");
    check(Directory::default(), &[(Origin::Shell, &new("-SourceIPAddress 192.0.2.1"))], "unsupported-parameter");
    check(edge(), &[(Origin::Shell, &new("-SourceIPAddress 192.0.2.1"))], "taken");
    for rest in ["-SourceTransportServers edge", "-IsScopedConnector $true", "-FrontendProxyEnabled $true"] {
        check(edge(), &[(Origin::Shell, &new(rest))], "unsupported-parameter");
    }
    check(edge(), &[(Origin::Shell, "New-SendConnector A -AddressSpaces --")], "taken");
    check(Directory::default(), &[(Origin::Shell, "New-SendConnector A -AddressSpaces --")], "bad-value");
    check(edge(), &[(Origin::Shell, "New-SendConnector A -AddressSpaces 'FAX:a;1'")], "bad-value");
    check(edge(), &[(Origin::Shell, "Set-FrontendTransportService edge")], "not-found");
}

#[test]
fn parameters_of_2013_are_known_there_alone() {
    let e2013 = || {
        let organisation = Organisation { profile: Profile::E2013, ..Organisation::default() };
        Directory::of(organisation, "localhost", Vec::new()).expect("an organisation")
    };
    for rest in ["-IsCoexistenceConnector $true", "-LinkedReceiveConnector 'x\\y'"] {
        let text = format!("{NEW} {rest}");
        check(Directory::default(), &[(Origin::Shell, &text)], "unsupported-parameter");
        let outcomes = Shell::new().run(&mut e2013(), &text);
        let printed = outcomes[0].result.clone().expect("it is taken");
        assert!(printed.contains("\nWARNING: ") && printed.ends_with(" is deprecated."), "{printed}");
    }
    check(Directory::default(), &[(Origin::Shell, &format!("{NEW} -IsC $true"))], "unknown-parameter");
    let mut directory = e2013();
    Shell::new().run(&mut directory, "New-SendConnector A -AddressSpaces a.test -Partner");
    let connector = directory.find("A").expect("it was made");
    assert_eq!(connector.max_message_size, Some(26_214_400));
    assert!(connector.domain_secure_enabled);
}
