//! Values, and what a parameter makes of one.

use std::{fmt, ops::Range, time::Duration};

use super::{
    ShellError, ShellErrorKind,
    object::{Object, Value},
    pipeline::Test,
};
use crate::{connector::Credential, directory::Directory};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Datum {
    Boolean(bool),
    /// What `where` keeps.
    Condition(Test),
    Credential(Credential),
    List(Vec<Argument>),
    Null,
    /// What a command gave.
    Objects(Vec<Object>),
    /// What `Format-Table` and its like made.
    Printed(String),
    /// The password of a credential to be; printed by nothing (AUT-24).
    Secret(Secret),
    /// `@{Add=...; Remove=...}`.
    Table(Vec<(String, Argument)>),
    Text(String),
}

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(pub(super) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) datum: Datum,
    pub(super) span: Range<usize>,
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Condition(_) => f.write_str("{...}"),
            Self::Objects(objects) => {
                let lines: Vec<_> = objects.iter().map(Object::line).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Printed(text) => f.write_str(text),
            Self::Table(_) => f.write_str("@{...}"),
            Self::Boolean(true) => f.write_str("$true"),
            Self::Boolean(false) => f.write_str("$false"),
            Self::Credential(credential) => write!(f, "PSCredential {}", credential.user),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { "," }, item.datum)?;
                }
                Ok(())
            }
            Self::Null => f.write_str("$null"),
            Self::Secret(_) => f.write_str("SecureString"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Argument {
    /// The error that this is no value for `parameter`.
    pub(super) fn bad(&self, parameter: &'static str, allowed: impl Into<String>) -> ShellError {
        let found = shortened(&self.datum.to_string());
        ShellError::new(ShellErrorKind::BadValue { parameter, found, allowed: allowed.into() }, self.span.clone())
    }

    pub(super) fn is_null(&self) -> bool {
        match &self.datum {
            Datum::List(items) => items.is_empty(),
            datum => *datum == Datum::Null,
        }
    }

    /// The items of a list; of anything else, itself; of `$null`, none.
    pub(super) fn items(&self) -> Vec<&Self> {
        match &self.datum {
            Datum::List(items) => items.iter().collect(),
            Datum::Null => Vec::new(),
            _ => vec![self],
        }
    }

    pub(super) fn text(&self, parameter: &'static str) -> Result<&str, ShellError> {
        match &self.datum {
            Datum::Text(text) => Ok(text),
            _ => Err(self.bad(parameter, "one text is needed")),
        }
    }

    pub(super) fn boolean(&self, parameter: &'static str) -> Result<bool, ShellError> {
        match &self.datum {
            Datum::Boolean(value) => Ok(*value),
            Datum::Text(text) if text == "1" => Ok(true),
            Datum::Text(text) if text == "0" => Ok(false),
            // A shell turns no other text into a boolean, so `-Enabled true` is refused there, too.
            _ => Err(self.bad(parameter, "`$true` or `$false`")),
        }
    }

    pub(super) fn number(&self, parameter: &'static str, range: Range<u64>) -> Result<u64, ShellError> {
        let number = match &self.datum {
            Datum::Text(text) if text.bytes().all(|octet| octet.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        let allowed = || format!("a number from {} to {}", range.start, range.end.saturating_sub(1));
        number.filter(|number| range.contains(number)).ok_or_else(|| self.bad(parameter, allowed()))
    }

    /// One of `words`, case ignored.
    pub(super) fn one_of<T: Copy>(&self, parameter: &'static str, words: &[(&str, T)]) -> Result<T, ShellError> {
        let found = match &self.datum {
            Datum::Text(text) => words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)),
            _ => None,
        };
        let names = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(|(_, value)| *value).ok_or_else(|| self.bad(parameter, format!("one of {}", names())))
    }

    /// Octets, rounded up to the next KB; `None`: unlimited (MOD-41).
    pub(super) fn size(&self, parameter: &'static str) -> Result<Option<u64>, ShellError> {
        let error = || self.bad(parameter, "0 to 2147483647 bytes, with B, KB, MB, GB or TB, or `unlimited`");
        let text = self.text(parameter).map_err(|_| error())?.to_ascii_uppercase();
        if text == "UNLIMITED" {
            return Ok(None);
        }
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let shift = match text[digits.len()..].trim_start() {
            "" | "B" => 0,
            "KB" => 10,
            "MB" => 20,
            "GB" => 30,
            "TB" => 40,
            _ => return Err(error()),
        };
        let number = digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|octet| octet.is_ascii_digit()));
        let octets = number.and_then(|number| number.checked_mul(1 << shift)).filter(|octets| *octets <= SIZE_MAX);
        octets.map(|octets| Some(octets.next_multiple_of(1024))).ok_or_else(error)
    }

    /// `[d.]hh:mm[:ss]`, within `range`, in seconds.
    pub(super) fn timespan(&self, parameter: &'static str, range: Range<u64>) -> Result<Duration, ShellError> {
        let secs = match &self.datum {
            Datum::Text(text) => timespan_secs(text),
            _ => None,
        };
        let allowed = || {
            let [low, high] = [range.start, range.end.saturating_sub(1)].map(timespan);
            format!("a time span [d.]hh:mm:ss from {low} to {high}")
        };
        let secs = secs.filter(|secs| range.contains(secs)).ok_or_else(|| self.bad(parameter, allowed()))?;
        Ok(Duration::from_secs(secs))
    }
}

/// A parameter with its argument, and the directory that it may refer to.
pub(super) struct Reading<'a> {
    pub(super) name: &'static str,
    pub(super) argument: &'a Argument,
    pub(super) directory: &'a Directory,
}

