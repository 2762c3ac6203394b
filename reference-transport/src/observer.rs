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
    /// How a recipient is routed; decided once for each (SEL-01).
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
