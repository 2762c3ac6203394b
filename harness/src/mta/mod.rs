//! What is judged: the trait that an MTA is attached by, and what it is told.
//!
//! An adapter translates: it may rename, reformat and split a setting and fill in a documented default. It never
//! compares two connectors, and it never looks at the world for a verdict. What it cannot express it refuses by
//! [`StartError::Unsupported`], naming the setting.

use std::{
    collections::BTreeMap,
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use mtaspec_reference_transport::{connector::Connector, network::Network};
use rustls::pki_types::CertificateDer;
use serde::Deserialize;

use crate::{
    case::{
        dsn::Dsn,
        model::{ShellText, Via},
        organisation::OrganisationSpec,
    },
    trace::event::{LogKind, ReportedFate},
};

mod adapter;
mod brief;
pub mod capability;
pub mod command;
mod compete;
mod daemon;
pub mod dma;
mod evidence;
pub mod exim;
pub mod fetch;
#[cfg(test)]
mod fixture;
pub mod haraka;
#[cfg(target_os = "linux")]
mod inject;
#[cfg(target_os = "linux")]
mod install;
mod library;
pub mod msmtp;
pub mod nullmailer;
#[cfg(target_os = "linux")]
mod open_files;
pub mod opensmtpd;
pub mod options;
mod pem;
pub mod postfix;
#[cfg(target_os = "linux")]
mod process;
mod reference;
#[cfg(target_os = "linux")]
mod reported;
mod resolv_conf;
pub mod sendmail;
mod server_settings;
mod submit;
mod waited_for;

pub use adapter::{
    Adapter, EnvelopeForm, MtaReport, NullPath, Plan, PlannedCommand, PlannedDirectory, PlannedFile, PlannedInjection,
    PlannedUser, ReportReader, Says, VersionCommand,
};
pub use brief::NextHop;
pub use daemon::ReferenceDaemon;
pub use evidence::{Evidence, EvidenceBook, LOG_OCTETS_MAX};
pub use library::{Library, SendMessage, Sent};
pub use options::{MtaOption, WithOptions};
#[cfg(target_os = "linux")]
pub use process::ProcessMta;
pub use reference::Reference;
pub use server_settings::{Lookup, ServerSettings};
pub use waited_for::WaitedFor;

/// The domain of the message that each world in the sandbox delivers before its case.
pub const CANARY_DOMAIN: &str = "canary.test";

/// How long an MTA of processes may take from its start to its first greeting. The greeting is what is waited for, and so
/// is the end of a process; this is for one that does neither, on a machine that is as busy as it may be.
const READY_MAX: Duration = Duration::from_secs(20);
/// How long one command of its preparation may take.
const PREPARE_MAX: Duration = Duration::from_secs(5);
/// How long its whole start may take: it is given up by one of the other two first, which say what is missing.
const START_MAX: Duration = READY_MAX.saturating_add(PREPARE_MAX);

/// A boxed future, so that the traits here can be used as objects.
pub type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// An MTA that can be started afresh for each case.
pub trait Mta: Send + Sync {
    /// A short name: `reference`, `lettre`.
    fn name(&self) -> String;

    /// Its version, for the report.
    fn version(&self) -> String;

    /// On sockets: how long after the last event nothing more is to be expected. At least two of its retry rounds;
    /// an MTA without a queue of its own says less.
    fn quiet(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// In a sandbox: how long it may take to start, with everything that it prepares, in the machine's time.
    fn start_max(&self) -> Duration {
        START_MAX
    }

    /// Whether it asks the world's name server. One that goes by the machine's own tables is not judged by cases that
    /// are about DNS.
    fn asks_name_server(&self) -> bool {
        true
    }

    /// Whether it can be one server of an organisation of several, with sites, roles, Edge subscriptions and domains that
    /// are relayed. One that cannot is not judged by cases with such a world.
    fn knows_organisation(&self) -> bool {
        false
    }

    /// Whether it has the management shell of the pages and reports what that took, refused and printed. One that does
    /// not is not judged by cases that have claims on the shell.
    fn reports_shell(&self) -> bool {
        false
    }

    /// Whether it reports the lines of its protocol log. One that does not is not judged by cases that have claims on
    /// the log.
    fn reports_log(&self) -> bool {
        false
    }

    /// Whether it reports what becomes of recipients. One that does not is watched on the wire alone.
    fn reports(&self) -> bool {
        true
    }

    /// What an option of its own is (`--mta-option`): `a line of main.cf`. `None`: it takes none.
    fn options(&self) -> Option<&'static str> {
        None
    }

    /// As [`Mta::start`], with settings of its own behind those that the brief asks for.
    ///
    /// # Errors
    ///
    /// As [`Mta::start`]; [`StartError::Unsupported`] if it takes no options.
    fn start_with(&self, brief: Brief, options: &[MtaOption]) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        if options.is_empty() {
            return self.start(brief);
        }
        Box::pin(async { Err(StartError::unsupported("options of its own")) })
    }

    /// A fresh one, in this world.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the page asks for a setting that this MTA does not have.
    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>>;
}

