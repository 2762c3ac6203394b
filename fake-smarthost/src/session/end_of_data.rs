//! Where mail data ends: at CRLF, dot, CRLF, and nowhere else (RFC 5321 §4.1.1.4).

use memchr::memmem;

const END: &[u8] = b"\r\n.\r\n";

/// What can be said of octets of mail data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// So many octets are mail data; what follows them, if anything, needs more octets to be known.
    Data(usize),
    /// So many octets are mail data, and so many more are the end-of-data line.
    End(usize, usize),
}

/// Where a line begins, seen from the octets that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    LineStart,
    MidLine,
}

/// Looks for the end of mail data in `octets`, which begin at `at`.
///
/// The CRLF in front of the dot belongs to the message.
pub(crate) fn scan(octets: &[u8], at: At) -> Scan {
    if at == At::LineStart {
        if octets.starts_with(&END[2..]) {
            return Scan::End(0, END.len() - 2);
        }
        if END[2..].starts_with(octets) {
            return Scan::Data(0);
        }
    }
    match memmem::find(octets, END) {
        Some(found) => Scan::End(found + 2, END.len() - 2),
        None => Scan::Data(octets.len() - held_back(octets)),
    }
}

/// Octets at the end that may be the start of the end.
fn held_back(octets: &[u8]) -> usize {
    (1..END.len()).rev().find(|length| octets.ends_with(&END[..*length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Feeds `wire` in pieces; the mail data and what was left behind the end-of-data line.
    fn read(wire: &[u8], cuts: &[usize]) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut buffer, mut data, mut at) = (Vec::new(), Vec::new(), At::LineStart);
        let mut left = wire;
        for cut in cuts.iter().copied().chain([wire.len()]) {
            let (piece, rest) = left.split_at(cut.min(left.len()));
            left = rest;
            buffer.extend_from_slice(piece);
            let (taken, end) = match scan(&buffer, at) {
                Scan::Data(taken) => (taken, None),
                Scan::End(taken, line) => (taken, Some(line)),
            };
            data.extend(buffer.drain(..taken));
            if data.len() >= 2 || taken > 0 {
                at = if data.ends_with(b"\r\n") { At::LineStart } else { At::MidLine };
            }
            if let Some(line) = end {
                buffer.drain(..line);
                return Some((data, [buffer.as_slice(), left].concat()));
            }
        }
        None
    }

    proptest! {
        #[test]
        fn the_end_is_the_first_crlf_dot_crlf(
            wire in proptest::collection::vec(proptest::sample::select(b"\r\n.\r\n.a".to_vec()), 0..40),
            cuts in proptest::collection::vec(0_usize..4, 0..40),
        ) {
            let lined = [b"\r\n".as_slice(), &wire].concat();
            let expected = lined.windows(5).position(|five| five == END)
                .map(|at| (lined[2..at + 2].to_vec(), lined[at + 5..].to_vec()));
            prop_assert_eq!(read(&wire, &cuts), expected);
        }
    }
}
