//! Sendmail: a connector is a mailer, an address space a rule of a ruleset.
//!
//! [`capability::CAPABILITIES`] says what can be asked of it; `deviations.toml` beside this file what it does otherwise
//! than the pages ask, and why; `README.md` how each setting is translated.

mod capability;
mod config;
mod files;
mod mailer;
mod routes;
mod security;

use std::{collections::BTreeSet, net::SocketAddr, path::Path, time::Duration};

use mtaspec_reference_transport::connector::Connector;

pub use self::capability::CAPABILITIES;
use self::{config::Way, routes::Routes, security::Session};
use crate::mta::{
    Adapter, Brief, MtaOption, Plan, PlannedCommand, PlannedDirectory, PlannedFile, PlannedUser, StartError,
    VersionCommand, pem::certificate, resolv_conf,
};

/// What Sendmail is known to do otherwise.
pub const DEVIATIONS: &str = include_str!("deviations.toml");

/// The program.
const PROGRAM: &str = "/usr/libexec/sendmail/sendmail";

/// Where it takes messages of mailboxes, at its own address.
const SUBMISSION_PORT: u16 = 2525;

/// Where it takes messages of other servers.
const TRANSPORT_PORT: u16 = 2526;

/// The queue's folder: Debian's.
const QUEUE: &str = "/var/spool/mqueue";

/// Where it says which process it is.
const LOG: &str = "/run/sendmail";

/// From one attempt to the next.
const RETRY: Duration = Duration::from_secs(1);

/// Sendmail, as Debian and Ubuntu build it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sendmail;

impl Adapter for Sendmail {
    fn name(&self) -> &'static str {
        "sendmail"
    }

    fn version(&self) -> Option<VersionCommand> {
        // In this mode it reads no configuration but an empty one, and says what it is first.
        let command = PlannedCommand::new(PROGRAM, ["-C/dev/null", "-d0.1", "-bt"]);
        Some(VersionCommand { command, read: version_in })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        let enabled: Vec<&Connector> = brief.connectors.iter().filter(|connector| connector.enabled).collect();
        if let Some(setting) = beyond(brief, &enabled) {
            return Err(StartError::unsupported(setting));
        }
        let common = config::common(&enabled, brief)?;
        let resolver = resolv_conf::file(&brief.settings, &enabled, &brief.resolvers)?;
        let mut ways: Vec<Way<'_>> = (1..).zip(&brief.accepted).map(accepted).collect();
        for (number, connector) in (1..).zip(&enabled) {
            ways.push(way(format!("connector{number}"), connector, brief)?);
        }
        let own = ways.iter().filter_map(|way| Some((way.accepted?, way.mailer.as_str())));
        let others = ways.iter().filter(|way| way.accepted.is_none()).map(|way| way.mailer.as_str());
        let routes = Routes::of(own, others.zip(enabled.iter().copied()))?;
        let mut plan = Plan::new(SocketAddr::new(brief.address, SUBMISSION_PORT));
        plan.transport = Some(SocketAddr::new(brief.address, TRANSPORT_PORT));
        plan.users = ["smmta", "smmsp"].map(|name| PlannedUser { name: name.to_owned(), members: vec![] }).into();
        plan.directories = directories();
        plan.files = vec![
            PlannedFile::secret(files::path("sendmail.cf"), config::whole(brief, &common, &routes, &ways)),
            PlannedFile::text(files::path("authority.pem"), authority(brief)),
            PlannedFile::text(files::path("revoked.pem"), brief.authority.revocation_list_pem.clone()),
            resolver,
        ];
        for identity in &brief.identities {
            plan.files.push(PlannedFile::secret(files::identity_file(&identity.name), identity.pem()));
        }
        plan.unfiltered = enabled.iter().map(|connector| brief.only_way(connector)).collect();
        plan.queue = vec![format!("{QUEUE}/qf").into()];
        plan.opens_queue = true;
        plan.start = vec![PlannedCommand::new(PROGRAM, ["-bD".to_owned(), format!("-q{}s", RETRY.as_secs())])];
        Ok(plan)
    }

    fn options(&self) -> Option<&'static str> {
        Some("an option (`O` line) of sendmail.cf")
    }

    /// Of two lines for one option Sendmail takes the later.
    fn set(&self, plan: &mut Plan, option: &MtaOption) -> Result<(), StartError> {
        plan.append_line(Path::new(&files::path("sendmail.cf")), &format!("O {}={}", option.key, option.value));
        Ok(())
    }
}

/// Whom it trusts, and what the chain of its own certificates is made of: it takes that from the same file.
fn authority(brief: &Brief) -> String {
    let chain: BTreeSet<String> =
        brief.identities.iter().flat_map(|own| own.chain.iter().skip(1)).map(|own| certificate(own)).collect();
    brief.authority.pem.clone() + &chain.into_iter().collect::<String>()
}

/// The first setting that Sendmail has no notion of.
fn beyond(brief: &Brief, connectors: &[&Connector]) -> Option<&'static str> {
    let of_connector =
        |own: &&Connector| crate::mta::brief::beyond_connectors(own).or_else(|| crate::mta::brief::beyond_most(own));
    connectors.iter().find_map(of_connector).or_else(|| brief.settings.beyond_most())
}

/// One of our own domains, whatever the connectors say.
fn accepted<'a>((number, (domain, server)): (usize, &'a (String, SocketAddr))) -> Way<'a> {
    let mailer = format!("accepted{number}");
    Way {
        line: mailer::plain(&mailer, server.port()),
        comment: String::new(),
        next_hop: routes::literal(server.ip()),
        session: None,
        accepted: Some(domain),
        mailer,
    }
}

/// One connector.
fn way<'a>(mailer: String, connector: &'a Connector, brief: &Brief) -> Result<Way<'a>, StartError> {
    Ok(Way {
        line: mailer::of_connector(&mailer, connector, brief.settings.size_limit(connector))?,
        comment: files::comment(connector),
        next_hop: routes::next_hop(connector),
        session: Some(Session::of(&mailer, connector)?),
        accepted: None,
        mailer,
    })
}

/// The queue, with folders of its own for what says what waits, for message text and for transcripts.
fn directories() -> Vec<PlannedDirectory> {
    let directory = |path: String| PlannedDirectory { path: path.into(), mode: 0o700, owner: None };
    let parts = ["qf", "df", "xf"].map(|part| directory(format!("{QUEUE}/{part}")));
    let open = |path: String| PlannedDirectory { path: path.into(), mode: 0o755, owner: None };
    let others = [directory(QUEUE.to_owned()), open(LOG.to_owned()), open(files::path("certificates"))];
    others.into_iter().chain(parts).collect()
}

/// The number in the first line.
fn version_in(printed: &str) -> Option<String> {
    printed.lines().find_map(|line| line.strip_prefix("Version ")).map(|version| version.trim().to_owned())
}

#[cfg(test)]
mod tests;
