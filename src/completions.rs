//! `mtaspec completions`: what a shell needs to complete the command line.

use clap::CommandFactory as _;

use crate::{args, output::Output};

/// The script, for the shell to source.
pub(crate) fn completions(args: &args::Completions) -> Output {
    let mut octets = Vec::new();
    clap_complete::generate(args.shell, &mut args::Args::command(), "mtaspec", &mut octets);
    Output::of(String::from_utf8_lossy(&octets).into_owned())
}
