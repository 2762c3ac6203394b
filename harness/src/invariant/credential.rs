//! Credentials stay under TLS.

use mtaspec_fake_smarthost::host::{Posture, PropertyValue};

use super::Checked;
use crate::{
    case::Case,
    claim::{Judging, holds_secret},
    trace::{
        event::HandshakeOutcome,
        view::{Session, StepKind},
    },
};

/// No password of the case in the clear, unless BasicAuth allows it here.
pub(super) fn check(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    let secrets = secrets(judging.case);
    if secrets.is_empty() {
        return checked;
    }
    for (place, session) in judging.view.sessions.iter().enumerate() {
        let allowed =
            shell_says(judging.case, "smarthostauthmechanism", "basicauth") && tls_was_not_to_be(judging, place);
        for step in &session.steps {
            let octets: Vec<&[u8]> = match &step.kind {
                StepKind::Command(command) => vec![command.octets],
                StepKind::Data(data) => data.wire.pieces(),
                _ => continue,
            };
            let shown =
                octets.iter().any(|octets| secrets.iter().any(|secret| holds_secret(octets, secret.as_bytes())));
            let wrong = shown && !step.tls && !allowed;
            checked.step(step, wrong.then(|| format!("a password in the clear at {}", session.host)));
        }
    }
    checked
}

/// Every password that the page gives to the MTA or to a host.
fn secrets(case: &Case) -> Vec<String> {
    let mut secrets = Vec::new();
    for property in case.hosts.iter().flat_map(|host| &host.host.properties) {
        if let PropertyValue::Auth(posture) = &property.value {
            let credential = match posture {
                Posture::BasicAuth(credential) | Posture::BasicAuthRequireTls(credential) => Some(credential),
                Posture::None(credential) => credential.as_ref(),
                _ => None,
            };
            secrets.extend(credential.map(|credential| credential.password.clone()));
        }
    }
    for text in case.shell.iter().map(|shell| shell.text.as_str()) {
        let lower = text.to_ascii_lowercase();
        for (at, word) in lower.match_indices("convertto-securestring") {
            let behind = text[at + word.len()..].trim_start();
            let behind = behind.strip_prefix("-String").map_or(behind, str::trim_start);
            let Some(quote) = behind.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            secrets.extend(behind[1..].split(quote).next().map(str::to_owned));
        }
    }
    secrets.retain(|secret| !secret.is_empty());
    secrets.sort_unstable();
    secrets.dedup();
    secrets
}

/// Whether the shell's text sets a parameter to a value, anywhere.
fn shell_says(case: &Case, parameter: &str, value: &str) -> bool {
    case.shell.iter().any(|shell| {
        let text = shell.text.to_ascii_lowercase();
        text.match_indices(parameter).any(|(at, _)| {
            let behind = text[at + parameter.len()..].trim_start_matches([' ', ':', '"', '\'', '$', '\t', '`']);
            behind.strip_prefix(value).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        })
    })
}

/// Whether a session is in the clear because TLS was not offered, is ignored, or has just failed.
fn tls_was_not_to_be(judging: &Judging<'_>, place: usize) -> bool {
    let session = &judging.view.sessions[place];
    let offered = session.commands().any(|(_, _, command)| {
        command.verb == "EHLO"
            && command.reply.iter().flat_map(|reply| &reply.lines).any(|line| line.eq_ignore_ascii_case("STARTTLS"))
    });
    let earlier = judging.view.sessions[..place].iter().rev().find(|other| other.to == session.to);
    !offered || shell_says(judging.case, "ignorestarttls", "true") || failed(session) || earlier.is_some_and(failed)
}

/// Whether TLS was tried in a session and did not come about.
fn failed(session: &Session<'_>) -> bool {
    let refused = session.commands().any(|(_, _, command)| {
        command.verb == "STARTTLS" && !command.reply.as_ref().is_some_and(|reply| reply.is_positive())
    });
    let handshake =
        session.steps.iter().any(|step| matches!(step.kind, StepKind::Handshake(HandshakeOutcome::Failed { .. })));
    refused || handshake || (session.tls().is_none() && session.commands().any(|(_, _, own)| own.verb == "STARTTLS"))
}
