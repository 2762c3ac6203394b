//! What a command says of itself, once for a whole run.

use serde::{Deserialize, Serialize};

/// Longest name, in characters.
const NAME_MAX: usize = 40;
/// Names that begin so are mtaspec's own: such an MTA is expected to do everything.
const OWN_PREFIX: &str = "reference";
/// The least and the longest quiet time, in milliseconds.
const QUIET_MS: std::ops::RangeInclusive<u64> = 20..=10_000;
/// The least and the longest time until it is ready, in milliseconds.
const READY_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
/// How long a command that says nothing of it may take until it is ready, in milliseconds.
const READY_MS_DEFAULT: u64 = 15_000;
/// The quiet time of a command that says none, in milliseconds: enough for two rounds of an MTA that tries each second.
const QUIET_MS_DEFAULT: u64 = 2_000;

/// Who it is, and what it can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// A short name of the MTA: `msmtp`.
    pub name: String,
    /// Its version, for the report.
    #[serde(default)]
    pub version: String,
    /// What it reports. Without `fate` its world is watched on the wire alone; claims on the shell, the log, queues and
    /// routes are judged only where they are reported.
    #[serde(default)]
    pub reports: Vec<ReportKind>,
    /// Whether it can be one server of an organisation of several.
    #[serde(default)]
    pub organisation: bool,
    /// Whether it asks the world's name server; one that does not is not judged by cases about DNS.
    #[serde(default = "yes")]
    pub name_server: bool,
    /// How long after the last event nothing more is to be expected, in milliseconds: at least two of its retry rounds.
    #[serde(default = "quiet_ms_default")]
    pub quiet_ms: u64,
    /// How long it may take from its start until it is ready, and greets if it takes messages by SMTP, in milliseconds.
    #[serde(default = "ready_ms_default")]
    pub ready_ms: u64,
    /// What stands before its own name of a message in its reply to mail data: `queued as `. Without it, what it
    /// reports of messages that came by SMTP has no message.
    #[serde(default)]
    pub queued_as: Option<String>,
}

/// A kind of report.
#[expect(clippy::exhaustive_enums, reason = "the contract names each")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// What became of a recipient.
    Fate,
    /// A line of its protocol log.
    Log,
    /// How a queue stands.
    Queue,
    /// Which connector takes a recipient.
    Route,
    /// What its management shell took, refused and printed.
    Shell,
}

fn yes() -> bool {
    true
}

fn ready_ms_default() -> u64 {
    READY_MS_DEFAULT
}

fn quiet_ms_default() -> u64 {
    QUIET_MS_DEFAULT
}

/// Why what a command says of itself is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AboutError {
    /// It is not of this shape.
    #[error("`{line}` does not say who it is: {why}")]
    Json {
        /// As it was said, shortened.
        line: String,
        /// What is wrong with it.
        why: String,
    },
    /// The name is none.
    #[error("`{name}` is no name: up to {NAME_MAX} of a-z, 0-9, `.`, `_` and `-`")]
    Name {
        /// As it was said.
        name: String,
    },
    /// The name is taken.
    #[error("`{name}` begins as mtaspec's own MTAs do: call it otherwise")]
    OwnName {
        /// As it was said.
        name: String,
    },
    /// A time is too short or too long.
    #[error("`{field}` is {ms}: it must be {} to {}", range.start(), range.end())]
    Time {
        /// Which.
        field: &'static str,
        /// As it was said, in milliseconds.
        ms: u64,
        /// What it may be, in milliseconds.
        range: std::ops::RangeInclusive<u64>,
    },
}

impl About {
    /// Reads what it said.
    ///
    /// # Errors
    ///
    /// What of it cannot be.
    pub fn parse(text: &str) -> Result<Self, AboutError> {
        let about: Self = serde_json::from_str(text)
            .map_err(|error| AboutError::Json { line: super::said::shortened(text.trim()), why: error.to_string() })?;
        let fits = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
        let name = &about.name;
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(fits) {
            return Err(AboutError::Name { name: super::said::shortened(name) });
        }
        if name.starts_with(OWN_PREFIX) {
            return Err(AboutError::OwnName { name: name.clone() });
        }
        for (field, ms, range) in [("quiet_ms", about.quiet_ms, QUIET_MS), ("ready_ms", about.ready_ms, READY_MS)] {
            if !range.contains(&ms) {
                return Err(AboutError::Time { field, ms, range });
            }
        }
        Ok(about)
    }

    /// The MTA's own name of a message, out of the reply with which it took that.
    #[must_use]
    pub fn own_name(&self, reply: &str) -> Option<String> {
        let (_, behind) = reply.split_once(self.queued_as.as_deref()?)?;
        let name = behind.split_whitespace().next()?;
        Some(name.trim_end_matches(['.', ',', ')', '>']).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_enough() {
        let about = About::parse(r#"{"name":"msmtp"}"#).expect("of that shape");
        assert_eq!((about.quiet_ms, about.name_server, about.organisation), (QUIET_MS_DEFAULT, true, false));
        assert_eq!(about.reports, []);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let wrong = |text: &str| About::parse(text).expect_err(text).to_string();
        assert!(wrong("hello").starts_with("`hello` does not say who it is: "));
        assert!(wrong(r#"{"name":"a","reports":["fates"]}"#).contains("unknown variant `fates`"));
        assert!(wrong(r#"{"name":"Ä b"}"#).starts_with("`Ä b` is no name"));
        assert!(wrong(r#"{"name":"reference-by-command"}"#).contains("mtaspec's own"));
        assert_eq!(wrong(r#"{"name":"a","quiet_ms":7}"#), "`quiet_ms` is 7: it must be 20 to 10000");
        assert_eq!(wrong(r#"{"name":"a","ready_ms":70000}"#), "`ready_ms` is 70000: it must be 100 to 60000");
    }

    #[test]
    fn the_own_name_of_a_message_stands_behind_the_words_for_it() {
        let named = |words: &str, reply: &str| {
            let about = About { queued_as: Some(words.to_owned()), ..About::parse(r#"{"name":"a"}"#).expect("one") };
            about.own_name(reply)
        };
        assert_eq!(named("queued as ", "250 2.0.0 Ok: queued as 4F1B"), Some("4F1B".to_owned()));
        assert_eq!(named("id=", "250 OK id=1abc-2. Bye"), Some("1abc-2".to_owned()));
        assert_eq!(named("id=", "250 OK"), None);
        assert_eq!(named("OK", "250 OK"), None);
    }
}
