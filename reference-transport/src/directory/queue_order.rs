//! What an administrator asks of queues. The directory has none: it keeps the order until its change is over, and the
//! transport carries it out then.

/// `Retry-Queue`, `Suspend-Queue`, `Resume-Queue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueOrder {
    /// `-Identity`: the next hop, case ignored; `Unreachable` is the queue of what has no route.
    pub next_hop: String,
    /// What is asked.
    pub wish: QueueWish,
}

/// What is asked of a queue.
#[expect(clippy::exhaustive_enums, reason = "one a cmdlet, and -Resubmit")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueWish {
    /// Messages are routed anew now (FAIL-16).
    Resubmit,
    /// It goes on.
    Resume,
    /// The next attempt is now, if it is in Retry (FAIL-17).
    Retry,
    /// It rests.
    Suspend,
}
