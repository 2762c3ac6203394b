//! When nothing more is to be expected of an MTA that reports nothing: read from the wire alone.

use super::Recorder;
use crate::{
    case::{Case, model::Stimulus},
    claim::ast::NoticeKind,
    trace::{Event, Trace, View, notice, view::StepKind, wire::same_mailbox},
};

/// Whether every recipient that went in has a final 250, a failure notice, or was at least tried: after a quiet time of
/// two retry rounds, a recipient that was tried and is not through was deferred.
pub(super) fn settled_on_the_wire(case: &Case, recorder: &Recorder) -> bool {
    let trace = Trace(recorder.so_far());
    let view = View::new(&trace);
    let fired = &view.stimuli;
    let waits = |(index, stimulus): (usize, &Stimulus)| {
        !stimulus.optional && !u32::try_from(index).is_ok_and(|index| fired.contains_key(&index))
    };
    if case.stimuli.iter().enumerate().any(waits) {
        return false;
    }
    let notices: Vec<notice::RecipientStatus> = view
        .sessions
        .iter()
        .flat_map(|session| &session.steps)
        .filter_map(|step| match &step.kind {
            StepKind::Data(data) => Some(data.content.concat()),
            _ => None,
        })
        .flat_map(|content| notice::recipients(&content))
        .filter(|status| status.kind == Some(NoticeKind::Failure))
        .collect();
    let reported = |message: &str, recipient: &str| {
        trace.0.iter().any(|entry| {
            matches!(&entry.event, Event::Fate { message: own, recipient: theirs, .. }
                if own == message && theirs == recipient)
        })
    };
    view.submitted.iter().all(|submitted| {
        submitted.recipients.iter().all(|recipient| {
            let copies = |index: usize| {
                let same = |other: &&crate::trace::submitted::Submitted<'_>| {
                    other.index <= index && other.name() == submitted.name() && other.is_for(recipient)
                };
                view.submitted.iter().filter(same).count()
            };
            let taken = view.taken.iter().filter(|taken| {
                let session = &view.sessions[taken.session];
                let transaction = session.steps[taken.step].transaction.map(|place| &session.transactions[place]);
                let path = transaction.and_then(|own| own.recipients.get(taken.recipient)).map(|own| own.path.as_str());
                taken.message == Some(submitted.name()) && path.is_some_and(|path| same_mailbox(path, recipient))
            });
            taken.count() >= copies(submitted.index)
                || reported(submitted.message, recipient)
                || notices.iter().any(|status| status.addresses.iter().any(|own| same_mailbox(own, recipient)))
                || tried_since(case, &trace, submitted.index, recipient)
        })
    })
}

/// Whether anything was asked or dialled since the message went in that may be on its behalf: for a recipient of the
/// MTA's own domains a connection to `origin`, for any other a query or a connection elsewhere.
fn tried_since(case: &Case, trace: &Trace, since: usize, recipient: &str) -> bool {
    let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain);
    let is_own = case.world.accepts.iter().any(|own| own.eq_ignore_ascii_case(domain));
    trace.0.iter().skip(since).any(|entry| match &entry.event {
        Event::Connect { host, .. } | Event::Refused { host, .. } => (host == "origin") == is_own,
        Event::Query { .. } => !is_own,
        _ => false,
    })
}
