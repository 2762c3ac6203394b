//! All connectors that one server may choose from, ordered so that a recipient finds its own without a scan.
//!
//! # Invariants
//!
//! Each list is sorted by aggregate cost, hops and folded name, so the first entry that takes the message's size is
//! the winner among equally close spaces. A connector is in a list once, at its lowest cost there.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use super::{Cost, Encapsulated, Pattern};
use crate::{connector::Connector, domain::Domain};

/// How many hops away a connector's nearest source server is (SEL-13).
#[expect(clippy::exhaustive_enums, reason = "connector selection tells these three apart")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hops {
    /// The deciding server is a source server (SCO-07).
    Local,
    /// Another server of the same site is.
    Site,
    /// Only servers of other sites are.
    Remote,
}

/// Where a connector's nearest source server is, seen from the deciding server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distance {
    /// The sum of the site links' costs on the cheapest way there (SEL-12).
    pub cost: u32,
    /// How many hops.
    pub hops: Hops,
}

impl Distance {
    /// The deciding server itself.
    pub const LOCAL: Self = Self { cost: 0, hops: Hops::Local };
}

/// Which connector takes a recipient.
#[expect(clippy::exhaustive_enums, reason = "connector selection ends in these three ways")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection<'a> {
    /// This one.
    Connector(&'a Arc<Connector>),
    /// No enabled connector serves the domain: the recipient is kept, and routed again when connectors change (SEL-21).
    NoRoute,
    /// Some would serve it, and each limits messages to less; the greatest of their limits, in octets (SEL-23).
    TooLarge(u64),
}

/// One address space of one connector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// Site links, and the space's own cost.
    cost: u32,
    hops: Hops,
    /// In lower case: names are compared octet by octet without case (SEL-15, AMB-16).
    name: String,
    /// Into [`RoutingTable::connectors`].
    connector: usize,
}

impl Entry {
    fn of(index: usize, connector: &Connector, distance: Distance, cost: Cost) -> Self {
        Self {
            cost: distance.cost.saturating_add(u32::from(cost.value())),
            hops: distance.hops,
            name: connector.name.to_ascii_lowercase(),
            connector: index,
        }
    }
}

/// What a server chooses from. Build it once for a configuration; ask it for every recipient.
#[derive(Clone, Debug, Default)]
pub struct RoutingTable {
    connectors: Vec<Arc<Connector>>,
    /// `contoso.com`, by name.
    domains: BTreeMap<String, Vec<Entry>>,
    /// `*.contoso.com`, by the name without its asterisk.
    subdomains: BTreeMap<String, Vec<Entry>>,
    /// `*`.
    all: Vec<Entry>,
    /// Spaces of other types than SMTP: type, text, and whose it is.
    foreign: Vec<(String, String, Entry)>,
}

impl RoutingTable {
    /// A table of these connectors, each with its distance. Disabled ones take no part (MOD-10); those that are out of
    /// scope for the deciding server are left out by whoever builds it (SCO-02).
    pub fn new(connectors: impl IntoIterator<Item = (Arc<Connector>, Distance)>) -> Self {
        let mut table = Self::default();
        for (connector, distance) in connectors {
            if connector.enabled {
                table.enter(connector, distance);
            }
        }
        let Self { domains, subdomains, all, .. } = &mut table;
        for list in domains.values_mut().chain(subdomains.values_mut()).chain([all]) {
            list.sort_unstable();
        }
        table
    }

    fn enter(&mut self, connector: Arc<Connector>, distance: Distance) {
        let index = self.connectors.len();
        for space in &connector.address_spaces {
            let list = match &space.pattern {
                // The directory has put domains in its place.
                Pattern::AcceptedDomains => continue,
                Pattern::Foreign { kind, space: text } => {
                    let entry = Entry::of(index, &connector, distance, space.cost);
                    self.foreign.push((kind.clone(), text.clone(), entry));
                    continue;
                }
                Pattern::All => &mut self.all,
                Pattern::Domain(domain) => self.domains.entry(domain.to_string()).or_default(),
                Pattern::DomainAndSubdomains(domain) => self.subdomains.entry(domain.to_string()).or_default(),
            };
            let entry = Entry::of(index, &connector, distance, space.cost);
            match list.last_mut() {
                // The same space twice: the cheaper line stands for the connector.
                Some(last) if last.connector == index => last.cost = last.cost.min(entry.cost),
                _ => list.push(entry),
            }
        }
        self.connectors.push(connector);
    }

    /// The connector that takes a recipient in `domain` with a message of `size` octets.
    ///
    /// Step by step (SEL-02, SEL-04, SEL-05, SEL-11 to SEL-14): connectors with a lower limit are out; among the rest
    /// the closest space wins, then its aggregate cost, then hops, then the name that sorts lowest. There is one winner,
    /// whoever asks (SEL-16).
    ///
    /// The closest space of a connector represents it (ADR-20): where that one is met, nothing closer was, so walking
    /// from the closest list to `*` meets every connector at its own best.
    pub fn select(&self, domain: &Domain, size: u64) -> Selection<'_> {
        let mut greatest = None;
        for entry in self.lists(domain).flatten() {
            let connector = &self.connectors[entry.connector];
            match connector.max_message_size {
                Some(limit) if limit < size => greatest = greatest.max(Some(limit)),
                _ => return Selection::Connector(connector),
            }
        }
        greatest.map_or(Selection::NoRoute, Selection::TooLarge)
    }

    /// The connector that takes a recipient of another type than SMTP: in the same order.
    pub fn select_foreign(&self, recipient: &Encapsulated, size: u64) -> Selection<'_> {
        let covering = self
            .foreign
            .iter()
            .filter_map(|(kind, space, entry)| Some((Reverse(recipient.closeness(kind, space)?), entry)));
        let mut covering: Vec<_> = covering.collect();
        covering.sort_unstable();
        let mut greatest = None;
        for (_, entry) in covering {
            let connector = &self.connectors[entry.connector];
            match connector.max_message_size {
                Some(limit) if limit < size => greatest = greatest.max(Some(limit)),
                _ => return Selection::Connector(connector),
            }
        }
        greatest.map_or(Selection::NoRoute, Selection::TooLarge)
    }

    /// The lists that cover `domain`, closest first (SEL-08 to SEL-10).
    fn lists<'a>(&'a self, domain: &'a Domain) -> impl Iterator<Item = &'a [Entry]> {
        let name = domain.name();
        let exact = name.and_then(|name| self.domains.get(name));
        let wildcards = name.into_iter().flat_map(suffixes).filter_map(|suffix| self.subdomains.get(suffix));
        exact.into_iter().chain(wildcards).map(Vec::as_slice).chain([self.all.as_slice()])
    }
}

/// The name, and every name above it.
fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.split_once('.').map(|(_, above)| above))
}

#[cfg(test)]
mod tests;
