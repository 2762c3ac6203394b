//! Why a connector takes a recipient, and at which step every other one lost.
//!
//! The same order of elimination as [`super::RoutingTable::select`], gone through step by step for people to read; the
//! table is what mail is routed by.

use std::{cmp::Reverse, fmt, sync::Arc};

use super::{AddressSpace, Closeness, Distance, Hops, Pattern};
use crate::{connector::Connector, domain::Domain};

/// Where one connector stands for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It takes the recipient, by this space.
    Chosen {
        /// Its closest space.
        space: AddressSpace,
    },
    /// Its limit is below the message's size (SEL-02).
    TooLarge {
        /// The limit, in octets.
        limit: u64,
    },
    /// `-Enabled $false` (MOD-10).
    Disabled,
    /// It is scoped, and has no source server in the deciding server's site; or no links lead to any (SCO-02).
    OutOfScope,
    /// None of its spaces covers the domain (SEL-04).
    NoMatch,
    /// Another connector's space is closer (SEL-05).
    LessClose {
        /// Its own closest space.
        space: Pattern,
        /// The closest of all.
        closest: Pattern,
    },
    /// Another connector costs less (SEL-11, SEL-12).
    Dearer {
        /// Its aggregate cost: site links and space.
        cost: u32,
        /// The least of all.
        least: u32,
    },
    /// Another connector has a nearer source server (SEL-13).
    MoreHops {
        /// Its own.
        hops: Hops,
        /// The fewest of all.
        fewest: Hops,
    },
    /// Another connector's name sorts lower (SEL-14).
    LaterName {
        /// The lowest name.
        lowest: String,
    },
}

impl fmt::Display for Hops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "this server",
            Self::Site => "another server of this site",
            Self::Remote => "another site",
        })
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chosen { space } => write!(f, "takes it, by {space}"),
            Self::TooLarge { limit } => write!(f, "out by size: it takes {limit} octets at most"),
            Self::Disabled => f.write_str("out: it is disabled"),
            Self::OutOfScope => f.write_str("out of scope: none of its source servers can be used from this site"),
            Self::NoMatch => f.write_str("out: no address space covers the domain"),
            Self::LessClose { space, closest } => write!(f, "lost by closeness: {closest} is closer than {space}"),
            Self::Dearer { cost, least } => write!(f, "lost by cost: {cost}, and the least is {least}"),
            Self::MoreHops { hops, fewest } => {
                write!(f, "lost by hops: its source server is {hops}, the winner's is {fewest}")
            }
            Self::LaterName { lowest } => write!(f, "lost by name: `{lowest}` sorts lower"),
        }
    }
}

/// A connector that is still in the running.
struct Candidate<'a> {
    index: usize,
    space: &'a AddressSpace,
    closeness: Closeness,
    cost: u32,
    hops: Hops,
    name: String,
}

/// Where each connector stands for a recipient in `domain` with a message of `size` octets, in the order given. A
/// distance of `None` says that the connector is out of scope.
pub fn explain(connectors: &[(Arc<Connector>, Option<Distance>)], domain: &Domain, size: u64) -> Vec<Standing> {
    let mut standings = Vec::with_capacity(connectors.len());
    let mut left = Vec::new();
    for (index, (connector, distance)) in connectors.iter().enumerate() {
        let (standing, candidate) = enter(index, connector, *distance, domain, size);
        standings.push(standing);
        left.extend(candidate);
    }
    let closest = left.iter().max_by_key(|own| own.closeness).map(|own| (own.closeness, own.space.pattern.clone()));
    if let Some((closeness, space)) = closest {
        keep(&mut left, &mut standings, |own| {
            let lost = || Standing::LessClose { space: own.space.pattern.clone(), closest: space.clone() };
            (own.closeness != closeness).then(lost)
        });
    }
    if let Some(least) = left.iter().map(|own| own.cost).min() {
        keep(&mut left, &mut standings, |own| {
            (own.cost != least).then_some(Standing::Dearer { cost: own.cost, least })
        });
    }
    if let Some(fewest) = left.iter().map(|own| own.hops).min() {
        keep(&mut left, &mut standings, |own| {
            (own.hops != fewest).then_some(Standing::MoreHops { hops: own.hops, fewest })
        });
    }
    if let Some((lowest, winner)) = left.iter().map(|own| (own.name.clone(), own.index)).min() {
        let lowest = connectors.get(winner).map_or(lowest, |(connector, _)| connector.name.clone());
        keep(&mut left, &mut standings, |own| {
            (own.index != winner).then(|| Standing::LaterName { lowest: lowest.clone() })
        });
    }
    standings
}

/// The steps that need no other connector. Who is still in stands as chosen until it loses.
fn enter<'a>(
    index: usize,
    connector: &'a Connector,
    distance: Option<Distance>,
    domain: &Domain,
    size: u64,
) -> (Standing, Option<Candidate<'a>>) {
    if let Some(limit) = connector.max_message_size.filter(|limit| *limit < size) {
        return (Standing::TooLarge { limit }, None);
    }
    if !connector.enabled {
        return (Standing::Disabled, None);
    }
    let Some(distance) = distance else { return (Standing::OutOfScope, None) };
    let spaces = connector.address_spaces.iter().filter_map(|space| Some((space.closeness(domain)?, space)));
    let Some((closeness, space)) = spaces.min_by_key(|(closeness, space)| (Reverse(*closeness), space.cost)) else {
        return (Standing::NoMatch, None);
    };
    let cost = distance.cost.saturating_add(u32::from(space.cost.value()));
    let name = connector.name.to_ascii_lowercase();
    let standing = Standing::Chosen { space: space.clone() };
    (standing, Some(Candidate { index, space, closeness, cost, hops: distance.hops, name }))
}

fn keep(left: &mut Vec<Candidate<'_>>, standings: &mut [Standing], lost: impl Fn(&Candidate<'_>) -> Option<Standing>) {
    left.retain(|own| match lost(own) {
        Some(standing) => {
            standings[own.index] = standing;
            false
        }
        None => true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loser_is_told_its_step() {
        let named = |name: &str, spaces: &str| {
            let mut connector = Connector::named(name);
            connector.address_spaces = spaces.split(' ').map(|space| space.parse().expect("a space")).collect();
            connector
        };
        let remote = Some(Distance { cost: 0, hops: Hops::Remote });
        let here = Some(Distance::LOCAL);
        let all = [
            (named("Beta", "*.b.test;2"), here),
            (named("Alpha", "*.b.test;2"), here),
            (named("Far", "*.b.test;2"), remote),
            (named("Dear", "*.b.test;3 *;1"), here),
            (named("Star", "*"), here),
            (named("Other", "c.test"), here),
            (named("Scoped", "a.b.test"), None),
            (Connector { enabled: false, ..named("Off", "a.b.test") }, here),
            (Connector { max_message_size: Some(9), ..named("Small", "a.b.test") }, here),
        ];
        let all: Vec<_> = all.into_iter().map(|(connector, distance)| (Arc::new(connector), distance)).collect();
        let domain = Domain::parse("a.b.test").expect("a domain");
        let lines: Vec<String> = explain(&all, &domain, 10).iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "lost by name: `Alpha` sorts lower",
                "takes it, by SMTP:*.b.test;2",
                "lost by hops: its source server is another site, the winner's is this server",
                "lost by cost: 3, and the least is 2",
                "lost by closeness: *.b.test is closer than *",
                "out: no address space covers the domain",
                "out of scope: none of its source servers can be used from this site",
                "out: it is disabled",
                "out by size: it takes 9 octets at most",
            ]
        );
    }
}
