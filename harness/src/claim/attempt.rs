//! Attempts: the times in which an MTA tried to reach a recipient's next hop.
//!
//! An attempt is a time in which a query for the recipient's route is open or a connection to its host is. Which
//! queries and hosts are of its route is read from the trace: where all recipients of a case share a domain, every query
//! and every connection that is not of `origin`; otherwise the names that follow from the recipient's domain, and the
//! hosts to which its RCPT was ever said. A host that is down hears no RCPT: where nothing of a trace belongs to the
//! recipients of one domain, and only to them, what belongs to nobody is theirs.

use std::collections::BTreeSet;

use super::Judging;
use crate::trace::{
    Event,
    view::Session,
    wire::{path, same_mailbox},
};

/// Gaps shorter than this, in milliseconds, do not end an attempt.
pub const GAP_MS: u64 = 10_000;

/// One attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Index of its first event.
    pub index: usize,
    /// When it began, in milliseconds.
    pub start_ms: u64,
    /// When it ended, in milliseconds.
    pub end_ms: u64,
}

impl Judging<'_> {
    /// Attempts for a recipient, in order.
    #[must_use]
    pub fn attempts(&self, recipient: &str) -> Vec<Attempt> {
        let mut spans = self.spans(recipient);
        spans.sort_by_key(|span| (span.start_ms, span.index));
        let mut attempts: Vec<Attempt> = Vec::new();
        for span in spans {
            match attempts.last_mut() {
                Some(last) if span.start_ms < last.end_ms.saturating_add(GAP_MS) => {
                    last.end_ms = last.end_ms.max(span.end_ms);
                }
                _ => attempts.push(span),
            }
        }
        attempts
    }

    fn spans(&self, recipient: &str) -> Vec<Attempt> {
        let own = domain(recipient);
        let recipients = self.case.messages.iter().flat_map(|message| &message.recipients);
        let shared = recipients.map(|other| domain(other)).all(|other| other == own);
        let to_origin = self.case.world.accepts.iter().any(|accepted| accepted.eq_ignore_ascii_case(&own));
        let names = self.names(&own);
        let hosts = self.hosts_of(recipient);
        let nobodys = if self.is_only_stray(recipient) { self.nobodys() } else { Strays::default() };
        let names = |name: &str| {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let is_accepted = self.case.world.accepts.iter().any(|accepted| accepted.eq_ignore_ascii_case(&name));
            let at_origin = is_accepted || self.host("origin").is_some_and(|host| host.names.contains(&name));
            if shared {
                to_origin || !at_origin
            } else {
                names.contains(&name) || hosts.names.contains(&name) || nobodys.names.contains(&name)
            }
        };
        let is_host = |host: &str| {
            let at_origin = host == "origin";
            if shared {
                return to_origin || !at_origin;
            }
            let host = host.to_ascii_lowercase();
            hosts.names.contains(&host) || nobodys.hosts.contains(&host)
        };
        let queries = self.view.queries.iter().filter(|query| names(query.name)).map(|query| Attempt {
            index: query.index,
            start_ms: query.at_ms,
            end_ms: query.answer.map_or(query.at_ms, |(at_ms, _)| at_ms),
        });
        let sessions = self.view.sessions.iter().filter(|session| is_host(session.host)).map(|session| Attempt {
            index: session.index,
            start_ms: session.at_ms,
            end_ms: self.end_of(session),
        });
        let refused = self.view.trace.0.iter().enumerate().filter_map(|(index, entry)| match &entry.event {
            Event::Refused { host, .. } if is_host(host) => {
                Some(Attempt { index, start_ms: entry.at_ms, end_ms: entry.at_ms })
            }
            _ => None,
        });
        queries.chain(sessions).chain(refused).collect()
    }

    /// Whether something was tried that belongs to no recipient, so that it may be an attempt for one who has none.
    pub(super) fn has_strays(&self) -> bool {
        let nobodys = self.nobodys();
        !nobodys.hosts.is_empty() || !nobodys.names.is_empty()
    }

    /// Whether nothing of the trace belongs to this recipient, and whoever else that holds for shares its domain.
    fn is_only_stray(&self, recipient: &str) -> bool {
        let own = domain(recipient);
        let is_stray = |other: &str| self.hosts_of(other).names.is_empty() && !self.is_asked_for(&domain(other));
        let others = self.case.messages.iter().flat_map(|message| &message.recipients);
        is_stray(recipient) && others.filter(|other| domain(other) != own).all(|other| !is_stray(other))
    }

    fn is_asked_for(&self, domain: &str) -> bool {
        self.view.queries.iter().any(|query| query.name.trim_end_matches('.').eq_ignore_ascii_case(domain))
    }

    /// What was asked and dialled, and belongs to no recipient; `origin` belongs to the MTA itself.
    fn nobodys(&self) -> Strays {
        let (mut names, mut hosts) = (BTreeSet::new(), Hosts::default());
        if let Some(origin) = self.host("origin") {
            hosts.add(self, &origin.host.name);
        }
        for recipient in self.case.messages.iter().flat_map(|message| &message.recipients) {
            names.extend(self.names(&domain(recipient)));
            hosts.names.extend(self.hosts_of(recipient).names);
        }
        let dialled = self.view.trace.0.iter().filter_map(|entry| match &entry.event {
            Event::Connect { host, .. } | Event::Refused { host, .. } => Some(host.to_ascii_lowercase()),
            _ => None,
        });
        let asked = self.view.queries.iter().map(|query| query.name.trim_end_matches('.').to_ascii_lowercase());
        Strays {
            hosts: dialled.filter(|host| host != "origin" && !hosts.names.contains(host)).collect(),
            names: asked.filter(|name| !names.contains(name) && !hosts.names.contains(name)).collect(),
        }
    }

    fn end_of(&self, session: &Session<'_>) -> u64 {
        session.closed.map(|closed| closed.at_ms).or(self.view.end.map(|end| end.at_ms)).unwrap_or(session.at_ms)
    }

    /// Names that follow from a domain by what the name server answered.
    fn names(&self, domain: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::from([domain.to_owned()]);
        // In the order of the trace: an answer speaks of names that are asked for later.
        for query in &self.view.queries {
            if !names.contains(query.name.trim_end_matches('.')) {
                continue;
            }
            let records = query.answer.map(|(_, records)| records).unwrap_or_default();
            let last_word =
                |record: &String| record.rsplit(' ').next().map(|word| word.trim_end_matches('.').to_ascii_lowercase());
            names.extend(records.iter().filter_map(last_word));
        }
        names
    }

    /// Hosts to which RCPT for this recipient was ever said, and hosts at addresses that follow from its domain.
    fn hosts_of(&self, recipient: &str) -> Hosts {
        let names = self.names(&domain(recipient));
        let mut hosts = Hosts::default();
        for session in &self.view.sessions {
            let said = session
                .commands()
                .any(|(_, _, command)| command.verb == "RCPT" && same_mailbox(&path(command.argument).0, recipient));
            if said || names.contains(&session.to.to_string()) {
                hosts.add(self, session.host);
            }
        }
        for entry in &self.view.trace.0 {
            if let Event::Refused { host, to, .. } = &entry.event
                && names.contains(&to.to_string())
            {
                hosts.add(self, host);
            }
        }
        hosts
    }
}

/// What belongs to no recipient.
#[derive(Debug, Default)]
struct Strays {
    hosts: BTreeSet<String>,
    names: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Hosts {
    names: BTreeSet<String>,
}

impl Hosts {
    fn add(&mut self, judging: &Judging<'_>, host: &str) {
        self.names.insert(host.to_ascii_lowercase());
        self.names.extend(judging.host(host).into_iter().flat_map(|host| host.names.iter().cloned()));
    }
}

fn domain(recipient: &str) -> String {
    recipient.rsplit_once('@').map_or(recipient, |(_, domain)| domain).to_ascii_lowercase()
}
