use super::*;
use crate::connector::{Authentication, Credential, HeaderRights};

fn directory(names: &[&str]) -> Directory {
    let mut directory = Directory::new(vec![Domain::parse("sender.test").expect("a domain")]);
    for name in names {
        directory.insert(Connector::named(name)).expect("a free name");
    }
    directory
}

/// `principal right`, `-principal right` for a denial; then the families that an anonymous session sends.
#[track_caller]
fn check(authentication: Authentication, changes: &[(bool, Entry)], expected: &str) {
    let mut directory = directory(&[]);
    directory.insert(Connector { authentication, ..Connector::named("A") }).expect("a free name");
    for (grant, entry) in changes {
        if *grant { directory.grant("a", *entry) } else { directory.revoke("a", *entry) }.expect("it exists");
    }
    let HeaderRights { forest, organization, routing } = directory.find("A").expect("it exists").header_rights;
    let letters: String = [(forest, 'F'), (organization, 'O'), (routing, 'R')]
        .iter()
        .filter(|right| right.0)
        .map(|right| right.1)
        .collect();
    assert_eq!(letters, expected);
}

fn entry(principal: Principal, right: Right) -> Entry {
    Entry { principal, right, deny: false, inherited: false }
}

#[test]
fn a_name_is_there_once_whatever_its_case() {
    let mut directory = directory(&["Relay"]);
    let taken = DirectoryError::NameTaken { name: "Relay".into() };
    assert_eq!(directory.insert(Connector::named("RELAY")), Err(taken));
    let changed = Connector { enabled: false, ..Connector::named("relay") };
    directory.update(changed).expect("it exists");
    assert_eq!(directory.find("ReLaY").map(|connector| connector.enabled), Some(false));
    assert_eq!(directory.update(Connector::named("other")), Err(not_found("other")));
    directory.remove("relay").expect("it exists");
    assert_eq!(directory.connectors(), []);
}

#[test]
fn connectors_are_listed_by_name_whatever_the_order_of_creation() {
    let directory = directory(&["b", "C", "A"]);
    let names: Vec<_> = directory.connectors().iter().map(|connector| connector.name.as_str()).collect();
    assert_eq!(names, ["A", "b", "C"]);
}

#[test]
fn a_subdomain_of_an_accepted_domain_is_outside() {
    let directory = directory(&[]);
    assert!(directory.accepts(&Domain::parse("SENDER.test").expect("a domain")));
    assert!(!directory.accepts(&Domain::parse("a.sender.test").expect("a domain")));
}

#[test]
fn every_session_starts_with_routing_alone() {
    let credential = Credential { user: "u".into(), password: "p".into() };
    check(Authentication::None, &[], "R");
    check(Authentication::Basic(credential.clone()), &[], "R");
    check(Authentication::BasicRequireTls(credential), &[], "R");
    check(Authentication::ExternalAuthoritative, &[], "R");
}

#[test]
fn a_grant_reaches_the_principal_of_the_session_alone() {
    let secured = entry(Principal::ExternallySecuredServers, Right::HeadersForest);
    check(Authentication::None, &[(true, secured)], "R");
    check(Authentication::ExternalAuthoritative, &[(true, secured)], "FR");
    let anonymous = entry(Principal::AnonymousLogon, Right::HeadersOrganization);
    check(Authentication::None, &[(true, anonymous)], "OR");
    check(Authentication::None, &[(true, anonymous), (false, anonymous)], "R");
}

#[test]
fn a_denial_outweighs_a_grant() {
    let routing = entry(Principal::AnonymousLogon, Right::HeadersRouting);
    let denial = Entry { deny: true, ..routing };
    check(Authentication::None, &[(false, routing)], "");
    check(Authentication::None, &[(true, denial)], "");
    check(Authentication::None, &[(true, denial), (true, routing)], "");
    check(Authentication::None, &[(true, denial), (false, denial)], "R");
}

#[test]
fn the_default_holders_are_counted() {
    let directory = directory(&["A"]);
    let held =
        Right::ALL.map(|right| directory.permissions().entries("a").filter(|entry| entry.right == right).count());
    assert_eq!(held, [3, 3, 7, 5, 3]);
}

