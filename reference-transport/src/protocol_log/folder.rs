//! Where log files lie: in memory, or in a directory. Paths have `/`, and are relative.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// A file of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its name in its folder.
    pub name: String,
    /// In octets.
    pub size: u64,
    /// When it was last written.
    pub modified: SystemTime,
}

/// Where log files lie.
pub trait LogFolder: Send + Sync {
    /// Makes a folder, and those above it; one that is there is kept (LOG-19).
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    fn create(&self, folder: &str) -> io::Result<()>;

    /// Writes at the end of a file; makes the file, but not its folder. `now` is the time of the world.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn append(&self, file: &str, octets: &[u8], now: SystemTime) -> io::Result<()>;

    /// The files of a folder, by name.
    ///
    /// # Errors
    ///
    /// If there is no such folder, or it cannot be read.
    fn files(&self, folder: &str) -> io::Result<Vec<LogFile>>;

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    fn remove(&self, file: &str) -> io::Result<()>;
}

/// A folder in memory.
#[derive(Debug, Default)]
pub struct MemoryFolder(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    folders: BTreeSet<String>,
    files: BTreeMap<String, (Vec<u8>, SystemTime)>,
}

impl MemoryFolder {
    /// What a file holds.
    #[must_use]
    pub fn read(&self, file: &str) -> Option<Vec<u8>> {
        self.lock().files.get(file).map(|(octets, _)| octets.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogFolder for MemoryFolder {
    fn create(&self, folder: &str) -> io::Result<()> {
        self.lock().folders.insert(folder.to_owned());
        Ok(())
    }

    fn append(&self, file: &str, octets: &[u8], now: SystemTime) -> io::Result<()> {
        let mut contents = self.lock();
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !contents.folders.contains(folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let (held, modified) = contents.files.entry(file.to_owned()).or_insert_with(|| (Vec::new(), now));
        held.extend_from_slice(octets);
        *modified = now;
        Ok(())
    }

    fn files(&self, folder: &str) -> io::Result<Vec<LogFile>> {
        let contents = self.lock();
        if !contents.folders.contains(folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let files = contents.files.iter().filter_map(|(path, (octets, modified))| {
            let (parent, name) = path.rsplit_once('/')?;
            let size = octets.len() as u64;
            (parent == folder).then(|| LogFile { name: name.to_owned(), size, modified: *modified })
        });
        Ok(files.collect())
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        self.lock().files.remove(file).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// A directory of the machine; it stands for the root of the installation (LOG-17).
#[derive(Clone, Debug)]
pub struct DirectoryFolder {
    /// It.
    pub root: PathBuf,
}

impl LogFolder for DirectoryFolder {
    fn create(&self, folder: &str) -> io::Result<()> {
        fs::create_dir_all(self.root.join(folder))
    }

    fn append(&self, file: &str, octets: &[u8], _now: SystemTime) -> io::Result<()> {
        OpenOptions::new().create(true).append(true).open(self.root.join(file))?.write_all(octets)
    }

    fn files(&self, folder: &str) -> io::Result<Vec<LogFile>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            let (Ok(name), facts) = (entry.file_name().into_string(), entry.metadata()?) else { continue };
            if facts.is_file() {
                files.push(LogFile { name, size: facts.len(), modified: facts.modified()? });
            }
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(files)
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        fs::remove_file(self.root.join(file))
    }
}
