//! Takes mail to its next hop: dials hosts, leads sessions, offers transactions.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Attempt, Held, NextHop, Problem,
    candidates::{Candidate, Found, Search},
    ledger::Ledger,
    visit::{Contact, Visit},
};
use crate::{
    connector::{ErrorPolicy, MESSAGES_PER_CONNECTION_DEFAULT, Service},
    dsn::Request,
    limits::ADDRESSES_PER_ATTEMPT_MAX,
    network::{BoxStream, Network},
    protocol_log::{Conversation, ProtocolLog, Secrets},
    reply::EnhancedCode,
    resolver::{DnsSettings, Resolver},
    session::{Content, Host, Session, SessionError, Settings, StartTls},
    tls::Tls,
    wire::Command,
};

/// What is delivered: a message as one connector may send it.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    /// Without brackets; empty is the null one.
    pub reverse_path: &'a str,
    /// The message.
    pub content: &'a Content,
    /// What the sender asks about notifications, by place among the recipients of the attempt.
    pub dsn: &'a Request,
    /// Told of those, by place among the recipients of the attempt, for whom a host has just taken the message.
    pub on_taken: &'a (dyn Fn(&[usize]) + Send + Sync),
}

/// Delivers, one attempt at a time.
pub struct Courier {
    network: Arc<dyn Network>,
    resolver: Resolver,
    /// For connectors that are proxied: the Front End Transport service has settings of its own (DNS-24, AMB-15).
    front_end: Option<Resolver>,
    tls: Tls,
    log: Arc<ProtocolLog>,
    server: String,
    address: IpAddr,
    /// Where each list of smart hosts or servers starts next (SMH-08, SCO-08), by the connector's name in lower case.
    rotations: Mutex<BTreeMap<String, usize>>,
}

impl Courier {
    /// A courier of the server `server` at `address`.
    #[must_use]
    pub fn new(
        network: Arc<dyn Network>,
        resolver: Resolver,
        tls: Tls,
        log: Arc<ProtocolLog>,
        (server, address): (&str, IpAddr),
    ) -> Self {
        let (server, front_end) = (server.to_owned(), None);
        Self { network, resolver, front_end, tls, log, server, address, rotations: Mutex::default() }
    }

    /// Looks up with this one whatever a connector of the Front End Transport service leads to.
    #[must_use]
    pub fn with_front_end(self, resolver: Resolver) -> Self {
        Self { front_end: Some(resolver), ..self }
    }

    /// Takes the DNS settings of the Transport service for lookups that begin from now on.
    pub fn configure_dns(&self, settings: &DnsSettings) {
        self.resolver.configure(settings);
    }

    /// Takes those of the Front End Transport service, if there is a resolver for it.
    pub fn configure_front_end_dns(&self, settings: &DnsSettings) {
        if let Some(front_end) = &self.front_end {
            front_end.configure(settings);
        }
    }

