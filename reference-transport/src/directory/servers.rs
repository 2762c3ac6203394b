//! The directory seen from its servers: which one is local, what their services are told, which Edge servers are
//! subscribed, who the principals are.

use super::{
    AccountId, Automatic, Directory, DirectoryError, EdgeSubscription, FrontendTransportService, Organisation,
    OrganisationError, Principal, Server, Settings, TransportService, edge, key, store::Store,
};
use crate::domain::Mailbox;

impl Directory {
    /// The servers.
    pub fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    /// The server on which commands are run and messages are taken.
    pub fn local_server(&self) -> &Server {
        &self.organisation.servers[self.local]
    }

    /// Makes another server the local one.
    ///
    /// # Errors
    ///
    /// [`OrganisationError::UnknownServer`].
    pub fn work_on(&mut self, server: &str) -> Result<(), OrganisationError> {
        let place = self.place(server);
        self.local = place.ok_or_else(|| OrganisationError::UnknownServer { server: server.to_owned() })?;
        Ok(())
    }

    /// The settings of the local server's Transport service.
    pub fn transport_service(&self) -> &TransportService {
        &self.services[self.local].0
    }

    /// The settings of the local server's Transport service, to change; they hold for what begins later.
    pub fn transport_service_mut(&mut self) -> &mut TransportService {
        &mut self.services[self.local].0
    }

    /// The settings of a server's Transport service; `None`: no such server.
    pub fn transport_service_of(&self, server: &str) -> Option<&TransportService> {
        self.place(server).map(|place| &self.services[place].0)
    }

    /// The settings of a server's Transport service, to change.
    pub fn transport_service_of_mut(&mut self, server: &str) -> Option<&mut TransportService> {
        self.place(server).map(|place| &mut self.services[place].0)
    }

    /// The settings of a server's Front End Transport service; `None`: no such server.
    pub fn frontend_transport_service_of(&self, server: &str) -> Option<&FrontendTransportService> {
        self.place(server).map(|place| &self.services[place].1)
    }

    /// The settings of a server's Front End Transport service, to change.
    pub fn frontend_transport_service_of_mut(&mut self, server: &str) -> Option<&mut FrontendTransportService> {
        self.place(server).map(|place| &mut self.services[place].1)
    }

    /// Says which server keeps which mailbox; those that nobody names are kept by the server that is at work.
    pub fn set_mailboxes(&mut self, mailboxes: Vec<(Mailbox, String)>) {
        self.mailboxes = mailboxes;
    }

    /// The subscribed Edge servers.
    pub fn subscriptions(&self) -> &[EdgeSubscription] {
        &self.subscriptions
    }

    /// Whether the server is a subscribed Edge server.
    pub fn is_subscribed(&self, server: &str) -> bool {
        self.subscriptions.iter().any(|subscription| subscription.server.eq_ignore_ascii_case(server))
    }

    /// Remembers that the local Edge server has written a subscription file (`New-EdgeSubscription -FileName`).
    pub(crate) fn export_subscription(&mut self, file: &str) {
        let edge = self.local_server().name.clone();
        self.exports.insert(key(file), edge);
    }

    /// The Edge server that wrote that file.
    pub(crate) fn exporter(&self, file: &str) -> Option<&str> {
        self.exports.get(&key(file)).map(String::as_str)
    }

    /// Subscribes an Edge server to a site: its own connectors go (EDG-01), and the automatic ones come (EDG-02 to
    /// EDG-04).
    ///
    /// # Errors
    ///
    /// [`DirectoryError::AlreadySubscribed`].
    pub fn subscribe(&mut self, edge: &str, site: &str, automatic: Automatic) -> Result<(), DirectoryError> {
        if let Some(known) = self.subscriptions.iter().find(|known| known.server.eq_ignore_ascii_case(edge)) {
            let (server, site) = (known.server.clone(), known.site.clone());
            return Err(DirectoryError::AlreadySubscribed { server, site });
        }
        self.subscriptions.push(EdgeSubscription { server: edge.to_owned(), site: site.to_owned() });
        if automatic.internet {
            self.automatic(edge::internet(site, edge), edge);
        }
        if automatic.inbound {
            self.automatic(edge::inbound(site, edge), edge);
        }
        self.replicate();
        Ok(())
    }

