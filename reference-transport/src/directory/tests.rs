use super::*;
use crate::connector::{Credential, HeaderRights};

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
    Entry { principal, right, deny: false }
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
