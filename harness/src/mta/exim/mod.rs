//! Exim: a connector is a router and a transport, an address space a row of a lookup table.
//!
//! [`capability::CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise
//! than the pages ask, and why; `README.md` how each setting is translated.

mod authenticators;
mod capability;
mod certificate;
mod config;
mod files;
mod routes;
mod transport;

use std::{net::SocketAddr, path::Path, time::Duration};

use mtaspec_reference_transport::connector::Connector;

pub use self::capability::CAPABILITIES;
use self::transport::Transport;
use crate::mta::{
    Adapter, Brief, MtaOption, Plan, PlannedCommand, PlannedDirectory, PlannedFile, PlannedUser, StartError,
    VersionCommand,
};

/// What Exim is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// The user that is compiled in.
const USER: &str = "Debian-exim";

/// The program.
const PROGRAM: &str = "/usr/sbin/exim4";

/// The file of the main section.
const MAIN: &str = "main.conf";

/// Where it takes messages of mailboxes, at its own address.
const SUBMISSION_PORT: u16 = 2525;

/// Where it takes messages of other servers.
const TRANSPORT_PORT: u16 = 2526;

/// The queue's folder: Debian's, which is compiled in.
const SPOOL: &str = "/var/spool/exim4";

/// From one attempt to the next.
const RETRY: Duration = Duration::from_secs(1);

/// Exim, as Debian and Ubuntu build it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exim;

impl Adapter for Exim {
    fn name(&self) -> &'static str {
        "exim"
    }

    fn version(&self) -> Option<VersionCommand> {
        // Of the same build. The program itself says nothing before its user is there.
        let command = PlannedCommand::new("/usr/sbin/exiwhat", ["--version"]);
        Some(VersionCommand { command, read: version_in })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        brief.connectors_alone()?;
        let enabled: Vec<&Connector> = brief.connectors.iter().filter(|connector| connector.enabled).collect();
        let identities: Vec<&str> = brief.identities.iter().map(|identity| identity.name.as_str()).collect();
        let transports: Vec<Transport> = (1..)
            .zip(&enabled)
            .map(|(number, own)| {
                let limit = brief.settings.size_limit(own);
                Transport::of(format!("connector{number}"), own, &identities, &brief.server, limit)
            })
            .collect::<Result<_, _>>()?;
        let named: Vec<(&str, &Connector)> =
            transports.iter().map(|own| own.name.as_str()).zip(enabled.iter().copied()).collect();
        let table = routes::table(named.iter().copied())?;
        let routers = routes::routers(&brief.accepted, &named);
        let mut plan = Plan::new(SocketAddr::new(brief.address, SUBMISSION_PORT));
        plan.transport = Some(SocketAddr::new(brief.address, TRANSPORT_PORT));
        plan.users = vec![PlannedUser { name: USER.to_owned(), members: vec![] }];
        plan.directories = directories();
        plan.files = vec![
            PlannedFile::text(files::path(MAIN), config::main(brief)),
            own(files::path("exim4.conf"), config::whole(&routers, &transports), &format!("root:{USER}"), 0o640),
            PlannedFile::text(files::path(routes::TABLE), table),
            PlannedFile::text(files::path("authority.pem"), brief.authority.pem.clone()),
            PlannedFile::text(files::path("revoked.pem"), brief.authority.revocation_list_pem.clone()),
            // A tree that was unpacked by somebody else than root has lost them.
            PlannedFile { path: PROGRAM.into(), contents: None, mode: 0o4755, owner: None },
        ];
        for identity in &brief.identities {
            plan.files.push(own(files::identity_file(&identity.name), identity.pem(), USER, 0o600));
        }
        // A message stays in one folder all its way, so that it waits and that it is worked on look the same.
        plan.queue = vec![format!("{SPOOL}/input").into()];
        plan.logs = ["mainlog", "rejectlog", "paniclog"].map(|name| format!("/var/log/exim4/{name}").into()).into();
        plan.start = vec![PlannedCommand::new(PROGRAM, ["-bdf", &format!("-q{}s", RETRY.as_secs())])];
        Ok(plan)
    }

    fn options(&self) -> Option<&'static str> {
        Some("an option of the main section")
    }

    /// Exim takes an option once, so this one goes into the place of ours.
    fn set(&self, plan: &mut Plan, option: &MtaOption) -> Result<(), StartError> {
        let path = files::path(MAIN);
        for file in plan.files.iter_mut().filter(|file| file.path == Path::new(&path)) {
            let Some(contents) = &mut file.contents else { continue };
            let text = String::from_utf8_lossy(contents).into_owned();
            let name = |line: &str| line.split('=').next().unwrap_or_default().trim() == option.key;
            *contents =
                text.lines().filter(|line| !name(line)).flat_map(|line| [line, "\n"]).collect::<String>().into();
        }
        plan.append_line(Path::new(&path), &format!("{} = {}", option.key, option.value));
        Ok(())
    }
}

/// `build: 4.96`, in a line of its own.
fn version_in(printed: &str) -> Option<String> {
    let version = printed.lines().find_map(|line| line.strip_prefix("build: "))?.trim();
    Some(version.to_owned()).filter(|version| !version.is_empty())
}

/// A file with an owner.
fn own(path: String, contents: String, owner: &str, mode: u32) -> PlannedFile {
    PlannedFile { owner: Some(owner.to_owned()), mode, ..PlannedFile::text(path, contents) }
}

/// What Debian's package makes.
fn directories() -> Vec<PlannedDirectory> {
    let directory =
        |path: String, mode: u32| PlannedDirectory { path: path.into(), mode, owner: Some(USER.to_owned()) };
    let mut directories: Vec<PlannedDirectory> =
        ["", "/db", "/input", "/msglog"].map(|name| directory(format!("{SPOOL}{name}"), 0o750)).into();
    directories.push(directory("/var/log/exim4".to_owned(), 0o750));
    directories.push(directory("/run/exim4".to_owned(), 0o755));
    directories
}

#[cfg(test)]
mod tests;
