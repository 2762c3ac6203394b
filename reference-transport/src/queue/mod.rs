//! Queues: what waits for a next hop, tried by the world's clock until it is through or given up.
//!
//! There is one queue a next hop and connector, and one for what has no route. Each is a task of its own that sleeps
//! until something is due; a queue costs nothing while nothing happens, however long that is.
//!
//! Start at `run`, the life of a queue; `worker` is one connection and what goes over it; `state` what a queue knows,
//! and [`schedule`] when it tries again.
//!
//! # Invariants
//!
//! - A message stays until each of its recipients is delivered, has failed or has expired (FAIL-14).
//! - Messages share a connection only within a queue, and so within one connector's settings (SES-10).
//! - An attempt that reached no host holds up the whole queue (FAIL-08); a host that said "later" of one message holds
//!   up that one alone (FAIL-13).
//!
//! # Limits
//!
//! `MaxOutboundConnections`, `MaxPerDomainOutboundConnections` (FAIL-27), `SmtpMaxMessagesPerConnection` (MOD-22).
//!
//! # Not here
//!
//! What survives a restart: that is with the transport, which tells its store who has a fate.

mod connections;
mod hop;
mod item;
mod run;
pub mod schedule;
mod state;
mod tasks;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::{sync::Notify, time::Instant};

use self::state::State;
pub(crate) use self::{
    connections::Connections,
    hop::{Destination, Key, cross_premises, rights, smart_hosts},
    item::{Item, Origin, Pending, Token, Waiting},
    run::run,
    tasks::Tasks,
};
use crate::{
    directory::TransportService,
    observer::{Observer, Report},
};

/// One queue.
#[derive(Debug)]
pub(crate) struct Queue {
    key: Key,
    state: Mutex<State>,
    /// Something came in, or an administrator wants something.
    wake: Notify,
}

impl Queue {
    /// An empty one.
    pub(crate) fn new(destination: Destination) -> Self {
        let key = destination.key();
        Self { key, state: Mutex::new(State::new(destination, Instant::now())), wake: Notify::new() }
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Takes a message in.
    pub(crate) fn push(&self, item: Item) {
        self.state().push(item, Instant::now());
        self.wake.notify_one();
    }

    /// Tries again now if the queue is in Retry (FAIL-17).
    pub(crate) fn force(&self) {
        self.state().force(Instant::now());
        self.wake.notify_one();
    }

    /// Routes anew whatever waits, now.
    pub(crate) fn resubmit(&self) {
        self.state().resubmit();
        self.wake.notify_one();
    }

    /// Stops the queue, or lets it go on.
    pub(crate) fn suspend(&self, is_suspended: bool) {
        self.state().suspend(is_suspended);
        self.wake.notify_one();
    }

    /// Connectors have changed: what has no route any more, or may have one now, is routed anew (SEL-24, AMB-17).
    pub(crate) fn configuration_changed(&self) {
        self.state().configuration_changed();
        self.wake.notify_one();
    }

    /// Takes out whatever waits, to route it anew; what connections have stays theirs.
    pub(crate) fn take_all(&self) -> Vec<Item> {
        self.state().take(Instant::now(), |_| true)
    }

    /// Whether it has been empty for so long that it ends.
    pub(crate) fn is_over(&self, settings: &TransportService) -> bool {
        self.state().is_over(Instant::now(), settings)
    }

    /// Reports status and last error, if either is new.
    fn tell(&self, observer: &dyn Observer) {
        let mut state = self.state();
        let now = (state.status(Instant::now()), state.last_error.clone());
        if now == state.told {
            return;
        }
        state.told.clone_from(&now);
        let messages = state.waiting.len() + state.under_way;
        drop(state);
        self.report(observer, now, messages);
    }

    fn report(
        &self,
        observer: &dyn Observer,
        (status, last_error): (crate::observer::QueueStatus, String),
        messages: usize,
    ) {
        let tls_domain = self.state().destination.tls_domain().map(ToString::to_string).unwrap_or_default();
        observer.report(Report::Queue {
            next_hop: self.key.next_hop.clone(),
            delivery: self.key.delivery,
            status,
            messages,
            last_error,
            tls_domain,
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
