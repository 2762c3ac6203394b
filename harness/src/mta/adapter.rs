//! The adapter of an MTA that is configured by files and judged in the sandbox: it translates a brief into a plan.
//!
//! A plan is data: what to write, what to run, where to hand messages over. [`ProcessMta`](super::ProcessMta) does the
//! rest, the same for every MTA, so a plan can be looked at, kept and tested without root and without the MTA.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use super::{Brief, MtaOption, NextHop, QueueReport, StartError};
use crate::{
    case::model::ShellText,
    trace::event::{LogKind, ReportedFate},
};

/// Translates a world into the configuration of one MTA.
///
/// It may rename, reformat and split a setting and fill in a documented default. It never compares two connectors, and
/// refuses what the MTA cannot express.
pub trait Adapter: Send + Sync {
    /// The MTA's short name: `postfix`.
    fn name(&self) -> &'static str;

    /// How long after the last event nothing more is to be expected: two of its retry rounds, at least 1 s.
    fn quiet(&self) -> Duration {
        Duration::from_secs(2)
    }

    /// Whether its reports have the lines of its protocol log.
    fn reports_log(&self) -> bool {
        false
    }

    /// How its reports are read, if it makes any on standard output. `None`: it is watched on the wire alone.
    fn reports(&self) -> Option<ReportReader> {
        None
    }

    /// Whether it says what becomes of each recipient: in its reports, or by the end of the command that a message is
    /// handed over by ([`Says::Fate`]).
    fn reports_fates(&self) -> bool {
        self.reports().is_some()
    }

    /// As [`Mta::knows_organisation`](super::Mta::knows_organisation).
    fn knows_organisation(&self) -> bool {
        false
    }

    /// As [`Mta::reports_shell`](super::Mta::reports_shell).
    fn reports_shell(&self) -> bool {
        false
    }

    /// What is written to the standard input of its first process for a text of its shell later in the case; it answers
    /// by [`MtaReport::Told`]. `None`: its configuration cannot change.
    fn typed(&self) -> Option<fn(&ShellText) -> String> {
        None
    }

    /// Prints the MTA's version; run in the sandbox before the first case. `None`: it cannot say.
    fn version(&self) -> Option<VersionCommand>;

    /// What to write and run so that the MTA is in this world.
    ///
    /// Every domain of [`Brief::accepted`] must be relayed to the address and port beside it, without DNS and before
    /// any connector is looked at; one of them is the canary's.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`], naming the setting, if the page asks for what this MTA does not have.
    fn plan(&self, brief: &Brief) -> Result<Plan, StartError>;

    /// What an option of the MTA's own is: `a line of main.cf`. `None`: it takes none.
    fn options(&self) -> Option<&'static str> {
        None
    }

    /// Puts an option behind what [`Adapter::plan`] wrote. It is never asked where [`Adapter::options`] has no word for
    /// one.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the MTA takes none.
    fn set(&self, plan: &mut Plan, option: &MtaOption) -> Result<(), StartError> {
        let _plan = plan;
        Err(StartError::unsupported(&option.key))
    }
}

/// Reads what an MTA says of itself.
#[derive(Clone, Copy, Debug)]
pub struct ReportReader {
    /// What a message is called in reports, out of the reply with which it was taken.
    pub name: fn(&str) -> Option<String>,
    /// A line of standard output; `None`: it is no report.
    pub line: fn(&str) -> Option<MtaReport>,
}

/// What an MTA reports of itself; messages are called as it calls them. As JSON it is an object whose `report` names the
/// kind: `{"report":"fate","message":"1","recipient":"u@b.test","fate":"delivered","reason":"250 2.0.0 Ok"}`.
#[expect(clippy::exhaustive_enums, reason = "each has its place in the trace")]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum MtaReport {
    /// What became of a recipient.
    Fate {
        /// The message.
        message: String,
        /// Its forward-path.
        recipient: String,
        /// What.
        fate: ReportedFate,
        /// Why.
        reason: String,
    },
    /// Something about its protocol log.
    Log {
        /// What.
        kind: LogKind,
        /// The file.
        file: String,
        /// The line.
        row: String,
    },
    /// How a queue stands.
    Queue(QueueReport),
    /// How a recipient is routed.
    Route {
        /// The message.
        message: String,
        /// Its forward-path.
        recipient: String,
        /// By which connector; `None`: by none.
        connector: Option<String>,
        /// Which kind of delivery.
        delivery: String,
    },
    /// A command of its management shell.
    Shell {
        /// The command.
        command: String,
        /// Whether it was carried out.
        accepted: bool,
        /// What it printed, or why it was refused.
        output: String,
        /// A stable word for the kind of refusal; empty if there is none.
        #[serde(default)]
        code: String,
    },
    /// A text that was typed into its shell has been run to its end ([`Adapter::typed`]).
    Told,
}

