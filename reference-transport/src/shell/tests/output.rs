//! What is printed, to a trace and to a console, and how an error is shown.

use super::*;

#[track_caller]
fn check_console(text: &str, expected: &str) {
    let (_, outcomes) = run(text);
    let last = outcomes.last().expect("a command");
    assert_eq!(last.result.as_ref().err(), None);
    assert_eq!(last.console, expected, "{text}");
}

const TWO: &str = "New-SendConnector -Name 'Contoso.com Outbound' -AddressSpaces contoso.test -FrontendProxyEnabled $true\n\
                   New-SendConnector B -AddressSpaces *\n";

#[test]
fn objects_are_a_table_and_properties_ignore_case() {
    check_console(
        &format!("{TWO}Get-SendConnector | Format-Table -Auto Name,FrontEndProxyEnabled"),
        "Name                 FrontendProxyEnabled\n----                 --------------------\n\
         B                    False\nContoso.com Outbound True",
    );
    check_console(
        &format!("{TWO}Get-SendConnector"),
        "Identity             AddressSpaces         Enabled\n--------             -------------         -------\n\
         B                    {SMTP:*;1}            True\nContoso.com Outbound {SMTP:contoso.test;1} True",
    );
    check_console(&format!("{TWO}Get-SendConnector | where {{$_.Name -eq 'none'}} | fl"), "");
}

#[test]
fn conditions_bind_from_left_to_right() {
    let names = |condition: &str| {
        let (_, outcomes) = run(&format!("{TWO}Get-SendConnector | where {{{condition}}}"));
        outcomes.last().expect("a command").result.clone().expect("it is taken").lines().count()
    };
    assert_eq!(names("$_.Enabled -eq $true"), 2);
    assert_eq!(names("$_.name -ne 'b'"), 1);
    assert_eq!(names("$_.Name -eq 'B' -or $_.Enabled -eq $true -and $_.Port -eq 26"), 0);
    assert_eq!(names("$_.Name -eq 'B' -or ($_.Enabled -eq $true -and $_.Port -eq 26)"), 1);
    assert_eq!(names("($_.AddressSpaces -eq 'SMTP:*;1') -and $_.Fqdn -eq $null"), 1);
}

#[test]
fn json_keeps_types_and_escapes() {
    let (_, outcomes) =
        run("New-SendConnector A -AddressSpaces * -Comment 'a \"b\" \\'\nGet-SendConnector | ConvertTo-Json");
    let json: serde_json::Value = serde_json::from_str(&outcomes[1].console).expect("JSON");
    assert_eq!(json["Comment"], "a \"b\" \\");
    assert_eq!((&json["Enabled"], &json["Port"]), (&true.into(), &25.into()));
    assert_eq!(json["AddressSpaces"], serde_json::json!(["SMTP:*;1"]));
    assert!(json["Fqdn"].is_null());
}

#[test]
fn a_size_is_shown_as_a_person_and_as_a_program_reads_it() {
    for (given, expected) in [
        ("35MB", "35 MB (36,700,160 bytes)"),
        ("1500B", "2 KB (2,048 bytes)"),
        ("1536KB", "1.5 MB (1,572,864 bytes)"),
        ("0", "0 B (0 bytes)"),
        ("unlimited", "Unlimited"),
    ] {
        let text = format!(
            "New-SendConnector A -AddressSpaces * -MaxMessageSize {given}\nGet-SendConnector | fl MaxMessageSize"
        );
        check_console(&text, &format!("MaxMessageSize : {expected}"));
    }
}

#[test]
fn an_error_stands_below_its_line() {
    let text = "# é\n  New-SendConnector 'é' -AddressSpaces * -SmartHots h.test";
    let (_, outcomes) = run(text);
    let error = outcomes[0].result.clone().expect_err("a refusal");
    assert_eq!(
        error.render("a.ps1", text),
        "error[unknown-parameter]: `New-SendConnector` has no parameter `-SmartHots`\n --> a.ps1:2:42\n  |\n\
         2 |   New-SendConnector 'é' -AddressSpaces * -SmartHots h.test\n  |                                          ^^^^^^^^^^\n  \
         = help: nearest: SmartHosts"
    );
}

#[test]
fn stages_and_properties_are_known_ones() {
    for (rest, code) in [
        ("| Remove-SendConnector", "unexpected-stage"),
        ("| Sort-Object Name", "unexpected-stage"),
        ("| ft Nam", "unknown-property"),
        ("| where {$_.Nam -eq 1}", "unknown-property"),
        ("| where {$_.Name -like 'A*'}", "syntax"),
        ("| where {Name -eq 'A'}", "syntax"),
        ("| where Name", "bad-value"),
        ("| ft | fl", "no-objects"),
    ] {
        let (_, outcomes) = run(&format!("{TWO}Get-SendConnector {rest}"));
        let error = outcomes.last().and_then(|last| last.result.clone().err()).expect("a refusal");
        assert_eq!(error.code(), code, "{rest}");
    }
    let (_, outcomes) = run("$c = Get-Credential");
    assert_eq!(outcomes[0].result.clone().expect_err("nobody is there").code(), "cannot-prompt");
}

#[test]
fn a_dry_run_says_what_it_would_do() {
    check_console(&format!("{TWO}Remove-SendConnector B -WhatIf"), "What if: Removing Send connector \"B\".");
}

#[test]
fn every_parameter_is_described_once_and_its_default_is_what_get_shows() {
    for cmdlet in reference() {
        let mut names: Vec<_> =
            cmdlet.parameters.iter().map(|known| known.parameter.name.to_ascii_lowercase()).collect();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{}", cmdlet.name);
    }
    let all = reference();
    let set = all.iter().find(|cmdlet| cmdlet.name == "Set-SendConnector").expect("it is there");
    let default =
        |name| set.parameters.iter().find(|known| known.parameter.name == name).and_then(|known| known.default.clone());
    assert_eq!(default("MaxMessageSize").as_deref(), Some("35 MB (36,700,160 bytes)"));
    assert_eq!(default("Identity"), None);
    let mut codes: Vec<_> = rules().into_iter().map(|rule| rule.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), rules().len(), "a code has one rule");
}
