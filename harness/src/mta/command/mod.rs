//! An MTA that is attached by a program of its own, in any language: `mtaspec run --mta-command 'PROGRAM ARGS'`.
//!
//! The program stands in the sandbox with its MTA, one process a case. It is asked once who it is (the last argument is
//! `about`), and then started for each case (`run`): it is given a [`brief`] as a line of JSON on standard input, says
//! that it is ready, and reports, a line of JSON each, on standard output. `docs/command.md` is the contract,
//! `docs/command.schema.json` its shapes.
//!
//! # Limits
//!
//! [`About::ready_ms`], [`STOP_MAX`], [`LINE_OCTETS_MAX`], [`LINES_MAX`], [`ABOUT_MAX`]. Whoever goes beyond them, dies, says
//! what is no report or leaves processes behind makes the case inconclusive.

use std::{path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

mod about;
pub mod brief;
mod said;
mod settings;
mod words;

#[cfg(target_os = "linux")]
mod asked;
#[cfg(target_os = "linux")]
mod left;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod running;
#[cfg(target_os = "linux")]
mod shared;

pub use about::{About, AboutError, ReportKind};
#[cfg(target_os = "linux")]
pub use asked::ask;
pub use said::{Said, SaidError};
pub use words::{WordsError, split};

use super::{Brief, Mta, RunningMta, StartError, Work};

/// The version of the contract: fields may be added, never renamed.
pub const VERSION: u32 = 1;
/// The exit status that says: the MTA has no such setting (`unsupported`).
pub const UNSUPPORTED_STATUS: i32 = 89;
/// How long the program may take to say who it is.
pub const ABOUT_MAX: Duration = Duration::from_secs(15);
/// How long it may take to end once its standard input has ended and it was sent SIGTERM.
pub const STOP_MAX: Duration = Duration::from_secs(2);
/// Longest line that it may say, in octets.
pub const LINE_OCTETS_MAX: usize = 256 * 1024;
/// Most lines that it may say in one case.
pub const LINES_MAX: usize = 100_000;
/// The folder that it may write to; what is in there goes with the world.
pub const FOLDER: &str = "/run/mtaspec/command";

/// How the program is run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// The program; an absolute path.
    pub program: PathBuf,
    /// Its arguments; the task is put behind them.
    pub arguments: Vec<String>,
    /// Where it works: the folder that relative paths in the arguments are meant from.
    pub folder: PathBuf,
    /// Where it finds programs of its own (`PATH`); the rest of its environment is the contract's.
    pub path: String,
}

impl CommandLine {
    /// Folders of the machine that it must see.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        let of_program = self.program.parent().map(PathBuf::from);
        std::iter::once(self.folder.clone()).chain(of_program).collect()
    }
}

/// What may go on beside it while it gets ready: files are written, a port is tried.
const BESIDE: Duration = Duration::from_secs(2);

/// An MTA behind a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandMta {
    /// How it is run.
    pub line: CommandLine,
    /// What it said of itself.
    pub about: About,
}

impl CommandMta {
    /// As [`About::ready_ms`].
    #[must_use]
    pub fn ready_max(&self) -> Duration {
        Duration::from_millis(self.about.ready_ms)
    }

    fn says(&self, kind: ReportKind) -> bool {
        self.about.reports.contains(&kind)
    }
}

impl Mta for CommandMta {
    fn name(&self) -> String {
        self.about.name.clone()
    }

    fn version(&self) -> String {
        self.about.version.clone()
    }

    fn quiet(&self) -> Duration {
        Duration::from_millis(self.about.quiet_ms)
    }

    fn start_max(&self) -> Duration {
        self.ready_max() + BESIDE
    }

    fn asks_name_server(&self) -> bool {
        self.about.name_server
    }

    fn knows_organisation(&self) -> bool {
        self.about.organisation
    }

    fn reports_shell(&self) -> bool {
        self.says(ReportKind::Shell)
    }

    fn reports_log(&self) -> bool {
        self.says(ReportKind::Log)
    }

    fn reports(&self) -> bool {
        self.says(ReportKind::Fate)
    }

    #[cfg(target_os = "linux")]
    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        let own = self.clone();
        Box::pin(async move { Ok(running::Running::start(&own, brief).await? as Arc<dyn RunningMta>) })
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self, _: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        Box::pin(async { Err(StartError::failed("a command is run in a sandbox, and only Linux has them")) })
    }
}
