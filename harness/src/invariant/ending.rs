//! How sessions end.

use super::Checked;
use crate::{
    claim::Judging,
    trace::{
        Event,
        event::HandshakeOutcome,
        view::{Session, StepKind},
    },
};

/// Nothing but QUIT once the host has said 421. What was sent before that was read is no breach.
pub(super) fn after_421(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        let Some(place) = first_421(session) else { continue };
        checked.reached = true;
        for step in &session.steps[place..] {
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
pub(super) fn quit(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        let Some(closed) = session.closed else { continue };
        let said_quit = session.commands().any(|(_, _, command)| command.verb == "QUIT");
        let lawful = said_quit
            || closed.by == "host"
            || first_421(session).is_some()
            || session.steps.iter().any(|step| {
                matches!(
                    step.kind,
                    StepKind::Handshake(HandshakeOutcome::Failed { .. }) | StepKind::Limit(_) | StepKind::OffScript(_)
                )
            })
            || rule_used(judging, session, closed.index);
        let saw =
            || format!("session {} with {}: the client's {} without QUIT", session.number, session.host, closed.how);
        checked.note(closed.index, (!lawful).then(saw));
    }
    checked
}

/// Whether a stimulus was used while the session was open: a client that met one may give up.
fn rule_used(judging: &Judging<'_>, session: &Session<'_>, closed: usize) -> bool {
    let events = judging.view.trace.0.get(session.index..closed).unwrap_or_default();
    events.iter().any(|entry| matches!(entry.event, Event::Stimulus { .. }))
}

/// The step in which the host first wrote a line with 421.
fn first_421(session: &Session<'_>) -> Option<usize> {
    session.steps.iter().position(|step| match step.kind {
        StepKind::Sent(octets) => octets.split(|octet| *octet == b'\n').any(|line| line.starts_with(b"421")),
        _ => false,
    })
}
