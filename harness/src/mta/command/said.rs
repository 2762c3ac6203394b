//! A line that a command says while it runs.

use std::net::SocketAddr;

use serde::Deserialize;
use serde_json::Value;

use crate::mta::MtaReport;

/// Characters of a line that is shown in a failure.
const SHOWN_MAX: usize = 200;

/// What a line says.
#[expect(clippy::exhaustive_enums, reason = "the contract names each")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is done with a message: all that it does at once is done, and the rest is in its queue.
    Done {
        /// The message, as it was called when it was given.
        message: String,
    },
    /// Its MTA is at work.
    Ready {
        /// Where it takes messages by SMTP; `None`: on standard input.
        submission: Option<SocketAddr>,
        /// Where it takes those of other servers of its organisation; `None`: at the same place.
        transport: Option<SocketAddr>,
    },
    /// What it reports of itself.
    Report(MtaReport),
    /// Which setting it does not have; it ends with status 89.
    Unsupported {
        /// In the words of the page.
        setting: String,
    },
}

/// Why a line is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it said what is no report: `{line}`: {why}")]
pub struct SaidError {
    /// The line, shortened.
    pub line: String,
    /// What is wrong with it.
    pub why: String,
}

/// The kinds that are not reports of the MTA itself.
#[derive(Debug, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
enum Own {
    Done { message: String },
    Ready { submission: Option<SocketAddr>, transport: Option<SocketAddr> },
    Unsupported { setting: String },
}

impl Said {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`SaidError`] if it is no JSON, or none of these kinds, or lacks something.
    pub fn parse(line: &str) -> Result<Self, SaidError> {
        let wrong = |why: String| SaidError { line: shortened(line), why };
        let value: Value = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        let own = |value| serde_json::from_value::<Own>(value).map_err(|error| wrong(error.to_string()));
        match value.get("report").and_then(Value::as_str) {
            Some("done" | "ready" | "unsupported") => Ok(match own(value)? {
                Own::Done { message } => Self::Done { message },
                Own::Ready { submission, transport } => Self::Ready { submission, transport },
                Own::Unsupported { setting } => Self::Unsupported { setting },
            }),
            Some("fate" | "log" | "queue" | "route" | "shell") => {
                let report = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
                Ok(Self::Report(report))
            }
            Some(other) => Err(wrong(format!("no report is called `{}`", shortened(other)))),
            None => Err(wrong("it has no `report`".to_owned())),
        }
    }
}

/// The beginning of a text, without characters that control a terminal.
pub(super) fn shortened(text: &str) -> String {
    let clean = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    let mut short: String = text.chars().take(SHOWN_MAX).map(clean).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::event::ReportedFate;

    #[test]
    fn each_kind_is_read() {
        let read = |line: &str| Said::parse(line).expect(line);
        assert_eq!(read(r#"{"report":"ready"}"#), Said::Ready { submission: None, transport: None });
        assert_eq!(
            read(r#"{"report":"ready","submission":"192.0.2.1:25","later":1}"#),
            Said::Ready { submission: Some(SocketAddr::from(([192, 0, 2, 1], 25))), transport: None }
        );
        assert_eq!(read(r#"{"report":"done","message":"m1"}"#), Said::Done { message: "m1".to_owned() });
        let fate = r#"{"report":"fate","message":"m1","recipient":"a@b.test","fate":"deferred","reason":"451"}"#;
        let Said::Report(MtaReport::Fate { fate, .. }) = read(fate) else { panic!("another kind") };
        assert_eq!(fate, ReportedFate::Deferred);
    }

    #[test]
    fn garbage_is_named_and_shortened() {
        let wrong = |line: &str| Said::parse(line).expect_err(line).to_string();
        assert!(
            wrong("Starting \u{1b}[1mmail…").starts_with("it said what is no report: `Starting \u{fffd}[1mmail…`: ")
        );
        assert!(wrong(&"x".repeat(100_000)).len() < 400);
        assert!(wrong("{}").ends_with("it has no `report`"));
        assert!(wrong(r#"{"report":"sent"}"#).ends_with("no report is called `sent`"));
        assert!(wrong(r#"{"report":"fate","message":"m1"}"#).contains("missing field"));
        assert!(wrong(r#"{"report":"ready","submission":"here"}"#).contains("socket address"));
        assert!(wrong("").contains("EOF"));
    }
}
