//! Rules of a host: a trigger, what it does instead of the correct answer, and when.

use mtaspec_fake_smarthost::rule::{Action, Argument, Conditions, Reply, Rule, Trigger};

use super::{
    super::{conditions, cursor::Cursor, words::is_verb},
    alert::ALERTS,
};
use crate::{
    case::{LineMistake, words::Word},
    nearest::nearest,
};

/// Triggers that are no verb.
pub(super) const TRIGGERS: [&str; 5] = ["connect", "handshake", "data", "end of data", "any"];

/// What a host does, replies aside.
const ACTIONS: [&str; 6] = ["pause", "stall", "close", "reset", "octets", "alert"];

/// A reply, as a mistake shows it.
const REPLY: &str = "550 5.7.1 text";

/// Whether a rule begins here.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    let word = cursor.peek_text();
    matches!(word, "connect" | "handshake" | "data" | "end" | "any") || is_verb(word)
}

/// Reads a rule, to the end of the line.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Rule, LineMistake> {
    let trigger = trigger(cursor)?;
    cursor.require("->", "`->`")?;
    let conditions = match conditions::split(cursor)? {
        Some(tail) => {
            let tail = cursor.split_off(tail.at);
            let conditions = conditions::of_host(tail)?;
            if conditions.after_octets.is_some() && trigger != Trigger::Data {
                return Err(tail.mistake(tail.rest().span(), "octets are counted by rules for `data` only", ["data"]));
            }
            conditions
        }
        None => Conditions::default(),
    };
    let mut actions = Vec::new();
    loop {
        let word = cursor.peek();
        if let (Some(word), Some(last)) = (word, actions.last().and_then(ending)) {
            return Err(cursor.mistake(word.span(), format!("nothing happens after `{last}`"), [""; 0]));
        }
        let action = action(cursor, &trigger)?;
        join(&mut actions, action);
        if cursor.peek().is_none() {
            return Ok(Rule { trigger, actions, conditions, tag: None });
        }
        cursor.require(";", "`;` or conditions in parentheses")?;
    }
}

fn trigger(cursor: &mut Cursor<'_>) -> Result<Trigger, LineMistake> {
    let Some(word) = cursor.next() else { return Err(cursor.unknown("a trigger", TRIGGERS)) };
    match word.text {
        "any" => Ok(Trigger::Any),
        "connect" => Ok(Trigger::Connect),
        "data" => Ok(Trigger::Data),
        "handshake" => Ok(Trigger::Handshake),
        "end" => {
            cursor.require("of", "`of data`")?;
            cursor.require("data", "`data`")?;
            Ok(Trigger::EndOfData)
        }
        verb => {
            let argument = match cursor.peek_text() {
                "<" => Argument::Mailbox(cursor.mailbox()?),
                "\"" => Argument::Pattern(cursor.quoted()?),
                "->" => Argument::Anything,
                _ => return Err(cursor.unknown("`->`, `<mailbox>` or a text in quotation marks", ["->", "<", "\""])),
            };
            Ok(Trigger::Command { verb: verb.to_owned(), argument })
        }
    }
}

/// The word of an action behind which nothing happens any more.
fn ending(action: &Action) -> Option<&'static str> {
    match action {
        Action::Alert(_) => Some("alert"),
        Action::Close => Some("close"),
        Action::Reset => Some("reset"),
        Action::Stall => Some("stall"),
        _ => None,
    }
}

/// Adds an action. A line of a reply that says that more follow (RFC 5321 §4.2.1) and the next line are one reply, so
/// that they go out in one write.
fn join(actions: &mut Vec<Action>, action: Action) {
    match (actions.last_mut(), action) {
        (Some(Action::Reply(before)), Action::Reply(reply)) if continues(before) => before.lines.extend(reply.lines),
        (_, action) => actions.push(action),
    }
}

fn continues(reply: &Reply) -> bool {
    reply.lines.last().is_some_and(|line| line.as_bytes().get(3) == Some(&b'-'))
}

fn action(cursor: &mut Cursor<'_>, trigger: &Trigger) -> Result<Action, LineMistake> {
    let word = cursor.peek_text();
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        if *trigger == Trigger::Handshake {
            return Err(cursor.here("a handshake takes no reply", ["alert", "close", "reset", "stall"]));
        }
        return reply(cursor);
    }
    let mut ahead = *cursor;
    ahead.next();
    let action = match word {
        "pause" => Action::Pause(ahead.duration()?),
        "stall" => Action::Stall,
        "close" => Action::Close,
        "reset" => Action::Reset,
        "octets" => Action::Octets(ahead.octets()?),
        "alert" if *trigger == Trigger::Handshake => Action::Alert(alert(&mut ahead)?),
        "alert" => return Err(cursor.here("an alert belongs to the trigger `handshake`", ["handshake"])),
        _ => return Err(cursor.unknown("an action of a host", ACTIONS.into_iter().chain([REPLY]))),
    };
    *cursor = ahead;
    Ok(action)
}

/// Reads one line of a reply: up to a semicolon or the end.
fn reply(cursor: &mut Cursor<'_>) -> Result<Action, LineMistake> {
    let rest = cursor.rest();
    let length = rest.text.find(';').unwrap_or(rest.text.len());
    let line = rest.text.get(..length).unwrap_or_default().trim_end();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 3 || !matches!(line.as_bytes().get(3), None | Some(b' ' | b'-')) {
        let word = line.split(char::is_whitespace).next().unwrap_or_default();
        let span = Word { text: word, start: rest.start }.span();
        let shown = if digits == 3 { vec![format!("{} ", &line[..3])] } else { vec![REPLY.to_owned()] };
        return Err(cursor.mistake(span, format!("`{word}` is not a reply code of three digits"), shown));
    }
    cursor.skip(line.len());
    Ok(Action::Reply(Reply { lines: vec![line.to_owned()] }))
}

fn alert(cursor: &mut Cursor<'_>) -> Result<String, LineMistake> {
    let word = cursor.peek_text();
    if ALERTS.contains(&word) {
        cursor.next();
        return Ok(word.to_owned());
    }
    let near = nearest(word, ALERTS);
    Err(cursor.unknown("an alert", near.iter().map(String::as_str)))
}
