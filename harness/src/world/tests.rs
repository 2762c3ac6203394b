//! How a case comes to its end, whatever the MTA.

use std::time::{Duration, UNIX_EPOCH};

use super::{NetworkKind, Settings, observe};
use crate::{
    case::Case,
    claim::fixture,
    mta::{Brief, Library, SendMessage, StartError},
    trace::{Event, event::EndCause},
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

#[test]
fn two_days_of_world_time_are_not_to_be_had_on_sockets() {
    let mut case = case();
    case.world.horizon = Duration::from_hours(49);
    let settings = Settings { seed: 0, network: NetworkKind::Loopback { now: UNIX_EPOCH } };
    let observation = observe(&case, &UNWILLING, settings);
    assert_eq!(observation.refusal, Some(StartError::unsupported("2d1h of world time")));
}
