//! How the program ends: one table of statuses, and the error that carries one.

use std::process::ExitCode;

/// What the exit status says. The numbers are part of the program's contract; 64 to 70 are those of `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// All is as expected.
    AsExpected = 0,
    /// A SHOULD claim is broken.
    Departs = 1,
    /// A MUST claim is broken.
    Violates = 2,
    /// A case is inconclusive, or unsupported on the reference.
    Inconclusive = 3,
    /// Nothing was judged, a deviation is stale, a snapshot differs, or two runs do.
    Differs = 4,
    /// The command line is wrong.
    CommandLine = 64,
    /// A page is wrong, or a file of the user's cannot be read.
    Page = 65,
    /// The MTA, or a right that it needs, is missing.
    Missing = 69,
    /// A bug of mtaspec.
    Bug = 70,
    /// The user ended a run before its last case: 128 and the number of SIGINT, as shells have it.
    Interrupted = 130,
}

impl Status {
    /// Of two runs, the status that says more: that one is not complete before all else, a broken MUST before what is
    /// inconclusive, that before a broken SHOULD, and that before what differs.
    pub(crate) fn worse(self, other: Self) -> Self {
        const ORDER: [Status; 5] =
            [Status::Interrupted, Status::Violates, Status::Inconclusive, Status::Departs, Status::Differs];
        ORDER.into_iter().find(|status| [self, other].contains(status)).unwrap_or(self)
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a subcommand could not do its work: a message for the user, and the status to end with.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    /// The status.
    pub(crate) status: Status,
    /// What to say; may have several lines.
    pub(crate) message: String,
    /// What stands above the message, ready to be read: mistakes of pages with their lines. Empty, or ends in a line end.
    pub(crate) detail: String,
}

impl Failure {
    /// This status, with this message.
    fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), detail: String::new() }
    }

    /// A wrong command line.
    pub(crate) fn command_line(message: impl Into<String>) -> Self {
        Self::new(Status::CommandLine, message)
    }

    /// A wrong page or file.
    pub(crate) fn page(message: impl Into<String>) -> Self {
        Self::new(Status::Page, message)
    }

    /// Nothing was judged.
    pub(crate) fn nothing_judged(message: impl Into<String>) -> Self {
        Self::new(Status::Differs, message)
    }

    /// The user ended it before there was anything to tell.
    pub(crate) fn interrupted() -> Self {
        Self::new(Status::Interrupted, "interrupted before a case was judged")
    }

    /// The MTA, or a right that it needs, is missing.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(Status::Missing, message)
    }

    /// Our own fault.
    pub(crate) fn bug(message: impl Into<String>) -> Self {
        Self::new(Status::Bug, message)
    }
}
