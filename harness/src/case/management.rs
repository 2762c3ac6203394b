//! The management shell of a world as the harness keeps it for itself: pages are checked with it, and adapters are told
//! the connectors that it makes. What the judged MTA's own shell does is another matter.

use mtaspec_reference_transport::{
    directory::{self, AcceptedDomain, Automatic, Directory, DomainType, Organisation, Server},
    domain::{Domain, Mailbox},
    routing::SiteLink,
    shell::{CommandOutcome, Origin, Shell},
};

use super::{
    model::{ShellText, WorldSpec},
    organisation::{OrganisationSpec, Profile, RelayKind, Role, ShellOrigin},
};

/// A shell, and the directory of the organisation that it works on.
#[derive(Debug)]
pub struct Management {
    shell: Shell,
    directory: Directory,
}

impl Management {
    /// A fresh one, for the organisation of a world.
    #[must_use]
    pub fn of(world: &WorldSpec) -> Self {
        Self { shell: Shell::new(), directory: directory(&world.organisation, &world.accepts) }
    }

    /// Runs a text where and for whom the page says; variables last from one text to the next.
    pub fn run(&mut self, text: &ShellText) -> Vec<CommandOutcome> {
        run(&mut self.shell, &mut self.directory, text)
    }

    /// What the texts have made.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }
}

/// Runs a text in a shell on a directory, where and for whom the page says.
pub(crate) fn run(shell: &mut Shell, directory: &mut Directory, text: &ShellText) -> Vec<CommandOutcome> {
    let local = directory.local_server().name.clone();
    // The reader of pages has looked the server up; one that is not there leaves the judged one at work.
    let elsewhere = text.on.as_deref().filter(|server| directory.work_on(server).is_ok());
    let origin = match text.origin {
        ShellOrigin::Eac => Origin::Centre,
        ShellOrigin::Shell => Origin::Shell,
    };
    let outcomes = shell.run_from(origin, directory, &text.text);
    if elsewhere.is_some() {
        // The server was there a moment ago.
        let _ = directory.work_on(&local);
    }
    outcomes
}

/// The directory of an organisation that accepts these domains, seen from its first server, with its subscriptions.
pub(crate) fn directory(organisation: &OrganisationSpec, accepts: &[String]) -> Directory {
    let domains = || accepts.iter().filter_map(|domain| Domain::parse(domain).ok());
    let first = organisation.servers.first().map_or("", |server| server.name.as_str());
    let made = Directory::of(translated(organisation), first, domains().collect());
    // The reader of pages has seen to it that names are there once and refer to something.
    let mut directory = made.unwrap_or_else(|_| Directory::new(domains().collect()));
    let mut accepted: Vec<_> = domains().map(|domain| accepted(organisation, domain)).collect();
    if let Some(first) = accepted.first_mut() {
        first.is_default = true;
    }
    // An Edge server keeps its own; the judged server is local in the end.
    for server in organisation.servers.iter().rev() {
        if directory.work_on(&server.name).is_ok() {
            directory.set_accepted_domains(accepted.clone());
            if !organisation.keeps_size_limits {
                let mut config = directory.transport_config().clone();
                (config.max_receive_size, config.max_send_size) = (None, None);
                directory.set_transport_config(config);
            }
        }
    }
    let kept = |(mailbox, server): &(String, String)| Some((Mailbox::parse(mailbox).ok()?, server.clone()));
    directory.set_mailboxes(organisation.mailboxes.iter().filter_map(kept).collect());
    for (key, value) in &organisation.keys {
        // The reader of pages knows the same keys and values.
        let _is_known = directory.transport_service_mut().set_key(key, value);
    }
    for subscription in &organisation.subscriptions {
        let automatic = Automatic { inbound: subscription.inbound, internet: subscription.internet };
        // No Edge server is subscribed twice in a page.
        let _ = directory.subscribe(&subscription.edge, &subscription.site, automatic);
    }
    directory
}

