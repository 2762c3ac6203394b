//! The `zone` fence: records, a line each, that nobody can mistake for the real ones.

use std::{net::IpAddr, time::Duration};

use hickory_server::proto::rr::{Name, RData, Record};
use mtaspec_fake_dns::zone::{parse_record, record_line};

use super::{
    Line, LineMistake,
    model::ZoneSet,
    names::{DOCUMENTATION_RANGES, Names, RESERVED_NAMES, address_fault, host_name},
    organisation::OrganisationSpec,
    words::{expecting, mistake, mistake_of, words},
};

/// A record, and from when it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timed {
    /// From when.
    pub(super) at: Duration,
    /// What.
    pub(super) record: Record,
}

/// Reads the lines of one fence; blank ones and comments say nothing.
pub(super) fn read(
    lines: &[(u32, String)],
    at: Duration,
    names: Names<'_>,
    mistakes: &mut Vec<LineMistake>,
) -> Vec<Timed> {
    let mut found = Vec::new();
    for (number, text) in lines {
        let line = Line { text, number: *number };
        if text.trim().is_empty() || text.trim_start().starts_with(';') {
            continue;
        }
        match parse_record(text) {
            Ok(record) => match fault(line, &record, names) {
                None => found.push(Timed { at, record }),
                Some(wrong) => mistakes.push(wrong),
            },
            Err(error) => {
                let message = error.to_string();
                mistakes.push(match error.span() {
                    Some(span) => mistake(line, span, message),
                    None => mistake_of(line, message),
                });
            }
        }
    }
    found
}

/// Every server but the judged one is a host of the world, and its name has its address, unless the page says otherwise.
pub(super) fn add_servers(records: &mut Vec<Timed>, organisation: &OrganisationSpec) {
    for server in organisation.servers.iter().skip(1) {
        if records.iter().any(|timed| plain_name(&timed.record.name) == server.name) {
            continue;
        }
        let record_type = if server.address.is_ipv4() { "A" } else { "AAAA" };
        // A name of a world is a name of DNS, and the address was read: there is nothing to refuse.
        if let Ok(record) = parse_record(&format!("{}. {record_type} {}", server.name, server.address)) {
            records.push(Timed { at: Duration::ZERO, record });
        }
    }
}

/// The record sets by time, and in page order within.
pub(super) fn sets(records: &[Timed]) -> Vec<ZoneSet> {
    let mut sets: Vec<ZoneSet> = Vec::new();
    for timed in records {
        let text = record_line(&timed.record);
        match sets.iter_mut().find(|set| set.at == timed.at) {
            Some(set) => set.records.push(text),
            None => sets.push(ZoneSet { at: timed.at, records: vec![text] }),
        }
    }
    sets.sort_by_key(|set| set.at);
    sets
}

/// A name as claims write it.
pub(super) fn plain_name(name: &Name) -> String {
    host_name(&name.to_ascii())
}

/// The address of an A or AAAA record.
pub(super) fn address(record: &Record) -> Option<IpAddr> {
    match &record.data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    }
}

/// The first name or address of a record that could really be mailed or dialled, or that is taken.
fn fault(line: Line<'_>, record: &Record, names: Names<'_>) -> Option<LineMistake> {
    let (part, message, allowed): (_, _, &[&str]) = match (real_name(record, names), address(record)) {
        (Some(name), _) => (name.clone(), real(&name), &RESERVED_NAMES),
        (None, Some(address)) => (address.to_string(), own_address_fault(address)?, &DOCUMENTATION_RANGES),
        (None, None) => return None,
    };
    Some(expecting(mistake(line, place(line, &part), message), allowed.iter().copied()))
}

/// What of a record could really be mailed or dialled, in words.
pub(super) fn reality(record: &Record) -> Option<String> {
    real_name(record, Names::default()).map(|name| real(&name)).or_else(|| address(record).and_then(own_address_fault))
}

fn real(name: &str) -> String {
    format!("`{name}` could really be mailed or dialled")
}

/// The first name of a record that somebody could have.
fn real_name(record: &Record, names: Names<'_>) -> Option<String> {
    let target = match &record.data {
        RData::CNAME(target) => Some(&target.0),
        RData::MX(mx) => Some(&mx.exchange),
        RData::NS(target) => Some(&target.0),
        RData::PTR(target) => Some(&target.0),
        RData::SRV(srv) => Some(&srv.target),
        _ => None,
    };
    // The root as a target is no name: a null MX (RFC 7505 §3).
    let target = target.filter(|target| !target.is_root()).map(plain_name);
    let is_nowhere = |name: &String| names.may_use(name) || is_own_machine(name) || is_address_as_name(name);
    let owner = Some(plain_name(&record.name)).filter(|name| !names.may_use(name));
    owner.or_else(|| target.filter(|name| !is_nowhere(name)))
}

/// The name by which every machine calls itself (RFC 6761 §6.3).
fn is_own_machine(name: &str) -> bool {
    name == "localhost"
}

/// An address where a name should stand: a mistake that zones really have.
fn is_address_as_name(name: &str) -> bool {
    name.parse().is_ok_and(|address| address_fault(address).is_none())
}

/// As [`address_fault`], with the addresses by which a machine reaches itself allowed.
fn own_address_fault(address: IpAddr) -> Option<String> {
    if address.is_loopback() { None } else { address_fault(address) }
}

/// Where a name or an address stands in a line.
fn place(line: Line<'_>, wanted: &str) -> std::ops::Range<usize> {
    let all = words(line.text);
    let found = all.iter().find(|word| host_name(word.text) == wanted).or(all.last());
    found.map_or(0..0, super::words::Word::span)
}
