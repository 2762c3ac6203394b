//! A place in a line, and the words from there on: what every grammar here reads with.

use std::{ops::Range, time::Duration};

use mtaspec_fake_smarthost::rule::Pattern;

use super::{
    duration::duration,
    quoted::{self, ESCAPES, Flaw},
};
use crate::{
    case::{Line, LineMistake, words::Word},
    nearest::nearest,
};

/// Characters that are words of their own.
const MARKS: [char; 5] = [',', ';', '(', ')', '"'];

/// A place in a line.
///
/// # Invariants
///
/// `at <= end <= line.text.len()`, both on the border of a character; so is every span that is given out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    line: Line<'a>,
    at: usize,
    end: usize,
}

impl<'a> Cursor<'a> {
    /// The start of `line`; blanks at its end are not seen.
    pub(super) fn new(line: Line<'a>) -> Self {
        Self { line, at: 0, end: line.text.trim_end().len() }
    }

    /// From here to the end, blanks at the start skipped.
    pub(super) fn rest(&self) -> Word<'a> {
        let left = self.line.text.get(self.at..self.end).unwrap_or_default();
        let text = left.trim_start();
        Word { text, start: self.at + (left.len() - text.len()) }
    }

    /// All that was read so far, from the first word on.
    pub(super) fn read(&self) -> &'a str {
        self.line.text.get(..self.at).unwrap_or_default().trim()
    }

    /// What was read from `start` on.
    pub(super) fn read_since(&self, start: usize) -> &'a str {
        self.line.text.get(start..self.at).unwrap_or_default()
    }

    /// Where the word stands that was read last.
    pub(super) fn read_last(&self) -> Range<usize> {
        let start = self.read_since(0).rfind(|c: char| c.is_whitespace() || c == ',').map_or(0, |at| at + 1);
        start..self.at.max(start)
    }

    /// Cuts off the part from `at` on, and gives it as a cursor of its own.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let tail = Self { at, ..*self };
        let kept = self.line.text.get(..at).unwrap_or_default().trim_end().len();
        self.end = kept.max(self.at);
        tail
    }

    /// Goes on behind `octets` of what [`Cursor::rest`] gives.
    pub(super) fn skip(&mut self, octets: usize) {
        self.at = self.rest().start + octets;
    }

    /// The next word, left where it is. A mark is a word; so is `->`, and `<` or `[` at the start of a word.
    pub(super) fn peek(&self) -> Option<Word<'a>> {
        let rest = self.rest();
        let first = rest.text.chars().next()?;
        let length = if MARKS.contains(&first) || matches!(first, '<' | '[') {
            first.len_utf8()
        } else if rest.text.starts_with("->") {
            2
        } else {
            let blank = rest.text.find(|c: char| c.is_whitespace() || c == '<' || MARKS.contains(&c));
            let arrow = rest.text.find("->");
            blank.unwrap_or(rest.text.len()).min(arrow.unwrap_or(rest.text.len()))
        };
        Some(Word { text: rest.text.get(..length)?, start: rest.start })
    }

    /// The text of the next word; empty at the end.
    pub(super) fn peek_text(&self) -> &'a str {
        self.peek().map_or("", |word| word.text)
    }

    /// The word behind the next one; empty at the end.
    pub(super) fn peek_second(&self) -> &'a str {
        let mut ahead = *self;
        ahead.next();
        ahead.peek_text()
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Option<Word<'a>> {
        let word = self.peek()?;
        self.at = word.span().end;
        Some(word)
    }

    /// Takes the next word if it is `text`.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.peek_text() == text;
        if found {
            self.next();
        }
        found
    }

    /// Takes the next word, which must be `text`; `what` names it, with its article.
    pub(super) fn require(&mut self, text: &str, what: &str) -> Result<(), LineMistake> {
        if self.eat(text) { Ok(()) } else { Err(self.unknown(what, [text])) }
    }

    /// Takes one of some words; `what` names their kind, with its article.
    pub(super) fn choose<T: Copy>(&mut self, what: &str, choices: &[(&str, T)]) -> Result<T, LineMistake> {
        let word = self.peek_text();
        match choices.iter().find(|(text, _)| *text == word) {
            Some((_, value)) => {
                self.next();
                Ok(*value)
            }
            None => Err(self.unknown(what, choices.iter().map(|(text, _)| *text))),
        }
    }

    /// Takes a word that the page chose, such as a name: anything but a mark.
    pub(super) fn name(&mut self, what: &str, example: &str) -> Result<Word<'a>, LineMistake> {
        match self.peek() {
            Some(word)
                if !MARKS.iter().any(|mark| word.text.starts_with(*mark)) && !matches!(word.text, "[" | "<" | "->") =>
            {
                self.next();
                Ok(word)
            }
            _ => Err(self.unknown(what, [example])),
        }
    }

    /// Takes a number from 1 on.
    pub(super) fn count(&mut self) -> Result<u32, LineMistake> {
        let word = self.peek_text();
        let digits = !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_digit());
        match word.parse::<u32>() {
            Ok(0) => Err(self.here("a number begins at 1, not at `0`", ["1"])),
            Ok(number) if digits => {
                self.next();
                Ok(number)
            }
            Err(_) if digits => Err(self.here(format!("`{word}` is more than 4294967295"), ["4294967295"])),
            _ => Err(self.unknown("a number", ["1"])),
        }
    }

    /// Takes a duration.
    pub(super) fn duration(&mut self) -> Result<Duration, LineMistake> {
        let word = self.peek_text();
        if let Some(found) = duration(word) {
            self.next();
            return Ok(found);
        }
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let digits = word.get(..digits).unwrap_or_default();
        if digits.is_empty() {
            return Err(self.unknown("a duration", ["30s", "5m", "2d1h", "500ms"]));
        }
        let units = ["s", "m", "h", "d", "ms"].map(|unit| format!("{digits}{unit}"));
        if digits == word {
            return Err(self.here(format!("the duration `{word}` has no unit"), units.iter().map(String::as_str)));
        }
        Err(self.unknown("a duration", units.iter().map(String::as_str)))
    }

    /// Takes a quoted pattern.
    pub(super) fn quoted(&mut self) -> Result<Pattern, LineMistake> {
        let rest = self.rest();
        match quoted::scan(rest.text) {
            Ok((pattern, length)) => {
                self.skip(length);
                Ok(pattern)
            }
            Err(Flaw::Missing) => Err(self.unknown("a text in quotation marks", ["\"...\""])),
            Err(Flaw::Unclosed) => {
                let message = format!("the quotation mark of `{}` is not closed", rest.text);
                Err(self.mistake(rest.span(), message, ["\""]))
            }
            Err(Flaw::Escape(range)) => {
                let written = rest.text.get(range.clone()).unwrap_or_default();
                let span = rest.start + range.start..rest.start + range.end;
                Err(self.mistake(span, format!("`{written}` is not an escape"), nearest(written, ESCAPES)))
            }
        }
    }

    /// Takes quoted octets, in which no bare star may stand.
    pub(super) fn octets(&mut self) -> Result<Vec<u8>, LineMistake> {
        let from = *self;
        let mut pieces = self.quoted()?.pieces;
        if pieces.len() > 1 {
            let written = from.rest();
            let span = written.start..self.at;
            return Err(self.mistake(span, "a star has no meaning here, and its octet is written `\\*`", ["\\*"]));
        }
        Ok(pieces.pop().unwrap_or_default())
    }

    /// Takes quoted text, in which no bare star may stand.
    pub(super) fn text(&mut self) -> Result<String, LineMistake> {
        let start = self.rest().start;
        let octets = self.octets()?;
        String::from_utf8(octets).map_err(|_| self.mistake(start..self.at, "the text is not UTF-8", [""; 0]))
    }

    /// Takes `<mailbox>`: an address, `postmaster`, or nothing at all.
    pub(super) fn mailbox(&mut self) -> Result<String, LineMistake> {
        let rest = self.rest();
        // A blank before the bracket closes means that it is another's, such as that of an arrow; a local-part in
        // quotation marks may hold blanks (RFC 5321 §4.1.2).
        let closed = |at: &usize| {
            let inner = rest.text.get(1..*at).unwrap_or_default();
            inner.starts_with('"') || !inner.contains(char::is_whitespace)
        };
        let Some(close) = rest.text.find('>').filter(closed) else {
            let length = rest.text.find(char::is_whitespace).unwrap_or(rest.text.len());
            let written = rest.text.get(..length).unwrap_or_default();
            let message = format!("the mailbox `{written}` is not closed");
            return Err(self.mistake(rest.start..rest.start + length, message, [format!("{written}>")]));
        };
        let mailbox = rest.text.get(1..close).unwrap_or_default();
        let span = rest.start..rest.start + close + 1;
        let whole = mailbox.is_empty()
            || mailbox.eq_ignore_ascii_case("postmaster")
            || mailbox.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        if !whole || mailbox.contains('<') {
            return Err(self.mistake(span, format!("`<{mailbox}>` is not a mailbox"), ["<user@contoso.test>", "<>"]));
        }
        self.skip(close + 1);
        Ok(mailbox.to_owned())
    }

    /// Nothing may follow; `candidates` are what could.
    pub(super) fn finish<'b>(&self, candidates: impl IntoIterator<Item = &'b str>) -> Result<(), LineMistake> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(self.here(format!("`{}` stands where the line must end", word.text), candidates)),
        }
    }

    /// The mistake that the next word (or the end of the line) is not `what`, nearest candidates first.
    pub(super) fn unknown<'b>(&self, what: &str, candidates: impl IntoIterator<Item = &'b str>) -> LineMistake {
        let Some(word) = self.peek() else {
            return self.mistake(self.end..self.end, format!("{what} is missing"), candidates);
        };
        let near = nearest(word.text, candidates);
        let written = word.text;
        let message = match near.iter().find(|candidate| candidate.eq_ignore_ascii_case(written)) {
            Some(right) if right != written => format!("`{written}` is written `{right}`"),
            _ if matches!(written, "," | ";" | "(" | ")" | "[" | "->") => {
                format!("{what} is missing before `{written}`")
            }
            _ if what.starts_with('`') => format!("`{written}` stands where {what} must"),
            _ => format!("`{written}` is not {what}"),
        };
        self.mistake(word.span(), message, near)
    }

    /// A mistake at the next word, or at the end of the line; `expected` in their order.
    pub(super) fn here<'b>(
        &self,
        message: impl Into<String>,
        expected: impl IntoIterator<Item = &'b str>,
    ) -> LineMistake {
        let span = self.peek().map_or(self.end..self.end, |word| word.span());
        self.mistake(span, message, expected)
    }

    /// A mistake at `span`; `expected` in their order, the first of them.
    pub(super) fn mistake<S: Into<String>>(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        expected: impl IntoIterator<Item = S>,
    ) -> LineMistake {
        let expected = expected.into_iter().map(Into::into).take(crate::nearest::SUGGESTIONS_MAX).collect();
        LineMistake { line: self.line.number, span, message: message.into(), expected }
    }
}
