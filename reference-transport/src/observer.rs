//! What the transport says of itself while it works: reports, never evidence.

/// Receives reports, synchronously, in order.
pub trait Observer: Send + Sync {
    /// One report.
    fn report(&self, report: Report);
}

/// What the transport says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// What became of a recipient.
    Fate {
        /// The message's name, as it was submitted.
        message: String,
        /// Forward-path.
        recipient: String,
        /// What.
        fate: Fate,
        /// Why: a reply, `452 4.5.3 Too many recipients`, or the transport's own words.
        reason: String,
    },
    /// Something about the protocol log.
    Log(LogReport),
    /// A queue changed its status, or its last error did.
    Queue {
        /// `NextHopDomain`: the recipients' domain, the smart hosts, `Unreachable Domain`.
        next_hop: String,
        /// `DeliveryType`: as in [`Report::Route`].
        delivery: &'static str,
        /// `Status`.
        status: QueueStatus,
        /// How many messages wait in it, or are on their way.
        messages: usize,
        /// `LastError`; empty: none since it last delivered.
        last_error: String,
        /// `TlsDomain`: the domain with whose hosts mutual TLS is spoken; empty: none (TLS-32).
        tls_domain: String,
    },
    /// The store did not do what it was asked; mail goes on, and a restart may serve recipients again.
    Store {
        /// The message's name, as it was submitted.
        message: String,
        /// What is wrong.
        error: String,
    },
    /// How a recipient is routed; decided once for each (SEL-01), and anew where its queue is resubmitted (SEL-24,
    /// FAIL-16).
    Route {
        /// The message's name, as it was submitted.
        message: String,
        /// Forward-path.
        recipient: String,
        /// The connector's name; `None`: no route.
        connector: Option<String>,
        /// `SmartHostConnectorDelivery`, `DnsConnectorDelivery`, `Unreachable` (`Get-Queue`, DeliveryType).
        delivery: &'static str,
    },
}

/// What happens to the protocol log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogReport {
    /// An error of the event log that is about it (LOG-18).
    Error {
        /// In words.
        why: String,
    },
    /// A file was removed, for its age or for room (LOG-15).
    Removed {
        /// Its path, below the root of the installation.
        file: String,
    },
    /// A line was written.
    Row {
        /// The file's path, below the root of the installation.
        file: String,
        /// The line, without its end.
        row: String,
    },
}

/// What became of a recipient.
#[expect(clippy::exhaustive_enums, reason = "RFC 3464 §2.3.3 and the queue know these")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Kept for later.
    Deferred,
    /// The next hop took it.
    Delivered,
    /// Given up; a notice went to the reverse-path.
    Failed,
    /// No connector serves it.
    Unroutable,
}

/// `Get-Queue`, Status.
#[expect(clippy::exhaustive_enums, reason = "the statuses that a delivery queue has, and its end")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueStatus {
    /// A host has taken the connection, and mail is offered.
    Active,
    /// A host is looked for, or dialled.
    Connecting,
    /// Nothing is under way, and nothing is wrong.
    Ready,
    /// It was empty for so long that it is no more (FAIL-18); a word of ours, for `Get-Queue` shows no such queue.
    Removed,
    /// The last attempt failed, and the next has its time.
    Retry,
    /// An administrator has stopped it.
    Suspended,
}

impl QueueStatus {
    /// The word of `Get-Queue`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Connecting => "Connecting",
            Self::Ready => "Ready",
            Self::Removed => "Removed",
            Self::Retry => "Retry",
            Self::Suspended => "Suspended",
        }
    }
}
