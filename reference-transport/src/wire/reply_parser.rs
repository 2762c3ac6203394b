//! Octets in, replies out.

use std::collections::VecDeque;

use crate::{
    limits::{REPLY_LINE_OCTETS_MAX, REPLY_LINES_MAX},
    reply::{Reply, ReplyCode},
};

/// Why octets that a server sent are no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// Two lines of one reply carry different codes: RFC 5321 §4.2.1 forbids it.
    #[error("lines of one reply differ in code: {first} and {last}")]
    CodesDiffer {
        /// That of the first line.
        first: u16,
        /// That of the line that differs.
        last: u16,
    },
    /// A line does not start with a reply code and the separator it needs.
    #[error("not a reply line: {line:?}")]
    Malformed {
        /// The line, at most its first 80 octets.
        line: String,
    },
    /// A line is longer than [`REPLY_LINE_OCTETS_MAX`].
    #[error("a reply line is longer than {REPLY_LINE_OCTETS_MAX} octets")]
    LineTooLong,
    /// A reply has more lines than [`REPLY_LINES_MAX`].
    #[error("a reply has more than {REPLY_LINES_MAX} lines")]
    TooManyLines,
}

/// Reads replies out of octets, however they are cut.
///
/// A line ends in `<CRLF>` and nowhere else (RFC 5321 §2.3.8). A bare LF is text, and so is a bare CR: a host that
/// passes words of others on in its replies could else be made to give two replies where it gave one.
#[derive(Debug, Default)]
pub struct ReplyParser {
    unread: VecDeque<u8>,
    /// How many octets of `unread` hold no line end.
    scanned: usize,
    code: Option<ReplyCode>,
    text: Vec<String>,
}

impl ReplyParser {
    /// Takes octets as they came.
    pub fn push(&mut self, octets: &[u8]) {
        self.unread.extend(octets);
    }

