//! From a next hop to the hosts that are dialled, in the order in which they are.

use std::{
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
};

use super::{NextHop, Peer, Problem, settings};
use crate::{
    connector::{Connector, NameServers, Routing, SmartHost},
    domain::Domain,
    protocol_log::LogService,
    reply::EnhancedCode,
    resolver::{FaultTolerance, MailHost, Patience, ResolveError, Resolver},
    session::Settings,
};

/// The port of hosts that DNS names (AMB-14).
const SMTP_PORT: u16 = 25;

/// Hosts that are looked up together: one smart host, or the MX hosts of one preference.
pub(super) enum Step {
    /// Dialled as it is.
    Address(SocketAddr),
    /// MX hosts of one preference, in the order in which they are tried.
    Mail(Vec<MailHost>),
    /// Servers of our own, in the order in which they are tried.
    Peers(Vec<Peer>),
    /// A smart host.
    Smart(SmartHost),
}

/// A host with its addresses.
pub(super) struct Candidate {
    pub(super) name: Option<String>,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) settings: Settings,
}

/// What a step came to.
pub(super) enum Found {
    /// These hosts, and what is wrong with those that are missing.
    Hosts(Vec<Candidate>, Vec<Problem>),
    /// We are among them: neither they nor those of higher preference may be used (DNS-17).
    Ourselves,
}

/// Looks hosts up for one attempt.
pub(super) struct Search<'a> {
    resolver: &'a Resolver,
    /// Our own name.
    server: &'a str,
    /// Our own address.
    address: IpAddr,
    side: NameServers,
    fault_tolerance: FaultTolerance,
    /// For all lookups of the attempt together (DNS-11).
    patience: Patience,
    /// A host could not be resolved, and the fault tolerance takes all later ones for unusable (DNS-13).
    is_cut: AtomicBool,
}

