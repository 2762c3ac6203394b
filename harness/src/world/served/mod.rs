//! Worlds for an MTA that somebody else runs: hosts wait on the user's own addresses, a few cases at a time.
//!
//! Nothing is started, and nothing is listened on or sent to that the user has not named. What the MTA comes back with
//! once its case is over is refused for good, so that it does not fall into another one.
//!
//! # Limits
//!
//! Doors that are open at once: [`DOORS_MAX`], the oldest close first.

mod canary;
mod doors;
mod names;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use mtaspec_fake_dns::driver::{Listening, listen_for};
use mtaspec_fake_smarthost::pki::Pki;
use tokio::{runtime::Runtime, time::Instant};

pub use doors::DOORS_MAX;
use doors::{Doors, Guests};
use names::Names;

use super::{
    Observation, Recorder, build,
    run::{Watched, carrying, millis},
    schedule::Schedule,
};
use crate::{
    case::{Case, moving::label},
    dial_in::{Layout, Plan, Premises, script},
    mta::{StartError, WaitedFor},
    network::clock::WorldClock,
    trace::{Entry, Event, Trace},
};

/// How served worlds are watched.
#[derive(Clone, Debug)]
pub struct Serving {
    /// Whom they are for.
    pub mta: WaitedFor,
    /// Who may connect: any other address is closed at once, and counted.
    pub from: Vec<IpAddr>,
    /// How much later than its page says a case's time is over: an MTA at the other end of a real network is slower than
    /// one beside the hosts.
    pub patience: Duration,
    /// The time of day now.
    pub now: SystemTime,
}

/// Hosts and a name server that wait for one MTA.
///
/// One thread at a time drives the sockets of all cases, whichever thread that is.
pub struct Served {
    runtime: Runtime,
    serving: Serving,
    premises: Premises,
    pki: Arc<Pki>,
    /// When `serving.now` was.
    began: Instant,
    doors: Arc<Doors>,
    names: Arc<Names>,
    canary: SocketAddr,
    canary_domain: String,
    /// Held by the one case whose hosts are found by MX records.
    shared_port: tokio::sync::Mutex<()>,
    _name_server: Option<Listening>,
}

impl Served {
    /// Listens for names and for what no case takes.
    ///
    /// # Errors
    ///
    /// If an address and port of the user's cannot be had, or the machine has no runtime.
    pub fn open(plan: &Plan<'_>, serving: Serving, pki: Arc<Pki>) -> Result<Self, StartError> {
        let premises = plan.premises.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StartError::Failed { why: format!("no runtime: {error}") })?;
        let address = premises.addresses.first().copied();
        let address = address.ok_or_else(|| StartError::Failed { why: "no address to listen on".to_owned() })?;
        let canary_domain = script::canary_domain(plan);
        let catch_all = SocketAddr::new(address, plan.catch_all);
        let (names, doors, name_server) = runtime.block_on(async {
            let names = Names::new(&premises.below, &canary_domain, address)?;
            let doors = Doors::new(serving.from.clone(), &pki, &WorldClock::starting_at(serving.now));
            doors.open([&catch_all], Stay::Open).await?;
            let name_server = match &premises.dns {
                None => None,
                Some(dns) => {
                    let listening = listen_for(dns.at, Arc::clone(&names) as _).await;
                    Some(listening.map_err(|error| cannot_listen(dns.at, &error))?)
                }
            };
            Ok::<_, StartError>((names, doors, name_server))
        })?;
        let (began, canary) = (Instant::now(), SocketAddr::new(address, plan.canary));
        Ok(Self {
            runtime,
            serving,
            premises,
            pki,
            began,
            doors,
            names,
            canary,
            canary_domain,
            shared_port: tokio::sync::Mutex::default(),
            _name_server: name_server,
        })
    }

    /// Sends one message through the MTA and waits until it is there: that messages are taken, that the connectors are
    /// made, and, with a name server, that names below the domain are found.
    ///
    /// # Errors
    ///
    /// What went wrong, and what to look at.
    pub fn canary(&self) -> Result<(), StartError> {
        self.runtime.block_on(self.fly())
    }

    /// Serves one case to its end. Several threads may do so at the same time; cases whose hosts share a port wait for
    /// each other.
    #[must_use]
    pub fn observe(&self, case: &Case, layout: &Layout) -> Observation {
        self.runtime.block_on(self.watch(case, layout)).unwrap_or_else(Observation::lost)
    }

    /// Who connected and is not the MTA, and how often.
    #[must_use]
    pub fn strangers(&self) -> BTreeMap<IpAddr, u64> {
        self.doors.strangers()
    }

    fn clock(&self) -> Arc<WorldClock> {
        WorldClock::starting_at(self.serving.now + self.began.elapsed())
    }

    async fn watch(&self, case: &Case, layout: &Layout) -> Result<Observation, StartError> {
        let _alone = if layout.shares_port(&self.premises) { Some(self.shared_port.lock().await) } else { None };
        self.doors.open(layout.doors.keys(), Stay::AsLongAsThereIsRoom).await?;
        let clock = self.clock();
        let recorder = Recorder::new(Arc::clone(&clock), case.world.server.clone());
        let real = Case { zones: layout.zones(&case.zones), ..case.clone() };
        let population = build::population_in(self.names.origin(), &real, (&self.pki, &clock, &recorder))?;
        let domain = self.premises.destination().domain_of(&case.id);
        if let Some(dns) = population.name_servers.get(&build::RESOLVER) {
            self.names.serve(&domain, dns);
        }
        let guests = Arc::new(Guests { doors: layout.doors.clone(), population, mta: case.world.address });
        self.doors.serve(&guests);
        let running = &self.serving.mta.at_work(Arc::clone(&recorder) as _);
        let schedule = Schedule::begin(case, running, &clock, &recorder);
        let watched = Watched {
            case,
            clock: &clock,
            recorder: &recorder,
            running,
            reports: false,
            quiet: self.serving.mta.quiet,
            carrying: carrying(case) + self.serving.patience,
        };
        let (cause, quiet) = watched.until_the_end(&schedule).await;
        self.doors.rest(&guests);
        self.names.rest(&domain);
        let entries = recorder.finish(cause, millis(case.world.horizon), millis(quiet));
        if let Some(other) = stray(&entries, &self.premises.below, &label(&case.id)) {
            let why = format!("mail of something else came in while it was served: `{other}`");
            schedule.refuse(StartError::Failed { why });
        }
        let refusal = schedule.refusal();
        schedule.end();
        Ok(Observation { trace: Trace(entries), refusal, evidence: crate::mta::Evidence::default() })
    }
}

/// How long somebody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stay {
    AsLongAsThereIsRoom,
    Open,
}

fn cannot_listen(at: SocketAddr, error: &std::io::Error) -> StartError {
    StartError::Failed { why: format!("nobody can listen at {at}: {error}") }
}

/// A mailbox in a command that is not of this case: what an MTA still had in its queue, on a port that cases share.
fn stray(entries: &[Entry], below: &str, own: &str) -> Option<String> {
    entries.iter().find_map(|entry| {
        let Event::Command { octets, auth_response: false, .. } = &entry.event else { return None };
        let line = String::from_utf8_lossy(&octets.0).trim_end().to_ascii_lowercase();
        let is_path = line.starts_with("rcpt to:") || line.starts_with("mail from:");
        let begins = line.find(&format!(".{below}"))?;
        let label = line[..begins].rsplit(['.', '@']).next().unwrap_or_default();
        (is_path && label != own).then_some(line.clone())
    })
}

#[cfg(test)]
mod tests;
