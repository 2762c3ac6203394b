//! The machines of an organisation: servers with their roles, the sites they stand in, and the links between sites.
//!
//! A world says what there is; the shell works *on* one of the servers ([`super::Directory::work_on`]).

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

use crate::routing::SiteLink;

/// The site of a server for which none is named.
pub const SITE_DEFAULT: &str = "Default-First-Site-Name";

/// The servers of an organisation and how they stand to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Which generation of Exchange it runs.
    pub profile: Profile,
    /// Its servers, Edge servers too; names differ in more than case.
    pub servers: Vec<Server>,
    /// Its Active Directory sites.
    pub sites: Vec<String>,
    /// The links between sites.
    pub links: Vec<SiteLink>,
}

/// A generation of Exchange; where the generations differ, the profile decides.
#[expect(
    clippy::exhaustive_enums,
    reason = "the profiles of the requirements; an Edge server is a role, not a profile"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Exchange 2013: usage decides permissions (USE-03), 25 MB (AMB-01).
    E2013,
    /// Exchange 2016 and 2019.
    #[default]
    E2016,
}

impl Profile {
    /// `e2013` or `e2016`.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::E2013, Self::E2016].into_iter().find(|profile| profile.name() == name)
    }

    /// As pages write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::E2013 => "e2013",
            Self::E2016 => "e2016",
        }
    }
}

/// A service that a server runs.
#[expect(clippy::exhaustive_enums, reason = "the transport services of Exchange")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// An Edge Transport server; it has no other role.
    Edge,
    /// The Front End Transport service.
    FrontEnd,
    /// The Mailbox Transport services.
    MailboxTransport,
    /// The Transport service: what Send connectors are hosted by (MOD-03).
    Transport,
}

impl Role {
    /// What a Mailbox server of Exchange 2016 runs.
    pub const MAILBOX: [Self; 3] = [Self::FrontEnd, Self::MailboxTransport, Self::Transport];
}

/// A server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name, `mbx1` or `mbx1.sender.test`.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// Its site; of an unsubscribed Edge server it means nothing.
    pub site: String,
    /// What it runs.
    pub roles: BTreeSet<Role>,
}

impl Server {
    /// Whether it is an Edge server.
    pub fn is_edge(&self) -> bool {
        self.roles.contains(&Role::Edge)
    }

    /// Whether Send connectors can be hosted there (MOD-03).
    pub fn hosts_connectors(&self) -> bool {
        self.roles.contains(&Role::Edge) || self.roles.contains(&Role::Transport)
    }

    /// Whether it is meant by this name: its own, case ignored, or that without its domain.
    pub fn is_named(&self, name: &str) -> bool {
        let label = self.name.split('.').next().unwrap_or_default();
        self.name.eq_ignore_ascii_case(name) || label.eq_ignore_ascii_case(name)
    }
}

/// Why an organisation cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrganisationError {
    /// An Edge server with further roles.
    #[error("`{server}` is an Edge server, and so has no other role")]
    EdgeAlone {
        /// The server.
        server: String,
    },
    /// Two servers have the name.
    #[error("two servers are named `{server}`")]
    ServerTwice {
        /// The name.
        server: String,
    },
    /// A link of a site with itself.
    #[error("a link leads from `{site}` to itself")]
    SelfLink {
        /// The site.
        site: String,
    },
    /// No server has the name.
    #[error("no server is named `{server}`")]
    UnknownServer {
        /// As it was asked for.
        server: String,
    },
    /// No site has the name.
    #[error("no site is named `{site}`")]
    UnknownSite {
        /// As it was asked for.
        site: String,
    },
}

impl Organisation {
    /// One Mailbox server in one site.
    pub fn of_mailbox_server(name: &str, address: IpAddr) -> Self {
        Self::of_one_server(name, address, &Role::MAILBOX)
    }

    /// One Edge server, not subscribed.
    pub fn of_edge_server(name: &str, address: IpAddr) -> Self {
        Self::of_one_server(name, address, &[Role::Edge])
    }

    fn of_one_server(name: &str, address: IpAddr, roles: &[Role]) -> Self {
        let roles = roles.iter().copied().collect();
        Self {
            profile: Profile::default(),
            servers: vec![Server { name: name.to_owned(), address, site: SITE_DEFAULT.to_owned(), roles }],
            sites: vec![SITE_DEFAULT.to_owned()],
            links: Vec::new(),
        }
    }

