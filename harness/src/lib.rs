//! Case pages, worlds, traces and claims: the judge of mtaspec, the conformance suite for mail that leaves.

pub mod case;
pub mod claim;
pub mod deviation;
pub mod dial_in;
pub mod invariant;
pub mod mta;
pub mod nearest;
pub mod network;
pub mod protocol_log;
pub mod report;
pub mod requirement;
#[cfg(target_os = "linux")]
pub mod sandbox;
pub mod snapshot;
pub mod suite;
pub mod trace;
pub mod verdict;
pub mod world;

pub use mtaspec_reference_transport as reference;
