//! Which connectors a server may choose from, and how far away each is.

use super::{Distance, Hops, Sites};

/// Where a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The server's name.
    pub server: &'a str,
    /// Its site.
    pub site: &'a str,
}

/// How far the nearest source server of a connector is from the deciding server. `None`: the connector is scoped and
/// has no source server in this site (SCO-02, SCO-04), or no links lead to any of them.
///
/// `sites` are the ways from the deciding server's own site.
pub fn distance(deciding: Place<'_>, sources: &[Place<'_>], scoped: bool, sites: &Sites) -> Option<Distance> {
    let is_here = |source: &Place<'_>| source.site.eq_ignore_ascii_case(deciding.site);
    if sources.iter().any(|source| source.server.eq_ignore_ascii_case(deciding.server)) {
        return Some(Distance::LOCAL);
    }
    if sources.iter().any(is_here) {
        return Some(Distance { cost: 0, hops: Hops::Site });
    }
    if scoped {
        return None;
    }
    let cost = sources.iter().filter_map(|source| sites.to(source.site)).map(|path| path.cost).min()?;
    Some(Distance { cost, hops: Hops::Remote })
}
