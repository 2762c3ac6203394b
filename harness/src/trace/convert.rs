//! What a fake host knows of a message, turned into what a trace keeps of it.

use std::fmt::Write as _;

use mtaspec_fake_smarthost::mail_data::{HEAD_TAIL_OCTETS, Kept, MailData, WHOLE_OCTETS_MAX};
use sha2::{Digest as _, Sha256};

use super::event::{KeptOctets, MessageFacts};

impl From<&MailData> for MessageFacts {
    fn from(data: &MailData) -> Self {
        Self {
            size: data.size,
            sha256: hexadecimal(&data.sha256),
            header: data.header.clone().into(),
            body_size: data.body_size,
            body_sha256: hexadecimal(&data.body_sha256),
            longest_line: data.longest_line,
            bare_cr: data.bare_cr,
            bare_lf: data.bare_lf,
            above_127: data.above_127,
        }
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
    /// The facts of a message that is at hand as a whole, in CRLF line ends where it is lawful.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        let (header, body) = split_header(octets);
        let (mut bare_cr, mut bare_lf) = (0, 0);
        for (at, octet) in octets.iter().enumerate() {
            match octet {
                b'\r' if octets.get(at + 1) != Some(&b'\n') => bare_cr += 1,
                b'\n' if at == 0 || octets[at - 1] != b'\r' => bare_lf += 1,
                _ => {}
            }
        }
        let lines = octets.split(|octet| *octet == b'\n');
        let longest = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line).len()).max().unwrap_or(0);
        Self {
            size: count(octets.len()),
            sha256: digest(octets),
            header: header.to_vec().into(),
            body_size: count(body.len()),
            body_sha256: digest(body),
            longest_line: count(longest),
            bare_cr,
            bare_lf,
            above_127: count(octets.iter().filter(|octet| **octet > 127).count()),
        }
    }
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

/// SHA-256 of `octets`, in hexadecimal.
#[must_use]
pub fn digest(octets: &[u8]) -> String {
    hexadecimal(&Sha256::digest(octets))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
