//! The program `reference-transport`: the reference as a process, on the machine's own sockets.

mod console;
mod route;
mod run;
mod spool;
mod typed;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// An outbound mail transport with Exchange's Send connectors, to read and to try.
#[derive(Debug, Parser)]
#[command(name = "reference-transport", version, after_help = EXAMPLE)]
struct Args {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

const EXAMPLE: &str = "\
Example:
  echo 'New-SendConnector -Name Relay -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts 192.0.2.20' > relay.ps1
  reference-transport run --connectors relay.ps1 --listen 127.0.0.1:2525

Exit status:
  64  the command line is wrong      69  the address to listen on cannot be had
  65  a file is wrong                70  what it was told makes no transport";

/// What the program can do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Take messages by SMTP and deliver them, until it is ended by a signal.
    Run(run::Run),
    /// Show which connector takes a recipient, and why every other one lost.
    Route(route::Route),
    /// Run a script of the management shell, and show what a console would.
    Shell(console::Console),
}

/// Why it ended: a sentence, and the status of `sysexits.h`.
struct Failure(u8, String);

fn main() -> ExitCode {
    let Args { command } = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Nobody is left to tell if this fails.
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 64 } else { 0 });
        }
    };
    let ended = match command {
        Command::Run(run) => Err(run::daemon(&run)),
        Command::Route(route) => route::run(&route),
        Command::Shell(console) => console::run(&console),
    };
    let Err(Failure(status, why)) = ended else { return ExitCode::SUCCESS };
    say(&format!("reference-transport: {why}"));
    ExitCode::from(status)
}

/// A line on standard error. A reader that has gone away changes nothing.
fn say(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// A line on standard output. A reader that has gone away changes nothing.
fn tell(line: &str) {
    drop(writeln!(io::stdout().lock(), "{line}"));
}
