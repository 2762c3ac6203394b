//! The trace: everything that an MTA did on the wire, in order, and how a judge reads it.
//!
//! Start at [`Trace`], the list as it is stored; [`view::View`] is the same list put into sessions, transactions,
//! messages and queries. [`wire`] is the judge's own reading of octets: neither the hosts nor the reference transport
//! have any part in it.

use serde::{Deserialize, Serialize};

pub mod convert;
pub mod digest;
pub mod event;
pub mod message;
pub mod notice;
pub mod octets;
pub mod rebuild;
pub mod submitted;
pub mod view;
pub mod wire;

#[cfg(test)]
pub(crate) mod dialogue;
#[cfg(test)]
mod tests;

pub use event::{Entry, Event};
pub use octets::Octets;
pub use rebuild::{Directions, rebuild};
pub use view::View;

/// All events of one case, in order. In JSON it is the list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trace(pub Vec<Entry>);

/// Why text is no trace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// A line of JSON Lines is no event.
    #[error("line {line} of the trace is no event: {source}")]
    Line {
        /// From 1.
        line: usize,
        /// What JSON says.
        source: serde_json::Error,
    },
}

impl Trace {
    /// One event a line, each with its line end. The same trace gives the same octets.
    ///
    /// # Errors
    ///
    /// An event of a newer suite whose fields JSON cannot hold.
    pub fn to_json_lines(&self) -> Result<String, serde_json::Error> {
        let mut text = String::new();
        for entry in &self.0 {
            text.push_str(&serde_json::to_string(entry)?);
            text.push('\n');
        }
        Ok(text)
    }

    /// Reads [`Trace::to_json_lines`]; empty lines are passed over. Events of a newer suite are kept as they are.
    ///
    /// # Errors
    ///
    /// The first line that is no event.
    pub fn from_json_lines(text: &str) -> Result<Self, TraceError> {
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                serde_json::from_str(line).map_err(|source| TraceError::Line { line: number + 1, source })
            })
            .collect::<Result<Vec<Entry>, _>>()
            .map(Self)
    }

    /// The event at this place, if there is one.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Entry> {
        self.0.get(index)
    }
}

impl FromIterator<Entry> for Trace {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
