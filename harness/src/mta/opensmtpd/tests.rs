use super::*;
use crate::mta::fixture::{self, brief, check_refused, relay};

/// The configuration, without what is the same in all worlds.
#[track_caller]
fn own(shell: &str) -> String {
    fixture::own(&OpenSmtpd, shell, config::is_in_every_world)
}

#[test]
fn connectors_that_do_not_compete_are_matches_of_their_own() {
    let shell = "\
New-SendConnector -Name Other -AddressSpaces fabrikam.test -Custom
New-SendConnector -Name Family -AddressSpaces *.contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts family.relay.test,192.0.2.21 -Port 2525
New-SendConnector -Name Off -AddressSpaces * -Custom -Enabled $false";
    assert_eq!(own(shell), include_str!("golden/matches.txt"));
}

#[test]
fn a_password_goes_under_tls_with_the_name_of_the_smart_host() {
    let shell = relay(
        "relay.contoso.test",
        "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c -Fqdn mail.sender.test \
         -SmtpMaxMessagesPerConnection 5 -MaxMessageSize 1KB",
    );
    assert_eq!(own(&shell), include_str!("golden/password.txt"));
}

#[test]
fn each_policy_has_a_scheme() {
    let action = |further: &str| {
        let text = own(&relay("relay.contoso.test", further));
        text.lines().find(|line| line.contains("connector1")).unwrap_or_default().to_owned()
    };
    assert!(action("-IgnoreSTARTTLS $true").ends_with("host { \"smtp+notls://relay.contoso.test:25\" }"));
    assert!(action("").ends_with("host { \"smtp://relay.contoso.test:25\" }"));
    assert!(action("-RequireTLS $true").ends_with("host { \"smtp+tls://relay.contoso.test:25\" } tls no-verify"));
    let implicit = action("-RequireTLS $true -Port 465");
    assert!(implicit.ends_with("host { \"smtps://relay.contoso.test:465\" } tls no-verify"), "{implicit}");
    let named = action("-RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain relay.contoso.test");
    assert!(named.ends_with("host { \"smtp+tls://relay.contoso.test:25\" } tls"), "{named}");
}

#[test]
fn connectors_that_serve_one_domain_are_not_put_in_order() {
    let both = |one: &str, other: &str| {
        format!("New-SendConnector A -AddressSpaces {one} -Custom\nNew-SendConnector B -AddressSpaces {other} -Custom")
    };
    for (one, other) in [("*", "contoso.test"), ("*.contoso.test", "a.contoso.test"), ("*.test", "*.contoso.test")] {
        let setting = format!("the choice between connectors that have `{one}` and `{other}`");
        check_refused(&OpenSmtpd, &both(one, other), &setting);
    }
    OpenSmtpd.plan(&brief(&both("*.contoso.test", "notcontoso.test"))).expect("they have no domain in common");
}

#[test]
fn what_is_one_for_the_whole_mta_must_be_one_for_all_connectors() {
    let small = "New-SendConnector A -AddressSpaces a.test -Custom -MaxMessageSize 1KB\n\
                 New-SendConnector B -AddressSpaces b.test -Custom";
    check_refused(&OpenSmtpd, small, "a `-MaxMessageSize` for each connector");
    check_refused(
        &OpenSmtpd,
        &relay("r.test", "-ConnectionInactivityTimeOut 00:01:00"),
        "-ConnectionInactivityTimeOut",
    );
}

#[test]
fn what_a_certificate_cannot_be_asked_for_is_refused() {
    let level = |more: &str| relay("relay.contoso.test", &format!("-RequireTLS $true -TlsAuthLevel {more}"));
    let other_name = "a certificate with another name than that of the smart host";
    check_refused(&OpenSmtpd, &level("DomainValidation -TlsDomain *.contoso.test"), other_name);
    let chain = "-TlsAuthLevel CertificateValidation: a chain without a name";
    check_refused(&OpenSmtpd, &level("CertificateValidation"), chain);
    let secret = relay("192.0.2.20", "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c");
    check_refused(&OpenSmtpd, &secret, "a certificate that names an address");
    let clear = relay("192.0.2.20", "-SmartHostAuthMechanism BasicAuth -AuthenticationCredential $c");
    check_refused(&OpenSmtpd, &clear, "-SmartHostAuthMechanism BasicAuth where TLS is not required");
}

#[test]
fn an_option_is_a_line() {
    let mut plan = OpenSmtpd.plan(&brief(&relay("r.test", ""))).expect("OpenSMTPD can be asked for it");
    let option = MtaOption::parse("bounce = warn-interval 1h").expect("an option");
    OpenSmtpd.set(&mut plan, &option).expect("it takes options");
    let text = String::from_utf8(plan.files[0].contents.clone().unwrap_or_default()).expect("text");
    assert!(text.ends_with("\nbounce warn-interval 1h\n"), "{text}");
}

#[test]
fn the_version_is_what_it_prints() {
    assert_eq!(version_in("version: OpenSMTPD 6.8.0p2\nusage: smtpd\n").as_deref(), Some("6.8.0p2"));
    assert_eq!(version_in("usage: smtpd\n"), None);
}
