//! `reference-transport run`, as a program runs it.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

/// A daemon on a free port; it is killed when it goes out of sight.
struct Daemon {
    child: Child,
    reports: Lines<BufReader<ChildStdout>>,
}

impl Daemon {
    fn start(connectors: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_reference-transport"))
            .args(["run", "--report", "--typed", "--listen", "127.0.0.1:0", "--connectors"])
            .arg(connectors)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let reports = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, reports }
    }

    fn type_line(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().expect("a pipe"), "{line}").expect("it reads");
    }

    /// What it reports until a text has been run: each command, and whether it was accepted.
    fn until_told(&mut self) -> Vec<(String, bool)> {
        let mut commands = Vec::new();
        for line in self.reports.by_ref() {
            let line: serde_json::Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            match line["report"].as_str() {
                Some("told") => return commands,
                Some("shell") => commands.push((line["command"].to_string(), line["accepted"] == true)),
                _ => {}
            }
        }
        panic!("it ended");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn file(folder: &Path, name: &str, contents: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, contents).expect("room");
    path
}

#[test]
fn what_is_typed_while_it_works_is_run_and_reported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = "New-SendConnector -Name Relay -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts 192.0.2.20";
    let mut daemon = Daemon::start(&file(folder.path(), "relay.ps1", new), &[]);
    daemon.type_line(r#"{"text":"Set-SendConnector Relay -Port 26; Remove-SendConnector Nobody"}"#);
    let accepted = |told: Vec<(String, bool)>| told.iter().map(|(_, accepted)| *accepted).collect::<Vec<_>>();
    // The connectors file is the first command.
    assert_eq!(accepted(daemon.until_told()), [true, true, false]);
    daemon.type_line("this is no JSON");
    assert_eq!(daemon.until_told(), []);
    daemon.type_line(r#"{"text":"Get-SendConnector","on":"nowhere"}"#);
    assert_eq!(daemon.until_told(), []);
    daemon.type_line(r#"{"text":"Get-SendConnector Relay"}"#);
    assert_eq!(daemon.until_told(), [("\"Get-SendConnector Relay\"".to_owned(), true)]);
}

#[test]
fn a_domain_that_is_delivered_is_none_of_the_organisations() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let connectors = file(folder.path(), "none.ps1", "Get-AcceptedDomain a.test\nGet-AcceptedDomain b.test");
    let mut daemon = Daemon::start(&connectors, &["--accept", "a.test=192.0.2.2", "--deliver", "B.test=192.0.2.3"]);
    daemon.type_line(r#"{"text":""}"#);
    let accepted: Vec<bool> = daemon.until_told().into_iter().map(|(_, accepted)| accepted).collect();
    assert_eq!(accepted, [true, false]);
}

#[test]
fn a_server_certificate_that_is_none_ends_it_with_65() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let connectors = file(folder.path(), "none.ps1", "");
    let empty = file(folder.path(), "empty.pem", "");
    let output = Command::new(env!("CARGO_BIN_EXE_reference-transport"))
        .args(["run", "--listen", "127.0.0.1:0", "--connectors"])
        .arg(&connectors)
        .arg(format!("--server-certificate=mbx2.sender.test={}", empty.display()))
        .output()
        .expect("the program starts");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(65), "{complaint}");
    assert!(complaint.ends_with("empty.pem` cannot be read: it holds no certificate\n"), "{complaint}");
}
