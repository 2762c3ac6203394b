//! The corpus of mtaspec, built in: every case page, the requirement catalogues and the snapshots of the reference.
//!
//! A project that judges its own sender takes the pages from here and everything else from `mtaspec-harness`; the
//! example `judge_lettre` shows how.

use std::path::PathBuf;

use mtaspec_harness::suite::{Suite, SuiteError};

/// Every file of the corpus: its path (`cases/routing/equal-connectors.md`) and its octets, in the order of the paths.
pub const CORPUS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/corpus.rs"));

/// The built-in corpus as a suite. Pages are read when their cases are asked for.
///
/// # Errors
///
/// If the requirement catalogue cannot be read, which would be a bug of this crate.
pub fn suite() -> Result<Suite, SuiteError> {
    Suite::built_in(CORPUS.iter().map(|&(file, octets)| (PathBuf::from(file), octets)))
}

/// The Rust of the book, run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/own-sender.md")]
mod book {}
