//! The directory: the servers of an organisation, its connectors with what they were told and who may be sent which
//! header families, its accepted domains, and the settings of services.
//!
//! One [`Directory`] is the whole organisation as it is seen from one server, the *local* one
//! ([`Directory::work_on`]). Mailbox servers share one store; an Edge server has its own (MOD-04, MOD-05), which a
//! subscription replaces by a copy of what the organisation has for it.
//!
//! # Invariants
//!
//! A name is there once in a store, without regard to case. [`Directory::connectors`] is sorted by that folded name, so
//! a listing never depends on the order of creation. [`Connector::header_rights`] always follows from the permissions,
//! and what stands in the place of `--` from the accepted domains.

mod accepted_domain;
mod edge;
mod frontend_transport_service;
mod guid;
mod organisation;
mod permissions;
mod permissions_2013;
mod queue_order;
mod reach;
mod receive_connector;
mod servers;
mod settings;
mod store;
mod transport_config;
mod transport_service;

use std::collections::BTreeMap;

pub use accepted_domain::{AcceptedDomain, DomainType};
pub use edge::{Automatic, EdgeSubscription};
pub use frontend_transport_service::FrontendTransportService;
pub use guid::Guid;
pub use organisation::{Organisation, OrganisationError, Profile, Role, SITE_DEFAULT, Server};
pub use permissions::{AccountId, Entry, PermissionTable, Principal, Right};
pub use queue_order::{QueueOrder, QueueWish};
pub use receive_connector::ReceiveConnector;
pub use settings::{Mechanism, Refusal, Settings, Usage};
use store::Store;
pub use transport_config::TransportConfig;
pub use transport_service::{DnsLookup, DnsProtocol, LogFiles, TransportService};

use crate::{
    connector::Connector,
    domain::{Domain, Mailbox},
};

/// What the organisation has configured, seen from one of its servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    organisation: Organisation,
    /// Place of the local server among the organisation's.
    local: usize,
    /// What Mailbox servers share.
    shared: Store,
    /// By folded name of the Edge server.
    edges: BTreeMap<String, Store>,
    /// One a server, in the order of the organisation.
    services: Vec<(TransportService, FrontendTransportService)>,
    subscriptions: Vec<EdgeSubscription>,
    /// Subscription files that Edge servers have written, by folded name of the file.
    exports: BTreeMap<String, String>,
    accounts: Vec<String>,
    /// Mailboxes of other servers than the one at work, and whose they are.
    mailboxes: Vec<(Mailbox, String)>,
    /// How many objects were made.
    made: u64,
    queue_orders: Vec<QueueOrder>,
}

/// Why the directory did not change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The Edge server is subscribed, once already.
    #[error("the Edge server `{server}` is subscribed to `{site}`")]
    AlreadySubscribed {
        /// The Edge server.
        server: String,
        /// The site.
        site: String,
    },
    /// The name is taken, perhaps in other case.
    #[error("a connector named `{name}` exists")]
    NameTaken {
        /// As it is written there.
        name: String,
    },
    /// No such connector.
    #[error("no connector is named `{name}`")]
    NotFound {
        /// As it was asked for.
        name: String,
    },
}

impl Default for Directory {
    /// One Mailbox server, `localhost`, and no accepted domain.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Directory {
    /// An organisation of one Mailbox server, `localhost`, without connectors (MOD-01), which accepts mail for these
    /// domains.
    pub fn new(accepted_domains: Vec<Domain>) -> Self {
        Self::at(Organisation::default(), 0, accepted_domains)
    }

    /// An organisation seen from its server `local`, without connectors, which accepts mail for these domains.
    ///
    /// # Errors
    ///
    /// If the organisation cannot be, or has no such server.
    pub fn of(organisation: Organisation, local: &str, accepted: Vec<Domain>) -> Result<Self, OrganisationError> {
        organisation.check()?;
        let unknown = || OrganisationError::UnknownServer { server: local.to_owned() };
        let name = organisation.server(local).ok_or_else(unknown)?.name.clone();
        let at = organisation.servers.iter().position(|server| server.name == name).ok_or_else(unknown)?;
        Ok(Self::at(organisation, at, accepted))
    }

    fn at(organisation: Organisation, local: usize, accepted: Vec<Domain>) -> Self {
        let mut accepted: Vec<_> = accepted.into_iter().map(AcceptedDomain::authoritative).collect();
        if let Some(first) = accepted.first_mut() {
            first.is_default = true;
        }
        let shared = Store { accepted, ..Store::default() };
        let edges = organisation.servers.iter().filter(|server| server.is_edge());
        let profile = organisation.profile;
        let settings = |server: &Server| {
            let transport = if server.is_edge() { TransportService::edge() } else { TransportService::default() };
            (transport, FrontendTransportService::new(profile))
        };
        Self {
            local,
            edges: edges.map(|edge| (key(&edge.name), shared.clone())).collect(),
            services: organisation.servers.iter().map(settings).collect(),
            organisation,
            shared,
            subscriptions: Vec::new(),
            exports: BTreeMap::new(),
            accounts: Vec::new(),
            made: 0,
            queue_orders: Vec::new(),
            mailboxes: Vec::new(),
        }
    }

    /// All connectors that the local server sees in its store, by name. Whether one is in scope is a matter of routing.
    pub fn connectors(&self) -> &[Connector] {
        &self.store().connectors
    }

    /// The accepted domains.
    pub fn accepted_domains(&self) -> &[AcceptedDomain] {
        &self.store().accepted
    }

    /// Whether recipients in `domain` are inside: they never consult a Send connector (SEL-25). A subdomain of an
    /// accepted domain is outside, unless it was accepted as `*.contoso.com`.
    pub fn accepts(&self, domain: &Domain) -> bool {
        self.accepted_domain(domain).is_some()
    }

