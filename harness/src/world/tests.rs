//! How a case comes to its end, whatever the MTA.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

use mtaspec_reference_transport::network::Network;

use super::{NetworkKind, Recorder, Settings, Tap, observe};
use crate::{
    case::Case,
    claim::fixture,
    mta::{Brief, Library, Mta, RunningMta, SendMessage, Sent, StartError, Submission, Work},
    network::clock::WorldClock,
    trace::{Entry, Event, event::EndCause},
};

/// A library that takes no message at all.
const UNWILLING: Library = Library { name: "unwilling", version: "1", translate };

fn translate(_: &Brief) -> Result<SendMessage, StartError> {
    Ok(Box::new(|_| Err(StartError::unsupported("mail"))))
}

fn case() -> Case {
    fixture::case(&[("1", &["u@fabrikam.test"], 1)], Vec::new())
}

#[test]
fn a_refused_message_ends_its_case_long_before_the_horizon() {
    let settings = Settings { seed: 0, network: NetworkKind::Memory };
    let observation = observe(&case(), &UNWILLING, settings);
    assert_eq!(observation.refusal, Some(StartError::unsupported("mail")));
    let end = observation.trace.0.last().map(|entry| &entry.event);
    assert!(matches!(end, Some(Event::End { cause: EndCause::Settled, .. })), "{end:?}");
}

/// A library that has done with a message at once.
const QUICK: Library =
    Library { name: "quick", version: "1", translate: |_| Ok(Box::new(|_| Ok(Sent::Delivered("250 OK".to_owned())))) };

#[test]
fn copies_come_in_as_far_apart_as_the_page_says() {
    let mut case = case();
    (case.messages[0].times, case.messages[0].every) = (3, Duration::from_secs(2));
    (case.messages[0].at, case.world.horizon) = (Duration::from_secs(1), Duration::from_secs(30));
    let settings = Settings { seed: 0, network: NetworkKind::Memory };
    let trace = observe(&case, &QUICK, settings).trace;
    let submitted = trace.0.iter().filter(|entry| matches!(entry.event, Event::Submit { .. }));
    assert_eq!(submitted.map(|entry| entry.at_ms).collect::<Vec<_>>(), [1_000, 3_000, 5_000]);
}

#[test]
fn two_days_of_world_time_are_not_to_be_had_on_sockets() {
    let mut case = case();
    case.world.horizon = Duration::from_hours(49);
    let settings = Settings { seed: 0, network: NetworkKind::Loopback { now: UNIX_EPOCH } };
    let observation = observe(&case, &UNWILLING, settings);
    assert_eq!(observation.refusal, Some(StartError::unsupported("2d1h of world time")));
}

/// An MTA that knocks for ever where nobody lives, and never lets time pass.
struct Restless;

impl Mta for Restless {
    fn name(&self) -> String {
        "restless".to_owned()
    }

    fn version(&self) -> String {
        "1".to_owned()
    }

    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        Box::pin(async move { Ok(Arc::new(Knocking(brief.network)) as Arc<dyn RunningMta>) })
    }
}

struct Knocking(Arc<dyn Network>);

impl RunningMta for Knocking {
    fn submit(self: Arc<Self>, _: Submission) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            loop {
                let nobody = SocketAddr::new(Ipv4Addr::new(203, 0, 113, 9).into(), 25);
                drop(self.0.connect(None, nobody).await);
                tokio::task::yield_now().await;
            }
        })
    }
}

#[test]
fn a_world_that_spins_without_progress_ends_with_its_limit() {
    let settings = Settings { seed: 0, network: NetworkKind::Memory };
    let trace = observe(&case(), &Restless, settings).trace;
    let end = trace.0.last().map(|entry| &entry.event);
    assert!(matches!(end, Some(Event::End { cause: EndCause::Limit, .. })), "{end:?}");
    assert!(
        trace.0.iter().any(|entry| matches!(&entry.event, Event::Limit { limit, .. } if limit == "WORLD_EVENTS_MAX"))
    );
}

#[tokio::test]
async fn what_happens_after_the_end_is_told_to_nobody() {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&told);
    let tap: Tap = Arc::new(move |entry: &Entry| {
        kept.lock().expect("no panic").push(serde_json::to_string(&entry.event).expect("JSON"));
    });
    let clock = WorldClock::starting_at(UNIX_EPOCH);
    let recorder = Recorder::telling(clock, "mta.sender.test".to_owned(), Some(tap));
    let entries = recorder.finish(EndCause::Settled, 1, 1);
    recorder.record(Event::Limit { limit: "late".to_owned(), session: None });
    assert_eq!((entries.len(), told.lock().expect("no panic").len()), (1, 1));
}
