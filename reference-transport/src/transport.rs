//! The transport: takes a message, routes each recipient, delivers, reports, and notifies of failure.
//!
//! # Invariants
//!
//! Every recipient of a message gets one route and one fate. A failed one is in a notice, unless the reverse-path is
//! null (FAIL-23).
//!
//! # Not here
//!
//! A queue: a message gets one attempt, and what is deferred stays so.

mod routing;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use tokio::task::JoinSet;

use self::routing::{Decision, Group, decide, group};
use crate::{
    connector::HeaderRights,
    delivery::{Courier, Mail, Outcome, Problem},
    directory::Directory,
    domain::{Domain, DomainError, Mailbox},
    dsn::Event,
    message::{Message, Stamp, Submission},
    network::Network,
    notice::{self, Entry, Occasion, Reporter, Said},
    observer::{Fate, Observer, Report},
    resolver::Resolver,
    shell::{CommandOutcome, Shell},
    tls::{Identity, Tls, TlsSetupError},
};

/// What a transport is told once.
#[derive(Debug)]
pub struct Config {
    /// Our own name.
    pub server: String,
    /// Our own address.
    pub address: IpAddr,
    /// Name servers that the network adapter names, in the order in which they are asked.
    pub resolvers: Vec<SocketAddr>,
    /// Trusted roots.
    pub roots: Vec<CertificateDer<'static>>,
    /// Lists of revoked certificates.
    pub revocation_lists: Vec<CertificateRevocationListDer<'static>>,
    /// Certificates of our own.
    pub identities: Vec<Identity>,
    /// Our own domains, each with the server that keeps it.
    pub accepted: Vec<(String, SocketAddr)>,
}

/// Why a transport cannot be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// An accepted domain is none.
    #[error("accepted domain `{domain}`: {source}")]
    AcceptedDomain {
        /// As it was given.
        domain: String,
        /// Why.
        source: DomainError,
    },
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
}

/// An outbound transport. Cheap to clone; clones are the same transport.
#[derive(Clone)]
pub struct Transport {
    inner: Arc<Inner>,
}

struct Inner {
    server: String,
    address: IpAddr,
    accepted: Vec<(Domain, SocketAddr)>,
    directory: Mutex<Directory>,
    /// Locked before the directory, where both are.
    shell: Mutex<Shell>,
    courier: Courier,
    network: Arc<dyn Network>,
    observer: Arc<dyn Observer>,
}

