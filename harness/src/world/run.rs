//! Runs one case: builds its world, starts the MTA in it, watches until it settles or until the horizon.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};

use super::{Recorder, build, schedule::Schedule};
use crate::{
    case::Case,
    mta::{Brief, Mta, StartError},
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

/// The longest horizon on sockets, where a second of the world is one of the machine's.
const SOCKETS_HORIZON_MAX: Duration = Duration::from_secs(30);

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
}

/// Runs one case and hands over its trace. Blocks until the case has ended.
#[must_use]
pub fn observe(case: &Case, mta: &dyn Mta, settings: Settings) -> Observation {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let builder = match settings.network {
        NetworkKind::Loopback { .. } => builder.enable_all(),
        NetworkKind::Memory => builder.enable_time().start_paused(true),
    };
    let runtime = match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => return lost(StartError::Failed { why: format!("no runtime: {error}") }),
    };
    let observation = runtime.block_on(watch(case, mta, settings)).unwrap_or_else(lost);
    // An MTA that blocks a thread must not hold up the run.
    runtime.shutdown_background();
    observation
}

/// A case whose world could not be built, or whose MTA could not be started.
fn lost(error: StartError) -> Observation {
    Observation { trace: Trace::default(), refusal: Some(error) }
}

/// The one generator of a case.
fn generator(seed: u64, case: &str) -> ChaCha8Rng {
    let mut digest = Sha256::new();
    digest.update(seed.to_be_bytes());
    digest.update(case.as_bytes());
    ChaCha8Rng::from_seed(digest.finalize().into())
}

async fn watch(case: &Case, mta: &dyn Mta, settings: Settings) -> Result<Observation, StartError> {
    let (begin, quiet) = match settings.network {
        NetworkKind::Loopback { .. } if case.world.horizon > SOCKETS_HORIZON_MAX => {
            let horizon = dialogue::time(millis(case.world.horizon));
            return Err(StartError::unsupported(format!("{horizon} of world time")));
        }
        NetworkKind::Loopback { now } => (now, mta.quiet()),
        NetworkKind::Memory => (UNIX_EPOCH + MEMORY_BEGIN, MEMORY_QUIET),
    };
    let pki = build::pki(begin);
    let clock = WorldClock::starting_at(begin);
    let recorder = Recorder::new(Arc::clone(&clock), case.world.server.clone());
    let population = build::population(case, &pki, &clock, &recorder)?;
    let connectors = build::connectors(case)?;
    let identities = build::identities(case, &connectors, &pki)?;
    let mut brief = Brief {
        server: case.world.server.clone(),
        address: case.world.address,
        resolvers: vec![build::RESOLVER],
        authority: build::authority(&pki)?,
        identities,
        accepted: case.world.accepts.iter().map(|domain| (domain.clone(), build::ORIGIN)).collect(),
        connectors,
        shell: case.shell.iter().filter(|text| text.at.is_zero()).map(|text| text.text.clone()).collect(),
        network: MemoryNetwork::new(
            Arc::clone(&population),
            Arc::clone(&clock),
            generator(settings.seed, &case.id),
            case.world.address,
            build::RESOLVER,
        ),
        names: build::names(case),
        dial: population.hosts.keys().map(|&address| (address, address)).collect(),
        reporter: Arc::clone(&recorder) as Arc<dyn crate::mta::Reporter>,
    };
    // Listening ends when this is dropped, at the end of the case.
    let _listening = match settings.network {
        NetworkKind::Loopback { .. } => Some(go_on_sockets(&mut brief, &population, &clock, settings, case).await?),
        NetworkKind::Memory => None,
    };
    let running = tokio::time::timeout(START_MAX, mta.start(brief))
        .await
        .map_err(|_| StartError::Failed { why: format!("it did not start within {START_MAX:?}") })??;
    let schedule = Schedule::begin(case, &running, &clock, &recorder);
    let cause = until_the_end(case, &clock, &recorder, &schedule, quiet).await;
    // Time does not pass in memory while anything is ready, so no quiet time is asked for there.
    let quiet_ms = if settings.network == NetworkKind::Memory { 0 } else { millis(quiet) };
    let entries = recorder.finish(cause, millis(case.world.horizon), quiet_ms);
    let refusal = schedule.refusal();
    schedule.end();
    Ok(Observation { trace: Trace(entries), refusal })
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
    brief.resolvers = vec![loopback.resolver];
    brief.dial = loopback.dial.clone();
    brief.network = Arc::new(LoopbackNetwork {
        dial: loopback.dial.clone(),
        clock: Arc::clone(clock),
        random: Mutex::new(generator(settings.seed, &case.id)),
        population: Arc::clone(population),
    });
    Ok(loopback)
}

/// Watches until nothing more is to come, or until the horizon.
async fn until_the_end(
    case: &Case,
    clock: &WorldClock,
    recorder: &Recorder,
    schedule: &Schedule,
    quiet: Duration,
) -> EndCause {
    let mut horizon = std::pin::pin!(tokio::time::sleep_until(clock.instant(case.world.horizon)));
    loop {
        if recorder.limit_reached() {
            return EndCause::Limit;
        }
        let may_settle = schedule.refusal().is_some()
            || (!case.world.observe_until && schedule.all_submitted() && recorder.is_quiet());
        let events = recorder.events();
        tokio::select! {
            biased;
            () = recorder.changed() => {}
            () = tokio::time::sleep(quiet), if may_settle => {
                if recorder.events() == events {
                    return EndCause::Settled;
                }
            }
            () = &mut horizon => return EndCause::Horizon,
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
