//! A store that forgets with the process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Loaded, Store, StoreError, StoreId, Stored};

/// Keeps messages in memory. The default is empty.
#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: u64,
    messages: BTreeMap<StoreId, Stored>,
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn save(&self, stored: &Stored) -> Result<StoreId, StoreError> {
        let mut state = self.state();
        state.last += 1;
        let id = StoreId(state.last);
        state.messages.insert(id, stored.clone());
        Ok(id)
    }

    fn update(&self, id: StoreId, left: &[usize]) -> Result<(), StoreError> {
        let mut state = self.state();
        let stored = state.messages.get_mut(&id).ok_or(StoreError::Unknown { id })?;
        stored.left = left.to_vec();
        Ok(())
    }

    fn remove(&self, id: StoreId) -> Result<(), StoreError> {
        self.state().messages.remove(&id).map(drop).ok_or(StoreError::Unknown { id })
    }

    fn load_all(&self) -> Result<Loaded, StoreError> {
        let messages = self.state().messages.iter().map(|(id, stored)| (*id, stored.clone())).collect();
        Ok(Loaded { messages, set_aside: Vec::new() })
    }
}
