use super::*;
use crate::{
    connector::{Scope, Service},
    directory::{Automatic, Organisation, SITE_DEFAULT},
    routing::SiteLink,
};

/// `mbx1` here, `paris1` and `paris2` 5 away, `rome1` 10 away by Paris, Edge servers `edge1` and `edge2`.
fn directory(local: &str) -> Directory {
    let server = |number: u8, name: &str, site: &str, roles: &[Role]| Server {
        name: name.to_owned(),
        address: [192, 0, 2, number].into(),
        site: site.to_owned(),
        roles: roles.iter().copied().collect(),
    };
    let link = |from: &str, to: &str| SiteLink { sites: [from.to_owned(), to.to_owned()], cost: 5 };
    let organisation = Organisation {
        servers: vec![
            server(1, "mbx1", SITE_DEFAULT, &[Role::Transport]),
            server(4, "paris1", "Paris", &Role::MAILBOX),
            server(5, "paris2", "Paris", &Role::MAILBOX),
            server(6, "rome1", "Rome", &Role::MAILBOX),
            server(7, "edge1", SITE_DEFAULT, &[Role::Edge]),
            server(8, "edge2", SITE_DEFAULT, &[Role::Edge]),
        ],
        sites: vec![SITE_DEFAULT.to_owned(), "Paris".to_owned(), "Rome".to_owned()],
        links: vec![link(SITE_DEFAULT, "Paris"), link("Paris", "Rome")],
        profile: crate::directory::Profile::default(),
    };
    Directory::of(organisation, local, Vec::new()).expect("an organisation")
}

fn connector(sources: &[&str]) -> Arc<Connector> {
    let source_servers = sources.iter().map(|&name| name.to_owned()).collect();
    Arc::new(Connector { source_servers, ..Connector::named("World") })
}

/// The way to the source servers of a connector: groups with `|` between, each server with its port.
#[track_caller]
fn check(directory: &Directory, sources: &[&str], expected: &str) {
    let relay = directory.relay(&connector(sources), &directory.sites());
    let group = |group: &Vec<Peer>| {
        let peer = |peer: &Peer| format!("{}:{}", peer.name, peer.address.port());
        group.iter().map(peer).collect::<Vec<_>>().join(" ")
    };
    let way = relay.map(|relay| {
        let groups: Vec<_> = relay.groups.iter().map(group).collect();
        format!("{} {}", relay.delivery_type(), groups.join(" | "))
    });
    assert_eq!(way.as_deref().unwrap_or("here"), expected);
}

#[test]
fn the_nearest_site_comes_first_and_sites_on_the_way_last() {
    let directory = directory("mbx1");
    check(&directory, &["mbx1", "paris1"], "here");
    check(&directory, &[], "here");
    let both = "SmtpRelayToConnectorSourceServers paris1:2525 paris2:2525 | rome1:2525";
    check(&directory, &["rome1", "paris1", "paris2"], both);
    let far = "SmtpRelayToConnectorSourceServers rome1:2525 | paris1:2525 paris2:2525";
    check(&directory, &["rome1"], far);
}

#[test]
fn mail_for_edge_servers_goes_to_their_site_first() {
    let mut here = directory("mbx1");
    for edge in ["edge1", "edge2"] {
        here.subscribe(edge, "Rome", Automatic::default()).expect("it is not subscribed yet");
    }
    let site = "SmtpRelayToRemoteAdSite rome1:2525 | paris1:2525 paris2:2525";
    check(&here, &["edge1", "edge2"], site);
    here.work_on("rome1").expect("it is there");
    check(&here, &["edge1", "edge2"], "SmtpRelayWithinAdSiteToEdge edge1:25 edge2:25");
}

#[test]
fn an_edge_server_that_is_not_subscribed_is_no_way_out_and_what_leads_inside_is_none() {
    let mut directory = directory("mbx1");
    directory.insert(Connector { source_servers: vec!["edge1".into()], ..Connector::named("A") }).expect("a free name");
    let distances = |directory: &Directory| -> Vec<bool> {
        directory.candidates().iter().map(|(_, distance)| distance.is_some()).collect()
    };
    assert_eq!(distances(&directory), [false]);
    directory.subscribe("edge1", SITE_DEFAULT, Automatic::default()).expect("it is not subscribed yet");
    // `A`, then the automatic ones: to the internet, and inbound.
    assert_eq!(distances(&directory), [true, true, false]);
}

