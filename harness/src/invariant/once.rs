//! Nobody gets two copies.

use std::collections::BTreeMap;

use super::Checked;
use crate::{claim::Judging, trace::submitted::base_name};

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
        let Some(name) = taken.message else { continue };
        let recipient = &transaction.recipients[taken.recipient].path;
        let copies =
            judging.view.submitted.iter().filter(|own| base_name(own.message) == name && own.is_for(recipient));
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
