//! Postfix: a connector is a delivery service of master.cf, an address space a row of a transport table.
//!
//! [`capability::CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise
//! than the pages ask, and why; `README.md` how each setting is translated.

mod capability;
mod config;
mod files;
mod headers;
mod routes;
mod service;

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    time::Duration,
};

use mtaspec_reference_transport::connector::Connector;

pub use self::capability::CAPABILITIES;
use self::{routes::Routes, service::Service};
use crate::mta::{
    Adapter, Brief, MtaOption, Plan, PlannedCommand, PlannedDirectory, PlannedFile, PlannedUser, ServerSettings,
    StartError, VersionCommand, resolv_conf,
};

/// What Postfix is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// Where it takes messages of mailboxes, at its own address.
const SUBMISSION_PORT: u16 = 2525;

/// Where it takes messages of other servers.
const TRANSPORT_PORT: u16 = 2526;

/// The queue's folder: Debian's, which is compiled in.
const QUEUE: &str = "/var/spool/postfix";

/// From one attempt to the next.
const RETRY: Duration = Duration::from_secs(1);

/// How often its queue manager is told to look at every message, whatever its time (postkick(1), qmgr(8)). A message
/// that it comes for before the last delivery agent has closed the file is otherwise left for a minute, longer than a
/// case lasts; on a busy machine that is one message in some thousand.
const LOOK_AT_ALL: Duration = Duration::from_secs(3);

/// Postfix, as Debian and Ubuntu build it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Postfix;

impl Adapter for Postfix {
    fn name(&self) -> &'static str {
        "postfix"
    }

    fn version(&self) -> Option<VersionCommand> {
        let command = PlannedCommand::new("/usr/sbin/postconf", ["-d", "-h", "mail_version"]);
        Some(VersionCommand { command, read: |printed| Some(printed.trim().to_owned()).filter(|it| !it.is_empty()) })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        let enabled: Vec<&Connector> = brief.connectors.iter().filter(|connector| connector.enabled).collect();
        let identities: Vec<&str> = brief.identities.iter().map(|identity| identity.name.as_str()).collect();
        let secure = &brief.settings.organisation.tls_send_domain_secure_list;
        let services: Vec<Service> = (1..)
            .zip(&enabled)
            .map(|(number, own)| Service::of(format!("connector{number}"), own, &identities, &brief.server, secure))
            .collect::<Result<_, _>>()?;
        let names = services.iter().map(|service| service.name.as_str());
        let routes = Routes::of(names.zip(enabled.iter().copied()))?;
        if let Some(setting) = brief.settings.beyond_most() {
            return Err(StartError::unsupported(setting));
        }
        let size_limit = size_limit(&brief.settings, &enabled)?;
        let resolver = resolv_conf::file(&brief.settings, &enabled, &brief.resolvers)?;
        let named: Vec<(Service, &str)> =
            services.into_iter().zip(enabled.iter().map(|own| own.name.as_str())).collect();
        let mut plan = Plan::new(SocketAddr::new(brief.address, SUBMISSION_PORT));
        plan.transport = Some(SocketAddr::new(brief.address, TRANSPORT_PORT));
        plan.users = ["postfix", "postdrop"].map(|name| PlannedUser { name: name.to_owned(), members: vec![] }).into();
        plan.directories = directories();
        plan.files = vec![
            PlannedFile::text(files::path("main.cf"), config::main_cf(brief)),
            PlannedFile::text(files::path("master.cf"), config::master_cf(brief, size_limit, &named)),
            PlannedFile::text(files::path("authority.pem"), brief.authority.pem.clone()),
            PlannedFile::text(files::path("submission-headers"), headers::of_mailboxes(&brief.server)),
            PlannedFile::text(files::path("accepted"), files::table(&accepted(brief))),
            PlannedFile::text(files::path("domains"), files::table(&routes.domains)),
            PlannedFile::text(files::path("families"), files::table(&routes.families)),
            PlannedFile::text(files::path("everything"), files::table(&routes.everything)),
        ];
        plan.files.push(resolver);
        for identity in &brief.identities {
            plan.files.push(PlannedFile::secret(files::identity_file(&identity.name), identity.pem()));
        }
        plan.files.extend(named.into_iter().flat_map(|(service, _)| service.files));
        plan.queue = ["maildrop", "incoming", "active", "deferred"].map(|name| format!("{QUEUE}/{name}").into()).into();
        plan.start = vec![PlannedCommand::new("/usr/lib/postfix/sbin/master", ["-d", "-s"])];
        plan.repeat = Some((LOOK_AT_ALL, PlannedCommand::new("/usr/sbin/postkick", ["public", "qmgr", "A"])));
        Ok(plan)
    }

    fn options(&self) -> Option<&'static str> {
        Some("a line of main.cf")
    }

    /// Of two lines for one parameter Postfix takes the later; what a service of master.cf sets goes before both.
    fn set(&self, plan: &mut Plan, option: &MtaOption) -> Result<(), StartError> {
        plan.append_line(Path::new(&files::path("main.cf")), &format!("{} = {}", option.key, option.value));
        Ok(())
    }
}

/// Our own domains, each with the server that keeps it.
fn accepted(brief: &Brief) -> Vec<(String, String)> {
    let row = |(domain, server): &(String, SocketAddr)| {
        let literal = match server.ip() {
            IpAddr::V4(address) => format!("[{address}]"),
            IpAddr::V6(address) => format!("[ipv6:{address}]"),
        };
        (domain.clone(), format!("accepted:{literal}:{}", server.port()))
    };
    brief.accepted.iter().map(row).collect()
}

/// The one size limit that there is, if the connectors agree on it: each by its own, or all by the organisation's.
fn size_limit(settings: &ServerSettings, connectors: &[&Connector]) -> Result<Option<u64>, StartError> {
    let mut limits: Vec<Option<u64>> = connectors.iter().map(|connector| settings.size_limit(connector)).collect();
    limits.dedup();
    match limits.as_slice() {
        [] => Ok(settings.organisation.max_send_size),
        [limit] => Ok(*limit),
        _ => Err(StartError::Unsupported { setting: "a `-MaxMessageSize` for each connector".to_owned() }),
    }
}

/// The queue, as `postfix set-permissions` would make it.
fn directories() -> Vec<PlannedDirectory> {
    let directory = |name: &str, mode: u32, owner: Option<&str>| PlannedDirectory {
        path: name.into(),
        mode,
        owner: owner.map(str::to_owned),
    };
    let queue = |name: &str, mode: u32, owner: &str| directory(&format!("{QUEUE}/{name}"), mode, Some(owner));
    let mut directories = vec![directory(QUEUE, 0o755, None), directory("/var/lib/postfix", 0o755, Some("postfix"))];
    directories.push(queue("pid", 0o755, "root"));
    for name in ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "saved", "trace"] {
        directories.push(queue(name, 0o700, "postfix"));
    }
    directories.push(queue("private", 0o700, "postfix"));
    directories.push(queue("public", 0o710, "postfix:postdrop"));
    directories.push(queue("maildrop", 0o730, "postfix:postdrop"));
    directories
}

#[cfg(test)]
mod tests;
