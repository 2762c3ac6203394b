//! The part that shows what a notice is about: the header of the message, or all of it (RFC 3461 §6.2).
//!
//! Both are shown as every next hop would see them that is owed nothing: without the three families (HDR-16).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Occasion, RETURNED_OCTETS_MAX, text::quoted_printable};
use crate::{dsn::Return, limits::MAIL_DATA_LINE_OCTETS_MAX, message::Message};

/// Octets of a line of base64, without its CRLF: RFC 2045 §6.8.
const BASE64_LINE_OCTETS: usize = 76;

/// The third part, with its header.
pub(super) fn part(message: &Message, occasion: Occasion) -> Vec<u8> {
    // Where nothing has failed, the header is enough: RFC 3461 §6.2.
    let is_failure = matches!(occasion, Occasion::Expired | Occasion::Failed);
    let whole = if is_failure && message.dsn.ret == Some(Return::Full) { whole(message) } else { None };
    whole.unwrap_or_else(|| header(message))
}

/// All of the message, unless it is too large or has a header that cannot be carried.
fn whole(message: &Message) -> Option<Vec<u8>> {
    let content = message.public_content();
    let [head, body] = content.parts();
    if head.len() + body.len() > RETURNED_OCTETS_MAX {
        return None;
    }
    let octets = [head, body].concat();
    if is_plain(&octets) {
        return Some([b"Content-Type: message/rfc822\r\n\r\n", octets.as_slice()].concat());
    }
    // Of message/rfc822 no encoding is allowed that would make it plain (RFC 2046 §5.2.1), of message/global any is
    // (RFC 6532 §3.7).
    std::str::from_utf8(head).is_ok().then(|| {
        let mut part = b"Content-Type: message/global\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
        for line in STANDARD.encode(&octets).as_bytes().chunks(BASE64_LINE_OCTETS) {
            part.extend_from_slice(line);
            part.extend_from_slice(b"\r\n");
        }
        part
    })
}

/// The header: RFC 6522 §4.
fn header(message: &Message) -> Vec<u8> {
    let header = message.public_header();
    if is_plain(&header) {
        return [b"Content-Type: text/rfc822-headers\r\n\r\n", header.as_slice()].concat();
    }
    let mut part = b"Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".to_vec();
    part.extend_from_slice(&quoted_printable(&header));
    part
}

/// Whether octets can stand in a notice as they are: 7 bits, CRLF alone, no line too long, no NUL (RFC 5321 §4.5.2, RFC
/// 2045 §2.7).
fn is_plain(octets: &[u8]) -> bool {
    let mut start = 0;
    let mut ends = memchr::memmem::find_iter(octets, b"\r\n").chain([octets.len()]);
    ends.all(|end| {
        let line = &octets[start..end];
        start = octets.len().min(end + 2);
        let is_text = |octet: &u8| octet.is_ascii() && !matches!(octet, b'\r' | b'\n' | 0);
        line.len() <= MAIL_DATA_LINE_OCTETS_MAX && line.iter().all(is_text)
    })
}
