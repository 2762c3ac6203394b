//! A world: everything that surrounds the MTA in one case, built from the page, watched until it settles, and thrown
//! away.

mod build;
mod canary;
mod recorder;
mod run;
mod sandboxed;
mod schedule;
pub mod served;
mod settle;

#[cfg(test)]
mod tests;

pub(crate) use canary::CANARY_MAX;
pub use recorder::{Recorder, Tap, WORLD_EVENTS_MAX};
pub(crate) use run::{BEYOND_SOCKETS, carrying, too_long};
pub use run::{NetworkKind, Observation, SOCKETS_HORIZON_MAX, Settings, observe, observe_telling};

/// The name of the message that each world in the sandbox delivers before its case; no page can have it.
const CANARY: &str = "(canary)";
