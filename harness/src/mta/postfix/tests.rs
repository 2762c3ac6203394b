use super::*;
use crate::mta::fixture::{PASSWORD, brief, check_refused, told};

#[track_caller]
fn check(shell: &str, golden: &str) {
    let plan = Postfix.plan(&brief(shell)).expect("Postfix can be asked for it");
    assert_eq!(told(&plan, config::is_in_every_world), golden);
}

#[test]
fn closeness_is_left_to_the_search_of_postfix() {
    let shell = "\
New-SendConnector -Name Everything -AddressSpaces * -Custom
New-SendConnector -Name Family -AddressSpaces *.contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts family.relay.test
New-SendConnector -Name Exact -AddressSpaces contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts 192.0.2.21,b.relay.test -Port 2525
New-SendConnector -Name Off -AddressSpaces * -Custom -Enabled $false";
    check(shell, include_str!("golden/closeness.txt"));
}

#[test]
fn a_password_goes_under_tls_with_the_name_of_the_smart_host() {
    let shell = "New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false \
        -SmartHosts relay.contoso.test -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c \
        -Fqdn mail.sender.test -SmtpMaxMessagesPerConnection 5 -ConnectionInactivityTimeOut 00:01:00";
    check(&format!("{PASSWORD}{shell}"), include_str!("golden/password.txt"));
}

#[test]
fn header_families_are_taken_out_by_the_connector() {
    let shell = "\
New-SendConnector -Name Public -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts public.test -IgnoreSTARTTLS $true
New-SendConnector -Name Trusted -AddressSpaces fabrikam.test -Custom -RequireTLS $true -TlsAuthLevel DomainValidation \
-TlsDomain *.fabrikam.test
Add-ADPermission -Identity Trusted -User \"NT AUTHORITY\\ANONYMOUS LOGON\" -ExtendedRights ms-Exch-Send-Headers-Organization,ms-Exch-Send-Headers-Forest";
    check(shell, include_str!("golden/headers.txt"));
}

#[test]
fn two_connectors_with_one_space_are_not_compared() {
    let connector = |name: &str, cost: u8| {
        format!("New-SendConnector -Name {name} -AddressSpaces \"SMTP:*.contoso.test;{cost}\" -Custom\n")
    };
    let both = connector("Birch", 5) + &connector("Aardvark", 6);
    check_refused(&Postfix, &both, "the choice between connectors that both have `*.contoso.test`");
}

#[test]
fn a_size_limit_for_each_connector_is_refused() {
    let shell = "\
New-SendConnector -Name Small -AddressSpaces a.test -Custom -MaxMessageSize 1KB
New-SendConnector -Name Large -AddressSpaces b.test -Custom";
    check_refused(&Postfix, shell, "a `-MaxMessageSize` for each connector");
}

#[test]
fn a_chain_without_a_name_is_refused() {
    let shell = "New-SendConnector -Name Relay -AddressSpaces * -Internet -RequireTLS $true -TlsAuthLevel CertificateValidation";
    check_refused(&Postfix, shell, "`-TlsAuthLevel CertificateValidation`: a chain without a name");
}

#[test]
fn an_address_cannot_be_asked_of_a_certificate() {
    let shell = "New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts 192.0.2.20 \
        -RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain mail.contoso.test";
    Postfix.plan(&brief(shell)).expect("a domain can be asked of it");
    let shell = "New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts 192.0.2.20 \
        -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c";
    check_refused(&Postfix, &format!("{PASSWORD}{shell}"), "a certificate that names an address");
}
