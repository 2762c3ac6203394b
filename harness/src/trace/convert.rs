//! What a fake host knows of a message, turned into what a trace keeps of it.

use std::fmt::Write as _;

use mtaspec_fake_smarthost::mail_data::{self, HEAD_TAIL_OCTETS, HEADER_OCTETS_MAX, Kept, MailData, WHOLE_OCTETS_MAX};

use super::{
    digest::Digest,
    event::{KeptOctets, MessageFacts},
};

impl From<&MailData> for MessageFacts {
    fn from(data: &MailData) -> Self {
        Self {
            size: data.size,
            sha256: Digest::from(&data.sha256),
            header: data.header.clone().into(),
            body_size: data.body_size,
            body_sha256: Digest::from(&data.body_sha256),
            longest_line: data.longest_line,
            bare_cr: data.bare_cr,
            bare_lf: data.bare_lf,
            above_127: data.above_127,
        }
    }
}

impl From<&mail_data::Digest> for Digest {
    fn from(digest: &mail_data::Digest) -> Self {
        if digest.is_known() {
            return hexadecimal(&digest.octets()).into();
        }
        let digest = digest.clone();
        Self::worked_out(move || digest.octets())
    }
}

impl From<&MailData> for KeptOctets {
    fn from(data: &MailData) -> Self {
        Self::from(&data.wire)
    }
}

impl From<&Kept> for KeptOctets {
    fn from(kept: &Kept) -> Self {
        match kept {
            Kept::Ends { head, tail } => Self::Ends { head: head.clone().into(), tail: tail.clone().into() },
            Kept::Whole(octets) => Self::Whole(octets.clone().into()),
            // A kind of keeping that this judge does not know: nothing is claimed of it.
            _ => Self::Ends { head: Vec::new().into(), tail: Vec::new().into() },
        }
    }
}

impl KeptOctets {
    /// Keeps `octets` whole up to 64 KiB, both ends of more, as the hosts do.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        if octets.len() <= WHOLE_OCTETS_MAX {
            return Self::Whole(octets.to_vec().into());
        }
        let (head, tail) = (&octets[..HEAD_TAIL_OCTETS], &octets[octets.len() - HEAD_TAIL_OCTETS..]);
        Self::Ends { head: head.to_vec().into(), tail: tail.to_vec().into() }
    }

    /// The pieces that were kept: one, or a head and a tail.
    #[must_use]
    pub fn pieces(&self) -> Vec<&[u8]> {
        match self {
            Self::Ends { head, tail } => vec![&head.0, &tail.0],
            Self::Whole(octets) => vec![&octets.0],
        }
    }
}

impl MessageFacts {
    /// The facts of a message that is at hand as a whole, as a host counts them.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        Self::counted(octets, Digest::of(octets), Digest::of(split_header(octets).1))
    }

    /// The same, with digests that are worked out from what `give` hands over, which must be these octets, once they
    /// are read.
    #[must_use]
    pub fn digested_later<G>(octets: &[u8], give: G) -> Self
    where
        G: FnOnce(&mut dyn FnMut(&[u8])) + Clone + Send + 'static,
    {
        let body_start = octets.len() - split_header(octets).1.len();
        let body = give.clone();
        let body = Digest::later(move |take| {
            let mut before = body_start;
            body(&mut |piece| {
                let skipped = before.min(piece.len());
                before -= skipped;
                take(&piece[skipped..]);
            });
        });
        Self::counted(octets, Digest::later(give), body)
    }

    fn counted(octets: &[u8], sha256: Digest, body_sha256: Digest) -> Self {
        let (header, body) = split_header(octets);
        let (mut line_ends, mut bare_lf, mut longest, mut start) = (0, 0, 0, 0);
        for at in memchr::memchr_iter(b'\n', octets) {
            if at > 0 && octets[at - 1] == b'\r' {
                line_ends += 1;
                longest = longest.max(at - 1 - start);
                start = at + 1;
            } else {
                bare_lf += 1;
            }
        }
        Self {
            size: count(octets.len()),
            sha256,
            header: header[..header.len().min(HEADER_OCTETS_MAX)].to_vec().into(),
            body_size: count(body.len()),
            body_sha256,
            longest_line: count(longest.max(octets.len() - start)),
            bare_cr: count(memchr::memchr_iter(b'\r', octets).count() - line_ends),
            bare_lf,
            above_127: above_127(octets),
        }
    }
}

/// Octets above 127; summed in runs short enough for an octet, which is what vector instructions want.
fn above_127(octets: &[u8]) -> u64 {
    let run = |run: &[u8]| run.iter().map(|octet| octet >> 7).sum::<u8>();
    octets.chunks(usize::from(u8::MAX)).map(|octets| u64::from(run(octets))).sum()
}

/// The header section with its last line end and without the empty line, and what stands behind that line.
#[must_use]
pub fn split_header(octets: &[u8]) -> (&[u8], &[u8]) {
    if let Some(body) = octets.strip_prefix(b"\r\n") {
        return (&[], body);
    }
    match memchr::memmem::find(octets, b"\r\n\r\n") {
        Some(at) => (&octets[..at + 2], &octets[at + 4..]),
        None => (octets, &[]),
    }
}

pub(super) fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use mtaspec_fake_smarthost::mail_data::{HEADER_OCTETS_MAX, MailData};

    use super::*;

    #[track_caller]
    fn check(octets: &[u8]) {
        let facts = MessageFacts::from(&MailData::of(octets));
        assert_eq!(MessageFacts::of(octets), facts);
        let own = octets.to_vec();
        let later = MessageFacts::digested_later(octets, move |take| own.chunks(3).for_each(take));
        assert_eq!(later, facts);
    }

    #[test]
    fn what_goes_in_is_counted_as_what_comes_out() {
        for text in [
            "",
            "\r\n",
            "\r\n\r\n",
            "a: b\r\n\r\nbody",
            "a: b\r\n",
            "a: b\r\n\r\nlonger line\r\nshort\r\n",
            "a\nb\rc\r\r\n\r\n\n\r",
            "a: b\r\r\n\r\nx\r\n.\r\n",
            "\n\r\n\r\nx",
        ] {
            check(text.as_bytes());
        }
        check(&[b"a: \xff\r\n\r\n".to_vec(), vec![0xc3; 600], b"\x7f\x80\r\n".to_vec()].concat());
        check(&[b"a: ".to_vec(), vec![b'x'; HEADER_OCTETS_MAX], b"\r\n\r\nbody".to_vec()].concat());
    }
}
