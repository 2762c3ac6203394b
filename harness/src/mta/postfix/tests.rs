use super::*;
use crate::mta::fixture::{self, CLOSENESS, PASSWORD, brief, check_compares_no_cost, check_refused};

#[track_caller]
fn check(shell: &str, golden: &str) {
    assert_eq!(own(shell), golden);
}

/// The configuration, without what is the same in all worlds.
#[track_caller]
fn own(shell: &str) -> String {
    fixture::own(&Postfix, shell, config::is_in_every_world)
}

#[test]
fn closeness_is_left_to_the_search_of_postfix() {
    check(CLOSENESS, include_str!("golden/closeness.txt"));
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
    check_compares_no_cost(&Postfix);
}

#[test]
fn a_size_limit_for_each_connector_is_refused() {
    let shell = "\
New-SendConnector -Name Small -AddressSpaces a.test -Custom -MaxMessageSize 1KB
New-SendConnector -Name Large -AddressSpaces b.test -Custom";
    check_refused(&Postfix, shell, "a `-MaxMessageSize` for each connector");
}

#[test]
fn the_limit_of_the_organisation_holds_for_all_connectors() {
    let shell = "\
Set-TransportConfig -MaxSendSize 1KB
New-SendConnector -Name Small -AddressSpaces a.test -Custom -MaxMessageSize 1MB
New-SendConnector -Name Large -AddressSpaces b.test -Custom";
    assert!(own(shell).contains("-o message_size_limit=1024\n"), "{}", own(shell));
}

#[test]
fn name_servers_of_the_servers_own_list_stand_in_resolv_conf() {
    let list =
        "Set-TransportService localhost -ExternalDNSAdapterEnabled $false -ExternalDNSServers 192.0.2.55,192.0.2.54";
    let shell =
        format!("New-SendConnector -Name R -AddressSpaces * -Custom -UseExternalDNSServersEnabled $true\n{list}");
    let resolver = |shell: &str| {
        let plan = Postfix.plan(&brief(shell)).expect("Postfix can be asked for it");
        let file = plan.files.into_iter().find(|file| file.path == Path::new("/etc/resolv.conf"));
        file.map(|file| String::from_utf8(file.contents.unwrap_or_default()).expect("text"))
    };
    let expected = "nameserver 192.0.2.55\nnameserver 192.0.2.54\n";
    assert_eq!(resolver(&shell).as_deref(), Some(expected));
    let over_tcp = resolver(&format!("{shell} -ExternalDNSProtocolOption UseTcpOnly")).expect("a file");
    assert!(over_tcp.ends_with("options use-vc\n"), "{over_tcp}");
    let usual = resolver("New-SendConnector -Name R -AddressSpaces * -Custom");
    assert_eq!(usual.as_deref(), Some("nameserver 192.0.2.53\n"));
    let over_udp = format!("{shell} -ExternalDNSProtocolOption UseUdpOnly");
    check_refused(&Postfix, &over_udp, "name servers that are asked over UDP alone");
}

#[test]
fn the_other_half_is_told_by_another_name() {
    let shell = "New-SendConnector -Name R -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts cloud.test -CloudServicesMailEnabled $true";
    let text = own(shell);
    assert!(text.contains("REPLACE X-MS-Exchange-CrossPremises-$1:$2\n"), "{text}");
    assert!(!text.contains("CrossPremises-/\tIGNORE"), "{text}");
}

#[test]
fn a_chain_without_a_name_is_a_chain_with_any_name() {
    let shell = "New-SendConnector -Name Relay -AddressSpaces * -Internet -RequireTLS $true -TlsAuthLevel CertificateValidation";
    let text = own(shell);
    assert!(text.contains("-o smtp_tls_secure_cert_match=.test,.example,.invalid\n"), "{text}");
}

#[test]
fn domains_of_the_secure_list_have_a_policy_of_their_own() {
    let list = "Set-TransportConfig -TLSSendDomainSecureList contoso.test\n";
    let with = "New-SendConnector -Name Internet -AddressSpaces * -Custom -DomainSecureEnabled $true";
    let text = own(&format!("{list}{with}"));
    assert!(text.contains("contoso.test\tsecure match=nexthop\n"), "{text}");
    let without = "New-SendConnector -Name Internet -AddressSpaces * -Custom";
    let text = own(&format!("{list}{without}"));
    assert!(!text.contains("secure match"), "{text}");
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