fn accepted(organisation: &OrganisationSpec, domain: Domain) -> AcceptedDomain {
    let name = domain.to_string();
    let relay = organisation.relays.iter().find(|relay| relay.domain == name);
    let kind = match relay.map(|relay| relay.kind) {
        None => DomainType::Authoritative,
        Some(RelayKind::External) => DomainType::ExternalRelay,
        Some(RelayKind::Internal) => DomainType::InternalRelay,
    };
    AcceptedDomain { kind, ..AcceptedDomain::authoritative(domain) }
}

fn translated(organisation: &OrganisationSpec) -> Organisation {
    let role = |role: &Role| match role {
        Role::Edge => directory::Role::Edge,
        Role::FrontEnd => directory::Role::FrontEnd,
        Role::MailboxTransport => directory::Role::MailboxTransport,
        Role::Transport => directory::Role::Transport,
    };
    Organisation {
        profile: match organisation.profile {
            Profile::E2013 => directory::Profile::E2013,
            Profile::E2016 | Profile::Edge | Profile::Rfc => directory::Profile::E2016,
        },
        servers: organisation
            .servers
            .iter()
            .map(|server| Server {
                name: server.name.clone(),
                address: server.address,
                site: server.site.clone(),
                roles: server.roles.iter().map(role).collect(),
            })
            .collect(),
        sites: organisation.sites.clone(),
        links: organisation.links.iter().map(|link| SiteLink { sites: link.sites.clone(), cost: link.cost }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::organisation::{RelaySpec, ServerSpec, SubscriptionSpec};

    fn server(name: &str, last: u8, roles: &[Role]) -> ServerSpec {
        let site = directory::SITE_DEFAULT.to_owned();
        ServerSpec { name: name.to_owned(), address: [192, 0, 2, last].into(), site, roles: roles.to_vec() }
    }

    fn world() -> WorldSpec {
        let mut world = WorldSpec { accepts: vec!["a.test".to_owned(), "b.test".to_owned()], ..WorldSpec::default() };
        world.organisation.servers =
            vec![server("mbx1.sender.test", 1, &Role::MAILBOX), server("edge1.sender.test", 7, &[Role::Edge])];
        world.organisation.relays = vec![RelaySpec { domain: "b.test".to_owned(), kind: RelayKind::External }];
        world
    }

    fn made(text: &str, on: Option<&str>) -> ShellText {
        let text = format!("New-SendConnector -Name {text} -AddressSpaces * -Internet");
        ShellText { text, on: on.map(str::to_owned), ..ShellText::default() }
    }

    fn names(directory: &Directory) -> Vec<&str> {
        directory.connectors().iter().map(|connector| connector.name.as_str()).collect()
    }

    #[test]
    fn a_text_is_run_on_its_server_and_the_next_one_on_the_judged() {
        let mut management = Management::of(&world());
        for text in [made("Outside", Some("edge1")), made("Inside", None)] {
            assert!(management.run(&text).iter().all(|outcome| outcome.result.is_ok()));
        }
        assert_eq!(names(management.directory()), ["Inside"]);
        assert_eq!(management.directory().local_server().name, "mbx1.sender.test");
        management.directory.work_on("edge1").expect("it is there");
        assert_eq!(names(management.directory()), ["Outside"]);
    }

    #[test]
    fn an_organisation_has_its_domains_and_subscriptions() {
        let mut world = world();
        let (edge, site) = ("edge1.sender.test".to_owned(), directory::SITE_DEFAULT.to_owned());
        world.organisation.subscriptions = vec![SubscriptionSpec { edge, site, internet: true, inbound: false }];
        let management = Management::of(&world);
        let kinds: Vec<_> =
            management.directory().accepted_domains().iter().map(|own| (own.kind, own.is_default)).collect();
        assert_eq!(kinds, [(DomainType::Authoritative, true), (DomainType::ExternalRelay, false)]);
        assert_eq!(names(management.directory()), ["EdgeSync - Default-First-Site-Name to Internet"]);
    }
}
