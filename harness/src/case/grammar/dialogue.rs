//! Dialogues: what a host says, line by line, in the notation of RFC 5321's own examples.

use mtaspec_fake_smarthost::{
    rule::Argument,
    script::{Script, Step, StepAction},
};

use super::{
    cursor::Cursor,
    words::{is_verb, verbs},
};
use crate::case::{Line, LineMistake, words::Word};

/// What a line begins with.
const STARTS: [&str; 9] =
    ["S:", "C:", "<TLS>", "<flush>", "<pause 2s>", "<stall>", "<close>", "<reset>", "<octets \"...\">"];

/// What stands between angle brackets.
const BRACKETED: [&str; 7] = ["TLS", "flush", "pause", "stall", "close", "reset", "octets"];

/// Reads a dialogue, for one connection of the host (from 1) or for each. Blank lines say nothing. Its tag is not set
/// yet.
///
/// # Errors
///
/// One mistake for each line that is none.
pub fn parse(lines: &[Line<'_>], connection: Option<u32>) -> Result<Script, Vec<LineMistake>> {
    let mut steps = Vec::new();
    let mut mistakes = Vec::new();
    for line in lines.iter().filter(|line| !line.text.trim().is_empty()) {
        match step(*line) {
            Ok(action) => steps.push(Step { line: line.number, action }),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Ok(Script { connection, steps, tag: None }) } else { Err(mistakes) }
}

fn step(line: Line<'_>) -> Result<StepAction, LineMistake> {
    let mut cursor = Cursor::new(line);
    let rest = cursor.rest();
    if rest.text.starts_with('<') {
        cursor.skip(1);
        return bracketed(&mut cursor, rest);
    }
    for start in ["S:", "C:"] {
        let Some(behind) = rest.text.strip_prefix(start) else { continue };
        if !behind.is_empty() && !behind.starts_with(' ') {
            let span = rest.start..rest.start + start.len();
            return Err(cursor.mistake(span, format!("no blank stands behind `{start}`"), [format!("{start} ")]));
        }
        cursor.skip(start.len());
        return if start == "S:" { Ok(StepAction::Send(text_of(line, rest.start))) } else { awaited(&mut cursor) };
    }
    let word = rest.text.split(char::is_whitespace).next().unwrap_or_default();
    if is_verb(word) {
        return Err(cursor.here(format!("a command begins with `C: `, as in `C: {word}`"), ["C:"]));
    }
    if word.len() >= 3 && word.bytes().take(3).all(|octet| octet.is_ascii_digit()) {
        return Err(cursor.here("a reply begins with `S: `", ["S:"]));
    }
    let span = rest.start..rest.start + word.len();
    let mistake = cursor.unknown("a line of a dialogue", STARTS);
    Err(LineMistake { span, ..mistake })
}

/// What is sent: all behind `S:` and one blank, blanks at the end, too.
fn text_of(line: Line<'_>, start: usize) -> String {
    let behind = line.text.get(start + "S:".len()..).unwrap_or_default();
    behind.strip_prefix(' ').unwrap_or(behind).to_owned()
}

/// Reads the verb behind `C:`, and what must stand behind it.
fn awaited(cursor: &mut Cursor<'_>) -> Result<StepAction, LineMistake> {
    let word = cursor.peek_text();
    if word == "." {
        return Err(cursor.here("the end of mail data is no command", ["end of data -> 550 5.7.1 text"]));
    }
    if !is_verb(word) {
        return Err(cursor.unknown("a verb", verbs()));
    }
    cursor.next();
    Ok(StepAction::Await { verb: word.to_owned(), argument: argument(cursor, word)? })
}

/// A path, as the command has it (`FROM:<x>`) or alone; a pattern to the end of the line; or anything.
fn argument(cursor: &mut Cursor<'_>, verb: &str) -> Result<Argument, LineMistake> {
    let rest = cursor.rest().text;
    if rest.starts_with('"') {
        return Ok(Argument::Pattern(cursor.quoted()?));
    }
    let keyword = match verb {
        "MAIL" => "FROM:",
        "RCPT" => "TO:",
        _ => "",
    };
    if rest.get(..keyword.len()).is_some_and(|start| start.eq_ignore_ascii_case(keyword)) {
        let behind = rest.get(keyword.len()..).unwrap_or_default();
        if behind.trim_start().starts_with('<') {
            cursor.skip(keyword.len());
        }
    }
    if cursor.peek_text() == "<" { cursor.mailbox().map(Argument::Mailbox) } else { Ok(Argument::Anything) }
}

/// Reads what stands behind the `<` of `whole`, to the end of the line.
fn bracketed(cursor: &mut Cursor<'_>, whole: Word<'_>) -> Result<StepAction, LineMistake> {
    let Some(inside) = whole.text.strip_suffix('>') else {
        let message = format!("the bracket of `{}` is not closed", whole.text);
        return Err(cursor.mistake(whole.span(), message, [">"]));
    };
    let _closing = cursor.split_off(whole.start + inside.len());
    let word = cursor.peek_text();
    let mut ahead = *cursor;
    ahead.next();
    let action = match word {
        "TLS" => StepAction::Tls,
        "flush" => StepAction::Flush,
        "pause" => StepAction::Pause(ahead.duration()?),
        "stall" => StepAction::Stall,
        "close" => StepAction::Close,
        "reset" => StepAction::Reset,
        "octets" => StepAction::Octets(ahead.octets()?),
        _ => return Err(cursor.unknown("an action of a host", BRACKETED)),
    };
    ahead.finish([">"])?;
    Ok(action)
}