impl Transport {
    /// A transport without connectors.
    ///
    /// # Errors
    ///
    /// If what it is told is unusable.
    pub fn new(config: Config, network: Arc<dyn Network>, observer: Arc<dyn Observer>) -> Result<Self, TransportError> {
        let Config { server, address, resolvers, roots, revocation_lists, identities, accepted } = config;
        let accepted = accepted
            .into_iter()
            .map(|(domain, next_hop)| match Domain::parse(&domain) {
                Ok(parsed) => Ok((parsed, next_hop)),
                Err(source) => Err(TransportError::AcceptedDomain { domain, source }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let resolver = Resolver::new(&resolvers, Arc::clone(&network));
        let tls =
            Tls::new(Arc::clone(&network), &roots, identities, &server)?.with_revocation_lists(&revocation_lists)?;
        let courier = Courier::new(Arc::clone(&network), resolver, tls, &server, address);
        let directory = Mutex::new(Directory::new(accepted.iter().map(|(domain, _)| domain.clone()).collect()));
        let shell = Mutex::default();
        let inner = Inner { server, address, accepted, directory, shell, courier, network, observer };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The directory, to read and to change. Messages that are accepted later are routed by what is in it then.
    pub fn directory(&self) -> MutexGuard<'_, Directory> {
        self.inner.directory()
    }

    /// Runs management shell text; what it changes holds for messages that are accepted later. Variables last from one
    /// text to the next. The guard of [`Self::directory`] may not be held meanwhile.
    pub fn shell(&self, text: &str) -> Vec<CommandOutcome> {
        let mut shell = self.inner.shell.lock().unwrap_or_else(PoisonError::into_inner);
        shell.run(&mut self.inner.directory(), text)
    }

    /// Takes a message, and gives it one delivery attempt. Returns once each recipient has a fate and has been
    /// reported.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, sessions that are open are cut off, and recipients without a report have no fate.
    pub async fn submit(&self, submission: Submission) {
        let inner = &self.inner;
        let message = Arc::new(Message::accept(submission, inner.stamp()));
        let decisions: Vec<Decision> = {
            let directory = inner.directory();
            message.recipients.iter().map(|to| decide(&directory, &inner.accepted, to, message.size)).collect()
        };
        for (recipient, decision) in message.recipients.iter().zip(&decisions) {
            inner.observer.report(Report::Route {
                message: message.name.clone(),
                recipient: recipient.clone(),
                connector: decision.connector().map(|connector| connector.name.clone()),
                delivery: decision.delivery_type(),
            });
        }
        let mut attempts = JoinSet::new();
        for group in group(&decisions) {
            let (inner, message) = (Arc::clone(inner), Arc::clone(&message));
            attempts.spawn(async move { inner.attempt(&message, group).await });
        }
        inner.settle_at_once(&message, decisions).await;
        while let Some(attempt) = attempts.join_next().await {
            if let Err(error) = attempt
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }
}

impl Inner {
    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stamp(&self) -> Stamp<'_> {
        Stamp { server: &self.server, address: self.address, now: self.network.now(), id: self.network.random() }
    }

    /// Recipients whose fate needs no attempt.
    async fn settle_at_once(&self, message: &Message, decisions: Vec<Decision>) {
        let mut failures = Vec::new();
        for (at, decision) in decisions.into_iter().enumerate() {
            match decision {
                Decision::Deliver { .. } => {}
                Decision::Fail(problem) => failures.push((at, problem)),
                Decision::Unroutable => {
                    self.report(
                        message,
                        &message.recipients[at],
                        Fate::Unroutable,
                        "no connector serves the recipient",
                    );
                }
            }
        }
        self.fail(message, &failures).await;
    }

    /// One attempt for recipients that share a next hop.
    async fn attempt(&self, message: &Message, group: Group) {
        let content = message.content(group.rights);
        let recipients: Vec<&str> = group.recipients.iter().map(|&at| message.recipients[at].as_str()).collect();
        let dsn = message.dsn.pick(&group.recipients);
        let mail = Mail { reverse_path: &message.reverse_path, content: &content, dsn: &dsn };
        let outcomes = self.courier.deliver(&group.next_hop, mail, &recipients).await;
        self.notify(message, Occasion::Relayed, &relays(message, &group.recipients, &outcomes)).await;
        let mut failures = Vec::new();
        for ((&at, recipient), outcome) in group.recipients.iter().zip(recipients).zip(outcomes) {
            match outcome {
                Outcome::Delivered { reply, .. } => {
                    self.report(message, recipient, Fate::Delivered, &reply.to_string());
                }
                Outcome::Deferred(problem) => self.report(message, recipient, Fate::Deferred, &problem.text),
                Outcome::Failed(problem) => failures.push((at, problem)),
            }
        }
        self.fail(message, &failures).await;
    }

    /// Gives recipients up: a notice first, so that a failure that was reported has been notified.
    async fn fail(&self, message: &Message, failures: &[(usize, Problem)]) {
        let entry = |(at, problem)| Entry { recipient: at, said: Said::Problem(problem) };
        let entries: Vec<Entry<'_>> = failures.iter().map(|(at, problem)| entry((*at, problem))).collect();
        self.notify(message, Occasion::Failed, &entries).await;
        for (at, problem) in failures {
            self.report(message, &message.recipients[*at], Fate::Failed, &problem.text);
        }
    }

    /// Sends a notice to the reverse-path, by the ordinary way. It is exempt from size limits (SIZ-12).
    async fn notify(&self, message: &Message, occasion: Occasion, entries: &[Entry<'_>]) {
        if entries.is_empty() {
            return;
        }
        let domain = self.accepted.first().map_or_else(|| self.server.clone(), |(domain, _)| domain.to_string());
        let (server, domain) = (self.server.as_str(), domain.as_str());
        let reporter = Reporter { server, domain, now: self.network.now(), id: self.network.random() };
        let Some(submission) = notice::compose(message, occasion, entries, reporter) else { return };
        let decision = decide(&self.directory(), &self.accepted, &message.reverse_path, 0);
        let notice = Message::accept(submission, self.stamp());
        if let Decision::Deliver { next_hop, rights } = decision {
            let content = notice.content(rights);
            let mail = Mail { reverse_path: "", content: &content, dsn: &notice.dsn };
            // Nobody is told of a notice that fails, and without a queue one that is deferred is lost.
            let _outcomes = self.courier.deliver(&next_hop, mail, &[&message.reverse_path]).await;
        }
    }

    fn report(&self, message: &Message, recipient: &str, fate: Fate, reason: &str) {
        self.observer.report(Report::Fate {
            message: message.name.clone(),
            recipient: recipient.to_owned(),
            fate,
            reason: reason.to_owned(),
        });
    }
}

/// Recipients who went where nobody tells more, and whose sender wants to know (RFC 3461 §5.2.2).
fn relays<'a>(message: &Message, recipients: &[usize], outcomes: &'a [Outcome]) -> Vec<Entry<'a>> {
    let relay = |(&recipient, outcome): (&usize, &'a Outcome)| match outcome {
        Outcome::Delivered { host, reply, offers_dsn: false } => message
            .dsn
            .recipient(recipient)
            .wants(Event::Relay)
            .then_some(Entry { recipient, said: Said::Reply { host, reply } }),
        _ => None,
    };
    recipients.iter().zip(outcomes).filter_map(relay).collect()
}

/// A mailbox's domain.
fn domain_of(path: &str) -> Result<Domain, Problem> {
    Mailbox::parse(path).map(|mailbox| mailbox.domain).map_err(|error| {
        Problem::own(crate::reply::EnhancedCode::new(5, 1, 3), &format!("the address is unreadable: {error}"))
    })
}

/// A server of our own sees everything.
const ALL_RIGHTS: HeaderRights = HeaderRights { forest: true, organization: true, routing: true };

#[cfg(test)]
mod tests;
