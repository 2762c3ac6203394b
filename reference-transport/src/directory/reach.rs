//! How the local server stands to the servers that connectors name: which connectors it may choose from, and which
//! servers mail goes to on the way there.

use std::{net::SocketAddr, sync::Arc};

use super::{Directory, ReceiveConnector, Role, Server};
use crate::{
    connector::{Connector, Routing, SmartHost},
    delivery::{Peer, Purpose, Relay},
    domain::Mailbox,
    protocol_log::LogService,
    routing::{self, Distance, Place, SitePath, Sites},
};

/// Where a Mailbox Transport service takes mail for the mailboxes that it keeps (IMP-04); no Receive connector shows it.
const PORT_MAILBOX_DELIVERY: u16 = 475;

impl Directory {
    /// The ways from the local server's site to the others.
    pub fn sites(&self) -> Sites {
        Sites::from(&self.local_server().site, &self.organisation().links)
    }

    /// Every connector that the local server sees, with how far its nearest source server is; `None`: it is out of
    /// scope.
    pub fn candidates(&self) -> Vec<(Arc<Connector>, Option<Distance>)> {
        let sites = self.sites();
        let candidate = |connector: &Connector| (Arc::new(self.completed(connector)), self.distance(connector, &sites));
        self.connectors().iter().map(candidate).collect()
    }

    /// The other servers that mail for a connector goes to first; `None`: the local server is a source server
    /// (SCO-07). `sites` are [`Self::sites`], which do not vary from mail to mail.
    pub fn relay(&self, connector: &Arc<Connector>, sites: &Sites) -> Option<Relay> {
        let local = self.local_server();
        let sources = self.source_servers(connector);
        if sources.iter().any(|source| source.name == local.name) {
            return None;
        }
        let (purpose, groups) = if sources.iter().all(|source| source.is_edge()) {
            self.way_to_edges(&sources, sites)
        } else {
            (Purpose::SourceServers, self.grouped(&sources, sites))
        };
        Some(Relay { purpose, connector: Some(Arc::clone(connector)), groups })
    }

    /// The front ends that a proxied connector goes out by: of this site, never of another one (FEP-05, AMB-26).
    /// `None`: the local server's own, and so nobody else's.
    pub fn front_ends(&self, connector: &Arc<Connector>, next_hop: String) -> Option<Relay> {
        let local = self.local_server();
        if local.roles.contains(&Role::FrontEnd) || local.is_edge() {
            return None;
        }
        let is_near = |server: &&Server| server.roles.contains(&Role::FrontEnd) && same(&server.site, &local.site);
        let near = self.organisation().servers.iter().filter(is_near);
        let peers: Vec<Peer> = near.map(|server| peer(server, ReceiveConnector::OutboundProxy.port())).collect();
        let groups = if peers.is_empty() { Vec::new() } else { vec![peers] };
        Some(Relay { purpose: Purpose::FrontEnd { next_hop }, connector: Some(Arc::clone(connector)), groups })
    }

    /// The Transport services that the local server hands its mail to, if it has none of its own: those of its site
    /// (IMP-03).
    pub fn transports(&self) -> Option<Relay> {
        let local = self.local_server();
        if local.hosts_connectors() {
            return None;
        }
        let is_front_end = local.roles.contains(&Role::FrontEnd);
        let from = if is_front_end { LogService::FrontEnd } else { LogService::MailboxSubmission };
        let groups = self.transports_of(&local.site).into_iter().collect();
        Some(Relay { purpose: Purpose::Transport { from }, connector: None, groups })
    }

    /// The way to a mailbox that another server keeps: to its Mailbox Transport service, or first to its site (IMP-03).
    pub fn mailbox(&self, mailbox: &Mailbox) -> Option<Relay> {
        let local = self.local_server();
        let (_, keeper) = self.mailboxes.iter().find(|(known, _)| known == mailbox)?;
        let keeper = self.organisation().server(keeper).filter(|keeper| keeper.name != local.name)?;
        let (purpose, groups) = if same(&keeper.site, &local.site) {
            let purpose = Purpose::Mailbox { server: keeper.name.clone() };
            (purpose, vec![vec![peer(keeper, PORT_MAILBOX_DELIVERY)]])
        } else {
            let sites = self.sites();
            let groups = self.transports_of(&keeper.site).into_iter().chain(self.on_the_way(&keeper.site, &sites));
            (Purpose::Site { site: keeper.site.clone() }, groups.collect())
        };
        Some(Relay { purpose, connector: None, groups })
    }

    /// To Edge servers that are subscribed here; else to the nearest site that has one (EDG-06).
    fn way_to_edges(&self, edges: &[&Server], sites: &Sites) -> (Purpose, Vec<Vec<Peer>>) {
        let here = &self.local_server().site;
        let (near, far): (Vec<&Server>, Vec<&Server>) = edges.iter().partition(|edge| same(self.site_of(edge), here));
        if !near.is_empty() {
            return (
                Purpose::Edge,
                vec![near.into_iter().map(|edge| peer(edge, ReceiveConnector::Edge.port())).collect()],
            );
        }
        let mut subscribed: Vec<&str> = far.iter().map(|edge| self.site_of(edge)).collect();
        subscribed.sort_by_key(|site| rank(sites, site));
        // Edge servers of several sites do not share load: the nearest has it all (SCO-11).
        let site = subscribed.first().copied().unwrap_or_default().to_owned();
        let groups = self.transports_of(&site).into_iter().chain(self.on_the_way(&site, sites)).collect();
        (Purpose::Site { site }, groups)
    }

