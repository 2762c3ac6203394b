//! How sessions end.

use mtaspec_fake_smarthost::{rule::Action, script::StepAction};

use super::Checked;
use crate::{
    claim::Judging,
    trace::{
        event::{EndCause, HandshakeOutcome},
        view::{Session, StepKind},
        wire::Reply,
    },
};

/// Nothing but QUIT once the host has said 421. What was sent before that was read is no breach.
pub(super) fn after_421(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        let Some(place) = first_421(session) else { continue };
        checked.reached = true;
        for step in session.spoken().iter().skip(place) {
            match &step.kind {
                StepKind::Command(command) if command.verb != "QUIT" && !command.early => {
                    checked.step(step, Some(format!("{} after a 421", command.verb)));
                }
                _ => {}
            }
        }
    }
    checked
}

/// QUIT, or an end that is the host's.
///
/// Not judged are a session that is still open, one that ended while the host owed a reply or had written what is none,
/// one in which a handshake was the last that the client did, and all of a trace that ends because a limit was reached or
/// the MTA was lost.
pub(super) fn quit(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    if matches!(judging.view.end.map(|end| end.cause), Some(EndCause::Limit | EndCause::Lost)) {
        return checked;
    }
    for session in &judging.view.sessions {
        let nobody_can_tell = owes_reply(session) || wrote_otherwise(session) || ends_in_handshake(session);
        let Some(closed) = session.closed.filter(|_| !nobody_can_tell) else {
            continue;
        };
        let said_quit = session.commands().any(|(_, _, command)| command.verb == "QUIT");
        let lawful = said_quit || closed.by == "host" || first_421(session).is_some() || is_excused(judging, session);
        let saw =
            || format!("session {} with {}: the client's {} without QUIT", session.number, session.host, closed.how);
        checked.note(closed.index, (!lawful).then(saw));
    }
    checked
}

/// Whether the host never greeted, or left unanswered what came last. A STARTTLS that was granted is unanswered until
/// its handshake has ended: what a host writes in between may make a client give up.
fn owes_reply(session: &Session<'_>) -> bool {
    let last = session.steps.iter().rev().find_map(|step| match &step.kind {
        StepKind::Command(command) if command.verb == "STARTTLS" && !command.auth_response => {
            Some(command.reply.as_ref().is_none_or(Reply::is_positive))
        }
        StepKind::Command(command) => Some(command.reply.is_none()),
        StepKind::Data(data) => Some(data.reply.is_none()),
        StepKind::Handshake(_) => Some(false),
        _ => None,
    });
    last.unwrap_or(session.greeting.is_none())
}

/// Whether a handshake is the last that the client did. One who refuses a certificate may leave with an alert, within
/// the handshake; whether the host had finished its own part by then is up to the kernel.
fn ends_in_handshake(session: &Session<'_>) -> bool {
    let last = session.steps.iter().rev().find(|step| !matches!(step.kind, StepKind::Sent(_)));
    let is_done = last.is_some_and(|step| matches!(step.kind, StepKind::Handshake(HandshakeOutcome::Done { .. })));
    is_done || session.ungranted_handshake().is_some()
}

/// Whether the host wrote octets that are no reply lines, so that a client may not know where it stands.
fn wrote_otherwise(session: &Session<'_>) -> bool {
    let mut lines: Vec<u8> = Vec::new();
    for step in &session.steps {
        match step.kind {
            StepKind::Sent(octets) => lines.extend_from_slice(octets),
            StepKind::Handshake(_) if !are_replies(&lines) => return true,
            StepKind::Handshake(_) => lines.clear(),
            _ => {}
        }
    }
    !are_replies(&lines)
}

/// Whether octets are lines of replies in full, the lines of one reply with one code (RFC 5321 §4.2.1).
fn are_replies(octets: &[u8]) -> bool {
    let mut code: Option<&[u8]> = None;
    let mut left = octets;
    while !left.is_empty() {
        let Some(end) = memchr::memmem::find(left, b"\r\n") else { return false };
        let (line, rest) = left.split_at(end);
        left = &rest[2..];
        let Some((digits, behind)) = line.split_at_checked(3) else { return false };
        let is_code = digits.iter().all(u8::is_ascii_digit) && matches!(digits[0], b'2'..=b'5');
        let is_line = !line.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)) && line.len() <= LINE_OCTETS_MAX;
        if !is_code || !is_line || code.is_some_and(|first| first != digits) {
            return false;
        }
        code = match behind.first() {
            Some(b'-') => Some(digits),
            None | Some(b' ') => None,
            Some(_) => return false,
        };
    }
    code.is_none()
}

/// Longest reply line without its CRLF that a client must be able to take, in octets: RFC 5321 §4.5.3.1.5.
const LINE_OCTETS_MAX: usize = 510;

/// Whether a failed handshake, a limit of the host's or a host that stops reading mail data ended the conversation.
fn is_excused(judging: &Judging<'_>, session: &Session<'_>) -> bool {
    session.steps.iter().any(|step| match step.kind {
        StepKind::Handshake(HandshakeOutcome::Failed { .. }) | StepKind::Limit(_) => true,
        StepKind::DataLost(_) => stalls(judging, session),
        _ => false,
    })
}

/// Whether the page has this host stall or pause somewhere: then mail data may have met it.
fn stalls(judging: &Judging<'_>, session: &Session<'_>) -> bool {
    let Some(spec) = judging.host(session.host) else { return false };
    let mut rules = spec.host.rules.iter().flat_map(|rule| &rule.actions);
    let mut scripts = spec.host.scripts.iter().flat_map(|script| &script.steps);
    rules.any(|action| matches!(action, Action::Pause(_) | Action::Stall))
        || scripts.any(|step| matches!(step.action, StepAction::Pause(_) | StepAction::Stall))
}

/// The step in which the host first wrote a line with 421. What it wrote in the clear behind a STARTTLS is thrown away
/// by whoever keeps to RFC 3207 §4.2, and so is none.
pub(super) fn first_421(session: &Session<'_>) -> Option<usize> {
    let secured = session
        .steps
        .iter()
        .position(|step| matches!(step.kind, StepKind::Handshake(HandshakeOutcome::Done { .. })))
        .unwrap_or(0);
    let behind = session.steps.get(secured..).unwrap_or_default();
    let found = behind.iter().position(|step| match step.kind {
        StepKind::Sent(octets) => octets.split(|octet| *octet == b'\n').any(|line| line.starts_with(b"421")),
        _ => false,
    });
    found.map(|place| secured + place)
}
