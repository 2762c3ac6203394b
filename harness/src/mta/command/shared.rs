//! What a command has said until now, and what it owes: written by who listens to it, looked at by the world.

use std::{
    collections::BTreeSet,
    process::{ChildStderr, ChildStdout},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    net::unix::pipe,
    sync::Notify,
};

use super::{
    LINE_OCTETS_MAX, LINES_MAX,
    said::{Said, shortened},
};
use crate::mta::{EvidenceBook, reported::Forwarding};

/// Octets of the longest line of its log; a longer one is cut into several.
const LOG_LINE_OCTETS_MAX: u64 = 65_536;

/// What is known of a command at work.
pub(super) struct Shared {
    pub(super) forwarding: Forwarding,
    pub(super) evidence: Arc<EvidenceBook>,
    /// Something has changed.
    changed: Notify,
    state: Mutex<State>,
}

/// What it has said.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) ready: Option<Ready>,
    /// Messages that were given and that it is not done with.
    pub(super) owed: BTreeSet<String>,
    /// Why nothing that it says counts any more.
    pub(super) broken: Option<String>,
    /// The setting that it does not have.
    pub(super) unsupported: Option<String>,
    /// The last line of its log that is not empty.
    last_words: String,
    /// It is told to end: what it does from now on is no failure of its own accord.
    pub(super) stopping: bool,
    /// Whether its standard output has ended.
    pub(super) silent: bool,
}

/// Where its MTA takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) submission: Option<std::net::SocketAddr>,
    pub(super) transport: Option<std::net::SocketAddr>,
}

impl Shared {
    pub(super) fn new(forwarding: Forwarding, evidence: Arc<EvidenceBook>) -> Arc<Self> {
        Arc::new(Self { forwarding, evidence, changed: Notify::new(), state: Mutex::default() })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known, and says so.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) {
        let _done = change(&mut self.state());
        self.changed.notify_waiters();
    }

    /// Waits until this gives something.
    pub(super) async fn until<T>(&self, look: impl Fn(&State) -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // From now on no change is missed.
            changed.as_mut().enable();
            if let Some(found) = look(&self.state()) {
                return found;
            }
            changed.await;
        }
    }

    /// It is told to end.
    pub(super) fn stopping(&self) {
        self.change(|state| state.stopping = true);
    }

    /// A message is given: from now on it is owed.
    pub(super) fn given(&self, message: &str) {
        self.forwarding.named(message, message);
        self.change(|state| state.owed.insert(message.to_owned()));
    }

    /// What it says when it names the missing setting on its standard error alone.
    pub(super) fn missing_setting(&self) -> Option<String> {
        let state = self.state();
        let words = || Some(shortened(&state.last_words)).filter(|words| !words.is_empty());
        state.unsupported.clone().or_else(words)
    }

    /// Reads its standard output to the end.
    pub(super) async fn listen(self: Arc<Self>, output: ChildStdout) {
        if let Err(why) = self.read_lines(output).await {
            self.change(|state| state.broken.get_or_insert(why).len());
        }
        self.change(|state| state.silent = true);
    }

    async fn read_lines(&self, output: ChildStdout) -> Result<(), String> {
        let unread = |error: std::io::Error| format!("its standard output cannot be read: {error}");
        let mut output = BufReader::new(pipe::Receiver::from_owned_fd(output.into()).map_err(unread)?);
        for _ in 0..LINES_MAX {
            let (mut line, most) = (Vec::new(), u64::try_from(LINE_OCTETS_MAX).unwrap_or(u64::MAX));
            (&mut output).take(most).read_until(b'\n', &mut line).await.map_err(unread)?;
            if line.is_empty() {
                return Ok(());
            }
            let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
            self.evidence.log_line(format!("it said: {text}").as_bytes());
            if !line.ends_with(b"\n") && line.len() == LINE_OCTETS_MAX {
                return Err(format!("it said a line of more than {LINE_OCTETS_MAX} octets: `{}`", shortened(&text)));
            }
            self.hear(Said::parse(&text).map_err(|error| error.to_string())?)?;
        }
        Err(format!("it said more than {LINES_MAX} lines"))
    }

    fn hear(&self, said: Said) -> Result<(), String> {
        match said {
            Said::Report(report) => self.forwarding.hear(report),
            Said::Ready { submission, transport } => {
                if self.state().ready.is_some() {
                    return Err("it said twice that it is ready".to_owned());
                }
                self.change(|state| state.ready = Some(Ready { submission, transport }));
            }
            Said::Done { message } => {
                if !self.state().owed.contains(&message) {
                    return Err(format!("it is done with `{}`, which it was not given", shortened(&message)));
                }
                self.change(|state| state.owed.remove(&message));
            }
            Said::Unsupported { setting } => self.change(|state| state.unsupported = Some(shortened(&setting))),
        }
        Ok(())
    }

    /// Keeps its standard error as its log, however much it is.
    pub(super) async fn keep_log(self: Arc<Self>, log: ChildStderr) {
        let Ok(log) = pipe::Receiver::from_owned_fd(log.into()) else { return };
        let mut log = BufReader::new(log);
        loop {
            let mut line = Vec::new();
            match (&mut log).take(LOG_LINE_OCTETS_MAX).read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            self.evidence.log_line(&line);
            let words = line.trim_ascii();
            if !words.is_empty() {
                self.state().last_words = String::from_utf8_lossy(words).into_owned();
            }
        }
    }
}
