//! A host that runs: what its connections share. Which connection this is, how often each rule has come up, and what
//! the properties say at this moment.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustls::time_provider::TimeProvider;
use tokio::time::Instant;

use crate::{
    event::{Event, SessionId, Sink},
    host::{Posture, PropertyValue, SharedHost},
    matching::{Occasion, holds, occurs},
    pki::Pki,
    rule::{Conditions, Count, Scope, Tag, TlsState, Trigger, Which},
};

/// A host, with all that outlives a connection.
#[derive(Debug)]
pub struct RunningHost {
    host: SharedHost,
    pki: Arc<Pki>,
    clock: Arc<dyn TimeProvider>,
    began: Instant,
    shared: Mutex<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Connections that were asked for, refused ones included.
    dials: u32,
    /// Connections that were served.
    connections: u32,
    rules: RuleCounts,
}

/// How often each rule has come up, by its place in the list.
pub(crate) type RuleCounts = BTreeMap<usize, u32>;

/// How often rules have come up in one connection, and in one of its mail transactions.
#[derive(Debug, Default)]
pub(crate) struct SessionCounts {
    pub(crate) connection: RuleCounts,
    pub(crate) transaction: RuleCounts,
}

/// When a property is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) tls: TlsState,
    /// Which connection of the host, counted from 1.
    pub(crate) connection: u32,
}

/// An EHLO keyword in capitals, and its parameters.
pub(crate) type Keyword = (String, Vec<String>);

impl RunningHost {
    /// A host whose time begins now.
    ///
    /// `clock` gives the world's time to TLS; rules count time on `tokio::time`.
    #[must_use]
    pub fn new(host: impl Into<SharedHost>, pki: Arc<Pki>, clock: Arc<dyn TimeProvider>) -> Self {
        Self { host: host.into(), pki, clock, began: Instant::now(), shared: Mutex::default() }
    }

    /// What it was made of.
    #[must_use]
    pub fn host(&self) -> &SharedHost {
        &self.host
    }

    /// Its certificates.
    #[must_use]
    pub fn pki(&self) -> &Arc<Pki> {
        &self.pki
    }

    /// Whether a connection is refused because the host is down. Whoever accepts connections asks this first, and
    /// does not serve a connection that is refused. Reports it.
    #[must_use]
    pub fn refuses(&self, peer: SocketAddr, local: SocketAddr, session: SessionId, sink: &dyn Sink) -> bool {
        let connection = {
            let mut shared = self.shared();
            shared.dials += 1;
            shared.dials
        };
        let moment = Moment { tls: TlsState::Clear, connection };
        let Some(((), tag)) = self.property(moment, |value| matches!(value, PropertyValue::Down).then_some(())) else {
            return false;
        };
        sink.report(session, Event::Refused { peer, local });
        if let Some(tag) = tag {
            sink.report(session, Event::Used(tag));
        }
        true
    }

    pub(crate) fn clock(&self) -> &Arc<dyn TimeProvider> {
        &self.clock
    }

    /// The number of a connection that is about to be served.
    pub(crate) fn next_connection(&self) -> u32 {
        let mut shared = self.shared();
        shared.connections += 1;
        shared.connections
    }

    /// What the last property says that applies and that `pick` picks.
    pub(crate) fn property<'a, T>(
        &'a self,
        moment: Moment,
        pick: impl Fn(&'a PropertyValue) -> Option<T>,
    ) -> Option<(T, Option<Tag>)> {
        let elapsed = self.began.elapsed();
        self.host.properties.iter().rev().find_map(|property| {
            let value = pick(&property.value)?;
            applies(&property.conditions, moment, elapsed).then_some((value, property.tag))
        })
    }

    pub(crate) fn posture(&self, moment: Moment) -> Option<&Posture> {
        let found = self.property(moment, |value| match value {
            PropertyValue::Auth(posture) => Some(posture),
            _ => None,
        });
        found.map(|(posture, _)| posture)
    }

