//! Messages: the `eml` fence, its envelope and its octets.

use std::{ops::Range, time::Duration};

use super::{
    Line, LineMistake,
    dsn::Dsn,
    fence::duration,
    grammar,
    model::{MessageSpec, Piece, Via},
    names::{Names, RESERVED_NAMES},
    words::{Word, expecting, mistake, mistake_at, nearest},
};

/// Most recipients of one message.
pub const RECIPIENTS_MAX: usize = 10_000;
/// Most octets of one `<fill>`: 256 MB, for they are all in memory at once.
pub const FILL_OCTETS_MAX: u64 = 256 << 20;

/// Keys of the info string.
const KEYS: [&str; 10] = ["at=", "envid=", "every=", "from=", "notify=", "orcpt=", "ret=", "times=", "to=", "via="];

/// What the info string of an `eml` fence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Envelope {
    /// `m1`; `None`: a number by order.
    pub(super) name: Option<String>,
    /// `octets`: line ends of the page do not count, escapes do.
    pub(super) octets: bool,
    reverse_path: Option<String>,
    recipients: Vec<String>,
    at: Duration,
    times: u32,
    every: Duration,
    via: Via,
    dsn: Dsn,
    /// Those of the last `to=`.
    last: Range<usize>,
}

impl Envelope {
    /// Reads the words behind `eml`.
    pub(super) fn read(
        line: Line<'_>,
        fence: Word<'_>,
        words: &[Word<'_>],
        names: Names<'_>,
    ) -> Result<Self, LineMistake> {
        let mut envelope = Self {
            name: None,
            octets: false,
            reverse_path: None,
            recipients: Vec::new(),
            at: Duration::ZERO,
            times: 1,
            every: Duration::ZERO,
            via: Via::default(),
            dsn: Dsn::default(),
            last: 0..0,
        };
        for word in words {
            match word.text.split_once('=') {
                Some((key, value)) => envelope.set(line, *word, (key, value), names)?,
                None if word.text == "octets" && envelope.name.is_none() => envelope.octets = true,
                None if envelope.name.is_none() => envelope.name = Some(word.text.to_owned()),
                None => {
                    let wrong = mistake_at(line, *word, format!("`{}` cannot stand here", word.text));
                    return Err(expecting(wrong, KEYS));
                }
            }
        }
        if envelope.recipients.is_empty() {
            return Err(expecting(mistake_at(line, fence, "a message has recipients"), ["to=julia@contoso.test"]));
        }
        Ok(envelope)
    }

    fn set(
        &mut self,
        line: Line<'_>,
        word: Word<'_>,
        (key, value): (&str, &str),
        names: Names<'_>,
    ) -> Result<(), LineMistake> {
        let place = Word { text: value, start: word.start + key.len() + 1 };
        match key {
            "at" => self.at = duration(line, word, value)?,
            "every" => self.every = duration(line, word, value)?,
            "from" => {
                let mailbox = if value == "<>" { "" } else { value };
                if !mailbox.is_empty() {
                    check_mailbox(line, place, names)?;
                }
                self.reverse_path = Some(mailbox.to_owned());
            }
            "times" => {
                self.times =
                    value.parse().ok().filter(|times| *times > 0).ok_or_else(|| {
                        mistake_at(line, place, format!("`{value}` is no number of copies: at least 1"))
                    })?;
            }
            "to" => {
                let first = self.recipients.len();
                recipients(line, place, names, &mut self.recipients)?;
                self.last = first..self.recipients.len();
            }
            "via" => {
                self.via = match value {
                    "submission" => Via::Submission,
                    "transport" => Via::Transport,
                    _ => {
                        let wrong = mistake_at(line, place, format!("a message does not come in via `{value}`"));
                        return Err(expecting(wrong, nearest(value, ["submission", "transport"])));
                    }
                }
            }
            _ if self.dsn.set(line, (Word { text: key, start: word.start }, place), self.last.clone(), names)? => {}
            _ => {
                let wrong = mistake_at(line, word, format!("a message has no `{key}=`"));
                return Err(expecting(wrong, nearest(&format!("{key}="), KEYS)));
            }
        }
        Ok(())
    }

    /// The message, its number by order and the reverse-path of messages that name none given.
    pub(super) fn message(self, number: usize, reverse_path: &str, content: Vec<Piece>) -> MessageSpec {
        MessageSpec {
            name: self.name.unwrap_or_else(|| number.to_string()),
            reverse_path: self.reverse_path.unwrap_or_else(|| reverse_path.to_owned()),
            recipients: self.recipients,
            at: self.at,
            times: self.times,
            every: self.every,
            via: self.via,
            dsn: self.dsn,
            content,
        }
    }
}

/// Adds the mailboxes of a `to=`, ranges written out.
fn recipients(line: Line<'_>, list: Word<'_>, names: Names<'_>, found: &mut Vec<String>) -> Result<(), LineMistake> {
    let mut start = list.start;
    for text in list.text.split(',') {
        let place = Word { text, start };
        start += text.len() + 1;
        let Some(range) = Numbers::find(text) else {
            check_mailbox(line, place, names)?;
            found.push(text.to_owned());
            continue;
        };
        let count = usize::try_from(range.last.saturating_sub(range.first)).unwrap_or(usize::MAX);
        if range.first > range.last || found.len().saturating_add(count) >= RECIPIENTS_MAX {
            let message = format!("a range counts upwards, and a message has at most {RECIPIENTS_MAX} recipients");
            return Err(mistake_at(line, place, message));
        }
        let first = range.written(range.first);
        check_mailbox(line, Word { text: &first, start: place.start }, names).map_err(|mut wrong| {
            wrong.span = place.span();
            wrong
        })?;
        found.extend((range.first..=range.last).map(|number| range.written(number)));
    }
    Ok(())
}

/// `r{1..250}@contoso.test`
struct Numbers<'a> {
    before: &'a str,
    first: u32,
    last: u32,
    after: &'a str,
}

