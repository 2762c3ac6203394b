//! The organisation that a `world` fence describes.

use std::path::Path;

use super::{super::page, catalogue, read};
use crate::case::organisation::{Profile, RelayKind, Role, SITE_DEFAULT};

fn page(world: &str, powershell: &str) -> String {
    format!(
        "# T\n\n```world\n{world}\n```\n\n```powershell{powershell}\nNew-SendConnector -Name A -AddressSpaces * -Internet\n\
         ```\n\n## One {{#one}}\n\n```expect\nMUST  shell accepts command 1 [SEL-01]\n```\n"
    )
}

#[track_caller]
fn check(world: &str, expected: &[&str]) {
    let text = page(world, "");
    let found = page::read(Path::new("cases/area/topic.md"), text.as_bytes(), &catalogue).err().unwrap_or_default();
    let found: Vec<_> =
        found.iter().map(|wrong| format!("{}:{} {}", wrong.line, wrong.span.start + 1, wrong.message)).collect();
    assert_eq!(found, expected, "{world}");
}

#[test]
fn an_organisation_is_read_whatever_the_order_of_its_lines() {
    let world = "subscribe edge1 to Paris no-inbound\nserver mbx1.sender.test 192.0.2.1 site=Paris\n\
                 server edge1.sender.test 192.0.2.3 roles=edge\nserver mbx2.sender.test 2001:db8::4 roles=transport,front-end\n\
                 link Paris Rome cost=10\nsite Paris\nsite Rome\nprofile e2013\n\
                 accepts sender.test\naccepts partner.test InternalRelay";
    let case = read("cases/area/topic.md", &page(world, " on=mbx2")).remove(0);
    let organisation = &case.world.organisation;
    assert_eq!((case.world.server.as_str(), organisation.profile), ("mbx1.sender.test", Profile::E2013));
    assert_eq!(case.world.accepts, ["sender.test", "partner.test"]);
    assert_eq!((organisation.relays.len(), organisation.relays[0].kind), (1, RelayKind::Internal));
    assert_eq!(organisation.sites, [SITE_DEFAULT, "Paris", "Rome"]);
    assert_eq!((organisation.links[0].sites[1].as_str(), organisation.links[0].cost), ("Rome", 10));
    let roles: Vec<_> = organisation.servers.iter().map(|server| server.roles.as_slice()).collect();
    assert_eq!(roles, [&Role::MAILBOX[..], &[Role::Edge], &[Role::FrontEnd, Role::Transport]]);
    let subscription = &organisation.subscriptions[0];
    assert_eq!((subscription.edge.as_str(), subscription.site.as_str()), ("edge1.sender.test", "Paris"));
    assert!(subscription.internet && !subscription.inbound);
    assert_eq!(case.shell[0].on.as_deref(), Some("mbx2"));
    let hosts: Vec<_> = case.hosts.iter().map(|host| host.names[0].as_str()).collect();
    assert_eq!(hosts, ["edge1.sender.test", "mbx2.sender.test", "origin"]);
    assert_eq!(case.zones[0].records[1], "mbx2.sender.test. 60 IN AAAA 2001:db8::4");
}

#[test]
fn keys_and_mailboxes_are_read_and_must_be_known() {
    let world = "mailbox ann@sender.test on mbx2\nserver mbx1.sender.test 192.0.2.1\nserver mbx2.sender.test 192.0.2.4\n\
                 key DnsFaultTolerance=Normal";
    let case = read("cases/area/topic.md", &page(world, "")).remove(0);
    assert_eq!(case.world.organisation.keys, [("DnsFaultTolerance", "Normal")]);
    let mailbox = ("ann@sender.test".to_owned(), "mbx2.sender.test".to_owned());
    assert_eq!(case.world.organisation.mailboxes, [mailbox]);
    check("key DnsFaultTolerance=Strict", &["4:23 `Strict` is no value of `DnsFaultTolerance`"]);
    check("key DnsFaultTolerance", &["4:22 `` is no value of `DnsFaultTolerance`"]);
    check("key Tolerance=Normal", &["4:5 no key is called `Tolerance`"]);
    check(
        "key DnsFaultTolerance=Normal\nkey DnsFaultTolerance=Lenient",
        &["5:5 the key `DnsFaultTolerance` stands there twice"],
    );
    let two = "server a.test 192.0.2.1\nserver b.test 192.0.2.4 roles=transport";
    let none = "no other server with the role `mailbox-transport` is called";
    check(&format!("{two}\nmailbox u@sender.test on b"), &[&format!("6:26 {none} `b`")]);
    check(&format!("{two}\nmailbox u@sender.test on a"), &[&format!("6:26 {none} `a`")]);
    check(&format!("{two}\nmailbox u@other.test on b"), &["6:9 `u@other.test` is no mailbox of an accepted domain"]);
}

#[test]
fn an_edge_world_has_an_edge_server() {
    let case = read("cases/area/topic.md", &page("profile edge", "")).remove(0);
    assert_eq!(case.world.organisation.servers[0].roles, [Role::Edge]);
    let case = read("cases/area/topic.md", &page("server e.sender.test 192.0.2.9\nprofile edge", "")).remove(0);
    assert_eq!(case.world.organisation.servers[0].roles, [Role::Edge]);
}

#[test]
fn each_mistake_of_an_organisation_points_at_its_word() {
    check("server a.test 192.0.2.1 site=Paris", &["4:30 no site is called `Paris`"]);
    check("server a.test 192.0.2.1 roles=edge,transport", &["4:31 an Edge server has no other role"]);
    check("server a.test 192.0.2.1 roles=hub", &["4:31 no role is called `hub`"]);
    check("server a.test 192.0.2.1 cost=1", &["4:25 `cost=1` cannot stand here"]);
    check("server a.test 192.0.2.1\nserver a.test 192.0.2.4", &["5:8 a second server is called `a.test`"]);
    check("server a.test 192.0.2.1\nserver b.test 192.0.2.1", &["5:15 `192.0.2.1` is the address of `a.test`"]);
    check("site A\nsite a", &["5:6 a second site is called `a`"]);
    check("site A\nlink A A cost=1", &["5:8 a link leads from `A` to itself"]);
    check("site A\nsite B\nlink A B cost=0", &["6:10 `cost=0` is no cost of a link: a number from 1"]);
    check("site A\nsubscribe mta.sender.test to A", &["5:11 no Edge server is called `mta.sender.test`"]);
    check("site A\nsubscribe x for A", &["5:1 the line does not have the form of `subscribe`"]);
    check("accepts a.test b.test\naccepts b.test", &["5:9 `b.test` is accepted already"]);
    check(
        "profile edge\nserver a.test 192.0.2.1 roles=transport",
        &["5:8 `profile edge` makes the judged server an Edge server"],
    );
    let text = page("site A", " origin=GUI");
    let found = page::read(Path::new("cases/area/topic.md"), text.as_bytes(), &catalogue).err().unwrap_or_default();
    assert_eq!((found[0].line, found[0].message.as_str()), (7, "`GUI` is no origin of a command"));
}
