//! `mtaspec serve`: judges an MTA that somebody else runs, a real Exchange for example.

pub(crate) mod args;
mod folder;
mod plan;
mod run;

use args::Serve;

use crate::{exit::Failure, output::Output, surroundings::Surroundings};

/// One of its two steps.
pub(crate) fn serve(args: &Serve, around: Surroundings) -> Result<Output, Failure> {
    match args {
        Serve::Plan(args) => plan::plan(args, around),
        Serve::Run(args) => run::run(args, around),
    }
}
