use super::*;
use crate::{connector::Connector, shell::Shell};

fn imported(text: &str) -> (Directory, Import) {
    let mut directory = Directory::default();
    let import = import(&mut directory, text).expect("an export");
    (directory, import)
}

/// The JSON makes the connector that the command makes.
#[track_caller]
fn check(json: &str, command: &str) -> Import {
    let (directory, import) = imported(json);
    assert_eq!(import.refused, [], "{json}");
    let mut expected = Directory::default();
    for outcome in Shell::new().run(&mut expected, command) {
        outcome.result.expect("it is taken");
    }
    assert_eq!(directory.connectors(), expected.connectors());
    import
}

#[test]
fn our_own_export_comes_back() {
    let command = "New-SendConnector -Name A -AddressSpaces 'a.test;2','*.b.test' -DNSRoutingEnabled $false \
                   -SmartHosts 192.0.2.1,h.test -MaxMessageSize 10MB -Fqdn m.test -RequireTLS $true \
                   -TlsAuthLevel CertificateValidation -ErrorPolicies DowngradeDnsFailures,UpgradeCustomFailures \
                   -ConnectionInactivityTimeOut 00:05:00 -ProtocolLoggingLevel Verbose -Comment 'a \"b\" \\ c'\n\
                   New-SendConnector -Name B -AddressSpaces * -Internal";
    let mut directory = Directory::default();
    let text = format!("{command}\nGet-SendConnector | ConvertTo-Json");
    let outcomes = Shell::new().run(&mut directory, &text);
    let json = outcomes.last().and_then(|last| last.result.clone().ok()).expect("it is printed");
    let import = check(&json, command);
    assert_eq!(import.made, ["A", "B"]);
    assert_eq!(import.ignored.keys().collect::<Vec<_>>(), ["Guid", "Identity", "SmartHostsString", "Usage"]);
}

#[test]
fn nested_objects_are_read() {
    let json = r#"{ "Name": "To internet",
        "AddressSpaces": [ { "Address": "*", "Cost": 3, "Type": "SMTP", "IsLocal": false } ],
        "SmartHosts": [ { "IsIPAddress": true, "Address": "192.0.2.7" }, { "Domain": "h.test" } ],
        "DNSRoutingEnabled": false, "Enabled": "False",
        "MaxMessageSize": { "IsUnlimited": false, "Value": "25 MB (26,214,400 bytes)" },
        "ConnectionInactivityTimeOut": { "Ticks": 6000000000, "Days": 0 },
        "Fqdn": { "Domain": "mail.contoso.test" }, "TlsAuthLevel": null, "SourceIPAddress": "0.0.0.0",
        "SourceTransportServers": [ { "Name": "MBX01" } ], "WhenCreated": "x" }"#;
    let import = check(
        json,
        "New-SendConnector -Name 'To internet' -AddressSpaces 'SMTP:*;3' -DNSRoutingEnabled $false -Enabled $false \
         -SmartHosts 192.0.2.7,h.test -MaxMessageSize 25MB -Fqdn mail.contoso.test",
    );
    let ignored: Vec<_> = import.ignored.keys().map(String::as_str).collect();
    assert_eq!(ignored, ["SourceTransportServers", "WhenCreated"]);
    let unlimited = r#"[{"Name":"A","AddressSpaces":["SMTP:*;1"],"MaxMessageSize":{"IsUnlimited":true,"Value":null}}]"#;
    check(&format!("\u{feff}{unlimited}"), "New-SendConnector A -AddressSpaces * -MaxMessageSize unlimited");
}

#[track_caller]
fn check_refused(json: &str, name: &str, why: &str) {
    let (directory, import) = imported(json);
    assert_eq!(import.refused, [(name.to_owned(), why.to_owned())]);
    assert_eq!(directory.connectors(), &[] as &[Connector]);
}

#[test]
fn what_cannot_be_taken_over_is_named() {
    check_refused(r#"{"AddressSpaces":["*"]}"#, "connector 1", "it has no `Name`");
    check_refused(r#"{"Name":"A"}"#, "A", "a connector needs at least one address space");
    check_refused(
        r#"{"Name":"A","AddressSpaces":["*"],"DNSRoutingEnabled":false,"SmartHosts":["h.test"],
            "SmartHostAuthMechanism":"BasicAuth","AuthenticationCredential":{"UserName":"u","Password":{}}}"#,
        "A",
        "`BasicAuth` and `BasicAuthRequireTLS` need `AuthenticationCredential`",
    );
    check_refused(
        r#"{"Name":"A","AddressSpaces":["*"],"ProtocolLoggingLevel":1}"#,
        "A",
        "`ProtocolLoggingLevel` is a number: write words, by `-EnumsAsStrings` or a remote session",
    );
    let error =
        |text| import(&mut Directory::default(), text).map_err(|error| error.to_string()).expect_err("no export");
    assert!(error("[").starts_with("it is no JSON: "));
    assert_eq!(error("1"), "it is neither a connector nor an array of connectors");
    assert!(error(&"[".repeat(100_000)).starts_with("it is no JSON: "));
}
