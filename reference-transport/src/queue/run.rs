//! The life of a queue: it opens connections while there is work, and sleeps until something is due.

use std::sync::Arc;

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{Destination, Queue, worker};
use crate::{
    delivery::Problem, directory::TransportService, observer::QueueStatus, reply::EnhancedCode, transport::Inner,
};

/// Works on a queue until it has been empty for long enough.
pub(crate) async fn run(queue: Arc<Queue>, inner: Arc<Inner>) {
    let mut connections = JoinSet::new();
    loop {
        let settings = inner.service();
        let now = Instant::now();
        give_up_expired(&queue, &inner, &settings, now);
        tell_of_delay(&queue, &inner, &settings, now);
        defer_newcomers(&queue, &inner, now);
        let resubmits = queue.state().is_resubmitted(now, &settings, &inner.directory());
        if resubmits {
            inner.route_anew(&queue);
        }
        let more = queue.state().connections_to_open(now, &settings, connections.len());
        for _ in 0..more {
            connections.spawn(worker::run(Arc::clone(&queue), Arc::clone(&inner)));
        }
        if connections.is_empty() {
            queue.state().disconnected();
            if inner.forget(&queue, &settings) {
                queue.report(&*inner.observer, (QueueStatus::Removed, String::new()), 0);
                return;
            }
        }
        queue.tell(&*inner.observer);
        let next = queue.state().next_event(now, &settings);
        tokio::select! {
            biased;
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended
                    && error.is_panic()
                {
                    std::panic::resume_unwind(error.into_panic());
                }
            }
            () = queue.wake.notified() => {}
            () = sleep_until(next.unwrap_or(now)), if next.is_some() => {}
        }
    }
}

/// Messages whose time is over (FAIL-14).
fn give_up_expired(queue: &Queue, inner: &Arc<Inner>, settings: &TransportService, now: Instant) {
    let expired = queue.state().take(now, |item| item.expires(settings) <= now);
    expired.iter().for_each(|item| inner.expire(item));
}

/// Messages that wait for so long that the sender is told (FAIL-15).
fn tell_of_delay(queue: &Queue, inner: &Arc<Inner>, settings: &TransportService, now: Instant) {
    let mut late = Vec::new();
    for item in &mut queue.state().waiting {
        if item.delay_due(settings).is_some_and(|due| due <= now) {
            item.is_delay_told = true;
            late.push((Arc::clone(&item.message), item.problems()));
        }
    }
    for (message, problems) in late {
        inner.notify_delay(&message, &problems, settings);
    }
}

/// Messages that came in while the queue waits for its next attempt wait with it.
fn defer_newcomers(queue: &Queue, inner: &Inner, now: Instant) {
    let mut state = queue.state();
    if state.destination == Destination::Unreachable || !state.is_retrying(now) {
        return;
    }
    let why = Problem::own(EnhancedCode::new(4, 4, 0), "the next hop is being retried");
    let problem = Problem { text: state.last_error.clone(), ..why };
    let new = state.waiting.iter_mut().filter(|item| item.pending.is_open());
    for item in new {
        for waiting in item.recipients.iter_mut().filter(|waiting| waiting.problem.is_none()) {
            waiting.problem = Some(problem.clone());
            inner.report_deferred(&item.message, item.origin, waiting);
        }
        item.pending.release(&*inner.observer);
    }
}
