//! What the program takes from where it runs. Only `main.rs` looks; everything else is told.

use std::{io, num::NonZeroUsize, path::PathBuf, time::SystemTime};

use indicatif::ProgressDrawTarget;
use mtaspec_harness::report::terminal::Colour;

/// Where the program runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    /// The time of day, at which worlds on sockets begin.
    pub(crate) now: SystemTime,
    /// How many cases run at the same time unless the user says otherwise.
    pub(crate) processors: NonZeroUsize,
    /// Whether standard output takes colours.
    pub(crate) colour: Colour,
    /// Where progress is shown: nowhere, unless a person watches.
    pub(crate) draw: fn() -> ProgressDrawTarget,
    /// Whether the user has asked for an end (Ctrl-C), if runs listen to that.
    pub(crate) interrupted: fn() -> bool,
    /// The user's folder for what can be had again; none if there is no home.
    pub(crate) cache: fn() -> Option<PathBuf>,
    /// The folder that paths of the command line are meant from.
    pub(crate) folder: fn() -> io::Result<PathBuf>,
    /// Where the user finds programs (`PATH`).
    pub(crate) path: fn() -> String,
}
