//! The lines of a `host` fence: properties (`offers SIZE 1000`) and rules (`RCPT -> 452 4.5.3 Too many (from 101)`).

mod alert;
mod property;
mod rule;

use mtaspec_fake_smarthost::{host::Property, rule::Rule};

use super::{cursor::Cursor, words};
use crate::case::{Line, LineMistake};

/// One line of a `host` fence. No tag is set yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostLine {
    /// `port 2526`.
    Port(u16),
    /// A property: it takes the place of shared lines that begin with the same word.
    Property {
        /// The word that it begins with: `offers`.
        word: &'static str,
        /// One for each keyword of `offers` and `withholds`, else one; all with the same conditions.
        properties: Vec<Property>,
    },
    /// A rule.
    Rule(Rule),
}

/// Reads one line of a `host` fence.
///
/// # Errors
///
/// The first word that cannot stand where it does.
pub fn parse(line: Line<'_>) -> Result<HostLine, LineMistake> {
    let mut cursor = Cursor::new(line);
    if let Some(word) = property::WORDS.into_iter().find(|word| *word == cursor.peek_text()) {
        cursor.next();
        return property::parse(&mut cursor, word);
    }
    if rule::begins(&cursor) {
        return Ok(HostLine::Rule(rule::parse(&mut cursor)?));
    }
    let candidates = property::WORDS.into_iter().chain(rule::TRIGGERS).chain(words::verbs());
    Err(cursor.unknown("a property or a trigger of a rule", candidates))
}