    /// Forgets everything that was taken: what came in the clear says nothing after a TLS handshake
    /// (RFC 3207 §4.2).
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether octets were taken that belong to no reply that was given.
    #[must_use]
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty() || self.code.is_some()
    }

    /// The next reply, if all of its lines are here.
    ///
    /// # Errors
    ///
    /// If the octets are no reply. The parser is of no use afterwards: where the next reply starts is unknown.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, ReplyError> {
        while let Some(line) = self.next_line()? {
            if let Some(reply) = self.take_line(&line)? {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, ReplyError> {
        // Begins at the last octet that was seen: it may be the CR whose LF has come since.
        let start = self.scanned.saturating_sub(1);
        let mut pairs = self.unread.iter().zip(self.unread.iter().skip(1)).skip(start);
        let Some(at) = pairs.position(|pair| pair == (&b'\r', &b'\n')).map(|found| start + found + 1) else {
            self.scanned = self.unread.len();
            return if self.scanned >= REPLY_LINE_OCTETS_MAX { Err(ReplyError::LineTooLong) } else { Ok(None) };
        };
        self.scanned = 0;
        if at >= REPLY_LINE_OCTETS_MAX {
            return Err(ReplyError::LineTooLong);
        }
        let mut line: Vec<u8> = self.unread.drain(..=at).collect();
        line.truncate(line.len().saturating_sub(2));
        Ok(Some(line))
    }

    fn take_line(&mut self, line: &[u8]) -> Result<Option<Reply>, ReplyError> {
        let malformed =
            || ReplyError::Malformed { line: String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned() };
        let (digits, rest) = line.split_at_checked(3).ok_or_else(malformed)?;
        let code = code(digits).ok_or_else(malformed)?;
        let (is_last, text) = match rest {
            [] => (true, rest),
            [b' ', text @ ..] => (true, text),
            [b'-', text @ ..] => (false, text),
            _ => return Err(malformed()),
        };
        let first = *self.code.get_or_insert(code);
        if first != code {
            return Err(ReplyError::CodesDiffer { first: first.value(), last: code.value() });
        }
        if self.text.len() == REPLY_LINES_MAX {
            return Err(ReplyError::TooManyLines);
        }
        self.text.push(String::from_utf8_lossy(text).into_owned());
        if !is_last {
            return Ok(None);
        }
        self.code = None;
        Ok(Some(Reply { code, text: std::mem::take(&mut self.text) }))
    }
}

fn code(digits: &[u8]) -> Option<ReplyCode> {
    let mut value = 0;
    for digit in digits {
        value = value * 10 + u16::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    ReplyCode::new(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse_all(octets: &[u8]) -> Result<Vec<String>, ReplyError> {
        let mut parser = ReplyParser::default();
        parser.push(octets);
        let mut replies = Vec::new();
        while let Some(reply) = parser.next_reply()? {
            replies.push(format!("{}|{}", reply.code, reply.text.join("|")));
        }
        Ok(replies)
    }

    #[track_caller]
    fn check(octets: &str, expected: &[&str]) {
        let expected: Vec<String> = expected.iter().map(|&reply| reply.to_owned()).collect();
        assert_eq!(parse_all(octets.as_bytes()), Ok(expected), "{octets:?}");
    }

    #[track_caller]
    fn check_error(octets: &str, expected: &ReplyError) {
        assert_eq!(parse_all(octets.as_bytes()).as_ref(), Err(expected), "{octets:?}");
    }

    #[test]
    fn a_reply_may_have_many_lines_or_no_text() {
        check("220 mx.contoso.test ESMTP\r\n", &["220|mx.contoso.test ESMTP"]);
        check("250-a\r\n250-\r\n250 c\r\n354\r\n", &["250|a||c", "354|"]);
        check("299 unknown\r\n578 unknown\r\n", &["299|unknown", "578|unknown"]);
        check("250 no end", &[]);
    }

    #[test]
    fn a_line_ends_at_crlf_alone() {
        check("250 a\n250 b\r\n", &["250|a\n250 b"]);
        check("250 a\r250 b\r\n", &["250|a\r250 b"]);
        check("250 a\r\r\n", &["250|a\r"]);
        check("250 a\n", &[]);
    }

    #[test]
    fn codes_of_one_reply_may_not_differ() {
        check_error("250-a\r\n251 b\r\n", &ReplyError::CodesDiffer { first: 250, last: 251 });
    }

    #[test]
    fn what_is_no_reply_is_an_error() {
        for line in ["hello", "25", "", "25a x", "2500 x", "250_x", "150 x", "600 x", " 250 x", "+50 x"] {
            check_error(&format!("{line}\r\n"), &ReplyError::Malformed { line: line.to_owned() });
        }
    }

    #[test]
    fn lines_and_replies_have_limits() {
        let fits = format!("250 {}\r\n", "a".repeat(REPLY_LINE_OCTETS_MAX - 6));
        assert_eq!(parse_all(fits.as_bytes()).map(|replies| replies.len()), Ok(1));
        let long = format!("250 {}\r\n", "a".repeat(REPLY_LINE_OCTETS_MAX - 5));
        check_error(&long, &ReplyError::LineTooLong);
        check_error(&"a".repeat(REPLY_LINE_OCTETS_MAX), &ReplyError::LineTooLong);
        check_error(&"250-x\r\n".repeat(REPLY_LINES_MAX + 1), &ReplyError::TooManyLines);
    }

    proptest! {
        #[test]
        fn segmentation_does_not_matter(
            octets in proptest::collection::vec(prop_oneof![Just(b'2'), Just(b'5'), Just(b'0'), Just(b'-'), Just(b' '),
                Just(b'\r'), Just(b'\n'), any::<u8>()], 0..120),
            lines in proptest::collection::vec("(250[ -][a-z]{0,5}\r\n){0,3}", 0..3),
            cuts in proptest::collection::vec(1_usize..9, 0..60),
        ) {
            let mut octets = octets;
            octets.splice(0..0, lines.concat().into_bytes());
            let whole = parse_all(&octets);
            let mut parser = ReplyParser::default();
            let mut replies = Vec::new();
            let mut outcome = Ok(());
            let mut rest = octets.as_slice();
            let mut cuts = cuts.into_iter();
            while !rest.is_empty() && outcome.is_ok() {
                let (now, later) = rest.split_at(cuts.next().unwrap_or(200).min(rest.len()));
                parser.push(now);
                rest = later;
                loop {
                    match parser.next_reply() {
                        Ok(Some(reply)) => replies.push(format!("{}|{}", reply.code, reply.text.join("|"))),
                        Ok(None) => break,
                        Err(error) => { outcome = Err(error); break; }
                    }
                }
            }
            prop_assert_eq!(whole, outcome.map(|()| replies));
        }
    }
}
