//! Claims on the shell in pages: a command must exist, and a refusal needs its control.

use std::path::Path;

use super::{super::page, catalogue, read};

/// A page whose only section has these commands and these claims, which begin at line 13.
fn page(commands: [&str; 3], claims: &str) -> String {
    let commands = commands.join("\n");
    format!("# T\n\n## One {{#one}}\n\n```powershell\n{commands}\n```\n\n```expect\n\n{claims}\n```\n")
}

const MADE: &str = "New-SendConnector -Name A -AddressSpaces * -Internet";
const WRONG: &str = "New-SendConnector -Name B -AddressSpaces * -SmartHosts mx.contoso.test";
const MISSPELT: &str = "Set-SendConnector A -Usage Internet";
const ACCEPTED: &str = "MUST shell accepts command 1 [MOD-08]\n";

#[track_caller]
fn check(commands: [&str; 3], claims: &str, expected: &[&str]) {
    let text = page(commands, claims);
    let found = page::read(Path::new("cases/area/topic.md"), text.as_bytes(), &catalogue).err().unwrap_or_default();
    let found: Vec<_> =
        found.iter().map(|wrong| format!("{}:{} {}", wrong.line, wrong.span.start + 1, wrong.message)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_page_may_be_about_the_shell_alone() {
    let claims = format!("{ACCEPTED}MUST shell refuses command 2 \"conflict\" [MOD-12]");
    let cases = read("cases/area/topic.md", &page([MADE, WRONG, ""], &claims));
    assert_eq!(cases[0].commands, [MADE, WRONG]);
    assert_eq!(cases[0].messages, []);
}

#[test]
fn a_command_that_is_claimed_exists() {
    let message = "14:27 the case has 1 commands for the shell, and no command 2";
    check([MADE, "", ""], &format!("{ACCEPTED}MUST shell prints command 2 \"x\" [MOD-08]"), &[message]);
    let message = "14:19 none of the case's 1 commands for the shell is like this";
    check([MADE, "", ""], &format!("{ACCEPTED}MUST shell prints \"Get-*\" \"x\" [MOD-08]"), &[message]);
}

#[test]
fn a_slip_is_a_mistake_unless_a_claim_is_about_it() {
    let message = "7:21 `Set-SendConnector` has no parameter `-Usage`";
    check([MADE, MISSPELT, ""], ACCEPTED, &[message]);
    let claims = format!(
        "{ACCEPTED}MUST shell refuses command 2 \"unknown-parameter\" [MOD-33]\nMUST shell accepts \"Set-* A\" [MOD-33]"
    );
    check([MADE, MISSPELT, "Set-SendConnector A"], &claims, &[]);
}

#[test]
fn a_refusal_needs_a_command_of_the_same_cmdlet_that_is_taken() {
    let message = "13:12 nothing in the page shows that such a command can be taken: no claim that one of the same \
                   cmdlet is accepted";
    check([MADE, WRONG, ""], "MUST shell refuses command 2 \"conflict\" [MOD-12]", &[message]);
    let claims = format!("{ACCEPTED}MUST shell refuses \"Set-*\" \"not-found\" [MOD-12]");
    check([MADE, "Set-SendConnector Z", ""], &claims, &[&message.replace("13:12", "14:12")]);
}

#[test]
fn what_is_never_printed_is_printed_somewhere_in_the_page() {
    let never = "MUST shell never prints command 2 \"*B*\" [MOD-34]";
    let message = "14:12 nothing in the page shows that this can be printed: no claim that it is";
    check([MADE, MADE, ""], &format!("{ACCEPTED}{never}"), &[message]);
    check([MADE, MADE, ""], &format!("MUST shell prints command 1 \"*B*\" [MOD-34]\n{never}"), &[]);
}
