use super::*;
use crate::mta::fixture::{PASSWORD, brief, check_refused, told};

fn is_fixed(line: &str) -> bool {
    FIXED.lines().any(|own| own == line)
}

/// A connector for everything, with these further parameters.
fn relay(further: &str) -> String {
    format!(
        "{PASSWORD}New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false \
         -SmartHosts relay.contoso.test {further}"
    )
}

#[track_caller]
fn check(further: &str, account: &str) {
    let plan = Msmtp.plan(&brief(&relay(further))).expect("msmtp can be asked for it");
    let certificates = "==> /etc/msmtp/authority.pem 644\nthe authority\n==> /etc/msmtp/revoked.pem 644\nthe list\n";
    assert_eq!(told(&plan, is_fixed), format!("==> /etc/msmtprc 600\n{account}{certificates}"));
}

#[test]
fn a_connector_without_tls_is_an_account_without_tls() {
    check(
        "-IgnoreSTARTTLS $true -Port 2525 -Fqdn mail.sender.test",
        "host relay.contoso.test\nport 2525\ndomain mail.sender.test\ntimeout 600\ntls off\nauth off\n",
    );
}

#[test]
fn a_password_goes_under_tls_with_the_name_of_the_smart_host() {
    check(
        "-RequireTLS $true -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c \
         -ConnectionInactivityTimeOut 00:01:00",
        "host relay.contoso.test\nport 25\ndomain mta.sender.test\ntimeout 60\ntls on\ntls_starttls on\n\
         tls_trust_file /etc/msmtp/authority.pem\ntls_crl_file /etc/msmtp/revoked.pem\n\
         tls_host_override relay.contoso.test\nauth login\nuser relay-user\npassword s3cret-9f2ab1d7\n",
    );
}

#[test]
fn another_name_is_looked_for_in_the_place_of_the_hosts_own() {
    check(
        "-RequireTLS $true -Port 465 -TlsAuthLevel DomainValidation -TlsDomain mail.contoso.test",
        "host relay.contoso.test\nport 465\ndomain mta.sender.test\ntimeout 600\ntls on\ntls_starttls off\n\
         tls_trust_file /etc/msmtp/authority.pem\ntls_crl_file /etc/msmtp/revoked.pem\n\
         tls_host_override mail.contoso.test\nauth off\n",
    );
}

#[test]
fn what_it_does_not_have_is_named() {
    let refused = |further: &str, setting: &str| check_refused(&Msmtp, &relay(further), setting);
    refused("", "TLS where it is offered, and none where it is not");
    refused("-IgnoreSTARTTLS $true -ForceHELO $true", "-ForceHELO");
    refused(
        "-RequireTLS $true -TlsAuthLevel CertificateValidation",
        "-TlsAuthLevel CertificateValidation: a chain without a name",
    );
    check_refused(&Msmtp, "New-SendConnector -Name Out -AddressSpaces * -Internet", "DNS routing");
}

#[test]
fn the_canary_has_an_account_of_its_own_until_it_has_arrived() {
    let mut brief = brief(&relay("-IgnoreSTARTTLS $true"));
    brief.accepted.push((crate::mta::CANARY_DOMAIN.to_owned(), SocketAddr::from(([192, 0, 2, 254], 25))));
    let plan = Msmtp.plan(&brief).expect("msmtp can be asked for it");
    let canary = plan.until_canary[0].contents.clone().unwrap_or_default();
    assert!(String::from_utf8_lossy(&canary).contains("host 192.0.2.254\nport 25\n"));
    assert_eq!(plan.until_canary[0].path, plan.files[0].path);
}

#[test]
fn the_version_is_on_its_first_line() {
    let version = Msmtp.version().expect("it can say");
    assert_eq!((version.read)("msmtp version 1.8.23\nPlatform: x\n").as_deref(), Some("1.8.23"));
    assert_eq!((version.read)("sh: not found\n"), None);
}
