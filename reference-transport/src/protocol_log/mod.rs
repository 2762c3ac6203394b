//! The SEND protocol log: what was said in the sessions of connectors that log, a row an event.
//!
//! [`ProtocolLog::begin`] gives a [`Conversation`] for a session that is logged, and nothing for one that is not; the
//! conversation writes its rows as they come about. [`ProtocolLog::asked`] writes the log of DNS, which has its own
//! switch and files (LOG-23). Files lie in a [`LogFolder`], which is memory or a directory.
//!
//! # Invariants
//!
//! - One event is one row of nine fields, whatever a host puts into its reply (LOG-22).
//! - No credential is in a row, neither raw nor in base64, not even where the host repeats it (AUT-24).
//! - Mail data is in no row (LOG-11).
//! - A log that cannot be written holds up no mail: it raises an error event.
//!
//! # Limits
//!
//! Those of `Set-TransportService -SendProtocolLogMax*` (LOG-15).
//!
//! # Not here
//!
//! The log of what is received.

mod certificate;
mod conversation;
mod dns;
mod files;
mod folder;
mod row;
mod secrets;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use self::files::{Files, Kind};
pub use self::{
    conversation::Conversation,
    dns::Asked,
    folder::{DirectoryFolder, LogFile, LogFolder, MemoryFolder},
    row::{Mark, Row},
    secrets::Secrets,
};
use crate::{
    connector::{Connector, HeaderRights, LoggingLevel, Service},
    directory::{Directory, LogFiles},
    network::Network,
    observer::{LogReport, Observer, Report},
};

/// A service that writes a SEND log of its own (LOG-02, LOG-17).
#[expect(clippy::exhaustive_enums, reason = "the services that open connections")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogService {
    /// Front End Transport.
    FrontEnd,
    /// Mailbox Transport: side-effect mail of deliveries.
    MailboxDelivery,
    /// Mailbox Transport Submission.
    MailboxSubmission,
    /// Transport, of a Mailbox or of an Edge server.
    Transport,
}

impl LogService {
    /// The folder of a Mailbox Transport log, below the installation; the other services have theirs in
    /// [`LogFiles::path`].
    #[must_use]
    pub fn mailbox_folder(self) -> Option<&'static str> {
        match self {
            Self::MailboxDelivery => Some("TransportRoles\\Logs\\Mailbox\\ProtocolLog\\SmtpSend\\Delivery"),
            Self::MailboxSubmission => Some("TransportRoles\\Logs\\Mailbox\\ProtocolLog\\SmtpSend\\Submission"),
            Self::FrontEnd | Self::Transport => None,
        }
    }
}

/// As whose a session is logged, if at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogAs {
    /// A Send connector that logs (`-ProtocolLoggingLevel Verbose`).
    Connector {
        /// Its name.
        name: String,
        /// Who opens the connection.
        service: LogService,
        /// What its sessions may send (LOG-14).
        rights: HeaderRights,
    },
    /// The implicit connector to other servers of the organisation; the service's own switch decides (IMP-09).
    IntraOrganization(LogService),
    /// It is not.
    #[default]
    Nothing,
}

impl LogAs {
    /// As `connector` has it (MOD-26).
    #[must_use]
    pub fn of(connector: &Connector) -> Self {
        match connector.protocol_logging {
            LoggingLevel::None => Self::Nothing,
            LoggingLevel::Verbose => Self::Connector {
                name: connector.name.clone(),
                service: match connector.service {
                    Service::FrontEnd => LogService::FrontEnd,
                    Service::Transport => LogService::Transport,
                },
                rights: connector.header_rights,
            },
        }
    }
}

/// The connector-id of the implicit connector.
const INTRA_ORGANIZATION: &str = "Intra-Organization SMTP Send Connector";

/// What the directory says of the logs of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPlan {
    transport: Switch,
    front_end: Option<Switch>,
    /// Some connector logs.
    is_wanted: bool,
}

/// The log of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Switch {
    files: LogFiles,
    intra_organization: bool,
    /// `None`: the DNS log is off.
    dns: Option<LogFiles>,
}

/// One log of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Log {
    Dns(LogService),
    Send(LogService),
}

impl Log {
    fn kind(self) -> Kind {
        match self {
            Self::Dns(_) => Kind { prefix: "DNS", log_type: "DNS log", fields: dns::FIELDS },
            Self::Send(_) => Kind { prefix: "SEND", log_type: "SMTP Send Protocol Log", fields: row::FIELDS },
        }
    }

    /// Where it is written, and how much of it is kept; `None`: it is off.
    fn settings(self, plan: &LogPlan) -> Option<LogFiles> {
        match self {
            Self::Dns(service) => plan.switch(service)?.dns.clone(),
            Self::Send(service) => {
                let files = plan.switch(service)?.files.clone();
                let own = service.mailbox_folder().map(str::to_owned);
                Some(LogFiles { path: own.or(files.path), ..files })
            }
        }
    }
}

