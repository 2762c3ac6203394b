//! The events of a trace. This is a stored format: fields may be added, never renamed.
//!
//! What is above TLS: octets of SMTP with world time, DNS as questions and records, TLS as facts. Nothing in it varies
//! from run to run for the reference in memory: no port of a client, no id of a query, no key.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{digest::Digest, octets::Octets};
use crate::case::dsn::Dsn;

/// How the reason of a fate begins that was seen where the message was handed over, and not reported by the MTA.
pub const REFUSED_AT_SUBMISSION: &str = "refused at submission: ";

/// One event and when it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// World time since the world began, in milliseconds.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened. `session` numbers connections over the whole world, in order of appearance; `query` likewise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// What became of a query.
    Answer {
        /// Which.
        query: u64,
        /// `NOERROR`, `NXDOMAIN`; empty if no DNS message was sent.
        rcode: String,
        /// Records of the answer section, a line each.
        records: Vec<String>,
        /// `truncated`, `wrong-id`, `octets`, `nothing`; empty for a plain answer.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        fault: String,
    },
    /// A connection ended.
    Close {
        /// Which.
        session: u64,
        /// `client` or `host`.
        by: String,
        /// `close` or `reset`.
        how: String,
    },
    /// A command line, or a line that answers a 334.
    Command {
        /// In which session.
        session: u64,
        /// As it came, line end included.
        octets: Octets,
        /// Under TLS.
        tls: bool,
        /// Its first octet came before the host had replied to what went before.
        early: bool,
        /// It answers a 334 of AUTH.
        #[serde(default, skip_serializing_if = "is_false")]
        auth_response: bool,
    },
    /// A connection was accepted.
    Connect {
        /// Its number.
        session: u64,
        /// The host's first name.
        host: String,
        /// The host's end.
        to: IpAddr,
        /// Its port.
        port: u16,
        /// The client's end.
        from: IpAddr,
    },
    /// Mail data ended; the host's reply follows.
    Data {
        /// In which session.
        session: u64,
        /// What came.
        facts: MessageFacts,
        /// The octets before transparency was undone, without the end-of-data line; whole up to 64 KiB.
        wire: KeptOctets,
        /// Under TLS.
        tls: bool,
        /// By BDAT.
        chunking: bool,
    },
    /// The connection ended in the middle of mail data.
    DataLost {
        /// In which session.
        session: u64,
        /// So many octets had come.
        octets: u64,
    },
    /// The MTA ended by itself while the case ran.
    Died {
        /// What ended, how, and the end of its log.
        why: String,
    },
    /// The last event.
    End {
        /// Why.
        cause: EndCause,
        /// The case's horizon, in milliseconds.
        horizon_ms: u64,
        /// The quiet time that settling asked for, in milliseconds.
        quiet_ms: u64,
    },
    /// Our own side failed; the case is inconclusive.
    Failure {
        /// What happened.
        why: String,
    },
    /// Reported by the MTA: what became of a recipient.
    Fate {
        /// The message's name, with `.N` for the Nth copy of several.
        message: String,
        /// The forward-path.
        recipient: String,
        /// What.
        fate: ReportedFate,
        /// The MTA's own words.
        reason: String,
    },
    /// A handshake ended.
    Handshake {
        /// In which session.
        session: u64,
        /// How.
        #[serde(flatten)]
        outcome: HandshakeOutcome,
    },
    /// A named limit of the harness or of a host was reached.
    Limit {
        /// Its name.
        limit: String,
        /// In which session, if in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<u64>,
    },
    /// A session ended before its script did.
    OffScript {
        /// Which.
        session: u64,
        /// The page line that was not reached.
        line: u32,
    },
    /// A query came.
    Query {
        /// Its number.
        query: u64,
        /// Whose name server: the server's name.
        server: String,
        /// In lower case with the final dot.
        name: String,
        /// `MX`.
        record_type: String,
        /// `UDP` or `TCP`.
        over: String,
        /// The name server that was asked, if it is not the usual one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name_server: Option<IpAddr>,
    },
    /// Reported by the MTA: how a queue of it stands.
    Queue {
        /// What waits there is for this: a domain, smart hosts, `Unreachable Domain`.
        next_hop: String,
        /// `SmartHostConnectorDelivery`, `DnsConnectorDelivery`, `Unreachable`.
        delivery: String,
        /// `Ready`, `Connecting`, `Active`, `Retry`, `Suspended`; `Removed`: there is no such queue any more.
        status: String,
        /// How many messages are in it.
        messages: u64,
        /// Why its last attempt failed; empty if it did not.
        last_error: String,
        /// The domain with whose hosts it speaks mutual TLS; empty: none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        tls_domain: String,
    },
    /// A connection was refused: the host is down.
    Refused {
        /// The host's first name; empty: nobody has this address and port.
        host: String,
        /// The address.
        to: IpAddr,
        /// The port.
        port: u16,
    },
    /// Octets that a host sent in one write.
    Reply {
        /// In which session.
        session: u64,
        /// As they were sent.
        octets: Octets,
        /// Under TLS.
        tls: bool,
    },
    /// Reported by the MTA: how a recipient is routed.
    Route {
        /// The message's name.
        message: String,
        /// The forward-path.
        recipient: String,
        /// The connector's name; empty: none.
        connector: String,
        /// `SmartHostConnectorDelivery`, `DnsConnectorDelivery`, `Unreachable`.
        delivery: String,
    },
    /// Reported by the MTA: a command of the management shell.
    Shell {
        /// The command, as run.
        command: String,
        /// Taken or refused.
        accepted: bool,
        /// The stable code of a refusal; empty where there is none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        code: String,
        /// What it printed, or why it was refused.
        output: String,
    },
    /// A datagram went to an address at which there is no name server; nobody got it.
    Stray {
        /// The address.
        to: IpAddr,
        /// The port.
        port: u16,
    },
    /// A stimulus of the page was used; the index into the case's stimuli.
    Stimulus {
        /// Which.
        index: u32,
    },
    /// Reported by the MTA: something about its protocol log.
    LogRow {
        /// What.
        kind: LogKind,
        /// The file; empty if it is about none.
        file: String,
        /// The line, or what the event says; empty if the file was removed.
        row: String,
    },
    /// A message went in.
    Submit {
        /// Its name, with `.N` for the Nth copy of several.
        message: String,
        /// Reverse-path.
        reverse_path: String,
        /// Forward-paths.
        recipients: Vec<String>,
        /// `submission` or `transport`.
        via: String,
        /// What it asks about notifications; boxed, for hardly a message asks.
        #[serde(default, skip_serializing_if = "Dsn::is_empty")]
        dsn: Box<Dsn>,
        /// What went in.
        facts: MessageFacts,
        /// Its octets, whole up to 64 KiB.
        content: KeptOctets,
    },
    /// Said by the adapter: the MTA has no such setting, so the page's world could not be asked of it.
    Unsupported {
        /// Which.
        setting: String,
    },
    /// An event that this suite does not know: kept as it is, so that a stored trace loses nothing.
    #[serde(untagged)]
    Unknown(serde_json::Map<String, serde_json::Value>),
}

