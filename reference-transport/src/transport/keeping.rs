//! What a transport keeps across a restart: messages from before they are taken until each recipient has a fate.
//!
//! The store is asked on the thread of the transport: while a disk works, nothing else of this transport does.

use std::{collections::BTreeSet, sync::Arc};

use tokio::time::Instant;

use super::{Inner, Kept, Transport};
use crate::{
    message::{Message, Submission},
    observer::Report,
    queue::{Item, Origin, Pending, Token, Waiting},
    store::{SetAside, StoreError, Stored},
};

/// What a restart has found.
#[derive(Debug, Default)]
pub struct Resumed {
    /// The names of the messages whose queues work on them again, in the order in which they had been taken.
    pub messages: Vec<String>,
    /// Files that could not be read.
    pub set_aside: Vec<SetAside>,
}

impl Transport {
    /// Takes a message, once it is kept; its queues work on it by themselves.
    ///
    /// # Errors
    ///
    /// If the store cannot keep it: then it was not taken, and the client is to be told so.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    pub fn take(&self, submission: Submission) -> Result<(), StoreError> {
        let (token, _nobody_waits) = Token::new();
        self.tasks.reap();
        self.inner.accept(submission, token)
    }

    /// Goes on with what the store has of an earlier life: after the connectors have been made, before the first
    /// message is taken. Expiry counts from when a message was first taken (FAIL-14). That it waits is not told anew,
    /// so a transport that was stopped when it was due does not tell it (FAIL-15).
    ///
    /// # Errors
    ///
    /// If the store as a whole cannot be read.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    pub fn resume(&self) -> Result<Resumed, StoreError> {
        let Some(store) = &self.inner.store else { return Ok(Resumed::default()) };
        let loaded = store.load_all()?;
        let mut resumed = Resumed { messages: Vec::new(), set_aside: loaded.set_aside };
        for (id, stored) in loaded.messages {
            resumed.messages.push(stored.name.clone());
            self.inner.go_on(Kept::found(store, id, &stored.left), stored);
        }
        Ok(resumed)
    }
}

impl Inner {
    fn go_on(self: &Arc<Self>, kept: Arc<Kept>, stored: Stored) {
        let left: BTreeSet<usize> = stored.left.iter().copied().collect();
        let origin = if stored.is_notice { Origin::Notice } else { Origin::Submitted };
        let message = Message::restored(stored);
        let now = Instant::now();
        let age = self.network.now().duration_since(message.arrived).unwrap_or_default();
        let (token, _nobody_waits) = Token::new();
        let recipients = message.recipients.iter().enumerate().filter(|(at, _)| left.contains(at));
        let item = Item {
            recipients: recipients.map(|(at, path)| Waiting::new(at, path)).collect(),
            message: Arc::new(message),
            origin,
            // A clock that cannot show so early a time makes the message younger, never older.
            accepted: now.checked_sub(age).unwrap_or(now),
            due: now,
            // In its earlier life, that is; a sender who has heard of it does not hear of it at each restart.
            is_delay_told: age >= self.service().delay_notification_timeout,
            pending: Pending { token: Some(token), reports: Vec::new() },
            kept: Some(kept),
        };
        self.route(item, None);
    }

    /// Keeps a message, if there is a store.
    pub(super) fn keep(&self, message: &Message, origin: Origin) -> Result<Option<Arc<Kept>>, StoreError> {
        self.store.as_ref().map(|store| Kept::save(store, message, origin)).transpose()
    }

    /// Recipients of a message, by place, have their fate.
    pub(crate) fn strike(&self, item: &Item, places: impl IntoIterator<Item = usize>) {
        if let Some(kept) = &item.kept
            && let Err(error) = kept.strike(places)
        {
            self.report_store(&item.message, &error);
        }
    }

    pub(super) fn report_store(&self, message: &Message, error: &StoreError) {
        self.observer.report(Report::Store { message: message.name.clone(), error: error.to_string() });
    }
}
