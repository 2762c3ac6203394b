//! Where the hosts of one case listen, and the connectors that lead there.
//!
//! A connector has one port for all its smart hosts, so each connector with smart hosts gets a port that no other
//! connector of any case has, and its hosts differ in their addresses. Hosts that are found by MX records are on one port,
//! whoever's they are, so each needs an address of its own, and only one such case can be served at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
};

use hickory_server::proto::rr::RData;
use mtaspec_fake_dns::zone::parse_record;
use mtaspec_reference_transport::{
    connector::{Connector, Routing, SmartHost},
    domain::Domain,
    routing::{AddressSpace, Pattern},
};

use super::{Premises, supported};
use crate::{
    case::{
        Case,
        management::Management,
        model::{MessageSpec, ORIGIN_ADDRESS, ZoneSet},
        moving::label,
    },
    claim::shell::is_claimed,
};

/// What every object's name begins with that is made for mtaspec.
pub const OWN: &str = "mtaspec";

/// Longest name of a connector, in characters (`New-SendConnector -Name`).
const NAME_CHARACTERS_MAX: usize = 64;

/// The port of hosts on a page that are found by MX records (RFC 5321 §4.5.4.2).
const SMTP: u16 = 25;

/// One case among the user's addresses and ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The connectors of the case as the user's MTA is to have them: names, hosts and ports are real.
    pub connectors: Vec<Connector>,
    /// Who is listened for: the real address and port, and the page's.
    pub doors: BTreeMap<SocketAddr, SocketAddr>,
    /// The page's addresses, and the real ones that take their place.
    pub addresses: BTreeMap<IpAddr, IpAddr>,
}

/// Ports to be given away.
#[derive(Clone, Debug)]
pub struct Ports {
    next: u32,
    last: u32,
}

impl Ports {
    /// These, the last one included.
    #[must_use]
    pub fn of((first, last): (u16, u16)) -> Self {
        Self { next: first.into(), last: last.into() }
    }

    /// The next one; `None`: all are given away.
    pub fn take(&mut self) -> Option<u16> {
        let port = u16::try_from(self.next).ok().filter(|_| self.next <= self.last)?;
        self.next += 1;
        Some(port)
    }
}

/// Lays out one moved case.
///
/// # Errors
///
/// What of the case cannot be had there, in the words of `unsupported`. No port is taken then.
pub fn layout(case: &Case, premises: &Premises, ports: &mut Ports) -> Result<Layout, String> {
    let suffix = format!(".{}", premises.destination().domain_of(&case.id));
    // A reason is about the page, and the same for all cases of it.
    laid_out(case, premises, ports).map_err(|reason| reason.replace(&suffix, ""))
}

fn laid_out(case: &Case, premises: &Premises, ports: &mut Ports) -> Result<Layout, String> {
    supported::obstacle(case, premises).map_or(Ok(()), Err)?;
    let connectors = connectors(case)?;
    supported::obstacle_of_connectors(case, &connectors).map_or(Ok(()), Err)?;
    stays_below(case, &connectors, premises)?;
    let records = records(&case.zones)?;
    let reaches = connectors
        .iter()
        .chain([&to_origin(case)?])
        .map(|connector| reach(connector, &records, premises))
        .collect::<Result<Vec<_>, _>>()?;
    if records.iter().any(|(_, own)| own.address() == Some(case.world.address)) {
        return Err("a record with the MTA's own address".to_owned());
    }
    let addresses = addresses(&reaches, premises)?;
    let mut left = ports.clone();
    let mut laid = Layout { connectors: Vec::new(), doors: BTreeMap::new(), addresses };
    for (connector, reach) in connectors.iter().chain([&to_origin(case)?]).zip(&reaches) {
        laid.wire(case, premises, connector, reach, &mut left)?;
    }
    *ports = left;
    Ok(laid)
}

/// The connectors that the page's texts leave behind.
fn connectors(case: &Case) -> Result<Vec<Connector>, String> {
    let mut management = Management::of(&case.world);
    let mut number = 0;
    for text in case.shell.iter().filter(|text| text.at.is_zero()) {
        for outcome in management.run(text) {
            number += 1;
            if outcome.result.is_err() && !is_claimed(&case.claims, number, &outcome.text) {
                return Err(format!("`{}`, which is refused once it is moved", outcome.text));
            }
        }
    }
    // There is one server, and its connectors are its own.
    let own = |connector: &Connector| Connector { source_servers: Vec::new(), ..connector.clone() };
    Ok(management.directory().connectors().iter().map(own).collect())
}

