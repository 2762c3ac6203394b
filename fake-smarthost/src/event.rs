//! What a host reports: everything that went over the wire, above TLS, in order.
//!
//! A [`Sink`] is given to the host; the host stamps nothing and keeps nothing. Whoever holds the sink adds the time.

use std::net::SocketAddr;

use crate::{
    mail_data::MailData,
    rule::{Tag, TlsState},
};

/// Receives what a host has seen and done, in the order in which it happened.
///
/// Called synchronously from the session, so it must be quick and must not block.
pub trait Sink: Send + Sync {
    /// One event of one session.
    fn report(&self, session: SessionId, event: Event);
}

/// A session of a host, numbered by whoever accepts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// One thing that happened in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The connection ended; always the last event of a session that was connected.
    Closed {
        /// Who ended it.
        by: Party,
        /// In order, or broken.
        how: Ending,
    },
    /// A command line, or a line of an AUTH exchange.
    Command {
        /// The octets as they came, line end included.
        octets: Vec<u8>,
        /// Clear or TLS.
        tls: TlsState,
        /// Its first octet came before the reply to what went before had been sent.
        early: bool,
        /// A command, or a line that answers a 334.
        kind: LineKind,
    },
    /// A connection was accepted.
    Connected {
        /// The client's end.
        peer: SocketAddr,
        /// The host's end, as the client dialled it.
        local: SocketAddr,
    },
    /// The handshake is done.
    HandshakeDone(Handshake),
    /// The handshake did not succeed.
    HandshakeFailed {
        /// Why, in words that do not vary from run to run; names of TLS alerts as in RFC 8446.
        why: String,
    },
    /// A limit of the host was reached, and the session ends.
    LimitReached {
        /// The name of the constant, `SESSION_COMMANDS_MAX`.
        limit: &'static str,
    },
    /// Mail data ended: the end-of-data line, or a chunk marked LAST. The reply follows as an event of its own.
    MailDataEnded {
        /// What came.
        data: MailData,
        /// Clear or TLS.
        tls: TlsState,
        /// It came in BDAT chunks.
        chunking: bool,
    },
    /// The connection ended in the middle of mail data.
    MailDataLost {
        /// How many octets had come.
        octets: u64,
    },
    /// The session ended before the host had sent all of its script.
    OffScript {
        /// The line of the script, as [`crate::script::Step::line`] has it, that was not reached.
        line: u32,
    },
    /// A connection was refused: the host is down.
    Refused {
        /// The client's end.
        peer: SocketAddr,
        /// The host's end, as the client dialled it.
        local: SocketAddr,
    },
    /// Octets that the host sent in one write: a reply, or what a rule or a script says.
    Sent {
        /// The octets.
        octets: Vec<u8>,
        /// Clear or TLS.
        tls: TlsState,
    },
    /// A stimulus was used.
    Used(Tag),
}

/// A handshake that is done, as facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// `1.2` or `1.3`.
    pub version: String,
    /// The server name that the client sent.
    pub sni: Option<String>,
    /// The certificate that was shown, in the words that asked for it: `expired for relay.contoso.test`.
    pub certificate: String,
    /// The DNS names (or else the common name) of the client's certificate, and `<I>issuer<S>subject` if it is not the
    /// usual issuer that signed it; `None` if it showed none.
    pub client_certificate: Option<Vec<String>>,
}

/// Who ended a connection.
#[expect(clippy::exhaustive_enums, reason = "a connection has two ends")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The MTA.
    Client,
    /// The host.
    Host,
}

/// How a connection ended.
#[expect(clippy::exhaustive_enums, reason = "TCP has these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// FIN.
    Close,
    /// RST, or any error of the stream.
    Reset,
}

/// What a line is.
#[expect(clippy::exhaustive_enums, reason = "RFC 4954 §4 adds this one to RFC 5321")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A line in answer to a 334 of an AUTH exchange.
    AuthResponse,
    /// A command.
    Command,
}
