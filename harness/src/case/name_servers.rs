//! Name servers: the usual one, and those that a page puts at addresses of their own with `zone ADDRESS`,
//! `dns ADDRESS` or a `name-servers` line of its world.

use std::{collections::BTreeMap, net::IpAddr};

use mtaspec_fake_dns::rule::Fault;

use super::{
    Line, LineMistake,
    model::{NameServerSpec, RESOLVER_ADDRESS, WorldSpec},
    names::address_fault,
    words::{expecting, mistake, span_of},
    zones::{self, Timed},
};

/// What the fences say, by the address of the name server that they are of.
#[derive(Debug, Default)]
pub(super) struct NameServers {
    zones: BTreeMap<IpAddr, Vec<Timed>>,
    faults: BTreeMap<IpAddr, Vec<Fault>>,
}

impl NameServers {
    /// Adds records.
    pub(super) fn add_records(&mut self, server: IpAddr, records: Vec<Timed>) {
        self.zones.entry(server).or_default().extend(records);
    }

    /// Adds a fault behind those that are there.
    pub(super) fn add_fault(&mut self, server: IpAddr, fault: Fault) {
        self.faults.entry(server).or_default().push(fault);
    }

    /// The records of all, those of the usual one first: whatever address any of them names is a host.
    pub(super) fn records(&self) -> Vec<Timed> {
        let others = self.zones.iter().filter(|(server, _)| **server != RESOLVER_ADDRESS).map(|(_, records)| records);
        self.zones.get(&RESOLVER_ADDRESS).into_iter().chain(others).flatten().cloned().collect()
    }

    /// The records of the usual one.
    pub(super) fn usual_records(&self) -> Vec<Timed> {
        self.zones.get(&RESOLVER_ADDRESS).cloned().unwrap_or_default()
    }

    /// The faults of the usual one.
    pub(super) fn usual_faults(&self) -> Vec<Fault> {
        self.faults.get(&RESOLVER_ADDRESS).cloned().unwrap_or_default()
    }

    /// All but the usual one, by address.
    pub(super) fn others(&self, world: &WorldSpec) -> Vec<NameServerSpec> {
        let mut addresses: Vec<IpAddr> = self.zones.keys().chain(self.faults.keys()).copied().collect();
        addresses.extend(&world.name_servers);
        addresses.retain(|address| *address != RESOLVER_ADDRESS);
        addresses.sort_unstable();
        addresses.dedup();
        let spec = |address| NameServerSpec {
            address,
            zones: self.zones.get(&address).map(|records| zones::sets(records)),
            faults: self.faults.get(&address).cloned().unwrap_or_default(),
        };
        addresses.into_iter().map(spec).collect()
    }
}

/// Which name server a fence is of: the one at an address, or the usual one, which may be called by the judged
/// server's name.
///
/// # Errors
///
/// If it is neither.
pub(super) fn whose(line: Line<'_>, called: Option<&str>, world: &WorldSpec) -> Result<IpAddr, LineMistake> {
    let Some(called) = called.filter(|called| !called.eq_ignore_ascii_case(&world.server)) else {
        return Ok(RESOLVER_ADDRESS);
    };
    let refused =
        |message: String, expected: &str| expecting(mistake(line, span_of(line.text, called), message), [expected]);
    match called.parse::<IpAddr>() {
        Ok(address) if address == RESOLVER_ADDRESS => Ok(address),
        Ok(address) => match address_fault(address) {
            Some(fault) => Err(refused(fault, "192.0.2.54")),
            None => Ok(address),
        },
        Err(_) => Err(refused(format!("no server of the world is called `{called}`"), &world.server)),
    }
}
