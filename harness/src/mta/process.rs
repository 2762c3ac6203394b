//! An MTA that is a set of processes in the sandbox, brought to work by the plan of its adapter.
//!
//! What it needs is written, its processes are started in the foreground, each in a process group of its own with its
//! output in a file, and messages are handed over by SMTP. Unless its adapter reads reports on its standard output, its
//! world is watched on the wire alone.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::{
        fs::PermissionsExt as _,
        process::{CommandExt as _, ExitStatusExt as _},
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::AsyncWriteExt as _,
    net::{UnixDatagram, unix::pipe},
    sync::Notify,
    task::AbortHandle,
};

use super::{
    Adapter, Backlog, Brief, EvidenceBook, Mta, MtaOption, PREPARE_MAX, Plan, PlannedCommand, PlannedInjection,
    READY_MAX, RUN_TIME_CHANGE, Reporter, RunningMta, Says, StartError, Submission, Work,
    inject::{self, Injected},
    install::{install, install_for_case, owner},
    open_files::OpenFiles,
    reported::Reported,
    submit::{SubmitError, greets, hand_over, report_refused},
};
use crate::{
    case::model::{ShellText, Via},
    trace::event::{REFUSED_AT_SUBMISSION, ReportedFate},
};

/// How long a command that is run again and again may take: longer than a world lasts on sockets, for a daemon may die
/// with a client that is killed while it speaks to it.
const REPEATED_MAX: Duration = Duration::from_secs(60);
/// What an MTA lacks that writes a notice and has one way out for everything.
const NO_WAY_HOME: &str = "a way of its own for the accepted domains, to which its notice is to go";
/// How long the shell may take for one text.
const TOLD_MAX: Duration = Duration::from_secs(5);
/// How long the end of a process may come after that of its connections.
const DEATH_MAX: Duration = Duration::from_millis(200);
/// How often processes and the submission port are looked at.
const LOOK: Duration = Duration::from_millis(20);
/// The end of a log that stands in a failure, in octets.
const LOG_TAIL_OCTETS: usize = 2048;
/// Where the output of processes is kept.
pub(super) const OUTPUT: &str = "/run/mtaspec";
/// Where programs send what is for the system log (syslog(3)).
const SYSTEM_LOG: &str = "/dev/log";
/// Octets of the longest line of the system log.
const LOG_LINE_OCTETS_MAX: usize = 65_536;
/// Where programs of a plan look for programs of their own.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An MTA of its own processes: `A` translates, this does the rest.
#[derive(Clone, Copy, Debug)]
pub struct ProcessMta<A: Adapter>(pub A);

impl<A: Adapter> Mta for ProcessMta<A> {
    fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// Runs the MTA, so it is asked in the sandbox alone. Empty if it cannot say.
    fn version(&self) -> String {
        let Some(version) = self.0.version() else { return String::new() };
        let Ok(mut command) = command(&version.command) else { return String::new() };
        let Ok(output) = command.stdin(Stdio::null()).output() else { return String::new() };
        [output.stdout, output.stderr]
            .iter()
            .find_map(|octets| (version.read)(&String::from_utf8_lossy(octets)))
            .unwrap_or_default()
    }

    fn quiet(&self) -> Duration {
        self.0.quiet()
    }

    fn reports_log(&self) -> bool {
        self.0.reports_log()
    }

    fn reports(&self) -> bool {
        self.0.reports_fates()
    }

    fn knows_organisation(&self) -> bool {
        self.0.knows_organisation()
    }

    fn reports_shell(&self) -> bool {
        self.0.reports_shell()
    }

    fn options(&self) -> Option<&'static str> {
        self.0.options()
    }

    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        self.start_with(brief, &[])
    }

    fn start_with(&self, brief: Brief, options: &[MtaOption]) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        let plan = self.0.plan(&brief).and_then(|mut plan| {
            options.iter().try_for_each(|option| self.0.set(&mut plan, option))?;
            Ok(plan)
        });
        let (reader, typed) = (self.0.reports(), self.0.typed());
        Box::pin(async move {
            let reported = reader.map(|reader| Reported::new(reader, Arc::clone(&brief.reporter)));
            let running = Running::start(plan?, brief, reported, typed).await?;
            Ok(running as Arc<dyn RunningMta>)
        })
    }
}

struct Running {
    plan: Plan,
    /// The name by which the harness submits.
    client: String,
    processes: Mutex<Vec<Process>>,
    reporter: Arc<dyn Reporter>,
    /// Where its own reports go, if it makes any.
    reported: Option<Arc<Reported>>,
    /// Where it is told of shell text, if it has such a place.
    typed: Option<Keyboard>,
    evidence: Arc<EvidenceBook>,
    tasks: Mutex<Vec<AbortHandle>>,
    /// Whether the canary has arrived.
    has_begun: AtomicBool,
    open_files: OpenFiles,
    /// Whether it writes a notice for which it has no way.
    notice: Notify,
}