/// What became of a recipient, as an MTA reports it.
#[expect(clippy::exhaustive_enums, reason = "RFC 3464 §2.3.3 and the queue know these")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedFate {
    /// Kept for later.
    Deferred,
    /// The next hop took it.
    Delivered,
    /// Given up.
    Failed,
    /// No route.
    Unroutable,
}

/// What happens to a protocol log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogKind {
    /// An error of the machine's event log about it.
    Error,
    /// A file was removed.
    Removed,
    /// A line was written.
    Row,
}

/// Why a trace ends.
#[expect(clippy::exhaustive_enums, reason = "architecture: settled, horizon, limit, lost")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The horizon was reached.
    Horizon,
    /// A limit was reached: absence proves nothing.
    Limit,
    /// The MTA or the harness was lost: absence proves nothing.
    Lost,
    /// Nothing more was to come.
    Settled,
}

/// How a handshake ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum HandshakeOutcome {
    /// It is done.
    Done {
        /// `1.3`.
        version: String,
        /// The name that the client asked for.
        sni: Option<String>,
        /// The page's words for the certificate.
        certificate: String,
        /// The names of the client's certificate.
        client_certificate: Option<Vec<String>>,
    },
    /// It failed.
    Failed {
        /// Why.
        why: String,
    },
}

/// What is known of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFacts {
    /// Octets.
    pub size: u64,
    /// Of all octets, in hexadecimal.
    pub sha256: Digest,
    /// The header section without the empty line behind it.
    pub header: Octets,
    /// Octets behind the empty line.
    pub body_size: u64,
    /// Of these, in hexadecimal.
    pub body_sha256: Digest,
    /// Octets of the longest line.
    pub longest_line: u64,
    /// CR that no LF follows.
    pub bare_cr: u64,
    /// LF that no CR goes before.
    pub bare_lf: u64,
    /// Octets above 127.
    pub above_127: u64,
}

/// Octets, whole up to 64 KiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeptOctets {
    /// Both ends of more.
    Ends {
        /// The first 4 KiB.
        head: Octets,
        /// The last 4 KiB.
        tail: Octets,
    },
    /// All.
    Whole(Octets),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
