//! The directory: connectors, what they were told, who may be sent which header families, accepted domains.
//!
//! # Invariants
//!
//! A name is there once, without regard to case. [`Directory::connectors`] is sorted by that folded name, so a listing
//! never depends on the order of creation. [`Connector::header_rights`] always follows from the permissions.

mod permissions;
mod queue_order;
mod settings;
mod transport_config;
mod transport_service;

use std::collections::BTreeMap;

pub use permissions::{Entry, PermissionTable, Principal, Right};
pub use queue_order::{QueueOrder, QueueWish};
pub use settings::{Mechanism, Refusal, Settings, Usage};
pub use transport_config::TransportConfig;
pub use transport_service::TransportService;

use crate::{
    connector::{Authentication, Connector},
    domain::Domain,
};

/// What the organisation has configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    connectors: Vec<Connector>,
    settings: BTreeMap<String, Settings>,
    permissions: PermissionTable,
    accepted_domains: Vec<Domain>,
    transport_config: TransportConfig,
    transport_service: TransportService,
    queue_orders: Vec<QueueOrder>,
}

/// Why the directory did not change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
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

impl Directory {
    /// An organisation without connectors (MOD-01), which accepts mail for these domains.
    pub fn new(accepted_domains: Vec<Domain>) -> Self {
        Self { accepted_domains, ..Self::default() }
    }

    /// All connectors, by name.
    pub fn connectors(&self) -> &[Connector] {
        &self.connectors
    }

    /// The domains whose recipients are inside: they never consult a Send connector (SEL-25).
    pub fn accepted_domains(&self) -> &[Domain] {
        &self.accepted_domains
    }

    /// Whether `domain` is an accepted domain; a subdomain of one is not.
    pub fn accepts(&self, domain: &Domain) -> bool {
        self.accepted_domains.contains(domain)
    }

    /// The connector of that name, case ignored.
    pub fn find(&self, name: &str) -> Option<&Connector> {
        self.position(name).ok().map(|index| &self.connectors[index])
    }

    /// The parameters that the connector was given; `None` without one, or if it did not come from the shell.
    pub fn settings(&self, name: &str) -> Option<&Settings> {
        self.settings.get(&key(name))
    }

    /// The settings of the organisation.
    pub fn transport_config(&self) -> &TransportConfig {
        &self.transport_config
    }

    /// The settings of the organisation, to change; they hold for what begins later.
    pub fn transport_config_mut(&mut self) -> &mut TransportConfig {
        &mut self.transport_config
    }

    /// The settings of the server's Transport service.
    pub fn transport_service(&self) -> &TransportService {
        &self.transport_service
    }

    /// The settings of the server's Transport service, to change; they hold for what begins later.
    pub fn transport_service_mut(&mut self) -> &mut TransportService {
        &mut self.transport_service
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
        &self.permissions
    }

    /// Adds a connector, with the default permissions; its header rights are computed from them.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NameTaken`].
    pub fn insert(&mut self, connector: Connector) -> Result<(), DirectoryError> {
        match self.position(&connector.name) {
            Ok(index) => Err(DirectoryError::NameTaken { name: self.connectors[index].name.clone() }),
            Err(index) => {
                self.permissions.create(&connector.name);
                self.connectors.insert(index, self.with_rights(connector));
                Ok(())
            }
        }
    }

    /// Replaces the connector of the same name, case ignored; its header rights are computed anew.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn update(&mut self, connector: Connector) -> Result<(), DirectoryError> {
        let index = self.position(&connector.name).map_err(|_| not_found(&connector.name))?;
        self.settings.remove(&key(&connector.name));
        self.connectors[index] = self.with_rights(connector);
        Ok(())
    }

    /// Removes a connector and its permissions (MOD-36).
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn remove(&mut self, name: &str) -> Result<Connector, DirectoryError> {
        let index = self.position(name).map_err(|_| not_found(name))?;
        self.permissions.forget(name);
        self.settings.remove(&key(name));
        Ok(self.connectors.remove(index))
    }

    /// Remembers what the connector of that name was told, so that a later change can be judged against it.
    pub(crate) fn remember(&mut self, name: &str, settings: Settings) {
        self.settings.insert(key(name), settings);
    }

    /// Adds an entry to a connector's permissions (PRM-08); sessions that begin later have it.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn grant(&mut self, name: &str, entry: Entry) -> Result<(), DirectoryError> {
        self.change_permissions(name, |permissions| permissions.grant(name, entry))
    }

    /// Takes an entry back (PRM-09); one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::NotFound`].
    pub fn revoke(&mut self, name: &str, entry: Entry) -> Result<(), DirectoryError> {
        self.change_permissions(name, |permissions| permissions.revoke(name, entry))
    }

    fn change_permissions(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut PermissionTable),
    ) -> Result<(), DirectoryError> {
        let index = self.position(name).map_err(|_| not_found(name))?;
        change(&mut self.permissions);
        let connector = self.connectors[index].clone();
        self.connectors[index] = self.with_rights(connector);
        Ok(())
    }

    fn with_rights(&self, connector: Connector) -> Connector {
        let principal = session_principal(&connector.authentication);
        let header_rights = self.permissions.header_rights(&connector.name, principal);
        Connector { header_rights, ..connector }
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        let name = key(name);
        self.connectors.binary_search_by(|connector| key(&connector.name).cmp(&name))
    }
}

/// Whom a session takes the next hop for. Basic authentication proves us to the host, not the host to us, so the
/// host stays anonymous (PRM-20, PRM-21).
fn session_principal(authentication: &Authentication) -> Principal {
    match authentication {
        Authentication::ExchangeServer => Principal::ExchangeServers,
        Authentication::ExternalAuthoritative => Principal::ExternallySecuredServers,
        Authentication::Basic(_) | Authentication::BasicRequireTls(_) | Authentication::None => {
            Principal::AnonymousLogon
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
