//! Credentials stay under TLS.
//!
//! # Limits
//!
//! A password of fewer than [`SECRET_OCTETS_MIN`] octets is looked for in AUTH PLAIN and AUTH LOGIN alone: anywhere else
//! it would be found by chance.

use base64::{Engine as _, engine::general_purpose::STANDARD};
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

/// Shortest password that is looked for everywhere, in octets.
const SECRET_OCTETS_MIN: usize = 6;

/// No password of the case in the clear, unless BasicAuth allows it here.
pub(super) fn check(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    let view = &judging.view;
    let spoken: Vec<Vec<(usize, Vec<u8>)>> = view.sessions.iter().map(spoken).collect();
    let mut secrets = secrets(judging.case);
    secrets.extend(spoken.iter().flatten().map(|(_, password)| password.clone()));
    secrets.retain(|secret| secret.len() >= SECRET_OCTETS_MIN);
    secrets.sort_unstable();
    secrets.dedup();
    if secrets.is_empty() && spoken.iter().all(Vec::is_empty) {
        return checked;
    }
    // What a message itself says is no credential of the MTA's.
    let said = |secret: &[u8]| {
        view.submitted.iter().any(|own| own.content.pieces().iter().any(|piece| holds_secret(piece, secret)))
    };
    let unsaid: Vec<&[u8]> = secrets.iter().map(Vec::as_slice).filter(|secret| !said(secret)).collect();
    let basic = shell_says(judging.case, "smarthostauthmechanism", "basicauth");
    for (place, session) in view.sessions.iter().enumerate() {
        let allowed = basic && tls_was_not_to_be(judging, place);
        for (number, step) in session.steps.iter().enumerate() {
            let shown = match &step.kind {
                StepKind::Command(command) => {
                    secrets.iter().any(|secret| holds_secret(command.octets, secret))
                        || spoken[place].iter().any(|(step, _)| *step == number)
                }
                StepKind::Data(data) => {
                    data.wire.pieces().iter().any(|piece| unsaid.iter().any(|secret| holds_secret(piece, secret)))
                }
                _ => continue,
            };
            let wrong = shown && !step.tls && !allowed;
            checked.step(step, wrong.then(|| format!("a password in the clear at {}", session.host)));
        }
    }
    checked
}

/// Every password that the page gives to the MTA or to a host.
fn secrets(case: &Case) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for property in case.hosts.iter().flat_map(|host| &host.host.properties) {
        if let PropertyValue::Auth(posture) = &property.value {
            let credential = match posture {
                Posture::BasicAuth(credential) | Posture::BasicAuthRequireTls(credential) => Some(credential),
                Posture::None(credential) => credential.as_ref(),
                _ => None,
            };
            secrets.extend(credential.map(|credential| credential.password.clone().into_bytes()));
        }
    }
    for text in case.shell.iter().map(|shell| shell.text.as_str()) {
        let lower = text.to_ascii_lowercase();
        for (at, word) in lower.match_indices("convertto-securestring") {
            let behind = text[at + word.len()..].trim_start();
            let behind = behind.strip_prefix("-String").map_or(behind, str::trim_start);
            let Some(quote) = behind.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            secrets.extend(behind[1..].split(quote).next().map(|secret| secret.as_bytes().to_vec()));
        }
    }
    secrets
}

/// Passwords that a session's AUTH exchanges say, each with the step that says it: the third part of PLAIN (RFC 4616
/// §2), the second answer of LOGIN.
fn spoken(session: &Session<'_>) -> Vec<(usize, Vec<u8>)> {
    let mut found = Vec::new();
    let mut exchange: Option<Exchange> = None;
    for (place, step) in session.steps.iter().enumerate() {
        let StepKind::Command(command) = &step.kind else { continue };
        let response = if command.auth_response {
            Some(command.octets.trim_ascii())
        } else {
            let mut words = command.argument.split(|octet| *octet == b' ').filter(|word| !word.is_empty());
            let mechanism = words.next().map(<[u8]>::to_ascii_uppercase);
            exchange = match mechanism.as_deref() {
                Some(b"PLAIN") if command.verb == "AUTH" => Some(Exchange::Plain),
                Some(b"LOGIN") if command.verb == "AUTH" => Some(Exchange::LoginUser),
                _ => None,
            };
            words.next()
        };
        let (Some(mechanism), Some(response)) = (&mut exchange, response) else { continue };
        // `*` gives up, and what is no base64 says nothing.
        let Ok(response) = STANDARD.decode(response) else { continue };
        match mechanism {
            Exchange::LoginPassword => found.push((place, response)),
            Exchange::LoginUser => *mechanism = Exchange::LoginPassword,
            Exchange::Plain => {
                let password = response.splitn(3, |octet| *octet == 0).nth(2).map(<[u8]>::to_vec);
                found.extend(password.map(|password| (place, password)));
            }
        }
    }
    found.retain(|(_, password)| !password.is_empty());
    found
}

/// What the next answer of an AUTH exchange is.
enum Exchange {
    LoginPassword,
    LoginUser,
    Plain,
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
