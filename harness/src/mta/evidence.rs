//! What an MTA leaves behind for whoever reads a failure: its configuration and its own log.
//!
//! Never judged: the trace is the only evidence of a verdict.

use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

/// Octets of each log that are kept: the last ones.
pub const LOG_OCTETS_MAX: usize = 256 * 1024;

/// Configuration and log of one MTA in one case, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The files that configured it: path and contents.
    pub configuration: Vec<(String, String)>,
    /// Its log: what it printed, its own log files, and what it sent to the system log.
    pub log: String,
}

impl Evidence {
    /// The last octets of the log, not more than this many, from the start of a character.
    #[must_use]
    pub fn log_tail(&self, octets: usize) -> &str {
        let from = self.log.len().saturating_sub(octets);
        let from = (from..self.log.len()).find(|&at| self.log.is_char_boundary(at)).unwrap_or(self.log.len());
        &self.log[from..]
    }

    /// The configuration but for keys and certificates, which say nothing to a reader.
    #[must_use]
    pub fn readable_configuration(&self) -> Vec<(String, String)> {
        let is_read = |(_, contents): &&(String, String)| !contents.contains("-----BEGIN ");
        self.configuration.iter().filter(is_read).cloned().collect()
    }
}

/// Collects [`Evidence`] while a case runs.
#[derive(Debug, Default)]
pub struct EvidenceBook(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    configuration: Vec<(String, String)>,
    log_files: Vec<PathBuf>,
    system_log: Vec<u8>,
}

impl EvidenceBook {
    /// A file that configures the MTA.
    pub fn configured_by(&self, path: String, contents: &[u8]) {
        let contents = String::from_utf8_lossy(contents).into_owned();
        self.lock().configuration.push((path, contents));
    }

    /// A file that the MTA writes its log to; it is read when the case has ended.
    pub fn logs_to(&self, file: PathBuf) {
        let files = &mut self.lock().log_files;
        // A command that is run again and again writes into one.
        if !files.contains(&file) {
            files.push(file);
        }
    }

    /// A line of the system log.
    pub fn log_line(&self, line: &[u8]) {
        let log = &mut self.lock().system_log;
        log.extend_from_slice(line.trim_ascii_end());
        log.push(b'\n');
        if log.len() > 2 * LOG_OCTETS_MAX {
            log.drain(..log.len() - LOG_OCTETS_MAX);
        }
    }

    /// Everything until now.
    #[must_use]
    pub fn collect(&self) -> Evidence {
        let pages = self.lock();
        let mut log = String::new();
        for file in &pages.log_files {
            // A log that was never written says nothing.
            let octets = fs::read(file).unwrap_or_default();
            section(&mut log, &file.display().to_string(), &octets);
        }
        section(&mut log, "system log", &pages.system_log);
        Evidence { configuration: pages.configuration.clone(), log }
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn section(log: &mut String, name: &str, octets: &[u8]) {
    let tail = &octets[octets.len().saturating_sub(LOG_OCTETS_MAX)..];
    if !tail.is_empty() {
        log.push_str(&format!("--- {name}\n{}\n", String::from_utf8_lossy(tail).trim_end()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_log_begins_with_a_whole_character() {
        let evidence = Evidence { log: "aüb".to_owned(), ..Evidence::default() };
        assert_eq!([0, 1, 2, 3, 9].map(|octets| evidence.log_tail(octets)), ["", "b", "b", "üb", "aüb"]);
    }

    #[test]
    fn lines_of_the_system_log_stand_behind_those_of_files() {
        let book = EvidenceBook::default();
        book.logs_to("/nonexistent/log".into());
        book.configured_by("/etc/own".to_owned(), b"a = b");
        book.log_line(b"up\n");
        book.log_line(b"down");
        let configuration = vec![("/etc/own".to_owned(), "a = b".to_owned())];
        assert_eq!(book.collect(), Evidence { configuration, log: "--- system log\nup\ndown\n".to_owned() });
    }
}
