//! A world: everything that surrounds the MTA in one case, built from the page, watched until it settles, and thrown
//! away.

mod build;
mod recorder;
mod run;
mod schedule;

#[cfg(test)]
mod tests;

pub use recorder::{Recorder, WORLD_EVENTS_MAX};
pub use run::{NetworkKind, Observation, Settings, observe};
