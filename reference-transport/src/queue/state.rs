//! What a queue knows: who waits, how the last attempt went, when something is due. Without clock and without I/O.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::{Destination, Item, schedule::wait_after};
use crate::{
    directory::{Directory, TransportService},
    observer::QueueStatus,
};

/// The state of one queue.
#[derive(Debug)]
pub(super) struct State {
    pub(super) destination: Destination,
    /// In order of arrival; those that a connection has at the moment are not here.
    pub(super) waiting: VecDeque<Item>,
    /// Messages that connections have at the moment.
    pub(super) under_way: usize,
    pub(super) last_error: String,
    retry: Option<Retry>,
    is_suspended: bool,
    /// Connectors have changed, and nobody has looked yet.
    is_route_in_doubt: bool,
    /// An administrator wants messages routed anew.
    is_resubmission_asked: bool,
    is_connected: bool,
    /// When connections were last opened.
    opened_at: Option<Instant>,
    /// Since when nothing was in it (FAIL-18).
    idle_since: Instant,
    /// What was last reported.
    pub(super) told: (QueueStatus, String),
}

/// Since the last attempt failed.
#[derive(Clone, Copy, Debug)]
struct Retry {
    /// Failed attempts in a row.
    failures: u32,
    /// When the next one is due.
    at: Instant,
    /// Since when nothing was delivered, or since messages were last routed anew (FAIL-16).
    since: Instant,
    /// An administrator asked for the next one (FAIL-17).
    is_forced: bool,
}

impl State {
    pub(super) fn new(destination: Destination, now: Instant) -> Self {
        Self {
            destination,
            waiting: VecDeque::new(),
            under_way: 0,
            last_error: String::new(),
            retry: None,
            is_suspended: false,
            is_route_in_doubt: false,
            is_resubmission_asked: false,
            is_connected: false,
            opened_at: None,
            idle_since: now,
            told: (QueueStatus::Ready, String::new()),
        }
    }

    /// `Get-Queue`, Status.
    pub(super) fn status(&self, now: Instant) -> QueueStatus {
        if self.is_suspended {
            QueueStatus::Suspended
        } else if self.is_connected {
            QueueStatus::Active
        } else if self.under_way > 0 {
            QueueStatus::Connecting
        } else if self.is_retrying(now) {
            QueueStatus::Retry
        } else {
            QueueStatus::Ready
        }
    }

    /// Whether the next attempt has to wait for its time.
    pub(super) fn is_retrying(&self, now: Instant) -> bool {
        self.retry.is_some_and(|retry| retry.at > now)
    }

    /// How many connections to open beside the `running` ones. Messages that come together go together, as many as
    /// one connection takes; one that comes later does not wait for a host that is slow with others. After a failure
    /// one connection goes ahead.
    pub(super) fn connections_to_open(&mut self, now: Instant, settings: &TransportService, running: usize) -> usize {
        if self.destination == Destination::Unreachable || self.is_suspended || self.is_retrying(now) {
            return 0;
        }
        let since = self.opened_at.filter(|_| running > 0);
        let is_new = |item: &&Item| item.due <= now && since.is_none_or(|since| item.due.max(item.accepted) > since);
        let new = self.waiting.iter().filter(is_new).count();
        if new == 0 || (self.retry.is_some() && running > 0) {
            return 0;
        }
        self.opened_at = Some(now);
        if self.retry.is_some() {
            return 1;
        }
        let most = settings.max_per_domain_outbound_connections.map_or(u32::MAX, |max| max.max(1));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        new.div_ceil(self.destination.messages_per_connection()).min(most.saturating_sub(running))
    }

    /// The next message that may be offered now, in order of arrival.
    pub(super) fn take_ready(&mut self, now: Instant) -> Option<Item> {
        if self.is_suspended || self.is_retrying(now) {
            return None;
        }
        let place = self.waiting.iter().position(|item| item.due <= now)?;
        let item = self.waiting.remove(place)?;
        self.under_way += 1;
        Some(item)
    }

    /// Takes out those of the waiting that are wanted elsewhere.
    pub(super) fn take(&mut self, now: Instant, is_wanted: impl Fn(&Item) -> bool) -> Vec<Item> {
        let (taken, waiting): (Vec<Item>, Vec<Item>) = self.waiting.drain(..).partition(is_wanted);
        self.waiting = waiting.into();
        if !taken.is_empty() {
            self.idle_since = now;
        }
        taken
    }