/// How an MTA says which version it is.
#[derive(Clone, Debug)]
pub struct VersionCommand {
    /// What to run; it ends by itself.
    pub command: PlannedCommand,
    /// Takes the version out of what it printed, on standard output and then on standard error.
    pub read: fn(&str) -> Option<String>,
}

/// Everything that brings an MTA to work in one world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Users and groups that the MTA's own packages would have made; those that are there are kept.
    pub users: Vec<PlannedUser>,
    /// Directories, in this order; parents are made with mode 755 and owner root.
    pub directories: Vec<PlannedDirectory>,
    /// Files, in this order; parents likewise. All are dated a minute back, for some MTAs wait on a file that was
    /// written just now.
    pub files: Vec<PlannedFile>,
    /// Run to their end before the MTA is started, one after the other: maps, macro processors. A status other than 0
    /// ends the case as inconclusive.
    pub prepare: Vec<PlannedCommand>,
    /// The MTA, in the foreground: a process that ends before the case has died.
    pub start: Vec<PlannedCommand>,
    /// Run once more in each period while the case lasts: the queue run of an MTA without a setting for it.
    pub repeat: Option<(Duration, PlannedCommand)>,
    /// Where it takes messages by SMTP once it is up; `127.0.0.1:25` for most.
    pub submission: SocketAddr,
    /// How it takes messages if it takes no SMTP; `None`: at [`Plan::submission`].
    pub injection: Option<PlannedInjection>,
    /// What a reply to a submission begins with that refuses this message for good, although its code says "not now".
    pub refusals: Vec<&'static str>,
    /// The ways out of an MTA that takes no header field out: a message with a field that one of them may not send is not
    /// handed over. Empty: it has a setting for them.
    pub unfiltered: Vec<NextHop>,
    /// What stands in the place of the files of the same paths until the canary has arrived: for an MTA with one next
    /// hop, and no other for the canary. It must read them anew for each attempt.
    pub until_canary: Vec<PlannedFile>,
    /// Where other servers of its organisation hand messages over (`via=transport`); `None`: at the same place.
    pub transport: Option<SocketAddr>,
    /// How long it may take to end when it is asked to (SIGTERM) at the end of the case, before it is killed. Zero:
    /// it is killed at once, with the world.
    pub stop_grace: Duration,
    /// Directories of its queue: while it has a message, one of them holds a file, at any depth. They stand in the order
    /// of a message's way, and in the last one it waits for a further attempt. Empty: what it has cannot be seen, and it
    /// is watched for longer.
    pub queue: Vec<PathBuf>,
    /// Whether a message that is worked on stays where it waits: a process has its file in [`Plan::queue`] open.
    pub opens_queue: bool,
    /// Log files of its own, beside what it prints and what it sends to the system log.
    pub logs: Vec<PathBuf>,
    /// For an MTA that has no way of its own for the domains of [`Brief::accepted`]: what stands in the line of the system
    /// log by which it says that it writes a notice, which is for one of them. It would go where no page has it, so the
    /// case ends with it: unsupported, as is any other message for these domains ([`NextHop::takes`]). `None`: it has
    /// such a way, or writes no notices.
    pub writes_notice: Option<&'static str>,
}

impl Plan {
    /// A plan without files and processes, for an MTA that takes messages here.
    #[must_use]
    pub fn new(submission: SocketAddr) -> Self {
        Self {
            users: Vec::new(),
            directories: Vec::new(),
            files: Vec::new(),
            prepare: Vec::new(),
            start: Vec::new(),
            repeat: None,
            submission,
            injection: None,
            refusals: Vec::new(),
            unfiltered: Vec::new(),
            until_canary: Vec::new(),
            transport: None,
            stop_grace: Duration::ZERO,
            queue: Vec::new(),
            opens_queue: false,
            logs: Vec::new(),
            writes_notice: None,
        }
    }

    /// Adds a line to a file of the plan; nothing if it has no such file.
    pub fn append_line(&mut self, path: &Path, line: &str) {
        let files = self.files.iter_mut().filter(|file| file.path == path);
        for contents in files.filter_map(|file| file.contents.as_mut()) {
            contents.extend_from_slice(line.as_bytes());
            contents.push(b'\n');
        }
    }
}

