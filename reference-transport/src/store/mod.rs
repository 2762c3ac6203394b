//! Where messages are kept until their recipients have a fate, so that a restart loses none (FAIL-32).
//!
//! [`Store`] is what a queue needs. [`Memory`] forgets with the process; [`Directory`] keeps a file a message, written,
//! synced, renamed, and the directory synced, before anybody is told that the message was taken.
//!
//! # Invariants
//!
//! - Once [`Store::save`] has returned, the message is there after a crash, whenever that comes.
//! - A file that cannot be read back is set aside and reported, never deleted, and keeps no other from being read.
//!
//! # Not here
//!
//! When a message is saved and when it is removed. A store blocks its thread; whoever must not wait has others do it.

mod data;
mod directory;
mod disk;
mod format;
mod memory;
#[cfg(test)]
mod tests;

use std::{io, time::SystemTime};

pub use self::{
    data::Data,
    directory::Directory,
    disk::{Crash, Disk, Folder, Volatile},
    format::FormatError,
    memory::Memory,
};
use crate::dsn;

/// A message as it is kept: [`crate::message::Message::stored`] makes one, `restored` reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// A name for reports.
    pub name: String,
    /// Without brackets; empty is the null one.
    pub reverse_path: String,
    /// All of them, without brackets.
    pub recipients: Vec<String>,
    /// What the sender asks about notifications, by place among the recipients.
    pub dsn: dsn::Request,
    /// Places of the recipients who are still to be served.
    pub left: Vec<usize>,
    /// Whether it is a notice of our own: nobody is notified of what becomes of it (FAIL-23).
    pub is_notice: bool,
    /// When the message was accepted; kept to the millisecond.
    pub arrived: SystemTime,
    /// Octets on the wire as it was handed in.
    pub size: u64,
    /// Header with our trace field, empty line, body.
    pub data: Data,
}

/// What a store calls a message; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreId(u64);

/// Keeps messages.
pub trait Store: Send + Sync {
    /// Keeps a message. Once this has returned it survives a crash, if anything in this store does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]; then the message must not be taken.
    fn save(&self, stored: &Stored) -> Result<StoreId, StoreError>;

    /// Only these recipients, by place, are still to be served. After a crash it may be as it was before: a recipient
    /// may get a second copy, but none goes without.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`], or as [`Self::save`] and [`Self::load_all`].
    fn update(&self, id: StoreId, left: &[usize]) -> Result<(), StoreError>;

    /// Forgets a message.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`], [`StoreError::Io`]
    fn remove(&self, id: StoreId) -> Result<(), StoreError>;

    /// All messages, by the order in which they were saved.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] if the store as a whole cannot be read; what is wrong with one file is in [`Loaded`].
    fn load_all(&self) -> Result<Loaded, StoreError>;
}

/// What was found in a store.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The messages.
    pub messages: Vec<(StoreId, Stored)>,
    /// Files that could not be read, and were set aside.
    pub set_aside: Vec<SetAside>,
}

/// A file that is no message.
#[derive(Debug)]
pub struct SetAside {
    /// What it is called now.
    pub file: String,
    /// What is wrong with it.
    pub why: FormatError,
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// What was kept cannot be read back.
    #[error("`{file}` cannot be read back: {source}")]
    Format {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: FormatError,
    },
    /// The disk said no.
    #[error("`{file}`: {source}")]
    Io {
        /// The file.
        file: String,
        /// What it said.
        source: io::Error,
    },
    /// There is no such message.
    #[error("no message {:016x}", id.0)]
    Unknown {
        /// Which.
        id: StoreId,
    },
}
