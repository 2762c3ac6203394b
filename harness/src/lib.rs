//! Case pages, worlds, traces and claims: the judge of mtaspec, the conformance suite for mail that leaves.

pub mod case;
pub mod claim;
pub mod report;
pub mod requirement;
pub mod trace;
