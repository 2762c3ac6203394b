//! The trace: everything that an MTA did on the wire, in order.

pub mod event;
pub mod octets;

pub use event::{Entry, Event};
pub use octets::Octets;