impl<'a> Numbers<'a> {
    fn find(text: &'a str) -> Option<Self> {
        let (before, rest) = text.split_once('{')?;
        let (range, after) = rest.split_once('}')?;
        let (first, last) = range.split_once("..")?;
        Some(Self { before, first: first.parse().ok()?, last: last.parse().ok()?, after })
    }

    fn written(&self, number: u32) -> String {
        format!("{}{number}{}", self.before, self.after)
    }
}

fn check_mailbox(line: Line<'_>, mailbox: Word<'_>, names: Names<'_>) -> Result<(), LineMistake> {
    let Some(fault) = names.mailbox_fault(mailbox.text) else { return Ok(()) };
    let mailed = fault.ends_with("mailed");
    let wrong = mistake_at(line, mailbox, fault);
    Err(if mailed { expecting(wrong, RESERVED_NAMES) } else { expecting(wrong, ["local-part@domain"]) })
}

/// The octets of a message that is written as text: each line with CRLF, `<fill 35MB>` for so many octets.
///
/// A header section is always closed by an empty line: a message without one gets it before its first line that is no
/// header field, or at its end.
pub(super) fn text(lines: &[(u32, String)], mistakes: &mut Vec<LineMistake>) -> Vec<Piece> {
    let closed = lines.iter().any(|(_, text)| text.is_empty());
    let body_start = lines.iter().position(|(_, text)| !is_header_line(text)).unwrap_or(lines.len());
    let mut pieces = Pieces::default();
    for (at, (number, text)) in lines.iter().enumerate() {
        if !closed && at == body_start {
            pieces.octets(b"\r\n");
        }
        match fill(Line { text, number: *number }) {
            Some(Ok(octets)) => pieces.fill(octets),
            Some(Err(wrong)) => mistakes.push(wrong),
            None => {
                pieces.octets(text.as_bytes());
                pieces.octets(b"\r\n");
            }
        }
    }
    if !closed && body_start == lines.len() {
        pieces.octets(b"\r\n");
    }
    pieces.done
}

/// The octets of a message in which octets matter: escapes count, line ends of the page do not.
pub(super) fn octets(lines: &[(u32, String)], mistakes: &mut Vec<LineMistake>) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    for (number, text) in lines {
        let line = Line { text, number: *number };
        match fill(line) {
            Some(Ok(octets)) => pieces.fill(octets),
            Some(Err(wrong)) => mistakes.push(wrong),
            None => match unescape(line) {
                Ok(octets) => pieces.octets(&octets),
                Err(wrong) => mistakes.push(wrong),
            },
        }
    }
    pieces.done
}

/// Octets and fills in order, neighbours joined.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
}

impl Pieces {
    fn octets(&mut self, octets: &[u8]) {
        match self.done.last_mut() {
            Some(Piece::Octets(last)) => last.extend_from_slice(octets),
            _ if octets.is_empty() => {}
            _ => self.done.push(Piece::Octets(octets.to_vec())),
        }
    }

    fn fill(&mut self, octets: u64) {
        self.done.push(Piece::Fill(octets));
    }
}

/// Whether a line can stand in a header section: a field, or the continuation of one (RFC 5322 §2.2).
fn is_header_line(text: &str) -> bool {
    let name = text.split_once(':').map_or("", |(name, _)| name);
    text.starts_with([' ', '\t'])
        || (!name.is_empty() && name.bytes().all(|octet| octet.is_ascii_graphic()) && !text.starts_with("<fill "))
}

