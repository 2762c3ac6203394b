//! Text from outside as it may stand in a notice: printable, in lines that a notice may have.

use std::fmt::Write as _;

use super::DIAGNOSTIC_OCTETS_MAX;
use crate::limits::MAIL_DATA_LINE_OCTETS_MAX;

/// Room that is left on a line for what stands before a piece of text.
const MARGIN: usize = 38;

/// Longest text that gets a line of its own, in octets.
const TEXT_OCTETS_MAX: usize = MAIL_DATA_LINE_OCTETS_MAX - MARGIN;

/// Nothing that could end a line, and no more than fits on one.
pub(super) fn one_line(text: &str) -> String {
    let mut line: String = text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect();
    line.truncate(line.floor_char_boundary(TEXT_OCTETS_MAX));
    line
}

/// One line of printable ASCII; what is longer than an address or a name can be is cut.
pub(super) fn plain_line(text: &str) -> String {
    let mut line = plain(text);
    line.truncate(TEXT_OCTETS_MAX);
    line
}

/// Printable ASCII, everything else as `\x{F6}` (RFC 6533 §3 writes addresses so, and we everything).
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, ' '..='~') {
            plain.push(letter);
        } else {
            // Nothing can fail when it writes to a string.
            let _written = write!(plain, "\\x{{{:X}}}", u32::from(letter));
        }
    }
    plain
}

/// Lines made printable, too long ones cut into several, all of it no longer than [`DIAGNOSTIC_OCTETS_MAX`].
pub(super) fn quotation(lines: &[String]) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut room = DIAGNOSTIC_OCTETS_MAX;
    for line in lines {
        let mut line = plain(line);
        let is_whole = line.len() <= room;
        line.truncate(room);
        room -= line.len();
        pieces.extend(pieces_of(&line).map(str::to_owned));
        if !is_whole {
            pieces.push("(the rest is left out)".to_owned());
            break;
        }
    }
    pieces
}

/// A text in ASCII, in pieces that fit on a line.
fn pieces_of(text: &str) -> impl Iterator<Item = &str> {
    let starts = (0..text.len().max(1)).step_by(TEXT_OCTETS_MAX);
    starts.map(move |start| &text[start..(start + TEXT_OCTETS_MAX).min(text.len())])
}

/// quoted-printable, for text whose lines end in CRLF: RFC 2045 §6.7.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    /// Without the `=` that a soft line break puts behind it.
    const LINE_MAX: usize = 75;
    let mut encoded = Vec::with_capacity(text.len() + text.len() / 8);
    let mut column = 0;
    let mut rest = text;
    while let Some((&octet, behind)) = rest.split_first() {
        if rest.starts_with(b"\r\n") {
            encoded.extend_from_slice(b"\r\n");
            (rest, column) = (&rest[2..], 0);
            continue;
        }
        rest = behind;
        let ends_line = rest.is_empty() || rest.starts_with(b"\r\n");
        let is_literal = match octet {
            b' ' | b'\t' => !ends_line,
            b'=' => false,
            octet => octet.is_ascii_graphic(),
        };
        let width = if is_literal { 1 } else { 3 };
        if column + width > LINE_MAX {
            encoded.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if is_literal {
            encoded.push(octet);
        } else {
            encoded.extend_from_slice(format!("={octet:02X}").as_bytes());
        }
        column += width;
    }
    encoded
}
