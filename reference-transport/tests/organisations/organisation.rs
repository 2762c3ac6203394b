//! Random organisations: small names, few costs, so that ties are common.

use proptest::{collection::vec, option, prelude::*, sample::subsequence};

/// Servers, sites, links, connectors, and mail to route at the first server.
#[derive(Clone, Debug)]
pub(crate) struct Organisation {
    pub(crate) servers: Vec<Server>,
    pub(crate) links: Vec<(String, String, u32)>,
    pub(crate) connectors: Vec<Routed>,
    /// Domain of the recipient, octets of the message.
    pub(crate) mail: Vec<(String, u64)>,
}

/// A server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) site: String,
}

/// A connector, as far as it is chosen by.
#[derive(Clone, Debug)]
pub(crate) struct Routed {
    pub(crate) name: String,
    pub(crate) enabled: bool,
    pub(crate) scoped: bool,
    /// Largest message, in octets.
    pub(crate) limit: Option<u64>,
    pub(crate) spaces: Vec<String>,
    /// Into [`Organisation::servers`], at least one.
    pub(crate) sources: Vec<usize>,
}

const SITES: [&str; 5] = ["North", "South", "East", "West", "Hub"];
const DOMAINS: [&str; 6] = ["a.b.test", "b.test", "test", "c.a.b.test", "xb.test", "other.invalid"];
const SPACES: [&str; 8] = ["*", "*", "*.test", "*.b.test", "*.b.test", "b.test", "*.a.b.test", "a.b.test"];

pub(crate) fn organisations() -> impl Strategy<Value = Organisation> {
    let sites = (1..=SITES.len()).prop_flat_map(|count| vec(0..count, 2..9));
    let links = vec((0..SITES.len(), 0..SITES.len(), 0_u32..2), 3..12);
    let mail = vec((prop::sample::select(&DOMAINS[..]), 0_u64..6), 1..6);
    (sites, links, mail).prop_flat_map(|(sites, links, mail)| {
        let servers: Vec<Server> = sites
            .iter()
            .enumerate()
            .map(|(number, site)| Server { name: format!("mbx{number}.sender.test"), site: SITES[*site].to_owned() })
            .collect();
        let links: Vec<_> = links
            .into_iter()
            .filter(|(from, to, _)| from != to)
            .map(|(from, to, cost)| (SITES[from].to_owned(), SITES[to].to_owned(), cost))
            .collect();
        let mail: Vec<_> = mail.into_iter().map(|(domain, size)| (domain.to_owned(), size)).collect();
        connectors(servers.len()).prop_map(move |connectors| Organisation {
            servers: servers.clone(),
            links: links.clone(),
            connectors,
            mail: mail.clone(),
        })
    })
}

fn connectors(servers: usize) -> impl Strategy<Value = Vec<Routed>> {
    let space = (prop::sample::select(&SPACES[..]), 1_u32..5).prop_map(|(pattern, cost)| format!("{pattern};{cost}"));
    let sources = subsequence((0..servers).collect::<Vec<_>>(), 1..=servers.min(2));
    let connector = (
        "[a-cA-C][0-9]{0,2}",
        prop::bool::weighted(0.9),
        prop::bool::weighted(0.2),
        option::weighted(0.3, 1_u64..6),
        vec(space, 1..4),
        sources,
    );
    let connector = connector.prop_map(|(name, enabled, scoped, limit, spaces, sources)| Routed {
        name,
        enabled,
        scoped,
        limit,
        spaces,
        sources,
    });
    vec(connector, 2..31).prop_map(|mut all| {
        let mut names = std::collections::BTreeSet::new();
        all.retain(|connector| names.insert(connector.name.to_lowercase()));
        all
    })
}
