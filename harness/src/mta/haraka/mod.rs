//! Haraka: a connector is an entry of the adapter's plugin, for Haraka asks plugins where mail goes.
//!
//! [`CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise than the pages
//! ask, and why; `README.md` how each setting is translated.

mod capability;
mod config;
mod route;

use std::{net::SocketAddr, path::Path, time::Duration};

use mtaspec_reference_transport::connector::{Connector, INACTIVITY_TIMEOUT_DEFAULT};

pub use self::capability::CAPABILITIES;
use self::route::Route;
use crate::mta::{
    Adapter, Brief, MtaOption, Plan, PlannedCommand, PlannedDirectory, PlannedFile, StartError, VersionCommand, compete,
};

/// What Haraka is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// Where it takes messages of mailboxes, at its own address.
const SUBMISSION_PORT: u16 = 2525;
/// Where it takes messages of other servers.
const TRANSPORT_PORT: u16 = 2526;
/// Finds Node.js, wherever the machine has it.
const ENV: &str = "/usr/bin/env";
/// The program, where `mtaspec mta fetch` puts it.
const PROGRAM: &str = "/usr/lib/haraka/node_modules/Haraka/bin/haraka";
/// Its folder: configuration, plugins and queue.
const FOLDER: &str = "/etc/haraka";
/// The authority to trust.
const AUTHORITY: &str = "/etc/haraka/config/authority.pem";
/// The shortest time from one attempt to the next that it can be told (`outbound/config.js`).
const RETRY: Duration = Duration::from_secs(5);

/// How long it waits for a connection, and for each reply (`connect_timeout`).
const PATIENCE: Duration = Duration::from_secs(5);
/// What it says to a message with an end of mail data that is none (`connection.js`): the next attempt meets the same.
const BARE_LF: &str = "451 Bare line-feed";
/// What its notices say. `haraka -i` installs no such file, and without it a notice has neither From nor To.
const NOTICE: &str = "/usr/lib/haraka/node_modules/Haraka/config/outbound.bounce_message";

/// Haraka, as npm installs it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Haraka;

impl Adapter for Haraka {
    fn name(&self) -> &'static str {
        "haraka"
    }

    fn quiet(&self) -> Duration {
        RETRY + Duration::from_secs(1)
    }

    fn version(&self) -> Option<VersionCommand> {
        Some(VersionCommand { command: PlannedCommand::new(ENV, ["node", PROGRAM, "-v"]), read: version_in })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        brief.connectors_alone()?;
        let enabled: Vec<&Connector> = brief.connectors.iter().filter(|connector| connector.enabled).collect();
        compete::refuse_choices(&enabled)?;
        if enabled.iter().any(|connector| connector.inactivity_timeout != INACTIVITY_TIMEOUT_DEFAULT) {
            return Err(StartError::unsupported("-ConnectionInactivityTimeOut"));
        }
        if enabled.iter().any(|connector| !connector.header_rights.routing) {
            return Err(StartError::unsupported(
                "ms-Exch-Send-Headers-Routing: its own Received field cannot be left out",
            ));
        }
        let routes: Vec<Route> =
            enabled.iter().map(|own| Route::of(brief, own, enabled.len() == 1)).collect::<Result<_, _>>()?;
        let mut sizes: Vec<Option<u64>> = enabled.iter().map(|own| brief.settings.size_limit(own)).collect();
        sizes.dedup();
        let size = match sizes.as_slice() {
            [] => brief.settings.organisation.max_send_size,
            [size] => *size,
            _ => return Err(StartError::unsupported("a `-MaxMessageSize` for each connector")),
        };
        let mut plan = Plan::new(SocketAddr::new(brief.address, SUBMISSION_PORT));
        plan.transport = Some(SocketAddr::new(brief.address, TRANSPORT_PORT));
        let queue = format!("{FOLDER}/queue");
        plan.directories = vec![PlannedDirectory { path: queue.clone().into(), mode: 0o700, owner: None }];
        plan.files = config::files(brief, size, &routes);
        if let Some(identity) = own_identity(brief, &enabled) {
            plan.files.push(PlannedFile::secret(config::path("identity.pem"), identity));
        }
        plan.refusals = vec![BARE_LF];
        plan.unfiltered = enabled.iter().map(|connector| brief.only_way(connector)).collect();
        plan.queue = vec![queue.into()];
        plan.prepare = vec![PlannedCommand::new(ENV, ["cp", NOTICE, &config::path("outbound.bounce_message")])];
        let environment = vec![("NODE_EXTRA_CA_CERTS".to_owned(), AUTHORITY.to_owned())];
        plan.start = vec![PlannedCommand { environment, ..PlannedCommand::new(ENV, ["node", PROGRAM, "-c", FOLDER]) }];
        Ok(plan)
    }

    fn options(&self) -> Option<&'static str> {
        Some("a line of outbound.ini")
    }

    fn set(&self, plan: &mut Plan, option: &MtaOption) -> Result<(), StartError> {
        plan.append_line(Path::new(&config::path("outbound.ini")), &format!("{}={}", option.key, option.value));
        Ok(())
    }
}

/// The one certificate that it can show, if all connectors have one name.
fn own_identity(brief: &Brief, connectors: &[&Connector]) -> Option<String> {
    let mut names: Vec<&str> =
        connectors.iter().map(|connector| connector.fqdn.as_deref().unwrap_or(&brief.server)).collect();
    names.dedup();
    let [name] = names.as_slice() else { return None };
    brief.identities.iter().find(|identity| identity.name == *name).map(crate::mta::Identity::pem)
}

/// `Haraka.js — Version: 3.3.3`.
fn version_in(printed: &str) -> Option<String> {
    let version = printed.lines().find_map(|line| line.split_once("Version:"))?.1.trim();
    Some(version.to_owned()).filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests;
