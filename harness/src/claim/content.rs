//! What a claim finds in mail data: header fields, bodies, octets, and credentials.
//!
//! All mail data that reached a host whole is looked at, also what the host then refused: a header that must not leave
//! has left.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use super::ast::{HeaderValue, Pattern};
use crate::trace::{convert::split_header, message::fields, submitted::Submitted, view::Data};

/// What was seen, if the header section has what is asked.
pub(super) fn header(data: &Data<'_>, name: &str, value: &HeaderValue, from: Option<&Submitted<'_>>) -> Option<String> {
    let theirs = fields(&data.facts.header.0);
    let mut own = theirs.iter().filter(|field| field.is(name));
    match value {
        HeaderValue::Any => own.next().map(|field| format!("`{}`", text(field.octets))),
        HeaderValue::Pattern(pattern) => {
            own.find(|field| pattern.matches(&field.value())).map(|field| format!("`{}`", text(field.octets)))
        }
        HeaderValue::Unchanged => {
            let submitted = fields(&from?.facts.header.0);
            let mut wanted = submitted.iter().filter(|field| field.is(name)).peekable();
            wanted.peek()?;
            wanted.all(|field| theirs.iter().any(|own| own.octets == field.octets)).then(|| format!("{name} unchanged"))
        }
    }
}

/// Whether a message that went in had a field of this name.
pub(super) fn had_header(from: &Submitted<'_>, name: &str) -> bool {
    fields(&from.facts.header.0).iter().any(|field| field.is(name))
}

/// What was seen, if the body is as asked; no pattern: unchanged.
pub(super) fn body(data: &Data<'_>, pattern: Option<&Pattern>, from: Option<&Submitted<'_>>) -> Option<String> {
    let Some(pattern) = pattern else {
        let from = from?;
        let same = data.facts.body_size == from.facts.body_size && data.facts.body_sha256 == from.facts.body_sha256;
        return same.then(|| "the body unchanged".to_owned());
    };
    let (head, tail) = (data.content.first()?, data.content.get(1));
    let body = split_header(head).1;
    let trimmed = body.strip_suffix(b"\r\n").unwrap_or(body);
    let found = pattern.matches(body)
        || pattern.matches(trimmed)
        || tail
            .is_some_and(|tail| pattern.matches(tail) || pattern.matches(tail.strip_suffix(b"\r\n").unwrap_or(tail)));
    found.then(|| "the body".to_owned())
}

/// What was seen, if the header section, the body or all of it matches.
pub(super) fn octets(data: &Data<'_>, pattern: &Pattern) -> Option<String> {
    let header = &data.facts.header.0;
    let found = pattern.matches(header)
        || data.content.iter().any(|piece| pattern.matches(piece) || pattern.matches(split_header(piece).1));
    found.then(|| "these octets".to_owned())
}

/// Whether octets hold a secret: raw, or in base64 in any of the three ways in which it can lie within a longer text,
/// with line ends or without.
pub(crate) fn holds_secret(octets: &[u8], secret: &[u8]) -> bool {
    if secret.is_empty() {
        return false;
    }
    let joined: Vec<u8> = octets.iter().copied().filter(|octet| !matches!(octet, b'\r' | b'\n')).collect();
    let holds = |needle: &[u8]| {
        !needle.is_empty()
            && (memchr::memmem::find(octets, needle).is_some() || memchr::memmem::find(&joined, needle).is_some())
    };
    if holds(secret) {
        return true;
    }
    (0..3_usize).any(|shift| {
        let padded = [vec![0; shift], secret.to_vec()].concat();
        let encoded = STANDARD_NO_PAD.encode(&padded);
        // Letters that hold bits of what stands before or behind depend on it.
        let (start, end) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
        encoded.get(start..end).is_some_and(|needle| holds(needle.as_bytes()))
    })
}

fn text(octets: &[u8]) -> String {
    let text: String = octets.iter().map(|&octet| char::from(octet)).collect();
    text.replace("\r\n", "\\r\\n")
}
