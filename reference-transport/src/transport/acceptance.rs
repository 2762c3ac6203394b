//! From a message to queues: each recipient is routed once, and those that share a next hop wait together.

use std::sync::Arc;

use tokio::time::Instant;

use super::{
    Inner,
    routing::{Decider, Decision},
};
use crate::{
    delivery::Problem,
    directory::{Directory, TransportService},
    limits::PASSAGES_MAX,
    message::{Message, Submission},
    observer::{Fate, Report},
    protocol_log::LogPlan,
    queue::{self, Destination, Item, Origin, Pending, Queue, Token, Waiting},
    reply::EnhancedCode,
    store::StoreError,
};

impl Inner {
    /// Takes responsibility for a message; `token` goes away once each recipient was tried.
    ///
    /// # Errors
    ///
    /// If it cannot be kept: then nobody is responsible for it here.
    pub(super) fn accept(self: &Arc<Self>, submission: Submission, token: Token) -> Result<(), StoreError> {
        let message = Arc::new(Message::accept(submission, self.stamp()));
        let kept = self.keep(&message, Origin::Submitted)?;
        let now = Instant::now();
        let item = Item {
            recipients: message.recipients.iter().enumerate().map(|(at, path)| Waiting::new(at, path)).collect(),
            message,
            origin: Origin::Submitted,
            accepted: now,
            due: now,
            is_delay_told: false,
            pending: Pending { token: Some(token), reports: Vec::new() },
            kept,
        };
        self.route(item, None);
        Ok(())
    }

    /// Routes the recipients of a message. `before`: the queue that they come from, for which nothing new is said.
    pub(super) fn route(self: &Arc<Self>, mut item: Item, before: Option<&Queue>) {
        let recipients = std::mem::take(&mut item.recipients);
        let decisions: Vec<Decision> = {
            let directory = self.directory();
            let map = self.map(&directory);
            let decider = Decider { directory: &directory, map: &map, accepted: &self.accepted };
            // Notices are exempt from size limits (SIZ-12).
            let size = if item.origin == Origin::Submitted { item.message.size } else { 0 };
            // Checked as early as possible (SIZ-10), and so once: whoever has been taken is not put out later.
            let too_large = before.is_none().then(|| beyond_organisation(&directory, size)).flatten();
            let decide = |own: &Waiting| match item.message.passages(&self.server) {
                passages if passages > PASSAGES_MAX => Decision::Fail(looping(passages)),
                _ => match too_large.clone() {
                    Some(problem) => Decision::Fail(problem),
                    None => decider.decide(&own.path, size, item.message.via),
                },
            };
            recipients.iter().map(decide).collect()
        };
        let is_elsewhere = |decision: &Decision| {
            before.is_none_or(|queue| decision.destination().is_none_or(|new| new.key() != *queue.key()))
        };
        for (own, decision) in recipients.iter().zip(&decisions) {
            if item.origin == Origin::Submitted && is_elsewhere(decision) {
                self.observer.report(Report::Route {
                    message: item.message.name.clone(),
                    recipient: own.path.clone(),
                    connector: decision.connector().map(|connector| connector.name.clone()),
                    delivery: decision.delivery_type(),
                });
            }
        }
        let (mut groups, mut failed): (Vec<(Destination, Vec<Waiting>)>, Vec<_>) = Default::default();
        for (mut own, decision) in recipients.into_iter().zip(decisions) {
            let is_new = is_elsewhere(&decision);
            let destination = match decision {
                Decision::Fail(problem) => {
                    failed.push((own, problem));
                    continue;
                }
                Decision::Unroutable => {
                    self.note_unroutable(&item, &mut own, is_new);
                    Destination::Unreachable
                }
                Decision::Deliver { next_hop } => Destination::Hop(next_hop),
            };
            match groups.iter_mut().find(|(known, _)| *known == destination) {
                Some((_, group)) => group.push(own),
                None => groups.push((destination, vec![own])),
            }
        }
        for (destination, recipients) in groups {
            let is_same = before.is_some_and(|queue| destination.key() == *queue.key());
            let due = if is_same { item.due } else { Instant::now() };
            let mut pending =
                Pending { token: item.pending.token.clone(), reports: std::mem::take(&mut item.pending.reports) };
            if destination == Destination::Unreachable {
                pending.release(&*self.observer);
            }
            let (message, kept) = (Arc::clone(&item.message), item.kept.clone());
            let part = Item { message, recipients, due, pending, kept, ..item };
            self.enqueue(destination, part);
        }
        self.fail(&item, &failed);
        item.pending.release(&*self.observer);
    }

    fn note_unroutable(&self, item: &Item, own: &mut Waiting, is_new: bool) {
        let why = "no connector serves the recipient";
        own.problem.get_or_insert_with(|| Problem::own(EnhancedCode::new(4, 4, 4), why));
        if is_new {
            own.told = None;
            self.report(&item.message, item.origin, &own.path, Fate::Unroutable, why);
        }
    }

    /// Routes anew whatever waits in a queue (SEL-24, FAIL-16).
    pub(crate) fn route_anew(self: &Arc<Self>, queue: &Queue) {
        for item in queue.take_all() {
            self.route(item, Some(queue));
        }
    }

    /// Puts a message into the queue of its next hop; there is one, or it is made.
    pub(super) fn enqueue(self: &Arc<Self>, destination: Destination, item: Item) {
        let Some(tasks) = self.tasks.upgrade() else { return };
        let mut queues = self.queues();
        let key = destination.key();
        if let Some(queue) = queues.get(&key) {
            queue.push(item);
            return;
        }
        let queue = Arc::new(Queue::new(destination));
        queue.push(item);
        queues.insert(key, Arc::clone(&queue));
        drop(queues);
        tasks.spawn(queue::run(queue, Arc::clone(self)));
    }

    /// Lets go of a queue that has been empty for long enough; gives whether it has (FAIL-18).
    pub(crate) fn forget(&self, queue: &Queue, settings: &TransportService) -> bool {
        let mut queues = self.queues();
        let is_over = queue.is_over(settings);
        if is_over {
            queues.remove(queue.key());
        }
        is_over
    }

    /// What had no route may have one now (SEL-24), unless an administrator has stopped it.
    pub(super) fn configuration_changed(&self) {
        let plan = LogPlan::of(&self.directory(), &self.server);
        self.log.configure(plan);
        let queues: Vec<Arc<Queue>> = self.queues().values().cloned().collect();
        for queue in queues {
            queue.configuration_changed();
        }
    }
}

/// Of a message that is larger than anybody may send (SIZ-10, SIZ-11).
fn beyond_organisation(directory: &Directory, size: u64) -> Option<Problem> {
    let limit = directory.transport_config().max_send_size.filter(|limit| *limit < size)?;
    let text = format!("message of {size} octets is larger than the {limit} that anybody here may send");
    Some(Problem::own(EnhancedCode::new(5, 3, 4), &text))
}

fn looping(passages: usize) -> Problem {
    let text = format!("message comes here for the {passages}th time: it goes round in a loop");
    Problem::own(EnhancedCode::new(5, 4, 6), &text)
}
