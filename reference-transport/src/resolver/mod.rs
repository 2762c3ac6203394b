//! Where mail for a domain or a smart host goes: MX, A and AAAA, over the world's network.
//!
//! Names are absolute: no search list, no hosts file. Servers are asked in the order in which they were given; one that
//! is silent, or cannot answer, leads to the next (DNS-10). Only when a server says that there is nothing is there
//! nothing.
//!
//! Start at [`Resolver`]. [`settings`] says which servers; `message` reads octets, `exchange` asks one server,
//! `answer` follows aliases, `cache` remembers, `order` decides who is tried first.
//!
//! # Limits
//!
//! [`DnsSettings::query_timeout`] for one server, [`DnsSettings::resolution_timeout`] for a destination (DNS-11),
//! [`MX_HOSTS_MAX`](crate::limits::MX_HOSTS_MAX) hosts of a domain, [`ALIASES_MAX`] aliases on the way to a name.
//!
//! # Not here
//!
//! Recursion, DNSSEC, EDNS: whoever is asked is a server that finds out, and an answer that needs more than 512 octets
//! comes over TCP, which RFC 7766 §5 has every server speak.

mod answer;
mod cache;
mod error;
mod exchange;
mod message;
mod order;
mod patience;
pub mod settings;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use hickory_proto::rr::Name;
use tokio::time::{sleep, timeout};

use self::{
    answer::{Answer, Heard, NoAnswer, interpret},
    cache::{Cache, Key},
    message::{Data, Kind, Question, plain_text},
};
pub use self::{
    error::ResolveError,
    order::MailHost,
    patience::Patience,
    settings::{DnsSettings, FaultTolerance, ProtocolOption, SideSettings},
};
use crate::{
    connector::NameServers,
    limits::{AAAA_PATIENCE, ALIASES_MAX},
    network::Network,
    protocol_log::{Asked, LogService, ProtocolLog},
};

/// The port of name servers: RFC 1035 §4.2.
pub const DNS_PORT: u16 = 53;

/// Asks the name servers of the world.
pub struct Resolver {
    /// The servers that the machine's network adapter names.
    adapter: Vec<SocketAddr>,
    network: Arc<dyn Network>,
    settings: Mutex<Arc<DnsSettings>>,
    cache: Cache,
    /// Where it is written whom it asked.
    log: Option<(Arc<ProtocolLog>, LogService)>,
}

impl Resolver {
    /// Asks `adapter`, the servers that the machine itself is told of, in this order, unless its settings come to name
    /// others.
    #[must_use]
    pub fn new(adapter: &[SocketAddr], network: Arc<dyn Network>) -> Self {
        Self { adapter: adapter.to_vec(), network, settings: Mutex::default(), cache: Cache::default(), log: None }
    }

    /// Writes into the DNS log of this service whom it asks (LOG-23).
    #[must_use]
    pub fn logged(self, log: &Arc<ProtocolLog>, service: LogService) -> Self {
        Self { log: Some((Arc::clone(log), service)), ..self }
    }

