//! Line ends and lengths.

use super::{
    Checked,
    offers::{Keywords, Offers, at_commands},
    transparency::is_binary,
};
use crate::{
    claim::Judging,
    trace::view::{Command, Session, StepKind},
};

/// Longest command line with its CRLF, in octets: RFC 5321 §4.5.3.1.4.
pub(super) const COMMAND_OCTETS_MAX: usize = 512;

/// Longest line of an AUTH exchange with its CRLF, in octets: RFC 4954 §4.5.
const AUTH_OCTETS_MAX: usize = 12_288;

/// Longest line of mail data without its CRLF, in octets: RFC 5321 §4.5.3.1.6.
const TEXT_OCTETS_MAX: u64 = 998;

/// CRLF at the end, and nowhere else.
pub(super) fn ends(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for step in judging.view.sessions.iter().flat_map(Session::spoken) {
        if let StepKind::Command(command) = &step.kind {
            let line = command.octets.strip_suffix(b"\r\n");
            let sound = line.is_some_and(|line| !line.iter().any(|octet| matches!(octet, b'\r' | b'\n')));
            checked.step(step, (!sound).then(|| format!("the line {:?}", text(command.octets))));
        }
    }
    checked
}

/// Not longer than RFC 5321 and the extensions that the host offers allow.
pub(super) fn limits(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    let longest_in = judging.view.submitted.iter().map(|message| message.facts.longest_line).max().unwrap_or(0);
    for session in &judging.view.sessions {
        let offers = Offers::of(session);
        for (place, offered) in at_commands(session, &offers) {
            let step = &session.steps[place];
            let StepKind::Command(command) = &step.kind else { continue };
            let (length, most) = (command.octets.len(), longest(command, offered));
            let saw = || format!("{} of {length} octets, where {most} are allowed", command.verb);
            checked.step(step, (length > most).then(saw));
        }
        for step in session.spoken() {
            let StepKind::Command(command) = &step.kind else { continue };
            if command.auth_response {
                let length = command.octets.len();
                let saw = || format!("a response of {length} octets, where {AUTH_OCTETS_MAX} are allowed");
                checked.step(step, (length > AUTH_OCTETS_MAX).then(saw));
            }
        }
        for (_, step, data) in session.data() {
            let longest = data.facts.longest_line;
            // An MTA need not mend what was too long when it came in; BINARYMIME knows no lines (RFC 3030 §3).
            let broken = longest > TEXT_OCTETS_MAX.max(longest_in) && !is_binary(session, step.transaction);
            checked.step(step, broken.then(|| format!("a line of {longest} octets in mail data")));
        }
    }
    checked
}

fn longest(command: &Command<'_>, offered: &Keywords) -> usize {
    let raised: &[(&str, usize)] = match command.verb.as_str() {
        "AUTH" => return AUTH_OCTETS_MAX,
        // RFC 6152 §2, RFC 4954 §3, RFC 3461 §5.4, RFC 1870 §3, RFC 6531 §3.4, RFC 2852 §4.
        "MAIL" => &[("8BITMIME", 17), ("AUTH", 500), ("DELIVERBY", 17), ("DSN", 118), ("SIZE", 26), ("SMTPUTF8", 10)],
        // RFC 3461 §5.4.
        "RCPT" => &[("DSN", 528)],
        _ => &[],
    };
    let more: usize = raised.iter().filter(|(keyword, _)| offered.contains_key(*keyword)).map(|(_, more)| more).sum();
    COMMAND_OCTETS_MAX + more
}

fn text(octets: &[u8]) -> String {
    octets.iter().map(|&octet| char::from(octet)).collect()
}