impl<'a> Search<'a> {
    /// A search for a next hop, of the server with this name and address.
    pub(super) fn new(resolver: &'a Resolver, server: &'a str, address: IpAddr, next_hop: &NextHop) -> Self {
        let side = match next_hop {
            NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector } => connector.name_servers,
            NextHop::Accepted(_) | NextHop::Servers(_) => NameServers::Internal,
        };
        let dns = resolver.settings();
        let patience = Patience::new(dns.resolution_timeout);
        let (fault_tolerance, is_cut) = (dns.fault_tolerance, AtomicBool::new(false));
        Self { resolver, server, address, side, fault_tolerance, patience, is_cut }
    }

    /// The steps to a next hop. `rotation` is where the list of smart hosts starts this time (SMH-08).
    ///
    /// # Errors
    ///
    /// If the domain leads nowhere.
    pub(super) async fn steps(&self, next_hop: &NextHop, rotation: usize) -> Result<Vec<Step>, Problem> {
        match next_hop {
            NextHop::Accepted(address) => Ok(vec![Step::Address(*address)]),
            NextHop::Dns { domain, .. } => self.mail_steps(domain).await,
            NextHop::Servers(relay) => {
                Ok(relay.groups.iter().map(|group| Step::Peers(rotated(group, rotation))).collect())
            }
            NextHop::SmartHosts { connector } => {
                let Routing::SmartHosts(hosts) = &connector.routing else { return Ok(Vec::new()) };
                Ok(rotated(hosts, rotation).into_iter().map(Step::Smart).collect())
            }
        }
    }

    async fn mail_steps(&self, domain: &Domain) -> Result<Vec<Step>, Problem> {
        if let Some(address) = domain.address() {
            // An address literal is its own host (DNS-26).
            return Ok(vec![Step::Address(SocketAddr::new(address, SMTP_PORT))]);
        }
        let name = domain.to_string();
        let hosts = self
            .resolver
            .mail_hosts(self.side, &name, &self.patience)
            .await
            .map_err(|error| Problem::of_lookup(&error))?;
        Ok(hosts.chunk_by(|a, b| a.preference == b.preference).map(|equals| Step::Mail(equals.to_vec())).collect())
    }

    /// The hosts of a step.
    pub(super) async fn hosts(&self, step: Step, next_hop: &NextHop) -> Found {
        match (step, next_hop) {
            (Step::Address(address), NextHop::Dns { .. }) if self.is_own(address.ip()) => Found::Ourselves,
            (Step::Address(address), NextHop::Dns { connector, domain }) => {
                let settings = settings::for_domain(connector, domain, self.server);
                Found::Hosts(vec![Candidate { name: None, addresses: vec![address], settings }], Vec::new())
            }
            (Step::Address(address), _) => {
                let settings = settings::for_accepted(self.server);
                Found::Hosts(vec![Candidate { name: None, addresses: vec![address], settings }], Vec::new())
            }
            (Step::Peers(peers), _) => {
                let log = match next_hop {
                    NextHop::Servers(relay) => relay.log_service(),
                    _ => LogService::Transport,
                };
                let candidate = |peer: Peer| Candidate {
                    settings: settings::for_server(&peer.name, self.server, log),
                    name: Some(peer.name),
                    addresses: vec![peer.address],
                };
                Found::Hosts(peers.into_iter().map(candidate).collect(), Vec::new())
            }
            (Step::Mail(hosts), NextHop::Dns { connector, domain }) => self.of_domain(&hosts, connector, domain).await,
            (Step::Smart(host), NextHop::SmartHosts { connector }) => {
                let (candidates, problems) = self.of_smart_host(&host, connector).await;
                Found::Hosts(candidates, problems)
            }
            (Step::Mail(_) | Step::Smart(_), _) => Found::Hosts(Vec::new(), Vec::new()),
        }
    }

    async fn of_domain(&self, hosts: &[MailHost], connector: &Connector, domain: &Domain) -> Found {
        let (mut candidates, mut problems) = (Vec::new(), Vec::new());
        if self.is_cut.load(Ordering::Relaxed) {
            return Found::Hosts(candidates, problems);
        }
        if hosts.iter().any(|host| self.is_own_name(&host.name)) {
            return Found::Ourselves;
        }
        for host in hosts {
            let is_domain_itself = domain.name() == Some(host.name.as_str());
            match self.resolver.addresses(self.side, &host.name, &self.patience).await {
                Ok(addresses) if addresses.iter().any(|&address| self.is_own(address)) => return Found::Ourselves,
                Ok(addresses) => candidates.push(Candidate {
                    name: Some(host.name.clone()),
                    addresses: with_port(addresses, SMTP_PORT),
                    settings: settings::for_domain(connector, domain, self.server),
                }),
                Err(ResolveError::NoAddresses { .. }) if is_domain_itself => {
                    // Neither MX nor address: nothing that takes mail, and no other host to hope for.
                    let text = format!("no host takes mail for `{domain}`");
                    problems.push(Problem::own(EnhancedCode::new(5, 4, 4), &text));
                }
                Err(error) => problems.push(Problem::of_lookup(&error).transient()),
            }
        }
        if self.fault_tolerance == FaultTolerance::Normal && !problems.is_empty() {
            self.is_cut.store(true, Ordering::Relaxed);
            candidates.clear();
        }
        Found::Hosts(candidates, problems)
    }

    /// Our own name, or the one that every machine calls itself by (RFC 6761 §6.3).
    fn is_own_name(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.server) || name == "localhost" || name.ends_with(".localhost")
    }

    /// Our own address, or one by which every machine reaches itself (RFC 1122 §3.2.1.3, RFC 4291 §2.5).
    fn is_own(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address == self.address || address.is_loopback() || address.is_unspecified()
    }

    /// A smart host is our own setting, so nothing that DNS says of it is the message's fault (AMB-07).
    async fn of_smart_host(&self, host: &SmartHost, connector: &Connector) -> (Vec<Candidate>, Vec<Problem>) {
        let settings = settings::for_smart_host(connector, host, self.server);
        let name = match host {
            SmartHost::Address(address) => {
                let addresses = vec![SocketAddr::new(*address, connector.port)];
                return (vec![Candidate { name: None, addresses, settings }], Vec::new());
            }
            SmartHost::Name(name) => name,
        };
        let hosts = match self.resolver.mail_hosts(self.side, name, &self.patience).await {
            Ok(hosts) => hosts,
            Err(error) => return (Vec::new(), vec![Problem::of_lookup(&error).transient()]),
        };
        let (mut candidates, mut problems) = (Vec::new(), Vec::new());
        for host in hosts {
            match self.resolver.addresses(self.side, &host.name, &self.patience).await {
                Ok(addresses) => candidates.push(Candidate {
                    name: Some(host.name),
                    addresses: with_port(addresses, connector.port),
                    settings: settings.clone(),
                }),
                Err(error) => problems.push(Problem::of_lookup(&error).transient()),
            }
        }
        (candidates, problems)
    }
}

/// The list from that place on, and then from its beginning.
fn rotated<T: Clone>(list: &[T], start: usize) -> Vec<T> {
    let mut list = list.to_vec();
    let length = list.len().max(1);
    list.rotate_left(start % length);
    list
}

fn with_port(addresses: Vec<IpAddr>, port: u16) -> Vec<SocketAddr> {
    addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect()
}

#[cfg(test)]
mod tests;
