use super::*;
use crate::mta::fixture::{PASSWORD, brief, check_refused};

/// A connector for everything, with these further parameters.
fn relay(hosts: &str, further: &str) -> String {
    format!(
        "{PASSWORD}New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false \
         -SmartHosts {hosts} {further}"
    )
}

#[track_caller]
fn control(plan: &Plan, name: &str) -> String {
    let path = format!("{FOLDER}/{name}");
    let file = plan.files.iter().find(|file| file.path.as_os_str() == path.as_str()).expect("a control file");
    String::from_utf8(file.contents.clone().unwrap_or_default()).expect("text")
}

#[track_caller]
fn check(hosts: &str, further: &str, remotes: &str) {
    let plan = Nullmailer.plan(&brief(&relay(hosts, further))).expect("nullmailer can be asked for it");
    assert_eq!(control(&plan, "remotes"), remotes);
}

#[test]
fn each_smart_host_is_a_remote() {
    check(
        "relay.contoso.test,192.0.2.20",
        "-IgnoreSTARTTLS $true -Port 2525",
        "relay.contoso.test smtp port=2525\n192.0.2.20 smtp port=2525\n",
    );
}

#[test]
fn a_password_goes_under_tls_with_the_name_of_the_smart_host() {
    check(
        "relay.contoso.test",
        "-RequireTLS $true -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c",
        "relay.contoso.test smtp port=25 starttls x509cafile=/etc/nullmailer/authority.pem \
         x509crlfile=/etc/nullmailer/revoked.pem user='relay-user' pass='s3cret-9f2ab1d7'\n",
    );
}

#[test]
fn a_name_in_the_greeting_and_a_wait_are_files_of_their_own() {
    let shell = relay("a.test", "-IgnoreSTARTTLS $true -Fqdn mail.sender.test -ConnectionInactivityTimeOut 00:01:00");
    let plan = Nullmailer.plan(&brief(&shell)).expect("nullmailer can be asked for it");
    assert_eq!(
        ["me", "helohost", "sendtimeout"].map(|name| control(&plan, name)),
        ["mta.sender.test\n", "mail.sender.test\n", "60\n"]
    );
}

#[test]
fn what_it_does_not_have_is_named() {
    let refused =
        |hosts: &str, further: &str, setting: &str| check_refused(&Nullmailer, &relay(hosts, further), setting);
    refused("a.test", "", "TLS where it is offered, and none where it is not");
    refused("a.test", "-RequireTLS $true -ForceHELO $true", "-ForceHELO beside TLS or AUTH");
    refused(
        "a.test",
        "-RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain b.test",
        "a certificate with another name than that of the smart host",
    );
    check_refused(
        &Nullmailer,
        "New-SendConnector -Name Out -AddressSpaces * -Internet -IgnoreSTARTTLS $true",
        "DNS routing",
    );
}

#[test]
fn quotes_of_a_shell_hold_anything() {
    assert_eq!(quoted("a b'c").as_deref(), Ok(r"'a b'\''c'"));
    assert_eq!(quoted("a\nb"), Err(StartError::unsupported("control characters in a user name or password")));
}

#[test]
fn the_version_is_that_of_the_package_without_its_own_part() {
    assert_eq!(version_in("nullmailer (1:2.2-4) unstable; urgency=medium\n").as_deref(), Some("2.2"));
    assert_eq!(version_in("zcat: no such file\n"), None);
}
