//! What parent and worker say to each other: one job as JSON on standard input, then a line of JSON for each thing that
//! happens on standard output.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    mta::{
        Evidence, MtaOption, StartError,
        command::{About, CommandLine, CommandMta},
    },
    trace::Entry,
};

/// What a worker is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The MTA, as the program calls it.
    pub mta: String,
    /// The MTA, if it is one behind a command.
    #[serde(default)]
    pub command: Option<CommandMta>,
    /// Settings of the MTA's own, behind those that its adapter writes.
    #[serde(default)]
    pub options: Vec<MtaOption>,
    /// An unpacked tree of the MTA; `None`: the machine's own.
    pub root: Option<PathBuf>,
    /// Process id of the parent: the worker goes with it.
    pub parent: u32,
    /// What for.
    pub task: Task,
}

/// What a world is made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Task {
    /// To ask a command who it is.
    About(CommandLine),
    /// To observe one case.
    Observe {
        /// The page's path: the id of its cases begins with its folder and stem.
        file: PathBuf,
        /// The page.
        page: String,
        /// The case.
        case: String,
        /// All randomness of a case comes from this and the case's id.
        seed: u64,
        /// The time of day, in milliseconds since 1970.
        now_ms: u64,
    },
    /// To ask the MTA for its version.
    Version,
}

/// What a worker tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Told {
    /// Who a command says it is, or why that is not known.
    About(Result<About, Refusal>),
    /// The case has ended. Always the last line of one.
    Done {
        /// Why the MTA did not do what the page asked for, if so.
        refusal: Option<Refusal>,
        /// What the MTA left behind.
        evidence: Evidence,
    },
    /// An event, as it happened.
    Entry(Entry),
    /// The MTA's version; empty if it cannot say.
    Version(String),
}

/// A [`StartError`] as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The MTA ended by itself.
    Died(String),
    /// Ours or the machine's.
    Failed(String),
    /// The MTA has no such setting.
    Unsupported(String),
}

impl From<StartError> for Refusal {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Died { why } => Self::Died(why),
            StartError::Failed { why } => Self::Failed(why),
            StartError::Unsupported { setting } => Self::Unsupported(setting),
        }
    }
}

impl From<Refusal> for StartError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Died(why) => Self::Died { why },
            Refusal::Failed(why) => Self::Failed { why },
            Refusal::Unsupported(setting) => Self::Unsupported { setting },
        }
    }
}
