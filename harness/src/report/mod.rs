//! What people and machines read of a run.
//!
//! [`json`] is the stored shape, from which a run can be judged again, and all others are made of it: [`terminal`],
//! [`matrix`] and [`html`] for people, [`junit`], [`markdown`] and [`github`] for continuous integration. [`joined`] puts
//! shards together; [`change`], [`difference`] and [`disagreement`] compare runs, and [`disputed`] finds the claims that
//! none of them keeps; [`dialogue`] is how all of them, and snapshots, write what went over the wire.

pub mod change;
pub mod dialogue;
pub mod difference;
pub mod disagreement;
pub mod disputed;
pub mod github;
pub mod html;
pub mod joined;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod matrix;
pub mod terminal;
pub mod visible;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod junit_schema;
#[cfg(test)]
mod tests;
