use super::*;
use crate::mta::fixture::{brief, check_refused, relay};

/// What stands in a file of the plan.
#[track_caller]
fn file(shell: &str, name: &str) -> String {
    let plan = Haraka.plan(&brief(shell)).expect("Haraka can be asked for it");
    let path = config::path(name);
    let file = plan.files.into_iter().find(|file| file.path == Path::new(&path)).expect("a file");
    String::from_utf8(file.contents.unwrap_or_default()).expect("text")
}

#[test]
fn connectors_that_do_not_compete_are_entries_of_their_own() {
    let shell = "\
New-SendConnector -Name Other -AddressSpaces fabrikam.test -Custom -Fqdn out.sender.test
New-SendConnector -Name Family -AddressSpaces *.contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts family.relay.test,192.0.2.21 -Port 2525
New-SendConnector -Name Off -AddressSpaces * -Custom -Enabled $false";
    assert_eq!(file(shell, "connectors.json"), include_str!("golden/connectors.json"));
}

#[test]
fn a_password_goes_under_tls_with_the_name_of_the_smart_host() {
    let secret = "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c";
    let shell = relay("relay.contoso.test", secret);
    assert!(
        file(&shell, "tls.ini").ends_with("\nforce_tls_hosts[]=relay.contoso.test\n"),
        "{}",
        file(&shell, "tls.ini")
    );
    assert!(file(&shell, "connectors.json").contains("\"password\": \"s3cret-9f2ab1d7\""));
    assert!(file(&shell, "connectors.json").contains("\"verified\": true"));
    check_refused(&Haraka, &relay("192.0.2.20", secret), "a certificate that names an address");
}

#[test]
fn tls_is_ignored_by_all_or_by_address() {
    let alone = relay("relay.contoso.test", "-IgnoreSTARTTLS $true");
    assert!(file(&alone, "outbound.ini").ends_with("\nenable_tls=false\n"));
    let beside = |host: &str| {
        format!(
            "New-SendConnector A -AddressSpaces a.test -Custom\n\
             New-SendConnector B -AddressSpaces b.test -Custom -DNSRoutingEnabled $false -SmartHosts {host} -IgnoreSTARTTLS $true"
        )
    };
    assert!(file(&beside("192.0.2.20"), "tls.ini").ends_with("\nno_tls_hosts[]=192.0.2.20\n"));
    assert!(file(&beside("192.0.2.20"), "outbound.ini").ends_with("\nenable_tls=true\n"));
    let setting = "-IgnoreSTARTTLS beside another connector, but for addresses";
    check_refused(&Haraka, &beside("relay.test"), setting);
}

#[test]
fn tls_is_never_required_without_a_name() {
    check_refused(&Haraka, &relay("r.test", "-RequireTLS $true"), "-RequireTLS without a certificate's name");
    let level = "-RequireTLS $true -TlsAuthLevel CertificateValidation";
    let chain = "-TlsAuthLevel CertificateValidation: a chain without a name";
    check_refused(&Haraka, &relay("r.test", level), chain);
    let named = "-RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain r.test";
    assert!(file(&relay("r.test", named), "tls.ini").ends_with("\nforce_tls_hosts[]=r.test\n"));
    check_refused(&Haraka, &relay("r.test", &format!("{named} -Port 465")), "TLS from the start of a connection");
}

#[test]
fn connectors_that_serve_one_domain_are_not_put_in_order() {
    let both = "New-SendConnector A -AddressSpaces * -Custom\nNew-SendConnector B -AddressSpaces contoso.test -Custom";
    check_refused(&Haraka, both, "the choice between connectors that have `*` and `contoso.test`");
}

#[test]
fn the_version_is_what_it_prints() {
    assert_eq!(version_in("\u{1b}[32mHaraka.js\u{1b}[0m — Version: 3.3.3\n").as_deref(), Some("3.3.3"));
    assert_eq!(version_in("node: not found\n"), None);
}
