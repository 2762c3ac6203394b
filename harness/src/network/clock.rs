//! World time: the time since a world began, and the time of day that follows from it.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustls::{pki_types::UnixTime, time_provider::TimeProvider};
use tokio::time::Instant;

/// When a world in memory begins: 2030-01-07T10:00:00Z.
pub const MEMORY_BEGIN: Duration = Duration::from_secs(1_894_010_400);

/// The clock of one world. In memory the runtime's clock is paused, and so this one.
#[derive(Clone, Debug)]
pub struct WorldClock {
    begin: SystemTime,
    made: Instant,
    /// When world time began to pass.
    started: OnceLock<Instant>,
}

impl WorldClock {
    /// A clock that shows `begin` now.
    #[must_use]
    pub fn starting_at(begin: SystemTime) -> Arc<Self> {
        let clock = Self::waiting_at(begin);
        clock.start();
        clock
    }

    /// A clock that shows `begin` now, and whose world begins later: world time is zero until [`WorldClock::start`].
    #[must_use]
    pub fn waiting_at(begin: SystemTime) -> Arc<Self> {
        Arc::new(Self { begin, made: Instant::now(), started: OnceLock::new() })
    }

    /// World time begins to pass, unless it does already.
    pub fn start(&self) {
        let _started = self.started.get_or_init(Instant::now);
    }

    /// World time.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.get().map_or(Duration::ZERO, Instant::elapsed)
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.begin + self.made.elapsed()
    }

    /// When world time will be `at`; starts it.
    #[must_use]
    pub fn instant(&self, at: Duration) -> Instant {
        *self.started.get_or_init(Instant::now) + at
    }
}

impl TimeProvider for WorldClock {
    fn current_time(&self) -> Option<UnixTime> {
        self.now().duration_since(UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}
