//! How often, when, in what order: the qualifiers at the end of a claim.

use std::time::Duration;

use mtaspec_fake_smarthost::rule::TlsState;

use super::{
    super::{conditions::transport, cursor::Cursor},
    Part,
    fate::address,
    seen::{self, Kind, thing},
};
use crate::{
    case::LineMistake,
    claim::ast::{Code, Each, Qualifier},
};

/// The words that qualifiers begin with.
const QUALIFIERS: [&str; 18] = [
    "once",
    "at least",
    "at most",
    "at",
    "before",
    "after",
    "only",
    "under TLS",
    "in clear",
    "in each",
    "within",
    "not before",
    "until",
    "from",
    "with",
    "for",
    "of",
    "over",
];

/// Reads all qualifiers: up to the ids, the comma of a condition, or the end of the line.
pub(super) fn all(cursor: &mut Cursor<'_>, part: Part, kind: Kind) -> Result<Vec<Qualifier>, LineMistake> {
    let mut qualifiers = Vec::new();
    loop {
        match cursor.peek_text() {
            "" | "[" => return Ok(qualifiers),
            "," if part == Part::Condition => return Ok(qualifiers),
            _ => qualifiers.push(one(cursor, part, kind)?),
        }
    }
}

/// The mistake that no qualifier stands here, nor one of `others`.
pub(super) fn unknown(cursor: &Cursor<'_>, others: &[&str]) -> LineMistake {
    cursor.unknown("a qualifier", QUALIFIERS.into_iter().chain(others.iter().copied()))
}

fn one(cursor: &mut Cursor<'_>, part: Part, kind: Kind) -> Result<Qualifier, LineMistake> {
    let word = cursor.peek_text();
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let number = cursor.count()?;
        return times(cursor).map(|()| Qualifier::Times(number));
    }
    let mut ahead = *cursor;
    ahead.next();
    let qualifier = match word {
        "once" => Qualifier::Times(1),
        "at" => at(&mut ahead, part)?,
        "before" => Qualifier::Before(thing(&mut ahead, kind)?),
        "after" => Qualifier::After(thing(&mut ahead, kind)?),
        "only" => {
            let state = match ahead.next().map(|word| word.text) {
                Some("under") => tls(&mut ahead, TlsState::Tls)?,
                Some("in") => tls(&mut ahead, TlsState::Clear)?,
                _ => {
                    cursor.next();
                    return Err(cursor.unknown("`under TLS` or `in clear`", ["under TLS", "in clear"]));
                }
            };
            Qualifier::Tls { state, only: true }
        }
        "under" => Qualifier::Tls { state: tls(&mut ahead, TlsState::Tls)?, only: false },
        "in" if ahead.eat("each") => Qualifier::InEach(ahead.choose(
            "`connection` or `transaction`",
            &[("connection", Each::Connection), ("transaction", Each::Transaction)],
        )?),
        "in" if ahead.eat("clear") => Qualifier::Tls { state: TlsState::Clear, only: false },
        "in" => return Err(ahead.unknown("`clear` or `each`", ["clear", "each"])),
        "within" => Qualifier::Within(ahead.duration()?),
        "not" => {
            ahead.require("before", "`before`")?;
            Qualifier::NotBefore(ahead.duration()?)
        }
        "until" => Qualifier::Until(ahead.duration()?),
        "from" => Qualifier::From(ahead.name("a server or an address", "mta.sender.test")?.text.to_owned()),
        "with" => Qualifier::With(code(&mut ahead)?),
        "for" => Qualifier::For(address(&mut ahead)?),
        "of" => Qualifier::Of(ahead.name("a message", "m1")?.text.to_owned()),
        "over" => Qualifier::Over(transport(&mut ahead)?),
        _ if part == Part::Condition && seen::is_subject(word) => {
            return Err(cursor.here(format!("a comma is missing before `{word}`"), [","]));
        }
        _ => return Err(unknown(cursor, &[])),
    };
    *cursor = ahead;
    Ok(qualifier)
}

/// Reads `TLS` behind `under`, or `clear` behind `in`.
fn tls(cursor: &mut Cursor<'_>, state: TlsState) -> Result<TlsState, LineMistake> {
    match state {
        TlsState::Tls => cursor.require("TLS", "`TLS`")?,
        TlsState::Clear => cursor.require("clear", "`clear`")?,
    }
    Ok(state)
}

/// Reads `times`.
fn times(cursor: &mut Cursor<'_>) -> Result<(), LineMistake> {
    cursor.require("times", "`times`")
}

/// Reads what stands behind `at`: a bound of a count, or times.
fn at(cursor: &mut Cursor<'_>, part: Part) -> Result<Qualifier, LineMistake> {
    if cursor.eat("least") {
        let number = cursor.count()?;
        return times(cursor).map(|()| Qualifier::AtLeast(number));
    }
    if cursor.eat("most") {
        let number = cursor.count()?;
        return times(cursor).map(|()| Qualifier::AtMost(number));
    }
    if !cursor.peek_text().starts_with(|c: char| c.is_ascii_digit()) {
        return Err(cursor.unknown("a duration, `least` or `most`", ["least", "most", "0s", "5m", "2d1h"]));
    }
    let mut times: Vec<Duration> = vec![cursor.duration()?];
    while cursor.peek_text() == "," && (part == Part::Claim || is_duration_ahead(cursor)) {
        cursor.next();
        let time = cursor.duration()?;
        if times.last().is_some_and(|last| *last >= time) {
            let span = cursor.read_last();
            return Err(cursor.mistake(span, "times stand in their order, each once", [""; 0]));
        }
        times.push(time);
    }
    Ok(Qualifier::At(times))
}

/// Whether a duration, and no address of a host, stands behind the comma.
fn is_duration_ahead(cursor: &Cursor<'_>) -> bool {
    let word = cursor.peek_second();
    word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(['.', ':'])
}

/// Reads a reply code, an enhanced status code, or both.
fn code(cursor: &mut Cursor<'_>) -> Result<Code, LineMistake> {
    let word = cursor.peek_text();
    let is_reply = word.len() == 3 && word.bytes().all(|octet| octet.is_ascii_digit());
    if !is_reply {
        if !is_enhanced(word) {
            return Err(cursor.unknown("a reply code or an enhanced status code", ["550", "5.1.1", "550 5.1.1"]));
        }
        cursor.next();
        return Ok(Code { reply: None, enhanced: Some(word.to_owned()) });
    }
    cursor.next();
    let second = cursor.peek_text();
    let enhanced = second.contains('.') && second.starts_with(|c: char| c.is_ascii_digit());
    if enhanced && !is_enhanced(second) {
        return Err(cursor.unknown("an enhanced status code", ["5.1.1", "4.4.7"]));
    }
    if enhanced {
        cursor.next();
    }
    Ok(Code { reply: word.parse().ok(), enhanced: enhanced.then(|| second.to_owned()) })
}

/// Whether `word` is class, subject and detail: RFC 3463 §2.
fn is_enhanced(word: &str) -> bool {
    let mut parts = word.split('.');
    let number = |part: Option<&str>| {
        part.is_some_and(|part| (1..=3).contains(&part.len()) && part.bytes().all(|octet| octet.is_ascii_digit()))
    };
    matches!(parts.next(), Some("2" | "4" | "5"))
        && number(parts.next())
        && number(parts.next())
        && parts.next().is_none()
}