/// What is written for a text.
type TypedText = fn(&ShellText) -> String;

/// Where shell text is typed while the MTA works.
struct Keyboard {
    text: TypedText,
    /// Standard input of its first process; held until what was typed has been run.
    input: tokio::sync::Mutex<Option<pipe::Sender>>,
}

/// Where the standard output of a process goes.
#[derive(Clone, Copy, Debug)]
enum Output {
    Log,
    Reports,
}

struct Process {
    name: String,
    child: Child,
}

impl Running {
    async fn start(
        plan: Plan,
        brief: Brief,
        reported: Option<Arc<Reported>>,
        typed: Option<TypedText>,
    ) -> Result<Arc<Self>, StartError> {
        let evidence = Arc::clone(&brief.evidence);
        install(&plan, &evidence).map_err(failed)?;
        fs::create_dir_all(OUTPUT).map_err(failed)?;
        let socket = open_system_log().map_err(failed)?;
        let running = Arc::new(Self {
            client: brief.server,
            processes: Mutex::default(),
            reporter: brief.reporter,
            reported,
            typed: typed.map(|text| Keyboard { text, input: tokio::sync::Mutex::default() }),
            evidence,
            tasks: Mutex::default(),
            has_begun: AtomicBool::new(false),
            open_files: OpenFiles::default(),
            notice: Notify::new(),
            plan,
        });
        let log = tokio::spawn(system_log(socket, Arc::downgrade(&running)));
        lock(&running.tasks).push(log.abort_handle());
        for (number, command) in running.plan.prepare.iter().enumerate() {
            running.prepare(number, command).await?;
        }
        let output = if running.reported.is_some() { Output::Reports } else { Output::Log };
        for (number, command) in running.plan.start.iter().enumerate() {
            let mut process = running.spawn(&format!("start-{number}"), command, output)?;
            if let (Some(reported), Some(output)) = (&running.reported, process.child.stdout.take()) {
                let listening = tokio::spawn(Arc::clone(reported).listen(output));
                lock(&running.tasks).push(listening.abort_handle());
            }
            if let (Some(keyboard), Some(input)) = (&running.typed, process.child.stdin.take()) {
                let input = pipe::Sender::from_owned_fd(input.into()).map_err(failed)?;
                keyboard.input.lock().await.get_or_insert(input);
            }
            running.processes().push(process);
        }
        if running.plan.injection.is_none() {
            running.until_it_greets().await?;
        }
        if let Some((period, command)) = running.plan.repeat.clone() {
            let repeating = tokio::spawn(repeat(Arc::downgrade(&running), period, command));
            lock(&running.tasks).push(repeating.abort_handle());
        }
        Ok(running)
    }

    fn spawn(&self, label: &str, planned: &PlannedCommand, output: Output) -> Result<Process, StartError> {
        let name = planned.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = PathBuf::from(OUTPUT).join(format!("{label}-{name}.log"));
        let log = File::options().append(true).create(true).open(&path).map_err(failed)?;
        self.evidence.logs_to(path);
        let output = match output {
            Output::Log => log.try_clone().map_err(failed)?.into(),
            Output::Reports => Stdio::piped(),
        };
        let mut command = command(planned)?;
        let input = if self.typed.is_some() { Stdio::piped() } else { Stdio::null() };
        command.stdin(input).stdout(output).stderr(log);
        let child =
            command.spawn().map_err(|error| self.failure(&format!("`{}`: {error}", planned.program.display())))?;
        Ok(Process { name, child })
    }

    async fn prepare(&self, number: usize, planned: &PlannedCommand) -> Result<(), StartError> {
        let mut process = self.spawn(&format!("prepare-{number}"), planned, Output::Log)?;
        let ended = tokio::time::timeout(PREPARE_MAX, ended(&mut process.child)).await;
        let Ok(status) = ended else {
            kill(&mut process);
            return Err(self.failure(&format!("`{}` did not end within {PREPARE_MAX:?}", process.name)));
        };
        let status = status.map_err(failed)?;
        if status.success() { Ok(()) } else { Err(self.failure(&format!("`{}` ended with {status}", process.name))) }
    }

