//! Takes mail to its next hop: dials hosts, leads sessions, offers transactions.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    NextHop, Outcome, Problem,
    candidates::{Candidate, Found, Search},
    ledger::{Ledger, outcome_of},
    settings::host_label,
};
use crate::{
    dsn::Request,
    limits::{ADDRESSES_PER_ATTEMPT_MAX, RECIPIENTS_PER_TRANSACTION_MAX},
    network::Network,
    reply::EnhancedCode,
    resolver::{DnsSettings, Resolver},
    session::{Content, Envelope, Host, Session, SessionError, Settings, StartTls, Verdict},
    tls::Tls,
    wire::Command,
};

/// What is delivered: a message as one connector may send it.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    /// Without brackets; empty is the null one.
    pub reverse_path: &'a str,
    /// The message.
    pub content: &'a Content,
    /// What the sender asks about notifications, by place among the recipients of the attempt.
    pub dsn: &'a Request,
}

/// Delivers, one attempt at a time.
pub struct Courier {
    network: Arc<dyn Network>,
    resolver: Resolver,
    tls: Tls,
    server: String,
    address: IpAddr,
    /// Where each connector's list of smart hosts starts next, by the connector's name in lower case (SMH-08).
    rotations: Mutex<BTreeMap<String, usize>>,
}

/// What a host came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contact {
    /// It was there; what it said is in the ledger, and its other addresses would say the same.
    Made,
    /// Another address may do better.
    NotMade,
}

impl Courier {
    /// A courier of the server `server` at `address`.
    #[must_use]
    pub fn new(network: Arc<dyn Network>, resolver: Resolver, tls: Tls, server: &str, address: IpAddr) -> Self {
        Self { network, resolver, tls, server: server.to_owned(), address, rotations: Mutex::default() }
    }

    /// Takes the DNS settings of the server for lookups that begin from now on.
    pub fn configure_dns(&self, settings: &DnsSettings) {
        self.resolver.configure(settings);
    }

    /// One attempt for `recipients`, forward-paths without brackets; one outcome for each, in order.
    pub async fn deliver(&self, next_hop: &NextHop, mail: Mail<'_>, recipients: &[&str]) -> Vec<Outcome> {
        let mut ledger = Ledger::new(recipients.len());
        let search = Search::new(&self.resolver, &self.server, self.address, next_hop);
        let steps = match search.steps(next_hop, self.rotation(next_hop)).await {
            Ok(steps) => steps,
            Err(problem) => {
                ledger.settle_open(&problem);
                return ledger.close();
            }
        };
        let mut dialled = 0;
        for step in steps {
            let candidates = match search.hosts(step, next_hop).await {
                Found::Hosts(candidates, problems) => {
                    problems.iter().for_each(|problem| ledger.note_open(problem));
                    candidates
                }
                Found::Ourselves => {
                    if ledger.is_blank() {
                        ledger.settle_open(&Problem::own(
                            EnhancedCode::new(5, 4, 6),
                            "routing loop: the domain leads back here",
                        ));
                    }
                    break;
                }
            };
            for candidate in &candidates {
                for &address in &candidate.addresses {
                    if ledger.open().is_empty() || dialled == ADDRESSES_PER_ATTEMPT_MAX {
                        return ledger.close();
                    }
                    dialled += 1;
                    let transactions_max = transactions_max(next_hop);
                    let visit = Visit { courier: self, candidate, address, mail, recipients, transactions_max };
                    if visit.run(&mut ledger).await == Contact::Made {
                        break;
                    }
                }
            }
        }
        ledger.close()
    }

    fn rotation(&self, next_hop: &NextHop) -> usize {
        let NextHop::SmartHosts { connector } = next_hop else { return 0 };
        let mut rotations = self.rotations.lock().unwrap_or_else(PoisonError::into_inner);
        let next = rotations.entry(connector.name.to_lowercase()).or_default();
        let now = *next;
        *next = next.wrapping_add(1);
        now
    }

    /// A session that is open for mail. A failed handshake is followed by a session in the clear, on a connection of
    /// its own, where TLS was only tried (AMB-06).
    async fn open(&self, address: SocketAddr, host: &Host, settings: &Settings) -> Result<Session, SessionError> {
        if let Some(name) = self.tls.missing(&settings.own_certificate) {
            return Err(SessionError::NoCertificate { name });
        }
        let stream = self.dial(address, settings).await?;
        match Session::open(stream, host, settings, &self.tls).await {
            Err(SessionError::Handshake { .. }) if settings.starttls == StartTls::IfOffered => {
                let clear = Settings { starttls: StartTls::Never, ..settings.clone() };
                let stream = self.dial(address, &clear).await?;
                Session::open(stream, host, &clear, &self.tls).await
            }
            other => other,
        }
    }

