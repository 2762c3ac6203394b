use super::*;
use crate::mta::fixture::{PASSWORD, brief, check_refused};

const SAME: &str = "SPOOLDIR /var/spool/dma\nALIASES /etc/aliases\n";

#[track_caller]
fn check(shell: &str, configuration: &str, accounts: &str) {
    let plan = Dma.plan(&brief(shell)).expect("dma can be asked for it");
    let text = |at: usize| String::from_utf8(plan.files[at].contents.clone().unwrap_or_default()).expect("text");
    assert_eq!((text(0).as_str(), text(1).as_str()), (format!("{SAME}{configuration}").as_str(), accounts));
}

/// A connector for everything, with these further parameters.
fn relay(further: &str) -> String {
    format!(
        "{PASSWORD}New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false \
         -SmartHosts 192.0.2.20 {further}"
    )
}

#[test]
fn without_a_smart_host_it_goes_by_dns_and_by_tls_where_that_is_offered() {
    check(
        "New-SendConnector -Name Out -AddressSpaces * -Internet -Fqdn mail.sender.test",
        "MAILNAME mail.sender.test\nSECURETRANSFER\nSTARTTLS\nOPPORTUNISTIC_TLS\n",
        "",
    );
}

#[test]
fn a_password_is_for_its_smart_host() {
    check(
        &relay("-IgnoreSTARTTLS $true -Port 2525 -SmartHostAuthMechanism BasicAuth -AuthenticationCredential $c"),
        "MAILNAME mta.sender.test\nSMARTHOST 192.0.2.20\nPORT 2525\nNULLCLIENT\nAUTHPATH /etc/dma/auth.conf\nINSECURE\n",
        "relay-user|192.0.2.20:s3cret-9f2ab1d7\n",
    );
}

#[test]
fn tls_that_is_required_is_not_opportunistic() {
    check(
        &relay("-RequireTLS $true"),
        "MAILNAME mta.sender.test\nSMARTHOST 192.0.2.20\nPORT 25\nNULLCLIENT\nSECURETRANSFER\nSTARTTLS\n",
        "",
    );
}

#[test]
fn port_465_is_tls_from_the_start() {
    check(
        &relay("-RequireTLS $true -Port 465"),
        "MAILNAME mta.sender.test\nSMARTHOST 192.0.2.20\nPORT 465\nNULLCLIENT\nSECURETRANSFER\n",
        "",
    );
}

#[test]
fn what_it_does_not_have_is_named() {
    let refused = |further: &str, setting: &str| check_refused(&Dma, &relay(further), setting);
    refused("-ForceHELO $true", "-ForceHELO");
    refused("-ConnectionInactivityTimeOut 00:01:00", "-ConnectionInactivityTimeOut");
    let checks = "a check of certificates";
    refused("-RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain a.test", checks);
    refused(
        "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c",
        "-SmartHostAuthMechanism BasicAuthRequireTLS: a check of certificates",
    );
}

#[test]
fn the_version_is_what_it_writes_into_messages() {
    assert_eq!(version_in("DragonFly Mail Agent v0.13\n").as_deref(), Some("0.13"));
    assert_eq!(version_in(""), None);
}
