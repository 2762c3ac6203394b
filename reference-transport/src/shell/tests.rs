use super::*;
use crate::{
    connector::{Authentication, Connector, Routing, TlsPolicy},
    directory::{Principal, Right},
};

mod centre;
mod hostile;
mod nouns;
mod output;
mod refusals;

fn run(text: &str) -> (Directory, Vec<CommandOutcome>) {
    let mut directory = Directory::default();
    let outcomes = Shell::new().run(&mut directory, text);
    (directory, outcomes)
}

/// What the only connector is, once all commands were taken.
#[track_caller]
fn check(text: &str, expected: Connector) {
    let (directory, outcomes) = run(text);
    for outcome in outcomes {
        assert_eq!(outcome.result.as_ref().err(), None, "{}", outcome.text);
    }
    assert_eq!(directory.connectors(), [expected]);
}

/// The connector that `New-SendConnector -Name A -AddressSpaces *` makes.
fn minimal() -> Connector {
    Connector {
        address_spaces: vec!["*".parse().expect("an address space")],
        source_servers: vec!["localhost".to_owned()],
        ..Connector::named("A")
    }
}

fn smart_hosts(hosts: &[&str]) -> Routing {
    let host = |text: &&str| match text.parse() {
        Ok(address) => crate::connector::SmartHost::Address(address),
        Err(_) => crate::connector::SmartHost::Name((*text).to_owned()),
    };
    Routing::SmartHosts(hosts.iter().map(host).collect())
}

#[test]
fn a_minimal_connector_has_the_defaults() {
    check("New-SendConnector -Name A -AddressSpaces *", minimal());
    check("new-sendconnector A -addressspaces:'SMTP:*;1' -Custom", minimal());
}

#[test]
fn the_printed_commands_of_the_documentation_run() {
    let internet = Connector { name: "To internet".into(), ..minimal() };
    check("New-SendConnector -Name \"To internet\" -AddressSpaces * -Internet", internet);
    let relay =
        Connector { name: "Smart host to Internet".into(), routing: smart_hosts(&["192.168.3.2"]), ..minimal() };
    check(
        "New-SendConnector -Name \"Smart host to Internet\" -AddressSpaces * -Custom -DnsRoutingEnabled $false \
         -SmartHosts 192.168.3.2 -SmartHostAuthMechanism None",
        relay,
    );
}

#[test]
fn a_credential_comes_from_a_variable() {
    let credential = crate::connector::Credential { user: "relay-user".into(), password: "s3cret-$x'".into() };
    let expected = Connector {
        routing: smart_hosts(&["relay.contoso.test"]),
        authentication: Authentication::BasicRequireTls(credential),
        ..minimal()
    };
    let connector = "New-SendConnector A -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts Relay.Contoso.test. \
                     -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential $C";
    for creation in [
        "$c = New-Object PSCredential(\"relay-user\", (ConvertTo-SecureString \"s3cret-`$x'\" -AsPlainText -Force))",
        "$p = ConvertTo-SecureString -String 's3cret-$x''' -AsPlainText -Force\n\
         $c = New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList 'relay-user', $p",
    ] {
        check(&format!("{creation}\n{connector}"), expected.clone());
    }
}

#[test]
fn lines_go_on_and_comments_end() {
    let expected = Connector {
        address_spaces: ["a.test;2", "b.test;3"].map(|text| text.parse().expect("an address space")).to_vec(),
        routing: smart_hosts(&["192.0.2.1", "b.test", "2001:db8::1"]),
        ..minimal()
    };
    let text = "# a relay\r\n<# of\r\n two #>\r\n\r\nNew-SendConnector -Name A `\r\n  -AddressSpaces 'a.test;2',\r\n 'b.test;3' `\r\n\
                -DNSRoutingEnabled $false -SmartHosts @([192.0.2.1], # first\r\n b.test,2001:db8::1) # end\r\n;";
    check(text, expected);
}

