//! Runs one case: builds its world, starts the MTA in it, watches until it settles or until the horizon.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};

use super::{Recorder, Tap, build, sandboxed, schedule::Schedule, settle::settled_on_the_wire};
use crate::{
    case::{Case, model::MessageSpec},
    mta::{Backlog, Brief, Evidence, Mta, RunningMta, StartError},
    network::{
        clock::{MEMORY_BEGIN, WorldClock},
        loopback::{Loopback, LoopbackNetwork},
        memory::MemoryNetwork,
        population::Population,
    },
    report::dialogue,
    trace::{Trace, event::EndCause},
};

/// How long an MTA may take to start, in world time.
const START_MAX: Duration = Duration::from_secs(10);

/// In memory nothing is slow, so an instant in which nothing is ready is quiet enough.
const MEMORY_QUIET: Duration = Duration::from_millis(1);

/// How long nothing may happen with an MTA whose queue is seen to be empty: it has nothing to come back to.
const EMPTY_QUIET: Duration = Duration::from_millis(100);

/// How many octets a second a busy machine is trusted to carry, from us to the MTA and back to us.
const CARRIED_OCTETS: u64 = 256 * 1024;

/// How many messages and recipients a second it is trusted to take.
const CARRIED_PATHS: u64 = 8;

/// How many quiet times an MTA that goes on trying is watched after the last progress.
const ROUNDS: u32 = 2;

/// How often a queue is looked at.
const LOOK: Duration = Duration::from_millis(25);

/// The longest horizon on sockets, where a second of the world is one of the machine's.
pub const SOCKETS_HORIZON_MAX: Duration = Duration::from_secs(30);

/// How the reason ends for which a case is not run on sockets.
pub(crate) const BEYOND_SOCKETS: &str = " of world time";

/// How the MTA reaches the hosts.
#[expect(clippy::exhaustive_enums, reason = "architecture names each network")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkKind {
    /// Real sockets on the loopback interface, the machine's clock. The world begins at this time of day.
    Loopback {
        /// The time of day now.
        now: SystemTime,
    },
    /// Pipes, a paused clock, the world's own time of day.
    Memory,
    /// The sandbox that this process has entered: the page's own addresses and ports, the machine's clock. The world
    /// begins at this time of day.
    Sandbox {
        /// The time of day now.
        now: SystemTime,
    },
}

/// What a run is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// All randomness of a case comes from this and the case's id.
    pub seed: u64,
    /// How the MTA reaches the hosts.
    pub network: NetworkKind,
}

/// What was seen of one case.
#[derive(Debug)]
pub struct Observation {
    /// Everything, in order.
    pub trace: Trace,
    /// Why the MTA did not do what the page asked for, if so.
    pub refusal: Option<StartError>,
    /// What the MTA left behind, for whoever reads a failure.
    pub evidence: Evidence,
}

impl Observation {
    /// Of a case whose world could not be built, or whose MTA could not be started.
    #[must_use]
    pub fn lost(error: StartError) -> Self {
        Self { trace: Trace::default(), refusal: Some(error), evidence: Evidence::default() }
    }
}

/// Runs one case and hands over its trace. Blocks until the case has ended.
#[must_use]
pub fn observe(case: &Case, mta: &dyn Mta, settings: Settings) -> Observation {
    observe_telling(case, mta, settings, None)
}

/// As [`observe`], with somebody who hears of each event as it is written.
#[must_use]
pub fn observe_telling(case: &Case, mta: &dyn Mta, settings: Settings, tap: Option<Tap>) -> Observation {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let builder = match settings.network {
        NetworkKind::Loopback { .. } | NetworkKind::Sandbox { .. } => builder.enable_all(),
        NetworkKind::Memory => builder.enable_time().start_paused(true),
    };
    let runtime = match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => return Observation::lost(StartError::Failed { why: format!("no runtime: {error}") }),
    };
    let observation = runtime.block_on(async {
        match settings.network {
            NetworkKind::Sandbox { now } => sandboxed::watch(case, mta, now, settings.seed, tap).await,
            _ => watch(case, mta, settings, tap).await.unwrap_or_else(Observation::lost),
        }
    });
    // An MTA that blocks a thread must not hold up the run.
    runtime.shutdown_background();
    observation
}

