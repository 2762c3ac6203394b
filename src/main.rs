//! The program `mtaspec`: the only place that prints, looks at the terminal, and exits.
//!
//! One file a subcommand; each takes its arguments and gives an [`Output`](output::Output) or a
//! [`Failure`](exit::Failure).

use std::{
    any::Any,
    env,
    io::{self, IsTerminal as _, Write as _},
    num::NonZeroUsize,
    panic::{self, UnwindSafe},
    path::PathBuf,
    process::{self, ExitCode},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::SystemTime,
};

use clap::Parser as _;
use indicatif::ProgressDrawTarget;
use mimalloc::MiMalloc;
use mtaspec_harness::report::terminal::Colour;

use crate::{
    args::{Args, Command},
    exit::{Failure, Status},
    output::Output,
    serve::args::Serve,
    surroundings::Surroundings,
};

mod args;
mod attached;
mod command;
mod completions;
mod coverage;
mod deviations;
mod diff;
mod exit;
mod judge;
mod keep;
mod list;
mod load;
mod mta;
mod mtas;
mod nearest;
mod new;
mod output;
mod progress;
mod protocol_log;
mod repeat;
mod report;
mod report_files;
mod rows;
mod run;
mod sandboxes;
mod selection;
mod serve;
mod show;
mod snapshots;
mod stored;
mod surroundings;
mod told;
mod worker;

/// Whether the user has pressed Ctrl-C since [`hear_interruptions`].
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// A world is many small things, made and thrown away by several threads at once: that is what this allocator is for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    // Before anything else: a sandbox is entered by a process of one thread.
    if worker::is_asked_for() {
        return worker::main();
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let status = if error.use_stderr() { Status::CommandLine } else { Status::AsExpected };
            // Nobody is left to tell if this fails.
            drop(error.print());
            return status.into();
        }
    };
    let done = guarded(|| dispatch(&args, surroundings())).unwrap_or_else(|message| Err(Failure::bug(message)));
    match done {
        Ok(output) => say(&output).into(),
        Err(failure) => complain(&failure).into(),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the edge at which the environment and the clock are read")]
fn surroundings() -> Surroundings {
    // https://no-color.org: any value but an empty one.
    let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = if io::stdout().is_terminal() && !no_colour { Colour::Ansi } else { Colour::Plain };
    let draw = if io::stderr().is_terminal() { ProgressDrawTarget::stderr } else { ProgressDrawTarget::hidden };
    let processors = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Surroundings {
        now: SystemTime::now(),
        processors,
        colour,
        draw,
        interrupted: || INTERRUPTED.load(Ordering::Relaxed),
        cache,
        folder: env::current_dir,
        path,
    }
}

/// From now on the first Ctrl-C asks for an end, so that what was judged is not lost; the second is one. Whoever started
/// the program so that it is deaf to Ctrl-C, in the background of a script, meant that.
fn hear_interruptions() -> Result<(), Failure> {
    let heard = ctrlc::try_set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            process::exit(Status::Interrupted as i32);
        }
        // Nobody is left to tell if this fails.
        drop(writeln!(io::stderr().lock(), "mtaspec: cases that run are waited for; Ctrl-C once more ends at once"));
    });
    match heard {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(error) => Err(Failure::bug(format!("Ctrl-C cannot be heard: {error}"))),
    }
}

/// The user's folder for what can be had again (XDG Base Directory Specification): a relative path counts as none.
#[expect(clippy::disallowed_methods, reason = "this is the edge at which the environment is read")]
fn cache() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
}

/// Where the user finds programs.
#[expect(clippy::disallowed_methods, reason = "this is the edge at which the environment is read")]
fn path() -> String {
    env::var("PATH").unwrap_or_default()
}

fn dispatch(args: &Args, around: Surroundings) -> Result<Output, Failure> {
    if let Command::Run(_) | Command::Serve(Serve::Run(_)) = &args.command {
        hear_interruptions()?;
    }
    match &args.command {
        Command::Completions(completions) => Ok(completions::completions(completions)),
        Command::Coverage(coverage) => coverage::coverage(coverage),
        Command::Diff(diff) => diff::diff(diff),
        Command::Judge(judge) => judge::judge(judge, around),
        Command::List(list) => list::list(list),
        Command::Mta(mta) => mta::mta(mta, around),
        Command::New(new) => new::new(new),
        Command::Report(report) => report::report(report, around),
        Command::Run(run) => run::run(run, around),
        Command::Show(show) => show::show(show),
        Command::Serve(serve) => serve::serve(serve, around),
        Command::ShowLog(show) => protocol_log::show(show),
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
        let message = guarded(|| panic!("no case has id {}", 7)).unwrap_err();
        assert_eq!(message, "a bug of mtaspec: no case has id 7\nplease report it with the command line and the pages");
        assert_eq!(complain(&Failure::bug(message)), Status::Bug);
        assert_eq!(Status::Bug as u8, 70);
    }
}