#[test]
fn every_setting_reaches_the_connector() {
    let expected = Connector {
        enabled: false,
        port: 2525,
        max_message_size: Some(2048),
        fqdn: Some("mail.contoso.test".into()),
        hello: crate::connector::Hello::Helo,
        tls: TlsPolicy::Required {
            level: crate::connector::TlsAuthLevel::DomainValidation,
            domain: Some("*.contoso.test".into()),
        },
        inactivity_timeout: std::time::Duration::from_secs(90),
        protocol_logging: crate::connector::LoggingLevel::Verbose,
        messages_per_connection_max: 5,
        routing: smart_hosts(&["h.test"]),
        ..minimal()
    };
    check(
        "New-SendConnector -Name A -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts h.test -Enabled $false -Port 2525 \
         -MaxMessageSize 1500B -Fqdn Mail.Contoso.test -ForceHELO $true -RequireTLS $true -TlsAuthLevel DomainValidation \
         -TlsDomain *.Contoso.test -ConnectionInactivityTimeOut 00:01:30 -SmtpMaxMessagesPerConnection 5 \
         -ProtocolLoggingLevel Verbose -Comment 'kept' -FrontendProxyEnabled $false -IsScopedConnector $false",
        expected,
    );
}

#[test]
fn sizes_round_up_to_the_next_kilobyte() {
    for (size, expected) in [
        ("35MB", Some(36_700_160)),
        ("1500", Some(2048)),
        ("1kb", Some(1024)),
        ("0", Some(0)),
        ("2147483647", Some(2_147_483_648)),
        ("unlimited", None),
        ("\"10 MB\"", Some(10_485_760)),
    ] {
        let text = format!("New-SendConnector A -AddressSpaces * -MaxMessageSize {size}");
        check(&text, Connector { max_message_size: expected, ..minimal() });
    }
}

#[test]
fn an_internal_connector_is_unlimited() {
    for usage in ["-Internal", "-Usage internal", "-Internal -Partner:$false"] {
        let unlimited = Connector { max_message_size: None, ..minimal() };
        check(&format!("New-SendConnector A -AddressSpaces * {usage}"), unlimited);
    }
    for usage in ["-Partner", "-Usage Custom", "-Internet", "-Custom"] {
        check(&format!("New-SendConnector A -AddressSpaces * {usage}"), minimal());
    }
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    let expected = Connector { port: 2525, routing: smart_hosts(&["b.test"]), enabled: false, ..minimal() };
    check(
        "New-SendConnector A -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts a.test -Port 2525\n\
         Set-SendConnector a -SmartHosts b.test; Set-SendConnector -Identity A -Enabled $false",
        expected,
    );
    let new = "New-SendConnector A -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts a.test";
    check(&format!("{new}\nSet-SendConnector A -DNSRoutingEnabled $true -SmartHosts $null"), minimal());
}

#[test]
fn a_level_is_cleared_together_with_require_tls() {
    check(
        "New-SendConnector A -AddressSpaces * -RequireTLS $true -TlsAuthLevel EncryptionOnly\n\
         Set-SendConnector A -RequireTLS $false -TlsAuthLevel $null",
        minimal(),
    );
    check("New-SendConnector A -AddressSpaces * -RequireTLS $true\nSet-SendConnector A -RequireTLS $false", minimal());
}

#[test]
fn a_mechanism_without_smart_hosts_is_kept_and_has_no_effect() {
    let text = "New-SendConnector A -AddressSpaces * -SmartHostAuthMechanism ExternalAuthoritative";
    check(text, minimal());
    let (_, outcomes) = run(text);
    let warning = "WARNING: SmartHostAuthMechanism has no effect while DNSRoutingEnabled is $true.";
    assert_eq!(outcomes[0].result, Ok(format!("A  {{SMTP:*;1}}  True\n{warning}")));
    let expected = Connector {
        authentication: Authentication::ExternalAuthoritative,
        routing: smart_hosts(&["h.test"]),
        ..minimal()
    };
    check(&format!("{text}\nSet-SendConnector A -DNSRoutingEnabled $false -SmartHosts h.test"), expected);
}