    /// Waits for the first greeting, or for the first process that ends.
    async fn until_it_greets(&self) -> Result<(), StartError> {
        let greeted = async {
            while greets(self.plan.submission).await.is_err() {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::select! {
            biased;
            ended = self.first_end() => Err(self.failure(&ended.why)),
            () = greeted => Ok(()),
            () = tokio::time::sleep(READY_MAX) => {
                Err(self.failure(&format!("nobody greeted at {} within {READY_MAX:?}", self.plan.submission)))
            }
        }
    }

    /// Completes when one of its processes has ended.
    async fn first_end(&self) -> Ended {
        loop {
            for process in self.processes().iter_mut() {
                let name = &process.name;
                match process.child.try_wait() {
                    Ok(None) => {}
                    Ok(Some(status)) => {
                        return Ended { why: format!("`{name}` ended with {status}"), by_itself: !is_killed(status) };
                    }
                    Err(error) => return Ended { why: format!("`{name}`: {error}"), by_itself: false },
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Hands a message over by a command, and waits for its end.
    async fn inject(&self, planned: &PlannedInjection, message: &Submission) -> Result<(), StartError> {
        if self.has_begun.load(Ordering::Relaxed) {
            planned.way.takes(message)?;
        }
        let mut injecting = inject::start(planned, message)?;
        self.evidence.logs_to(injecting.complaints.clone());
        let status = ended(&mut injecting.child).await.map_err(failed)?;
        let complaint = fs::read(&injecting.complaints).unwrap_or_default();
        let (fate, reason) = match inject::meaning(planned.says, status.code(), &String::from_utf8_lossy(&complaint)) {
            Injected::Queued => return Ok(()),
            Injected::Delivered => (ReportedFate::Delivered, String::new()),
            Injected::Deferred(why) => (ReportedFate::Deferred, why),
            Injected::Failed(why) => (ReportedFate::Failed, why),
        };
        let reason = if planned.says == Says::Queued { format!("{REFUSED_AT_SUBMISSION}{reason}") } else { reason };
        for recipient in &message.recipients {
            self.reporter.fate(&message.name, recipient, fate, &reason);
        }
        Ok(())
    }

    /// A failure with the end of the log.
    fn failure(&self, why: &str) -> StartError {
        StartError::Failed { why: self.with_log(why) }
    }

    /// What the end of one of its processes says: of the MTA, if the case had begun and it ended by itself.
    fn died(&self, ended: &Ended) -> StartError {
        let why = self.with_log(&format!("it died: {}", ended.why));
        if ended.by_itself && self.has_begun.load(Ordering::Relaxed) {
            StartError::Died { why }
        } else {
            StartError::Failed { why }
        }
    }

    fn with_log(&self, why: &str) -> String {
        let evidence = self.evidence.collect();
        let log = evidence.log_tail(LOG_TAIL_OCTETS).trim_end();
        if log.is_empty() { why.to_owned() } else { format!("{why}\nits log:\n{log}") }
    }

    fn processes(&self) -> MutexGuard<'_, Vec<Process>> {
        lock(&self.processes)
    }
}

impl RunningMta for Running {
    fn submit(self: Arc<Self>, message: Submission) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            if let Some(planned) = &self.plan.injection {
                return self.inject(planned, &message).await;
            }
            if self.has_begun.load(Ordering::Relaxed) {
                self.plan.unfiltered.iter().try_for_each(|way| way.firewall(&message))?;
            }
            let to = match message.via {
                Via::Submission => self.plan.submission,
                Via::Transport => self.plan.transport.unwrap_or(self.plan.submission),
            };
            match hand_over(to, &self.client, &message, &*self.reporter).await {
                Ok(reply) => {
                    if let (Some(reported), Some(reply)) = (&self.reported, reply) {
                        reported.taken(&message.name, &reply);
                    }
                }
                Err(SubmitError::NotNow { reply, .. })
                    if self.plan.refusals.iter().any(|known| reply.starts_with(known)) =>
                {
                    report_refused(&*self.reporter, &message, &reply);
                }
                Err(error) => {
                    if let Some(lack) = error.lack(&message) {
                        return Err(lack);
                    }
                    // It may have died of it: then that is the reason.
                    let died = tokio::time::timeout(DEATH_MAX, self.first_end()).await;
                    return Err(died.map_or_else(|_| self.failure(&error.to_string()), |ended| self.died(&ended)));
                }
            }
            Ok(())
        })
    }

    fn shell(self: Arc<Self>, text: ShellText) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            let (Some(keyboard), Some(reported)) = (&self.typed, &self.reported) else {
                return Err(StartError::unsupported(RUN_TIME_CHANGE));
            };
            let run = async {
                let mut input = keyboard.input.lock().await;
                let Some(input) = input.as_mut() else { return Err(io::ErrorKind::BrokenPipe.into()) };
                input.write_all((keyboard.text)(&text).as_bytes()).await?;
                reported.told().await;
                Ok(())
            };
            match tokio::time::timeout(TOLD_MAX, run).await {
                Ok(run) => run.map_err(|error: io::Error| self.failure(&format!("its standard input: {error}"))),
                Err(_) => Err(self.failure(&format!("a text for its shell was not run within {TOLD_MAX:?}"))),
            }
        })
    }

    fn begin(self: Arc<Self>) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            self.has_begun.store(true, Ordering::Relaxed);
            install_for_case(&self.plan).map_err(failed)
        })
    }

    fn backlog(&self) -> Option<Backlog> {
        let (waiting, works) = self.plan.queue.split_last()?;
        // In the order of a message's way, so that none is missed between two looks.
        Some(if works.iter().any(|directory| holds_a_file(directory)) {
            Backlog::AtWork
        } else if !holds_a_file(waiting) {
            Backlog::Empty
        } else if self.plan.opens_queue && self.open_files.in_directory(waiting) {
            Backlog::AtWork
        } else {
            Backlog::Waiting
        })
    }

    fn lost(self: Arc<Self>) -> Work<StartError> {
        Box::pin(async move {
            tokio::select! {
                biased;
                ended = self.first_end() => self.died(&ended),
                () = self.notice.notified() => StartError::unsupported(NO_WAY_HOME),
            }
        })
    }

    fn stop(self: Arc<Self>) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            for task in lock(&self.tasks).iter() {
                task.abort();
            }
            let mut processes = std::mem::take(&mut *self.processes());
            let mut refusing = Vec::new();
            if !self.plan.stop_grace.is_zero() {
                processes.iter().for_each(|process| signal(process, Signal::TERM));
                let all = async {
                    for process in &mut processes {
                        let _status = ended(&mut process.child).await;
                    }
                };
                if tokio::time::timeout(self.plan.stop_grace, all).await.is_err() {
                    processes.retain_mut(|process| matches!(process.child.try_wait(), Ok(None)));
                    refusing = processes.iter().map(|process| process.name.clone()).collect();
                }
            }
            processes.iter_mut().for_each(kill);
            if refusing.is_empty() {
                return Ok(());
            }
            let (names, grace) = (refusing.join(", "), self.plan.stop_grace);
            Err(self.failure(&format!("`{names}` did not stop within {grace:?}")))
        })
    }
}

