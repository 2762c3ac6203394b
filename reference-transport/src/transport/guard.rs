//! The directory while somebody has it: when a change is over, queues hear of it.

use std::{
    ops::{Deref, DerefMut},
    sync::MutexGuard,
};

use super::{Inner, name_servers};
use crate::directory::Directory;

/// The directory, to read and to change.
pub struct DirectoryGuard<'a> {
    /// `None` only while it is dropped.
    directory: Option<MutexGuard<'a, Directory>>,
    inner: &'a Inner,
    may_have_changed: bool,
}

impl<'a> DirectoryGuard<'a> {
    pub(super) fn new(inner: &'a Inner) -> Self {
        Self { directory: Some(inner.directory()), inner, may_have_changed: false }
    }
}

impl Deref for DirectoryGuard<'_> {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        self.directory.as_deref().expect("it is there until the guard is dropped")
    }
}

impl DerefMut for DirectoryGuard<'_> {
    fn deref_mut(&mut self) -> &mut Directory {
        self.may_have_changed = true;
        self.directory.as_deref_mut().expect("it is there until the guard is dropped")
    }
}

impl Drop for DirectoryGuard<'_> {
    fn drop(&mut self) {
        let orders = self.directory.as_deref_mut().filter(|_| self.may_have_changed).map(|directory| {
            name_servers::configure(&self.inner.courier, directory);
            directory.take_orders()
        });
        if orders.is_some() {
            self.inner.forget_map();
        }
        drop(self.directory.take());
        if let Some(orders) = orders {
            self.inner.configuration_changed();
            orders.iter().for_each(|order| self.inner.carry_out(order));
        }
    }
}
