//! What is said of recipients: fates to the observer, notices to the sender.

use std::sync::Arc;

use tokio::time::Instant;

use super::Inner;
use crate::{
    delivery::{Outcome, Problem},
    directory::TransportService,
    domain::Mailbox,
    dsn::Event,
    message::Message,
    notice::{self, Entry, Occasion, Reporter, Said},
    observer::{Fate, Report},
    queue::{Item, Origin, Pending, Waiting},
    store::StoreError,
};

impl Inner {
    /// Gives recipients up: a notice first, so that a failure that is reported has been notified.
    pub(crate) fn fail(self: &Arc<Self>, item: &Item, failed: &[(Waiting, Problem)]) {
        let entry = |(own, problem): &'_ (Waiting, Problem)| (own.at, problem.clone());
        let problems: Vec<(usize, Problem)> = failed.iter().map(entry).collect();
        let told = failed.iter().map(|(own, problem)| (own.path.as_str(), problem.text.as_str()));
        self.end(item, Occasion::Failed, &problems, told);
    }

    /// Gives a message up whose time is over (FAIL-14).
    pub(crate) fn expire(self: &Arc<Self>, item: &Item) {
        let told = item.recipients.iter().map(|own| (own.path.as_str(), "550 4.4.7 message expired"));
        self.end(item, Occasion::Expired, &item.problems(), told);
    }

    fn end<'a>(
        self: &Arc<Self>,
        item: &Item,
        occasion: Occasion,
        problems: &[(usize, Problem)],
        told: impl Iterator<Item = (&'a str, &'a str)>,
    ) {
        if problems.is_empty() {
            return;
        }
        let places = problems.iter().map(|(at, _)| *at);
        if item.origin == Origin::Notice {
            return self.strike(item, places);
        }
        let report = |(recipient, reason): (&str, &str)| Report::Fate {
            message: item.message.name.clone(),
            recipient: recipient.to_owned(),
            fate: Fate::Failed,
            reason: reason.to_owned(),
        };
        let pending = Pending { token: item.pending.token.clone(), reports: told.map(report).collect() };
        // Who cannot be told of a failure shall be tried again after a restart, and fail again.
        if self.notify(&item.message, occasion, &of_problems(problems), pending).is_ok() {
            self.strike(item, places);
        }
    }

    /// Tells the sender that recipients still wait (FAIL-15).
    pub(crate) fn notify_delay(
        self: &Arc<Self>,
        message: &Message,
        problems: &[(usize, Problem)],
        settings: &TransportService,
    ) {
        if !self.tells_of_delay(&message.reverse_path) {
            return;
        }
        let retried_until = message.arrived.checked_add(settings.message_expiration_timeout).unwrap_or(message.arrived);
        // The sender hears of it all the same; only a restart would forget this notice.
        let _reported =
            self.notify(message, Occasion::Delayed { retried_until }, &of_problems(problems), Pending::default());
    }

    /// Whether the organisation has delay notices for this sender: there is a switch for those inside, and one for all
    /// others (FAIL-15).
    fn tells_of_delay(&self, reverse_path: &str) -> bool {
        let directory = self.directory();
        let is_inside = Mailbox::parse(reverse_path).is_ok_and(|own| directory.accepted_domain(&own.domain).is_some());
        let config = directory.transport_config();
        if is_inside { config.internal_delay_dsn_enabled } else { config.external_delay_dsn_enabled }
    }

    /// Tells the sender of recipients who went where nobody tells more, if that was asked for (RFC 3461 §5.2.2).
    pub(crate) fn notify_relays(self: &Arc<Self>, item: &Item, outcomes: &[Outcome]) {
        let relay = |(own, outcome): (&Waiting, &_)| match outcome {
            Outcome::Delivered { host, reply, offers_dsn: false } => {
                item.message.dsn.recipient(own.at).wants(Event::Relay).then(|| (own.at, host.clone(), reply.clone()))
            }
            _ => None,
        };
        let relays: Vec<_> = item.recipients.iter().zip(outcomes).filter_map(relay).collect();
        let entries: Vec<Entry<'_>> = relays
            .iter()
            .map(|(at, host, reply)| Entry { recipient: *at, said: Said::Reply { host, reply } })
            .collect();
        if item.origin == Origin::Submitted && !entries.is_empty() {
            let pending = Pending { token: item.pending.token.clone(), reports: Vec::new() };
            // As above: a recipient who was served is not served again so that its sender hears of it.
            let _reported = self.notify(&item.message, Occasion::Relayed, &entries, pending);
        }
    }

    /// Sends a notice to the reverse-path, by the ordinary way, if anybody is to be told; nobody hears of a null one
    /// (FAIL-23). `pending` is what waits for that.
    ///
    /// # Errors
    ///
    /// If it could not be kept; it is sent all the same, and the failure reported.
    fn notify(
        self: &Arc<Self>,
        message: &Message,
        occasion: Occasion,
        entries: &[Entry<'_>],
        mut pending: Pending,
    ) -> Result<(), StoreError> {
        let domain = self.accepted.first().map_or_else(|| self.server.clone(), |(domain, _)| domain.to_string());
        let (server, domain) = (self.server.as_str(), domain.as_str());
        let reporter = Reporter { server, domain, now: self.network.now(), id: self.network.random() };
        let Some(submission) = notice::compose(message, occasion, entries, reporter) else {
            pending.release(&*self.observer);
            return Ok(());
        };
        let now = Instant::now();
        let notice = Message::accept(submission, self.stamp());
        let kept = self.keep(&notice, Origin::Notice).inspect_err(|error| self.report_store(&notice, error));
        let (kept, is_kept) = match kept {
            Ok(kept) => (kept, Ok(())),
            Err(error) => (None, Err(error)),
        };
        let item = Item {
            recipients: notice.recipients.iter().enumerate().map(|(at, to)| Waiting::new(at, to)).collect(),
            message: Arc::new(notice),
            origin: Origin::Notice,
            accepted: now,
            due: now,
            is_delay_told: false,
            pending,
            kept,
        };
        self.route(item, None);
        is_kept
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

fn of_problems(problems: &[(usize, Problem)]) -> Vec<Entry<'_>> {
    problems.iter().map(|(at, problem)| Entry { recipient: *at, said: Said::Problem(problem) }).collect()
}
