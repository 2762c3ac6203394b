//! A message as it waits in one queue: those of its recipients that share the next hop and have no last word yet.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::Instant};

use crate::{
    delivery::Problem,
    directory::TransportService,
    message::Message,
    observer::{Fate, Observer, Report},
    reply::EnhancedCode,
    transport::Kept,
};

/// Held for as long as something is not yet tried; whoever waits for that hears of it when the last one is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// Never sent on: that it goes away is the message.
    _open: mpsc::Sender<()>,
}

/// Waits until every [`Token`] of its kind is gone.
#[derive(Debug)]
pub(crate) struct Tried {
    closed: mpsc::Receiver<()>,
}

impl Token {
    /// A token, and what waits for it and its clones.
    pub(crate) fn new() -> (Self, Tried) {
        let (open, closed) = mpsc::channel(1);
        (Self { _open: open }, Tried { closed })
    }
}

impl Tried {
    pub(crate) async fn wait(mut self) {
        // Nobody sends, so this is the end of all tokens.
        let _closed = self.closed.recv().await;
    }
}

/// What waits for a message to be tried once.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// Of whoever handed in the message, or the one that a notice is about.
    pub(crate) token: Option<Token>,
    /// Of a notice: what it tells is reported once it has been sent.
    pub(crate) reports: Vec<Report>,
}

impl Pending {
    /// Whether anybody waits.
    pub(crate) fn is_open(&self) -> bool {
        self.token.is_some() || !self.reports.is_empty()
    }

    /// The message has been tried, or has to wait.
    pub(crate) fn release(&mut self, observer: &dyn Observer) {
        std::mem::take(&mut self.reports).into_iter().for_each(|report| observer.report(report));
        self.token = None;
    }
}

/// What the sender hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A message that was handed in: its recipients' fates are reported, and failures are notified.
    Submitted,
    /// A notice of our own: nobody hears what becomes of it (FAIL-23).
    Notice,
}

/// A message in one queue.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) message: Arc<Message>,
    pub(crate) origin: Origin,
    /// At least one.
    pub(crate) recipients: Vec<Waiting>,
    /// When the transport took responsibility: expiry and delay count from here.
    pub(crate) accepted: Instant,
    /// Not before this time: a host was there and said "later" (FAIL-13).
    pub(crate) due: Instant,
    /// Whether the sender has been told that it waits (FAIL-15).
    pub(crate) is_delay_told: bool,
    /// Until it has been tried once.
    pub(crate) pending: Pending,
    /// Where it survives a restart; `None`: nowhere.
    pub(crate) kept: Option<Arc<Kept>>,
}

/// A recipient that waits.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Its place among the recipients of the message.
    pub(crate) at: usize,
    /// Forward-path without brackets.
    pub(crate) path: String,
    /// Why it still waits; `None`: it was not tried yet.
    pub(crate) problem: Option<Problem>,
    /// What was last reported of it.
    pub(crate) told: Option<(Fate, String)>,
}

impl Waiting {
    /// One that was not tried yet.
    pub(crate) fn new(at: usize, path: &str) -> Self {
        Self { at, path: path.to_owned(), problem: None, told: None }
    }
}

impl Item {
    /// When it is given up (FAIL-14).
    pub(crate) fn expires(&self, settings: &TransportService) -> Instant {
        far(self.accepted, settings.message_expiration_timeout)
    }

    /// When the sender is told that it waits; `None`: it was, or there is nobody to tell.
    pub(crate) fn delay_due(&self, settings: &TransportService) -> Option<Instant> {
        let is_wanted =
            !self.is_delay_told && self.origin == Origin::Submitted && !self.message.reverse_path.is_empty();
        is_wanted.then(|| far(self.accepted, settings.delay_notification_timeout))
    }

    /// Each recipient, by its place, with why it still waits.
    pub(crate) fn problems(&self) -> Vec<(usize, Problem)> {
        let unsaid = || Problem::own(EnhancedCode::new(4, 4, 7), "no attempt could be made yet");
        let problem = |own: &Waiting| (own.at, own.problem.clone().unwrap_or_else(unsaid));
        self.recipients.iter().map(problem).collect()
    }
}

/// `wait` after `since`; a time that the clock cannot hold is one that does not come.
pub(crate) fn far(since: Instant, wait: Duration) -> Instant {
    const A_CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    since + wait.min(A_CENTURY)
}
