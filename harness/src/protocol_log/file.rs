//! A log file: lines that begin with `#`, and rows.

use super::{FIELDS, LogSession, Row, RowError, row, sessions};

/// Largest file that is read, in octets: Exchange closes a file at 10 MB unless told otherwise (LOG-15).
pub const FILE_OCTETS_MAX: usize = 256 * 1024 * 1024;

/// Longest line, in octets. A reply line has at most 512 (RFC 5321 §4.5.3.1.5), and a reply in one row several of them.
pub const LINE_OCTETS_MAX: usize = 1024 * 1024;

/// A file, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// What the header says: `Software` and its value.
    pub header: Vec<(String, String)>,
    /// Its rows, in order.
    pub rows: Vec<Row>,
    /// What was odd, and did not keep it from being read.
    pub notes: Vec<Note>,
}

/// Something odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line, from 1.
    pub line: usize,
    /// What.
    pub what: String,
}

/// Why a file is no log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// It has no rows and no header.
    #[error("it is empty")]
    Empty,
    /// A line is too long.
    #[error("line {line}: it has {octets} octets, and {LINE_OCTETS_MAX} are the most")]
    LineTooLong {
        /// Which.
        line: usize,
        /// How long.
        octets: usize,
    },
    /// The fields do not have what a session is known by.
    #[error("line {line}: `#Fields` does not name `{field}`")]
    NoField {
        /// The line of the header.
        line: usize,
        /// Which.
        field: &'static str,
    },
    /// It is a log of something else.
    #[error("line {line}: it is a `{is}`, and not an SMTP Send Protocol Log")]
    OtherLog {
        /// The line of the header.
        line: usize,
        /// What it calls itself.
        is: String,
    },
    /// A line is no row.
    #[error("line {line}: {source}")]
    Row {
        /// Which.
        line: usize,
        /// Why.
        source: RowError,
    },
    /// It is too large.
    #[error("it has more than {FILE_OCTETS_MAX} octets")]
    TooLarge,
    /// It is no text.
    #[error("line {line}: it is no UTF-8 text")]
    Utf8 {
        /// Which.
        line: usize,
    },
}

impl Log {
    /// Reads a file. Rows that end early are read as far as they go, and noted; a first line without `#` is a row of the
    /// usual fields, for a file may have been cut.
    ///
    /// # Errors
    ///
    /// At the first line that cannot be read.
    pub fn read(octets: &[u8]) -> Result<Self, LogError> {
        if octets.len() > FILE_OCTETS_MAX {
            return Err(LogError::TooLarge);
        }
        let octets = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
        let mut log = Self::default();
        let mut names: Vec<String> = FIELDS.iter().map(|&name| name.to_owned()).collect();
        for (number, line) in (1..).zip(octets.split(|&octet| octet == b'\n')) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.len() > LINE_OCTETS_MAX {
                return Err(LogError::LineTooLong { line: number, octets: line.len() });
            }
            let line = std::str::from_utf8(line).map_err(|_| LogError::Utf8 { line: number })?;
            if line.is_empty() {
                continue;
            }
            if let Some(header) = line.strip_prefix('#') {
                log.header_line(header, number, &mut names)?;
                continue;
            }
            let (row, missing) = row(line, number, &names).map_err(|source| LogError::Row { line: number, source })?;
            if missing > 0 {
                let what = format!("the row ends early: {} fields are missing at its end", missing);
                log.notes.push(Note { line: number, what });
            }
            log.rows.push(row);
        }
        if log.header.is_empty() && log.rows.is_empty() {
            return Err(LogError::Empty);
        }
        if log.header.is_empty() {
            log.notes.push(Note { line: 1, what: "there is no header: the usual fields are assumed".to_owned() });
        }
        Ok(log)
    }

    fn header_line(&mut self, text: &str, line: usize, names: &mut Vec<String>) -> Result<(), LogError> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("Log-Type") && !value.eq_ignore_ascii_case("SMTP Send Protocol Log") {
            return Err(LogError::OtherLog { line, is: value.to_owned() });
        }
        if name.eq_ignore_ascii_case("Fields") {
            *names = value.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
            for field in ["session-id", "sequence-number", "event"] {
                if !names.iter().any(|name| name == field) {
                    return Err(LogError::NoField { line, field });
                }
            }
            let missing = FIELDS.iter().filter(|field| !names.iter().any(|name| name == *field));
            self.notes.extend(missing.map(|field| Note { line, what: format!("there is no field `{field}`") }));
        }
        self.header.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Its sessions.
    #[must_use]
    pub fn sessions(&self) -> Vec<LogSession> {
        sessions(self.rows.iter().cloned())
    }
}
