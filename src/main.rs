//! The program `mtaspec`: the only place that prints, looks at the terminal, and exits.
//!
//! One file a subcommand; each takes its arguments and gives an [`Output`](output::Output) or a
//! [`Failure`](exit::Failure).

use std::{
    any::Any,
    io::{self, Write as _},
    panic::{self, UnwindSafe},
    process::ExitCode,
};

use clap::Parser as _;

use crate::{
    args::{Args, Command},
    exit::{Failure, Status},
    output::Output,
};

mod args;
mod coverage;
mod exit;
mod list;
mod load;
mod mtas;
mod nearest;
mod new;
mod output;
mod show;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let status = if error.use_stderr() { Status::CommandLine } else { Status::AsExpected };
            // Nobody is left to tell if this fails.
            drop(error.print());
            return status.into();
        }
    };
    let done = guarded(|| dispatch(&args)).unwrap_or_else(|message| Err(Failure::bug(message)));
    match done {
        Ok(output) => say(&output).into(),
        Err(failure) => complain(&failure).into(),
    }
}

fn dispatch(args: &Args) -> Result<Output, Failure> {
    match &args.command {
        Command::Coverage(coverage) => coverage::coverage(coverage),
        Command::Judge(_) => Err(Failure::bug("not built")),
        Command::List(list) => list::list(list),
        Command::New(new) => new::new(new),
        Command::Run(_) => Err(Failure::bug("not built")),
        Command::Show(show) => show::show(show),
    }
}

/// Runs `work`; a panic in it becomes a sentence. What the panic itself says stands on standard error by then.
fn guarded<T>(work: impl FnOnce() -> T + UnwindSafe) -> Result<T, String> {
    panic::catch_unwind(work).map_err(|payload| {
        format!("a bug of mtaspec: {}\nplease report it with the command line and the pages", words(payload.as_ref()))
    })
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked")
}

/// Writes to standard output. A reader that has gone away (`mtaspec list | head`) changes no status.
fn say(output: &Output) -> Status {
    match io::stdout().lock().write_all(output.text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&Failure::page(format!("standard output cannot be written: {error}")))
        }
        _ => output.status,
    }
}

/// Writes to standard error.
fn complain(failure: &Failure) -> Status {
    let Failure { status, message, detail } = failure;
    let separator = if detail.is_empty() { "" } else { "\n" };
    // Nobody is left to tell if this fails.
    drop(writeln!(io::stderr().lock(), "{detail}{separator}mtaspec: {message}"));
    *status
}

#[cfg(test)]
mod tests {
    use super::{Failure, Status, complain, guarded};

    #[test]
    fn a_panic_ends_with_70_and_a_sentence() {
        let message = guarded(|| panic!("no case has id {}", 7)).map(|()| ()).unwrap_err();
        assert_eq!(message, "a bug of mtaspec: no case has id 7\nplease report it with the command line and the pages");
        assert_eq!(complain(&Failure::bug(message)), Status::Bug);
        assert_eq!(Status::Bug as u8, 70);
    }
}
