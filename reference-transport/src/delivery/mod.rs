//! One delivery attempt: recipients that share a next hop, the hosts that lead there, what became of each.
//!
//! [`Courier::deliver`] is the whole of it. Hosts are tried in order until every recipient has an answer that another
//! host would not change: an acceptance, a permanent refusal from MAIL onwards (FAIL-31), or mail data of which
//! nobody knows whether it arrived (FAIL-07). Transient answers, and hosts that are not there, lead to the next host.
//! The session that is left when all is said is [`Held`] for the next message to the same next hop.
//!
//! # Invariants
//!
//! No recipient is offered to a further host once a host has accepted the message for it (FAIL-30).
//!
//! # Not here
//!
//! Which connector serves whom ([`crate::routing`]), and when to try again.

mod candidates;
mod courier;
mod held;
mod ledger;
mod outcome;
mod relay;
mod settings;
mod visit;

pub use courier::{Courier, Mail};
pub use held::Held;
pub use outcome::{Attempt, Outcome, Problem};
pub use relay::{Peer, Purpose, Relay};

use std::{net::SocketAddr, sync::Arc};

use crate::{connector::Connector, domain::Domain};

/// Where recipients go together. Two recipients share a transaction if their next hops are the same (SEL-19).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextHop {
    /// A domain of our own: to the server that keeps it.
    Accepted(SocketAddr),
    /// By the MX records of the domain.
    Dns {
        /// Under these settings.
        connector: Arc<Connector>,
        /// The recipients' domain.
        domain: Domain,
    },
    /// To servers of our own organisation, by the implicit connector between them (IMP-01).
    Servers(Arc<Relay>),
    /// To the connector's smart hosts, whatever the domain.
    SmartHosts {
        /// Under these settings.
        connector: Arc<Connector>,
    },
}
