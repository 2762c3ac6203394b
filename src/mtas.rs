//! The MTAs that the program can judge. Others are attached in Rust, by the trait `Mta` of `mtaspec-harness`.

use mtaspec_harness::mta::{Mta, Reference};
use serde::Serialize;

use crate::exit::Failure;

/// An MTA that can be named on the command line. Fields may be added, never renamed.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Known {
    /// As `--mta` takes it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// Makes one.
    #[serde(skip)]
    pub(crate) make: fn() -> Box<dyn Mta>,
    /// Where it can live.
    #[serde(skip)]
    pub(crate) home: Home,
}

/// Where an MTA can live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In this process, so on every network.
    Anywhere,
    /// It is a program of its own: in a sandbox alone.
    #[expect(dead_code, reason = "no adapter is here yet")]
    Sandbox,
}

/// All of them.
pub(crate) const MTAS: [Known; 1] = [Known {
    name: "reference",
    about: "the reference transport of mtaspec, started afresh in process for each case",
    make: || Box::new(Reference),
    home: Home::Anywhere,
}];

/// The one of this name.
///
/// # Errors
///
/// It is missing; the message names those that are there.
pub(crate) fn find(name: &str) -> Result<&'static Known, Failure> {
    if let Some(known) = MTAS.iter().find(|known| known.name == name) {
        return Ok(known);
    }
    let names: Vec<&str> = MTAS.iter().map(|known| known.name).collect();
    Err(Failure::missing(format!(
        "no MTA is called `{name}`; there is: {}\nanother sender is judged from Rust: see `examples/judge_lettre.rs`",
        names.join(", ")
    )))
}