/// How one of the processes came to its end.
struct Ended {
    /// Which, and how, in words.
    why: String,
    /// Nobody killed it, for one for want of memory.
    by_itself: bool,
}

fn is_killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::KILL.as_raw())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(error: impl ToString) -> StartError {
    StartError::Failed { why: error.to_string() }
}

/// Whether a file lies below this directory. One that cannot be read may hold some.
fn holds_a_file(directory: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(directory) else { return true };
    entries.any(|entry| {
        entry.is_ok_and(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => holds_a_file(&entry.path()),
            _ => true,
        })
    })
}

/// A command line in an environment of its own.
pub(super) fn command(planned: &PlannedCommand) -> Result<Command, StartError> {
    let mut command = Command::new(&planned.program);
    command.args(&planned.arguments).env_clear().env("PATH", PATH).current_dir("/").process_group(0);
    command.envs(planned.environment.iter().map(|(name, value)| (name, value)));
    if let Some(user) = &planned.user {
        let owner = owner(user).map_err(failed)?;
        command.uid(owner.user).gid(owner.group);
    }
    Ok(command)
}

/// Waits for the end of a process without a thread for it.
async fn ended(child: &mut Child) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Sends a signal to the process and everything that it has started in its group.
fn signal(process: &Process, signal: Signal) {
    let group = i32::try_from(process.child.id()).ok().and_then(Pid::from_raw);
    // A group that has ended needs no signal.
    let _done = group.map(|group| kill_process_group(group, signal));
}

fn kill(process: &mut Process) {
    signal(process, Signal::KILL);
    let _done = process.child.kill();
    let _status = process.child.wait();
}

/// Runs a command in each period, one at a time, while the MTA is there.
async fn repeat(running: std::sync::Weak<Running>, period: Duration, planned: PlannedCommand) {
    loop {
        tokio::time::sleep(period).await;
        let Some(running) = running.upgrade() else { return };
        let Ok(mut process) = running.spawn("repeat", &planned, Output::Log) else { return };
        drop(running);
        let _status = tokio::time::timeout(REPEATED_MAX, ended(&mut process.child)).await;
        kill(&mut process);
    }
}

fn open_system_log() -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::bind(SYSTEM_LOG)?;
    fs::set_permissions(Path::new(SYSTEM_LOG), Permissions::from_mode(0o666))?;
    Ok(socket)
}

/// Keeps what comes for the system log, and looks for what the plan wants to hear of.
async fn system_log(socket: UnixDatagram, running: std::sync::Weak<Running>) {
    let mut line = vec![0; LOG_LINE_OCTETS_MAX];
    while let Ok(count) = socket.recv(&mut line).await {
        let Some(running) = running.upgrade() else { return };
        let line = line[..count].trim_ascii_end().strip_suffix(b"\0").unwrap_or(&line[..count]);
        running.evidence.log_line(line);
        if running.plan.writes_notice.is_some_and(|words| String::from_utf8_lossy(line).contains(words)) {
            running.notice.notify_one();
        }
    }
}
