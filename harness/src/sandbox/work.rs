//! The worker: enters the sandbox, observes one case in it, and tells what happens as it happens.

use std::{
    io::{self, Read as _, Write as _},
    path::PathBuf,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use super::{EnterError, Job, SandboxSpec, Told, enter, job::Task};
use crate::{
    case::{Case, CaseError, Catalogue, Corpus},
    mta::{Mta, StartError, WithOptions, command},
    trace::Entry,
    world::{NetworkKind, Observation, Settings, Tap, observe_telling},
};

/// The machine's name in a world that observes no case.
const NOBODY: &str = "mta.sender.test";

/// Why a worker could not do its job.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// The page has no such case.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// There is no sandbox.
    #[error(transparent)]
    Enter(#[from] EnterError),
    /// It was given no job.
    #[error("the job: {0}")]
    Job(#[from] serde_json::Error),
    /// Nobody speaks or listens.
    #[error("standard input: {0}")]
    Io(#[from] io::Error),
    /// The program knows no such MTA.
    #[error("no MTA is called `{name}`")]
    NoMta {
        /// As asked for.
        name: String,
    },
}

/// Does the job that stands on standard input. `mta_of` is how the program knows its MTAs; `catalogue` its ids.
///
/// Must be called before the process has a second thread.
///
/// # Errors
///
/// What kept it from beginning; everything after that is told on standard output.
pub fn work(catalogue: Catalogue<'_>, mta_of: &dyn Fn(&str) -> Option<Box<dyn Mta>>) -> Result<(), WorkError> {
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    let job: Job = serde_json::from_slice(&text)?;
    if let Task::About(line) = &job.task {
        enter(&SandboxSpec { shown: line.folders(), ..spec(&job, None) })?;
        tell(&Told::About(command::ask(line).map_err(StartError::into)));
        return Ok(());
    }
    let mta: Box<dyn Mta> = match &job.command {
        Some(command) => Box::new(command.clone()),
        None => mta_of(&job.mta).ok_or_else(|| WorkError::NoMta { name: job.mta.clone() })?,
    };
    let mta: Box<dyn Mta> = Box::new(WithOptions { mta, options: job.options.clone() });
    match &job.task {
        Task::About(_) => {}
        Task::Observe { file, page, case, seed, now_ms } => {
            let corpus = Corpus::new([(file.clone(), page.clone().into_bytes())]);
            let case = corpus.case(case, catalogue)?;
            let now = UNIX_EPOCH + Duration::from_millis(*now_ms);
            enter(&spec(&job, Some(case)))?;
            let settings = Settings { seed: *seed, network: NetworkKind::Sandbox { now } };
            let tap: Tap = Arc::new(|entry: &Entry| tell(&Told::Entry(entry.clone())));
            let Observation { refusal, evidence, .. } = observe_telling(case, &*mta, settings, Some(tap));
            tell(&Told::Done { refusal: refusal.map(StartError::into), evidence });
        }
        Task::Version => {
            enter(&spec(&job, None))?;
            tell(&Told::Version(mta.version()));
        }
    }
    Ok(())
}

fn spec(job: &Job, case: Option<&Case>) -> SandboxSpec {
    let world = case.map(|case| case.world.clone()).unwrap_or_default();
    let hostname = if case.is_some() { world.server } else { NOBODY.to_owned() };
    let root: Option<PathBuf> = job.root.clone();
    SandboxSpec {
        hostname,
        address: world.address,
        resolvers: world.name_servers,
        root,
        shown: job.command.as_ref().map(|command| command.line.folders()).unwrap_or_default(),
        parent: job.parent.try_into().ok(),
    }
}

/// Says one thing. Once nobody listens, the worker ends with its parent, so what cannot be said is no matter.
fn tell(told: &Told) {
    let Ok(mut line) = serde_json::to_vec(told) else { return };
    line.push(b'\n');
    let mut output = io::stdout().lock();
    let _told = output.write_all(&line).and_then(|()| output.flush());
}
