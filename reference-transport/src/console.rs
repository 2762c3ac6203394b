//! `reference-transport shell`: a script of the management shell, and what a console would show of it.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use mtaspec_reference_transport::{
    directory::{Directory, Organisation, Profile},
    domain::Domain,
    shell::{Origin, Shell, import},
};

use crate::Failure;

/// Refusals that are shown with their place; further ones are counted.
const REFUSALS_SHOWN_MAX: usize = 100;

/// `reference-transport shell`.
///
/// Nothing is sent, and nothing outlives the script.
#[derive(Debug, clap::Args)]
pub(crate) struct Console {
    /// The script; `-` is standard input.
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// Which generation of Exchange.
    #[arg(long, value_enum, default_value = "e2016")]
    profile: Generation,
    /// On an Edge server, in the place of a Mailbox server.
    #[arg(long)]
    edge: bool,
    /// From where the commands are given.
    #[arg(long, value_enum, default_value = "shell")]
    origin: From,
    /// The name of the server.
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    name: String,
    /// An accepted domain. May be given more than once.
    #[arg(long, value_name = "DOMAIN")]
    accept: Vec<String>,
    /// Connectors that are there before: what `Get-SendConnector | ConvertTo-Json` wrote in a real organisation.
    #[arg(long, value_name = "EXPORT.json")]
    connectors: Option<PathBuf>,
}

/// As pages name them.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Generation {
    E2013,
    E2016,
}

/// As pages name them.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    Eac,
    Shell,
}

/// Runs the script; the status is 65 if anything was refused.
pub(crate) fn run(console: &Console) -> Result<(), Failure> {
    let mut directory = directory(console)?;
    if let Some(file) = &console.connectors {
        import_file(&mut directory, file)?;
    }
    let text = script(&console.script)?;
    let name = if console.script == Path::new("-") { "-".into() } else { console.script.display().to_string() };
    let origin = match console.origin {
        From::Eac => Origin::Centre,
        From::Shell => Origin::Shell,
    };
    let mut refused = 0_usize;
    for outcome in Shell::new().run_from(origin, &mut directory, &text) {
        match outcome.result {
            // A reader that has gone away changes nothing.
            Ok(_) if outcome.console.is_empty() => {}
            Ok(_) => drop(writeln!(io::stdout().lock(), "{}\n", outcome.console)),
            Err(error) => {
                refused += 1;
                if refused <= REFUSALS_SHOWN_MAX {
                    drop(writeln!(io::stderr().lock(), "{}\n", error.render(&name, &text)));
                }
            }
        }
    }
    match refused {
        0 => Ok(()),
        1 => Err(Failure(65, "one command was refused".to_owned())),
        _ => Err(Failure(65, format!("{refused} commands were refused"))),
    }
}

/// Makes the connectors of an export, and says what was left out.
pub(crate) fn import_file(directory: &mut Directory, file: &Path) -> Result<(), Failure> {
    let wrong = |why: &str| Failure(65, format!("`{}` cannot be read: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| wrong(&error.to_string()))?;
    let import = import(directory, &text).map_err(|error| wrong(&error.to_string()))?;
    for (property, why) in &import.ignored {
        crate::say(&format!("{}: `{property}` is ignored: {why}", file.display()));
    }
    match import.refused.first() {
        None => Ok(()),
        Some((name, why)) => Err(wrong(&format!("`{name}`: {why}"))),
    }
}

fn directory(console: &Console) -> Result<Directory, Failure> {
    let address = Ipv4Addr::LOCALHOST.into();
    let organisation = match console.edge {
        true => Organisation::of_edge_server(&console.name, address),
        false => Organisation::of_mailbox_server(&console.name, address),
    };
    let profile = match console.profile {
        Generation::E2013 => Profile::E2013,
        Generation::E2016 => Profile::E2016,
    };
    let domain =
        |text: &String| Domain::parse(text).map_err(|error| Failure(64, format!("accepted domain `{text}`: {error}")));
    let accepted = console.accept.iter().map(domain).collect::<Result<_, _>>()?;
    let organisation = Organisation { profile, ..organisation };
    Directory::of(organisation, &console.name, accepted).map_err(|error| Failure(64, error.to_string()))
}

fn script(file: &Path) -> Result<String, Failure> {
    let mut octets = Vec::new();
    let read = match file == Path::new("-") {
        true => io::stdin().lock().read_to_end(&mut octets).map(drop),
        false => fs::read(file).map(|read| octets = read),
    };
    let wrong = |why: &str| Failure(65, format!("`{}` cannot be read: {why}", file.display()));
    read.map_err(|error| wrong(&error.to_string()))?;
    // Windows editors begin a script with a byte order mark.
    let text = String::from_utf8(octets).map_err(|_| wrong("it is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}