impl Reading<'_> {
    pub(super) fn boolean(&self) -> Result<bool, ShellError> {
        self.argument.boolean(self.name)
    }

    pub(super) fn number(&self, range: Range<u64>) -> Result<u32, ShellError> {
        self.argument.number(self.name, range).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// A number, or `unlimited`.
    pub(super) fn limit(&self, range: Range<u64>) -> Result<Option<u32>, ShellError> {
        let is_unlimited = self.argument.text(self.name).is_ok_and(|text| text.eq_ignore_ascii_case("unlimited"));
        if is_unlimited { Ok(None) } else { self.number(range).map(Some) }
    }

    pub(super) fn size(&self) -> Result<Option<u64>, ShellError> {
        self.argument.size(self.name)
    }

    pub(super) fn timespan(&self, range: Range<u64>) -> Result<Duration, ShellError> {
        self.argument.timespan(self.name, range)
    }

    pub(super) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, ShellError> {
        self.argument.one_of(self.name, words)
    }

    /// A text without control characters; `None` for `$null` and for an empty one.
    pub(super) fn text(&self) -> Result<Option<String>, ShellError> {
        if self.argument.is_null() {
            return Ok(None);
        }
        let text = self.argument.text(self.name)?;
        if text.chars().any(char::is_control) {
            return Err(self.argument.bad(self.name, "a text without control characters"));
        }
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    /// What `read` makes of the text; `None` for `$null` and for an empty one.
    pub(super) fn parsed<T, E: fmt::Display>(
        &self,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ShellError> {
        let text = self.text()?;
        let parsed = text.map(|text| read(&text)).transpose();
        parsed.map_err(|error| self.argument.bad(self.name, error.to_string()))
    }

    /// The new value of a list: all of it, or as it was with `@{Add=...; Remove=...}` (MOD-32).
    pub(super) fn list<T: Clone + PartialEq>(
        &self,
        known: &[T],
        read: impl Fn(&Argument) -> Result<T, ShellError>,
    ) -> Result<Vec<T>, ShellError> {
        let Datum::Table(entries) = &self.argument.datum else {
            let items = self.argument.items();
            if items.len() > VALUES_MAX {
                return Err(self.argument.bad(self.name, TOO_MANY));
            }
            return items.into_iter().map(read).collect();
        };
        let mut list = known.to_vec();
        for (key, value) in entries {
            let is_addition = match key.to_ascii_lowercase().as_str() {
                "add" => true,
                "remove" => false,
                _ => return Err(value.bad(self.name, "`@{Add=...}`, `@{Remove=...}` or both")),
            };
            for item in value.items() {
                let item = read(item)?;
                let place = list.iter().position(|known| *known == item);
                match (is_addition, place) {
                    (true, None) if list.len() >= VALUES_MAX => return Err(value.bad(self.name, TOO_MANY)),
                    (true, None) => list.push(item),
                    (false, Some(place)) => drop(list.remove(place)),
                    (true, Some(_)) | (false, None) => {}
                }
            }
        }
        Ok(list)
    }
}

/// Most values of one setting: each message may look at all of them.
pub(super) const VALUES_MAX: usize = 10_000;

const TOO_MANY: &str = "at most 10000 values";

/// As Exchange shows it: `35 MB (36,700,160 bytes)`, `Unlimited`.
pub(super) fn shown_size(size: Option<u64>) -> Value {
    let Some(octets) = size else { return Value::text("Unlimited") };
    let (unit, shift) = match octets {
        0..1024 => ("B", 0),
        1024..1_048_576 => ("KB", 10),
        1_048_576..1_073_741_824 => ("MB", 20),
        _ => ("GB", 30),
    };
    // To a thousandth, cut, and without the zeros at its end.
    let thousandths = ((octets & ((1 << shift) - 1)) * 1000) >> shift;
    let fraction = format!(".{thousandths:03}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let digits = octets.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Value::Text(format!("{}{fraction} {unit} ({grouped} bytes)", octets >> shift))
}

/// `Unlimited`, or the number.
pub(super) fn shown_limit(limit: Option<u32>) -> Value {
    limit.map_or_else(|| Value::text("Unlimited"), |limit| Value::Number(limit.into()))
}

pub(super) fn shown_timespan(span: Duration) -> Value {
    Value::Text(timespan(span.as_secs()))
}

/// As much of what somebody wrote as a message should repeat.
pub(super) fn shortened(text: &str) -> String {
    const CHARACTERS_MAX: usize = 120;
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Greatest `-MaxMessageSize`, in octets (MOD-41).
const SIZE_MAX: u64 = 2_147_483_647;

fn timespan_secs(text: &str) -> Option<u64> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) => (below(days, 10_000)?, clock),
        None => (0, text),
    };
    let parts: Vec<_> = clock.split(':').collect();
    let (hours, minutes, secs) = match parts[..] {
        [hours, minutes] => (hours, minutes, "0"),
        [hours, minutes, secs] => (hours, minutes, secs),
        _ => return None,
    };
    Some(((days * 24 + below(hours, 24)?) * 60 + below(minutes, 60)?) * 60 + below(secs, 60)?)
}

fn below(digits: &str, limit: u64) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten().filter(|number| *number < limit)
}

pub(super) fn timespan(secs: u64) -> String {
    let (days, hours, minutes, rest) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60);
    let days = if days == 0 { String::new() } else { format!("{days}.") };
    format!("{days}{hours:02}:{minutes:02}:{rest:02}")
}