/// Why a case is not run on sockets whose horizon is beyond [`SOCKETS_HORIZON_MAX`].
pub(crate) fn too_long(case: &Case) -> StartError {
    StartError::unsupported(format!("{}{BEYOND_SOCKETS}", dialogue::time(millis(case.world.horizon))))
}

/// How long it may take on sockets to carry the messages of a case: our own work, which is added to its horizon.
pub(crate) fn carrying(case: &Case) -> Duration {
    let all = |count: &dyn Fn(&MessageSpec) -> u64| -> u64 {
        case.messages.iter().map(|own| count(own).saturating_mul(own.times.into())).sum()
    };
    let octets = all(&MessageSpec::size);
    let paths = all(&|own| u64::try_from(own.recipients.len()).unwrap_or(u64::MAX));
    Duration::from_secs(octets / CARRIED_OCTETS + paths / CARRIED_PATHS)
}

/// The one generator of a case.
pub(super) fn generator(seed: u64, case: &str) -> ChaCha8Rng {
    let mut digest = Sha256::new();
    digest.update(seed.to_be_bytes());
    digest.update(case.as_bytes());
    ChaCha8Rng::from_seed(digest.finalize().into())
}

async fn watch(case: &Case, mta: &dyn Mta, settings: Settings, tap: Option<Tap>) -> Result<Observation, StartError> {
    let carrying = if settings.network == NetworkKind::Memory { Duration::ZERO } else { carrying(case) };
    let (begin, quiet) = match settings.network {
        NetworkKind::Loopback { .. } if case.world.horizon > SOCKETS_HORIZON_MAX => return Err(too_long(case)),
        NetworkKind::Loopback { now } | NetworkKind::Sandbox { now } => (now, mta.quiet()),
        NetworkKind::Memory => (UNIX_EPOCH + MEMORY_BEGIN, MEMORY_QUIET),
    };
    let pki = build::pki(begin);
    let clock = WorldClock::starting_at(begin);
    let recorder = Recorder::telling(Arc::clone(&clock), case.world.server.clone(), tap);
    let population = build::population(case, &pki, &clock, &recorder)?;
    let network = MemoryNetwork::new(
        Arc::clone(&population),
        Arc::clone(&clock),
        generator(settings.seed, &case.id),
        case.world.address,
    );
    let mut brief = build::brief(case, &pki, network, &recorder)?;
    // Listening ends when this is dropped, at the end of the case.
    let _listening = match settings.network {
        NetworkKind::Loopback { .. } => Some(go_on_sockets(&mut brief, &population, &clock, settings, case).await?),
        _ => None,
    };
    let evidence = Arc::clone(&brief.evidence);
    let running = tokio::time::timeout(START_MAX, mta.start(brief))
        .await
        .map_err(|_| StartError::Failed { why: format!("it did not start within {START_MAX:?}") })??;
    let schedule = Schedule::begin(case, &running, &clock, &recorder);
    let watched = Watched {
        case,
        clock: &clock,
        recorder: &recorder,
        running: &running,
        reports: mta.reports(),
        quiet,
        carrying,
    };
    let (cause, quiet) = watched.until_the_end(&schedule).await;
    // Time does not pass in memory while anything is ready, so no quiet time is asked for there.
    let quiet_ms = if settings.network == NetworkKind::Memory { 0 } else { millis(quiet) };
    let entries = recorder.finish(cause, millis(case.world.horizon), quiet_ms);
    let refusal = schedule.refusal();
    schedule.end();
    Ok(Observation { trace: Trace(entries), refusal, evidence: evidence.collect() })
}

/// Puts the world on the loopback interface, and tells the MTA where.
async fn go_on_sockets(
    brief: &mut Brief,
    population: &Arc<Population>,
    clock: &Arc<WorldClock>,
    settings: Settings,
    case: &Case,
) -> Result<Loopback, StartError> {
    let loopback = Loopback::listen(population, case.world.address)
        .await
        .map_err(|error| StartError::Failed { why: format!("no loopback socket: {error}") })?;
    brief.resolvers = brief.resolvers.iter().filter_map(|at| loopback.name_servers.get(at).copied()).collect();
    brief.dial = loopback.dial.clone();
    brief.network = Arc::new(LoopbackNetwork {
        dial: loopback.dial.clone(),
        name_servers: loopback.name_servers.clone(),
        clock: Arc::clone(clock),
        random: Mutex::new(generator(settings.seed, &case.id)),
        population: Arc::clone(population),
    });
    Ok(loopback)
}