    /// What EHLO is answered with, in order.
    pub(crate) fn offers(&self, moment: Moment) -> Vec<Keyword> {
        let plain = |keyword: &str| (keyword.to_owned(), Vec::new());
        let mut offers = vec![plain("PIPELINING"), ("SIZE".to_owned(), vec!["36700160".to_owned()])];
        offers.extend(["8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "CHUNKING"].map(plain));
        if moment.tls == TlsState::Clear {
            offers.push(plain("STARTTLS"));
        }
        let auth = match (self.posture(moment), moment.tls) {
            (None, _) | (Some(Posture::BasicAuthRequireTls(_)), TlsState::Clear) => false,
            (Some(Posture::ExchangeServer), _) => false,
            (Some(_), _) => true,
        };
        if let Some(Posture::ExchangeServer) = self.posture(moment) {
            if moment.tls == TlsState::Clear {
                offers.push(plain("X-ANONYMOUSTLS"));
            }
            offers.push(("X-EXPS".to_owned(), vec!["GSSAPI".to_owned(), "NTLM".to_owned()]));
        }
        if auth {
            offers.push(("AUTH".to_owned(), vec!["LOGIN".to_owned(), "PLAIN".to_owned()]));
        }
        let elapsed = self.began.elapsed();
        for property in &self.host.properties {
            if !applies(&property.conditions, moment, elapsed) {
                continue;
            }
            match &property.value {
                PropertyValue::Withholds(keyword) if keyword == "*" => offers.clear(),
                PropertyValue::Withholds(keyword) => offers.retain(|(offered, _)| offered != keyword),
                PropertyValue::Offers { keyword, parameters } => {
                    // RFC 3207 §4.2: not again under TLS, unless somebody insists.
                    let insists = property.conditions.tls == Some(TlsState::Tls);
                    if matches!(keyword.as_str(), "STARTTLS" | "X-ANONYMOUSTLS")
                        && moment.tls == TlsState::Tls
                        && !insists
                    {
                        continue;
                    }
                    match offers.iter_mut().find(|(offered, _)| offered == keyword) {
                        Some((_, before)) => before.clone_from(parameters),
                        None => offers.push((keyword.clone(), parameters.clone())),
                    }
                }
                _ => {}
            }
        }
        offers
    }

    /// The first rule that matches, by its place in the list. Counts the occasion for all rules that wait for it.
    pub(crate) fn choose(&self, occasion: &Occasion<'_>, moment: Moment, counts: &mut SessionCounts) -> Option<usize> {
        let elapsed = self.began.elapsed();
        let mut chosen = None;
        for (index, rule) in self.host.rules.iter().enumerate() {
            if !(occurs(&rule.trigger, index, occasion) && holds(&rule.conditions, moment.tls, elapsed)) {
                continue;
            }
            if self.comes_up(index, rule.conditions.count, counts) && chosen.is_none() {
                chosen = Some(index);
            }
        }
        chosen
    }

    /// The rules that wait for mail data, with the octets that they wait for, in the order in which they come up.
    pub(crate) fn data_rules(&self) -> Vec<(u64, usize)> {
        let waits = |(index, rule): (usize, &crate::rule::Rule)| match rule.trigger {
            Trigger::Data => Some((rule.conditions.after_octets.unwrap_or(0), index)),
            _ => None,
        };
        let mut rules: Vec<_> = self.host.rules.iter().enumerate().filter_map(waits).collect();
        rules.sort_unstable();
        rules
    }

    fn comes_up(&self, index: usize, count: Option<Count>, counts: &mut SessionCounts) -> bool {
        let Some(count) = count else { return true };
        let step = |counts: &mut RuleCounts| {
            let number = counts.entry(index).or_default();
            *number = number.saturating_add(1);
            *number
        };
        let number = match count.over {
            Scope::Case => step(&mut self.shared().rules),
            Scope::Connection => step(&mut counts.connection),
            Scope::Transaction => step(&mut counts.transaction),
        };
        covers(count.which, number)
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn applies(conditions: &Conditions, moment: Moment, elapsed: Duration) -> bool {
    holds(conditions, moment.tls, elapsed)
        && conditions.count.is_none_or(|count| covers(count.which, moment.connection))
}

fn covers(which: Which, number: u32) -> bool {
    match which {
        Which::First(last) => number <= last,
        Which::From(first) => number >= first,
        Which::Only(only) => number == only,
    }
}
