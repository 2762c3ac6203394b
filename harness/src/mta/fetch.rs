//! Unpacks the packages of a distribution's MTA into a folder of our own, without installing anything.
//!
//! MTA packages exclude each other, and installing one starts it; unpacked trees do neither. What a tree holds is the
//! package and those of its dependencies that the machine lacks; the sandbox lays it over the machine's own folders.
//!
//! Haraka is no package of a distribution: npm installs it into a tree of the same shape, and Node.js is the machine's.
//!
//! # Not here
//!
//! Which folder: that is the program's to know. Distributions without `apt-get`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The MTAs that can be fetched, and the packages of each; the first names the version.
const PACKAGES: [(&str, &[&str]); 7] = [
    ("dma", &["dma"]),
    ("exim", &["exim4-daemon-heavy"]),
    ("msmtp", &["msmtp"]),
    ("nullmailer", &["nullmailer"]),
    ("opensmtpd", &["opensmtpd"]),
    ("postfix", &["postfix", "libsasl2-modules"]),
    ("sendmail", &["sendmail-bin", "libsasl2-modules"]),
];

/// Haraka, as npm knows it: the version, and the day whose packages it is installed with, so that they are the same on
/// every other day.
const HARAKA: (&str, &str) = ("3.3.3", "2026-09-01");
/// Its name here.
const HARAKA_NAME: &str = "haraka";
/// Where it stands in its tree.
const HARAKA_FOLDER: &str = "usr/lib/haraka";

/// An MTA in a folder of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tree {
    /// Its name: `postfix`.
    pub name: String,
    /// The package's version: `3.7.11-0+deb12u1`.
    pub version: String,
    /// The folder: it holds `usr`, `etc` and so on.
    pub root: PathBuf,
}

/// Why an MTA was not fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// A program of the distribution is not there.
    #[error(
        "`{program}` is not there: MTAs are fetched on Debian and Ubuntu alone; elsewhere `--mta-root DIR` names a tree of one's own"
    )]
    Distribution {
        /// Which.
        program: &'static str,
    },
    /// npm is not there.
    #[error("`npm` is not there: Haraka is fetched through it, and runs on Node.js, which comes with it")]
    Npm,
    /// A program of the distribution did not do its work.
    #[error("`{command}` failed: {said}")]
    Command {
        /// Its command line.
        command: String,
        /// The end of what it said.
        said: String,
    },
    /// A file or folder of the cache cannot be written.
    #[error("`{}` cannot be written: {source}", path.display())]
    Cache {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No package of this distribution has it.
    #[error("no package is known for `{name}`; there is: {known}")]
    Unknown {
        /// As it was asked for.
        name: String,
        /// What can be asked for.
        known: String,
    },
    /// The package is not in the lists of this machine.
    #[error("the package `{package}` is not in this machine's lists; run `apt-get update` as root and try again")]
    NoCandidate {
        /// Which.
        package: String,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it was there or it was not")]
pub enum Fetched {
    /// Now.
    New(Tree),
    /// It was there already: nothing was done.
    There(Tree),
}

/// The names that [`fetch`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&str> = PACKAGES.iter().map(|(name, _)| *name).chain([HARAKA_NAME]).collect();
    names.sort_unstable();
    names.into_iter()
}

/// Fetches the version that the machine's package lists have. `cache` is ours alone; `says` hears what is being done.
///
/// A tree appears whole or not at all: what is half done stands in a folder that ends in `.partial`, and is thrown away.
///
/// # Errors
///
/// The distribution has no such package, cannot be reached, or the cache cannot be written.
pub fn fetch(cache: &Path, name: &str, says: &mut dyn FnMut(&str)) -> Result<Fetched, FetchError> {
    if name == HARAKA_NAME {
        return fetch_haraka(cache, says);
    }
    let Some((_, packages)) = PACKAGES.iter().find(|(known, _)| *known == name) else {
        return Err(FetchError::Unknown { name: name.to_owned(), known: names().collect::<Vec<_>>().join(", ") });
    };
    let version = candidate(packages[0])?;
    let root = cache.join(format!("{name}-{}", folder_part(&version)));
    let tree = Tree { name: name.to_owned(), version, root };
    if tree.root.is_dir() {
        return Ok(Fetched::There(tree));
    }
    let partial = cache.join(format!("{name}-{}.partial", folder_part(&tree.version)));
    remove(&partial)?;
    let archives = partial.join("archives");
    make(&archives.join("partial"))?;
    says(&format!("downloading {} {}", tree.name, tree.version));
    download(&archives, packages)?;
    let unpacked = partial.join("root");
    make(&unpacked)?;
    for archive in archives_in(&archives)? {
        says(&format!("unpacking {}", archive.file_name().unwrap_or_default().to_string_lossy()));
        run("dpkg-deb", &[Path::new("--extract"), &archive, &unpacked].map(Path::as_os_str))?;
    }
    for folder in ["bin", "sbin", "lib", "lib64"] {
        fold(&unpacked.join(folder), &unpacked.join("usr").join(folder))?;
    }
    fs::rename(&unpacked, &tree.root).map_err(|source| FetchError::Cache { path: tree.root.clone(), source })?;
    remove(&partial)?;
    Ok(Fetched::New(tree))
}

/// Installs Haraka and what it depends on, without running a script of theirs.
fn fetch_haraka(cache: &Path, says: &mut dyn FnMut(&str)) -> Result<Fetched, FetchError> {
    let (version, day) = HARAKA;
    let root = cache.join(format!("{HARAKA_NAME}-{version}"));
    let tree = Tree { name: HARAKA_NAME.to_owned(), version: version.to_owned(), root };
    if tree.root.is_dir() {
        return Ok(Fetched::There(tree));
    }
    let partial = cache.join(format!("{HARAKA_NAME}-{version}.partial"));
    remove(&partial)?;
    let folder = partial.join(HARAKA_FOLDER);
    make(&folder)?;
    let path = folder.join("package.json");
    fs::write(&path, "{\"private\":true}\n").map_err(|source| FetchError::Cache { path, source })?;
    says(&format!("npm installs Haraka {version}, as of {day}"));
    let (package, before) = (format!("Haraka@{version}"), format!("--before={day}"));
    let mut arguments: Vec<&std::ffi::OsStr> =
        ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"].map(AsRef::as_ref).into();
    arguments.extend([before.as_ref(), "--prefix".as_ref(), folder.as_os_str(), package.as_ref()]);
    run("npm", &arguments).map_err(|error| match error {
        FetchError::Distribution { .. } => FetchError::Npm,
        other => other,
    })?;
    fs::rename(&partial, &tree.root).map_err(|source| FetchError::Cache { path: tree.root.clone(), source })?;
    Ok(Fetched::New(tree))
}

/// The trees that are in the cache, in the order of name and version as text. None if there is no cache.
#[must_use]
pub fn trees(cache: &Path) -> Vec<Tree> {
    let Ok(folder) = fs::read_dir(cache) else { return Vec::new() };
    let tree = |entry: fs::DirEntry| {
        let file = entry.file_name().into_string().ok()?;
        let name = names().find(|name| file.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))?;
        let version = file.get(name.len() + 1..)?.replace("%3a", ":");
        let is_whole = !file.ends_with(".partial") && entry.path().is_dir();
        is_whole.then(|| Tree { name: name.to_owned(), version, root: entry.path() })
    };
    let mut trees: Vec<Tree> = folder.flatten().filter_map(tree).collect();
    trees.sort();
    trees
}

