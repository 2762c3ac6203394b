use std::{collections::BTreeMap, sync::Arc};

use mtaspec_reference_transport::{directory::Directory, network::Sockets, shell::Shell};

use super::*;
use crate::{
    mta::{Authority, Reporter},
    trace::event::ReportedFate,
};

/// Nobody listens.
struct Silent;

impl Reporter for Silent {
    fn queue(&self, _: crate::mta::QueueReport) {}

    fn fate(&self, _: &str, _: &str, _: ReportedFate, _: &str) {}

    fn shell(&self, _: &str, _: Result<&str, crate::mta::ShellRefusal>) {}

    fn route(&self, _: &str, _: &str, _: &str, _: &str) {}
}

/// The brief of a page with this shell text.
#[track_caller]
fn brief(shell: &str) -> Brief {
    let mut directory = Directory::default();
    for outcome in Shell::new().run(&mut directory, shell) {
        outcome.result.expect("the shell takes it");
    }
    Brief {
        server: "mta.sender.test".to_owned(),
        address: [192, 0, 2, 1].into(),
        resolvers: vec![SocketAddr::from(([192, 0, 2, 53], 53))],
        horizon: std::time::Duration::from_secs(10),
        authority: Authority {
            pem: "the authority\n".to_owned(),
            der: Vec::new(),
            revocation_list: Vec::new().into(),
            revocation_list_pem: "the list\n".to_owned(),
        },
        identities: vec![],
        accepted: vec![("sender.test".to_owned(), SocketAddr::from(([192, 0, 2, 2], 25)))],
        server_certificates: Vec::new(),
        connectors: directory.connectors().to_vec(),
        settings: crate::mta::ServerSettings {
            service: directory.transport_service().clone(),
            organisation: directory.transport_config().clone(),
        },
        shell: vec![crate::case::model::ShellText { text: shell.to_owned(), ..Default::default() }],
        organisation: Default::default(),
        network: Arc::new(Sockets::default()),
        names: BTreeMap::new(),
        dial: BTreeMap::new(),
        reporter: Arc::new(Silent),
        evidence: Arc::default(),
    }
}

/// The configuration, file by file, without what is the same in all worlds.
fn told(plan: &Plan) -> String {
    let mut text = String::new();
    for file in &plan.files {
        let contents = String::from_utf8(file.contents.clone().unwrap_or_default()).expect("text");
        let own: Vec<&str> = contents.lines().filter(|line| !config::is_in_every_world(line)).collect();
        if !own.is_empty() {
            text += &format!("==> {} {:o}\n{}\n", file.path.display(), file.mode, own.join("\n"));
        }
    }
    text
}

#[track_caller]
fn check(shell: &str, golden: &str) {
    let plan = Exim.plan(&brief(shell)).expect("Exim can be asked for it");
    assert_eq!(told(&plan), golden);
}

#[track_caller]
fn check_refused(shell: &str, setting: &str) {
    let refused = Exim.plan(&brief(shell)).expect_err("Exim cannot be asked for it");
    assert_eq!(refused, StartError::Unsupported { setting: setting.to_owned() });
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
    let shell = "\
New-SendConnector -Name Everything -AddressSpaces * -Custom
New-SendConnector -Name Family -AddressSpaces *.contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts family.relay.test
New-SendConnector -Name Exact -AddressSpaces contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts 192.0.2.21,b.relay.test -Port 2525
New-SendConnector -Name Off -AddressSpaces * -Custom -Enabled $false";
    check(shell, include_str!("golden/closeness.txt"));
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
    let told = told(&Exim.plan(&brief(shell)).expect("Exim can be asked for it"));
    assert!(told.contains("tls_verify_hosts = *") && told.contains("tls_verify_cert_hostnames = :"), "{told}");
    assert!(!told.contains("event_action"), "{told}");
}

#[test]
fn two_connectors_with_one_space_are_not_compared() {
    let connector = |name: &str, cost: u8| {
        format!("New-SendConnector -Name {name} -AddressSpaces \"SMTP:*.contoso.test;{cost}\" -Custom\n")
    };
    let both = connector("Birch", 5) + &connector("Aardvark", 6);
    check_refused(&both, "the choice between connectors that both have `*.contoso.test`");
}

#[test]
fn an_address_cannot_be_asked_of_a_certificate() {
    let secret = "-SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $c";
    check_refused(&relay("192.0.2.20", secret), "a certificate that names an address");
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
