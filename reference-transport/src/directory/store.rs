//! What one instance keeps: the organisation's directory, or an Edge server's own (MOD-04, MOD-05).

use std::collections::BTreeMap;

use super::{
    AcceptedDomain, DirectoryError, Entry, Guid, PermissionTable, Principal, Settings, TransportConfig, key, not_found,
};
use crate::{
    connector::{Authentication, Connector},
    routing::{AddressSpace, Pattern},
};

/// Connectors with what belongs to each, accepted domains, and the transport configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Store {
    /// By folded name.
    pub(super) connectors: Vec<Connector>,
    pub(super) guids: BTreeMap<String, Guid>,
    pub(super) settings: BTreeMap<String, Settings>,
    pub(super) permissions: PermissionTable,
    pub(super) accepted: Vec<AcceptedDomain>,
    pub(super) config: TransportConfig,
}

impl Store {
    pub(super) fn position(&self, name: &str) -> Result<usize, usize> {
        let name = key(name);
        self.connectors.binary_search_by(|connector| key(&connector.name).cmp(&name))
    }

    pub(super) fn find(&self, name: &str) -> Option<&Connector> {
        self.position(name).ok().map(|index| &self.connectors[index])
    }

    pub(super) fn insert(&mut self, connector: Connector, guid: Guid) -> Result<(), DirectoryError> {
        match self.position(&connector.name) {
            Ok(index) => Err(DirectoryError::NameTaken { name: self.connectors[index].name.clone() }),
            Err(index) => {
                self.guids.insert(key(&connector.name), guid);
                self.permissions.create(&connector.name);
                let connector = self.completed(connector);
                self.connectors.insert(index, connector);
                Ok(())
            }
        }
    }

    pub(super) fn update(&mut self, connector: Connector) -> Result<(), DirectoryError> {
        let index = self.position(&connector.name).map_err(|_| not_found(&connector.name))?;
        self.settings.remove(&key(&connector.name));
        self.connectors[index] = self.completed(connector);
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> Result<Connector, DirectoryError> {
        let index = self.position(name).map_err(|_| not_found(name))?;
        self.permissions.forget(name);
        self.settings.remove(&key(name));
        self.guids.remove(&key(name));
        Ok(self.connectors.remove(index))
    }

    /// Gives a connector another name; GUID, settings and permissions stay with it.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), DirectoryError> {
        let index = self.position(from).map_err(|_| not_found(from))?;
        if let Ok(taken) = self.position(to)
            && taken != index
        {
            return Err(DirectoryError::NameTaken { name: self.connectors[taken].name.clone() });
        }
        let connector = Connector { name: to.to_owned(), ..self.connectors.remove(index) };
        let place = self.position(to).unwrap_or_else(|place| place);
        self.connectors.insert(place, connector);
        let (from, to) = (key(from), key(to));
        if let Some(guid) = self.guids.remove(&from) {
            self.guids.insert(to.clone(), guid);
        }
        if let Some(settings) = self.settings.remove(&from) {
            self.settings.insert(to.clone(), settings);
        }
        self.permissions.rename(&from, &to);
        Ok(())
    }

    pub(super) fn change_permissions(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut PermissionTable),
    ) -> Result<(), DirectoryError> {
        let index = self.position(name).map_err(|_| not_found(name))?;
        change(&mut self.permissions);
        self.connectors[index].header_rights = self.header_rights(&self.connectors[index]);
        Ok(())
    }

    /// Puts the accepted domains as they are now in the place of `--`.
    pub(super) fn expand_again(&mut self) {
        for index in 0..self.connectors.len() {
            let Some(settings) = self.settings.get(&key(&self.connectors[index].name)) else { continue };
            let spaces = self.expanded(&settings.address_spaces);
            self.connectors[index].address_spaces = spaces;
        }
    }

    /// A copy of what an Edge server gets: the connectors that it is a source server of, and all that is not a
    /// connector.
    pub(super) fn replica(&self, edge: &str) -> Self {
        let is_there = |connector: &&Connector| connector.source_servers.iter().any(|server| server == edge);
        let connectors: Vec<_> = self.connectors.iter().filter(is_there).cloned().collect();
        let names = || connectors.iter().map(|connector| key(&connector.name));
        let kept = |name: String| Some((name.clone(), self.settings.get(&name)?.clone()));
        Self {
            guids: names().filter_map(|name| Some((name.clone(), *self.guids.get(&name)?))).collect(),
            settings: names().filter_map(kept).collect(),
            permissions: self.permissions.of(names()),
            connectors,
            accepted: self.accepted.clone(),
            config: self.config.clone(),
        }
    }

    fn completed(&self, connector: Connector) -> Connector {
        let header_rights = self.header_rights(&connector);
        let address_spaces = self.expanded(&connector.address_spaces);
        Connector { header_rights, address_spaces, ..connector }
    }

    fn header_rights(&self, connector: &Connector) -> crate::connector::HeaderRights {
        self.permissions.header_rights(&connector.name, session_principals(connector))
    }

    fn expanded(&self, spaces: &[AddressSpace]) -> Vec<AddressSpace> {
        let mut expanded = Vec::with_capacity(spaces.len());
        for space in spaces {
            match space.pattern {
                Pattern::AcceptedDomains => {
                    let patterns = self.accepted.iter().filter_map(AcceptedDomain::pattern);
                    expanded.extend(patterns.map(|pattern| AddressSpace { pattern, cost: space.cost }));
                }
                _ => expanded.push(space.clone()),
            }
        }
        expanded
    }

    pub(super) fn grant(&mut self, name: &str, entry: Entry) -> Result<(), DirectoryError> {
        self.change_permissions(name, |permissions| permissions.grant(name, entry))
    }

    pub(super) fn revoke(&mut self, name: &str, entry: Entry) -> Result<(), DirectoryError> {
        self.change_permissions(name, |permissions| permissions.revoke(name, entry))
    }
}

/// Whom a session takes the next hop for (PRM-21). Basic authentication proves us to the host, not the host to us, so
/// the host stays anonymous (PRM-20).
fn session_principals(connector: &Connector) -> &'static [Principal] {
    match connector.authentication {
        Authentication::ExternalAuthoritative => &[Principal::ExternallySecuredServers],
        Authentication::ExchangeServer => &[Principal::ExchangeServers, Principal::HubTransportServers],
        // Which domains have mutual TLS is known in the session; a connector has rights of its own, so the weaker ones.
        Authentication::Basic(_) | Authentication::BasicRequireTls(_) | Authentication::None => {
            &[Principal::AnonymousLogon]
        }
    }
}
