//! Mail data as it may go over the wire.

use super::Checked;
use crate::{
    claim::Judging,
    trace::{
        view::{Data, Session, StepKind},
        wire::{path, stuff},
    },
};

/// No bare CR or LF but in BINARYMIME, and a full stop more where one leads.
pub(super) fn check(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        for (_, step, data) in session.data() {
            let wrong = match bare(data) {
                Some(wrong) if !is_binary(session, step.transaction) => Some(wrong),
                _ => unstuffed(data),
            };
            checked.step(step, wrong);
        }
    }
    checked
}

fn bare(data: &Data<'_>) -> Option<String> {
    let (cr, lf) = (data.facts.bare_cr, data.facts.bare_lf);
    (cr + lf > 0).then(|| format!("{cr} bare CR and {lf} bare LF in mail data"))
}

/// A line that begins with one full stop alone: its stop is lost.
fn unstuffed(data: &Data<'_>) -> Option<String> {
    if data.chunking {
        return None;
    }
    // The first line of a tail may be cut: only what is whole, or a head, begins with a line.
    let (wire, content) = (data.wire.pieces(), &data.content);
    let lost = wire.first().zip(content.first()).is_some_and(|(wire, content)| stuff(content) != *wire);
    lost.then(|| "a line that begins with a single full stop".to_owned())
}

/// Whether a transaction's MAIL announced a body without lines (RFC 3030 §3).
pub(super) fn is_binary(session: &Session<'_>, transaction: Option<usize>) -> bool {
    let mail = transaction.and_then(|number| session.transactions.get(number)).map(|own| &session.steps[own.mail].kind);
    match mail {
        Some(StepKind::Command(command)) => {
            path(command.argument).1.iter().any(|parameter| parameter.eq_ignore_ascii_case("BODY=BINARYMIME"))
        }
        _ => false,
    }
}
