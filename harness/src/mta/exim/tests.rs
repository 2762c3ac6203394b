use super::*;
use crate::mta::fixture::{self, CLOSENESS, brief, check_compares_no_cost, check_refused};

#[track_caller]
fn check(shell: &str, golden: &str) {
    assert_eq!(own(shell), golden);
}

/// The configuration, without what is the same in all worlds.
#[track_caller]
fn own(shell: &str) -> String {
    fixture::own(&Exim, shell, config::is_in_every_world)
}

/// A connector for everything, with these further parameters.
fn relay(hosts: &str, further: &str) -> String {
    format!(
        "$c = New-Object PSCredential(\"relay^user\", (ConvertTo-SecureString \"s3:ret-9f2ab1d7{{\" -AsPlainText -Force))\n\
         New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts {hosts} {further}"
    )
}

#[test]
fn closeness_is_left_to_the_lookup_of_exim() {
    check(CLOSENESS, include_str!("golden/closeness.txt"));
}

#[test]
fn a_password_goes_under_tls_with_the_name_of_the_smart_host() {
    let shell = relay(
        "relay.contoso.test",
        "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c -Fqdn mail.sender.test \
         -SmtpMaxMessagesPerConnection 5 -ConnectionInactivityTimeOut 00:01:00 -MaxMessageSize 1KB",
    );
    check(&shell, include_str!("golden/password.txt"));
}

#[test]
fn header_families_are_taken_out_by_the_connector() {
    let shell = "\
New-SendConnector -Name Public -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts public.test -IgnoreSTARTTLS $true -ForceHELO $true
New-SendConnector -Name Trusted -AddressSpaces fabrikam.test -Custom -RequireTLS $true -TlsAuthLevel DomainValidation \
-TlsDomain *.fabrikam.test
Add-ADPermission -Identity Trusted -User \"NT AUTHORITY\\ANONYMOUS LOGON\" -ExtendedRights ms-Exch-Send-Headers-Organization,ms-Exch-Send-Headers-Forest";
    check(shell, include_str!("golden/headers.txt"));
}

#[test]
fn a_chain_alone_is_checked_without_a_name() {
    let shell = "New-SendConnector -Name Relay -AddressSpaces * -Internet -RequireTLS $true -TlsAuthLevel CertificateValidation";
    let told = own(shell);
    assert!(told.contains("tls_verify_hosts = *") && told.contains("tls_verify_cert_hostnames = :"), "{told}");
    assert!(!told.contains("event_action"), "{told}");
}

#[test]
fn two_connectors_with_one_space_are_not_compared() {
    check_compares_no_cost(&Exim);
}

#[test]
fn an_address_cannot_be_asked_of_a_certificate() {
    let secret = "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c";
    check_refused(&Exim, &relay("192.0.2.20", secret), "a certificate that names an address");
    let named = format!("{secret} -RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain mail.contoso.test");
    Exim.plan(&brief(&relay("192.0.2.20", &named))).expect("a domain can be asked of it");
}

#[test]
fn an_option_takes_the_place_of_ours() {
    let mut plan = Exim.plan(&brief(&relay("relay.contoso.test", ""))).expect("Exim can be asked for it");
    let option = MtaOption::parse("dsn_advertise_hosts = :").expect("an option");
    Exim.set(&mut plan, &option).expect("it takes options");
    let contents = plan.files[0].contents.clone().unwrap_or_default();
    let text = String::from_utf8(contents).expect("text");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("dsn_advertise_hosts")).collect();
    assert_eq!(lines, ["dsn_advertise_hosts = :"]);
    assert!(text.contains("acl_smtp_rcpt = take\n"), "{text}");
}

#[test]
fn the_version_is_that_of_the_build() {
    assert_eq!(version_in("exiwhat: /usr/sbin/exiwhat\nbuild: 4.96\n").as_deref(), Some("4.96"));
    assert_eq!(version_in("exim: failed\n"), None);
}
