//! How much time is left for the lookups of one destination.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout};

/// The time that all lookups for one destination may still take (DNS-11). Only lookups use it up, not the sessions
/// between them.
#[derive(Debug)]
pub struct Patience(Mutex<Duration>);

impl Patience {
    /// Patience for so long in all.
    #[must_use]
    pub fn new(total: Duration) -> Self {
        Self(Mutex::new(total))
    }

    /// Waits for a lookup as long as patience lasts; `None` once it has run out.
    pub(super) async fn wait_for<T>(&self, lookup: impl Future<Output = T>) -> Option<T> {
        let left = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        let found = timeout(left, lookup).await.ok();
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_sub(began.elapsed());
        found
    }
}
