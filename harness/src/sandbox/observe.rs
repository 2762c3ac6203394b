//! The parent's side: starts a worker for one case and collects what it tells, in bounded time.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{Pid, PidfdFlags, Signal, getuid, pidfd_open, pidfd_send_signal},
};

use super::{EnterError, Job, Told, job::Task};
use crate::{
    case::Case,
    mta::{
        Evidence, MtaOption, StartError,
        command::{About, CommandLine, CommandMta},
    },
    trace::{Entry, Event, Trace, event::EndCause},
    world::{Observation, SOCKETS_HORIZON_MAX, carrying, too_long},
};

/// How long a worker may take beyond the horizon of its case, for everything: start, canary, end. Then it is killed. A
/// command that may take long to be ready has that time as well.
pub const WORK_MAX: Duration = Duration::from_secs(50);
/// How much of what a worker complains of is kept, in octets.
const COMPLAINT_OCTETS_MAX: u64 = 8192;

/// What is needed to run cases in sandboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// The program that becomes the worker, and the arguments that make it one.
    pub worker: (PathBuf, Vec<String>),
    /// The MTA, as the worker knows it.
    pub mta: String,
    /// The MTA, if it is one behind a command; then nobody needs to know its name.
    pub command: Option<CommandMta>,
    /// Settings of the MTA's own, behind those that its adapter writes.
    pub options: Vec<MtaOption>,
    /// An unpacked tree of the MTA; `None`: the machine's own.
    pub root: Option<PathBuf>,
    /// All randomness of a case comes from this and the case's id.
    pub seed: u64,
    /// The time of day, at which worlds begin.
    pub now: SystemTime,
}

impl Errand {
    fn work_max(&self) -> Duration {
        WORK_MAX + self.command.as_ref().map(CommandMta::ready_max).unwrap_or_default()
    }
}

/// Whether this process may make sandboxes.
///
/// # Errors
///
/// [`EnterError::NotRoot`].
pub fn check() -> Result<(), EnterError> {
    if getuid().is_root() { Ok(()) } else { Err(EnterError::NotRoot) }
}

/// Runs one case in a sandbox of its own and hands over what was seen, however it ended. `page` is the page of the
/// case. Blocks, for [`WORK_MAX`] beyond the case's horizon at most.
#[must_use]
pub fn observe(errand: &Errand, case: &Case, page: &[u8]) -> Observation {
    if case.world.horizon > SOCKETS_HORIZON_MAX {
        return Observation::lost(too_long(case));
    }
    let now = errand.now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let task = Task::Observe {
        file: case.file.clone(),
        page: String::from_utf8_lossy(page).into_owned(),
        case: case.id.clone(),
        seed: errand.seed,
        now_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
    };
    let (mut entries, mut done) = (Vec::new(), None);
    let ended = run(errand, task, case.world.horizon + carrying(case) + errand.work_max(), |told| match told {
        Told::Done { refusal, evidence } => done = Some((refusal.map(StartError::from), evidence)),
        Told::Entry(entry) => entries.push(entry),
        Told::About(_) | Told::Version(_) => {}
    });
    let (refusal, evidence) = match (done, ended) {
        (Some((refusal, evidence)), _) => (refusal, evidence),
        (None, Ok(ended)) => (Some(StartError::Failed { why: ended.in_words() }), Evidence::default()),
        (None, Err(error)) => {
            let why = format!("the sandbox's worker could not be started: {error}");
            (Some(StartError::Failed { why }), Evidence::default())
        }
    };
    Observation { trace: with_an_end(entries, case), refusal, evidence }
}

/// Asks the MTA for its version, in a sandbox of its own; empty if it cannot say.
///
/// # Errors
///
/// If the worker could not be asked.
pub fn version(errand: &Errand) -> Result<String, StartError> {
    let mut version = None;
    let ended = run(errand, Task::Version, WORK_MAX, |told| {
        if let Told::Version(told) = told {
            version = Some(told);
        }
    });
    let failed = |why: String| StartError::Failed { why };
    let ended = ended.map_err(|error| failed(format!("the sandbox's worker could not be started: {error}")))?;
    version.ok_or_else(|| failed(ended.in_words()))
}

