//! The ways in which a name server can be ill: faults by name, type, count, time and transport.

use std::time::Duration;

use hickory_server::proto::{
    op::ResponseCode,
    rr::{LowerName, Record, RecordType},
};

impl Action {
    /// Whether there is such a thing over UDP alone: over TCP nothing is too long, and nobody else can answer.
    pub(crate) fn is_of_datagrams(&self) -> bool {
        matches!(self, Self::Cut(_) | Self::Truncate | Self::WrongSource)
    }
}

/// A number of the author's that names a fault; the server reports it when the fault is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u32);

/// One fault. Faults are tried in order; the first that matches is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The name of the query.
    pub name: LowerName,
    /// Its type; `None`: any.
    pub record_type: Option<RecordType>,
    /// What happens instead of the answer, in order.
    pub actions: Vec<Action>,
    /// When; all must hold.
    pub conditions: Conditions,
    /// Reported when the fault is used.
    pub tag: Option<Tag>,
}

/// One thing that an ill server does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// The right answer, and this record in its additional section, where nobody asked for it (RFC 2181 §5.4.1).
    Additional(Box<Record>),
    /// The first so many records of the right answer, and TC set; the rest is lost. Met over UDP only.
    Cut(usize),
    /// No answer, ever.
    Drop,
    /// These octets behind the two of the query's id.
    Octets(Vec<u8>),
    /// Waits, then goes on with the next action, or with the right answer.
    Pause(Duration),
    /// This code and no records (`ResponseCode::NoError`: NODATA).
    Rcode(ResponseCode),
    /// No records, and TC set. A fault that does this is met over UDP only: over TCP nothing is too long.
    Truncate,
    /// The right answer under another id.
    WrongId,
    /// The right answer from another port than the one that was asked (RFC 2181 §4.1, RFC 5452 §3). Met over UDP only.
    WrongSource,
}

/// When a fault applies. All that are set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Which of the queries that match.
    pub count: Option<Which>,
    /// Only before this time since the server began.
    pub until: Option<Duration>,
    /// Only from this time on since the server began.
    pub since: Option<Duration>,
    /// Only over this transport.
    pub over: Option<Transport>,
    /// Lawful not to be used. The server itself pays no heed.
    pub optional: bool,
}

/// Queries that match, counted from 1 over the server's life: those that meet the fault's name, type, times and
/// transport, even where an earlier fault was used.
#[expect(clippy::exhaustive_enums, reason = "the notation has these three")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first N.
    First(u32),
    /// The Nth and all later ones.
    From(u32),
    /// The Nth alone.
    Only(u32),
}

/// What a query came over.
#[expect(clippy::exhaustive_enums, reason = "RFC 1035 §4.2 has these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// A stream, each message behind its length in two octets.
    Tcp,
    /// Datagrams.
    Udp,
}
