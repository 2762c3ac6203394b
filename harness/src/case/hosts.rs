//! The hosts of a world: every address of its zones is one, and names that share an address share the host.
//!
//! The names of the earliest time decide. A name that moves to another address later does not take it along, so a
//! claim can tell the two hosts apart. An address with a `host` fence of its own is a host of its own.

use std::{net::IpAddr, time::Duration};

use hickory_server::proto::rr::{RData, Record};
use mtaspec_fake_smarthost::{
    Host,
    host::{CertificateKind, CertificateSpec, Posture, Property, PropertyValue},
    rule::Conditions,
};

use super::{
    model::{HostSpec, ORIGIN_ADDRESS},
    names::host_name,
    organisation::OrganisationSpec,
    words::nearest,
    zones::{Timed, address, plain_name},
};

/// The port of every host that does not say otherwise (RFC 5321 §4.5.4.2).
const PORT_DEFAULT: u16 = 25;
/// How many aliases are followed from one name.
const ALIASES_MAX: usize = 8;

/// The hosts, and what they can be called by.
#[derive(Debug)]
pub(super) struct Hosts {
    /// `origin` last.
    pub(super) all: Vec<HostSpec>,
}

impl Hosts {
    /// The hosts of these records; each of the `alone` addresses is a host of its own.
    pub(super) fn of(records: &[Timed], alone: &[IpAddr]) -> Self {
        let table = Table::of(records);
        let mut groups = table.groups();
        for address in alone {
            table.set_apart(&mut groups, *address);
        }
        let mut all: Vec<HostSpec> = groups.into_iter().map(|group| table.host(group)).collect();
        let origin = Group { names: vec!["origin".to_owned()], addresses: vec![ORIGIN_ADDRESS] };
        all.push(table.host(origin));
        Self { all }
    }

    /// Makes the hosts that play servers of the organisation what such servers are: each service listens on its own
    /// port, takes mail from Exchange servers alone, and shows the certificate that the directory knows.
    pub(super) fn employ(&mut self, organisation: &OrganisationSpec) {
        for server in organisation.servers.iter().skip(1) {
            let Some(host) = self.all.iter_mut().find(|host| host.addresses.contains(&server.address)) else {
                continue;
            };
            let mut ports = server.roles.iter().flat_map(|role| role.ports()).copied();
            host.port = ports.next().unwrap_or(PORT_DEFAULT);
            host.further_ports = ports.collect();
            let is = |value| Property { value, conditions: Conditions::default(), tag: None };
            host.host.properties.push(is(PropertyValue::Auth(Posture::ExchangeServer)));
            host.host.properties.push(is(PropertyValue::Certificate(server.certificate())));
        }
    }

    /// The host of this name or address.
    pub(super) fn position(&self, called: &str) -> Option<usize> {
        let name = host_name(called);
        let address = called.parse::<IpAddr>().ok();
        self.all.iter().position(|host| {
            host.names.contains(&name) || address.is_some_and(|address| host.addresses.contains(&address))
        })
    }

    /// The names and addresses nearest to a mistyped one.
    pub(super) fn nearest(&self, called: &str) -> Vec<String> {
        let mut all: Vec<String> = self.all.iter().flat_map(|host| host.names.iter().cloned()).collect();
        if called.parse::<IpAddr>().is_ok() || all.len() < 2 {
            all.extend(self.all.iter().flat_map(|host| host.addresses.iter().map(ToString::to_string)));
        }
        nearest(called, all.iter().map(String::as_str))
    }
}

/// Names and addresses that make one host.
#[derive(Debug)]
struct Group {
    names: Vec<String>,
    addresses: Vec<IpAddr>,
}

/// Which names have which addresses.
struct Table {
    /// Every address, in page order.
    addresses: Vec<IpAddr>,
    /// Names with the addresses that they have at first, those of addresses before aliases, wildcards left out.
    first: Vec<(String, Vec<IpAddr>)>,
    /// Names with an address that they have at some time.
    ever: Vec<(String, IpAddr)>,
}

