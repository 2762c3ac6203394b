//! Texts that nobody means well: they are refused or they work, and nothing panics.

use proptest::prelude::*;

use super::*;

/// The codes of what was refused, each once; `taken` for what was not.
fn codes(text: &str) -> Vec<String> {
    let (_, outcomes) = run(text);
    let mut codes: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| outcome.result.map_or_else(|error| error.code().to_owned(), |_| "taken".to_owned()))
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

#[test]
fn ten_thousand_connectors_are_made_in_any_order() {
    // 7919 is prime, so that every number comes once, in no order.
    let text: String = (0..10_000_u32)
        .map(|n| format!("New-SendConnector c{} -AddressSpaces d{n}.test\n", n * 7919 % 10_000))
        .collect();
    let (directory, outcomes) = run(&text);
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!(directory.connectors().len(), 10_000);
}

#[test]
fn names_are_texts_and_no_more() {
    let (directory, outcomes) =
        run("New-SendConnector 'it''s \"A\"; `$x' -AddressSpaces *; Get-SendConnector | ft Name");
    assert_eq!(directory.connectors()[0].name, "it's \"A\"; `$x");
    assert_eq!(outcomes[1].console, "Name\n----\nit's \"A\"; `$x");
    for name in ["a\u{1b}[2Jb", "a\u{7f}", "", "  ", &"x".repeat(65)] {
        assert_eq!(codes(&format!("New-SendConnector '{name}' -AddressSpaces *")), ["bad-value"], "{name:?}");
    }
    assert_eq!(codes("New-SendConnector A -AddressSpaces * -Comment 'a\u{1b}b'"), ["bad-value"]);
}

#[test]
fn values_out_of_bounds_are_refused() {
    let long = "a.".repeat(150);
    for rest in [
        "-AddressSpaces 'a.test;-1'".to_owned(),
        format!("-AddressSpaces {long}test"),
        format!("-AddressSpaces * -Port {}", "9".repeat(10_000)),
        format!("-AddressSpaces * -MaxMessageSize {}TB", "9".repeat(30)),
        format!("-AddressSpaces * -ConnectionInactivityTimeOut {}:00", "9".repeat(30)),
        format!("-AddressSpaces {}", vec!["a.test"; 10_001].join(",")),
    ] {
        let (_, outcomes) = run(&format!("New-SendConnector A {rest}"));
        let error = outcomes[0].result.clone().expect_err("a refusal");
        assert_eq!(error.code(), "bad-value", "{}", &rest[..rest.len().min(60)]);
        assert!(error.to_string().len() < 1_000, "an error is short");
        assert!(error.render("x", &format!("New-SendConnector A {rest}")).len() < 2_000, "an error is short");
    }
}

#[test]
fn megabytes_are_read_or_refused() {
    assert_eq!(codes(&"x".repeat(10_000_000)), ["unknown-command"]);
    assert_eq!(codes(&format!("New-SendConnector {}", "-x ".repeat(100_000))), ["unknown-parameter"]);
    assert_eq!(codes(&format!("$a = {}", "'b',".repeat(500_000) + "'c'")), ["taken"]);
    assert_eq!(codes(&"# comment\n".repeat(1_000_000)), Vec::<String>::new());
    for open in ["(", "@(", "@{a=", "{", "where {(", "$a = (Get-X (", "Get-SendConnector | where {("] {
        assert_eq!(codes(&format!("$a = {}", open.repeat(100_000))).len(), 1, "{open}");
    }
    let chain = "$_.Enabled -eq $true -and ".repeat(100_000);
    assert_eq!(codes(&format!("Get-SendConnector | where {{{chain}$_.Port -eq 1}}")), ["taken"]);
}

proptest! {
    #[test]
    fn any_characters_get_an_outcome(text in "\\PC{0,200}") {
        hold_against(&text);
    }

    #[test]
    fn any_words_of_the_shell_get_an_outcome(
        words in proptest::collection::vec(
            prop_oneof![
                Just("New-SendConnector"), Just("Set-SendConnector"), Just("Get-SendConnector"), Just(" A"), Just(" |"),
                Just("where"), Just("{"), Just("}"), Just("($_."), Just("Name"), Just(" -eq "), Just(" -and "), Just("@{"),
                Just("Add="), Just("'b'"), Just(";"), Just("\n"), Just(" -AddressSpaces *"), Just(" -SmartHosts "),
                Just("Format-Table"), Just("ConvertTo-Json"), Just("$true"), Just(")"), Just("\""), Just("`"), Just("\u{0}"),
                Just("Remove-SendConnector A -Confirm:$false"), Just(" -Name "), Just("Get-ADPermission"), Just("é")
            ],
            0..14,
        ),
    ) {
        hold_against(&words.concat());
    }
}