#[test]
fn a_scoped_connector_is_seen_in_the_sites_of_its_source_servers_alone() {
    for (local, seen) in [("mbx1", false), ("paris2", true), ("rome1", true)] {
        let mut directory = directory(local);
        let source_servers = vec!["paris1".to_owned(), "rome1".to_owned()];
        directory
            .insert(Connector { scope: Scope::Site, source_servers, ..Connector::named("A") })
            .expect("a free name");
        assert_eq!(directory.candidates()[0].1.is_some(), seen, "{local}");
    }
}

#[test]
fn the_front_end_is_ones_own_or_one_of_the_site_and_never_another_sites() {
    let proxied = Arc::new(Connector { service: Service::FrontEnd, ..Connector::named("World") });
    let groups = |local| directory(local).front_ends(&proxied, "contoso.test".into()).map(|relay| relay.groups.len());
    assert_eq!((groups("mbx1"), groups("paris1")), (Some(0), None));
}

#[test]
fn an_edge_server_gives_what_is_ours_to_all_servers_of_its_site() {
    let mut directory = directory("mbx1");
    directory.subscribe("edge1", "Paris", Automatic { inbound: true, internet: false }).expect("it is not subscribed");
    directory.work_on("edge1").expect("it is there");
    let inside = ["paris1", "paris2"].map(|name| SmartHost::Name(name.to_owned()));
    assert_eq!(directory.candidates()[0].0.routing, Routing::SmartHosts(inside.to_vec()));
}

#[test]
fn a_mailbox_is_reached_where_it_is_and_in_another_site_by_its_transport() {
    let mut directory = directory("mbx1");
    let mailbox = |text: &str| Mailbox::parse(text).expect("a mailbox");
    let keepers = [("near@a.test", "mbx1"), ("far@a.test", "rome1")];
    directory.set_mailboxes(keepers.map(|(own, server)| (mailbox(own), server.to_owned())).to_vec());
    assert_eq!(directory.mailbox(&mailbox("near@a.test")), None, "it is here");
    assert_eq!(directory.mailbox(&mailbox("other@a.test")), None, "nobody names it");
    let way = directory.mailbox(&mailbox("far@a.test")).expect("another server has it");
    assert_eq!((way.delivery_type(), way.next_hop(), way.groups.len()), ("SmtpRelayToRemoteAdSite", "Rome", 2));
    directory.work_on("paris1").expect("it is there");
    directory.set_mailboxes(vec![(mailbox("far@a.test"), "paris2".to_owned())]);
    let way = directory.mailbox(&mailbox("far@a.test")).expect("another server has it");
    assert_eq!((way.delivery_type(), way.next_hop()), ("SmtpDeliveryToMailbox", "paris2"));
    assert_eq!(way.groups[0][0].address.port(), 475);
}

#[test]
fn a_server_without_transport_hands_everything_to_those_of_its_site() {
    let services = [(Role::FrontEnd, LogService::FrontEnd), (Role::MailboxTransport, LogService::MailboxSubmission)];
    for (role, service) in services {
        let server = |number: u8, name: &str, role: Role| Server {
            name: name.to_owned(),
            address: [192, 0, 2, number].into(),
            site: SITE_DEFAULT.to_owned(),
            roles: [role].into(),
        };
        let servers = vec![server(1, "own", role), server(4, "hub", Role::Transport)];
        let organisation = Organisation { servers, ..Organisation::default() };
        let mut directory = Directory::of(organisation, "own", Vec::new()).expect("an organisation");
        let way = directory.transports().expect("it has no Transport service");
        assert_eq!((way.log_service(), way.groups[0][0].address.port()), (service, 2525));
        directory.work_on("hub").expect("it is there");
        assert_eq!(directory.transports(), None);
    }
}
