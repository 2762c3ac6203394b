//! An MTA of somebody else's: it is at work before the case and after it, and all that can be done is to hand messages
//! over and to wait.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use super::{Brief, Mta, Reporter, RunningMta, StartError, Submission, Work, submit::hand_over};

/// An MTA that somebody else runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitedFor {
    /// What it is called in reports.
    pub name: String,
    /// Its version, as its user says.
    pub version: String,
    /// Where it takes messages.
    pub submission: SocketAddr,
    /// What it is told in EHLO there.
    pub client: String,
    /// How long nothing may happen before nothing more is expected.
    pub quiet: Duration,
    /// It asks the name server of its cases itself.
    pub asks_directly: bool,
}

impl WaitedFor {
    /// It, with somebody who hears what it refuses.
    #[must_use]
    pub(crate) fn at_work(&self, reporter: Arc<dyn Reporter>) -> Arc<dyn RunningMta> {
        Arc::new(AtWork { mta: self.clone(), reporter })
    }
}

impl Mta for WaitedFor {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn quiet(&self) -> Duration {
        self.quiet
    }

    fn asks_name_server(&self) -> bool {
        self.asks_directly
    }

    fn reports(&self) -> bool {
        false
    }

    /// It runs: its user has told it the connectors.
    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        let running = self.at_work(brief.reporter);
        Box::pin(async { Ok(running) })
    }
}

struct AtWork {
    mta: WaitedFor,
    reporter: Arc<dyn Reporter>,
}

impl RunningMta for AtWork {
    fn submit(self: Arc<Self>, message: Submission) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            let handed_over = hand_over(self.mta.submission, &self.mta.client, &message, &*self.reporter).await;
            match handed_over {
                Ok(_) => Ok(()),
                Err(error) => Err(error.lack(&message).unwrap_or_else(|| StartError::failed(error))),
            }
        })
    }
}