/// The tree of this MTA that was fetched last.
#[must_use]
pub fn newest(cache: &Path, name: &str) -> Option<Tree> {
    let fetched = |tree: &Tree| fs::metadata(&tree.root).and_then(|data| data.modified()).ok();
    trees(cache).into_iter().filter(|tree| tree.name == name).max_by_key(fetched)
}

/// The version that the package lists offer: `Candidate:` of `apt-cache policy`.
fn candidate(package: &str) -> Result<String, FetchError> {
    let policy = run("apt-cache", &["policy".as_ref(), package.as_ref()])?;
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "));
    version
        .filter(|version| *version != "(none)")
        .map(str::to_owned)
        .ok_or_else(|| FetchError::NoCandidate { package: package.to_owned() })
}

/// Downloads packages, and those of their dependencies that the machine lacks, into `archives`.
fn download(archives: &Path, packages: &[&str]) -> Result<(), FetchError> {
    let cache = format!("Dir::Cache::archives={}", archives.display());
    let fixed = [
        "-qq",
        "--yes",
        // Unpacked only: without a lock and without a user of its own it works beside another apt and without root.
        "-oDebug::NoLocking=1",
        "-oAPT::Sandbox::User=",
        "-oAPT::Keep-Downloaded-Packages=true",
        "--no-install-recommends",
        "--download-only",
        // A package that the machine has installed is wanted all the same.
        "--reinstall",
        "-o",
        &cache,
        "install",
    ];
    let arguments: Vec<&std::ffi::OsStr> = fixed.iter().chain(packages).map(AsRef::as_ref).collect();
    run("apt-get", &arguments).map(drop)
}

fn archives_in(folder: &Path) -> Result<Vec<PathBuf>, FetchError> {
    let failed = |source| FetchError::Cache { path: folder.to_owned(), source };
    let mut archives = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            archives.push(path);
        }
    }
    archives.sort();
    Ok(archives)
}

/// Moves what is in `from` into `to`, and removes `from`: where `/lib` is a link to `/usr/lib`, a folder in its place
/// would hide it.
fn fold(from: &Path, to: &Path) -> Result<(), FetchError> {
    let failed = |source| FetchError::Cache { path: to.to_owned(), source };
    match fs::symlink_metadata(from) {
        Ok(data) if data.is_dir() => {}
        _ => return Ok(()),
    }
    make(to)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let there = to.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() && there.is_dir() {
            fold(&entry.path(), &there)?;
        } else {
            fs::rename(entry.path(), &there).map_err(failed)?;
        }
    }
    fs::remove_dir(from).map_err(failed)
}

fn make(folder: &Path) -> Result<(), FetchError> {
    fs::create_dir_all(folder).map_err(|source| FetchError::Cache { path: folder.to_owned(), source })
}

fn remove(folder: &Path) -> Result<(), FetchError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FetchError::Cache { path: folder.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// A version as part of a folder's name: an epoch's colon would end a path in a list of paths, and a mount option.
fn folder_part(version: &str) -> String {
    version.replace(':', "%3a")
}

/// Runs a program of the distribution to its end, and gives what it wrote on standard output.
fn run(program: &'static str, arguments: &[&std::ffi::OsStr]) -> Result<String, FetchError> {
    let output = match Command::new(program).args(arguments).env("LC_ALL", "C").output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(FetchError::Distribution { program }),
        Err(error) => return Err(FetchError::Command { command: program.to_owned(), said: error.to_string() }),
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &printed;
    let lines: Vec<&str> = said.trim().lines().collect();
    let end = lines[lines.len().saturating_sub(4)..].join("; ");
    Err(FetchError::Command { command: format!("{program} {}", words.join(" ")), said: end })
}

#[cfg(test)]
mod tests;
