//! One record as a line of a master file, read and written (RFC 1035 §5.1).
//!
//! # Invariants
//!
//! A line that [`record_line`] writes of a record of type A, AAAA, CNAME, MX, NS, PTR or SRV, or of a TXT record in
//! ASCII, is read back as that record by [`parse_record`].
//!
//! # Not here
//!
//! `$ORIGIN` and the other directives, records over several lines, owners left out: a line stands for itself.

use std::{fmt::Write as _, ops::Range, str::FromStr as _};

use hickory_server::proto::{
    rr::{Name, RData, Record, RecordType, rdata::TXT},
    serialize::txt::{Parser, parse_ttl},
};

/// The TTL of a record that states none, in seconds.
pub const TTL_SECS_DEFAULT: u32 = 60;

/// Why a line is no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Only the class IN is served.
    #[error("class `{word}` is not served, only IN")]
    Class {
        /// The class as written.
        word: String,
        /// Where it stands, in octets.
        span: Range<usize>,
    },
    /// What stands behind the type does not fit it.
    #[error("data of the {record_type} record cannot be read: {reason}")]
    Data {
        /// The type.
        record_type: RecordType,
        /// In the words of the parser.
        reason: String,
        /// The data, or the type if there are none, in octets.
        span: Range<usize>,
    },
    /// A line that starts with `$`.
    #[error("`{word}` is a directive, and every line must be a record")]
    Directive {
        /// The directive as written.
        word: String,
        /// Where it stands, in octets.
        span: Range<usize>,
    },
    /// Nothing but white space and comment.
    #[error("line holds no record")]
    Empty,
    /// A line break within.
    #[error("record spans several lines")]
    ManyLines {
        /// The line break, in octets.
        span: Range<usize>,
    },
    /// The line starts with white space: the owner of the line before is not known here.
    #[error("line does not start with the owner's name")]
    NoOwner {
        /// The white space, in octets.
        span: Range<usize>,
    },
    /// An owner, and perhaps a TTL and a class, but no type.
    #[error("record has no type")]
    NoType {
        /// The last word, in octets.
        span: Range<usize>,
    },
    /// The owner is no domain name.
    #[error("`{word}` is not a domain name: {reason}")]
    Owner {
        /// The owner as written.
        word: String,
        /// In the words of the parser.
        reason: String,
        /// Where it stands, in octets.
        span: Range<usize>,
    },
    /// No record type has this name.
    #[error("`{word}` is not a record type")]
    Type {
        /// The type as written.
        word: String,
        /// Where it stands, in octets.
        span: Range<usize>,
    },
}

impl RecordError {
    /// Where in the line, in octets; `None` if it is all of the line.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Empty => None,
            Self::Class { span, .. }
            | Self::Data { span, .. }
            | Self::Directive { span, .. }
            | Self::ManyLines { span }
            | Self::NoOwner { span }
            | Self::NoType { span }
            | Self::Owner { span, .. }
            | Self::Type { span, .. } => Some(span.clone()),
        }
    }
}

/// Reads one line of a master file: owner, optional TTL (default [`TTL_SECS_DEFAULT`]), optional class, type, data.
///
/// Names without a final dot are absolute all the same. The types are those that hickory reads: A, AAAA, CNAME, MX
/// (`0 .` too, RFC 7505), NS, PTR, SOA, SRV, TLSA, TXT and more.
///
/// # Errors
///
/// A [`RecordError`], with the place where one can be named.
pub fn parse_record(line: &str) -> Result<Record, RecordError> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if let Some(at) = line.find(['\n', '\r']) {
        return Err(RecordError::ManyLines { span: at..at + 1 });
    }
    let words = words(line);
    let (owner, rest) = words.split_first().ok_or(RecordError::Empty)?;
    check_owner(line, owner)?;
    let (record_type, data) = type_and_data(owner, rest)?;
    let unreadable =
        |reason: String| RecordError::Data { record_type, reason: lower_first(&reason), span: data.clone() };
    // The directive gives the default; the parser itself knows none.
    let text = format!("$TTL {TTL_SECS_DEFAULT}\n{line}\n");
    let (_, sets) =
        Parser::new(text, None, Some(Name::root())).parse().map_err(|error| unreadable(error.to_string()))?;
    sets.into_values()
        .next()
        .and_then(|set| set.record().cloned())
        .ok_or_else(|| unreadable("no record came of it".to_owned()))
}

