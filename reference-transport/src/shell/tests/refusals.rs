use proptest::prelude::*;

use super::run;

const NEW: &str = "New-SendConnector A -AddressSpaces *";

/// The last command is refused, the words between carets are what the error points at, and nothing changed by it.
#[track_caller]
fn check(marked: &str, code: &str, message: &str) {
    let pieces: Vec<_> = marked.split('^').collect();
    let [before, words, after] = pieces[..] else { panic!("two carets in {marked}") };
    let (_, outcomes) = run(&[before, words, after].concat());
    let error = outcomes.last().and_then(|outcome| outcome.result.clone().err()).expect("a refusal");
    let span = before.len()..before.len() + words.len();
    assert_eq!((error.kind.code(), error.to_string().as_str(), error.span), (code, message, span));
}

#[test]
fn unknown_names_get_suggestions() {
    check(
        "^New-SendConector^ A",
        "unknown-command",
        "no cmdlet is named `New-SendConector`; nearest: `New-SendConnector`, `Get-SendConnector`, \
         `Set-SendConnector`, `Remove-SendConnector`, `Get-ReceiveConnector`",
    );
    check(
        &format!("{NEW} ^-SmartHots^ h.test"),
        "unknown-parameter",
        "`New-SendConnector` has no parameter `-SmartHots`; nearest: `SmartHosts`",
    );
    check(&format!("{NEW} -Port ^$prot^"), "unknown-variable", "`$prot` was never assigned");
    check(&format!("{NEW}\nSet-SendConnector ^B^ -Port 1"), "not-found", "no connector is named `B`");
    check(
        "New-SendConnector Relay -AddressSpaces *\nSet-SendConnector ^Rely^ -Port 1",
        "not-found",
        "no connector is named `Rely`; nearest: `Relay`",
    );
}

#[test]
fn a_prefix_belongs_to_one_parameter() {
    check(
        &format!("{NEW} ^-Source^ x"),
        "ambiguous-parameter",
        "`-Source` could be any of SourceIPAddress, SourceTransportServers",
    );
    check(
        &format!("{NEW} -SourceTransportServer ^mbx1.test^"),
        "bad-value",
        "`mbx1.test` is no value for `SourceTransportServers`: a server of the organisation",
    );
}

#[test]
fn what_is_mandatory_is_named() {
    check("^New-SendConnector^ -AddressSpaces *", "missing-parameter", "`-Name` is mandatory");
    check("^New-SendConnector^ A", "missing-parameter", "`-AddressSpaces` is mandatory");
    check(
        "New-SendConnector A -AddressSpaces ^$null^",
        "no-address-space",
        "a connector needs at least one address space",
    );
    check(&format!("{NEW} ^-Port^ -Internet"), "missing-argument", "`-Port` needs a value");
    check(&format!("{NEW} -Port 25 ^-port^ 26"), "repeated-parameter", "`-Port` is given twice");
    check(&format!("{NEW} ^b^"), "unexpected-argument", "no parameter takes `b`");
}

#[test]
fn a_bad_value_says_what_is_allowed() {
    for (given, message) in [
        ("-Port ^70000^", "`70000` is no value for `Port`: a number from 0 to 65535"),
        ("-Enabled ^true^", "`true` is no value for `Enabled`: `$true` or `$false`"),
        ("-ProtocolLoggingLevel ^Loud^", "`Loud` is no value for `ProtocolLoggingLevel`: one of None, Verbose"),
        ("-Usage ^Public^", "`Public` is no value for `Usage`: one of Custom, Internal, Internet, Partner"),
        (
            "-SmartHostAuthMechanism ^BasicAuth,None^",
            "`BasicAuth,None` is no value for `SmartHostAuthMechanism`: one of None, BasicAuth, BasicAuthRequireTLS, \
             ExchangeServer, ExternalAuthoritative",
        ),
        ("-Fqdn ^a..b^", "`a..b` is no value for `Fqdn`: a label is empty"),
        ("-SmartHosts a.test,^192.0.2.300^", "`192.0.2.300` is no value for `SmartHosts`: an address or a name"),
    ] {
        check(&format!("{NEW} {given}"), "bad-value", message);
    }
    for size in ["2147483648", "3GB", "1XB", "-1", "$null", "B"] {
        let message = format!(
            "`{size}` is no value for `MaxMessageSize`: 0 to 2147483647 bytes, with B, KB, MB, GB or TB, or `unlimited`"
        );
        check(&format!("{NEW} -MaxMessageSize ^{size}^"), "bad-value", &message);
    }
    for span in ["00:00:00", "1.00:00:01", "24:00:00", "10", "00:60:00"] {
        let message = format!(
            "`{span}` is no value for `ConnectionInactivityTimeOut`: a time span [d.]hh:mm:ss from 00:00:01 to 1.00:00:00"
        );
        check(&format!("{NEW} -ConnectionInactivityTimeOut ^{span}^"), "bad-value", &message);
    }
}

