//! How many connections are open at a time, to everywhere (FAIL-27).

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Counts connections against a limit that may change while they are open.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: Mutex<u32>,
    released: Notify,
}

/// The right to one connection; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    connections: &'a Connections,
}

impl Connections {
    /// Waits until fewer connections are open than `max` allows.
    pub(crate) async fn take(&self, max: impl Fn() -> Option<u32>) -> Permit<'_> {
        loop {
            let released = self.released.notified();
            {
                let mut open = self.lock();
                if max().is_none_or(|max| *open < max) {
                    *open = open.saturating_add(1);
                    return Permit { connections: self };
                }
            }
            released.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, u32> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        *open = open.saturating_sub(1);
        drop(open);
        self.connections.released.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_beyond_the_limit_waits_for_one_to_end() {
        let connections = Arc::new(Connections::default());
        let began = tokio::time::Instant::now();
        let mut holders = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let connections = Arc::clone(&connections);
            holders.spawn(async move {
                let _permit = connections.take(|| Some(2)).await;
                tokio::time::sleep(Duration::from_secs(10)).await;
            });
        }
        while holders.join_next().await.is_some() {}
        assert_eq!(began.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        let connections = Connections::default();
        let permits = [connections.take(|| None).await, connections.take(|| None).await];
        assert_eq!(*connections.lock(), 2);
        drop(permits);
        assert_eq!(*connections.lock(), 0);
    }
}