    /// Who looks up for a next hop (DNS-24).
    fn resolver(&self, next_hop: &NextHop) -> &Resolver {
        let is_proxied = match next_hop {
            NextHop::Accepted(_) | NextHop::Servers(_) => false,
            NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector } => {
                connector.service == Service::FrontEnd
            }
        };
        self.front_end.as_ref().filter(|_| is_proxied).unwrap_or(&self.resolver)
    }

    /// One attempt for `recipients`, forward-paths without brackets. What `held` has of an earlier message to the same
    /// next hop is used first, and what is left of this one is in it afterwards.
    pub async fn deliver(
        &self,
        next_hop: &NextHop,
        mail: Mail<'_>,
        recipients: &[&str],
        held: &mut Held<'_>,
    ) -> Attempt {
        let mut ledger = Ledger::new(recipients.len());
        let work = Work { mail, recipients, transactions_max: transactions_max(next_hop) };
        let asked = match held.take() {
            Some(open) => open.go_on(work, &mut ledger, held).await,
            None => None,
        };
        if !ledger.open().is_empty() {
            self.try_hosts(next_hop, work, asked, &mut ledger, held).await;
        }
        ledger.close()
    }

    /// Tries hosts in order; the one at `asked` has answered already.
    async fn try_hosts(
        &self,
        next_hop: &NextHop,
        work: Work<'_>,
        asked: Option<SocketAddr>,
        ledger: &mut Ledger,
        held: &mut Held<'_>,
    ) {
        let search = Search::new(self.resolver(next_hop), &self.server, self.address, next_hop);
        let steps = match search.steps(next_hop, self.rotation(next_hop)).await {
            Ok(steps) => steps,
            Err(problem) => return ledger.settle_open(&downgraded(next_hop, problem)),
        };
        if steps.is_empty() {
            ledger.settle_open(&Problem::own(
                EnhancedCode::new(4, 4, 1),
                "no server can be reached that would take it on",
            ));
        }
        let mut dialled = 0;
        for step in steps {
            let candidates = match search.hosts(step, next_hop).await {
                Found::Hosts(candidates, problems) => {
                    problems.into_iter().for_each(|problem| ledger.note_open(&downgraded(next_hop, problem)));
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
            let is_new = |candidate: &&Candidate| !asked.is_some_and(|asked| candidate.addresses.contains(&asked));
            for candidate in candidates.iter().filter(is_new) {
                for &address in &candidate.addresses {
                    if ledger.open().is_empty() || dialled == ADDRESSES_PER_ATTEMPT_MAX {
                        return;
                    }
                    dialled += 1;
                    let visit = Visit { courier: self, candidate, address, work };
                    if visit.run(ledger, held).await == Contact::Made {
                        break;
                    }
                }
            }
        }
    }

    fn rotation(&self, next_hop: &NextHop) -> usize {
        let name = match next_hop {
            NextHop::SmartHosts { connector } => connector.name.to_lowercase(),
            NextHop::Servers(relay) => format!("{} {}", relay.delivery_type(), relay.connector_name().to_lowercase()),
            NextHop::Accepted(_) | NextHop::Dns { .. } => return 0,
        };
        let mut rotations = self.rotations.lock().unwrap_or_else(PoisonError::into_inner);
        let next = rotations.entry(name).or_default();
        let now = *next;
        *next = next.wrapping_add(1);
        now
    }

    /// A session that is open for mail. A failed handshake is followed by a session in the clear, on a connection of
    /// its own, where TLS was only tried (AMB-06).
    pub(super) async fn open(
        &self,
        address: SocketAddr,
        host: &Host,
        settings: &Settings,
    ) -> Result<Session, SessionError> {
        if let Some(name) = self.tls.missing(&settings.own_certificate) {
            return Err(SessionError::NoCertificate { name });
        }
        let (stream, log) = self.dial(address, settings).await?;
        match Session::open_logged(stream, host, settings, &self.tls, log).await {
            Err(SessionError::Handshake { .. }) if settings.starttls == StartTls::IfOffered => {
                let clear = Settings { starttls: StartTls::Never, ..settings.clone() };
                let (stream, log) = self.dial(address, &clear).await?;
                Session::open_logged(stream, host, &clear, &self.tls, log).await
            }
            other => other,
        }
    }

    /// A connection, and the log of what will be said there, if there is to be one.
    async fn dial(
        &self,
        address: SocketAddr,
        settings: &Settings,
    ) -> Result<(BoxStream, Option<Box<Conversation>>), SessionError> {
        let mut log = self.log.begin(&settings.log, address, || Secrets::of(&settings.authentication));
        let dialling = self.network.dial(settings.source, address);
        let connected = tokio::time::timeout(settings.timeouts.connect, dialling).await;
        match connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok((stream, local)) => {
                if let Some(log) = &mut log {
                    log.connected(local);
                }
                Ok((stream, log))
            }
            Err(source) => {
                if let Some(log) = &mut log {
                    log.lost(&format!("failed to connect to {address}: {source}"));
                }
                Err(SessionError::Connection { during: Command::Connect, source })
            }
        }
    }
}

/// What is to be brought to a host.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) mail: Mail<'a>,
    pub(super) recipients: &'a [&'a str],
    pub(super) transactions_max: u32,
}

/// What DNS said, as the connector wants it taken (FAIL-20, FAIL-21). *Our reading:* a null MX is an answer and no DNS
/// failure, so it stays what it is.
fn downgraded(next_hop: &NextHop, problem: Problem) -> Problem {
    match next_hop {
        NextHop::Dns { connector, .. }
            if connector.error_policies.contains(&ErrorPolicy::DowngradeDnsFailures)
                && problem.status != TAKES_NO_MAIL =>
        {
            problem.transient()
        }
        _ => problem,
    }
}

/// RFC 7505 §4.1.
const TAKES_NO_MAIL: EnhancedCode = EnhancedCode::new(5, 1, 10);

/// Most transactions of one connection (MOD-22, IMP-07).
fn transactions_max(next_hop: &NextHop) -> u32 {
    match next_hop {
        NextHop::Accepted(_) => u32::MAX,
        NextHop::Servers(_) => MESSAGES_PER_CONNECTION_DEFAULT,
        NextHop::Dns { connector, .. } | NextHop::SmartHosts { connector } => {
            connector.messages_per_connection_max.max(1)
        }
    }
}
