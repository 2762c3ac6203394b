//! What a store does to a disk: one folder, and for tests one that loses what was not synced.

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A folder of files, as far as a store needs one. Names have no separators.
pub trait Disk: Send + Sync {
    /// Makes a file of these octets, one part after the other, or overwrites it. Nothing of it need survive a crash.
    ///
    /// # Errors
    ///
    /// As the disk.
    fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()>;

    /// From now on the octets of a file survive a crash, if its name does.
    ///
    /// # Errors
    ///
    /// As the disk.
    fn sync(&self, name: &str) -> io::Result<()>;

    /// Gives a file another name, in place of the file that has it.
    ///
    /// # Errors
    ///
    /// As the disk.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// From now on the names that there are survive a crash.
    ///
    /// # Errors
    ///
    /// As the disk.
    fn sync_names(&self) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// As the disk.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// The names of all files, sorted.
    ///
    /// # Errors
    ///
    /// As the disk.
    fn names(&self) -> io::Result<Vec<String>>;

    /// The octets of a file.
    ///
    /// # Errors
    ///
    /// As the disk.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
}

/// A folder of the machine. What is in it can be read by its owner alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder that is there, or is made.
    ///
    /// # Errors
    ///
    /// If it can be neither.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self(path.to_owned()))
    }
}

impl Disk for Folder {
    fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.0.join(name))?;
        parts.iter().try_for_each(|part| file.write_all(part))
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        fs::OpenOptions::new().write(true).open(self.0.join(name))?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    fn sync_names(&self) -> io::Result<()> {
        // Elsewhere a folder cannot be opened as a file is; there names are kept by the file system's journal.
        if cfg!(unix) { fs::File::open(&self.0)?.sync_all() } else { Ok(()) }
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            // A name that is no text is none of ours.
            if let (true, Ok(name)) = (entry.file_type()?.is_file(), entry.file_name().into_string()) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(name))
    }
}

/// How a crash comes out for what was not synced.
#[expect(clippy::exhaustive_enums, reason = "the two ends of what POSIX leaves open")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Names are as they were last synced, and so are octets.
    LosesNames,
    /// Names had reached the disk by themselves; octets are as they were last synced.
    KeepsNames,
}

/// A folder in memory that loses in a crash what was not synced. Clones are the same folder.
#[derive(Clone, Debug, Default)]
pub struct Volatile(Arc<Mutex<Files>>);

#[derive(Debug, Default)]
struct Files {
    /// By number.
    files: Vec<File>,
    /// The number of each name.
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
    /// Operations left until the power fails.
    power: Option<u32>,
}

#[derive(Clone, Debug, Default)]
struct File {
    octets: Vec<u8>,
    synced: Vec<u8>,
}

impl Volatile {
    /// After so many more operations every further one fails, until the crash.
    pub fn fail_after(&self, operations: u32) {
        self.files().power = Some(operations);
    }

    /// The power fails, and comes back.
    pub fn crash(&self, crash: Crash) {
        let mut files = self.files();
        let files = &mut *files;
        match crash {
            Crash::KeepsNames => files.synced_names.clone_from(&files.names),
            Crash::LosesNames => files.names.clone_from(&files.synced_names),
        }
        files.files.iter_mut().for_each(|file| file.octets.clone_from(&file.synced));
        files.power = None;
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder, for one operation.
    fn powered(&self) -> io::Result<MutexGuard<'_, Files>> {
        let mut files = self.files();
        match &mut files.power {
            Some(0) => return Err(io::Error::other("no power")),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(files)
    }
}

impl Files {
    fn number(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Disk for Volatile {
    fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let mut files = self.powered()?;
        let number = match files.names.get(name) {
            Some(number) => *number,
            None => {
                files.files.push(File::default());
                files.files.len() - 1
            }
        };
        files.names.insert(name.to_owned(), number);
        files.files[number].octets = parts.concat();
        Ok(())
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        let mut files = self.powered()?;
        let number = files.number(name)?;
        let file = &mut files.files[number];
        file.synced.clone_from(&file.octets);
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.powered()?;
        let number = files.number(from)?;
        files.names.remove(from);
        files.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut files = self.powered()?;
        let files = &mut *files;
        files.synced_names.clone_from(&files.names);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut files = self.powered()?;
        files.names.remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.powered()?.names.keys().cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let files = self.powered()?;
        Ok(files.files[files.number(name)?].octets.clone())
    }
}
