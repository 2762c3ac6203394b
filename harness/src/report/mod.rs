//! What people and machines read of a run.
//!
//! [`json`] is the stored shape, from which a run can be judged again; [`terminal`] is what a person sees;
//! [`dialogue`] is how both, and snapshots, write what went over the wire.

pub mod dialogue;
pub mod json;
pub mod terminal;

#[cfg(test)]
mod tests;
