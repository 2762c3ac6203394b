//! The order of elimination: size, then enabled and address space, then closeness, cost and name.

use std::cmp::Reverse;

use super::{AddressSpace, Closeness};
use crate::{connector::Connector, domain::Domain};

/// Which connector takes a recipient.
#[expect(clippy::exhaustive_enums, reason = "connector selection ends in these three ways")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection<'a> {
    /// This one.
    Connector(&'a Connector),
    /// No enabled connector serves the domain: the recipient is kept, and routed again when connectors change (SEL-21).
    NoRoute,
    /// Some would serve it, and each limits messages to less; the greatest of their limits, in octets (SEL-23).
    TooLarge(u64),
}

/// The connector that takes a recipient in `domain` with a message of `size` octets.
///
/// Step by step (SEL-02, SEL-04, SEL-05, SEL-11, SEL-14): connectors with a lower limit are out, then disabled ones and
/// those without a matching space; among the rest the closest space wins, then its cost, then the name that
/// sorts lowest. There is one winner, whoever asks (SEL-16).
///
/// There is one server and one site, so hops and site costs are equal for all (SEL-12, SEL-13).
pub fn select<'a>(connectors: &'a [Connector], domain: &Domain, size: u64) -> Selection<'a> {
    let serving = connectors
        .iter()
        .filter(|connector| connector.enabled)
        .filter_map(|connector| Some((closest(connector, domain)?, connector)));
    let winner = serving
        .clone()
        .filter(|(_, connector)| connector.max_message_size.is_none_or(|limit| size <= limit))
        .min_by_key(|((closeness, space), connector)| {
            (Reverse(*closeness), space.cost, connector.name.to_ascii_lowercase())
        });
    if let Some((_, connector)) = winner {
        return Selection::Connector(connector);
    }
    serving
        .filter_map(|(_, connector)| connector.max_message_size)
        .max()
        .map_or(Selection::NoRoute, Selection::TooLarge)
}

/// The space that represents the connector: its closest one, with that one's cost (ADR-20).
fn closest<'a>(connector: &'a Connector, domain: &Domain) -> Option<(Closeness, &'a AddressSpace)> {
    connector
        .address_spaces
        .iter()
        .filter_map(|space| Some((space.closeness(domain)?, space)))
        .min_by_key(|(closeness, space)| (Reverse(*closeness), space.cost))
}

#[cfg(test)]
mod tests;
