use proptest::prelude::*;

use super::*;

/// `Name ["disabled"] [limit] spaces...`.
fn connector(line: &str) -> Connector {
    let mut words = line.split_whitespace();
    let mut connector = Connector::named(words.next().expect("a name"));
    for word in words {
        if word == "disabled" {
            connector.enabled = false;
        } else if let Ok(limit) = word.parse() {
            connector.max_message_size = Some(limit);
        } else {
            connector.address_spaces.push(word.parse().expect("an address space"));
        }
    }
    connector
}

/// All of them on the deciding server.
fn local(connectors: &[Connector]) -> RoutingTable {
    RoutingTable::new(connectors.iter().map(|connector| (Arc::new(connector.clone()), Distance::LOCAL)))
}

#[track_caller]
fn check(connectors: &[&str], domain: &str, size: u64, expected: &str) {
    let connectors: Vec<_> = connectors.iter().map(|line| connector(line)).collect();
    let domain = Domain::parse(domain).expect("a domain");
    let table = local(&connectors);
    let actual = match table.select(&domain, size) {
        Selection::Connector(connector) => connector.name.clone(),
        Selection::NoRoute => "no route".to_owned(),
        Selection::TooLarge(limit) => format!("too large for {limit}"),
    };
    assert_eq!(actual, expected);
}

#[test]
fn size_eliminates_before_anything_is_compared() {
    let connectors = ["Exact 1000 contoso.test", "Star *"];
    check(&connectors, "contoso.test", 1000, "Exact");
    check(&connectors, "contoso.test", 1001, "Star");
}

#[test]
fn a_message_too_large_for_all_is_told_the_greatest_limit() {
    check(
        &["A 1000 *", "B 2000 *", "C 9000 other.test", "D disabled 9000 *"],
        "contoso.test",
        2001,
        "too large for 2000",
    );
}

#[test]
fn decoys_take_no_part() {
    check(&["A disabled contoso.test", "B fabrikam.test", "C *;100"], "contoso.test", 1, "C");
    check(&["A disabled contoso.test", "B fabrikam.test"], "contoso.test", 1, "no route");
    check(&[], "contoso.test", 1, "no route");
}

#[test]
fn the_closest_space_wins_whatever_it_costs() {
    let ladder =
        ["E marketing.contoso.test;100", "D *.marketing.contoso.test;50", "C *.contoso.test", "B *.test", "A *"];
    for (index, expected) in ["E", "D", "C", "B", "A"].iter().enumerate() {
        check(&ladder[index..], "marketing.contoso.test", 1, expected);
    }
}

#[test]
fn cost_decides_between_equally_close_spaces() {
    check(&["A *.contoso.test;6", "B *.contoso.test;5"], "a.contoso.test", 1, "B");
}

#[test]
fn the_closest_space_of_a_connector_represents_it() {
    check(&["A *;1 x.test;50", "B x.test;10"], "x.test", 1, "B");
}

#[test]
fn names_are_compared_octet_by_octet_without_case() {
    check(&["B *", "a *"], "x.test", 1, "a");
    check(&["Conn2 *", "Conn10 *"], "x.test", 1, "Conn10");
}

/// Independent of the code above: text alone, one candidate pushed out after another.
fn model(connectors: &[Connector], domain: &str, size: u64) -> Result<String, Option<u64>> {
    fn rank(space: &str, domain: &str) -> Option<(usize, u8)> {
        let (pattern, cost) = space.trim_start_matches("SMTP:").split_once(';').expect("canonical text");
        let mut suffixes: Vec<String> = vec![domain.to_owned()];
        let labels: Vec<_> = domain.split('.').collect();
        suffixes.extend((0..labels.len()).map(|from| format!("*.{}", labels[from..].join("."))));
        suffixes.push("*".to_owned());
        let place = suffixes.iter().position(|suffix| suffix == pattern)?;
        Some((place, cost.parse().expect("a cost")))
    }
    let mut candidates: Vec<(usize, u8, String, Option<u64>)> = Vec::new();
    for connector in connectors.iter().filter(|connector| connector.enabled) {
        let mut ranks: Vec<_> =
            connector.address_spaces.iter().filter_map(|space| rank(&space.to_string(), domain)).collect();
        ranks.sort_unstable();
        if let Some((place, cost)) = ranks.first() {
            candidates.push((*place, *cost, connector.name.to_lowercase(), connector.max_message_size));
        }
    }
    let limits = candidates.iter().filter_map(|candidate| candidate.3).max();
    candidates.retain(|candidate| candidate.3.unwrap_or(u64::MAX) >= size);
    candidates.sort();
    candidates.first().map(|candidate| candidate.2.clone()).ok_or(limits)
}

fn any_connector() -> impl Strategy<Value = Connector> {
    let pattern =
        prop_oneof![Just("*"), Just("*.test"), Just("*.b.test"), Just("b.test"), Just("a.b.test"), Just("test")];
    let space = (pattern, 1_u8..4).prop_map(|(pattern, cost)| format!("{pattern};{cost}"));
    ("[aAbBcC][1-9]{1,2}", any::<bool>(), proptest::option::of(1_u64..6), proptest::collection::vec(space, 1..4))
        .prop_map(|(name, enabled, limit, spaces)| {
            let mut connector = Connector::named(&name);
            connector.enabled = enabled;
            connector.max_message_size = limit;
            connector.address_spaces = spaces.iter().map(|space| space.parse().expect("an address space")).collect();
            connector
        })
}

proptest! {
    #[test]
    fn selection_agrees_with_the_model(
        connectors in proptest::collection::vec(any_connector(), 0..7),
        domain in prop_oneof![Just("a.b.test"), Just("b.test"), Just("test"), Just("c.a.b.test"), Just("xb.test")],
        size in 0_u64..7,
    ) {
        let table = local(&connectors);
        let actual = match table.select(&Domain::parse(domain).expect("a domain"), size) {
            Selection::Connector(connector) => Ok(connector.name.to_lowercase()),
            Selection::NoRoute => Err(None),
            Selection::TooLarge(limit) => Err(Some(limit)),
        };
        prop_assert_eq!(actual, model(&connectors, domain, size));
    }

    #[test]
    fn the_order_of_connectors_carries_no_meaning(
        connectors in proptest::collection::btree_map("[a-f]", any_connector(), 0..6),
        size in 0_u64..7,
    ) {
        let forth: Vec<_> =
            connectors.into_iter().map(|(name, connector)| Connector { name, ..connector }).collect();
        let back: Vec<_> = forth.iter().rev().cloned().collect();
        let domain = Domain::parse("a.b.test").expect("a domain");
        let (forth, back) = (local(&forth), local(&back));
        prop_assert_eq!(forth.select(&domain, size), back.select(&domain, size));
    }
}
