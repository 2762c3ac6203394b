//! A world: everything that surrounds the MTA in one case, built from the page, watched until it settles, and thrown
//! away.

mod build;
mod canary;
mod recorder;
mod run;
mod sandboxed;
mod schedule;
mod settle;

#[cfg(test)]
mod tests;

pub use recorder::{Recorder, Tap, WORLD_EVENTS_MAX};
pub use run::{NetworkKind, Observation, SOCKETS_HORIZON_MAX, Settings, observe, observe_telling};
pub(crate) use run::{carrying, too_long};

/// The name of the message that each world in the sandbox delivers before its case; no page can have it.
const CANARY: &str = "(canary)";
