//! The header firewall: header fields that a next hop may not see are left out of what it is sent.
//!
//! It runs for each session, on the header of the message alone (HDR-10, HDR-12). It works on octets: what it keeps, it
//! keeps as it is, in its order, whether or not it is well formed.

pub mod check;

use crate::connector::{CrossPremises, HeaderRights};

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
        if !continues(line) {
            keeps = allows(rights, field_name(line));
        }
        if keeps {
            kept.extend_from_slice(line);
        }
    }
    kept
}

/// The header as a session with these rights sends it: filtered, but for what leaves the organization under another
/// name. That is the field that marks a journal report (HDR-17), and, on the way to the organization's other half, what
/// is known of the sender (HDR-13).
pub fn outgoing(header: &[u8], rights: HeaderRights, cross_premises: CrossPremises) -> Vec<u8> {
    let mut renamed = Vec::with_capacity(header.len());
    let mut keeps = true;
    for line in lines(header) {
        let name = field_name(line);
        if !continues(line) {
            keeps = cross_premises != CrossPremises::Removed || !has_prefix(name, CROSS_PREMISES);
        }
        if !keeps {
            continue;
        }
        match outside_name(name).filter(|_| !rights.organization && !continues(line)) {
            Some(outside) if outside == JOURNAL_FIELD_OUTSIDE || cross_premises == CrossPremises::Renamed => {
                renamed.extend_from_slice(&outside);
                renamed.extend_from_slice(&line[name.len()..]);
            }
            _ => renamed.extend_from_slice(line),
        }
    }
    filter(&renamed, rights)
}

/// What a field of the organization is called elsewhere, if it is called anything there. *Our reading* of "certain
/// fields": those that say who was logged in, where and how, and how sure we are that it is spam (AMB-24).
fn outside_name(name: &[u8]) -> Option<Vec<u8>> {
    if name.eq_ignore_ascii_case(JOURNAL_FIELD) {
        return Some(JOURNAL_FIELD_OUTSIDE.to_vec());
    }
    let own = name.get(ORGANIZATION.len()..).filter(|_| has_prefix(name, ORGANIZATION))?;
    CROSSING.iter().any(|known| own.eq_ignore_ascii_case(known)).then(|| [CROSS_PREMISES, own].concat())
}

const JOURNAL_FIELD: &[u8] = b"X-MS-Exchange-Organization-Journal-Report";
const JOURNAL_FIELD_OUTSIDE: &[u8] = b"X-MS-Journal-Report";
const FOREST: &[u8] = b"X-MS-Exchange-Forest-";
const ORGANIZATION: &[u8] = b"X-MS-Exchange-Organization-";
const CROSS_PREMISES: &[u8] = b"X-MS-Exchange-CrossPremises-";
const CROSSING: [&[u8]; 5] = [b"AuthAs", b"AuthDomain", b"AuthMechanism", b"AuthSource", b"SCL"];

fn allows(rights: HeaderRights, name: &[u8]) -> bool {
    let (forest, organization) = (has_prefix(name, FOREST), has_prefix(name, ORGANIZATION));
    // `Received-SPF` is no trace field of RFC 5321 §4.4: the whole name counts. Resent fields: AMB-23.
    let routing = name.eq_ignore_ascii_case(b"Received") || has_prefix(name, b"Resent-");
    (rights.forest || !forest) && (rights.organization || !organization) && (rights.routing || !routing)
}

/// RFC 5322 §2.2.3: a line that begins with white space belongs to the field before it.
fn continues(line: &[u8]) -> bool {
    line.starts_with(b" ") || line.starts_with(b"\t")
}

fn has_prefix(name: &[u8], prefix: &[u8]) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
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
