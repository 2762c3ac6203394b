use super::*;
use crate::{
    rcode::mnemonic,
    record::{parse_record, record_line},
    zone::Zones,
};

fn world(lines: &[&str]) -> World {
    let zones = Zones::new(lines.iter().map(|line| parse_record(line).expect("a record")));
    World::new(zones.in_force(1), &Name::root())
}

/// `question` is a name and a type; `expected` starts with the code.
#[track_caller]
fn check(world: &World, question: &str, expected: &[&str]) {
    let (name, record_type) = question.split_once(' ').expect("a name and a type");
    let found = world.find(&name.parse().expect("a name"), record_type.parse::<RecordType>().expect("a type"));
    let mut lines = vec![mnemonic(found.code)];
    lines.extend(found.records.iter().map(record_line));
    assert_eq!(lines, expected, "{question}");
}

#[test]
fn a_name_without_the_type_exists_and_so_does_all_above_it() {
    let world = world(&["a.b.contoso.test A 192.0.2.1"]);
    check(&world, "a.b.contoso.test. A", &["NOERROR", "a.b.contoso.test. 60 IN A 192.0.2.1"]);
    check(&world, "a.b.contoso.test. AAAA", &["NOERROR"]);
    check(&world, "b.contoso.test. A", &["NOERROR"]);
    check(&world, "test. MX", &["NOERROR"]);
    check(&world, "c.contoso.test. A", &["NXDOMAIN"]);
    check(&world, "x.a.b.contoso.test. A", &["NXDOMAIN"]);
    check(&world, "example. A", &["NXDOMAIN"]);
}

#[test]
fn records_keep_the_order_in_which_they_were_written() {
    let world = world(&["a.test A 192.0.2.9", "a.test A 192.0.2.1", "a.test A 192.0.2.5"]);
    check(
        &world,
        "A.TEST. A",
        &["NOERROR", "a.test. 60 IN A 192.0.2.9", "a.test. 60 IN A 192.0.2.1", "a.test. 60 IN A 192.0.2.5"],
    );
}

#[test]
fn an_alias_is_followed_and_its_last_name_gives_the_code() {
    let world = world(&[
        "www.test CNAME web.test",
        "web.test CNAME host.test",
        "host.test A 192.0.2.1",
        "gone.test CNAME nowhere.test",
    ]);
    let chain = ["www.test. 60 IN CNAME web.test.", "web.test. 60 IN CNAME host.test."];
    check(&world, "www.test. A", &["NOERROR", chain[0], chain[1], "host.test. 60 IN A 192.0.2.1"]);
    check(&world, "www.test. AAAA", &["NOERROR", chain[0], chain[1]]);
    check(&world, "www.test. CNAME", &["NOERROR", chain[0]]);
    check(&world, "gone.test. A", &["NXDOMAIN", "gone.test. 60 IN CNAME nowhere.test."]);
}

#[test]
fn aliases_in_a_circle_come_to_an_end() {
    let circle = world(&["a.test CNAME b.test", "b.test CNAME a.test"]);
    check(&circle, "a.test. A", &["NOERROR", "a.test. 60 IN CNAME b.test.", "b.test. 60 IN CNAME a.test."]);
    let long: Vec<String> = (0..100).map(|n| format!("n{n}.test CNAME n{}.test", n + 1)).collect();
    let long = world(&long.iter().map(String::as_str).collect::<Vec<_>>());
    let found = long.find(&"n0.test.".parse().expect("a name"), RecordType::A);
    assert_eq!(found.records.len(), ALIASES_MAX + 1);
}

#[test]
fn a_wildcard_stands_in_for_names_that_do_not_exist_only() {
    let world = world(&[
        "*.contoso.test MX 10 mx.contoso.test",
        "mx.contoso.test A 192.0.2.1",
        "a.deep.contoso.test A 192.0.2.2",
    ]);
    check(&world, "any.contoso.test. MX", &["NOERROR", "any.contoso.test. 60 IN MX 10 mx.contoso.test."]);
    check(&world, "x.y.contoso.test. MX", &["NOERROR", "x.y.contoso.test. 60 IN MX 10 mx.contoso.test."]);
    check(&world, "any.contoso.test. A", &["NOERROR"]);
    check(&world, "mx.contoso.test. MX", &["NOERROR"]);
    check(&world, "deep.contoso.test. MX", &["NOERROR"]);
    check(&world, "x.deep.contoso.test. MX", &["NXDOMAIN"]);
    check(&world, "contoso.test. MX", &["NOERROR"]);
}

#[test]
fn a_name_server_record_delegates_nothing() {
    let world = world(&["contoso.test NS ns.contoso.test", "mx.contoso.test A 192.0.2.1"]);
    check(&world, "mx.contoso.test. A", &["NOERROR", "mx.contoso.test. 60 IN A 192.0.2.1"]);
    check(&world, "contoso.test. NS", &["NOERROR", "contoso.test. 60 IN NS ns.contoso.test."]);
}
