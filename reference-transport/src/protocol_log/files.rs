//! The files of one service's log: named by day and number, closed when they are full, removed when they are old or too
//! many (LOG-03, LOG-15).

use std::{
    io,
    time::{Duration, SystemTime},
};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{LogFile, LogFolder, row::date_time};
use crate::{directory::LogFiles, observer::LogReport};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]");

/// What tells the files of one log from those of another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// What their names begin with.
    pub(super) prefix: &'static str,
    /// `#Log-Type`.
    pub(super) log_type: &'static str,
    /// `#Fields`.
    pub(super) fields: &'static str,
}

/// What a service has written.
#[derive(Debug)]
pub(super) struct Files {
    kind: Kind,
    current: Option<Current>,
    /// All other files of the log, the oldest first.
    others: Vec<LogFile>,
}

/// The file that is written.
#[derive(Debug)]
struct Current {
    prefix: &'static str,
    folder: String,
    day: String,
    instance: u32,
    size: u64,
    modified: SystemTime,
    has_rows: bool,
}

impl Current {
    fn name(&self) -> String {
        format!("{}{}-{}.log", self.prefix, self.day, self.instance)
    }
}

impl Files {
    /// Of a log of which nothing is known yet.
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, current: None, others: Vec::new() }
    }

    /// Writes a row, into a new file where that is due.
    ///
    /// # Errors
    ///
    /// If the folder does not take it.
    pub(super) fn write(
        &mut self,
        folder: &dyn LogFolder,
        settings: &LogFiles,
        now: SystemTime,
        row: &str,
        tell: &mut dyn FnMut(LogReport),
    ) -> io::Result<()> {
        let Some(path) = settings.path.as_deref().map(relative) else { return Ok(()) };
        let octets = row.len() as u64 + 2;
        let day = OffsetDateTime::from(now).format(DAY).unwrap_or_default();
        self.leave(&path, &day, settings, octets);
        if self.current.is_none() {
            self.open(folder, path, day, now, tell)?;
        }
        if let Some(current) = &mut self.current {
            current.append(folder, row, now, tell)?;
            current.has_rows = true;
            self.prune(folder, settings, now, tell)?;
        }
        Ok(())
    }

    /// Leaves the current file if the row does not belong there: another folder, another day (UTC), no room.
    fn leave(&mut self, path: &str, day: &str, settings: &LogFiles, octets: u64) {
        let is_due = self.current.as_ref().is_some_and(|current| {
            let is_full = settings.max_file_size.is_some_and(|max| current.size + octets > max) && current.has_rows;
            current.folder != path || current.day != day || is_full
        });
        if is_due {
            self.current = None;
        }
    }

    fn open(
        &mut self,
        folder: &dyn LogFolder,
        path: String,
        day: String,
        now: SystemTime,
        tell: &mut dyn FnMut(LogReport),
    ) -> io::Result<()> {
        folder.create(&path)?;
        let Kind { prefix, log_type, fields } = self.kind;
        let number = |file: &LogFile| number(prefix, &file.name).map(|(day, instance)| (day.to_owned(), instance));
        let mut others: Vec<LogFile> = folder.files(&path)?.into_iter().filter(|file| number(file).is_some()).collect();
        others.sort_by_key(|file| (file.modified, number(file)));
        let of_day = others.iter().filter_map(number).filter(|(other, _)| *other == day);
        let instance = of_day.map(|(_, instance)| instance).max().unwrap_or(0).saturating_add(1);
        self.others = others;
        let mut current = Current { prefix, folder: path, day, instance, size: 0, modified: now, has_rows: false };
        let header = [
            "#Software: mtaspec reference transport".to_owned(),
            format!("#Version: {}", env!("CARGO_PKG_VERSION")),
            format!("#Log-Type: {log_type}"),
            format!("#Date: {}", date_time(now)),
            format!("#Fields: {fields}"),
        ];
        for line in &header {
            current.append(folder, line, now, tell)?;
        }
        self.current = Some(current);
        Ok(())
    }

    /// Removes the oldest files until all that is left is neither too old nor too much; never the current one.
    fn prune(
        &mut self,
        folder: &dyn LogFolder,
        settings: &LogFiles,
        now: SystemTime,
        tell: &mut dyn FnMut(LogReport),
    ) -> io::Result<()> {
        let Some(current) = &self.current else { return Ok(()) };
        let mut total = current.size + self.others.iter().map(|file| file.size).sum::<u64>();
        while let Some(oldest) = self.others.first() {
            let is_old = settings.max_age > Duration::ZERO
                && now.duration_since(oldest.modified).is_ok_and(|age| age > settings.max_age);
            let is_too_much = settings.max_directory_size.is_some_and(|max| total > max);
            if !is_old && !is_too_much {
                break;
            }
            let oldest = self.others.remove(0);
            let file = format!("{}/{}", current.folder, oldest.name);
            total -= oldest.size;
            match folder.remove(&file) {
                // Somebody else was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
                Ok(()) => tell(LogReport::Removed { file }),
            }
        }
        Ok(())
    }
}

impl Current {
    fn append(
        &mut self,
        folder: &dyn LogFolder,
        line: &str,
        now: SystemTime,
        tell: &mut dyn FnMut(LogReport),
    ) -> io::Result<()> {
        let file = format!("{}/{}", self.folder, self.name());
        folder.append(&file, format!("{line}\r\n").as_bytes(), now)?;
        self.size += line.len() as u64 + 2;
        self.modified = now;
        tell(LogReport::Row { file, row: line.to_owned() });
        Ok(())
    }
}

/// Day and instance of a file of the log.
fn number<'a>(prefix: &str, name: &'a str) -> Option<(&'a str, u32)> {
    let (day, instance) = name.strip_prefix(prefix)?.strip_suffix(".log")?.split_once('-')?;
    (day.len() == 8 && day.bytes().all(|octet| octet.is_ascii_digit())).then_some(())?;
    Some((day, instance.parse().ok()?))
}

/// A path of Windows below the root of the installation: `D:\Logs` is the folder `D/Logs` there, and nothing leads out.
fn relative(path: &str) -> String {
    let parts = path.split(['\\', '/']).map(|part| part.trim_end_matches(':').trim());
    let parts: Vec<&str> = parts.filter(|part| !matches!(*part, "" | "." | "..")).collect();
    if parts.is_empty() { "Logs".to_owned() } else { parts.join("/") }
}