/// What an MTA without [`RunningMta::shell`] cannot be asked.
const RUN_TIME_CHANGE: &str = "a change of connectors at run time";

/// An MTA at work in one world.
///
/// In memory it shares a thread with its world. One that spins while it uses the network is ended by a limit of the
/// world; one that never yields, or yields for ever without touching the world, cannot be stopped.
pub trait RunningMta: Send + Sync {
    /// Takes a message and works on it. It is done when the message has been tried once, or earlier if the MTA has a
    /// queue of its own; the world is watched on its own account.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the message cannot be handed over as asked.
    fn submit(self: Arc<Self>, message: Submission) -> Work<Result<(), StartError>>;

    /// Hears that the canary has arrived, and that the case begins: what stood in place for the canary alone goes.
    ///
    /// # Errors
    ///
    /// If it could not be made ready for the case.
    fn begin(self: Arc<Self>) -> Work<Result<(), StartError>> {
        Box::pin(async { Ok(()) })
    }

    /// More text for its management shell, later in the case.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if its configuration cannot change.
    fn shell(self: Arc<Self>, text: ShellText) -> Work<Result<(), StartError>> {
        drop(text);
        Box::pin(async { Err(StartError::unsupported(RUN_TIME_CHANGE)) })
    }

    /// What it has to do; `None` if that cannot be seen from outside.
    fn backlog(&self) -> Option<Backlog> {
        None
    }

    /// What it has taken and does not answer for at the horizon of its case, if it must have by then: of what it did not
    /// do, nothing follows.
    fn owes(&self) -> Option<StartError> {
        None
    }

    /// Completes if the MTA dies, and says how. Never for one that lives in this process.
    fn lost(self: Arc<Self>) -> Work<StartError> {
        Box::pin(std::future::pending())
    }

    /// Ends it, in bounded time.
    ///
    /// # Errors
    ///
    /// If it had to be killed although it was given time to stop.
    fn stop(self: Arc<Self>) -> Work<Result<(), StartError>> {
        Box::pin(async { Ok(()) })
    }
}

/// What an MTA has to do.
#[expect(clippy::exhaustive_enums, reason = "a queue is empty, waits or works")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// It works on a message that it took.
    AtWork,
    /// It has no message.
    Empty,
    /// All that it has waits for a further attempt.
    Waiting,
}

/// Why an MTA could not be brought to work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Ours or the machine's: the case is inconclusive.
    #[error("the MTA could not be started: {why}")]
    Failed {
        /// What happened.
        why: String,
    },
    /// The MTA ended by itself, after the case had begun: what the case does not say any more, an invariant does.
    #[error("the MTA is no more: {why}")]
    Died {
        /// What ended, and how.
        why: String,
    },
    /// The MTA has no such setting.
    #[error("the MTA has no setting for {setting}")]
    Unsupported {
        /// Which, in the words of the page.
        setting: String,
    },
}

impl StartError {
    /// What went wrong, in the words of another's error.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed { why: error.to_string() }
    }

    /// The MTA has no such setting; which, in the words of the page.
    pub fn unsupported(setting: impl Into<String>) -> Self {
        Self::Unsupported { setting: setting.into() }
    }
}

