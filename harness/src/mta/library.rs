//! Mail libraries: senders without a queue, that take one message, try it once, and say what became of it.

use std::{sync::Arc, time::Duration};

use super::{Brief, Mta, Reporter, RunningMta, StartError, Submission, Work};
use crate::trace::event::ReportedFate;

/// What a library says of a message that it has tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sent {
    /// Not now: a transient negative reply, a lost connection, no TLS.
    Deferred(String),
    /// The next hop took it, for all its recipients.
    Delivered(String),
    /// Never: a permanent negative reply.
    Failed(String),
}

impl Sent {
    /// What a library's own result says: `is_permanent` tells an error that says never from one that says not now.
    pub fn of<T, E: std::fmt::Display>(result: Result<T, E>, is_permanent: impl Fn(&E) -> bool) -> Self {
        match result {
            Ok(_) => Self::Delivered(String::new()),
            Err(error) if is_permanent(&error) => Self::Failed(error.to_string()),
            Err(error) => Self::Deferred(error.to_string()),
        }
    }
}

impl Submission {
    /// The reverse-path, `None` for `<>`, and the forward-paths, in a library's own type.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] for the first that the library's type cannot hold.
    pub fn paths<T, E>(&self, parse: impl Fn(&str) -> Result<T, E>) -> Result<(Option<T>, Vec<T>), StartError> {
        let mailbox = |path: &String| parse(path).map_err(|_| StartError::unsupported(format!("the mailbox `{path}`")));
        let reverse_path = if self.reverse_path.is_empty() { None } else { Some(mailbox(&self.reverse_path)?) };
        Ok((reverse_path, self.recipients.iter().map(mailbox).collect::<Result<_, _>>()?))
    }
}

/// Sends one message, blocking the thread; made by the translation of a brief.
///
/// # Errors
///
/// [`StartError::Unsupported`] if the library cannot take the message as it is.
pub type SendMessage = Box<dyn Fn(&Submission) -> Result<Sent, StartError> + Send + Sync>;

/// A mail library as an MTA: it works on sockets, blocks while it sends, and has no queue.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Makes a sender of a brief.
    pub translate: fn(&Brief) -> Result<SendMessage, StartError>,
}

impl Mta for Library {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn version(&self) -> String {
        self.version.to_owned()
    }

    /// Once it has returned, nothing more follows.
    fn quiet(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn asks_name_server(&self) -> bool {
        false
    }

    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        let translated = (self.translate)(&brief);
        Box::pin(async move {
            let running: Arc<dyn RunningMta> = Arc::new(Running { send: translated?, reporter: brief.reporter });
            Ok(running)
        })
    }
}

struct Running {
    send: SendMessage,
    reporter: Arc<dyn Reporter>,
}

impl RunningMta for Running {
    fn submit(self: Arc<Self>, message: Submission) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            let sent = tokio::task::spawn_blocking(move || self.send_and_report(&message));
            sent.await.map_err(|error| StartError::Failed { why: format!("it panicked: {error}") })?
        })
    }
}

impl Running {
    fn send_and_report(&self, message: &Submission) -> Result<(), StartError> {
        if !message.dsn.is_empty() {
            return Err(StartError::unsupported(message.dsn.in_words()));
        }
        let (fate, reason) = match (self.send)(message)? {
            Sent::Deferred(reason) => (ReportedFate::Deferred, reason),
            Sent::Delivered(reason) => (ReportedFate::Delivered, reason),
            Sent::Failed(reason) => (ReportedFate::Failed, reason),
        };
        for recipient in &message.recipients {
            self.reporter.fate(&message.name, recipient, fate, &reason);
        }
        Ok(())
    }
}
