//! What name servers said, for as long as they allow.
//!
//! Time is tokio's, so a world whose clock is paused or moved keeps to it.
//!
//! # Limits
//!
//! [`CACHE_ENTRIES_MAX`], [`POSITIVE_TTL_MAX`], [`NEGATIVE_TTL_MAX`].

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{answer::Answer, message::Kind};
use crate::connector::NameServers;
use crate::limits::{CACHE_ENTRIES_MAX, NEGATIVE_TTL_MAX, POSITIVE_TTL_MAX};

/// A question, as the cache knows it. The two sides may be told different things, so they share nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) side: NameServers,
    /// In lower case without a final dot.
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// Answers by question.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<BTreeMap<Key, Entry>>);

#[derive(Debug)]
struct Entry {
    until: Instant,
    answer: Answer,
}

impl Cache {
    /// The answer, if it still holds.
    pub(super) fn get(&self, key: &Key) -> Option<Answer> {
        let now = Instant::now();
        self.lock().get(key).filter(|entry| now < entry.until).map(|entry| entry.answer.clone())
    }

    /// Keeps an answer for its time to live, or not at all if that is nothing.
    pub(super) fn put(&self, key: Key, answer: &Answer) {
        let (ttl, max) = match answer {
            Answer::Records { ttl, .. } => (Some(*ttl), POSITIVE_TTL_MAX),
            Answer::NoRecords { ttl } | Answer::NoName { ttl } => (*ttl, NEGATIVE_TTL_MAX),
        };
        let lifetime = Duration::from_secs(u64::from(ttl.unwrap_or_default())).min(max);
        if lifetime.is_zero() {
            return;
        }
        let now = Instant::now();
        let mut entries = self.lock();
        if entries.len() >= CACHE_ENTRIES_MAX {
            entries.retain(|_, entry| now < entry.until);
        }
        if entries.len() >= CACHE_ENTRIES_MAX
            && let Some(oldest) = entries.iter().min_by_key(|(_, entry)| entry.until).map(|(key, _)| key.clone())
        {
            entries.remove(&oldest);
        }
        entries.insert(key, Entry { until: now + lifetime, answer: answer.clone() });
    }

    /// Forgets one answer.
    pub(super) fn forget(&self, key: &Key) {
        self.lock().remove(key);
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{super::message::Data, *};

    fn key(name: &str) -> Key {
        Key { side: NameServers::Internal, name: name.to_owned(), kind: Kind::A }
    }

    fn records(ttl: u32) -> Answer {
        Answer::Records { data: vec![Data::Address(IpAddr::from([192, 0, 2, 1]))], ttl }
    }

    /// Whether an answer is still known after so many seconds, and after one more.
    #[track_caller]
    fn check(answer: &Answer, secs: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let cache = Cache::default();
            cache.put(key("a.test"), answer);
            if secs > 0 {
                tokio::time::advance(Duration::from_secs(secs - 1)).await;
                assert_eq!(cache.get(&key("a.test")).as_ref(), Some(answer));
                tokio::time::advance(Duration::from_secs(1)).await;
            }
            assert_eq!(cache.get(&key("a.test")), None);
        });
    }

    #[test]
    fn an_answer_holds_as_long_as_its_time_to_live_and_no_longer() {
        check(&records(60), 60);
        check(&records(0), 0);
        check(&Answer::NoName { ttl: Some(30) }, 30);
        check(&Answer::NoRecords { ttl: Some(30) }, 30);
    }

    #[test]
    fn an_absence_without_an_authority_is_not_kept() {
        check(&Answer::NoName { ttl: None }, 0);
        check(&Answer::NoRecords { ttl: None }, 0);
    }

    #[test]
    fn nothing_is_kept_for_longer_than_our_limits() {
        check(&records(0x7fff_ffff), POSITIVE_TTL_MAX.as_secs());
        check(&Answer::NoName { ttl: Some(0x7fff_ffff) }, NEGATIVE_TTL_MAX.as_secs());
    }

    #[test]
    fn a_full_cache_loses_what_would_end_first() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let cache = Cache::default();
            cache.put(key("short.test"), &records(5));
            for number in 1..CACHE_ENTRIES_MAX {
                cache.put(key(&format!("{number}.test")), &records(60));
            }
            assert!(cache.get(&key("short.test")).is_some());
            cache.put(key("one-more.test"), &records(60));
            assert_eq!(cache.get(&key("short.test")), None);
            assert!(cache.get(&key("1.test")).is_some() && cache.get(&key("one-more.test")).is_some());
        });
    }

    #[test]
    fn the_two_sides_share_nothing() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let cache = Cache::default();
            cache.put(key("a.test"), &records(60));
            assert_eq!(cache.get(&Key { side: NameServers::External, ..key("a.test") }), None);
        });
    }
}