    /// The accepted domain that covers `domain`; the longest, if several do.
    pub fn accepted_domain(&self, domain: &Domain) -> Option<&AcceptedDomain> {
        let covering = self.accepted_domains().iter().filter(|accepted| accepted.covers(domain));
        covering.max_by_key(|accepted| (accepted.domain.label_count(), !accepted.with_subdomains))
    }

    /// Changes the accepted domains; what stands in the place of `--` follows.
    pub fn set_accepted_domains(&mut self, accepted: Vec<AcceptedDomain>) {
        self.change(|store| {
            store.accepted = accepted;
            store.expand_again();
        });
    }

    /// The organisation's transport settings; an Edge server has its own.
    pub fn transport_config(&self) -> &TransportConfig {
        &self.store().config
    }

    /// Changes the organisation's transport settings.
    pub fn set_transport_config(&mut self, config: TransportConfig) {
        self.change(|store| store.config = config);
    }

    /// The connector of that name, case ignored.
    pub fn find(&self, name: &str) -> Option<&Connector> {
        self.store().find(name)
    }

    /// The connector of that name, GUID or `Server\Name` (MOD-34).
    pub fn identify(&self, identity: &str) -> Option<&Connector> {
        let by_guid = || {
            let guid = Guid::parse(identity)?;
            self.connectors().iter().find(|connector| self.guid(&connector.name) == Some(guid))
        };
        let by_server = || {
            let (server, name) = identity.split_once('\\')?;
            self.find(name).filter(|connector| {
                let known = self.organisation.server(server).map(|server| server.name.as_str());
                let is_local = known == Some(self.local_server().name.as_str());
                is_local || known.is_some_and(|known| connector.source_servers.iter().any(|source| source == known))
            })
        };
        self.find(identity).or_else(by_guid).or_else(by_server)
    }

    /// The GUID of the connector of that name.
    pub fn guid(&self, name: &str) -> Option<Guid> {
        self.store().guids.get(&key(name)).copied()
    }

    /// The parameters that the connector was given; `None` without one, or if it did not come from the shell.
    pub fn settings(&self, name: &str) -> Option<&Settings> {
        self.store().settings.get(&key(name))
    }

    /// Asks something of queues; it is done when this change of the directory is over.
    pub fn order(&mut self, order: QueueOrder) {
        self.queue_orders.push(order);
    }

    /// Takes out what was asked of queues.
    pub(crate) fn take_orders(&mut self) -> Vec<QueueOrder> {
        std::mem::take(&mut self.queue_orders)
    }

    /// The permissions.
    pub fn permissions(&self) -> &PermissionTable {
        &self.store().permissions
    }

    /// Adds a connector, with the default permissions; its header rights are computed from them.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NameTaken`].
    pub fn insert(&mut self, connector: Connector) -> Result<(), DirectoryError> {
        let guid = Guid::of(self.made, &connector.name);
        self.change(|store| store.insert(connector, guid))?;
        self.made += 1;
        Ok(())
    }

    /// Replaces the connector of the same name, case ignored; its header rights are computed anew.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn update(&mut self, connector: Connector) -> Result<(), DirectoryError> {
        self.change(|store| store.update(connector))
    }

    /// Removes a connector and its permissions (MOD-36).
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn remove(&mut self, name: &str) -> Result<Connector, DirectoryError> {
        self.change(|store| store.remove(name))
    }

    /// Gives a connector another name; GUID, settings and permissions stay with it.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`], [`DirectoryError::NameTaken`].
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), DirectoryError> {
        self.change(|store| store.rename(from, to))
    }

    /// Remembers what the connector of that name was told, so that a later change can be judged against it.
    pub(crate) fn remember(&mut self, name: &str, settings: Settings) {
        self.change(|store| store.settings.insert(key(name), settings));
    }

    /// Gives a connector the permissions that its usage has in this generation (USE-02, USE-03).
    pub(crate) fn grant_defaults(&mut self, name: &str, usage: Usage) {
        if self.organisation.profile == Profile::E2013 {
            let granted = permissions_2013::granted(usage);
            // The connector was made just now.
            let _is_there =
                self.change(|store| store.change_permissions(name, |permissions| permissions.replace(name, &granted)));
        }
    }

    /// Adds an entry to a connector's permissions (PRM-08); sessions that begin later have it.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn grant(&mut self, name: &str, entry: Entry) -> Result<(), DirectoryError> {
        self.change(|store| store.grant(name, entry))
    }

    /// Takes an entry back (PRM-09); one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn revoke(&mut self, name: &str, entry: Entry) -> Result<(), DirectoryError> {
        self.change(|store| store.revoke(name, entry))
    }

    /// The store of the local server.
    fn store(&self) -> &Store {
        let local = self.local_server();
        self.edges.get(&key(&local.name)).filter(|_| local.is_edge()).unwrap_or(&self.shared)
    }

    /// Changes the store of the local server, and what subscribed Edge servers have of it.
    fn change<T>(&mut self, change: impl FnOnce(&mut Store) -> T) -> T {
        let local = key(&self.local_server().name);
        if let Some(own) = self.edges.get_mut(&local) {
            return change(own);
        }
        let changed = change(&mut self.shared);
        self.replicate();
        changed
    }

    /// EdgeSync.
    fn replicate(&mut self) {
        for EdgeSubscription { server, .. } in &self.subscriptions {
            self.edges.insert(key(server), self.shared.replica(server));
        }
    }
}

fn not_found(name: &str) -> DirectoryError {
    DirectoryError::NotFound { name: name.to_owned() }
}

/// Names differ in more than case (AMB-16).
fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
