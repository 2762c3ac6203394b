//! A world in the sandbox that this process has entered: the MTA is started and tried with a canary, and only then
//! does the case begin.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use mtaspec_reference_transport::network::Sockets;

use super::{
    Observation, Recorder, Tap, build,
    canary::{self, Forecourt},
    run::{Watched, carrying, generator, millis},
    schedule::Schedule,
};
use crate::{
    case::Case,
    mta::{Brief, CANARY_DOMAIN, EvidenceBook, Mta, RunningMta, StartError},
    network::{
        clock::WorldClock,
        sandbox::{SandboxNetwork, Sandboxed},
    },
    trace::Trace,
};

/// How long an MTA may take to stop.
const STOP_MAX: Duration = Duration::from_secs(3);

pub(super) async fn watch(case: &Case, mta: &dyn Mta, now: SystemTime, seed: u64, tap: Option<Tap>) -> Observation {
    let evidence: Arc<EvidenceBook> = Arc::default();
    let mut observation = match begin(case, mta, now, seed, tap, &evidence).await {
        Ok(world) => world.watch(case, mta).await,
        Err(error) => Observation::lost(error),
    };
    observation.evidence = evidence.collect();
    observation
}

/// A world with its MTA at work.
struct World {
    clock: Arc<WorldClock>,
    recorder: Arc<Recorder>,
    running: Arc<dyn RunningMta>,
    _listening: Sandboxed,
}

async fn begin(
    case: &Case,
    mta: &dyn Mta,
    now: SystemTime,
    seed: u64,
    tap: Option<Tap>,
    evidence: &Arc<EvidenceBook>,
) -> Result<World, StartError> {
    let pki = build::pki(now);
    let clock = WorldClock::waiting_at(now);
    let recorder = Recorder::telling(Arc::clone(&clock), case.world.server.clone(), tap);
    let random = Mutex::new(generator(seed, &case.id));
    let network = SandboxNetwork { sockets: Sockets::default(), clock: Arc::clone(&clock), random };
    let mut brief: Brief = build::brief(case, &pki, Arc::new(network), &recorder)?;
    brief.accepted.push((CANARY_DOMAIN.to_owned(), canary::HOST));
    brief.evidence = Arc::clone(evidence);
    let forecourt = Forecourt::open(&pki, &clock).await?;
    let most = mta.start_max();
    let running = tokio::time::timeout(most, mta.start(brief))
        .await
        .map_err(|_| StartError::Failed { why: format!("it did not start within {most:?}") })??;
    forecourt.fly(&running, &case.world.server).await?;
    drop(forecourt);
    Arc::clone(&running).begin().await?;
    // The times of hosts and zones count from here, as those of the page do.
    let population = build::population(case, &pki, &clock, &recorder)?;
    let listening = Sandboxed::listen(&population)
        .await
        .map_err(|error| StartError::Failed { why: format!("nobody can listen: {error}") })?;
    clock.start();
    Ok(World { clock, recorder, running, _listening: listening })
}

impl World {
    async fn watch(self, case: &Case, mta: &dyn Mta) -> Observation {
        let Self { clock, recorder, running, .. } = &self;
        let quiet = mta.quiet();
        let schedule = Schedule::begin(case, running, clock, recorder);
        let watched =
            Watched { case, clock, recorder, running, reports: mta.reports(), quiet, carrying: carrying(case) };
        let (cause, quiet) = watched.until_the_end(&schedule).await;
        let entries = recorder.finish(cause, millis(case.world.horizon), millis(quiet));
        match tokio::time::timeout(STOP_MAX, Arc::clone(running).stop()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => schedule.refuse(error),
            Err(_) => schedule.refuse(StartError::Failed { why: format!("it did not stop within {STOP_MAX:?}") }),
        }
        let refusal = schedule.refusal();
        schedule.end();
        Observation { trace: Trace(entries), refusal, evidence: crate::mta::Evidence::default() }
    }
}
