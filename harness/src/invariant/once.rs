//! Nobody gets two copies.

use std::collections::BTreeMap;

use super::Checked;
use crate::{
    claim::Judging,
    trace::{
        submitted::{Taken, base_name},
        view::Session,
        wire::same_mailbox,
    },
};

/// How long a client waits for the reply to the end of mail data, in milliseconds: RFC 5321 §4.5.3.2.6.
const WAIT_MS: u64 = 600_000;

/// At most one final 250 a recipient and a copy of a message, over all hosts.
pub(super) fn check(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    let mut counts: BTreeMap<(&str, String), u32> = BTreeMap::new();
    for taken in &judging.view.taken {
        let session = &judging.view.sessions[taken.session];
        let Some(transaction) = session.steps[taken.step].transaction.map(|number| &session.transactions[number])
        else {
            continue;
        };
        let Some(name) = taken.message.filter(|_| was_heard(session, taken)) else { continue };
        let recipient = &transaction.recipients[taken.recipient].path;
        let submitted = judging.view.submitted.iter().filter(|own| base_name(own.message) == name);
        let copies = submitted.flat_map(|own| own.recipients).filter(|own| same_mailbox(own, recipient));
        let copies = u32::try_from(copies.count()).unwrap_or(u32::MAX);
        let mailbox = match recipient.rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", domain.to_ascii_lowercase()),
            None => recipient.clone(),
        };
        let count = counts.entry((name, mailbox)).or_default();
        *count += 1;
        let saw = || format!("{} final 250 for {recipient} of message {name}, of which {copies} went in", *count);
        checked.note(taken.index, (*count > copies).then(saw));
    }
    checked
}

/// Whether the client must know of a final 250. It need not if that came later than it has to wait for, or with a reset
/// on its heels: then RFC 5321 §6.1 lets it try again.
fn was_heard(session: &Session<'_>, taken: &Taken<'_>) -> bool {
    let late = taken.at_ms.saturating_sub(session.steps[taken.step].at_ms) >= WAIT_MS;
    let went_on = session.steps.iter().any(|step| step.index > taken.index);
    let reset = session.closed.is_some_and(|closed| closed.how == "reset") && !went_on;
    !late && !reset
}