impl LogPlan {
    /// As the directory of the server `server` has it now.
    #[must_use]
    pub fn of(directory: &Directory, server: &str) -> Self {
        let transport = directory.transport_service();
        let front_end = directory.frontend_transport_service_of(server).map(|service| Switch {
            files: service.send_protocol_log.clone(),
            intra_organization: service.intra_org_protocol_logging,
            dns: service.dns_log_enabled.then(|| service.dns_log.clone()),
        });
        let logs = |connector: &Connector| connector.protocol_logging == LoggingLevel::Verbose;
        Self {
            transport: Switch {
                files: transport.send_protocol_log.clone(),
                intra_organization: transport.intra_org_protocol_logging,
                dns: transport.dns_log_enabled.then(|| transport.dns_log.clone()),
            },
            front_end,
            is_wanted: directory.connectors().iter().any(logs),
        }
    }

    fn switch(&self, service: LogService) -> Option<&Switch> {
        match service {
            LogService::FrontEnd => self.front_end.as_ref(),
            // The Transport switch also covers Mailbox Transport Submission (IMP-09).
            LogService::MailboxDelivery | LogService::MailboxSubmission | LogService::Transport => {
                Some(&self.transport)
            }
        }
    }

    /// Rows are wanted, and there is no place for them (LOG-18).
    fn lacks_path(&self) -> bool {
        self.transport.files.path.is_none() && (self.is_wanted || self.transport.intra_organization)
    }
}

/// The SEND logs of one server. Nothing is written before it has a folder.
pub struct ProtocolLog {
    network: Arc<dyn Network>,
    observer: Arc<dyn Observer>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    folder: Option<Arc<dyn LogFolder>>,
    plan: Option<LogPlan>,
    files: BTreeMap<Log, Files>,
    /// The log cannot be written, and that has been said.
    is_broken: bool,
}

impl ProtocolLog {
    /// A log by the clock of `network`; `observer` is told of each line that is written.
    #[must_use]
    pub fn new(network: Arc<dyn Network>, observer: Arc<dyn Observer>) -> Self {
        Self { network, observer, state: Mutex::default() }
    }

    /// Writes into `folder` from now on.
    pub fn write_to(&self, folder: Arc<dyn LogFolder>) {
        let mut state = self.lock();
        state.folder = Some(folder);
        state.files.clear();
    }

    /// Takes what the directory says for rows from now on.
    pub fn configure(&self, plan: LogPlan) {
        let mut state = self.lock();
        let had_path = state.plan.as_ref().is_none_or(|before| !before.lacks_path());
        let is_news = state.folder.is_some() && plan.lacks_path() && had_path;
        if state.plan.as_ref() != Some(&plan) {
            state.plan = Some(plan);
            state.is_broken = false;
        }
        drop(state);
        if is_news {
            self.raise("the path of the protocol log is empty: no Send connector of this server is logged");
        }
    }

    /// A session that is about to be opened to `remote`, if it is logged. `secrets` is asked only then.
    #[must_use]
    pub fn begin(
        self: &Arc<Self>,
        log_as: &LogAs,
        remote: SocketAddr,
        secrets: impl FnOnce() -> Secrets,
    ) -> Option<Box<Conversation>> {
        let (connector, service, rights) = match log_as {
            LogAs::Nothing => return None,
            LogAs::Connector { name, service, rights } => (name.as_str(), *service, *rights),
            LogAs::IntraOrganization(service) => (INTRA_ORGANIZATION, *service, HeaderRights::ALL),
        };
        {
            let state = self.lock();
            let switch = state.plan.as_ref()?.switch(service)?;
            let is_on = matches!(log_as, LogAs::Connector { .. }) || switch.intra_organization;
            if state.folder.is_none() || switch.files.path.is_none() || !is_on {
                return None;
            }
        }
        let session = self.network.random();
        let log = Arc::clone(self);
        Some(Box::new(Conversation::new(
            log,
            conversation::Name { service, connector, session, remote },
            rights,
            secrets(),
        )))
    }

    /// Writes what a name server was asked, and what came of it, if the service logs that (LOG-23).
    pub fn asked(&self, service: LogService, asked: &Asked<'_>) {
        self.put(Log::Dns(service), |now| asked.line(now));
    }

    /// Writes a row.
    fn write(&self, service: LogService, row: &Row<'_>) {
        self.put(Log::Send(service), |now| row.line(now));
    }

    fn put(&self, log: Log, line: impl FnOnce(SystemTime) -> String) {
        let now = self.network.now();
        let mut reports = Vec::new();
        let failed = {
            let mut guard = self.lock();
            let State { folder, plan, files, is_broken } = &mut *guard;
            let (Some(folder), Some(settings)) = (&*folder, plan.as_ref().and_then(|plan| log.settings(plan))) else {
                return;
            };
            let files = files.entry(log).or_insert_with(|| Files::new(log.kind()));
            let written = files.write(&**folder, &settings, now, &line(now), &mut |report| reports.push(report));
            let news = written.is_err() && !*is_broken;
            *is_broken = written.is_err();
            written.err().filter(|_| news)
        };
        reports.into_iter().for_each(|report| self.observer.report(Report::Log(report)));
        if let Some(error) = failed {
            self.raise(&format!("the protocol log cannot be written: {error}"));
        }
    }

    /// An error in the event log.
    fn raise(&self, why: &str) {
        self.observer.report(Report::Log(LogReport::Error { why: why.to_owned() }));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
