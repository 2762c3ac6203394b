//! `reference-transport shell`, as a person runs it.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Runs a script from standard input; what it printed, what it complained of, and its status.
fn run(arguments: &[&str], script: &str) -> (String, String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_reference-transport"))
        .args(["shell", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn a_script_prints_tables_and_ends_well() {
    let script = "New-SendConnector -Name \"To internet\" -AddressSpaces * -Internet\n\
                  Get-SendConnector | Format-Table -Auto Name,FrontEndProxyEnabled\n";
    let table = "Identity    AddressSpaces Enabled\n--------    ------------- -------\nTo internet {SMTP:*;1}    True\n\n\
                 Name        FrontendProxyEnabled\n----        --------------------\nTo internet False\n\n";
    assert_eq!(run(&[], script), (table.to_owned(), String::new(), Some(0)));
}

#[test]
fn a_refusal_shows_its_place_and_the_script_goes_on() {
    let script = "Set-SendConnector Relay -Port 26\nGet-SendConnector Relay\nNew-SendConnector A -AddressSpaces *";
    let (printed, complaints, status) = run(&[], script);
    assert!(printed.starts_with("Identity AddressSpaces Enabled\n"), "{printed}");
    let first = "error[not-found]: no connector is named `Relay`\n --> -:1:19\n  |\n\
                 1 | Set-SendConnector Relay -Port 26\n  |                   ^^^^^\n";
    assert!(complaints.starts_with(first), "{complaints}");
    assert!(complaints.ends_with("reference-transport: 2 commands were refused\n"), "{complaints}");
    assert_eq!(status, Some(65));
}

#[test]
fn profile_role_and_origin_are_options() {
    let new = "New-SendConnector A -AddressSpaces *";
    assert_eq!(run(&["--origin", "eac"], new).2, Some(65));
    assert_eq!(run(&["--edge"], "New-SendConnector A -AddressSpaces --").2, Some(0));
    let (printed, ..) = run(&["--profile", "e2013"], &format!("{new}; Get-SendConnector | fl MaxMessageSize"));
    assert!(printed.ends_with("MaxMessageSize : 25 MB (26,214,400 bytes)\n\n"), "{printed}");
}
