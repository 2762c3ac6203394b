//! `show-log` and `judge --log`: SEND protocol logs from outside.

use std::fs;

use tempfile::TempDir;

use crate::outcome::mtaspec;

const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Log-type: SMTP Send Protocol Log\r\n#Fields: date-time,\
    connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n";

/// A log of one session that says `said` before its QUIT.
fn log(said: &str) -> String {
    let row = |number: u32, rest: &str| {
        format!(
            "2030-01-07T10:00:00.00{number}Z,\"CN=Relay,CN=Site\",0A1B,{number},192.0.2.1:4,192.0.2.20:25,{rest}\r\n"
        )
    };
    let rows = [row(0, "+,,"), row(1, "<,220 ready,"), row(2, said), row(3, ">,QUIT,"), row(4, "-,,Local")];
    format!("{HEADER}{}", rows.concat())
}

#[track_caller]
fn check(command: &[&str], text: &str, status: i32, expected: &str) {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("SEND20300107-1.log");
    fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("UTF-8").to_owned();
    let mut arguments = command.to_vec();
    arguments.push(&file);
    let done = mtaspec(&arguments);
    let said = format!("{}{}", done.stdout, done.stderr).replace(&file, "FILE");
    assert_eq!(done.status, status, "{said}");
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_log_is_shown_as_dialogues() {
    let dialogue = "session 0A1B with 192.0.2.20:25 by CN=Relay,CN=Site\n\
        2030-01-07T10:00:00.000Z  <connected from 192.0.2.1:4>\n\
        2030-01-07T10:00:00.001Z  S: 220 ready\n\
        2030-01-07T10:00:00.002Z  C: EHLO \\x1B[2Jmta\n\
        2030-01-07T10:00:00.003Z  C: QUIT\n\
        2030-01-07T10:00:00.004Z  <disconnected>  (Local)\n";
    check(&["show-log"], &log(">,EHLO \u{1b}[2Jmta,"), 0, dialogue);
}

#[test]
fn a_log_without_fault_is_as_expected() {
    check(&["judge", "--log"], &log(">,EHLO mta,"), 0, "1 session: 4 rules held, 0 broken, 3 not reached");
}

#[test]
fn a_password_in_a_log_is_a_violation_with_its_line() {
    let shown = "line 6, session 0A1B: a response of the authentication stands in the row";
    check(&["judge", "--log"], &log(">,AUTH PLAIN AHVzZXIAaHVudGVyMg==,"), 2, shown);
}

#[test]
fn a_file_that_is_no_log_is_refused_with_the_line() {
    check(&["show-log"], "\u{0}\u{1}nonsense", 65, "`FILE` is no SEND protocol log: line 1: the row has no session-id");
    check(&["judge", "--log"], HEADER, 4, "the log has no session");
}
