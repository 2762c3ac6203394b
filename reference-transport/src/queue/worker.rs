//! One connection of a queue, and the messages that go over it one after the other.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Destination, Item, Pending, Queue, cross_premises, item::far, rights};
use crate::{
    delivery::{Attempt, Held, Mail, NextHop, Outcome, Problem},
    dsn::Event,
    observer::Fate,
    transport::Inner,
};

/// Offers messages until none is ready or the next hop is not there. A connection that has had its fill is followed by
/// another.
pub(super) async fn run(queue: Arc<Queue>, inner: Arc<Inner>) {
    let destination = queue.state().destination.clone().refreshed(&inner.directory());
    let Destination::Hop(hop) = &destination else { return };
    let _permit = match hop {
        // A server of our own is no outbound connection.
        NextHop::Accepted(_) => None,
        _ => Some(inner.connections.take(|| inner.service().max_outbound_connections).await),
    };
    let on_open = || {
        queue.state().connected();
        queue.tell(&*inner.observer);
    };
    let mut held = Held::new(&on_open);
    let mut pending = Vec::new();
    loop {
        let item = queue.state().take_ready(Instant::now());
        let Some(item) = item else { break };
        queue.tell(&*inner.observer);
        let attempt = {
            let content = item.message.content(rights(hop), cross_premises(hop));
            let places: Vec<usize> = item.recipients.iter().map(|own| own.at).collect();
            let dsn = item.message.dsn.pick(&places);
            // Struck before anything else goes out, so that a crash repeats as little as SMTP allows. Who asked to
            // hear of it stays until the notice is kept.
            let on_taken = |taken: &[usize]| {
                let is_asked = |at: &usize| item.message.dsn.recipient(*at).wants(Event::Relay);
                inner.strike(&item, taken.iter().map(|&at| places[at]).filter(|at| !is_asked(at)));
            };
            let mail =
                Mail { reverse_path: &item.message.reverse_path, content: &content, dsn: &dsn, on_taken: &on_taken };
            let recipients: Vec<&str> = item.recipients.iter().map(|own| own.path.as_str()).collect();
            inner.courier.deliver(hop, mail, &recipients, &mut held).await
        };
        pending.push(settle(&queue, &inner, item, attempt));
    }
    held.quit().await;
    // A message has been tried once the connection has ended, too.
    pending.iter_mut().for_each(|pending| pending.release(&*inner.observer));
}

/// Writes down what an attempt came to. Gives what waited for it.
fn settle(queue: &Queue, inner: &Arc<Inner>, mut item: Item, attempt: Attempt) -> Pending {
    let (now, settings) = (Instant::now(), inner.service());
    inner.notify_relays(&item, &attempt.outcomes);
    let (mut waiting, mut delivered, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (mut own, outcome) in std::mem::take(&mut item.recipients).into_iter().zip(attempt.outcomes) {
        match outcome {
            Outcome::Delivered { reply, .. } => {
                inner.report(&item.message, item.origin, &own.path, Fate::Delivered, &reply.to_string());
                delivered.push(own.at);
            }
            Outcome::Deferred(problem) => {
                own.problem = Some(problem);
                inner.report_deferred(&item.message, item.origin, &mut own);
                waiting.push(own);
            }
            Outcome::Failed(problem) => failed.push((own, problem)),
        }
    }
    inner.strike(&item, delivered);
    inner.fail(&item, &failed);
    let problem: Option<Problem> = waiting.first().and_then(|own| own.problem.clone());
    item.recipients = waiting;
    let pending = std::mem::take(&mut item.pending);
    if attempt.was_host_there {
        item.due = far(now, settings.message_retry_interval);
    }
    let mut state = queue.state();
    state.put_back(problem.is_some().then_some(item), now);
    match problem {
        Some(problem) if !attempt.was_host_there => state.failed(&last_error(&problem), now, &settings),
        _ if attempt.was_host_there => state.succeeded(),
        // Nothing but failures for good, and no host: of the next hop that says nothing.
        _ => {}
    }
    drop(state);
    queue.tell(&*inner.observer);
    pending
}

/// What a queue says of an attempt that failed: a host's words are wrapped (SMH-10).
fn last_error(problem: &Problem) -> String {
    if problem.reply.is_none() {
        return problem.text.clone();
    }
    format!(
        "451 4.4.0 Primary target IP address responded with: \"{}\". Failover to another host did not succeed.",
        problem.text
    )
}
