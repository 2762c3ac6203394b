//! What a test looks at outside of the sandbox: processes and mounts of the machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
    thread,
    time::Duration,
};

/// How long a test waits for a process to be there or to be gone.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(10);

/// Ids of processes that have this word in their command line.
pub(crate) fn processes(word: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("a machine with /proc").flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let has = |id: &u32| {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        *id != std::process::id() && line.split(|octet| *octet == 0).any(|own| own == word.as_bytes())
    };
    let mut ids: Vec<u32> = ids.filter(has).collect();
    ids.sort_unstable();
    ids
}

/// Everything that a process has started, and what that has.
pub(crate) fn descendants(of: u32) -> BTreeSet<u32> {
    let entries = fs::read_dir("/proc").expect("a machine with /proc").flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    // The parent's id is the second field behind the name, which stands in parentheses (proc(5)).
    let parent_of = |id: u32| {
        let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        line.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    let parents: BTreeMap<u32, u32> = ids.filter_map(|id| Some((id, parent_of(id)?))).collect();
    let mut found = BTreeSet::from([of]);
    while let Some((child, _)) = parents.iter().find(|(id, parent)| found.contains(*parent) && !found.contains(*id)) {
        found.insert(*child);
    }
    found.remove(&of);
    found
}

/// What a process is called; empty if it is gone.
pub(crate) fn name(of: u32) -> String {
    fs::read_to_string(format!("/proc/{of}/comm")).unwrap_or_default().trim_end().to_owned()
}

/// Waits until `holds` says so.
#[track_caller]
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let looks = PATIENCE.as_millis() / LOOK.as_millis();
    assert!(
        (0..looks).any(|_| holds() || {
            thread::park_timeout(LOOK);
            false
        }),
        "waited in vain: {what}"
    );
}

/// Ends one process, as if the machine had.
pub(crate) fn kill(id: u32) {
    let status = Command::new("kill").args(["-KILL", &id.to_string()]).status().expect("kill(1)");
    assert!(status.success());
}

/// The mounts that this process sees.
pub(crate) fn mounts() -> String {
    fs::read_to_string("/proc/self/mountinfo").expect("a machine with /proc")
}
