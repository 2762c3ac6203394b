//! One host at one address: sessions with it, and the transactions of each.

use std::net::SocketAddr;

use super::{
    Courier, Held, Outcome, Problem,
    candidates::Candidate,
    courier::Work,
    held::Open,
    ledger::{Ledger, outcome_of},
    settings::host_label,
};
use crate::{
    limits::RECIPIENTS_PER_TRANSACTION_MAX,
    reply::EnhancedCode,
    session::{Envelope, Host, SessionError, Verdict},
    wire::Command,
};

/// What a host came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    /// It was there; what it said is in the ledger, and its other addresses would say the same.
    Made,
    /// Another address may do better.
    NotMade,
}

/// How transactions left their session.
pub(super) enum After {
    /// Everybody was asked, and the session can go on.
    Done(Box<Open>),
    /// The host is no longer there.
    Lost(When),
    /// The session has ended in order, for it had as many transactions as it may have.
    Spent {
        /// Recipients for whom another session is worth while.
        waiting: Vec<usize>,
    },
}

/// When a host went away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Before it answered MAIL: the session had come to its end, and of the message that says nothing.
    AtMail,
    /// In the course of a transaction.
    Later,
}

/// One host at one address, and what is to be brought there.
pub(super) struct Visit<'a> {
    pub(super) courier: &'a Courier,
    pub(super) candidate: &'a Candidate,
    pub(super) address: SocketAddr,
    pub(super) work: Work<'a>,
}

impl Visit<'_> {
    /// Offers the message for everybody who is open, in as many transactions and sessions as it takes.
    pub(super) async fn run(&self, ledger: &mut Ledger, held: &mut Held<'_>) -> Contact {
        // Who is still open was not served by the host before this one.
        held.quit().await;
        let host = Host { name: self.candidate.name.clone(), address: self.address.ip() };
        let label = host_label(host.name.as_deref(), host.address);
        let mut waiting = ledger.open();
        while !waiting.is_empty() {
            let session = match self.courier.open(self.address, &host, &self.candidate.settings).await {
                Ok(session) => session,
                Err(error) => {
                    ledger.note_open(&Problem::of_session(&error, &label));
                    return Contact::NotMade;
                }
            };
            held.opened();
            let open = Box::new(Open {
                session,
                address: self.address,
                label: label.clone(),
                transactions_left: self.work.transactions_max,
            });
            match transactions(open, self.work, waiting, ledger).await {
                After::Done(open) => {
                    held.keep(open);
                    break;
                }
                After::Lost(_) => break,
                After::Spent { waiting: rest } => waiting = rest,
            }
        }
        Contact::Made
    }
}

/// The transactions of one message in one session, for the recipients `waiting`.
pub(super) async fn transactions(
    mut open: Box<Open>,
    work: Work<'_>,
    mut waiting: Vec<usize>,
    ledger: &mut Ledger,
) -> After {
    while open.transactions_left > 0 {
        if waiting.is_empty() {
            return After::Done(open);
        }
        open.transactions_left -= 1;
        let now: Vec<usize> = waiting.drain(..waiting.len().min(RECIPIENTS_PER_TRANSACTION_MAX)).collect();
        let recipients: Vec<&str> = now.iter().map(|&at| work.recipients[at]).collect();
        let (reverse_path, dsn) = (work.mail.reverse_path, work.mail.dsn.pick(&now));
        let envelope = Envelope { reverse_path, recipients: &recipients, dsn: &dsn };
        let transacted = open.session.transact(envelope, work.mail.content).await;
        ledger.note_session(transacted.session.is_ok());
        let is_progress = transacted.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Accepted(_)));
        let lost = transacted.session.as_ref().err().map(|error| Problem::of_session(error, &open.label));
        let (mut again, mut taken) = (Vec::new(), Vec::new());
        for (at, verdict) in now.into_iter().zip(transacted.verdicts) {
            match verdict {
                Verdict::Accepted(reply) => {
                    let (host, offers_dsn) = (open.label.clone(), transacted.offers_dsn);
                    ledger.settle(at, Outcome::Delivered { host, reply, offers_dsn });
                    taken.push(at);
                }
                Verdict::Another(reply) => again.push((at, reply)),
                other => record(ledger, at, other, &open.label, lost.as_ref()),
            }
        }
        if !taken.is_empty() {
            (work.mail.on_taken)(&taken);
        }
        if let Err(error) = transacted.session {
            waiting.into_iter().for_each(|at| ledger.note(at, Problem::of_session(&error, &open.label)));
            let when = match &error {
                SessionError::Connection { during: Command::Mail, .. }
                | SessionError::Refused { command: Command::Mail, .. } => When::AtMail,
                _ => When::Later,
            };
            open.session.abandon(&error).await;
            return After::Lost(when);
        }
        if is_progress {
            waiting.splice(0..0, again.into_iter().map(|(at, _)| at));
        } else {
            again.iter().for_each(|(at, reply)| ledger.note(*at, Problem::too_many(reply, &open.label)));
        }
    }
    open.session.quit().await;
    After::Spent { waiting }
}

/// Writes into the ledger that a recipient was not accepted.
fn record(ledger: &mut Ledger, at: usize, verdict: Verdict, label: &str, lost: Option<&Problem>) {
    match verdict {
        Verdict::Accepted(_) | Verdict::Another(_) => {}
        Verdict::Refused(error) => {
            let problem = Problem::of_session(&error, label);
            if problem.is_permanent() { ledger.settle(at, outcome_of(problem)) } else { ledger.note(at, problem) }
        }
        Verdict::Unknown => {
            // Another host might get a copy of what this one has already: that is for the next attempt (FAIL-07).
            let text = "connection lost after the end of mail data";
            let problem = Problem::own(EnhancedCode::new(4, 4, 2), text);
            ledger.settle(at, Outcome::Deferred(Problem { host: Some(label.to_owned()), ..problem }));
        }
        Verdict::Untried => {
            let unsaid = || Problem::own(EnhancedCode::new(4, 4, 2), "session ended early");
            ledger.note(at, lost.cloned().unwrap_or_else(unsaid));
        }
    }
}
