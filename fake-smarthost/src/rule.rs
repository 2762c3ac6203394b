//! Every way in which a host can differ from a correct server: rules, and what makes them apply.
//!
//! A [`Rule`] is a trigger, the actions that take the place of the correct answer, and conditions. Rules are tried
//! in order and the first that matches is used. A rule carries a [`Tag`] of its author's, which is reported
//! whenever the rule is used, so that a reader of the record can tell whether a stimulus fired.

use std::time::Duration;

/// A number of the author's that names a stimulus; the host reports it when the stimulus is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u32);

/// One departure from the correct server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it waits for.
    pub trigger: Trigger,
    /// What happens instead of the correct answer, in order.
    pub actions: Vec<Action>,
    /// When it applies; all must hold.
    pub conditions: Conditions,
    /// Reported when the rule is used.
    pub tag: Option<Tag>,
}

/// The moment at which a rule may apply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger {
    /// Any command at all, a line of an AUTH exchange included.
    Any,
    /// A connection was accepted: the actions take the place of the greeting.
    Connect,
    /// A command with this verb, in capitals. AUTH matches the first line of the exchange.
    Command {
        /// The verb in capitals, `MAIL`.
        verb: String,
        /// What must stand behind the verb.
        argument: Argument,
    },
    /// The go-ahead of DATA was sent, and mail data is about to come; or a first chunk is (BDAT).
    Data,
    /// The end of mail data, or the last chunk: the actions take the place of the final reply.
    EndOfData,
    /// The TLS handshake is about to begin: the 220 to STARTTLS was sent, and the client's first octets have come.
    Handshake,
}

/// What must stand behind a verb for a rule or a script line to match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Argument {
    /// Anything.
    #[default]
    Anything,
    /// A path with this mailbox, `r7@contoso.test`: its domain is compared without regard to case. Empty is `<>`.
    Mailbox(String),
    /// The whole argument, octet for octet save that a star stands for any octets.
    Pattern(Pattern),
}

/// Octets in which a star stands for any octets, also none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    /// The literal pieces; between each two of them any octets may stand. One piece: an exact match.
    pub pieces: Vec<Vec<u8>>,
}

impl Pattern {
    /// Octets without a star.
    #[must_use]
    pub fn exact(octets: impl Into<Vec<u8>>) -> Self {
        Self { pieces: vec![octets.into()] }
    }

    /// Whether all of `octets` match.
    #[must_use]
    pub fn matches(&self, octets: &[u8]) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else { return octets.is_empty() };
        let Some(mut left) = octets.strip_prefix(first.as_slice()) else { return false };
        let Some((last, middle)) = rest.split_last() else { return left.is_empty() };
        for piece in middle {
            match memchr::memmem::find(left, piece) {
                Some(at) => left = &left[at + piece.len()..],
                None => return false,
            }
        }
        left.len() >= last.len() && left.ends_with(last)
    }
}

/// One thing that a host does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// During the handshake: a fatal TLS alert with this name (`handshake_failure`), then close.
    Alert(String),
    /// Closes the connection in order (FIN).
    Close,
    /// Sends these octets as they are, in one write of their own. If they begin with three digits and no reply goes
    /// with them, these move the host's state as a reply's code does.
    Octets(Vec<u8>),
    /// Waits. Pauses alone only put the correct answer off. A client that goes meanwhile ends the session.
    Pause(Duration),
    /// Sends a reply, in one write. Its code moves the host's state as if the host had meant it; after a 421 the host
    /// closes, and what a 250 to EHLO lists counts as offered.
    Reply(Reply),
    /// Breaks the connection (RST).
    Reset,
    /// Does nothing for ever: the connection stays open and silent.
    Stall,
}

/// A reply as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The lines without their line ends, codes included: `250-relay.contoso.test`.
    pub lines: Vec<String>,
}

impl Reply {
    /// The code of the last line, or 0 if it has none.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.lines.last().and_then(|line| line.get(..3)).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }

    /// The octets that are sent.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        self.lines.iter().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect()
    }
}

/// When a rule or a property applies. All that are set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Which occurrences of the trigger, and what they are counted over.
    ///
    /// A rule counts each time at which its trigger and its other conditions fit, also when a rule before it is used.
    /// A property counts connections, whatever the scope; [`crate::host::PropertyValue::Down`] those that it refused, too.
    pub count: Option<Count>,
    /// In the clear, or under TLS.
    pub tls: Option<TlsState>,
    /// Only before this time since the host began.
    pub until: Option<Duration>,
    /// Only from this time on since the host began.
    pub since: Option<Duration>,
    /// Only once this many octets of mail data have come (trigger [`Trigger::Data`]).
    pub after_octets: Option<u64>,
    /// Lawful not to be used: its tag is for information. The host itself pays no heed.
    pub optional: bool,
}

/// Which occurrences of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// First, only or from.
    pub which: Which,
    /// Starts over with each of these.
    pub over: Scope,
}

/// Occurrences, counted from 1.
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

/// What occurrences are counted over.
#[expect(clippy::exhaustive_enums, reason = "the notation has these three")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// As long as the host lives.
    #[default]
    Case,
    /// One connection.
    Connection,
    /// One mail transaction.
    Transaction,
}

/// In the clear, or under TLS.
#[expect(clippy::exhaustive_enums, reason = "there is no third")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsState {
    /// Before a handshake, or without one.
    Clear,
    /// After a handshake.
    Tls,
}
