//! What a queue does next, by its state alone.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{Destination, Item, Origin, Pending, Waiting, state::State};
use crate::{
    connector::Connector,
    delivery::NextHop,
    directory::{Directory, TransportService},
    domain::Domain,
    message::{Message, Stamp, Submission, Via},
    observer::QueueStatus,
};

const MINUTE: Duration = Duration::from_secs(60);

fn queue(now: Instant) -> State {
    let connector = Arc::new(Connector::named("To internet"));
    let domain = Domain::parse("contoso.test").expect("a domain");
    State::new(Destination::Hop(NextHop::Dns { connector, domain }), now)
}

fn item(now: Instant) -> Item {
    let submission = Submission {
        name: "m".into(),
        reverse_path: "sender@sender.test".into(),
        recipients: vec!["julia@contoso.test".into()],
        data: b"Subject: x\r\n\r\n".to_vec().into(),
        via: Via::Transport,
        dsn: crate::dsn::Request::default(),
    };
    let stamp = Stamp { server: "mta.sender.test", address: [192, 0, 2, 1].into(), now: std::time::UNIX_EPOCH, id: 7 };
    Item {
        message: Arc::new(Message::accept(submission, stamp)),
        origin: Origin::Submitted,
        recipients: vec![Waiting::new(0, "julia@contoso.test")],
        accepted: now,
        due: now,
        is_delay_told: false,
        pending: Pending::default(),
        kept: None,
    }
}

fn full(now: Instant, messages: usize) -> State {
    let mut state = queue(now);
    (0..messages).for_each(|_| state.push(item(now), now));
    state
}

#[test]
fn messages_that_come_together_share_connections_up_to_the_limit_of_the_domain() {
    #[track_caller]
    fn check(messages: usize, max: Option<u32>, expected: usize) {
        let now = Instant::now();
        let settings = TransportService { max_per_domain_outbound_connections: max, ..Default::default() };
        assert_eq!(full(now, messages).connections_to_open(now, &settings, 0), expected);
    }
    check(0, None, 0);
    check(20, None, 1);
    check(21, None, 2);
    check(900, None, 45);
    check(900, Some(40), 40);
    check(900, Some(0), 1);
}

#[test]
fn one_that_comes_later_does_not_wait_for_a_slow_connection_unless_the_limit_is_reached() {
    let now = Instant::now();
    let mut settings = TransportService::default();
    let mut state = full(now, 2);
    assert_eq!(state.connections_to_open(now, &settings, 0), 1);
    assert!(state.take_ready(now).is_some());
    assert_eq!(state.connections_to_open(now, &settings, 1), 0);
    let later = now + MINUTE;
    state.push(item(later), later);
    assert_eq!(state.connections_to_open(later, &settings, 1), 1);
    settings.max_per_domain_outbound_connections = Some(2);
    let latest = later + MINUTE;
    state.push(item(latest), latest);
    assert_eq!(state.connections_to_open(latest, &settings, 2), 0);
}

#[test]
fn after_a_failure_everybody_waits_and_one_connection_goes_ahead() {
    let (now, settings) = (Instant::now(), TransportService::default());
    let mut state = full(now, 50);
    let taken = state.take_ready(now);
    state.put_back(taken, now);
    state.failed("451 4.4.1 no", now, &settings);
    assert_eq!((state.status(now), state.last_error.as_str()), (QueueStatus::Retry, "451 4.4.1 no"));
    assert!(state.take_ready(now).is_none());
    assert_eq!(state.connections_to_open(now, &settings, 0), 0);
    assert_eq!(state.next_event(now, &settings), Some(now + MINUTE));
    let due = now + MINUTE;
    assert_eq!(state.status(due), QueueStatus::Ready);
    assert_eq!(state.connections_to_open(due, &settings, 0), 1);
}

#[test]
fn of_connections_that_fail_together_one_counts() {
    let (now, settings) = (Instant::now(), TransportService::default());
    let mut state = full(now, 50);
    for _ in 0..5 {
        state.failed("451 4.4.1 no", now, &settings);
    }
    // The fifth failure in a row would be followed by five minutes.
    assert_eq!(state.next_event(now, &settings), Some(now + MINUTE));
}

#[test]
fn a_forced_attempt_starts_the_wait_anew_and_is_none_of_the_series() {
    let (now, settings) = (Instant::now(), TransportService::default());
    let mut state = full(now, 1);
    state.force(now);
    assert_eq!(state.status(now), QueueStatus::Ready);
    for minute in 0..4 {
        state.failed("451 4.4.1 no", now + minute * MINUTE, &settings);
    }
    let forced = now + 3 * MINUTE + MINUTE / 2;
    state.force(forced);
    assert!(!state.is_retrying(forced));
    state.failed("451 4.4.1 no", forced, &settings);
    assert_eq!(state.next_event(forced, &settings), Some(forced + MINUTE));
}

#[test]
fn a_suspended_queue_tries_nothing_and_still_expires() {
    let (now, settings) = (Instant::now(), TransportService::default());
    let mut state = full(now, 1);
    state.suspend(true);
    assert_eq!(state.status(now), QueueStatus::Suspended);
    assert_eq!(state.connections_to_open(now, &settings, 0), 0);
    assert_eq!(state.next_event(now, &settings), Some(now + settings.delay_notification_timeout));
    let late = now + settings.delay_notification_timeout;
    assert_eq!(state.next_event(late, &settings), Some(now + settings.message_expiration_timeout));
}

#[test]
fn a_queue_is_routed_anew_when_its_connector_is_gone_or_after_long_idleness() {
    let (now, settings) = (Instant::now(), TransportService::default());
    let mut directory = Directory::default();
    let mut state = full(now, 1);
    directory.insert(Connector::named("to INTERNET")).expect("a first connector");
    state.configuration_changed();
    assert!(!state.is_resubmitted(now, &settings, &directory));
    state.failed("451 4.4.1 no", now, &settings);
    let idle = now + settings.max_idle_time_before_resubmit;
    assert!(!state.is_resubmitted(idle - MINUTE, &settings, &directory));
    assert!(state.is_resubmitted(idle, &settings, &directory));
    assert!(!state.is_resubmitted(idle, &settings, &directory));
    directory.remove("To internet").expect("it is there");
    state.configuration_changed();
    assert!(state.is_resubmitted(idle, &settings, &directory));
}

#[test]
fn an_empty_queue_ends_after_a_while() {
    let (now, settings) = (Instant::now(), TransportService::default());
    let mut state = full(now, 1);
    let later = now + 10 * MINUTE;
    assert!(!state.is_over(later, &settings));
    assert!(state.take_ready(later).is_some());
    assert!(!state.is_over(later, &settings));
    state.put_back(None, later);
    assert!(!state.is_over(later + 2 * MINUTE, &settings));
    assert!(state.is_over(later + 3 * MINUTE, &settings));
}
