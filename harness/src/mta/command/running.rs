//! A command at work in one world.

use std::{
    fs,
    process::Child,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, net::unix::pipe, task::AbortHandle};

use super::{
    About, CommandMta, FOLDER, STOP_MAX, UNSUPPORTED_STATUS, brief, left, process,
    shared::{Ready, Shared},
};
use crate::{
    case::model::Via,
    mta::{
        Brief, NextHop, Reporter, RunningMta, StartError, Submission, Work,
        reported::Forwarding,
        submit::{SubmitError, greets, hand_over},
    },
};

/// How long what it said last may be under way once it has ended.
const LAST_WORDS_MAX: Duration = Duration::from_millis(300);
/// How often the submission port is tried.
const LOOK: Duration = Duration::from_millis(20);
/// The end of its log that stands in a failure, in octets.
const LOG_TAIL_OCTETS: usize = 2048;

pub(super) struct Running {
    /// The program, as a failure names it.
    name: String,
    about: About,
    /// The name by which the harness submits.
    client: String,
    relay: Option<NextHop>,
    reporter: Arc<dyn Reporter>,
    shared: Arc<Shared>,
    child: Mutex<Child>,
    /// Its standard input; `None` once it has ended.
    input: tokio::sync::Mutex<Option<pipe::Sender>>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Running {
    pub(super) async fn start(mta: &CommandMta, brief: Brief) -> Result<Arc<Self>, StartError> {
        let CommandMta { line, about } = mta;
        let relay = brief.one_smart_host().ok();
        let world = brief::world(&brief, mta.ready_max());
        fs::create_dir_all(FOLDER).map_err(StartError::failed)?;
        for (file, contents) in brief::files(&brief) {
            fs::write(file, contents).map_err(StartError::failed)?;
        }
        let told = serde_json::to_vec_pretty(&world).map_err(StartError::failed)?;
        fs::write(brief::in_folder("world.json"), &told).map_err(StartError::failed)?;
        brief.evidence.configured_by("world.json".to_owned(), &told);
        let name = line.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut child = process::spawn(line, "run")
            .map_err(|error| StartError::failed(format!("`{}`: {error}", line.program.display())))?;
        let shared = Shared::new(Forwarding::new(Arc::clone(&brief.reporter)), Arc::clone(&brief.evidence));
        let mut tasks = Vec::new();
        if let (Some(output), Some(log)) = (child.stdout.take(), child.stderr.take()) {
            tasks.push(tokio::spawn(Arc::clone(&shared).listen(output)).abort_handle());
            tasks.push(tokio::spawn(Arc::clone(&shared).keep_log(log)).abort_handle());
        }
        let input = child.stdin.take().map(|input| pipe::Sender::from_owned_fd(input.into()));
        let running = Arc::new(Self {
            name,
            about: about.clone(),
            client: brief.server,
            relay,
            reporter: brief.reporter,
            shared,
            child: Mutex::new(child),
            input: tokio::sync::Mutex::new(input.transpose().map_err(StartError::failed)?),
            tasks: Mutex::new(tasks),
        });
        running.until_ready(&world, mta.ready_max()).await?;
        Ok(running)
    }

    /// Tells the world, and waits until the MTA takes messages.
    async fn until_ready(&self, world: &Value, most: Duration) -> Result<(), StartError> {
        let ready = async {
            self.tell(world).await;
            let ready = self.shared.until(|state| state.ready).await;
            if let Some(submission) = ready.submission {
                while greets(submission).await.is_err() {
                    tokio::time::sleep(LOOK).await;
                }
            }
        };
        tokio::select! {
            biased;
            error = self.over() => Err(error),
            () = ready => Ok(()),
            () = tokio::time::sleep(most) => Err(self.failure(&match self.ready().and_then(|own| own.submission) {
                Some(submission) => format!("nobody greeted at {submission} within {most:?}"),
                None => format!("`{}` did not say within {most:?} that it is ready", self.name),
            })),
        }
    }

    fn ready(&self) -> Option<Ready> {
        self.shared.state().ready
    }

    /// A line on its standard input. Whether it reads that is seen elsewhere.
    async fn tell(&self, line: &Value) {
        let line = format!("{line}\n");
        if let Some(input) = self.input.lock().await.as_mut() {
            let _told = input.write_all(line.as_bytes()).await;
        }
    }

    /// Completes when nothing more is to be had of it: it has ended, or said what is no report.
    async fn over(&self) -> StartError {
        let status = tokio::select! {
            biased;
            why = self.shared.until(|state| state.broken.clone()) => return self.failure(&why),
            status = process::ended(&self.child) => status,
        };
        let silent = self.shared.until(|state| (state.silent || state.broken.is_some()).then_some(()));
        let _in_time = tokio::time::timeout(LAST_WORDS_MAX, silent).await;
        let broken = self.shared.state().broken.clone();
        if let Some(why) = broken {
            return self.failure(&why);
        }
        let name = &self.name;
        match status {
            Ok(status) if status.code() == Some(UNSUPPORTED_STATUS) => match self.shared.missing_setting() {
                Some(setting) => StartError::Unsupported { setting },
                None => self.failure(&format!("`{name}` ended with {UNSUPPORTED_STATUS} and did not name the setting")),
            },
            Ok(status) => self.failure(&format!("`{name}` ended with {status} before its standard input did")),
            Err(error) => self.failure(&format!("`{name}`: {error}")),
        }
    }

    /// A failure with the end of what it said.
    fn failure(&self, why: &str) -> StartError {
        let evidence = self.shared.evidence.collect();
        let log = evidence.log_tail(LOG_TAIL_OCTETS).trim_end();
        let why = if log.is_empty() { why.to_owned() } else { format!("{why}\nits output:\n{log}") };
        StartError::Failed { why }
    }

    async fn by_smtp(&self, ready: Ready, message: &Submission) -> Result<(), StartError> {
        let Ready { submission, transport } = ready;
        let Some(submission) = submission else { return Ok(()) };
        let to = match message.via {
            Via::Submission => submission,
            Via::Transport => transport.unwrap_or(submission),
        };
        match hand_over(to, &self.client, message, &*self.reporter).await {
            Ok(reply) => {
                if let Some(own) = reply.and_then(|reply| self.about.own_name(&reply)) {
                    self.shared.forwarding.named(&own, &message.name);
                }
            }
            Err(SubmitError::NoDsn) => return Err(StartError::unsupported(message.dsn.in_words())),
            Err(error) => {
                // It may have died of it: then that is the reason.
                let died = tokio::time::timeout(LAST_WORDS_MAX, self.over()).await;
                return Err(died.unwrap_or_else(|_| self.failure(&error.to_string())));
            }
        }
        Ok(())
    }

    /// Gives it a message on its standard input, and waits until it is done with that.
    async fn by_line(&self, message: &Submission) -> Result<(), StartError> {
        let file = brief::in_folder(&format!("{}.eml", message.name.replace(['/', '(', ')'], "_")));
        fs::write(&file, message.octets.as_slice()).map_err(StartError::failed)?;
        self.shared.given(&message.name);
        let told = brief::message(message, &file, self.relay.as_ref());
        let done = async {
            self.tell(&told).await;
            self.shared.until(|state| (!state.owed.contains(&message.name)).then_some(())).await;
        };
        let done = tokio::select! {
            biased;
            error = self.over() => Err(error),
            () = done => Ok(()),
        };
        // Memory is given back; whether the file is still there is no matter.
        let _removed = fs::remove_file(&file);
        done
    }

    /// What it left undone, said at its end.
    fn debt(&self) -> Option<StartError> {
        let owed = self.shared.state().owed.first().cloned()?;
        Some(self.failure(&format!("`{}` was given `{owed}` and never said that it is done with it", self.name)))
    }
}

impl RunningMta for Running {
    fn submit(self: Arc<Self>, message: Submission) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            let handed = match self.ready() {
                Some(ready) if ready.submission.is_some() => self.by_smtp(ready, &message).await,
                _ => self.by_line(&message).await,
            };
            // Its case is over, and what was under way is cut off by us.
            if self.shared.state().stopping { Ok(()) } else { handed }
        })
    }

    fn owes(&self) -> Option<StartError> {
        self.debt()
    }

    fn lost(self: Arc<Self>) -> Work<StartError> {
        Box::pin(async move { self.over().await })
    }

    fn stop(self: Arc<Self>) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            let broken = self.shared.state().broken.clone();
            let debt = broken.map(|why| self.failure(&why)).or_else(|| self.debt());
            self.shared.stopping();
            // Who writes to one that does not read holds this.
            let closed = async { drop(self.input.lock().await.take()) };
            let _closed = tokio::time::timeout(LAST_WORDS_MAX, closed).await;
            process::signal(&self.child, Signal::TERM);
            let stopped = tokio::time::timeout(STOP_MAX, process::ended(&self.child)).await;
            let left = if stopped.is_ok() { left::behind().await } else { Ok(Vec::new()) };
            process::signal(&self.child, Signal::KILL);
            let result = match (debt, stopped, left) {
                (Some(debt), _, _) => Err(debt),
                (None, Err(_), _) => Err(self.failure(&format!(
                    "`{}` did not end within {STOP_MAX:?} of SIGTERM and the end of its standard input",
                    self.name
                ))),
                (None, Ok(_), Ok(left)) if !left.is_empty() => {
                    let left = left.iter().map(|own| format!("`{own}`")).collect::<Vec<_>>().join(", ");
                    Err(self.failure(&format!("`{}` left processes behind: {left}", self.name)))
                }
                (None, Ok(_), Err(error)) => Err(self.failure(&format!("what it left behind cannot be seen: {error}"))),
                (None, Ok(_), Ok(_)) => Ok(()),
            };
            for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                task.abort();
            }
            result
        })
    }
}