    /// Servers by site, the nearest first (SCO-09), and then those on the way to it.
    fn grouped(&self, sources: &[&Server], sites: &Sites) -> Vec<Vec<Peer>> {
        let mut near: Vec<&str> = sources.iter().map(|source| source.site.as_str()).collect();
        near.retain(|site| sites.to(site).is_some());
        near.sort_by_key(|site| rank(sites, site));
        near.dedup_by(|a, b| same(a, b));
        let of = |site: &&str| {
            let here = sources.iter().filter(|source| same(&source.site, site));
            here.map(|source| peer(source, ReceiveConnector::Transport.port())).collect::<Vec<_>>()
        };
        let nearest = near.first().map(|site| self.on_the_way(site, sites));
        near.iter().map(of).chain(nearest.into_iter().flatten()).collect()
    }

    /// Where mail waits that cannot get further: the sites on the cheapest way, from the far end back (SEL-28).
    fn on_the_way(&self, site: &str, sites: &Sites) -> Vec<Vec<Peer>> {
        let way = sites.to(site).map(|way| way.sites).unwrap_or_default();
        way.iter().rev().skip(1).filter_map(|between| self.transports_of(between)).collect()
    }

    /// The Transport services of a site, if it has any.
    fn transports_of(&self, site: &str) -> Option<Vec<Peer>> {
        let all = self.organisation().servers.iter();
        let is_there = |server: &&Server| server.roles.contains(&Role::Transport) && same(&server.site, site);
        let peers: Vec<Peer> =
            all.filter(is_there).map(|server| peer(server, ReceiveConnector::Transport.port())).collect();
        (!peers.is_empty()).then_some(peers)
    }

    fn distance(&self, connector: &Connector, sites: &Sites) -> Option<Distance> {
        let local = self.local_server();
        if local.is_edge() {
            return Some(Distance::LOCAL);
        }
        // What feeds the inside is no way out (ADR-10).
        if feeds_the_inside(connector) {
            return None;
        }
        let servers = self.source_servers(connector);
        let sources: Vec<_> =
            servers.iter().map(|server| Place { server: &server.name, site: self.site_of(server) }).collect();
        let deciding = Place { server: &local.name, site: &local.site };
        routing::distance(deciding, &sources, connector.scope == crate::connector::Scope::Site, sites)
    }

    /// The connector's source servers, as far as they are servers; the local one, if none is named.
    fn source_servers(&self, connector: &Connector) -> Vec<&Server> {
        let local = self.local_server();
        if connector.source_servers.is_empty() || local.is_edge() {
            return vec![local];
        }
        let known = connector.source_servers.iter().filter_map(|name| self.organisation().server(name));
        known.filter(|server| !server.is_edge() || self.is_subscribed(&server.name)).collect()
    }

    /// A server's site; an Edge server stands where it is subscribed.
    fn site_of<'a>(&'a self, server: &'a Server) -> &'a str {
        let own = self.subscriptions().iter().find(|own| same(&own.server, &server.name));
        own.map_or(&server.site, |own| &own.site)
    }

    /// The connector with the servers of the subscribed site in the place of the smart host `--` (SMH-15).
    fn completed(&self, connector: &Connector) -> Connector {
        let Routing::SmartHosts(hosts) = &connector.routing else { return connector.clone() };
        if !feeds_the_inside(connector) {
            return connector.clone();
        }
        let local = self.local_server();
        let own = self.subscriptions().iter().find(|own| same(&own.server, &local.name));
        let inside = |server: &&Server| {
            server.roles.contains(&Role::Transport) && own.is_some_and(|own| same(&own.site, &server.site))
        };
        let servers = self.organisation().servers.iter().filter(inside);
        let inside: Vec<_> = servers.map(|server| SmartHost::Name(server.name.to_ascii_lowercase())).collect();
        let site = SmartHost::subscribed_site();
        let hosts = hosts.iter().flat_map(|host| if *host == site { inside.clone() } else { vec![host.clone()] });
        Connector { routing: Routing::SmartHosts(hosts.collect()), ..connector.clone() }
    }
}

/// Whether one of its smart hosts is `--`.
fn feeds_the_inside(connector: &Connector) -> bool {
    matches!(&connector.routing, Routing::SmartHosts(hosts) if hosts.contains(&SmartHost::subscribed_site()))
}

/// What makes one site nearer than another: cost, then hops, then its name (SEL-28). No way there is farthest.
fn rank(sites: &Sites, site: &str) -> (u32, usize, String) {
    let way = sites.to(site).unwrap_or(SitePath { cost: u32::MAX, sites: Vec::new() });
    (way.cost, way.sites.len(), site.to_ascii_lowercase())
}

fn peer(server: &Server, port: u16) -> Peer {
    Peer { name: server.name.clone(), address: SocketAddr::new(server.address, port) }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

#[cfg(test)]
mod tests;
