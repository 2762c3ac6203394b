//! Quoted patterns: `"MAIL * SIZE=*\r\n"`, octets in which a star stands for any octets.

use std::ops::Range;

use mtaspec_fake_smarthost::rule::Pattern;

/// The escapes, as a mistake lists them.
pub(super) const ESCAPES: [&str; 6] = [r"\r", r"\n", r"\xHH", r#"\""#, r"\*", r"\\"];

/// The pattern that `text`, with its quotation marks, is; `None` if it is not well-formed to its last octet.
///
/// `*` stands for any octets; `\r \n \t \xHH \" \* \\` are escapes; any other character is its UTF-8 octets.
#[must_use]
pub fn quoted(text: &str) -> Option<Pattern> {
    let (pattern, end) = scan(text).ok()?;
    (end == text.len()).then_some(pattern)
}

/// The octets of `text`, without quotation marks, its escapes undone; a star is a star. `None`: a broken escape.
#[must_use]
pub fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at..)?.chars().next() {
        if c == '\\' {
            let (octet, length) = escape(text.get(at..)?)?;
            octets.push(octet);
            at += length;
        } else {
            octets.extend_from_slice(text.get(at..at + c.len_utf8())?.as_bytes());
            at += c.len_utf8();
        }
    }
    Some(octets)
}

/// What is wrong with a quoted pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// No escape begins like this.
    Escape(Range<usize>),
    /// No quotation mark at its start.
    Missing,
    /// No quotation mark at its end.
    Unclosed,
}

/// The pattern at the start of `text`, and where it ends.
pub(super) fn scan(text: &str) -> Result<(Pattern, usize), Flaw> {
    if !text.starts_with('"') {
        return Err(Flaw::Missing);
    }
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    let mut at = 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return Err(Flaw::Unclosed) };
        let mut length = c.len_utf8();
        match c {
            '"' => break,
            '*' => pieces.push(std::mem::take(&mut piece)),
            '\\' => match escape(rest) {
                Some((octet, of)) => {
                    piece.push(octet);
                    length = of;
                }
                None if rest.len() == 1 => return Err(Flaw::Unclosed),
                None => {
                    let next = rest.chars().nth(1).map_or(0, char::len_utf8);
                    return Err(Flaw::Escape(at..at + 1 + next));
                }
            },
            _ => piece.extend_from_slice(rest.get(..length).unwrap_or_default().as_bytes()),
        }
        at += length;
    }
    pieces.push(piece);
    Ok((Pattern { pieces }, at + 1))
}

/// The octet of the escape at the start of `text`, and the escape's length.
fn escape(text: &str) -> Option<(u8, usize)> {
    let octets = text.as_bytes();
    let octet = match octets.get(1)? {
        b'r' => b'\r',
        b'n' => b'\n',
        b't' => b'\t',
        b'x' => {
            let digit = |octet: &u8| char::from(*octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            return Some((digit(octets.get(2)?)? * 16 + digit(octets.get(3)?)?, 4));
        }
        same @ (b'"' | b'*' | b'\\') => *same,
        _ => return None,
    };
    Some((octet, 2))
}