#[test]
fn a_principal_is_found_by_its_full_name() {
    assert_eq!(Principal::of_name("nt authority\\anonymous logon"), Some(Principal::AnonymousLogon));
    assert_eq!(Principal::of_name("CONTOSO\\Exchange Servers"), Some(Principal::ExchangeServers));
    assert_eq!(Principal::of_name("ANONYMOUS LOGON"), None);
}

/// Two sites, a Mailbox server in each, and two Edge servers.
fn organisation() -> Organisation {
    let server = |name: &str, site: &str, roles: &[Role]| Server {
        name: name.to_owned(),
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        site: site.to_owned(),
        roles: roles.iter().copied().collect(),
    };
    Organisation {
        profile: Profile::E2016,
        servers: vec![
            server("mbx1.sender.test", "North", &Role::MAILBOX),
            server("mbx2.sender.test", "South", &Role::MAILBOX),
            server("edge1.sender.test", "North", &[Role::Edge]),
            server("edge2.sender.test", "North", &[Role::Edge]),
        ],
        sites: vec!["North".to_owned(), "South".to_owned()],
        links: Vec::new(),
    }
}

#[track_caller]
fn check_names(directory: &mut Directory, server: &str, expected: &[&str]) {
    directory.work_on(server).expect("a server");
    let names: Vec<_> = directory.connectors().iter().map(|connector| connector.name.as_str()).collect();
    assert_eq!(names, expected, "{server}");
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

#[test]
fn mailbox_servers_share_a_store_and_an_edge_server_has_its_own() {
    let mut directory = Directory::of(organisation(), "mbx1", Vec::new()).expect("an organisation");
    directory.insert(Connector::named("Shared")).expect("a free name");
    directory.work_on("edge1").expect("a server");
    directory.insert(Connector::named("Own")).expect("a free name");
    check_names(&mut directory, "mbx2", &["Shared"]);
    check_names(&mut directory, "EDGE1.sender.test", &["Own"]);
    check_names(&mut directory, "edge2", &[]);
    let unknown = OrganisationError::UnknownServer { server: "mbx9".into() };
    assert_eq!(directory.work_on("mbx9"), Err(unknown));
}

#[test]
fn a_subscription_brings_its_connectors_and_takes_those_that_were_there() {
    let mut directory = Directory::of(organisation(), "edge1", vec![domain("sender.test")]).expect("an organisation");
    directory.insert(Connector::named("Own")).expect("a free name");
    directory.work_on("mbx1").expect("a server");
    directory.subscribe("edge1.sender.test", "North", Automatic::default()).expect("it is new");
    let both = ["EdgeSync - Inbound to North", "EdgeSync - North to Internet"];
    check_names(&mut directory, "mbx2", &both);
    check_names(&mut directory, "edge1", &both);
    check_names(&mut directory, "edge2", &[]);
    let spaces = |name| directory.settings(name).map(|settings| settings.address_spaces[0].to_string());
    assert_eq!(spaces(both[0]).as_deref(), None, "edge2 is local, and knows nothing");
    directory.work_on("mbx1").expect("a server");
    let told = directory.settings(both[0]).expect("it was told");
    assert_eq!((told.address_spaces[0].to_string(), told.dns_routing_enabled), ("SMTP:--;1".to_owned(), false));
    assert_eq!(directory.find(both[0]).expect("it exists").address_spaces[0].to_string(), "SMTP:sender.test;1");
    let internet = directory.find(both[1]).expect("it exists");
    assert_eq!(internet.address_spaces[0].to_string(), "SMTP:*;100");
    assert!(internet.domain_secure_enabled);
    directory.subscribe("edge2.sender.test", "North", Automatic::default()).expect("it is new");
    let sources = directory.find(both[1]).map(|connector| connector.source_servers.len());
    assert_eq!((directory.connectors().len(), sources), (2, Some(2)));
    assert!(directory.unsubscribe("edge1.sender.test") && !directory.unsubscribe("edge1.sender.test"));
    check_names(&mut directory, "edge1", &[]);
    check_names(&mut directory, "edge2", &both);
    assert!(directory.unsubscribe("edge2.sender.test"));
    check_names(&mut directory, "mbx1", &[]);
}

#[test]
fn an_automatic_connector_can_be_left_out() {
    let mut directory = Directory::of(organisation(), "mbx1", Vec::new()).expect("an organisation");
    let automatic = Automatic { internet: false, ..Automatic::default() };
    directory.subscribe("edge1.sender.test", "North", automatic).expect("it is new");
    check_names(&mut directory, "mbx1", &["EdgeSync - Inbound to North"]);
}

#[test]
fn the_accepted_domains_stand_in_the_place_of_two_hyphens() {
    let mut directory = Directory::of(organisation(), "edge1", Vec::new()).expect("an organisation");
    let settings = Settings {
        address_spaces: vec![crate::routing::AddressSpace::accepted_domains()],
        ..Settings::new(Usage::Internal)
    };
    directory.insert(settings.connector("Inward").expect("it is valid")).expect("a free name");
    directory.remember("Inward", settings);
    let accepted = |name: &str, kind, with_subdomains| AcceptedDomain {
        kind,
        with_subdomains,
        ..AcceptedDomain::authoritative(domain(name))
    };
    directory.set_accepted_domains(vec![
        accepted("a.test", DomainType::Authoritative, false),
        accepted("b.test", DomainType::InternalRelay, true),
        accepted("c.test", DomainType::ExternalRelay, false),
    ]);
    let spaces = &directory.find("inward").expect("it exists").address_spaces;
    let spaces: Vec<_> = spaces.iter().map(ToString::to_string).collect();
    assert_eq!(spaces, ["SMTP:a.test;1", "SMTP:*.b.test;1"]);
    assert!(directory.accepts(&domain("x.b.test")) && !directory.accepts(&domain("x.a.test")));
}

#[test]
fn a_connector_keeps_all_but_its_name_when_it_is_renamed() {
    let mut directory = directory(&["A", "C"]);
    let guid = directory.guid("A").expect("it was made");
    directory.grant("A", entry(Principal::AnonymousLogon, Right::HeadersForest)).expect("it exists");
    assert_eq!(directory.rename("a", "c"), Err(DirectoryError::NameTaken { name: "C".into() }));
    directory.rename("a", "Z").expect("a free name");
    let found = directory.identify(&guid.to_string()).expect("the same object");
    assert_eq!((found.name.as_str(), found.header_rights.forest), ("Z", true));
    assert_eq!(directory.identify("localhost\\z").map(|found| found.name.as_str()), Some("Z"));
    assert_eq!(directory.identify("other\\z"), None);
    assert_eq!(directory.find("A"), None);
}

#[test]
fn an_account_is_granted_by_what_it_is_and_not_by_its_name() {
    let mut directory = directory(&["A"]);
    let julia = directory.principal("SENDER\\julia");
    directory.grant("A", entry(julia, Right::HeadersForest)).expect("it exists");
    assert!(directory.rename_account("sender\\JULIA", "SENDER\\julia.m") && !directory.rename_account("x", "y"));
    assert_eq!(directory.known_principal("SENDER\\julia.m"), Some(julia));
    assert_eq!(
        (directory.principal_name(julia), directory.known_principal("SENDER\\julia")),
        ("SENDER\\julia.m", None)
    );
    assert!(directory.permissions().holds("A", julia, Right::HeadersForest));
    assert!(!directory.find("A").expect("it exists").header_rights.forest);
}

#[test]
fn in_2013_the_usage_decides_who_holds_what() {
    let organisation = Organisation { profile: Profile::E2013, ..Organisation::default() };
    let mut directory = Directory::of(organisation, "localhost", Vec::new()).expect("an organisation");
    let counts = [Usage::Custom, Usage::Internal, Usage::Internet, Usage::Partner].map(|usage| {
        let name = format!("{usage:?}");
        directory.insert(Connector::named(&name)).expect("a free name");
        directory.grant_defaults(&name, usage);
        (directory.permissions().entries(&name).count(), directory.find(&name).map(|found| found.header_rights.routing))
    });
    assert_eq!(counts, [(0, Some(false)), (23, Some(false)), (1, Some(true)), (1, Some(false))]);
}
