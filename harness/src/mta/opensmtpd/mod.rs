//! OpenSMTPD: a connector is an action, an address space a match for it.
//!
//! [`CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise than the pages
//! ask, and why; `README.md` how each setting is translated.

mod action;
mod capability;
mod config;
mod matches;

use std::{net::SocketAddr, path::Path, time::Duration};

use mtaspec_reference_transport::connector::{Connector, INACTIVITY_TIMEOUT_DEFAULT};

use self::action::Action;
pub use self::capability::CAPABILITIES;
use crate::mta::{
    Adapter, Brief, MtaOption, Plan, PlannedCommand, PlannedDirectory, PlannedFile, PlannedUser, ServerSettings,
    StartError, VersionCommand, compete,
};

/// What OpenSMTPD is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// Where it takes messages of mailboxes, at its own address.
const SUBMISSION_PORT: u16 = 2525;
/// Where it takes messages of other servers.
const TRANSPORT_PORT: u16 = 2526;
/// The daemon, and the program that tells it what to do.
const PROGRAMS: [&str; 2] = ["/usr/sbin/smtpd", "/usr/sbin/smtpctl"];
/// Its configuration: Debian's, which is compiled in.
const CONFIGURATION: &str = "/etc/smtpd.conf";
/// Labels, user names and passwords.
const SECRETS: &str = "/etc/smtpd-secrets";
/// The authorities that it trusts: Debian's, which is compiled in.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// The queue's folder: compiled in.
const SPOOL: &str = "/var/spool/smtpd";
/// Who it runs as, and who owns the queue.
const USERS: [&str; 2] = ["opensmtpd", "opensmtpq"];
/// From one attempt to the next.
const RETRY: Duration = Duration::from_secs(1);

/// OpenSMTPD, as Debian and Ubuntu build it.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenSmtpd;

impl Adapter for OpenSmtpd {
    fn name(&self) -> &'static str {
        "opensmtpd"
    }

    fn quiet(&self) -> Duration {
        Duration::from_secs(3)
    }

    fn version(&self) -> Option<VersionCommand> {
        Some(VersionCommand { command: PlannedCommand::new(PROGRAMS[0], ["-h"]), read: version_in })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        brief.connectors_alone()?;
        let enabled: Vec<&Connector> = brief.connectors.iter().filter(|connector| connector.enabled).collect();
        let actions: Vec<Action> = (1..)
            .zip(&enabled)
            .map(|(number, own)| Action::of(brief, format!("connector{number}"), own))
            .collect::<Result<_, _>>()?;
        let names = actions.iter().map(|action| action.name.as_str());
        compete::refuse_choices(&enabled)?;
        let matches = matches::of(names.zip(enabled.iter().copied()));
        let limits = Limits::of(&brief.settings, &enabled)?;
        if enabled.iter().any(|connector| !connector.header_rights.routing) {
            return Err(StartError::unsupported(
                "ms-Exch-Send-Headers-Routing: its own Received field cannot be left out",
            ));
        }
        let mut plan = Plan::new(SocketAddr::new(brief.address, SUBMISSION_PORT));
        plan.transport = Some(SocketAddr::new(brief.address, TRANSPORT_PORT));
        plan.users = USERS.map(|name| PlannedUser { name: name.to_owned(), members: vec![] }).into();
        plan.directories = directories();
        let secrets: String = actions.iter().filter_map(|action| action.secret.as_deref()).collect();
        plan.files = vec![
            PlannedFile::text(CONFIGURATION, config::whole(brief, &limits, &actions, &matches)),
            // The package's own script gives it its group, and it does not work without.
            PlannedFile {
                path: PROGRAMS[1].into(),
                contents: None,
                mode: 0o2755,
                owner: Some(format!("root:{}", USERS[1])),
            },
            PlannedFile::text(AUTHORITIES, brief.authority.pem.clone()),
            PlannedFile::text("/etc/mailname", format!("{}\n", brief.server)),
        ];
        if !secrets.is_empty() {
            // It looks credentials up as its own user.
            plan.files.push(PlannedFile { owner: Some(USERS[0].to_owned()), ..PlannedFile::secret(SECRETS, secrets) });
        }
        plan.unfiltered = enabled.iter().map(|connector| brief.only_way(connector)).collect();
        // What it takes, works on and keeps for later lies in one folder of the queue.
        plan.queue = ["incoming", "queue"].map(|name| format!("{SPOOL}/{name}").into()).into();
        plan.start = vec![PlannedCommand::new(PROGRAMS[0], ["-d", "-f", CONFIGURATION])];
        // There is no setting for when it comes back to a message: it is told to (smtpctl(8)).
        plan.repeat = Some((RETRY, PlannedCommand::new(PROGRAMS[1], ["schedule", "all"])));
        Ok(plan)
    }

    fn options(&self) -> Option<&'static str> {
        Some("a line of smtpd.conf, its first word and the rest")
    }

    fn set(&self, plan: &mut Plan, option: &MtaOption) -> Result<(), StartError> {
        plan.append_line(Path::new(CONFIGURATION), &format!("{} {}", option.key, option.value));
        Ok(())
    }
}

/// What holds for the whole MTA, and must be the same for all connectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    /// Octets of a message; `None`: any.
    size: Option<u64>,
    /// Messages on one connection; 0: any.
    messages: u32,
}

impl Limits {
    fn of(settings: &ServerSettings, connectors: &[&Connector]) -> Result<Self, StartError> {
        if connectors.iter().any(|connector| connector.inactivity_timeout != INACTIVITY_TIMEOUT_DEFAULT) {
            return Err(StartError::unsupported("-ConnectionInactivityTimeOut"));
        }
        let of_one =
            |own: &&Connector| Self { size: settings.size_limit(own), messages: own.messages_per_connection_max };
        let Some(first) = connectors.first().map(of_one) else {
            return Ok(Self { size: settings.organisation.max_send_size, messages: 0 });
        };
        for other in connectors.iter().map(of_one) {
            if other.size != first.size {
                return Err(StartError::unsupported("a `-MaxMessageSize` for each connector"));
            }
            if other.messages != first.messages {
                return Err(StartError::unsupported("a `-SmtpMaxMessagesPerConnection` for each connector"));
            }
        }
        Ok(first)
    }
}

/// `version: OpenSMTPD 6.8.0p2`, in a line of its own.
fn version_in(printed: &str) -> Option<String> {
    let version = printed.lines().find_map(|line| line.strip_prefix("version: OpenSMTPD "))?.trim();
    Some(version.to_owned()).filter(|version| !version.is_empty())
}

/// What Debian's package makes; the daemon makes what is below the queue's folder.
fn directories() -> Vec<PlannedDirectory> {
    let directory = |path: &str, mode: u32| PlannedDirectory { path: path.into(), mode, owner: None };
    vec![directory("/var/lib/opensmtpd/empty", 0o755), directory(SPOOL, 0o711)]
}

#[cfg(test)]
mod tests;