#[test]
fn a_dry_run_changes_nothing() {
    check(
        "New-SendConnector A -AddressSpaces *\nNew-SendConnector B -AddressSpaces * -WhatIf\n\
         Set-SendConnector A -Enabled $false -WhatIf\nRemove-SendConnector A -Confirm:$false -WhatIf",
        minimal(),
    );
}

#[test]
fn a_removed_connector_can_be_created_again_with_default_permissions() {
    check(
        "New-SendConnector A -AddressSpaces *\n\
         Add-ADPermission A -User 'NT AUTHORITY\\ANONYMOUS LOGON' -ExtendedRights ms-Exch-Send-Headers-Forest\n\
         Remove-SendConnector A -Confirm:$false\nNew-SendConnector A -AddressSpaces *",
        minimal(),
    );
}

#[test]
fn permissions_reach_the_header_rights() {
    let new = "New-SendConnector A -AddressSpaces *";
    let rights = "-Identity A -User \"NT AUTHORITY\\ANONYMOUS LOGON\" -ExtendedRights";
    let add = format!("Add-ADPermission {rights} \"ms-Exch-Send-Headers-Organization\",ms-exch-send-headers-forest");
    let all = crate::connector::HeaderRights { forest: true, organization: true, routing: true };
    check(&format!("{new}\n{add}"), Connector { header_rights: all, ..minimal() });
    let none = crate::connector::HeaderRights { forest: false, organization: false, routing: false };
    let removed = Connector { header_rights: none, ..minimal() };
    check(&format!("{new}\nRemove-ADPermission {rights} ms-Exch-Send-Headers-Routing"), removed.clone());
    check(&format!("{new}\nAdd-ADPermission {rights} ms-Exch-Send-Headers-Routing -Deny"), removed);
}

#[test]
fn permissions_outlive_a_change_of_mechanism() {
    let (directory, _) = run("New-SendConnector A -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts h.test\n\
         Add-ADPermission A -User 'MS Exchange\\Externally Secured Servers' -ExtendedRights ms-Exch-Send-Headers-Forest\n\
         Set-SendConnector A -SmartHostAuthMechanism ExternalAuthoritative");
    assert!(directory.permissions().holds("A", Principal::ExternallySecuredServers, Right::HeadersForest));
    let rights = directory.find("A").map(|connector| connector.header_rights.forest);
    assert_eq!(rights, Some(true));
}

#[test]
fn variables_live_from_one_text_to_the_next() {
    let (mut directory, mut shell) = (Directory::default(), Shell::new());
    shell.run(&mut directory, "$name = 'A'; $port = 2525");
    let outcomes = shell.run(&mut directory, "New-SendConnector $NAME -AddressSpaces * -Port $port");
    assert_eq!(outcomes[0].result, Ok("A  {SMTP:*;1}  True".to_owned()));
    assert_eq!(directory.find("A").map(|connector| connector.port), Some(2525));
}

#[test]
fn an_outcome_quotes_its_command() {
    let text = "# first\n  New-SendConnector A -AddressSpaces * # rest\nSet-SendConnector A";
    let (_, outcomes) = run(text);
    let texts: Vec<_> = outcomes.iter().map(|outcome| outcome.text.as_str()).collect();
    assert_eq!(texts, ["New-SendConnector A -AddressSpaces *", "Set-SendConnector A"]);
    assert_eq!(outcomes[1].span, 54..73);
}

#[test]
fn a_password_is_never_printed() {
    let (_, outcomes) = run("ConvertTo-SecureString 'topsecret' -AsPlainText -Force\n\
         New-Object PSCredential('u', (ConvertTo-SecureString 'topsecret' -AsPlainText -Force))\n\
         New-SendConnector A -AddressSpaces * -Port (ConvertTo-SecureString 'topsecret' -AsPlainText -Force)");
    let results: Vec<_> = outcomes.iter().map(|outcome| format!("{:?}", outcome.result)).collect();
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| !result.contains("topsecret")), "{results:?}");
}
