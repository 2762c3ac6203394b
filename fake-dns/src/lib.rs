//! Authoritative DNS for the zones of one test world, with faults and a record of every query.

pub mod event;
pub mod rule;

pub use event::{Event, Sink};