impl Table {
    fn of(records: &[Timed]) -> Self {
        let mut table = Self { addresses: Vec::new(), first: Vec::new(), ever: Vec::new() };
        for timed in records {
            let Some(address) = address(&timed.record) else { continue };
            let name = plain_name(&timed.record.name);
            if !table.addresses.contains(&address) {
                table.addresses.push(address);
            }
            if name.starts_with('*') {
                continue;
            }
            table.ever.push((name.clone(), address));
            if Some(timed.at) == first_time(records, &name) {
                table.add_first(name, address);
            }
        }
        for timed in records {
            let RData::CNAME(_) = &timed.record.data else { continue };
            let alias = plain_name(&timed.record.name);
            let Some(target) = alias_target(records, &timed.record) else { continue };
            let ever: Vec<_> = table.ever.iter().filter(|(name, _)| *name == target).map(|(_, at)| *at).collect();
            table.ever.extend(ever.into_iter().map(|address| (alias.clone(), address)));
            if Some(timed.at) == first_time(records, &alias) {
                let first = table.first.iter().find(|(name, _)| *name == target).map(|(_, all)| all.clone());
                for address in first.into_iter().flatten() {
                    table.add_first(alias.clone(), address);
                }
            }
        }
        table
    }

    fn add_first(&mut self, name: String, address: IpAddr) {
        match self.first.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) if all.contains(&address) => {}
            Some((_, all)) => all.push(address),
            None => self.first.push((name, vec![address])),
        }
    }

    /// Names and addresses that belong together.
    fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> =
            self.addresses.iter().map(|address| Group { names: Vec::new(), addresses: vec![*address] }).collect();
        for (name, addresses) in &self.first {
            let is_of = |group: &Group| group.addresses.iter().any(|address| addresses.contains(address));
            let (mine, others): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(is_of);
            groups = others;
            let mut joined = Group { names: Vec::new(), addresses: Vec::new() };
            for group in mine {
                joined.names.extend(group.names);
                joined.addresses.extend(group.addresses);
            }
            joined.names.push(name.clone());
            groups.push(joined);
        }
        let place = |address: &IpAddr| self.addresses.iter().position(|known| known == address);
        for group in &mut groups {
            group.addresses.sort_by_key(place);
        }
        groups.sort_by_key(|group| group.addresses.first().and_then(place));
        groups
    }

    /// Makes an address a host of its own; a name that has no other goes along.
    fn set_apart(&self, groups: &mut Vec<Group>, address: IpAddr) {
        let Some(at) = groups.iter().position(|group| group.addresses.contains(&address)) else { return };
        if groups[at].addresses.len() < 2 {
            return;
        }
        let is_only = |name: &String| self.first.iter().any(|(known, all)| known == name && *all == [address]);
        let (names, left) = std::mem::take(&mut groups[at].names).into_iter().partition(is_only);
        groups[at].names = left;
        groups[at].addresses.retain(|known| *known != address);
        groups.insert(at + 1, Group { names, addresses: vec![address] });
    }

    /// A correct host with a certificate for every name that it ever has.
    fn host(&self, group: Group) -> HostSpec {
        let mut certified = group.names.clone();
        for (name, address) in &self.ever {
            if group.addresses.contains(address) && !certified.contains(name) {
                certified.push(name.clone());
            }
        }
        if certified.is_empty() {
            certified.extend(group.addresses.iter().map(ToString::to_string));
        }
        let name = group.names.first().or(certified.first()).cloned().unwrap_or_default();
        let certificate = Property {
            value: PropertyValue::Certificate(CertificateSpec { kind: CertificateKind::Valid, names: certified }),
            conditions: Conditions::default(),
            tag: None,
        };
        let host = Host { name, properties: vec![certificate], rules: Vec::new(), scripts: Vec::new() };
        HostSpec { names: group.names, addresses: group.addresses, host, port: PORT_DEFAULT, further_ports: Vec::new() }
    }
}

/// When a name first has an address or is an alias.
fn first_time(records: &[Timed], name: &str) -> Option<Duration> {
    let leads = |record: &Record| address(record).is_some() || matches!(record.data, RData::CNAME(_));
    records
        .iter()
        .filter(|timed| leads(&timed.record) && plain_name(&timed.record.name) == name)
        .map(|timed| timed.at)
        .min()
}

/// The name at the end of a chain of aliases.
fn alias_target(records: &[Timed], alias: &Record) -> Option<String> {
    let mut current = alias;
    for _ in 0..ALIASES_MAX {
        let RData::CNAME(target) = &current.data else { return None };
        let next = records
            .iter()
            .map(|timed| &timed.record)
            .find(|record| record.name == target.0 && matches!(record.data, RData::CNAME(_)));
        match next {
            Some(record) => current = record,
            None => return Some(plain_name(&target.0)),
        }
    }
    None
}
