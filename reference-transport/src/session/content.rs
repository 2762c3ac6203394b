//! What a session sends as mail data, and what that asks of a host.

use std::sync::Arc;

use crate::wire::wire_size;

/// The body of a message, looked through once and shared by all who send it, whatever header they put on top.
#[derive(Clone, Debug)]
pub struct Body {
    octets: Arc<Vec<u8>>,
    start: usize,
    size: u64,
    is_ascii: bool,
}

impl Body {
    /// What stands in `octets` from `start` on, which must be the start of a line.
    #[must_use]
    pub fn new(octets: Arc<Vec<u8>>, start: usize) -> Self {
        let own = octets.get(start..).unwrap_or_default();
        let (size, is_ascii) = (wire_size(&[own]), own.is_ascii());
        Self { octets, start, size, is_ascii }
    }

    /// Its octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.get(self.start..).unwrap_or_default()
    }

    /// All octets of the message that it is the body of, and where among them it starts.
    #[must_use]
    pub fn whole(&self) -> (&Arc<Vec<u8>>, usize) {
        (&self.octets, self.start)
    }

    /// Octets on the wire: RFC 1870 §5.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// A message as it shall be sent: a header of its own, and a body that is shared.
#[derive(Clone, Debug)]
pub struct Content {
    head: Vec<u8>,
    body: Body,
    size: u64,
    body_type: BodyType,
}

/// What the octets of a message ask of a host.
#[expect(clippy::exhaustive_enums, reason = "RFC 6152 and RFC 3030 have these three")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyType {
    /// ASCII in lines.
    SevenBit,
    /// Octets above 127 in lines: 8BITMIME (RFC 6152).
    EightBit,
    /// A part that says `Content-Transfer-Encoding: binary`: BINARYMIME, and so CHUNKING (RFC 3030 §3).
    Binary,
}

impl Content {
    /// A message of `head`, which ends with the empty line, and of `body`.
    #[must_use]
    pub fn new(head: Vec<u8>, body: Body) -> Self {
        let body_type = body_type(&head, &body);
        let size = match body_type {
            BodyType::Binary => (head.len() + body.octets().len()) as u64,
            BodyType::EightBit | BodyType::SevenBit => wire_size(&[&head]) + body.size,
        };
        Self { head, body, size, body_type }
    }

    /// What it asks of a host.
    #[must_use]
    pub fn body_type(&self) -> BodyType {
        self.body_type
    }

    /// Octets on the wire: RFC 1870 §5.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its header, with the empty line.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Its octets, in order.
    #[must_use]
    pub fn parts(&self) -> [&[u8]; 2] {
        [&self.head, self.body.octets()]
    }
}

/// Whether a part, or the message itself, says that it is binary; else whether it has octets above 127.
fn body_type(head: &[u8], body: &Body) -> BodyType {
    const FIELD: &[u8] = b"content-transfer-encoding:";
    let says_binary = |line: &[u8]| {
        line.get(..FIELD.len()).is_some_and(|name| name.eq_ignore_ascii_case(FIELD))
            && line[FIELD.len()..].trim_ascii().eq_ignore_ascii_case(b"binary")
    };
    let lines = |octets: &'_ [u8]| octets.split(|&octet| octet == b'\n').any(says_binary);
    if lines(head) || (field_names_parts(head) && lines(body.octets())) {
        return BodyType::Binary;
    }
    if head.is_ascii() && body.is_ascii { BodyType::SevenBit } else { BodyType::EightBit }
}

/// Whether the message has parts, each with a header of its own (RFC 2046 §5.1).
fn field_names_parts(head: &[u8]) -> bool {
    const FIELD: &[u8] = b"content-type:";
    head.split(|&octet| octet == b'\n').any(|line| {
        line.get(..FIELD.len()).is_some_and(|name| name.eq_ignore_ascii_case(FIELD))
            && line[FIELD.len()..]
                .trim_ascii_start()
                .get(..10)
                .is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/"))
    })
}
