//! When a rule, a fault or a property applies: the words in parentheses at the end of its line.

use std::time::Duration;

use mtaspec_fake_dns::rule as dns;
use mtaspec_fake_smarthost::rule as host;

use super::cursor::Cursor;
use crate::case::LineMistake;

/// What the page writes, of which each list of the two takes a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    AfterOctets(u32),
    Count(host::Count),
    Optional,
    Over(dns::Transport),
    Since(Duration),
    Tls(host::TlsState),
    Until(Duration),
}

/// The conditions, as a mistake lists them.
const CONDITIONS: [&str; 10] =
    ["first", "only", "from", "until", "since", "under TLS", "in clear", "over", "after", "optional"];

/// Cuts the conditions off: the parentheses at the very end of the line, but none within quotation marks.
pub(super) fn split(cursor: &mut Cursor<'_>) -> Result<Option<Tail>, LineMistake> {
    let rest = cursor.rest();
    let Some(open) = last_open(rest.text) else { return Ok(None) };
    let group = rest.text.get(open..).unwrap_or_default();
    if group.ends_with(')') {
        return Ok(Some(Tail { at: rest.start + open }));
    }
    if group.contains(')') {
        return Ok(None);
    }
    let span = rest.start + open..rest.start + rest.text.len();
    Err(cursor.mistake(span, format!("the parenthesis of `{group}` is not closed"), [")"]))
}

/// Where conditions begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    /// The opening parenthesis, in octets from the start of the line.
    pub(super) at: usize,
}

/// Where the last parenthesis opens that stands at the start of a word and outside quotation marks.
fn last_open(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped, mut word_start) = (false, false, true);
    let mut found = None;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if quoted || word_start => quoted = !quoted,
            '(' if !quoted && (word_start || text.get(..at).is_some_and(|before| before.ends_with('"'))) => {
                found = Some(at);
            }
            _ => {}
        }
        word_start = c.is_whitespace();
    }
    found
}

/// Reads the conditions of a host's rule or property, to the end of the line. Without any, all are unset.
pub(super) fn of_host(mut cursor: Cursor<'_>) -> Result<host::Conditions, LineMistake> {
    let mut conditions = host::Conditions::default();
    list(&mut cursor, |condition| match condition {
        Condition::AfterOctets(octets) => set(&mut conditions.after_octets, u64::from(octets)),
        Condition::Count(count) => set(&mut conditions.count, count),
        Condition::Optional => flag(&mut conditions.optional),
        Condition::Over(_) => Err("`over` is a condition of `dns` lines only"),
        Condition::Since(time) => set(&mut conditions.since, time),
        Condition::Tls(state) => set(&mut conditions.tls, state),
        Condition::Until(time) => set(&mut conditions.until, time),
    })?;
    Ok(conditions)
}

/// Reads the conditions of a fault, to the end of the line. Without any, all are unset.
pub(super) fn of_dns(mut cursor: Cursor<'_>) -> Result<dns::Conditions, LineMistake> {
    let mut conditions = dns::Conditions::default();
    list(&mut cursor, |condition| match condition {
        Condition::Count(host::Count { which, over: host::Scope::Case }) => {
            let which = match which {
                host::Which::First(number) => dns::Which::First(number),
                host::Which::From(number) => dns::Which::From(number),
                host::Which::Only(number) => dns::Which::Only(number),
            };
            set(&mut conditions.count, which)
        }
        Condition::Count(_) => Err("`of each` is a condition of `host` lines only"),
        Condition::AfterOctets(_) => Err("`after` is a condition of `host` lines only"),
        Condition::Optional => flag(&mut conditions.optional),
        Condition::Over(transport) => set(&mut conditions.over, transport),
        Condition::Since(time) => set(&mut conditions.since, time),
        Condition::Tls(_) => Err("TLS is a condition of `host` lines only"),
        Condition::Until(time) => set(&mut conditions.until, time),
    })?;
    Ok(conditions)
}

/// Why a condition cannot stand beside those before it.
type Refusal = &'static str;

fn set<T>(place: &mut Option<T>, value: T) -> Result<(), Refusal> {
    if place.replace(value).is_some() { Err("a condition of this kind stands here already") } else { Ok(()) }
}

fn flag(place: &mut bool) -> Result<(), Refusal> {
    if std::mem::replace(place, true) { Err("`optional` stands here already") } else { Ok(()) }
}

/// Reads all conditions, giving each to `take`.
fn list(cursor: &mut Cursor<'_>, mut take: impl FnMut(Condition) -> Result<(), Refusal>) -> Result<(), LineMistake> {
    if cursor.peek().is_none() {
        return Ok(());
    }
    cursor.require("(", "a condition in parentheses")?;
    loop {
        let start = cursor.rest().start;
        let condition = one(cursor)?;
        let span = start..start + cursor.read_since(start).len();
        take(condition).map_err(|refusal| cursor.mistake(span, refusal, [""; 0]))?;
        if cursor.eat(")") {
            return cursor.finish([]);
        }
        if !cursor.eat(",") {
            return Err(cursor.unknown("`,` or `)`", [")", ","]));
        }
    }
}

/// Reads one condition.
fn one(cursor: &mut Cursor<'_>) -> Result<Condition, LineMistake> {
    let condition = match cursor.peek_text() {
        word @ ("first" | "from" | "only") => {
            cursor.next();
            let number = cursor.count()?;
            let which = match word {
                "first" => host::Which::First(number),
                "from" => host::Which::From(number),
                _ => host::Which::Only(number),
            };
            Condition::Count(host::Count { which, over: scope(cursor)? })
        }
        "until" => {
            cursor.next();
            Condition::Until(cursor.duration()?)
        }
        "since" => {
            cursor.next();
            Condition::Since(cursor.duration()?)
        }
        "under" => {
            cursor.next();
            cursor.require("TLS", "`TLS`")?;
            Condition::Tls(host::TlsState::Tls)
        }
        "in" => {
            cursor.next();
            cursor.require("clear", "`clear`")?;
            Condition::Tls(host::TlsState::Clear)
        }
        "over" => {
            cursor.next();
            Condition::Over(transport(cursor)?)
        }
        "after" => {
            cursor.next();
            let octets = cursor.count()?;
            cursor.require("octets", "`octets`")?;
            Condition::AfterOctets(octets)
        }
        "optional" => {
            cursor.next();
            Condition::Optional
        }
        _ => return Err(cursor.unknown("a condition", CONDITIONS)),
    };
    Ok(condition)
}

/// Reads `of each connection`, `of each transaction`, or nothing.
fn scope(cursor: &mut Cursor<'_>) -> Result<host::Scope, LineMistake> {
    if !cursor.eat("of") {
        return match cursor.peek_text() {
            "" | "," | ")" => Ok(host::Scope::Case),
            _ => Err(cursor.unknown("`of each`, `,` or `)`", ["of each", ")", ","])),
        };
    }
    cursor.require("each", "`each`")?;
    cursor.choose(
        "`connection` or `transaction`",
        &[("connection", host::Scope::Connection), ("transaction", host::Scope::Transaction)],
    )
}

/// Reads `UDP` or `TCP`.
pub(super) fn transport(cursor: &mut Cursor<'_>) -> Result<dns::Transport, LineMistake> {
    cursor.choose("a transport", &[("UDP", dns::Transport::Udp), ("TCP", dns::Transport::Tcp)])
}
