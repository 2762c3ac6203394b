//! The header firewall: header fields that a next hop may not see are left out of what it is sent.
//!
//! It runs for each session, on the header of the message alone (HDR-10, HDR-12). It works on octets: what it keeps, it
//! keeps as it is, in its order, whether or not it is well formed.

use crate::connector::HeaderRights;

/// The header and the rest of a message.
///
/// The rest begins with the empty line that ends the header, so that a header of which nothing is left still ends
/// in one (HDR-11). A message without an empty line is all header.
pub fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in lines(message) {
        if matches!(line, b"\r\n" | b"\n") {
            break;
        }
        at += line.len();
    }
    message.split_at(at)
}

/// The header without the fields that `rights` do not cover (HDR-01 to HDR-04).
///
/// A folded field goes as a whole (HDR-08). Names are compared without case (HDR-07), and by the family's whole prefix
/// (HDR-09).
pub fn filter(header: &[u8], rights: HeaderRights) -> Vec<u8> {
    let mut kept = Vec::with_capacity(header.len());
    let mut keeps = true;
    for line in lines(header) {
        // RFC 5322 §2.2.3: a line that begins with white space belongs to the field before it.
        let continues = line.starts_with(b" ") || line.starts_with(b"\t");
        if !continues {
            keeps = allows(rights, field_name(line));
        }
        if keeps {
            kept.extend_from_slice(line);
        }
    }
    kept
}

/// The header as a session with these rights sends it: filtered, but for the field that marks a journal report, which
/// leaves the organization under another name (HDR-17).
pub fn outgoing(header: &[u8], rights: HeaderRights) -> Vec<u8> {
    if rights.organization {
        return filter(header, rights);
    }
    let mut renamed = Vec::with_capacity(header.len());
    for line in lines(header) {
        let name = field_name(line);
        if name.eq_ignore_ascii_case(JOURNAL_FIELD) {
            renamed.extend_from_slice(JOURNAL_FIELD_OUTSIDE);
            renamed.extend_from_slice(&line[name.len()..]);
        } else {
            renamed.extend_from_slice(line);
        }
    }
    filter(&renamed, rights)
}

const JOURNAL_FIELD: &[u8] = b"X-MS-Exchange-Organization-Journal-Report";
const JOURNAL_FIELD_OUTSIDE: &[u8] = b"X-MS-Journal-Report";

fn allows(rights: HeaderRights, name: &[u8]) -> bool {
    let is_in = |prefix: &[u8]| name.len() >= prefix.len() && name[..prefix.len()].eq_ignore_ascii_case(prefix);
    let forest = is_in(b"X-MS-Exchange-Forest-");
    let organization = is_in(b"X-MS-Exchange-Organization-");
    // `Received-SPF` is no trace field of RFC 5321 §4.4: the whole name counts. Resent fields: AMB-23.
    let routing = name.eq_ignore_ascii_case(b"Received") || is_in(b"Resent-");
    (rights.forest || !forest) && (rights.organization || !organization) && (rights.routing || !routing)
}

/// What stands before the colon; the obsolete syntax allows white space there (RFC 5322 §4.5.8).
///
/// A line without a colon is all name: who unfolds before looking for the colon would find it in the next line.
fn field_name(line: &[u8]) -> &[u8] {
    let end = memchr::memchr(b':', line).unwrap_or(line.len());
    line[..end].trim_ascii_end()
}

/// Lines with what ends them. A bare CR ends none.
fn lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    octets.split_inclusive(|&octet| octet == b'\n')
}

#[cfg(test)]
mod tests;