#[test]
fn each_address_space_is_pointed_at() {
    check(
        "New-SendConnector A -AddressSpaces a.test,^'b.test;101'^",
        "bad-value",
        "`b.test;101` is no value for `AddressSpaces`: cost `101` is not a number from 1 to 100",
    );
    check(
        "New-SendConnector A -AddressSpaces b.test;^5^",
        "unknown-command",
        "no cmdlet is named `5` (a `;` outside quotes ends a command: quote the address space)",
    );
}

#[test]
fn one_of_two_routings_is_configured() {
    let needs = "`SmartHosts` needs `DNSRoutingEnabled` to be `$false`";
    check(&format!("{NEW} -SmartHosts ^h.test^"), "smart-hosts-need-dns-routing-off", needs);
    check(&format!("{NEW} -DNSRoutingEnabled $true -SmartHosts ^h.test^"), "smart-hosts-need-dns-routing-off", needs);
    let alone = "`DNSRoutingEnabled` `$false` needs `SmartHosts`";
    check(&format!("{NEW} -DNSRoutingEnabled ^$false^"), "dns-routing-off-needs-smart-hosts", alone);
    check(
        &format!("{NEW}\nSet-SendConnector A -DNSRoutingEnabled ^$false^"),
        "dns-routing-off-needs-smart-hosts",
        alone,
    );
}

#[test]
fn one_usage_is_given_once() {
    let message = "a connector has one usage: the switches and `-Usage` exclude each other";
    check(&format!("{NEW} -Internet ^-Partner^"), "two-usages", message);
    check(&format!("{NEW} -Usage Custom ^-Internet^"), "two-usages", message);
    check(
        &format!("{NEW}\nSet-SendConnector A ^-Usage^ Internal"),
        "unknown-parameter",
        "`Set-SendConnector` has no parameter `-Usage`",
    );
}

#[test]
fn tls_settings_go_together() {
    let exclude = "`RequireTLS` and `IgnoreSTARTTLS` exclude each other";
    check(&format!("{NEW} -IgnoreSTARTTLS $true -RequireTLS ^$true^"), "require-tls-excludes-ignore-starttls", exclude);
    check(
        &format!("{NEW} -RequireTLS $true\n^Set-SendConnector A -IgnoreSTARTTLS $true^"),
        "require-tls-excludes-ignore-starttls",
        exclude,
    );
    let level = "`TlsAuthLevel` needs `RequireTLS` `$true`";
    check(&format!("{NEW} -TlsAuthLevel ^EncryptionOnly^"), "tls-auth-level-needs-require-tls", level);
    check(
        &format!("{NEW} -RequireTLS $true -TlsAuthLevel EncryptionOnly\n^Set-SendConnector A -RequireTLS $false^"),
        "tls-auth-level-needs-require-tls",
        level,
    );
    check(
        &format!(
            "^{NEW} -DNSRoutingEnabled $false -SmartHosts h.test -RequireTLS $true -TlsAuthLevel DomainValidation^"
        ),
        "tls-domain-needed",
        "`DomainValidation` with smart hosts needs `TlsDomain`",
    );
}

#[test]
fn a_mechanism_with_a_password_needs_one() {
    let message = "`BasicAuth` and `BasicAuthRequireTLS` need `AuthenticationCredential`";
    for mechanism in ["BasicAuth", "BasicAuthRequireTLS"] {
        check(&format!("{NEW} -SmartHostAuthMechanism ^{mechanism}^"), "credential-needed", message);
    }
}

