use super::*;
use crate::mta::fixture::{self, CLOSENESS, brief, check_compares_no_cost, check_refused, relay};

#[track_caller]
fn check(shell: &str, golden: &str) {
    assert_eq!(own(shell), golden);
}

/// The configuration, without what is the same in all worlds.
#[track_caller]
fn own(shell: &str) -> String {
    fixture::own(&Sendmail, shell, config::is_in_every_world)
}

#[test]
fn closeness_is_left_to_the_search_of_the_rulesets() {
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
fn each_connector_asks_of_tls_what_it_asks() {
    let shell = "\
New-SendConnector -Name Clear -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts public.test -IgnoreSTARTTLS $true -ForceHELO $true
New-SendConnector -Name Encrypted -AddressSpaces a.test -Custom -RequireTLS $true
New-SendConnector -Name Verified -AddressSpaces b.test -Custom -RequireTLS $true -TlsAuthLevel CertificateValidation
New-SendConnector -Name Named -AddressSpaces c.test -Custom -RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain mail.c.test";
    check(shell, include_str!("golden/tls.txt"));
}

#[test]
fn two_connectors_with_one_space_are_not_compared() {
    check_compares_no_cost(&Sendmail);
}

#[test]
fn what_there_is_once_for_the_whole_mta_is_refused_where_connectors_differ() {
    let both = |first: &str, second: &str| {
        format!(
            "New-SendConnector -Name A -AddressSpaces a.test -Custom {first}\nNew-SendConnector -Name B -AddressSpaces b.test -Custom {second}"
        )
    };
    check_refused(&Sendmail, &both("-Fqdn a.sender.test", ""), "a `-Fqdn` for each connector");
    let silence = "a `-ConnectionInactivityTimeOut` for each connector";
    check_refused(&Sendmail, &both("-ConnectionInactivityTimeOut 00:01:00", ""), silence);
    let one = own(&both("-Fqdn a.sender.test", "-Fqdn a.sender.test"));
    assert!(one.contains("O HeloName=a.sender.test\n"), "{one}");
}

#[test]
fn an_address_or_a_pattern_cannot_be_asked_of_a_certificate() {
    let secret = "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c";
    check_refused(&Sendmail, &relay("192.0.2.20", secret), "a certificate that names an address");
    let named = |name: &str| format!("-RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain {name}");
    check_refused(&Sendmail, &relay("relay.test", &named("*.relay.test")), "a -TlsDomain that is a pattern");
    let both = format!("{secret} {}", named("mail.contoso.test"));
    Sendmail.plan(&brief(&relay("192.0.2.20", &both))).expect("a domain can be asked of it");
}

#[test]
fn tls_from_the_first_octet_is_refused() {
    check_refused(
        &Sendmail,
        &relay("relay.test", "-Port 465 -RequireTLS $true"),
        "TLS from the first octet (port 465)",
    );
    assert!(own(&relay("relay.test", "-Port 465")).contains("A=TCP $h 465\n"));
}

#[test]
fn a_word_of_a_rule_has_a_longest_password() {
    let with = |letters: usize| {
        let password = "x".repeat(letters);
        format!(
            "$c = New-Object PSCredential(\"u\", (ConvertTo-SecureString \"{password}\" -AsPlainText -Force))\n\
             New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts relay.test \
             -SmartHostAuthMechanism BasicAuth -AuthenticationCredential $c"
        )
    };
    Sendmail.plan(&brief(&with(180))).expect("it fits");
    check_refused(&Sendmail, &with(181), "a user name or password that is longer than a token of a rule");
}

#[test]
fn no_way_takes_a_field_out() {
    let shell = "\
New-SendConnector -Name Public -AddressSpaces * -Custom
New-SendConnector -Name Off -AddressSpaces a.test -Custom -Enabled $false";
    let plan = Sendmail.plan(&brief(shell)).expect("Sendmail can be asked for it");
    let ways: Vec<&str> = plan.unfiltered.iter().map(|way| way.connector.name.as_str()).collect();
    assert_eq!(ways, ["Public"]);
}

#[test]
fn an_option_stands_behind_ours() {
    let mut plan = Sendmail.plan(&brief(&relay("relay.test", ""))).expect("Sendmail can be asked for it");
    let option = MtaOption::parse("LogLevel = 20").expect("an option");
    Sendmail.set(&mut plan, &option).expect("it takes options");
    let text = String::from_utf8(plan.files[0].contents.clone().unwrap_or_default()).expect("text");
    assert!(text.ends_with("\nO LogLevel=20\n"), "{text}");
}

#[test]
fn the_version_is_in_the_first_line() {
    assert_eq!(version_in("Version 8.17.1.9\n Compiled with: DNSMAP\n").as_deref(), Some("8.17.1.9"));
    assert_eq!(version_in("sendmail: not found\n"), None);
}