    async fn dial(&self, address: SocketAddr, settings: &Settings) -> Result<crate::network::BoxStream, SessionError> {
        let lost = |source| SessionError::Connection { during: Command::Connect, source };
        match tokio::time::timeout(settings.timeouts.connect, self.network.connect(settings.source, address)).await {
            Ok(connected) => connected.map_err(lost),
            Err(_) => Err(lost(io::ErrorKind::TimedOut.into())),
        }
    }
}

/// Most transactions of one connection (MOD-22).
fn transactions_max(next_hop: &NextHop) -> u32 {
    match next_hop {
        NextHop::Accepted(_) => u32::MAX,
        NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector } => {
            connector.messages_per_connection_max.max(1)
        }
    }
}

/// One host at one address, and what is to be brought there.
struct Visit<'a> {
    courier: &'a Courier,
    candidate: &'a Candidate,
    address: SocketAddr,
    mail: Mail<'a>,
    recipients: &'a [&'a str],
    transactions_max: u32,
}

impl Visit<'_> {
    /// Offers the message for everybody who is open, in as many transactions as it takes.
    async fn run(&self, ledger: &mut Ledger) -> Contact {
        let host = Host { name: self.candidate.name.clone(), address: self.address.ip() };
        let label = host_label(host.name.as_deref(), host.address);
        let mut waiting = ledger.open();
        while !waiting.is_empty() {
            let session = match self.courier.open(self.address, &host, &self.candidate.settings).await {
                Ok(session) => session,
                Err(error) => {
                    ledger.note_open(&Problem::of_session(&error, &label));
                    return Contact::NotMade;
                }
            };
            waiting = self.transactions(session, waiting, &label, ledger).await;
        }
        Contact::Made
    }

    /// The transactions of one connection. Gives the recipients for whom another connection is worth while.
    async fn transactions(
        &self,
        mut session: Session,
        mut waiting: Vec<usize>,
        label: &str,
        ledger: &mut Ledger,
    ) -> Vec<usize> {
        for _ in 0..self.transactions_max {
            let now: Vec<usize> = waiting.drain(..waiting.len().min(RECIPIENTS_PER_TRANSACTION_MAX)).collect();
            let recipients: Vec<&str> = now.iter().map(|&at| self.recipients[at]).collect();
            let (reverse_path, dsn) = (self.mail.reverse_path, self.mail.dsn.pick(&now));
            let envelope = Envelope { reverse_path, recipients: &recipients, dsn: &dsn };
            let transacted = session.transact(envelope, self.mail.content).await;
            let is_progress = transacted.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Accepted(_)));
            let lost = transacted.session.as_ref().err().map(|error| Problem::of_session(error, label));
            let mut again = Vec::new();
            for (at, verdict) in now.into_iter().zip(transacted.verdicts) {
                match verdict {
                    Verdict::Accepted(reply) => {
                        let (host, offers_dsn) = (label.to_owned(), transacted.offers_dsn);
                        ledger.settle(at, Outcome::Delivered { host, reply, offers_dsn });
                    }
                    Verdict::Another(reply) => again.push((at, reply)),
                    other => record(ledger, at, other, label, lost.as_ref()),
                }
            }
            if let Err(error) = transacted.session {
                waiting.into_iter().for_each(|at| ledger.note(at, Problem::of_session(&error, label)));
                session.abandon(&error).await;
                return Vec::new();
            }
            if is_progress {
                waiting.splice(0..0, again.into_iter().map(|(at, _)| at));
            } else {
                again.iter().for_each(|(at, reply)| ledger.note(*at, Problem::too_many(reply, label)));
            }
            if waiting.is_empty() {
                break;
            }
        }
        session.quit().await;
        waiting
    }
}

/// Writes into the ledger that a recipient was not accepted.
fn record(ledger: &mut Ledger, at: usize, verdict: Verdict, label: &str, lost: Option<&Problem>) {
    match verdict {
        Verdict::Accepted(_) | Verdict::Another(_) => {}
        Verdict::Refused(error) => {
            let problem = Problem::of_session(&error, label);
            if problem.is_permanent() { ledger.settle(at, outcome_of(problem)) } else { ledger.note(at, problem) }
        }
        Verdict::Unknown => {
            // Another host might get a copy of what this one has already: that is for the next attempt (FAIL-07).
            let text = "connection lost after the end of mail data";
            let problem = Problem::own(EnhancedCode::new(4, 4, 2), text);
            ledger.settle(at, Outcome::Deferred(Problem { host: Some(label.to_owned()), ..problem }));
        }
        Verdict::Untried => {
            let unsaid = || Problem::own(EnhancedCode::new(4, 4, 2), "session ended early");
            ledger.note(at, lost.cloned().unwrap_or_else(unsaid));
        }
    }
}
