//! Sites and the links between them: the cheapest way from one to another.

use std::collections::{BTreeMap, BTreeSet};

/// A link between two sites, for both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteLink {
    /// Its ends.
    pub sites: [String; 2],
    /// What it costs to go along it (SEL-12).
    pub cost: u32,
}

/// The way from one site to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePath {
    /// The sum of the links' costs.
    pub cost: u32,
    /// The sites on the way: the first is the next one, the last is the destination; none if that is where one is.
    pub sites: Vec<String>,
}

/// A way that was found: what compares first decides first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    cost: u32,
    hops: usize,
    /// From the destination back, so that the site nearest to it decides (SEL-28).
    back: Vec<String>,
}

/// All the cheapest ways from one site. Site names ignore case.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    ways: BTreeMap<String, Way>,
}

impl Sites {
    /// The ways from `start` along these links: least cost first, then fewest links, then the lowest name of the site
    /// that is nearest to the destination (SEL-28).
    pub fn from(start: &str, links: &[SiteLink]) -> Self {
        let mut neighbours: BTreeMap<String, Vec<(String, u32)>> = BTreeMap::new();
        for link in links {
            let [from, to] = link.sites.each_ref().map(|site| site.to_ascii_lowercase());
            neighbours.entry(from.clone()).or_default().push((to.clone(), link.cost));
            neighbours.entry(to).or_default().push((from, link.cost));
        }
        let mut ways = BTreeMap::new();
        let mut open = BTreeSet::from([(Way { cost: 0, hops: 0, back: Vec::new() }, start.to_ascii_lowercase())]);
        while let Some((way, site)) = open.pop_first() {
            if ways.contains_key(&site) {
                continue;
            }
            for (next, cost) in neighbours.get(&site).into_iter().flatten() {
                if !ways.contains_key(next) {
                    let mut back = vec![next.clone()];
                    back.extend(way.back.iter().cloned());
                    let cost = way.cost.saturating_add(*cost);
                    open.insert((Way { cost, hops: way.hops + 1, back: back.clone() }, next.clone()));
                }
            }
            ways.insert(site, way);
        }
        Self { ways }
    }

    /// The way to a site; `None` if no links lead there.
    pub fn to(&self, site: &str) -> Option<SitePath> {
        let way = self.ways.get(&site.to_ascii_lowercase())?;
        Some(SitePath { cost: way.cost, sites: way.back.iter().rev().cloned().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(links: &[(&str, &str, u32)], to: &str, expected: Option<(u32, &str)>) {
        let links: Vec<_> = links
            .iter()
            .map(|(from, to, cost)| SiteLink { sites: [(*from).into(), (*to).into()], cost: *cost })
            .collect();
        let actual = Sites::from("a", &links).to(to).map(|path| (path.cost, path.sites.join(" ")));
        assert_eq!(actual, expected.map(|(cost, sites)| (cost, sites.to_owned())));
    }

    #[test]
    fn the_cheapest_way_may_have_more_links() {
        check(&[("a", "c", 10), ("a", "b", 4), ("b", "c", 5)], "c", Some((9, "b c")));
        check(&[("a", "c", 9), ("a", "b", 4), ("b", "c", 5)], "c", Some((9, "c")));
    }

    #[test]
    fn the_cheapest_way_counts_and_not_the_shortest_and_no_sum_overflows() {
        let far = u32::MAX;
        let links = [("A", "B", 10), ("b", "c", 5), ("A", "C", 20), ("C", "D", far), ("D", "C", far)];
        check(&links, "C", Some((15, "b c")));
        check(&links, "A", Some((0, "")));
        check(&links, "D", Some((far, "b c d")));
        check(&links, "Alone", None);
    }

    #[test]
    fn links_lead_both_ways_and_case_is_ignored() {
        check(&[("B", "A", 3)], "b", Some((3, "b")));
        check(&[], "A", Some((0, "")));
        check(&[("a", "b", 3)], "c", None);
    }

    #[test]
    fn of_equal_ways_the_lowest_name_next_to_the_destination_decides() {
        check(&[("a", "c", 1), ("a", "b", 1), ("b", "d", 1), ("c", "d", 1)], "d", Some((2, "b d")));
        let long = [("a", "b", 1), ("b", "y", 1), ("y", "d", 1), ("a", "c", 1), ("c", "x", 1), ("x", "d", 1)];
        check(&long, "d", Some((3, "c x d")));
    }
}
