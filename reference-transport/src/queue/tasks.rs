//! What a transport has under way: ended when the transport goes away.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
};

use tokio::task::JoinSet;

/// Tasks of one transport.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    set: Mutex<JoinSet<()>>,
}

impl Tasks {
    /// Starts one.
    ///
    /// # Panics
    ///
    /// Outside of a runtime; and with the panic of a task that ended in one, for that is a bug of ours.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.reap();
        self.set.lock().unwrap_or_else(PoisonError::into_inner).spawn(work);
    }

    /// Forgets those that have ended.
    pub(crate) fn reap(&self) {
        let mut panic = None;
        {
            let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
            while let Some(ended) = set.try_join_next() {
                if let Err(error) = ended
                    && error.is_panic()
                {
                    panic = Some(error.into_panic());
                }
            }
        }
        if let Some(panic) = panic {
            std::panic::resume_unwind(panic);
        }
    }
}