/// A user of the world, with a group of the same name. Its ids are given by the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedUser {
    /// Name of user and group.
    pub name: String,
    /// Further users that are in its group.
    pub members: Vec<String>,
}

/// A directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDirectory {
    /// Absolute.
    pub path: PathBuf,
    /// Permission bits: `0o700`.
    pub mode: u32,
    /// `user` or `user:group`; `None`: root.
    pub owner: Option<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// Absolute.
    pub path: PathBuf,
    /// What it holds; `None`: a file of the MTA that is there keeps its contents and gets mode and owner.
    pub contents: Option<Vec<u8>>,
    /// Permission bits: `0o644`.
    pub mode: u32,
    /// `user` or `user:group`; `None`: root.
    pub owner: Option<String>,
}

impl PlannedFile {
    /// A text file that everybody may read.
    #[must_use]
    pub fn text(path: impl Into<PathBuf>, contents: impl Into<String>) -> Self {
        Self { path: path.into(), contents: Some(contents.into().into_bytes()), mode: 0o644, owner: None }
    }

    /// A text file that root alone may read: keys and passwords.
    #[must_use]
    pub fn secret(path: impl Into<PathBuf>, contents: impl Into<String>) -> Self {
        Self { mode: 0o600, ..Self::text(path, contents) }
    }
}

/// A command line, run without a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCommand {
    /// Absolute path of the program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment beside `PATH`, and nothing else.
    pub environment: Vec<(String, String)>,
    /// Who it runs as; `None`: root.
    pub user: Option<String>,
}

impl PlannedCommand {
    /// A program with arguments, run as root.
    #[must_use]
    pub fn new<S: Into<String>>(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = S>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments, environment: Vec::new(), user: None }
    }
}

/// A command that takes a message on standard input, in the lines of this system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedInjection {
    /// What is run for each message.
    pub command: PlannedCommand,
    /// Where it is told of the envelope.
    pub envelope: EnvelopeForm,
    /// What its end says.
    pub says: Says,
    /// What it makes of an empty reverse-path.
    pub null_path: NullPath,
    /// Most recipients of a message that it is handed; `None`: any number. For a program that makes a process of each:
    /// how many of them it gets done is up to the machine.
    pub recipients_max: Option<usize>,
    /// The only way out; what that cannot take is not handed over.
    pub way: NextHop,
}

/// What a command makes of a message without a reverse-path.
#[expect(clippy::exhaustive_enums, reason = "it is the sender, or somebody else is put in its place")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullPath {
    /// It is sent from `<>`.
    Kept,
    /// It is sent from whoever runs the command: such a message is not handed over.
    Replaced,
}

/// Where a command is told of an envelope.
#[expect(clippy::exhaustive_enums, reason = "arguments or input")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeForm {
    /// Behind its own arguments: `-f`, the reverse-path, `--`, and the forward-paths.
    Arguments,
    /// Before the message: a line each for the reverse-path and the forward-paths, and an empty one.
    Lines,
}

/// What the end of such a command says.
#[expect(clippy::exhaustive_enums, reason = "it has tried, or it has not")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// That the message was tried, and how that went: 0, that it was delivered; 75, that it may be tried later;
    /// anything else, that it failed (sysexits.h).
    Fate,
    /// That it is in the queue, if the status is 0.
    Queued,
}

#[cfg(test)]
mod tests {
    use super::MtaReport;

    #[test]
    fn reports_are_read_from_json() {
        let read = |line: &str| serde_json::from_str::<MtaReport>(line).ok();
        assert_eq!(read(r#"{"report":"told"}"#), Some(MtaReport::Told));
        let refused = r#"{"report":"shell","command":"Get-X","accepted":false,"output":"no such command"}"#;
        let expected = MtaReport::Shell {
            command: "Get-X".to_owned(),
            accepted: false,
            output: "no such command".to_owned(),
            code: String::new(),
        };
        assert_eq!(read(refused), Some(expected));
        let queue = r#"{"report":"queue","next_hop":"b.test","delivery":"DnsConnectorDelivery","status":"Retry",
                        "messages":2,"last_error":"","later":"fields may be added"}"#;
        assert!(matches!(read(queue), Some(MtaReport::Queue(own)) if own.messages == 2 && own.next_hop == "b.test"));
        assert_eq!(read(r#"{"report":"store","message":"1","error":"disk full"}"#), None);
    }
}