/// The record as a line of a master file, names in ASCII with their final dot: `contoso.test. 60 IN MX 10 mx.contoso.test.`
pub fn record_line(record: &Record) -> String {
    let data = match &record.data {
        RData::CNAME(target) => target.0.to_ascii(),
        RData::MX(mx) => format!("{} {}", mx.preference, mx.exchange.to_ascii()),
        RData::NS(target) => target.0.to_ascii(),
        RData::PTR(target) => target.0.to_ascii(),
        RData::SRV(srv) => format!("{} {} {} {}", srv.priority, srv.weight, srv.port, srv.target.to_ascii()),
        RData::TXT(text) => character_strings(text),
        other => other.to_string(),
    };
    format!("{} {} {} {} {data}", record.name.to_ascii(), record.ttl, record.dns_class, record.record_type())
}

/// A word of the line and where it stands.
struct Word<'a> {
    text: &'a str,
    span: Range<usize>,
}

/// The words up to the comment. Quotes are of no interest before the data, and the data are not looked at here, but a
/// semicolon within quotes starts no comment.
fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quoted = false;
    let mut escaped = false;
    let mut end = line.len();
    for (at, letter) in line.char_indices() {
        let was_escaped = escaped;
        escaped = letter == '\\' && !was_escaped;
        if letter == '"' && !was_escaped {
            quoted = !quoted;
        }
        if letter == ';' && !quoted && !was_escaped {
            end = at;
            break;
        }
        match (letter.is_whitespace() && !quoted, start) {
            (true, Some(from)) => {
                words.push(Word { text: &line[from..at], span: from..at });
                start = None;
            }
            (false, None) => start = Some(at),
            (true, None) | (false, Some(_)) => {}
        }
    }
    if let Some(from) = start {
        words.push(Word { text: &line[from..end], span: from..end });
    }
    words
}

fn check_owner(line: &str, owner: &Word<'_>) -> Result<(), RecordError> {
    let (word, span) = (owner.text.to_owned(), owner.span.clone());
    if line.starts_with(char::is_whitespace) {
        return Err(RecordError::NoOwner { span: 0..span.start });
    }
    if word.starts_with('$') {
        return Err(RecordError::Directive { word, span });
    }
    if word == "@" {
        return Err(RecordError::Owner { word, reason: "no origin is set, so the name must be full".to_owned(), span });
    }
    match Name::parse(&word, Some(&Name::root())) {
        Ok(_) => Ok(()),
        Err(error) => Err(RecordError::Owner { word, reason: lower_first(&error.to_string()), span }),
    }
}

/// The type, and where the data stand (the type itself, if there are none).
fn type_and_data(owner: &Word<'_>, rest: &[Word<'_>]) -> Result<(RecordType, Range<usize>), RecordError> {
    let mut last = owner.span.clone();
    for (index, Word { text, span }) in rest.iter().enumerate() {
        last = span.clone();
        let upper = text.to_ascii_uppercase();
        if upper == "IN" || parse_ttl(text).is_ok() {
            continue;
        }
        if ["CH", "CS", "HS", "ANY", "NONE"].contains(&upper.as_str()) {
            return Err(RecordError::Class { word: (*text).to_owned(), span: last });
        }
        let record_type = RecordType::from_str(&upper)
            .map_err(|_| RecordError::Type { word: (*text).to_owned(), span: last.clone() })?;
        let data = match (rest.get(index + 1), rest.last()) {
            (Some(first), Some(end)) => first.span.start..end.span.end,
            _ => last,
        };
        return Ok((record_type, data));
    }
    Err(RecordError::NoType { span: last })
}

/// The character strings of a TXT record, each in quotes (RFC 1035 §5.1).
fn character_strings(text: &TXT) -> String {
    let mut line = String::new();
    for string in &text.txt_data {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push('"');
        for &octet in string.iter() {
            match octet {
                b'"' | b'\\' => line.extend(['\\', char::from(octet)]),
                b' '..=b'~' => line.push(char::from(octet)),
                _ => {
                    // Writing to a string cannot fail.
                    let _ = write!(line, "\\{octet:03}");
                }
            }
        }
        line.push('"');
    }
    line
}

/// The parser's messages, as fragments.
fn lower_first(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