#[test]
fn a_name_is_taken_whatever_its_case() {
    check(&format!("{NEW}\nNew-SendConnector ^a^ -AddressSpaces *"), "name-taken", "a connector named `A` exists");
}

#[test]
fn removal_is_confirmed() {
    let message = "removal asks for confirmation: `-Confirm:$false` answers it";
    check(&format!("{NEW}\n^Remove-SendConnector^ A"), "not-confirmed", message);
    check(&format!("{NEW}\n^Remove-SendConnector^ A -Confirm"), "not-confirmed", message);
}

#[test]
fn permissions_know_their_names() {
    check(
        &format!("{NEW}\nAdd-ADPermission A -User 'NT AUTHORITY\\ANONYMOUS LOGON' -ExtendedRights ^ms-Exch-Send-All^"),
        "bad-value",
        "`ms-Exch-Send-All` is no value for `ExtendedRights`: one of ms-Exch-Send-Headers-Forest, \
         ms-Exch-Send-Headers-Organization, ms-Exch-Send-Headers-Routing, ms-Exch-SMTP-Send-Exch50, \
         ms-Exch-SMTP-Send-XShadow",
    );
    check(&format!("{NEW}\nAdd-ADPermission ^B^ -User x -ExtendedRights y"), "not-found", "no connector is named `B`");
    check(&format!("{NEW}\n^Add-ADPermission^ A -User x"), "missing-parameter", "`-ExtendedRights` is mandatory");
}

#[test]
fn a_syntax_error_stands_at_its_place() {
    let end = "expected the end of the command or a `|` (operators are not understood)";
    check(&format!("{NEW} ^&^ Format-Table"), "syntax", end);
    check(&format!("{NEW} |^^"), "syntax", "expected a command");
    check("New-SendConnector 'A^^", "syntax", "expected a closing `'`");
    check("New-SendConnector \"A^^", "syntax", "expected a closing `\"`");
    check("New-SendConnector A -AddressSpaces @(a,b^^", "syntax", "expected `)`");
    check(
        "New-SendConnector \"a^$^b\"",
        "syntax",
        "expected no variable inside double quotes (write '$' in single quotes, or a backtick before it)",
    );
    check("$c = ^^", "syntax", "expected a value: a word, quoted text, a variable, a list or a command in parentheses");
    check(
        "New-SendConnector A -Port:^^",
        "syntax",
        "expected a value: a word, quoted text, a variable, a list or a command in parentheses",
    );
    let deep = "(".repeat(super::DEPTH_MAX);
    check(&format!("$c = {deep}^'^a'"), "syntax", "expected fewer parentheses");
}

#[test]
fn a_refusal_stops_nothing_and_a_syntax_error_everything() {
    let (directory, outcomes) = run(&format!("Set-SendConnector B\n{NEW}\n|\nNew-SendConnector B -AddressSpaces *"));
    let results: Vec<_> = outcomes.iter().map(|outcome| outcome.result.is_ok()).collect();
    assert_eq!(results, [false, true, false]);
    assert_eq!(directory.connectors().len(), 1);
    assert_eq!(outcomes[2].text, "|");
}

proptest! {
    #[test]
    fn whatever_is_typed_gets_an_outcome_inside_the_text(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("New-SendConnector A -AddressSpaces *"), Just("-Name "), Just("$c"), Just(" = "), Just("("), Just(")"),
                Just("@("), Just("'"), Just("\""), Just("`"), Just("\r\n"), Just("#"), Just("<#"), Just("#>"), Just(","),
                Just(";"), Just("-Port:"), Just("é"), Just("{"), Just("New-Object PSCredential"), Just(" ")
            ],
            0..12,
        ),
    ) {
        let text = pieces.concat();
        let (_, outcomes) = run(&text);
        for outcome in outcomes {
            prop_assert_eq!(text.get(outcome.span.clone()), Some(outcome.text.as_str()));
            if let Err(error) = outcome.result {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error);
            }
        }
    }
}
