//! What is said of recipients: fates to the observer, notices to the sender.

use std::sync::Arc;

use tokio::time::Instant;

use super::Inner;
use crate::{
    delivery::Problem,
    message::{Message, Submission, Via},
    notice::{self, Reporter},
    observer::{Fate, Report},
    queue::{Item, Origin, Pending, Waiting},
};

impl Inner {
    /// Gives recipients up: a notice first, so that a failure that is reported has been notified.
    pub(crate) fn fail(self: &Arc<Self>, item: &Item, failed: Vec<(Waiting, Problem)>) {
        if failed.is_empty() {
            return;
        }
        let fates = failed.iter().map(|(own, problem)| Report::Fate {
            message: item.message.name.clone(),
            recipient: own.path.clone(),
            fate: Fate::Failed,
            reason: problem.text.clone(),
        });
        if item.origin == Origin::Notice {
            return;
        }
        let pending = Pending { token: item.pending.token.clone(), reports: fates.collect() };
        let problems: Vec<(String, Problem)> = failed.into_iter().map(|(own, problem)| (own.path, problem)).collect();
        self.notify(notice::Kind::Failure, &item.message, &problems, pending);
    }

    /// Tells the sender that recipients still wait (FAIL-15).
    pub(crate) fn notify_delay(self: &Arc<Self>, message: &Message, problems: &[(String, Problem)]) {
        self.notify(notice::Kind::Delay, message, problems, Pending::default());
    }

    /// Sends a notice to the reverse-path, by the ordinary way; nobody hears of a null one (FAIL-23). `pending` is what
    /// waits for that.
    fn notify(
        self: &Arc<Self>,
        kind: notice::Kind,
        message: &Message,
        problems: &[(String, Problem)],
        mut pending: Pending,
    ) {
        if message.reverse_path.is_empty() {
            return pending.release(&*self.observer);
        }
        let problems: Vec<(&str, &Problem)> = problems.iter().map(|(to, problem)| (to.as_str(), problem)).collect();
        let reporter = Reporter { server: &self.server, now: self.network.now(), id: self.network.random() };
        let submission = Submission {
            name: message.name.clone(),
            reverse_path: String::new(),
            recipients: vec![message.reverse_path.clone()],
            data: notice::compose(kind, message, &problems, reporter).into(),
            via: Via::Transport,
        };
        let now = Instant::now();
        let item = Item {
            message: Arc::new(Message::accept(submission, self.stamp())),
            origin: Origin::Notice,
            recipients: vec![Waiting::new(&message.reverse_path)],
            accepted: now,
            due: now,
            is_delay_told: false,
            pending,
        };
        self.route(item, None);
    }

    /// A recipient waits; said once for each reason.
    pub(crate) fn report_deferred(&self, message: &Message, origin: Origin, waiting: &mut Waiting) {
        let text = waiting.problem.as_ref().map(|problem| problem.text.clone()).unwrap_or_default();
        let told = Some((Fate::Deferred, text));
        if waiting.told != told {
            waiting.told = told;
            let reason = waiting.problem.as_ref().map(|problem| problem.text.as_str()).unwrap_or_default();
            self.report(message, origin, &waiting.path, Fate::Deferred, reason);
        }
    }

    /// What became of a recipient; of notices of our own nothing is said.
    pub(crate) fn report(&self, message: &Message, origin: Origin, recipient: &str, fate: Fate, reason: &str) {
        if origin == Origin::Notice {
            return;
        }
        self.observer.report(Report::Fate {
            message: message.name.clone(),
            recipient: recipient.to_owned(),
            fate,
            reason: reason.to_owned(),
        });
    }
}
