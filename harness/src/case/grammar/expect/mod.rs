//! Claims: the lines of an `expect` fence.
//!
//! `MUST relay.contoso.test never sees AUTH [TLS-18]`: level, condition, claim, ids. The claim is what became of a
//! recipient (`fate`), what a host saw (`seen`), or what the MTA reports of itself (`reported`), which end in qualifiers;
//! or what the management shell did (`shell`).

mod fate;
mod ids;
mod qualifier;
mod reported;
mod seen;
mod shell;

use super::cursor::Cursor;
use crate::{
    case::{Line, LineMistake},
    claim::ast::{Body, Claim, Level},
};

/// Reads one claim.
///
/// Names of hosts come out in lower case without a final dot. Whether they exist is for the reader of pages to say.
///
/// # Errors
///
/// The first word that cannot stand where it does.
pub fn parse(line: Line<'_>) -> Result<Claim, LineMistake> {
    let mut cursor = Cursor::new(line);
    let level = level(&mut cursor)?;
    let when = if cursor.eat("WHEN") {
        let seen = seen::parse(&mut cursor, Part::Condition)?;
        if !cursor.eat(",") {
            return Err(qualifier::unknown(&cursor, &[","]));
        }
        Some(seen)
    } else {
        None
    };
    let body = body(&mut cursor)?;
    if !matches!(cursor.peek_text(), "" | "[") {
        return Err(qualifier::unknown(&cursor, &["["]));
    }
    let text = folded(cursor.read());
    let ids = ids::parse(&mut cursor)?;
    Ok(Claim { level, when, body, ids, text, line: line.number })
}

/// Which part of a claim is read: a comma ends the first, and nothing in the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Between `WHEN` and the comma.
    Condition,
    /// The claim itself.
    Claim,
}

fn level(cursor: &mut Cursor<'_>) -> Result<Level, LineMistake> {
    let word = cursor.peek_text();
    if word == "WHEN" || seen::is_subject(word) {
        return Err(cursor.here(format!("a level is missing before `{word}`"), ["MUST", "SHOULD"]));
    }
    cursor.choose("a level", &[("MUST", Level::Must), ("SHOULD", Level::Should)])
}

fn body(cursor: &mut Cursor<'_>) -> Result<Body, LineMistake> {
    let word = cursor.peek_text();
    if word == "shell" {
        return Ok(Body::Shell(shell::parse(cursor)?));
    }
    if reported::SUBJECTS.iter().any(|(subject, _)| *subject == word) {
        return reported::parse(cursor);
    }
    if word == "every" || word.contains('@') {
        return Ok(Body::Fate(fate::parse(cursor)?));
    }
    Ok(Body::Seen(seen::parse(cursor, Part::Claim)?))
}

/// `text` with each run of blanks outside quotation marks as one blank.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if !quoted && c.is_whitespace() {
            if !folded.ends_with(' ') {
                folded.push(' ');
            }
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        folded.push(c);
    }
    folded
}
