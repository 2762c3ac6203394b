//! SEND protocol logs, as the judge reads them: rows of comma-separated fields, grouped into sessions.
//!
//! [`Log::read`] takes a file, of a real Exchange too; claims read rows out of a trace. It is all the judge's own: the
//! reference that writes such logs shares no code with it.
//!
//! # Limits
//!
//! [`FILE_OCTETS_MAX`] and [`LINE_OCTETS_MAX`].

mod claims;
mod csv;
mod file;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, net::SocketAddr};

pub use self::{
    claims::{CHECKS, LogFinding, check},
    file::{FILE_OCTETS_MAX, LINE_OCTETS_MAX, Log, LogError, Note},
};

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Line of the file, from 1; of a trace, the index of the event.
    pub line: usize,
    /// `date-time`.
    pub time: String,
    /// `connector-id`: a name, or a distinguished name.
    pub connector: String,
    /// `session-id`: opaque.
    pub session: String,
    /// `sequence-number`.
    pub sequence: u64,
    /// `local-endpoint`.
    pub local: String,
    /// `remote-endpoint`.
    pub remote: String,
    /// `event`: one of `+ - > < *`.
    pub event: char,
    /// `data`.
    pub data: String,
    /// `context`.
    pub context: String,
}

impl Row {
    /// The host's end, if it can be read.
    #[must_use]
    pub fn host(&self) -> Option<SocketAddr> {
        self.remote.parse().ok()
    }
}

/// The rows of one session, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSession {
    /// Its id.
    pub id: String,
    /// Its rows; at least one.
    pub rows: Vec<Row>,
}

impl LogSession {
    /// Whether a connection was made.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.rows.iter().any(|row| matches!(row.event, '+' | '>' | '<'))
    }

    /// What was sent, each a line: whatever names the end of mail data is left out, for not every log has it.
    pub fn sent(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.event == '>' && row.data.trim() != ".")
    }

    /// The replies: a row each, or a row a line.
    #[must_use]
    pub fn replies(&self) -> Vec<(&Row, Reply)> {
        let mut replies: Vec<(&Row, Reply)> = Vec::new();
        let mut goes_on = false;
        for row in self.rows.iter().filter(|row| row.event == '<') {
            let (code, rest) = row.data.split_at_checked(3).unwrap_or((row.data.as_str(), ""));
            let text = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
            match replies.last_mut().filter(|(_, reply)| goes_on && reply.code == code) {
                Some((_, reply)) => reply.text.push_str(text),
                None => replies.push((row, Reply { code: code.to_owned(), text: text.to_owned() })),
            }
            goes_on = rest.starts_with('-');
        }
        replies
    }
}

/// A reply as a log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: String,
    /// The text of all its lines.
    pub text: String,
}

/// What two texts have in common if one of them was logged: control characters are not, and neither are blanks.
#[must_use]
pub fn essence(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).collect()
}

/// Rows by session, in the order in which sessions begin.
#[must_use]
pub fn sessions(rows: impl IntoIterator<Item = Row>) -> Vec<LogSession> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut sessions: Vec<LogSession> = Vec::new();
    for row in rows {
        let place = *places.entry(row.session.clone()).or_insert(sessions.len());
        if place == sessions.len() {
            sessions.push(LogSession { id: row.session.clone(), rows: Vec::new() });
        }
        sessions[place].rows.push(row);
    }
    sessions
}

/// The fields of a row, in their usual order.
pub const FIELDS: [&str; 9] = [
    "date-time",
    "connector-id",
    "session-id",
    "sequence-number",
    "local-endpoint",
    "remote-endpoint",
    "event",
    "data",
    "context",
];

/// Why a line is no row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The event is none of the five.
    #[error("the event is `{0}`, and not one of + - > < *")]
    Event(String),
    /// A quotation mark that is never closed, or stands inside a field.
    #[error("a quotation mark stands where none can")]
    Quote,
    /// The sequence number is no number.
    #[error("the sequence number is `{0}`")]
    Sequence(String),
    /// It has no session, sequence number or event.
    #[error("the row has no {0}")]
    Without(&'static str),
    /// It has more fields than the header names.
    #[error("the row has {has} fields, and {max} have a name")]
    TooMany {
        /// So many.
        has: usize,
        /// That many can be.
        max: usize,
    },
}

/// Reads a row whose fields have these names. Gives how many fields at its end are missing.
///
/// # Errors
///
/// If it is none.
pub fn row(line: &str, number: usize, names: &[String]) -> Result<(Row, usize), RowError> {
    let fields = csv::fields(line).ok_or(RowError::Quote)?;
    if fields.len() > names.len() {
        return Err(RowError::TooMany { has: fields.len(), max: names.len() });
    }
    let missing = names.len() - fields.len();
    let mut row = Row { line: number, ..Row::default() };
    let (mut sequence, mut event) = (None, None);
    for (name, value) in names.iter().zip(fields) {
        match name.as_str() {
            "date-time" => row.time = value,
            "connector-id" => row.connector = value,
            "session-id" => row.session = value,
            "sequence-number" => sequence = Some(value),
            "local-endpoint" => row.local = value,
            "remote-endpoint" => row.remote = value,
            "event" => event = Some(value),
            "data" => row.data = value,
            "context" => row.context = value,
            _ => {}
        }
    }
    if row.session.is_empty() {
        return Err(RowError::Without("session-id"));
    }
    let sequence = sequence.ok_or(RowError::Without("sequence-number"))?;
    row.sequence = sequence.parse().map_err(|_| RowError::Sequence(sequence))?;
    let event = event.ok_or(RowError::Without("event"))?;
    row.event = match event.as_str() {
        "+" => '+',
        "-" => '-',
        ">" => '>',
        "<" => '<',
        "*" => '*',
        _ => return Err(RowError::Event(event)),
    };
    Ok((row, missing))
}

/// Reads a row with the usual fields, all of them.
#[must_use]
pub fn whole_row(line: &str, number: usize) -> Option<Row> {
    let names = FIELDS.map(str::to_owned);
    row(line, number, &names).ok().filter(|(_, missing)| *missing == 0).map(|(row, _)| row)
}
