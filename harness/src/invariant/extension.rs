//! Extensions are used where they are offered, PIPELINING too.

use super::{
    Checked,
    ending::first_421,
    offers::{Keywords, Offers, at_commands},
};
use crate::{
    claim::Judging,
    trace::{
        view::{Command, Session, StepKind},
        wire::path,
    },
};

/// No command before the pending reply, but within a group as RFC 2920 §3.1 has it.
pub(super) fn pipelining(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        let offers = Offers::of(session);
        for (place, offered) in at_commands(session, &offers) {
            let step = &session.steps[place];
            let StepKind::Command(command) = &step.kind else { continue };
            let may_be_early = leaves_at_once(session, place) || is_answered_twice(session, place);
            let wrong = (command.early && !may_be_early)
                .then(|| too_early(session, place, offered))
                .flatten()
                .map(|why| format!("{} before {why}", command.verb));
            checked.step(step, wrong);
        }
        for (place, step) in session.spoken().iter().enumerate() {
            if let StepKind::Command(command) = &step.kind
                && command.auth_response
            {
                let early = command.early && !is_answered_twice(session, place);
                checked.step(step, early.then(|| "a response before its challenge".to_owned()));
            }
        }
    }
    checked
}

/// What an early command should have waited for.
fn too_early(session: &Session<'_>, place: usize, offered: &Keywords) -> Option<String> {
    if !offered.contains_key("PIPELINING") {
        return Some("the reply to what went before, without PIPELINING".to_owned());
    }
    let before = session.steps[..place].iter().rev().find(|step| !matches!(step.kind, StepKind::Sent(_)));
    match before.map(|step| &step.kind) {
        Some(StepKind::Command(last)) if last.auth_response => Some("the end of the AUTH exchange".to_owned()),
        Some(StepKind::Command(last)) if ends_group(last) => Some(format!("the reply to {}", last.verb)),
        _ => None,
    }
}

/// Whether nothing may follow a command before its reply: all but those of RFC 2920 §3.1 and BDAT (RFC 3030 §2), and
/// but an AUTH that its initial response completes (RFC 4954 §4).
fn ends_group(command: &Command<'_>) -> bool {
    match command.verb.as_str() {
        "BDAT" | "MAIL" | "RCPT" | "RSET" | "SAML" | "SEND" | "SOML" => false,
        "AUTH" => {
            let (mechanism, response) = words(command.argument);
            !(matches!(mechanism.as_str(), "ANONYMOUS" | "EXTERNAL" | "PLAIN") && response.is_some())
        }
        _ => true,
    }
}

/// Whether the host wrote more than once to what went before. Then a line that came behind the first write looks
/// early, and nobody can tell.
fn is_answered_twice(session: &Session<'_>, place: usize) -> bool {
    let writes = session.steps[..place].iter().rev().take_while(|step| matches!(step.kind, StepKind::Sent(_)));
    writes.count() > 1
}

/// Whether this is a QUIT, and the first line under TLS from the first octet: of a client that did not like the
/// certificate. It wants nothing more, and whether the greeting was on its way is up to the kernel.
fn leaves_at_once(session: &Session<'_>, place: usize) -> bool {
    session.commands().next().is_some_and(|(first, step, command)| first == place && step.tls && command.verb == "QUIT")
}

/// The mechanism of AUTH in capitals, and its initial response.
fn words(argument: &[u8]) -> (String, Option<String>) {
    let argument: String = argument.iter().map(|&octet| char::from(octet)).collect();
    let mut words = argument.split_ascii_whitespace();
    (words.next().unwrap_or_default().to_ascii_uppercase(), words.next().map(str::to_owned))
}

/// Verbs and parameters only of extensions that were offered.
pub(super) fn offered(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        let offers = Offers::of(session);
        for (place, offered) in at_commands(session, &offers) {
            let step = &session.steps[place];
            let StepKind::Command(command) = &step.kind else { continue };
            let used = used(command);
            if used.is_empty() {
                continue;
            }
            let missing = used.into_iter().find(|keyword| !is_offered(keyword, offered));
            checked.step(step, missing.map(|keyword| format!("{} uses {keyword}, which is not offered", command.verb)));
        }
        // Of a host that closes by 421 nobody knows whether it read that far.
        if let Some(place) = session.ungranted_handshake().filter(|_| first_421(session).is_none()) {
            checked.step(&session.steps[place], Some("a handshake, which no STARTTLS granted".to_owned()));
        }
    }
    checked
}

fn is_offered(used: &str, offered: &Keywords) -> bool {
    match used.split_once(' ') {
        Some((keyword, parameter)) => {
            offered.get(keyword).is_some_and(|parameters| parameters.iter().any(|own| own == parameter))
        }
        None => offered.contains_key(used),
    }
}

/// EHLO keywords that a command needs; `AUTH PLAIN` is a keyword with that parameter.
fn used(command: &Command<'_>) -> Vec<String> {
    match command.verb.as_str() {
        "AUTH" => vec![format!("AUTH {}", words(command.argument).0)],
        "BDAT" => vec!["CHUNKING".to_owned()],
        "ETRN" | "STARTTLS" => vec![command.verb.clone()],
        "MAIL" | "RCPT" => {
            let mut used: Vec<String> = path(command.argument).1.iter().map(|parameter| keyword(parameter)).collect();
            // RFC 6531 §3.1: only that extension allows octets above 127 in a path.
            if !command.argument.is_ascii() {
                used.push("SMTPUTF8".to_owned());
            }
            used
        }
        verb if verb.starts_with('X') => vec![verb.to_owned()],
        _ => Vec::new(),
    }
}

/// The keyword that allows a parameter of MAIL or RCPT; an unknown one is taken to be its own.
fn keyword(parameter: &str) -> String {
    let parameter = parameter.to_ascii_uppercase();
    let (name, value) = parameter.split_once('=').unwrap_or((&parameter, ""));
    let keyword = match name {
        "BODY" if value == "BINARYMIME" => "BINARYMIME",
        "BODY" => "8BITMIME",
        "BY" => "DELIVERBY",
        "ENVID" | "NOTIFY" | "ORCPT" | "RET" => "DSN",
        "HOLDFOR" | "HOLDUNTIL" => "FUTURERELEASE",
        name => name,
    };
    keyword.to_owned()
}