/// Asks a command who it is, in a sandbox of its own.
///
/// # Errors
///
/// If it could not be asked, or what it says is of no use.
pub fn about(errand: &Errand, line: &CommandLine) -> Result<About, StartError> {
    let mut about = None;
    let ended = run(errand, Task::About(line.clone()), WORK_MAX, |told| {
        if let Told::About(told) = told {
            about = Some(told);
        }
    });
    let failed = |why: String| StartError::Failed { why };
    let ended = ended.map_err(|error| failed(format!("the sandbox's worker could not be started: {error}")))?;
    about.map_or_else(|| Err(failed(ended.in_words())), |about| about.map_err(StartError::from))
}

/// A trace that was cut off ends as lost: of what is not in it nothing follows.
fn with_an_end(mut entries: Vec<Entry>, case: &Case) -> Trace {
    if !entries.is_empty() && !matches!(entries.last(), Some(Entry { event: Event::End { .. }, .. })) {
        let at_ms = entries.last().map_or(0, |entry| entry.at_ms);
        let horizon_ms = u64::try_from(case.world.horizon.as_millis()).unwrap_or(u64::MAX);
        entries.push(Entry { at_ms, event: Event::End { cause: EndCause::Lost, horizon_ms, quiet_ms: 0 } });
    }
    Trace(entries)
}

/// How a worker ended.
struct Ended {
    status: io::Result<process::ExitStatus>,
    complaint: String,
    limit: Duration,
    timed_out: bool,
}

impl Ended {
    fn in_words(&self) -> String {
        let how = match &self.status {
            _ if self.timed_out => format!("was killed after {:?}", self.limit),
            Ok(status) => format!("ended with {status}"),
            Err(error) => format!("could not be waited for: {error}"),
        };
        let complaint = self.complaint.trim_end();
        let colon = if complaint.is_empty() { "" } else { ": " };
        format!("the sandbox's worker {how}{colon}{complaint}")
    }
}

/// Runs a worker to its end, or to the end of its time.
fn run(errand: &Errand, task: Task, limit: Duration, mut hear: impl FnMut(Told)) -> io::Result<Ended> {
    let Errand { mta, command, options, root, .. } = errand.clone();
    let job = Job { mta, command, options, root, parent: process::id(), task };
    let job = serde_json::to_vec(&job)?;
    let (program, arguments) = &errand.worker;
    let mut child = spawn(program, arguments)?;
    let watch = watch(&child, limit);
    let complaints = child.stderr.take().map(|stderr| {
        thread::spawn(move || {
            let mut text = Vec::new();
            let mut stderr = stderr;
            // What is above the limit is read as well, so that nobody waits to be heard.
            let _read = stderr.by_ref().take(COMPLAINT_OCTETS_MAX).read_to_end(&mut text);
            let _rest = io::copy(&mut stderr, &mut io::sink());
            String::from_utf8_lossy(&text).into_owned()
        })
    });
    if let Some(mut stdin) = child.stdin.take() {
        // A worker that is gone by now says why elsewhere.
        let _given = stdin.write_all(&job);
    }
    if let Some(stdout) = child.stdout.take() {
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(&line).ok()).for_each(&mut hear);
    }
    let status = child.wait();
    let timed_out = watch.is_some_and(|watch| watch.join().unwrap_or_default());
    let complaint = complaints.and_then(|complaints| complaints.join().ok()).unwrap_or_default();
    Ok(Ended { status, complaint, limit, timed_out })
}

/// In a process group of its own: Ctrl-C of a terminal is for mtaspec, which waits for the cases that run. Whatever ends
/// mtaspec ends the worker too, see [`enter`](super::enter).
fn spawn(program: &Path, arguments: &[String]) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    command.spawn()
}

/// Kills the worker, and nobody else, once its time is over; says whether it had to.
fn watch(child: &Child, limit: Duration) -> Option<thread::JoinHandle<bool>> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw)?;
    // It cannot have been waited for yet, so the number is still its own.
    let worker: OwnedFd = pidfd_open(pid, PidfdFlags::empty()).ok()?;
    let limit =
        Timespec { tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX), tv_nsec: limit.subsec_nanos().into() };
    Some(thread::spawn(move || {
        let mut ends = [PollFd::from_borrowed_fd(worker.as_fd(), PollFlags::IN)];
        let ended = loop {
            match poll(&mut ends, Some(&limit)) {
                Err(Errno::INTR) => {}
                ended => break ended,
            }
        };
        ended == Ok(0) && pidfd_send_signal(&worker, Signal::KILL).is_ok()
    }))
}
