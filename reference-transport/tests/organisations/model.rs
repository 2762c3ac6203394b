//! Connector selection as the requirements word it: one candidate pushed out after another, step by step, from text.

use std::collections::BTreeMap;

use super::organisation::{Organisation, Routed};

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Connector(String),
    NoRoute,
    /// The greatest limit of those that would serve it.
    TooLarge(u64),
}

/// The step after which one candidate was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// There was at most one that matches.
    Match,
    Closeness,
    Cost,
    Hops,
    Name,
}

#[derive(Clone, Debug)]
pub(crate) struct Reasoned {
    pub(crate) choice: Choice,
    pub(crate) decided_by: Step,
}

struct Candidate<'a> {
    connector: &'a Routed,
    /// Place of its closest pattern in the list of all that cover the domain: 0 is closest.
    place: usize,
    cost: u32,
    hops: u8,
}

pub(crate) fn choose(organisation: &Organisation, domain: &str, size: u64) -> Reasoned {
    let costs = site_costs(organisation);
    let matching: Vec<Candidate<'_>> = organisation
        .connectors
        .iter()
        .filter(|connector| connector.enabled)
        .filter_map(|connector| {
            let (site_cost, hops) = nearest_source(organisation, &costs, connector)?;
            let (place, cost) = closest_space(connector, domain)?;
            Some(Candidate { connector, place, cost: cost + site_cost, hops })
        })
        .collect();
    let greatest = matching.iter().filter_map(|candidate| candidate.connector.limit).max();
    let mut left: Vec<_> =
        matching.into_iter().filter(|candidate| candidate.connector.limit.is_none_or(|limit| limit >= size)).collect();
    if left.is_empty() {
        let choice = greatest.map_or(Choice::NoRoute, Choice::TooLarge);
        return Reasoned { choice, decided_by: Step::Match };
    }
    let mut decided_by = Step::Match;
    let mut keep = |step, left: &mut Vec<Candidate<'_>>, rank: &dyn Fn(&Candidate<'_>) -> String| {
        let before = left.len();
        let best = left.iter().map(rank).min();
        left.retain(|candidate| Some(rank(candidate)) == best);
        if before > 1 && left.len() == 1 {
            decided_by = step;
        }
    };
    keep(Step::Closeness, &mut left, &|candidate| format!("{:05}", candidate.place));
    keep(Step::Cost, &mut left, &|candidate| format!("{:09}", candidate.cost));
    keep(Step::Hops, &mut left, &|candidate| candidate.hops.to_string());
    keep(Step::Name, &mut left, &|candidate| candidate.connector.name.to_lowercase());
    Reasoned { choice: Choice::Connector(left[0].connector.name.clone()), decided_by }
}

/// Patterns that cover a domain, closest first: the name, then wildcards with fewer and fewer labels.
fn closest_space(connector: &Routed, domain: &str) -> Option<(usize, u32)> {
    let labels: Vec<&str> = domain.split('.').collect();
    let mut patterns = vec![domain.to_owned()];
    patterns.extend((0..labels.len()).map(|from| format!("*.{}", labels[from..].join("."))));
    patterns.push("*".to_owned());
    let ranks = connector.spaces.iter().filter_map(|space| {
        let (pattern, cost) = space.split_once(';').expect("a space with its cost");
        let place = patterns.iter().position(|own| own == pattern)?;
        Some((place, cost.parse().expect("a cost")))
    });
    ranks.min()
}

/// Cost of the links to the nearest source server, and 0 (this server), 1 (this site) or 2 (another site).
fn nearest_source(
    organisation: &Organisation,
    costs: &BTreeMap<(String, String), u32>,
    connector: &Routed,
) -> Option<(u32, u8)> {
    let here = &organisation.servers[0].site;
    let sources = connector.sources.iter().filter_map(|source| {
        let site = &organisation.servers[*source].site;
        if *source == 0 {
            Some((0, 0))
        } else if site == here {
            Some((0, 1))
        } else if connector.scoped {
            None
        } else {
            costs.get(&(here.clone(), site.clone())).map(|cost| (*cost, 2))
        }
    });
    // A server of this site is nearer than one behind links that cost nothing.
    sources.min_by_key(|(cost, hops)| (*hops, *cost))
}

/// Between all pairs of sites, each link tried for each pair until nothing becomes cheaper.
fn site_costs(organisation: &Organisation) -> BTreeMap<(String, String), u32> {
    let mut costs = BTreeMap::new();
    for (from, to, cost) in &organisation.links {
        for pair in [(from.clone(), to.clone()), (to.clone(), from.clone())] {
            let known = costs.entry(pair).or_insert(*cost);
            *known = (*known).min(*cost);
        }
    }
    loop {
        let mut cheaper = Vec::new();
        for ((from, over), first) in &costs {
            for ((start, to), second) in &costs {
                let pair = (from.clone(), to.clone());
                if start == over && from != to && costs.get(&pair).is_none_or(|known| first + second < *known) {
                    cheaper.push((pair, first + second));
                }
            }
        }
        if cheaper.is_empty() {
            return costs;
        }
        for (pair, cost) in cheaper {
            let known = costs.entry(pair).or_insert(cost);
            *known = (*known).min(cost);
        }
    }
}
