//! Delivery status notifications, as far as claims ask for them (RFC 3461, RFC 3464).
//!
//! MTAs write them differently: fields in any order and letter case, addresses with a blank before them or none,
//! boundaries quoted or not, parts in 7 bits or in base64. A failure notice without the part for machines is known by
//! the header field with which Exim names the recipients.
//!
//! # Not here
//!
//! Notices in words alone, as qmail writes them: what they say cannot be told from what they quote.

#[cfg(test)]
mod tests;

use base64::Engine as _;

use super::{convert::split_header, message::fields};
use crate::claim::ast::NoticeKind;

/// What a notification says of one recipient (RFC 3464 §2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientStatus {
    /// Original-Recipient and Final-Recipient, without their address type.
    pub addresses: Vec<String>,
    /// Action, if it is one that a claim can ask for.
    pub kind: Option<NoticeKind>,
    /// Status: `5.1.1`.
    pub status: String,
    /// Diagnostic-Code, as it stands.
    pub diagnostic: String,
}

/// What a message says of its recipients, if it is a `multipart/report` with a `message/delivery-status`, or has
/// `X-Failed-Recipients`. Empty for any other message.
#[must_use]
pub fn recipients(message: &[u8]) -> Vec<RecipientStatus> {
    match delivery_status(message, DEPTH_MAX) {
        Some(status) => groups(&status),
        None => named_as_failed(message),
    }
}

/// What `X-Failed-Recipients` says: no status, and for a diagnostic there are the words of the message.
fn named_as_failed(message: &[u8]) -> Vec<RecipientStatus> {
    let (header, body) = split_header(message);
    let words = String::from_utf8_lossy(body);
    let named = fields(header).into_iter().filter(|field| field.is("X-Failed-Recipients"));
    named
        .flat_map(|field| {
            let value = String::from_utf8_lossy(&field.value()).into_owned();
            value.split(',').map(|address| address.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|address| !address.is_empty())
        .map(|address| RecipientStatus {
            addresses: vec![address],
            kind: Some(NoticeKind::Failure),
            status: String::new(),
            diagnostic: words.clone().into_owned(),
        })
        .collect()
}

/// How deep parts may lie within parts.
const DEPTH_MAX: u8 = 4;

/// The content of the first `message/delivery-status` part.
fn delivery_status(entity: &[u8], depth: u8) -> Option<Vec<u8>> {
    let (header, body) = split_header(entity);
    let value = |name: &str| {
        let field = fields(header).into_iter().find(|field| field.is(name))?;
        Some(String::from_utf8_lossy(&field.value()).into_owned())
    };
    let content_type = value("Content-Type")?;
    let media_type = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match media_type.as_str() {
        "message/delivery-status" | "message/global-delivery-status" => {
            let encoding = value("Content-Transfer-Encoding").unwrap_or_default();
            Some(decoded(body, encoding.trim()))
        }
        _ if media_type.starts_with("multipart/") && depth > 0 => {
            let boundary = parameter(&content_type, "boundary")?;
            parts(body, &boundary).into_iter().find_map(|part| delivery_status(part, depth - 1))
        }
        _ => None,
    }
}

fn decoded(body: &[u8], encoding: &str) -> Vec<u8> {
    if !encoding.eq_ignore_ascii_case("base64") {
        return body.to_vec();
    }
    let letters: Vec<u8> = body.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(letters).unwrap_or_default()
}

/// The value of a parameter of a structured field, unquoted. A semicolon within quotes ends nothing.
fn parameter(value: &str, name: &str) -> Option<String> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let mut parameters = value.split(move |letter| {
        let ends = letter == ';' && !is_quoted;
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        ends
    });
    parameters.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim();
        let value = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\\\\", "\u{0}").replace('\\', "").replace('\u{0}', "\\"),
            None => value.to_owned(),
        };
        key.trim().eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The entities between the lines of a boundary (RFC 2046 §5.1.1). A last one that no line ends is there, too: a long
/// notification is not kept whole.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let line = format!("--{boundary}");
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&body[at..], line.as_bytes()) {
        let place = at + found;
        if place == 0 || body[..place].ends_with(b"\n") {
            starts.push(place);
        }
        at = place + line.len();
    }
    starts
        .iter()
        .enumerate()
        .filter_map(|(number, &start)| {
            let end = starts.get(number + 1).copied().unwrap_or(body.len());
            let part = &body[start + line.len()..end];
            if part.starts_with(b"--") {
                return None;
            }
            let content = memchr::memchr(b'\n', part)? + 1;
            Some(&part[content..])
        })
        .collect()
}

/// The groups of fields of a delivery status that name a recipient.
fn groups(status: &[u8]) -> Vec<RecipientStatus> {
    let mut left = status;
    let mut groups = Vec::new();
    while !left.is_empty() {
        let (group, rest) = split_header(left);
        let fields = fields(group);
        let value = |name: &str| {
            let field = fields.iter().find(|field| field.is(name))?;
            Some(String::from_utf8_lossy(&field.value()).into_owned())
        };
        let addresses: Vec<String> = ["Original-Recipient", "Final-Recipient"]
            .iter()
            .filter_map(|name| value(name))
            .map(|value| address(&value))
            .collect();
        if !addresses.is_empty() {
            let status = value("Status").unwrap_or_default();
            groups.push(RecipientStatus {
                addresses,
                kind: value("Action").and_then(|action| kind(&action)),
                status: status.split_ascii_whitespace().next().unwrap_or("").to_owned(),
                diagnostic: value("Diagnostic-Code").unwrap_or_default(),
            });
        }
        left = rest;
    }
    groups
}

/// The address behind its type, without brackets. Of the type `utf-8` it may be escaped (RFC 6533 §3).
fn address(value: &str) -> String {
    let (kind, address) = value.split_once(';').unwrap_or(("", value));
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    if kind.trim().eq_ignore_ascii_case("utf-8") { unescaped(address) } else { address.to_owned() }
}

/// Text with the letter for each `\x{F6}`.
fn unescaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\x{") {
        let letter = rest[at..].find('}').and_then(|end| {
            let number = u32::from_str_radix(&rest[at + 3..at + end], 16).ok()?;
            Some((char::from_u32(number)?, at + end + 1))
        });
        let (text, next) = match letter {
            Some((letter, next)) => (letter.to_string(), next),
            None => ("\\x{".to_owned(), at + 3),
        };
        found.push_str(&rest[..at]);
        found.push_str(&text);
        rest = &rest[next..];
    }
    found.push_str(rest);
    found
}

fn kind(action: &str) -> Option<NoticeKind> {
    match action.split_ascii_whitespace().next()?.to_ascii_lowercase().as_str() {
        "delayed" => Some(NoticeKind::Delay),
        "failed" => Some(NoticeKind::Failure),
        "relayed" => Some(NoticeKind::Relay),
        _ => None,
    }
}
