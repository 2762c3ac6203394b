//! The MTAs that the program can judge. Others are attached in Rust, by the trait `Mta` of `mtaspec-harness`.

use serde::Serialize;

use crate::exit::Failure;

/// An MTA that can be named on the command line. Fields may be added, never renamed.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Known {
    /// As `--mta` takes it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
}

/// All of them.
pub(crate) const MTAS: [Known; 1] =
    [Known { name: "reference", about: "the reference transport of mtaspec, started afresh in process for each case" }];

/// Whether `name` is one of [`MTAS`].
///
/// # Errors
///
/// It is missing; the message names those that are there.
pub(crate) fn check(name: &str) -> Result<(), Failure> {
    if MTAS.iter().any(|known| known.name == name) {
        return Ok(());
    }
    let names: Vec<&str> = MTAS.iter().map(|known| known.name).collect();
    Err(Failure::missing(format!(
        "no MTA is called `{name}`; there is: {}\nanother sender is judged from Rust: see `examples/judge_lettre.rs`",
        names.join(", ")
    )))
}
