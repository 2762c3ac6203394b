//! `reference-transport route`, as a person runs it.

use std::{path::PathBuf, process::Command};

/// Connectors of two sites, made on `mbx1`.
const CONNECTORS: &str = "\
New-SendConnector World -AddressSpaces * -Internet -SourceTransportServers mbx1
New-SendConnector Family -AddressSpaces *.contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts relay.test -SourceTransportServers paris1
New-SendConnector Scoped -AddressSpaces contoso.test -Custom -SourceTransportServers paris1 -IsScopedConnector $true
New-SendConnector Small -AddressSpaces * -Custom -MaxMessageSize 1MB -SourceTransportServers mbx1
";

/// What is printed, what is complained of, and the status.
fn route(test: &str, arguments: &[&str]) -> (String, String, Option<i32>) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.ps1"));
    std::fs::write(&file, CONNECTORS).expect("a file");
    let organisation =
        ["--server", "mbx1", "--server", "paris1=Paris", "--link", "Default-First-Site-Name=Paris=10", "--connectors"];
    let output = Command::new(env!("CARGO_BIN_EXE_reference-transport"))
        .arg("route")
        .args(organisation)
        .arg(&file)
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn each_connector_says_at_which_step_it_lost() {
    let printed = "u@contoso.test, 2000000 octets, on mbx1\n\
                   > Family  takes it, by SMTP:*.contoso.test;1, at a cost of 11 (10 for the way, 1 for the space)\n  \
                   Scoped  out of scope: none of its source servers can be used from this site\n  \
                   Small   out by size: it takes 1048576 octets at most\n  \
                   World   lost by closeness: *.contoso.test is closer than *\n  \
                   Goes to paris1 (SmtpRelayToConnectorSourceServers).\n\n";
    let arguments = ["u@contoso.test", "--size", "2000000"];
    assert_eq!(route("steps", &arguments), (printed.to_owned(), String::new(), Some(0)));
}

#[test]
fn another_server_decides_for_itself() {
    let (printed, ..) = route("other", &["u@contoso.test", "--on", "paris1"]);
    assert!(printed.contains("> Scoped  takes it, by SMTP:contoso.test;1, at a cost of 1\n"), "{printed}");
    assert!(printed.contains("Goes to the mail hosts of contoso.test (DnsConnectorDelivery)."), "{printed}");
}

#[test]
fn who_is_inside_or_too_large_is_told_what_follows() {
    let (inside, ..) = route("inside", &["u@sender.test", "--accept", "sender.test"]);
    assert!(inside.ends_with("  The domain is our own: no connector is asked.\n\n"), "{inside}");
    let (large, ..) = route("large", &["u@fabrikam.test", "--size", "99999999"]);
    assert!(large.ends_with("too large: it comes back at once (5.3.4).\n\n"), "{large}");
}

#[test]
fn what_is_no_address_or_no_server_is_refused() {
    for arguments in [&["nobody"][..], &["u@contoso.test", "--on", "mbx9"]] {
        let (printed, complaint, status) = route("refused", arguments);
        assert_eq!((printed.as_str(), status), ("", Some(64)), "{complaint}");
        assert!(complaint.contains(arguments.last().expect("one")), "{complaint}");
    }
}