/// What every MTA is told of its world.
pub struct Brief {
    /// Its own name.
    pub server: String,
    /// Its own address.
    pub address: IpAddr,
    /// Name servers, as they are dialled.
    pub resolvers: Vec<SocketAddr>,
    /// How long its world lasts at most, once the first message may come.
    pub horizon: Duration,
    /// The certificate authority to trust, in PEM and in DER.
    pub authority: Authority,
    /// Certificates that it may show, by name.
    pub identities: Vec<Identity>,
    /// Accepted domains, and where their mail goes, as it is dialled. [`CANARY_DOMAIN`] is one of them where a world has a
    /// canary; it is none of the organisation's.
    pub accepted: Vec<(String, SocketAddr)>,
    /// The effective connectors at the start: defaults filled in, permissions resolved.
    pub connectors: Vec<Connector>,
    /// The effective settings of the server and of the organisation at the start.
    pub settings: ServerSettings,
    /// The management-shell texts that made them.
    pub shell: Vec<ShellText>,
    /// Who there is beside it; one server alone for an MTA without [`Mta::knows_organisation`].
    pub organisation: OrganisationSpec,
    /// The certificates of the other servers, by name, as the organisation's directory knows them.
    pub server_certificates: Vec<(String, CertificateDer<'static>)>,
    /// How to reach the world in process.
    pub network: Arc<dyn Network>,
    /// For an MTA that looks names up in the machine's own tables: every name of the zones with an address.
    pub names: BTreeMap<String, Vec<IpAddr>>,
    /// Where an address and port of the page is listened on; the same in memory, a loopback socket on sockets.
    pub dial: BTreeMap<SocketAddr, SocketAddr>,
    /// Where it reports what became of recipients.
    pub reporter: Arc<dyn Reporter>,
    /// Where it leaves its configuration and its log, for whoever reads a failure.
    pub evidence: Arc<EvidenceBook>,
}

/// The certificate authority of a world.
#[derive(Clone, Debug)]
pub struct Authority {
    /// In PEM.
    pub pem: String,
    /// The list of revoked certificates, in DER.
    pub revocation_list: rustls::pki_types::CertificateRevocationListDer<'static>,
    /// The same in PEM.
    pub revocation_list_pem: String,
    /// In DER.
    pub der: Vec<rustls::pki_types::CertificateDer<'static>>,
}

/// A certificate of the MTA's own.
#[derive(Debug)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// Its chain, its own certificate first.
    pub chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    /// Its key.
    pub key: rustls::pki_types::PrivateKeyDer<'static>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

/// A message to hand over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its name in the trace: `m1`, `m1.3` for the third copy.
    pub name: String,
    /// Reverse-path; empty is `<>`.
    pub reverse_path: String,
    /// Forward-paths.
    pub recipients: Vec<String>,
    /// What it asks about notifications. An MTA that takes no such parameters refuses a message that asks.
    pub dsn: Dsn,
    /// The message, with the line ends of the page.
    pub octets: Arc<Vec<u8>>,
    /// How it comes in.
    pub via: Via,
}

/// Why a management shell refused a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellRefusal {
    /// A stable word for its kind: `conflict`. Empty if the shell has none.
    pub code: String,
    /// In the shell's own words.
    pub message: String,
}

/// How a queue of an MTA stands, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct QueueReport {
    /// What waits there is for this.
    pub next_hop: String,
    /// As in [`Reporter::route`].
    pub delivery: String,
    /// `Retry`.
    pub status: String,
    /// How many messages are in it.
    pub messages: u64,
    /// Why its last attempt failed; empty if it did not.
    pub last_error: String,
    /// The domain with whose hosts it speaks mutual TLS; empty: none, or the MTA does not say.
    #[serde(default)]
    pub tls_domain: String,
}

/// Takes what an MTA reports of itself: part of the trace as "reported by the MTA".
pub trait Reporter: Send + Sync {
    /// What became of a recipient.
    fn fate(&self, message: &str, recipient: &str, fate: ReportedFate, reason: &str);

    /// A command of the management shell: what it printed, or why it was refused.
    fn shell(&self, command: &str, result: Result<&str, ShellRefusal>);

    /// How a queue of it stands.
    fn queue(&self, queue: QueueReport);

    /// Something about its protocol log: a line, a file that is gone (no row), an error (no file).
    fn log(&self, kind: LogKind, file: &str, row: &str) {
        let _ = (kind, file, row);
    }

    /// How a recipient is routed; `connector` is empty if it is not.
    fn route(&self, message: &str, recipient: &str, connector: &str, delivery: &str);
}