/// The connector that takes notifications to `origin`. On the page the domains are accepted and need none; here they are
/// nobody's.
fn to_origin(case: &Case) -> Result<Connector, String> {
    let spaces = case.world.accepts.iter().map(|domain| space(domain, false)).collect::<Result<_, _>>()?;
    let routing = Routing::SmartHosts(vec![SmartHost::Address(ORIGIN_ADDRESS)]);
    Ok(Connector { address_spaces: spaces, routing, max_message_size: None, ..Connector::named("to the sender") })
}

/// An address space of a domain, with everything below it or without.
pub(super) fn space(domain: &str, below: bool) -> Result<AddressSpace, String> {
    let domain = Domain::parse(domain).map_err(|error| format!("`{domain}`: {error}"))?;
    let pattern = if below { Pattern::DomainAndSubdomains(domain) } else { Pattern::Domain(domain) };
    Ok(AddressSpace { pattern, cost: mtaspec_reference_transport::routing::Cost::DEFAULT })
}

/// That every message, and every notification, is for a connector of the case: what none of them takes would go where
/// the user's own connectors lead.
fn stays_below(case: &Case, connectors: &[Connector], premises: &Premises) -> Result<(), String> {
    let is_accepted = |domain: &Domain| case.world.accepts.iter().any(|own| domain.to_string() == *own);
    let takes = |domain: &Domain, size: u64| {
        is_accepted(domain)
            || connectors.iter().any(|connector| {
                connector.enabled
                    && connector.max_message_size.is_none_or(|most| size <= most)
                    && connector.address_spaces.iter().any(|space| space.closeness(domain).is_some())
            })
    };
    let check = |mailbox: &str, size: u64| {
        let domain = mailbox.rsplit_once('@').map_or("", |(_, domain)| domain);
        match Domain::parse(domain) {
            Ok(domain) if premises.is_below(&domain.to_string()) && takes(&domain, size) => Ok(()),
            _ => Err("a recipient that no connector of the page takes: another of the MTA's own might".to_owned()),
        }
    };
    case.messages.iter().try_for_each(|message: &MessageSpec| {
        let size = message.size();
        message.recipients.iter().try_for_each(|recipient| check(recipient, size))?;
        if message.reverse_path.is_empty() { Ok(()) } else { check(&message.reverse_path, 0) }
    })
}

/// What a record of the case leads to.
enum Leads {
    To(IpAddr),
    On(String),
}

impl Leads {
    fn address(&self) -> Option<IpAddr> {
        match self {
            Self::To(address) => Some(*address),
            Self::On(_) => None,
        }
    }
}

/// Owners and what their records lead to, of all times.
fn records(zones: &[ZoneSet]) -> Result<Vec<(String, Leads)>, String> {
    let plain = |name: &hickory_server::proto::rr::Name| {
        let text = name.to_ascii();
        text.strip_suffix('.').unwrap_or(&text).to_ascii_lowercase()
    };
    let mut found = Vec::new();
    for line in zones.iter().flat_map(|zone| &zone.records) {
        let record = parse_record(line).map_err(|error| format!("the record `{line}`: {error}"))?;
        let leads = match &record.data {
            RData::A(address) => Leads::To(IpAddr::V4(address.0)),
            RData::AAAA(address) => Leads::To(IpAddr::V6(address.0)),
            RData::CNAME(target) => Leads::On(plain(&target.0)),
            RData::MX(mx) => Leads::On(plain(&mx.exchange)),
            _ => continue,
        };
        if leads.address().is_some_and(|address| address.is_loopback())
            || matches!(&leads, Leads::On(name) if name == "localhost")
        {
            return Err("a record that leads to the MTA's own machine".to_owned());
        }
        found.push((plain(&record.name), leads));
    }
    Ok(found)
}

/// The page's addresses to which a connector may lead.
fn reach(connector: &Connector, records: &[(String, Leads)], premises: &Premises) -> Result<BTreeSet<IpAddr>, String> {
    let no_dns =
        || if premises.dns.is_none() { Err("names that the MTA can look up (--dns)".to_owned()) } else { Ok(()) };
    let mut reached = BTreeSet::new();
    match &connector.routing {
        Routing::SmartHosts(hosts) => {
            for host in hosts {
                match host {
                    SmartHost::Address(address) => {
                        reached.insert(*address);
                    }
                    SmartHost::Name(name) => {
                        no_dns()?;
                        if !premises.is_below(name) {
                            return Err(format!("the smart host `{name}`, which is not below the domain"));
                        }
                        reached.extend(led_to(name, records));
                    }
                    _ => return Err(format!("the smart host `{host}`")),
                }
            }
        }
        _ => {
            no_dns()?;
            reached.extend(records.iter().filter_map(|(_, leads)| leads.address()));
        }
    }
    Ok(reached)
}

