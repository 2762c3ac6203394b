//! What a host had offered, at any place of a session.

use std::collections::BTreeMap;

use crate::trace::{
    event::HandshakeOutcome,
    view::{Session, StepKind},
};

/// EHLO keywords in capitals, with their parameters.
pub(super) type Keywords = BTreeMap<String, Vec<String>>;

/// What was offered over a session: each entry holds from its event on.
#[derive(Debug)]
pub(super) struct Offers {
    changes: Vec<(usize, Keywords)>,
    none: Keywords,
}

impl Offers {
    pub(super) fn of(session: &Session<'_>) -> Self {
        let mut changes = Vec::new();
        for step in &session.steps {
            match &step.kind {
                // RFC 3207 §4.2: what was learnt before the handshake is discarded.
                StepKind::Handshake(HandshakeOutcome::Done { .. }) => changes.push((step.index, Keywords::new())),
                StepKind::Command(command) if !command.auth_response => {
                    let Some(reply) = command.reply.as_ref().filter(|reply| reply.is_positive()) else { continue };
                    match command.verb.as_str() {
                        "EHLO" => changes.push((reply.index, keywords(&reply.lines))),
                        "HELO" => changes.push((reply.index, Keywords::new())),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        changes.sort_by_key(|(index, _)| *index);
        Self { changes, none: Keywords::new() }
    }

    /// What had been offered before the event at this index.
    pub(super) fn before(&self, index: usize) -> &Keywords {
        self.changes.iter().rev().find(|(from, _)| *from < index).map_or(&self.none, |(_, keywords)| keywords)
    }
}

/// The first line of a reply to EHLO is the host's name (RFC 5321 §4.1.1.1).
fn keywords(lines: &[String]) -> Keywords {
    let words = lines.iter().skip(1).map(|line| line.split_ascii_whitespace().map(str::to_ascii_uppercase));
    let mut keywords = Keywords::new();
    for mut line in words {
        if let Some(keyword) = line.next() {
            keywords.entry(keyword).or_default().extend(line);
        }
    }
    keywords
}

/// For each command of a session: its place among the steps, and what had been offered when its first octet was sent.
/// A command that came early was sent before the reply to the one in front of it. A handshake that is read as lines is
/// no commands.
pub(super) fn at_commands<'o>(session: &Session<'_>, offers: &'o Offers) -> Vec<(usize, &'o Keywords)> {
    let mut last = 0;
    let mut places = Vec::new();
    let spoken = session.spoken().len();
    for (place, step, command) in session.commands().take_while(|(place, ..)| *place < spoken) {
        places.push((place, offers.before(if command.early { last } else { step.index })));
        last = step.index;
    }
    places
}
