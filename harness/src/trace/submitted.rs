//! Messages that went in, and which of them a host took.
//!
//! An MTA adds trace fields and may rewrite much else, so a message that comes out is recognised by its recipient
//! first, then by its body, then by the header fields that it still has.

use std::net::IpAddr;

use super::{
    event::{KeptOctets, MessageFacts},
    message::fields,
    view::{Data, Session, Transaction},
    wire::same_mailbox,
};

/// A message that went in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted<'a> {
    /// Index of the event.
    pub index: usize,
    /// When, in milliseconds.
    pub at_ms: u64,
    /// Its name, with `.N` for the Nth copy.
    pub message: &'a str,
    /// Reverse-path.
    pub reverse_path: &'a str,
    /// Forward-paths.
    pub recipients: &'a [String],
    /// What went in.
    pub facts: &'a MessageFacts,
    /// Its octets.
    pub content: &'a KeptOctets,
}

impl Submitted<'_> {
    /// The name without the number of the copy.
    #[must_use]
    pub fn name(&self) -> &str {
        base_name(self.message)
    }

    /// Whether this is a recipient of it.
    #[must_use]
    pub fn is_for(&self, recipient: &str) -> bool {
        self.recipients.iter().any(|own| same_mailbox(own, recipient))
    }
}

/// A message's name without the number of the copy.
#[must_use]
pub fn base_name(message: &str) -> &str {
    match message.rsplit_once('.') {
        Some((name, number)) if !name.is_empty() && number.parse::<u32>().is_ok() => name,
        _ => message,
    }
}

/// Whether an event that names `message` speaks of the message `name` of the page.
#[must_use]
pub fn is_message(message: &str, name: &str) -> bool {
    message == name || base_name(message) == name
}

/// A final 250 for one recipient of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken<'a> {
    /// Index of the event that was the reply.
    pub index: usize,
    /// When it was sent, in milliseconds.
    pub at_ms: u64,
    /// Place among the sessions of the view.
    pub session: usize,
    /// The step of the mail data.
    pub step: usize,
    /// Place among the recipients of the transaction.
    pub recipient: usize,
    /// The message that it is, by its name without the number of the copy; `None`: none that went in.
    pub message: Option<&'a str>,
    /// Under TLS.
    pub tls: bool,
    /// Who connected.
    pub from: IpAddr,
}

impl<'a> Taken<'a> {
    /// All of a trace, in order.
    #[must_use]
    pub fn of(sessions: &[Session<'a>], submitted: &[Submitted<'a>]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut data: Vec<(usize, usize, &Transaction)> = Vec::new();
        for (number, session) in sessions.iter().enumerate() {
            data.extend(
                session
                    .transactions
                    .iter()
                    .filter_map(|transaction| transaction.data.map(|step| (number, step, transaction))),
            );
        }
        data.sort_by_key(|&(session, step, _)| sessions[session].steps[step].index);
        for (number, place, transaction) in data {
            let session = &sessions[number];
            let step = &session.steps[place];
            let super::view::StepKind::Data(mail) = &step.kind else { continue };
            let Some(reply) = mail.reply.as_ref().filter(|reply| reply.is_positive()) else { continue };
            for (recipient, rcpt) in transaction.recipients.iter().enumerate().filter(|(_, rcpt)| rcpt.accepted) {
                let so_far = |name: &str| {
                    let same = |taken: &&Self| {
                        let other = &sessions[taken.session];
                        let theirs = other.steps[taken.step].transaction.map(|place| &other.transactions[place]);
                        taken.message == Some(name)
                            && theirs.is_some_and(|own| same_mailbox(&own.recipients[taken.recipient].path, &rcpt.path))
                    };
                    all.iter().filter(same).count()
                };
                let message = recognise(mail, transaction, &rcpt.path, submitted, so_far, step.index);
                all.push(Self {
                    index: reply.index,
                    at_ms: reply.at_ms,
                    session: number,
                    step: place,
                    recipient,
                    message,
                    tls: step.tls,
                    from: session.from,
                });
            }
        }
        all
    }
}

/// The message that mail data is, for one of its recipients. Of messages that are alike, the one of which fewest copies
/// beyond those that went in have been taken.
fn recognise<'a>(
    data: &Data<'_>,
    transaction: &Transaction,
    recipient: &str,
    submitted: &[Submitted<'a>],
    so_far: impl Fn(&str) -> usize,
    before: usize,
) -> Option<&'a str> {
    let candidates = submitted.iter().filter(|message| {
        message.index < before
            && message.is_for(recipient)
            // A notification to a person who is a recipient, too, is none of the messages.
            && (!transaction.reverse_path.is_empty() || message.reverse_path.is_empty())
    });
    let candidates: Vec<&Submitted<'a>> = candidates.collect();
    let (first, others) = candidates.split_first()?;
    // Mostly there is nothing to choose from, and what follows costs more than all else that is read of a trace.
    let name = base_name(first.message);
    if others.iter().all(|other| other.name() == name) {
        return Some(name);
    }
    let likenesses: Vec<_> = candidates.iter().map(|message| likeness(data, message)).collect();
    let most = likenesses.iter().max()?;
    let alike = candidates.iter().zip(&likenesses).filter(|(_, own)| *own == most).map(|(message, _)| message);
    alike
        .map(|message| {
            let name = base_name(message.message);
            let copies = submitted.iter().filter(|other| other.name() == name && other.is_for(recipient)).count();
            (copies > so_far(name), std::cmp::Reverse(message.index), name)
        })
        .max()
        .map(|(_, _, name)| name)
}

/// How much mail data is like a message: whether the bodies agree, and how many header fields are still there.
#[must_use]
pub fn likeness(data: &Data<'_>, message: &Submitted<'_>) -> (bool, usize) {
    let same_body =
        data.facts.body_size == message.facts.body_size && data.facts.body_sha256 == message.facts.body_sha256;
    let theirs = fields(&data.facts.header.0);
    let kept = fields(&message.facts.header.0)
        .into_iter()
        .filter(|field| theirs.iter().any(|other| other.is(field.name) && other.value() == field.value()))
        .count();
    (same_body, kept)
}
