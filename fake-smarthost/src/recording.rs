//! A sink that keeps what it is told, for tests that ask afterwards.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::{
    event::{Event, SessionId, Sink},
    mail_data::{Kept, MailData},
};

/// Keeps all events, in order.
#[derive(Debug, Default)]
pub struct Recording {
    events: Mutex<Vec<(SessionId, Event)>>,
    news: Notify,
}

/// A message that a host took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The argument of MAIL, `FROM:<sender@contoso.test> SIZE=1000`.
    pub mail: String,
    /// The arguments of the RCPT commands that were accepted.
    pub recipients: Vec<String>,
    /// What came.
    pub data: MailData,
    /// The message with transparency undone; `None` if it was too long to be kept.
    pub octets: Option<Vec<u8>>,
}

impl Recording {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What has been reported so far.
    #[must_use]
    pub fn events(&self) -> Vec<(SessionId, Event)> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until `seen` says that enough has been reported, and gives all of it.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost, so a timeout may be put around it.
    pub async fn wait_for(&self, seen: impl Fn(&[(SessionId, Event)]) -> bool) -> Vec<(SessionId, Event)> {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            let events = self.events();
            if seen(&events) {
                return events;
            }
            news.await;
        }
    }

    /// Waits until so many sessions have ended.
    ///
    /// # Cancel safety
    ///
    /// As [`Recording::wait_for`].
    pub async fn sessions_ended(&self, count: usize) -> Vec<(SessionId, Event)> {
        let closed = |event: &Event| matches!(event, Event::Closed { .. });
        self.wait_for(|events| events.iter().filter(|(_, event)| closed(event)).count() >= count).await
    }

    /// The messages that hosts took: those whose end was answered with 250, in that order.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let mut drafts = std::collections::BTreeMap::<SessionId, Draft>::new();
        let mut messages = Vec::new();
        for (session, event) in self.events() {
            messages.extend(drafts.entry(session).or_default().follow(event));
        }
        messages
    }
}

impl Sink for Recording {
    fn report(&self, session: SessionId, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push((session, event));
        self.news.notify_waiters();
    }
}

/// A transaction, as far as the events have told.
#[derive(Debug, Default)]
struct Draft {
    /// Commands that no reply has answered yet.
    asked: Option<(String, String)>,
    mail: String,
    recipients: Vec<String>,
    ended: Option<(MailData, bool)>,
}

impl Draft {
    fn follow(&mut self, event: Event) -> Option<Message> {
        match event {
            Event::Command { octets, .. } => {
                let text = String::from_utf8_lossy(&octets).trim_end().to_owned();
                let (verb, argument) = text.split_once(' ').unwrap_or((&text, ""));
                self.asked = Some((verb.to_ascii_uppercase(), argument.to_owned()));
            }
            Event::MailDataEnded { data, chunking, .. } => self.ended = Some((data, chunking)),
            Event::Sent { octets, .. } if octets.starts_with(b"2") => return self.accepted(),
            Event::Sent { .. } => self.ended = None,
            _ => {}
        }
        None
    }

    fn accepted(&mut self) -> Option<Message> {
        if let Some((data, chunking)) = self.ended.take() {
            let octets = match &data.wire {
                Kept::Whole(wire) if chunking => Some(wire.clone()),
                Kept::Whole(wire) => Some(without_dots(wire)),
                Kept::Ends { .. } => None,
            };
            let (mail, recipients) = (self.mail.clone(), std::mem::take(&mut self.recipients));
            return Some(Message { mail, recipients, data, octets });
        }
        match self.asked.take() {
            Some((verb, argument)) if verb == "MAIL" => {
                self.mail = argument;
                self.recipients.clear();
            }
            Some((verb, argument)) if verb == "RCPT" => self.recipients.push(argument),
            _ => {}
        }
        None
    }
}

/// RFC 5321 §4.5.2.
fn without_dots(wire: &[u8]) -> Vec<u8> {
    let wire = wire.strip_prefix(b".").unwrap_or(wire);
    let mut message = Vec::with_capacity(wire.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(wire, b"\r\n.") {
        message.extend_from_slice(&wire[from..at + 2]);
        from = at + 3;
    }
    message.extend_from_slice(&wire[from..]);
    message
}
