//! A message in the store, for as long as one of its recipients is to be served (FAIL-32).

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    message::Message,
    queue::Origin,
    store::{Store, StoreError, StoreId, Stored},
};

/// Shared by the parts of a message in all queues.
pub(crate) struct Kept {
    store: Arc<dyn Store>,
    id: StoreId,
    /// Held while the store works, so that what it is told comes in order.
    left: Mutex<BTreeSet<usize>>,
}

impl Kept {
    /// Saves a message for all its recipients.
    ///
    /// # Errors
    ///
    /// As [`Store::save`]; then nobody may be told that it was taken.
    pub(super) fn save(store: &Arc<dyn Store>, message: &Message, origin: Origin) -> Result<Arc<Self>, StoreError> {
        let left: Vec<usize> = (0..message.recipients.len()).collect();
        let stored = Stored { is_notice: origin == Origin::Notice, ..message.stored(left.clone()) };
        store.save(&stored).map(|id| Self::found(store, id, &left))
    }

    /// One that was found in the store, with the recipients that are left.
    pub(super) fn found(store: &Arc<dyn Store>, id: StoreId, left: &[usize]) -> Arc<Self> {
        Arc::new(Self { store: Arc::clone(store), id, left: Mutex::new(left.iter().copied().collect()) })
    }

    /// These recipients, by place, have their fate; after the last the store forgets the message. Who is struck
    /// already costs nothing.
    ///
    /// # Errors
    ///
    /// As [`Store::update`] and [`Store::remove`]; then a restart may serve them again. The next strike says it anew.
    pub(super) fn strike(&self, places: impl IntoIterator<Item = usize>) -> Result<(), StoreError> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let before = left.len();
        for place in places {
            left.remove(&place);
        }
        if left.len() == before {
            return Ok(());
        }
        if left.is_empty() {
            return self.store.remove(self.id);
        }
        let left: Vec<usize> = left.iter().copied().collect();
        self.store.update(self.id, &left)
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Kept").field("id", &self.id).field("left", &self.left).finish_non_exhaustive()
    }
}