/// The size of a line `<fill 35MB>`; `None` for any other line.
fn fill(line: Line<'_>) -> Option<Result<u64, LineMistake>> {
    let size = line.text.strip_prefix("<fill ")?.trim_end().strip_suffix('>')?;
    let unit = size.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let shift = match unit {
        "" | "B" => Some(0_u32),
        "KB" => Some(10),
        "MB" => Some(20),
        _ => None,
    };
    let number: Option<u64> = size[..size.len() - unit.len()].parse().ok();
    let octets = shift.zip(number).and_then(|(shift, number)| number.checked_mul(1 << shift));
    Some(octets.filter(|octets| *octets <= FILL_OCTETS_MAX).ok_or_else(|| {
        let place = Word { text: size, start: "<fill ".len() };
        expecting(mistake_at(line, place, format!("`{size}` is no size of at most 256MB")), ["35MB", "64KB", "998B"])
    }))
}

fn unescape(line: Line<'_>) -> Result<Vec<u8>, LineMistake> {
    let mut found = Vec::with_capacity(line.text.len());
    let mut rest = line.text;
    while let Some(at) = rest.find('\\') {
        found.extend_from_slice(&rest.as_bytes()[..at]);
        let start = line.text.len() - rest.len() + at;
        let length = if rest[at..].starts_with("\\x") { 4 } else { 2 };
        let octets = rest.get(at..at + length).and_then(grammar::unescaped).ok_or_else(|| {
            let end = line.text[start..].char_indices().nth(2).map_or(line.text.len(), |(offset, _)| start + offset);
            let wrong = mistake(line, start..end, format!("`{}` is no escape", &line.text[start..end]));
            expecting(wrong, ["\\r", "\\n", "\\t", "\\xHH", "\\\\"])
        })?;
        found.extend_from_slice(&octets);
        rest = &rest[at + length..];
    }
    found.extend_from_slice(rest.as_bytes());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(text: &str) -> Vec<(u32, String)> {
        (1..).zip(text.lines().map(str::to_owned)).collect()
    }

    #[track_caller]
    fn check(page: &str, wire: &str) {
        let mut mistakes = Vec::new();
        let pieces = text(&numbered(page), &mut mistakes);
        assert_eq!(mistakes, []);
        assert_eq!(pieces, [Piece::Octets(wire.as_bytes().to_vec())]);
    }

    #[test]
    fn a_header_section_is_always_closed() {
        check("Subject: minutes", "Subject: minutes\r\n\r\n");
        check("Subject: minutes\n\nHello.", "Subject: minutes\r\n\r\nHello.\r\n");
        check("Hello.", "\r\nHello.\r\n");
        check("Subject: a\n\tb\nHello there: you", "Subject: a\r\n\tb\r\n\r\nHello there: you\r\n");
    }

    #[test]
    fn a_fill_stands_for_its_octets() {
        let mut mistakes = Vec::new();
        let pieces = text(&numbered("Subject: big\n\n<fill 35MB>\nend"), &mut mistakes);
        let octets = |text: &str| Piece::Octets(text.as_bytes().to_vec());
        assert_eq!(pieces, [octets("Subject: big\r\n\r\n"), Piece::Fill(36_700_160), octets("end\r\n")]);
    }

    #[test]
    fn a_fill_has_exactly_its_size_and_ends_in_a_line_end() {
        let spec = |count| MessageSpec {
            name: String::new(),
            reverse_path: String::new(),
            recipients: Vec::new(),
            at: Duration::ZERO,
            times: 1,
            every: Duration::ZERO,
            via: Via::default(),
            dsn: Dsn::default(),
            content: vec![Piece::Fill(count)],
        };
        for count in 2..400_u16 {
            let octets = spec(count.into()).octets();
            assert_eq!(octets.len(), usize::from(count));
            assert!(octets.ends_with(b"\r\n"), "{count}");
            let longest = octets.split(|octet| *octet == b'\n').map(<[u8]>::len).max();
            assert!(longest <= Some(79), "{count}: {longest:?}");
        }
        assert_eq!(spec(1).octets(), b"x");
    }

    #[test]
    fn octets_are_as_escaped_and_line_ends_of_the_page_do_not_count() {
        let mut mistakes = Vec::new();
        let pieces = octets(&numbered("A: b\\r\\n\n\\r\\nbare\\nLF\\x00\\xff\\\\"), &mut mistakes);
        assert_eq!(pieces, [Piece::Octets(b"A: b\r\n\r\nbare\nLF\0\xff\\".to_vec())]);
        octets(&numbered("x\\q"), &mut mistakes);
        let found: Vec<_> = mistakes.iter().map(|wrong| (wrong.span.clone(), wrong.message.as_str())).collect();
        assert_eq!(found, [(1..3, "`\\q` is no escape")]);
    }
}