/// Addresses of a name, of its aliases and of its mail exchangers.
fn led_to(name: &str, records: &[(String, Leads)]) -> BTreeSet<IpAddr> {
    let (mut reached, mut seen, mut waiting) = (BTreeSet::new(), BTreeSet::new(), vec![name.to_owned()]);
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        for (_, leads) in records.iter().filter(|(owner, _)| *owner == name) {
            match leads {
                Leads::To(address) => {
                    reached.insert(*address);
                }
                Leads::On(next) => waiting.push(next.clone()),
            }
        }
    }
    reached
}

/// A real address for each of the page's, so that those to which one connector leads are apart.
fn addresses(reaches: &[BTreeSet<IpAddr>], premises: &Premises) -> Result<BTreeMap<IpAddr, IpAddr>, String> {
    let mut given: BTreeMap<IpAddr, IpAddr> = BTreeMap::new();
    let all: BTreeSet<IpAddr> = reaches.iter().flatten().copied().collect();
    for &page in &all {
        let rivals: BTreeSet<IpAddr> = reaches
            .iter()
            .filter(|reach| reach.contains(&page))
            .flatten()
            .filter_map(|rival| given.get(rival).copied())
            .collect();
        let family: Vec<IpAddr> =
            premises.addresses.iter().copied().filter(|own| own.is_ipv4() == page.is_ipv4()).collect();
        let free = family.iter().copied().find(|own| !rivals.contains(own));
        let kind = if page.is_ipv4() { "IPv4" } else { "IPv6" };
        let more = || match family.len() {
            0 => format!("an {kind} address of hosts (--address)"),
            1 => format!("a second {kind} address of hosts (--address)"),
            given => format!("more than {given} {kind} addresses of hosts (--address)"),
        };
        given.insert(page, free.ok_or_else(more)?);
    }
    Ok(given)
}

impl Layout {
    /// Adds a connector: its real name and hosts, and who is listened for because of it.
    fn wire(
        &mut self,
        case: &Case,
        premises: &Premises,
        connector: &Connector,
        reach: &BTreeSet<IpAddr>,
        ports: &mut Ports,
    ) -> Result<(), String> {
        let name = format!("{OWN} {} {}", label(&case.id), connector.name);
        if name.chars().count() > NAME_CHARACTERS_MAX {
            return Err(format!("a connector's name of more than {NAME_CHARACTERS_MAX} characters"));
        }
        let (port, page_port, routing) = match &connector.routing {
            Routing::SmartHosts(hosts) => {
                let port = ports.take().ok_or("more ports than there are (--ports)")?;
                let real = |host: &SmartHost| match host {
                    SmartHost::Address(page) => SmartHost::Address(self.addresses.get(page).copied().unwrap_or(*page)),
                    other => other.clone(),
                };
                (port, connector.port, Routing::SmartHosts(hosts.iter().map(real).collect()))
            }
            other => (premises.mx_port, SMTP, other.clone()),
        };
        for page in reach {
            if let Some(real) = self.addresses.get(page) {
                self.doors.insert(SocketAddr::new(*real, port), SocketAddr::new(*page, page_port));
            }
        }
        let everything = space(&format!("{}.{}", label(&case.id), premises.below), true)?.pattern;
        let moved = |own: &AddressSpace| match own.pattern {
            Pattern::All => AddressSpace { pattern: everything.clone(), ..own.clone() },
            _ => own.clone(),
        };
        self.connectors.push(Connector {
            name,
            port: if matches!(routing, Routing::SmartHosts(_)) { port } else { connector.port },
            routing,
            address_spaces: connector.address_spaces.iter().map(moved).collect(),
            ..connector.clone()
        });
        Ok(())
    }

    /// Records of the case with the real addresses in them.
    #[must_use]
    pub fn zones(&self, zones: &[ZoneSet]) -> Vec<ZoneSet> {
        let real = |line: &String| {
            let (rest, last) = line.rsplit_once(' ').unwrap_or(("", line));
            match last.parse().ok().and_then(|page: IpAddr| self.addresses.get(&page)) {
                Some(real) => format!("{rest} {real}"),
                None => line.clone(),
            }
        };
        zones.iter().map(|zone| ZoneSet { at: zone.at, records: zone.records.iter().map(real).collect() }).collect()
    }

    /// Whether hosts of it are found by MX records, on a port that they share with those of other cases.
    #[must_use]
    pub fn shares_port(&self, premises: &Premises) -> bool {
        self.doors.keys().any(|door| door.port() == premises.mx_port)
    }
}