    /// Takes new settings. What was remembered under the old ones is forgotten.
    pub fn configure(&self, settings: &DnsSettings) {
        let mut current = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if **current != *settings {
            *current = Arc::new(settings.clone());
            self.cache.clear();
        }
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<DnsSettings> {
        Arc::clone(&self.settings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The hosts that take mail for `domain`, by preference; those of equal preference in random order (DNS-02,
    /// DNS-03). Without MX records that is the domain itself (DNS-04), with them never (DNS-05).
    ///
    /// # Errors
    ///
    /// If the domain takes no mail, does not exist, or could not be asked for.
    pub async fn mail_hosts(
        &self,
        side: NameServers,
        domain: &str,
        patience: &Patience,
    ) -> Result<Vec<MailHost>, ResolveError> {
        let found = patience.wait_for(self.lookup(side, domain, Kind::Mx)).await;
        let name = plain_text(domain);
        match found.unwrap_or_else(|| Err(out_of_time(domain, Kind::Mx)))? {
            Answer::Records { data, .. } => order::mail_hosts(&name, data, || self.network.random()),
            Answer::NoRecords { .. } => order::mail_hosts(&name, Vec::new(), || self.network.random()),
            Answer::NoName { .. } => Err(ResolveError::NoSuchDomain { name }),
        }
    }

    /// The addresses of a host, in the order in which they are tried.
    ///
    /// That a host has none is not remembered: it may be a mistake that somebody is about to mend (DNS-14).
    ///
    /// # Errors
    ///
    /// If it has none, does not exist, is no host name, or could not be asked for.
    pub async fn addresses(
        &self,
        side: NameServers,
        host: &str,
        patience: &Patience,
    ) -> Result<Vec<IpAddr>, ResolveError> {
        if host.parse::<IpAddr>().is_ok() {
            // An address is no host name (RFC 5321 §5.1, RFC 1035 §3.3.9), and no server knows it as one.
            return Err(ResolveError::BadName { name: host.to_owned() });
        }
        let found = patience.wait_for(self.both_families(side, host)).await;
        let found = found.unwrap_or_else(|| Err(out_of_time(host, Kind::A)));
        if found.is_err() {
            for kind in [Kind::A, Kind::Aaaa] {
                self.cache.forget(&Key { side, name: plain_text(host), kind });
            }
        }
        found
    }

    /// A and AAAA side by side. A server that mishandles AAAA must not hold up mail to an IPv4 address (DNS-25).
    async fn both_families(&self, side: NameServers, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let (mut four, mut six) = (None, None);
        {
            let mut a = std::pin::pin!(self.lookup(side, host, Kind::A));
            let mut aaaa = std::pin::pin!(self.lookup(side, host, Kind::Aaaa));
            while four.is_none() || six.is_none() {
                tokio::select! {
                    biased;
                    found = &mut a, if four.is_none() => four = Some(found),
                    found = &mut aaaa, if six.is_none() => six = Some(found),
                    () = sleep(AAAA_PATIENCE), if matches!(four, Some(Ok(Answer::Records { .. }))) => break,
                }
            }
        }
        let is_nobody = [&six, &four].iter().all(|found| matches!(found, Some(Ok(Answer::NoName { .. }))));
        let mut families = [six, four].map(|found| found.map_or_else(|| Ok(Vec::new()), |found| found.map(ips)));
        let [six, four] = &mut families;
        match (six, four) {
            (Ok(_), Ok(_)) if is_nobody => Err(ResolveError::NoSuchDomain { name: plain_text(host) }),
            (Ok(six), Ok(four)) if six.is_empty() && four.is_empty() => {
                Err(ResolveError::NoAddresses { name: plain_text(host) })
            }
            (Ok(six), Ok(four)) => Ok(order::addresses(std::mem::take(six), std::mem::take(four))),
            // What one question was answered with does not depend on the other.
            (Ok(some), Err(_)) | (Err(_), Ok(some)) if !some.is_empty() => Ok(std::mem::take(some)),
            // A failure of either leaves open whether there are addresses.
            (_, Err(error)) | (Err(error), _) => Err(error.clone()),
        }
    }

    /// What is known of a name and type; asked for unless it is remembered. Aliases are followed over as many messages
    /// as it takes.
    async fn lookup(&self, side: NameServers, name: &str, kind: Kind) -> Result<Answer, ResolveError> {
        let key = Key { side, name: plain_text(name), kind };
        if let Some(answer) = self.cache.get(&key) {
            return Ok(answer);
        }
        let failed = |why: String| ResolveError::Failed { record: kind.mnemonic(), name: plain_text(name), why };
        let mut current = key.name.clone();
        let mut ttl_max = u32::MAX;
        for _ in 0..=ALIASES_MAX {
            let Some(absolute) = absolute(&current) else {
                return Err(ResolveError::BadName { name: current });
            };
            match self.ask_servers(side, &absolute, &current, kind).await.map_err(failed)? {
                Heard::Answer(answer) => {
                    let answer = answer.at_most(ttl_max);
                    self.cache.put(key, &answer);
                    return Ok(answer);
                }
                Heard::Elsewhere { name, ttl } => (current, ttl_max) = (name, ttl_max.min(ttl)),
            }
        }
        Err(failed(NoAnswer::AliasLoop { name: plain_text(name) }.to_string()))
    }

    /// The first answer that a server gives, in the order of the list; or what each of them did instead.
    async fn ask_servers(&self, side: NameServers, name: &Name, plain: &str, kind: Kind) -> Result<Heard, String> {
        let settings = self.settings();
        let of_side = settings.of(side);
        let servers: Vec<SocketAddr> = if of_side.adapter_enabled {
            self.adapter.clone()
        } else {
            of_side.servers.iter().map(|&address| SocketAddr::new(address, DNS_PORT)).collect()
        };
        if servers.is_empty() {
            return Err("no name server is configured".to_owned());
        }
        let mut failures = Vec::new();
        for _ in 0..settings.rounds.max(1) {
            for &server in &servers {
                let id = (self.network.random() & 0xffff) as u16;
                let question = Question { id, name: name.clone(), kind };
                let asking = exchange::ask(&*self.network, server, of_side.protocol, &question);
                let heard = match timeout(settings.query_timeout, asking).await {
                    Ok(Ok(reply)) => interpret(&reply, plain).map_err(|error| {
                        // Another server would say the same of a circle.
                        (error.to_string(), matches!(error, NoAnswer::AliasLoop { .. }))
                    }),
                    Ok(Err(error)) => Err((error.to_string(), false)),
                    Err(_) => Err(("timed out".to_owned(), false)),
                };
                if let Some((log, service)) = &self.log {
                    let result = heard.as_ref().map_or_else(|(why, _)| why.clone(), Heard::summary);
                    log.asked(*service, &Asked { server, name: plain, record: kind.mnemonic(), result: &result });
                }
                let failure = match heard {
                    Ok(heard) => return Ok(heard),
                    Err((why, true)) => return Err(why),
                    Err((why, false)) => why,
                };
                // Who it was matters only where there is a choice.
                let is_one = servers.len() == 1;
                failures.push(if is_one { failure } else { format!("{}: {failure}", server.ip()) });
            }
        }
        Err(failures.join("; "))
    }
}

fn out_of_time(name: &str, kind: Kind) -> ResolveError {
    let why = "the time for lookups is used up".to_owned();
    ResolveError::Failed { record: kind.mnemonic(), name: plain_text(name), why }
}

fn ips(answer: Answer) -> Vec<IpAddr> {
    let Answer::Records { data, .. } = answer else { return Vec::new() };
    let address = |data| match data {
        Data::Address(address) => Some(address),
        _ => None,
    };
    data.into_iter().filter_map(address).collect()
}

fn absolute(name: &str) -> Option<Name> {
    let mut name = Name::from_utf8(name).ok().filter(|name| !name.is_root())?;
    name.set_fqdn(true);
    Some(name)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