    /// A message is back from a connection; `None`: nobody of it waits any more.
    pub(super) fn put_back(&mut self, item: Option<Item>, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(item) = item {
            self.push(item, now);
        }
        self.idle_since = now;
    }

    /// A message comes in, or comes back.
    pub(super) fn push(&mut self, item: Item, now: Instant) {
        let place = self.waiting.partition_point(|other| other.accepted <= item.accepted);
        self.waiting.insert(place, item);
        self.idle_since = now;
    }

    /// A connection stands.
    pub(super) fn connected(&mut self) {
        self.is_connected = true;
    }

    /// The last connection has ended.
    pub(super) fn disconnected(&mut self) {
        self.is_connected = false;
    }

    /// A host took what it was offered to the end: what was wrong is over.
    pub(super) fn succeeded(&mut self) {
        self.retry = None;
        self.last_error.clear();
    }

    /// An attempt failed to reach the next hop: the next one has its time (FAIL-08). Of several connections that fail
    /// at once only the first counts.
    pub(super) fn failed(&mut self, why: &str, now: Instant, settings: &TransportService) {
        self.is_connected = false;
        why.clone_into(&mut self.last_error);
        let before = self.retry;
        if before.is_some_and(|retry| retry.at > now) {
            return;
        }
        // One that was forced starts the wait anew, and is none of the series (FAIL-17).
        let is_forced = before.is_some_and(|retry| retry.is_forced);
        let failures = before.map_or(0, |retry| retry.failures).saturating_add(u32::from(!is_forced));
        self.retry = Some(Retry {
            failures,
            at: super::item::far(now, wait_after(failures, settings)),
            since: before.map_or(now, |retry| retry.since),
            is_forced: false,
        });
    }

    /// Tries again now, if the queue is in Retry (FAIL-17).
    pub(super) fn force(&mut self, now: Instant) {
        if let Some(retry) = self.retry.as_mut().filter(|retry| retry.at > now) {
            retry.at = now;
            retry.is_forced = true;
        }
    }

    /// Messages are to be routed anew, whatever became of the route.
    pub(super) fn resubmit(&mut self) {
        self.is_resubmission_asked = true;
    }

    /// Stops it or lets it go on.
    pub(super) fn suspend(&mut self, is_suspended: bool) {
        self.is_suspended = is_suspended;
    }

    /// Connectors may have changed.
    pub(super) fn configuration_changed(&mut self) {
        self.is_route_in_doubt = true;
    }
    /// When its messages are routed anew because nothing was delivered for so long (FAIL-16).
    fn resubmission(&self, settings: &TransportService) -> Option<Instant> {
        let retry = self.retry?;
        (!self.waiting.is_empty()).then(|| super::item::far(retry.since, settings.max_idle_time_before_resubmit))
    }

    /// Whether its messages are to be routed anew, now: after long idleness, or because connectors changed under it.
    pub(super) fn is_resubmitted(&mut self, now: Instant, settings: &TransportService, directory: &Directory) -> bool {
        if self.is_suspended {
            return false;
        }
        let is_route_lost = std::mem::take(&mut self.is_route_in_doubt) && !self.destination.still_leads(directory);
        let is_idle = self.resubmission(settings).is_some_and(|at| at <= now);
        if let Some(retry) = self.retry.as_mut().filter(|_| is_idle) {
            retry.since = now;
        }
        std::mem::take(&mut self.is_resubmission_asked) || is_route_lost || is_idle
    }

    /// Whether it has been empty for so long that it ends (FAIL-18).
    pub(super) fn is_over(&self, now: Instant, settings: &TransportService) -> bool {
        self.is_empty() && super::item::far(self.idle_since, settings.queue_max_idle_time) <= now
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.under_way == 0
    }

    /// When something is due next, if nothing happens until then.
    pub(super) fn next_event(&self, now: Instant, settings: &TransportService) -> Option<Instant> {
        if self.is_empty() {
            return Some(super::item::far(self.idle_since, settings.queue_max_idle_time));
        }
        let mut times: Vec<Instant> = Vec::new();
        for item in &self.waiting {
            times.push(item.expires(settings));
            times.extend(item.delay_due(settings));
        }
        if !self.is_suspended {
            times.extend(self.retry.map(|retry| retry.at));
            times.extend(self.resubmission(settings));
            if self.destination != Destination::Unreachable {
                times.extend(self.waiting.iter().map(|item| item.due));
            }
        }
        // What is due already is under way, or waits for a connection.
        times.into_iter().filter(|at| *at > now).min()
    }
}