    /// One connector serves all Edge servers of a site (EDG-07).
    fn automatic(&mut self, (name, settings): (String, Settings), edge: &str) {
        let settings = match self.shared.settings.get(&key(&name)) {
            None => settings,
            Some(known) => {
                let mut known = known.clone();
                known.source_transport_servers.push(edge.to_owned());
                known
            }
        };
        // The settings are our own, and break no rule.
        let Ok(connector) = settings.connector(&name) else { return };
        let guid = super::Guid::of(self.made, &name);
        if self.shared.update(connector.clone()).is_err() && self.shared.insert(connector, guid).is_ok() {
            self.made += 1;
        }
        self.shared.settings.insert(key(&name), settings);
    }

    /// Ends a subscription. The Edge server is empty then; `false`: there was none.
    pub fn unsubscribe(&mut self, edge: &str) -> bool {
        let Some(at) = self.subscriptions.iter().position(|known| known.server.eq_ignore_ascii_case(edge)) else {
            return false;
        };
        let EdgeSubscription { server, .. } = self.subscriptions.remove(at);
        let empty = Store { accepted: self.shared.accepted.clone(), ..Store::default() };
        self.edges.insert(key(&server), empty);
        let names: Vec<_> = self.shared.connectors.iter().map(|connector| connector.name.clone()).collect();
        for name in names.iter().filter(|name| name.starts_with("EdgeSync - ")) {
            self.leave(name, &server);
        }
        true
    }

    /// Takes a source server from an automatic connector, which goes with its last one.
    fn leave(&mut self, name: &str, server: &str) {
        let Some(mut settings) = self.shared.settings.get(&key(name)).cloned() else { return };
        settings.source_transport_servers.retain(|source| source != server);
        let changed = match (settings.source_transport_servers.is_empty(), settings.connector(name)) {
            (false, Ok(connector)) => self.shared.update(connector),
            _ => self.shared.remove(name).map(drop),
        };
        if changed.is_ok() && self.shared.find(name).is_some() {
            self.shared.settings.insert(key(name), settings);
        }
    }

    /// The principal of that name: a well-known one, or an account, which is new if nobody has named it before.
    pub fn principal(&mut self, name: &str) -> Principal {
        self.known_principal(name).unwrap_or_else(|| {
            self.accounts.push(name.to_owned());
            Principal::Account(AccountId(self.accounts.len() - 1))
        })
    }

    /// The principal of that name, if it is known.
    pub fn known_principal(&self, name: &str) -> Option<Principal> {
        let account = || self.accounts.iter().position(|known| known.eq_ignore_ascii_case(name));
        Principal::of_name(name).or_else(|| account().map(|at| Principal::Account(AccountId(at))))
    }

    /// The principal's name as it is now.
    pub fn principal_name(&self, principal: Principal) -> &str {
        match principal {
            Principal::Account(AccountId(at)) => self.accounts.get(at).map_or("", String::as_str),
            known => known.name(),
        }
    }

    /// Gives an account another name; what it was granted stays granted (PRM-12). `false`: there is no such account.
    pub fn rename_account(&mut self, from: &str, to: &str) -> bool {
        let account = self.accounts.iter_mut().find(|known| known.eq_ignore_ascii_case(from));
        account.map(|known| to.clone_into(known)).is_some()
    }

    fn place(&self, server: &str) -> Option<usize> {
        let name = &self.organisation.server(server)?.name;
        self.organisation.servers.iter().position(|known| known.name == *name)
    }
}
