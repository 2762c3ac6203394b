//! What a name server reports: every query, and what became of it.

use std::net::IpAddr;

use hickory_server::proto::rr::RecordType;

use crate::rule::{Tag, Transport};

/// Receives what a name server has seen and done, in the order in which it happened.
pub trait Sink: Send + Sync {
    /// One event.
    fn report(&self, event: Event);
}

/// One thing that happened.
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
    /// A fault was used.
    Used(Tag),
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
        /// It carried an id other than the query's.
        wrong_id: bool,
    },
    /// Nothing.
    Nothing,
}
