//! The transport: takes a message, routes each recipient, keeps it in queues until it is through or given up, reports,
//! and notifies of failure and delay.
//!
//! # Invariants
//!
//! Every recipient of a message has one route at a time, and one last word: delivered or failed. A failed one is in a
//! notice, unless the reverse-path is null (FAIL-23).

mod acceptance;
mod guard;
mod keeping;
mod kept;
mod name_servers;
mod notify;
mod routing;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use self::routing::Map;
pub use self::{guard::DirectoryGuard, keeping::Resumed};
pub(crate) use self::{kept::Kept, routing::effective};
use crate::{
    delivery::{Courier, Problem},
    directory::{Directory, Organisation, OrganisationError, QueueOrder, QueueWish, TransportService},
    domain::{Domain, DomainError, Mailbox},
    message::{Stamp, Submission},
    network::Network,
    observer::Observer,
    protocol_log::{LogFolder, LogPlan, LogService, ProtocolLog},
    queue::{Connections, Key, Queue, Tasks, Token},
    resolver::Resolver,
    shell::{CommandOutcome, Shell},
    store::{Store, StoreError},
    tls::{Identity, Tls, TlsSetupError},
    told::ToldText,
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
    /// Certificates of the organisation's other servers, by name: each is trusted as that server's own (IMP-05).
    pub servers: Vec<(String, CertificateDer<'static>)>,
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
    /// It stands in no organisation.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
}

/// An outbound transport. Cheap to clone; clones are the same transport, and when the last one goes away, so does what
/// is under way.
#[derive(Clone)]
pub struct Transport {
    inner: Arc<Inner>,
    tasks: Arc<Tasks>,
}

/// What the tasks of a transport share. They never keep the transport itself.
pub(crate) struct Inner {
    server: String,
    address: IpAddr,
    accepted: Vec<(Domain, SocketAddr)>,
    directory: Mutex<Directory>,
    /// Made of the directory as it is, when it is first needed. Locked behind the directory.
    map: Mutex<Option<Arc<Map>>>,
    /// Locked before the directory, where both are.
    shell: Mutex<Shell>,
    queues: Mutex<BTreeMap<Key, Arc<Queue>>>,
    tasks: Weak<Tasks>,
    pub(crate) connections: Connections,
    pub(crate) courier: Courier,
    log: Arc<ProtocolLog>,
    network: Arc<dyn Network>,
    pub(crate) observer: Arc<dyn Observer>,
    /// `None`: messages live as long as the transport.
    store: Option<Arc<dyn Store>>,
}

impl Transport {
    /// A transport without connectors, whose messages live as long as it does.
    ///
    /// # Errors
    ///
    /// If what it is told is unusable.
    pub fn new(config: Config, network: Arc<dyn Network>, observer: Arc<dyn Observer>) -> Result<Self, TransportError> {
        Self::keeping(None, config, network, observer)
    }

    /// A transport without connectors, whose messages are kept in a store until their recipients have a fate
    /// (FAIL-32). [`Self::resume`] goes on with those that are there.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_store(
        store: Arc<dyn Store>,
        config: Config,
        network: Arc<dyn Network>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, TransportError> {
        Self::keeping(Some(store), config, network, observer)
    }

    fn keeping(
        store: Option<Arc<dyn Store>>,
        config: Config,
        network: Arc<dyn Network>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, TransportError> {
        let Config { server, address, resolvers, roots, revocation_lists, identities, accepted, servers } = config;
        let accepted = accepted
            .into_iter()
            .map(|(domain, next_hop)| match Domain::parse(&domain) {
                Ok(parsed) => Ok((parsed, next_hop)),
                Err(source) => Err(TransportError::AcceptedDomain { domain, source }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let log = Arc::new(ProtocolLog::new(Arc::clone(&network), Arc::clone(&observer)));
        let resolver = |service| Resolver::new(&resolvers, Arc::clone(&network)).logged(&log, service);
        let (front_end, resolver) = (resolver(LogService::FrontEnd), resolver(LogService::Transport));
        let tls =
            Tls::new(Arc::clone(&network), &roots, identities, &server)?.with_revocation_lists(&revocation_lists)?;
        let tls = tls.with_servers(servers);
        let courier = Courier::new(Arc::clone(&network), resolver, tls, Arc::clone(&log), (&server, address))
            .with_front_end(front_end);
        let organisation = Organisation::of_mailbox_server(&server, address);
        let domains = accepted.iter().map(|(domain, _)| domain.clone()).collect();
        let directory = Directory::of(organisation, &server, domains)?;
        log.configure(LogPlan::of(&directory, &server));
        let directory = Mutex::new(directory);
        let tasks = Arc::new(Tasks::default());
        let inner = Inner {
            server,
            address,
            accepted,
            directory,
            map: Mutex::default(),
            shell: Mutex::default(),
            queues: Mutex::default(),
            tasks: Arc::downgrade(&tasks),
            connections: Connections::default(),
            courier,
            log,
            network,
            observer,
            store,
        };
        Ok(Self { inner: Arc::new(inner), tasks })
    }

    /// The directory, to read and to change. Messages that are accepted later are routed by what is in it then; when
    /// a change is over, what had no route is routed anew (SEL-24).
    pub fn directory(&self) -> DirectoryGuard<'_> {
        DirectoryGuard::new(&self.inner)
    }

    /// Writes protocol logs below `folder`, the root of the installation, from now on; none is written before.
    pub fn write_logs_to(&self, folder: Arc<dyn LogFolder>) {
        self.inner.log.write_to(folder);
    }

    /// Runs management shell text; what it changes holds for messages that are accepted later. Variables last from one
    /// text to the next. The guard of [`Self::directory`] may not be held meanwhile.
    pub fn shell(&self, text: &str) -> Vec<CommandOutcome> {
        let mut shell = self.inner.shell.lock().unwrap_or_else(PoisonError::into_inner);
        shell.run(&mut self.directory(), text)
    }

    /// As [`Self::shell`], where and by whom the text says.
    ///
    /// # Errors
    ///
    /// The organisation has no such server; nothing was run.
    pub fn tell(&self, told: &ToldText) -> Result<Vec<CommandOutcome>, OrganisationError> {
        let mut shell = self.inner.shell.lock().unwrap_or_else(PoisonError::into_inner);
        let mut directory = self.directory();
        let local = directory.local_server().name.clone();
        if let Some(server) = &told.on {
            directory.work_on(server)?;
        }
        let outcomes = shell.run_from(told.origin(), &mut directory, &told.text);
        directory.work_on(&local)?;
        Ok(outcomes)
    }

    /// Takes a message, and waits until each of its recipients was tried once or has to wait, and the connections of
    /// that have ended. From then on its queues work on it by themselves.
    ///
    /// # Errors
    ///
    /// If the store cannot keep it: then it was not taken.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    ///
    /// # Cancel safety
    ///
    /// The message is taken at the first poll; a future that is dropped later takes nothing back.
    pub async fn submit(&self, submission: Submission) -> Result<(), StoreError> {
        let (token, tried) = Token::new();
        self.inner.accept(submission, token)?;
        tried.wait().await;
        self.tasks.reap();
        Ok(())
    }

    /// Carries out what an administrator asks of queues. A queue that is not there is none that could do it.
    pub fn order(&self, order: &QueueOrder) {
        self.inner.carry_out(order);
    }
}

impl Inner {
    pub(crate) fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings of the Transport service as they are now.
    pub(crate) fn service(&self) -> TransportService {
        self.directory().transport_service().clone()
    }

    /// What the local server chooses from, as its directory is now: made once for every change of it.
    fn map(&self, directory: &Directory) -> Arc<Map> {
        let mut map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(map.get_or_insert_with(|| Arc::new(Map::of(directory))))
    }

    /// The directory is about to change, or has: what was made of it is no more.
    fn forget_map(&self) {
        *self.map.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn queues(&self) -> MutexGuard<'_, BTreeMap<Key, Arc<Queue>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry_out(&self, order: &QueueOrder) {
        let queues: Vec<Arc<Queue>> =
            self.queues().values().filter(|queue| queue.key().is_called(&order.next_hop)).cloned().collect();
        for queue in queues {
            match order.wish {
                QueueWish::Resubmit => queue.resubmit(),
                QueueWish::Resume => queue.suspend(false),
                QueueWish::Retry => queue.force(),
                QueueWish::Suspend => queue.suspend(true),
            }
        }
    }

    /// What goes on top of a message that is taken now; another address than our own if we are told so (FAIL-26).
    fn stamp(&self) -> Stamp<'_> {
        let address = self.service().external_ip_address.unwrap_or(self.address);
        Stamp { server: &self.server, address, now: self.network.now(), id: self.network.random() }
    }
}

/// A forward-path's mailbox.
fn mailbox_of(path: &str) -> Result<Mailbox, Problem> {
    Mailbox::parse(path).map_err(|error| {
        Problem::own(crate::reply::EnhancedCode::new(5, 1, 3), &format!("the address is unreadable: {error}"))
    })
}

#[cfg(test)]
mod tests;