/// A world while it is watched.
pub(super) struct Watched<'a> {
    pub(super) case: &'a Case,
    pub(super) clock: &'a WorldClock,
    pub(super) recorder: &'a Recorder,
    pub(super) running: &'a Arc<dyn RunningMta>,
    /// Whether the MTA reports fates.
    pub(super) reports: bool,
    pub(super) quiet: Duration,
    /// How much later than the page says its horizon is.
    pub(super) carrying: Duration,
}

impl Watched<'_> {
    /// Watches until nothing more is to come, or until the horizon; with the quiet time that was waited for.
    pub(super) async fn until_the_end(&self, schedule: &Schedule) -> (EndCause, Duration) {
        let Self { case, clock, recorder, quiet, .. } = *self;
        let end_of_watch = clock.instant(case.world.horizon);
        let horizon = clock.instant(case.world.horizon + self.carrying);
        let mut horizon = std::pin::pin!(tokio::time::sleep_until(horizon));
        let mut lost = Arc::clone(self.running).lost();
        let mut empty = Duration::ZERO;
        loop {
            if recorder.limit_reached() {
                return (EndCause::Limit, quiet);
            }
            if !self.reports && matches!(schedule.refusal(), Some(StartError::Died { .. } | StartError::Failed { .. }))
            {
                // It was not asked what the page asks: what it does not do proves nothing.
                return (EndCause::Lost, quiet);
            }
            let is_quiet = if self.reports { recorder.is_quiet() } else { recorder.is_idle() };
            // Of an MTA whose queue can be seen to be empty nothing more is to come, however long it was to be watched.
            let is_watched_on =
                case.world.observe_until && schedule.refusal().is_none() && tokio::time::Instant::now() < end_of_watch;
            let may_settle = schedule.refusal().is_some()
                || ((!is_watched_on || self.running.backlog().is_some()) && schedule.all_submitted() && is_quiet);
            let events = recorder.events();
            let look = if self.running.backlog().is_some() { LOOK.min(quiet) } else { quiet };
            tokio::select! {
                biased;
                error = &mut lost => {
                    schedule.refuse(error);
                    return (EndCause::Lost, quiet);
                }
                () = recorder.changed() => empty = Duration::ZERO,
                () = tokio::time::sleep(look), if may_settle => {
                    if recorder.events() != events {
                        continue;
                    }
                    let backlog = self.running.backlog().filter(|_| schedule.all_handed_over());
                    empty = if backlog == Some(Backlog::Empty) { empty + look } else { Duration::ZERO };
                    if empty >= EMPTY_QUIET {
                        return (EndCause::Settled, EMPTY_QUIET);
                    }
                    if is_watched_on {
                        continue;
                    }
                    // It tries again and again; what two rounds have not changed stays so.
                    if self.is_waiting(backlog) && settled_on_the_wire(case, recorder) {
                        return (EndCause::Settled, quiet);
                    }
                    let done = || self.reports || schedule.refusal().is_some() || settled_on_the_wire(case, recorder);
                    if (look == quiet || schedule.refusal().is_some()) && done() {
                        return (EndCause::Settled, quiet);
                    }
                }
                () = tokio::time::sleep_until(end_of_watch), if is_watched_on && !self.carrying.is_zero() => {}
                () = &mut horizon => return (self.at_the_horizon(schedule), quiet),
            }
        }
    }
}

impl Watched<'_> {
    /// How a case ends that has not settled. Where a queue of the MTA's own should have all messages by now and has
    /// not, the machine was too slow, and what the MTA did not do proves nothing.
    fn at_the_horizon(&self, schedule: &Schedule) -> EndCause {
        if let Some(debt) = self.running.owes() {
            schedule.refuse(debt);
            return EndCause::Lost;
        }
        if self.running.backlog().is_none() || schedule.all_handed_over() {
            return EndCause::Horizon;
        }
        let why = "a message was still on its way to the MTA when the time of the case was over".to_owned();
        schedule.refuse(StartError::Failed { why });
        EndCause::Lost
    }

    /// Whether an MTA that goes on trying has tried for so long that nothing new is to come.
    fn is_waiting(&self, backlog: Option<Backlog>) -> bool {
        let is_over = self.recorder.since_progress() >= self.quiet * ROUNDS;
        !self.reports && backlog == Some(Backlog::Waiting) && is_over
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
