//! What people and machines read of a run.
//!
//! [`json`] is the stored shape, from which a run can be judged again; [`terminal`] is what a person sees; [`junit`] and
//! [`markdown`] are made of the stored shape alone, for continuous integration; [`dialogue`] is how they, and snapshots,
//! write what went over the wire.

pub mod change;
pub mod dialogue;
pub mod difference;
pub mod disagreement;
pub mod html;
pub mod joined;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod matrix;
pub mod terminal;
mod visible;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
