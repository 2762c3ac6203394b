//! The hidden subcommand: a process of its own for each case in a sandbox. [`Sandboxes`](crate::sandboxes::Sandboxes) starts it.

use std::process::ExitCode;

/// The word that makes this program a worker; no part of the command line that is promised to anybody.
pub(crate) const WORD: &str = "__worker";

/// Whether this process is one.
pub(crate) fn is_asked_for() -> bool {
    std::env::args_os().nth(1).is_some_and(|word| word == WORD)
}

/// Does one job and ends. The parent reads standard error as the reason why there is no answer.
#[cfg(target_os = "linux")]
pub(crate) fn main() -> ExitCode {
    use std::io::Write as _;

    use mtaspec_harness::sandbox;

    use crate::{exit::Status, mtas};

    let complain = |words: String| {
        // Nobody is left to tell if this fails.
        drop(writeln!(std::io::stderr().lock(), "{words}"));
        Status::Bug.into()
    };
    let suite = match mtaspec::suite() {
        Ok(suite) => suite,
        Err(error) => return complain(error.to_string()),
    };
    let make = |name: &str| mtas::find(name).ok().map(|known| (known.make)());
    match sandbox::work(&|id| suite.catalogue().kind(id), &make) {
        Ok(()) => Status::AsExpected.into(),
        Err(error) => complain(error.to_string()),
    }
}

/// There are no sandboxes here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn main() -> ExitCode {
    crate::exit::Status::Missing.into()
}
