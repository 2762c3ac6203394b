//! What a name server reports: every query, and what became of it.

use std::net::IpAddr;

use hickory_server::proto::rr::RecordType;

use crate::rule::{Tag, Transport};

/// Receives what a name server has seen and done, in the order in which it happened.
pub trait Sink: Send + Sync {
    /// One event.
    fn report(&self, event: Event);
}

/// One thing that happened. Nothing in it varies from run to run: no id and no port.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// What became of a query.
    Answered {
        /// The query's number.
        query: u64,
        /// What was sent.
        answer: Answer,
    },
    /// A driver reached one of its limits, and what came over it was not taken.
    LimitReached(Limit),
    /// A query that could be read.
    Query {
        /// Numbered by the server from 0.
        query: u64,
        /// The name as it stood in the query, in lower case, with its final dot.
        name: String,
        /// The type.
        record_type: RecordType,
        /// UDP or TCP.
        transport: Transport,
        /// Who asked.
        peer: IpAddr,
    },
    /// A message that is not one standard query: it is refused, or let be if it has no header.
    Unreadable {
        /// How many octets it has.
        octets: usize,
        /// UDP or TCP.
        transport: Transport,
        /// Who sent it.
        peer: IpAddr,
    },
    /// A fault was used.
    Used(Tag),
}

/// The limits of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// [`CONNECTIONS_MAX`](crate::driver::CONNECTIONS_MAX)
    Connections,
    /// [`DATAGRAMS_MAX`](crate::driver::DATAGRAMS_MAX)
    Datagrams,
    /// [`STREAM_QUERIES_MAX`](crate::driver::STREAM_QUERIES_MAX)
    StreamQueries,
}

/// What was sent in answer to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Octets of a fault.
    Octets(Vec<u8>),
    /// A DNS message.
    Message {
        /// `NOERROR`, `NXDOMAIN`, `SERVFAIL`.
        rcode: String,
        /// The records of the answer section, a master-file line each: `contoso.test. 60 IN MX 10 mx.contoso.test.`
        records: Vec<String>,
        /// TC was set.
        truncated: bool,
        /// The records of the additional section, where the world has put any.
        additional: Vec<String>,
        /// It carried an id other than the query's.
        wrong_id: bool,
        /// It came from another port than the one that was asked.
        wrong_source: bool,
    },
    /// Nothing.
    Nothing,
}