    /// Whether names are there once and refer to something.
    ///
    /// # Errors
    ///
    /// The first that does not.
    pub fn check(&self) -> Result<(), OrganisationError> {
        let mut names = BTreeSet::new();
        for server in &self.servers {
            if !names.insert(server.name.to_ascii_lowercase()) {
                return Err(OrganisationError::ServerTwice { server: server.name.clone() });
            }
            if server.is_edge() && server.roles.len() > 1 {
                return Err(OrganisationError::EdgeAlone { server: server.name.clone() });
            }
        }
        let named = self.servers.iter().map(|server| &server.site);
        let linked = self.links.iter().flat_map(|link| &link.sites);
        if let Some(site) = named.chain(linked).find(|site| self.site(site).is_none()) {
            return Err(OrganisationError::UnknownSite { site: site.clone() });
        }
        match self.links.iter().find(|link| link.sites[0].eq_ignore_ascii_case(&link.sites[1])) {
            Some(link) => Err(OrganisationError::SelfLink { site: link.sites[0].clone() }),
            None => Ok(()),
        }
    }

    /// The server of that name, or the only one whose name begins so and goes on with a domain.
    pub fn server(&self, name: &str) -> Option<&Server> {
        let exact = self.servers.iter().find(|server| server.name.eq_ignore_ascii_case(name));
        exact.or_else(|| {
            let mut short = self.servers.iter().filter(|server| server.is_named(name));
            short.next().filter(|_| short.next().is_none())
        })
    }

    /// The site of that name, as it is written there.
    pub fn site(&self, name: &str) -> Option<&str> {
        self.sites.iter().map(String::as_str).find(|site| site.eq_ignore_ascii_case(name))
    }
}

impl Default for Organisation {
    /// One Mailbox server, `localhost`.
    fn default() -> Self {
        Self::of_mailbox_server("localhost", Ipv4Addr::LOCALHOST.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(sites: &[&str], links: &[(&str, &str, u32)]) -> Organisation {
        let link = |(one, other, cost): &(&str, &str, u32)| SiteLink {
            sites: [(*one).to_owned(), (*other).to_owned()],
            cost: *cost,
        };
        let server = Server { site: sites[0].to_owned(), ..Organisation::default().servers.remove(0) };
        Organisation {
            servers: vec![server],
            sites: sites.iter().map(|site| (*site).to_owned()).collect(),
            links: links.iter().map(link).collect(),
            ..Organisation::default()
        }
    }

    #[test]
    fn names_refer_to_something() {
        let unknown = OrganisationError::UnknownSite { site: "Z".into() };
        assert_eq!(organisation(&["A"], &[("A", "Z", 1)]).check(), Err(unknown));
        let itself = OrganisationError::SelfLink { site: "A".into() };
        assert_eq!(organisation(&["A"], &[("A", "a", 1)]).check(), Err(itself));
        assert_eq!(organisation(&["A", "B"], &[("A", "b", 1)]).check(), Ok(()));
        let mut twice = organisation(&["A"], &[]);
        twice.servers.push(Server { name: "LOCALHOST".into(), ..twice.servers[0].clone() });
        assert_eq!(twice.check(), Err(OrganisationError::ServerTwice { server: "LOCALHOST".into() }));
        let mut edge = organisation(&["A"], &[]);
        edge.servers[0].roles.insert(Role::Edge);
        assert_eq!(edge.check(), Err(OrganisationError::EdgeAlone { server: "localhost".into() }));
    }

    #[test]
    fn a_server_is_found_by_its_first_label_if_nobody_shares_it() {
        let mut organisation = Organisation::of_mailbox_server("mbx1.sender.test", Ipv4Addr::LOCALHOST.into());
        assert_eq!(organisation.server("MBX1").map(|server| server.name.as_str()), Some("mbx1.sender.test"));
        organisation.servers.push(Server { name: "mbx1.other.test".into(), ..organisation.servers[0].clone() });
        assert_eq!(organisation.server("mbx1"), None);
        assert!(organisation.server("mbx1.other.test").is_some());
    }
}
