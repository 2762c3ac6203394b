//! What must hold of any octets: one body for a fuzzer and for a property test alike.
//!
//! A body takes what it is given, however odd, and panics if the code under it breaks a promise. Fuzzers call it from
//! `fuzz/`, property tests from here.

use super::{ReplyParser, Transparency, wire_size};
use crate::limits::{MAIL_DATA_LINE_OCTETS_MAX, REPLY_LINE_OCTETS_MAX, REPLY_LINES_MAX};

/// Replies do not depend on how their octets are cut, and keep their limits. The first octet says how long the pieces
/// are.
///
/// # Panics
///
/// If the reader gives something else for pieces than for the whole, or more than its limits allow.
pub fn replies(octets: &[u8]) {
    let Some((&piece, octets)) = octets.split_first() else { return };
    let whole = read(octets, octets.len().max(1));
    let pieces = read(octets, usize::from(piece).max(1));
    assert_eq!(whole, pieces, "in pieces of {piece}");
    for text in whole.0.iter().flatten() {
        assert!(text.len() <= 3 * REPLY_LINE_OCTETS_MAX, "a line of {} octets", text.len());
        assert!(!text.contains("\r\n"), "a line end inside {text:?}");
    }
    assert!(whole.0.iter().all(|reply| (1..=REPLY_LINES_MAX).contains(&reply.len())));
}

/// The replies in `octets`, their text line by line, and the mistake that ended the reading.
fn read(octets: &[u8], piece: usize) -> (Vec<Vec<String>>, Option<String>) {
    let (mut parser, mut replies) = (ReplyParser::default(), Vec::new());
    for piece in octets.chunks(piece) {
        parser.push(piece);
        loop {
            match parser.next_reply() {
                Ok(Some(reply)) => replies.push(reply.text),
                Ok(None) => break,
                Err(error) => return (replies, Some(error.to_string())),
            }
        }
    }
    (replies, None)
}

/// Mail data on the wire has no bare CR or LF, no line that is too long, no line that ends it early, and the size that
/// was declared. The first octet says how long the pieces are in which it is written.
///
/// # Panics
///
/// If one of these does not hold.
pub fn mail_data(octets: &[u8]) {
    let Some((&piece, octets)) = octets.split_first() else { return };
    let (mut transparency, mut wire) = (Transparency::new(), Vec::new());
    let mut out = |octets: &[u8]| wire.extend_from_slice(octets);
    for piece in octets.chunks(usize::from(piece).max(1)) {
        transparency.push(piece, &mut out);
    }
    transparency.finish(&mut out);
    assert!(wire.is_empty() || wire.ends_with(b"\r\n"), "the last line has no end");
    let lines = wire.split(|&octet| octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut size = 0_u64;
    for line in lines.take(memchr::memchr_iter(b'\n', &wire).count()) {
        assert!(!line.contains(&b'\r'), "a bare CR in {line:?}");
        assert_ne!(line, b".", "a lone dot");
        let text = line.strip_prefix(b".").unwrap_or(line);
        assert!(text.len() <= MAIL_DATA_LINE_OCTETS_MAX, "a line of {} octets", text.len());
        size += text.len() as u64 + 2;
    }
    assert_eq!(
        memchr::memmem::find_iter(&wire, b"\r\n").count(),
        memchr::memchr_iter(b'\n', &wire).count(),
        "a bare LF"
    );
    assert_eq!(wire_size(&[octets]), size, "the declared size");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn octets(alphabet: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
        let octet = prop_oneof![9 => proptest::sample::select(alphabet), 1 => any::<u8>()];
        proptest::collection::vec(octet, 0..200)
    }

    proptest! {
        #[test]
        fn any_octets_are_read_as_replies_in_any_pieces(octets in octets(b"250 -\r\n\r\n45")) {
            replies(&octets);
        }

        #[test]
        fn any_octets_become_lawful_mail_data(octets in octets(b".\r\n\r\nab"), long in 0_usize..2500) {
            mail_data(&octets);
            mail_data(&[octets.as_slice(), &vec![b'x'; long], &octets].concat());
        }
    }
}
