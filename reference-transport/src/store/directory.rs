//! A store on a disk: `0000000000000007.message`, one file for each.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{Disk, Loaded, SetAside, Store, StoreError, StoreId, Stored, format};

/// Ends the name of a message.
const WHOLE: &str = "message";
/// Ends the name of one that is being written.
const PART: &str = "part";
/// Ends the name of a file that could not be read.
const ASIDE: &str = "unreadable";

/// Keeps messages on a disk. One process at a time may use it.
#[derive(Debug)]
pub struct Directory<D> {
    disk: D,
    last: AtomicU64,
}

impl<D: Disk> Directory<D> {
    /// The store on this disk.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] if it cannot be listed.
    pub fn open(disk: D) -> Result<Self, StoreError> {
        let names = disk.names().map_err(|source| broken("the folder", source))?;
        // Whatever is there, set aside or not, has used its number up.
        let last = names.iter().filter_map(|name| number(name)).map(|(number, _)| number).max();
        Ok(Self { disk, last: AtomicU64::new(last.unwrap_or(0)) })
    }

    /// Written, synced, renamed, and the name synced: a file under its own name is whole.
    fn put(&self, id: StoreId, stored: &Stored) -> Result<(), StoreError> {
        let (part, whole) = (name(id, PART), name(id, WHOLE));
        let [start, body] =
            format::write(stored).map_err(|source| StoreError::Format { file: whole.clone(), source })?;
        let steps = || {
            self.disk.write(&part, &[&start, &body])?;
            self.disk.sync(&part)?;
            self.disk.rename(&part, &whole)?;
            self.disk.sync_names()
        };
        steps().map_err(|source| broken(&whole, source))
    }

    fn get(&self, id: StoreId) -> Result<Stored, StoreError> {
        let file = name(id, WHOLE);
        let octets = self.disk.read(&file).map_err(|source| unknown_or(id, &file, source))?;
        format::read(&octets).map_err(|source| StoreError::Format { file, source })
    }

    fn set_aside(&self, id: StoreId) -> Result<String, StoreError> {
        let aside = name(id, ASIDE);
        let moved = self.disk.rename(&name(id, WHOLE), &aside).and_then(|()| self.disk.sync_names());
        moved.map_err(|source| broken(&aside, source)).map(|()| aside)
    }
}

impl<D: Disk> Store for Directory<D> {
    fn save(&self, stored: &Stored) -> Result<StoreId, StoreError> {
        let id = StoreId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        self.put(id, stored).map(|()| id).inspect_err(|_| {
            // The client will hand it in again. What cannot be removed now may be delivered twice.
            for ending in [PART, WHOLE] {
                let _maybe_absent = self.disk.remove(&name(id, ending));
            }
        })
    }

    fn update(&self, id: StoreId, left: &[usize]) -> Result<(), StoreError> {
        let stored = Stored { left: left.to_vec(), ..self.get(id)? };
        self.put(id, &stored)
    }

    fn remove(&self, id: StoreId) -> Result<(), StoreError> {
        let file = name(id, WHOLE);
        self.disk.remove(&file).map_err(|source| unknown_or(id, &file, source))?;
        self.disk.sync_names().map_err(|source| broken(&file, source))
    }

    fn load_all(&self) -> Result<Loaded, StoreError> {
        let names = self.disk.names().map_err(|source| broken("the folder", source))?;
        let mut loaded = Loaded::default();
        for file in names {
            match number(&file) {
                Some((number, WHOLE)) => match self.get(StoreId(number)) {
                    Ok(stored) => loaded.messages.push((StoreId(number), stored)),
                    Err(StoreError::Format { source: why, .. }) => {
                        loaded.set_aside.push(SetAside { file: self.set_aside(StoreId(number))?, why });
                    }
                    Err(other) => return Err(other),
                },
                // Nobody was told that it had been taken.
                Some((_, PART)) => self.disk.remove(&file).map_err(|source| broken(&file, source))?,
                _ => {}
            }
        }
        Ok(loaded)
    }
}

fn name(id: StoreId, ending: &str) -> String {
    format!("{:016x}.{ending}", id.0)
}

/// The number and the ending of a name of ours.
fn number(name: &str) -> Option<(u64, &str)> {
    let (number, ending) = name.split_once('.')?;
    let is_ours = number.len() == 16 && matches!(ending, WHOLE | PART | ASIDE);
    Some((u64::from_str_radix(number, 16).ok().filter(|_| is_ours)?, ending))
}

fn broken(file: &str, source: io::Error) -> StoreError {
    StoreError::Io { file: file.to_owned(), source }
}

fn unknown_or(id: StoreId, file: &str, source: io::Error) -> StoreError {
    if source.kind() == io::ErrorKind::NotFound { StoreError::Unknown { id } } else { broken(file, source) }
}
