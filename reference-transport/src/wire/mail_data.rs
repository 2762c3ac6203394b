//! Mail data as it goes over the wire: line ends, line length, transparency.

use memchr::memchr2;

use crate::limits::MAIL_DATA_LINE_OCTETS_MAX;

/// The line that ends mail data, to be written behind a `<CRLF>`: RFC 5321 §4.1.1.4.
pub const END_OF_MAIL_DATA: &[u8] = b".\r\n";

/// Turns mail data into what goes over the wire, a slice at a time.
///
/// - CRLF, bare CR and bare LF each become CRLF (SES-04). A host that took a bare one for a line end could be made to
///   see an end of mail data that is none.
/// - A line that starts with a period gets a second one (RFC 5321 §4.5.2).
/// - A line longer than [`MAIL_DATA_LINE_OCTETS_MAX`] is cut, and what follows starts with a space, as Postfix does:
///   in a header that is folding, in a body it is the least harm (SES-05).
#[derive(Debug)]
pub struct Transparency {
    /// Octets of the line so far, without the period of transparency.
    column: usize,
    /// The last octet was a CR whose line end was written already: an LF now belongs to it.
    after_cr: bool,
}

impl Default for Transparency {
    fn default() -> Self {
        Self::new()
    }
}

impl Transparency {
    /// At the start of mail data.
    #[must_use]
    pub fn new() -> Self {
        Self { column: 0, after_cr: false }
    }

    /// Gives to `out`, piece by piece, what `octets` become.
    pub fn push(&mut self, octets: &[u8], out: &mut impl FnMut(&[u8])) {
        let mut rest = octets;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            let is_usual = self.column == 0 && first != b'.' && end <= MAIL_DATA_LINE_OCTETS_MAX;
            if is_usual && rest[end..].starts_with(b"\r\n") {
                let (line, behind) = rest.split_at(end + 2);
                out(line);
                rest = behind;
                continue;
            }
            let (text, behind) = rest.split_at(end);
            self.text(text, out);
            rest = behind;
            if let Some((&line_end, behind)) = rest.split_first() {
                out(b"\r\n");
                self.column = 0;
                self.after_cr = line_end == b'\r';
                rest = behind;
            }
        }
    }

    /// Gives to `out` the line end that is missing, if the last line has none.
    pub fn finish(&mut self, out: &mut impl FnMut(&[u8])) {
        if self.column > 0 {
            out(b"\r\n");
            self.column = 0;
        }
    }

    /// Text without line ends.
    fn text(&mut self, mut text: &[u8], out: &mut impl FnMut(&[u8])) {
        if self.column == 0 && text.first() == Some(&b'.') {
            out(b".");
        }
        while self.column + text.len() > MAIL_DATA_LINE_OCTETS_MAX {
            let (fits, behind) = text.split_at(MAIL_DATA_LINE_OCTETS_MAX - self.column);
            out(fits);
            out(b"\r\n ");
            self.column = 1;
            text = behind;
        }
        out(text);
        self.column += text.len();
    }
}

/// How many octets mail data has on the wire, for the SIZE parameter: with every line end as CRLF, without the
/// periods of transparency and without the line that ends it (RFC 1870 §5).
#[must_use]
pub fn wire_size(parts: &[&[u8]]) -> u64 {
    let (mut transparency, mut octets, mut periods) = (Transparency::new(), 0_u64, 0_u64);
    let mut count = |piece: &[u8]| octets += piece.len() as u64;
    let mut at_line_start = true;
    for part in parts {
        transparency.push(part, &mut count);
        periods += u64::from(at_line_start && part.first() == Some(&b'.'));
        periods += memchr::memmem::find_iter(part, b"\n.").count() as u64;
        periods += memchr::memmem::find_iter(part, b"\r.").count() as u64;
        if let Some(last) = part.last() {
            at_line_start = matches!(last, b'\r' | b'\n');
        }
    }
    transparency.finish(&mut count);
    octets - periods
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stuffed(parts: &[&[u8]]) -> Vec<u8> {
        let (mut transparency, mut out) = (Transparency::new(), Vec::new());
        let mut take = |piece: &[u8]| out.extend_from_slice(piece);
        for part in parts {
            transparency.push(part, &mut take);
        }
        transparency.finish(&mut take);
        out
    }

    /// Lines first, then each line by itself: slow, and obviously right.
    fn model(octets: &[u8]) -> (Vec<u8>, u64) {
        let text: String = octets.iter().map(|&octet| char::from(octet)).collect();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut lines: Vec<&str> = text.split('\n').collect();
        if lines.last() == Some(&"") {
            lines.pop();
        }
        let (mut out, mut size) = (Vec::new(), 0);
        for line in lines {
            let mut line: Vec<u8> = line.chars().map(|c| c as u8).collect();
            let mut cut = Vec::new();
            while line.len() > MAIL_DATA_LINE_OCTETS_MAX {
                let mut behind = line.split_off(MAIL_DATA_LINE_OCTETS_MAX);
                behind.insert(0, b' ');
                cut.push(std::mem::replace(&mut line, behind));
            }
            cut.push(line);
            for line in cut {
                size += line.len() as u64 + 2;
                if line.first() == Some(&b'.') {
                    out.push(b'.');
                }
                out.extend(line);
                out.extend(b"\r\n");
            }
        }
        (out, size)
    }

    #[track_caller]
    fn check(octets: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&stuffed(&[octets.as_bytes()])), expected, "{octets:?}");
    }

    #[test]
    fn every_line_end_becomes_crlf() {
        check("a\rb\nc\r\nd\n\re\r\r\nf", "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n\r\nf\r\n");
        check("", "");
        check("\n.\n", "\r\n..\r\n");
        check("a\n.\rb\r.\r\n", "a\r\n..\r\nb\r\n..\r\n");
    }

    #[test]
    fn periods_are_doubled_at_the_start_of_a_line_alone() {
        check(".\r\n..\r\na.\r\n.a", "..\r\n...\r\na.\r\n..a\r\n");
    }

    #[test]
    fn no_line_is_longer_than_the_limit() {
        let long = "x".repeat(2 * MAIL_DATA_LINE_OCTETS_MAX);
        let out = stuffed(&[long.as_bytes()]);
        assert!(out.split(|&octet| octet == b'\n').all(|line| line.len() <= MAIL_DATA_LINE_OCTETS_MAX + 1));
        check(&"x".repeat(998), &format!("{}\r\n", "x".repeat(998)));
    }

    proptest! {
        #[test]
        fn any_cut_gives_what_the_model_gives(
            octets in proptest::collection::vec(prop_oneof![Just(b'.'), Just(b'\r'), Just(b'\n'), Just(b'a')], 0..80),
            long in 0_usize..1200,
            cut in 0_usize..1300,
        ) {
            let mut octets = octets;
            octets.splice(octets.len() / 2..octets.len() / 2, std::iter::repeat_n(b'x', long));
            let (now, later) = octets.split_at(cut.min(octets.len()));
            let (out, size) = model(&octets);
            prop_assert_eq!(wire_size(&[now, later]), size);
            prop_assert_eq!(stuffed(&[now, later]), out);
        }
    }
}
