//! The order in which hosts are tried, against a model that looks at every record by itself.

use std::collections::{BTreeMap, BTreeSet};

use hickory_proto::op::ResponseCode;
use proptest::prelude::*;

use super::*;
use crate::resolver::{
    DnsSettings,
    testing::{FIRST, Names, Says, Wires, records},
};

const OWN_NAME: &str = "mta.sender.test";
const OWN_ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// Every preference of the model, in their order.
const PREFERENCES: [u16; 5] = [0, 5, 9, 10, 65_535];

/// What a host of the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    /// A and AAAA.
    Both,
    Four,
    /// It has our address.
    OurAddress,
    /// Its name is ours.
    OurName,
    /// Its name server fails.
    Ill,
    /// It does not exist.
    Missing,
    Six,
}

impl Host {
    fn name(self, number: usize) -> String {
        if self == Self::OurName { OWN_NAME.to_owned() } else { format!("h{number}.test") }
    }

    fn is_us(self) -> bool {
        matches!(self, Self::OurAddress | Self::OurName)
    }

    fn addresses(self, number: usize) -> Vec<String> {
        let (four, six) = (format!("192.0.2.{}", 100 + number), format!("2001:db8::{:x}", 256 + number));
        match self {
            Self::Both => vec![six, four],
            Self::Four => vec![four],
            Self::OurAddress => vec![OWN_ADDRESS.to_string()],
            Self::Six => vec![six],
            Self::Ill | Self::Missing | Self::OurName => Vec::new(),
        }
    }
}

fn host() -> impl Strategy<Value = Host> {
    prop_oneof![
        4 => Just(Host::Both),
        3 => Just(Host::Four),
        3 => Just(Host::Six),
        1 => Just(Host::OurAddress),
        1 => Just(Host::OurName),
        1 => Just(Host::Ill),
        2 => Just(Host::Missing),
    ]
}

/// A zone: the hosts, and MX records that name them by number.
#[derive(Clone, Debug)]
struct Zone {
    hosts: Vec<Host>,
    exchanges: Vec<(u16, usize)>,
}

fn zone() -> impl Strategy<Value = Zone> {
    prop::collection::vec(host(), 1..6).prop_flat_map(|hosts| {
        let count = hosts.len();
        let preference = prop::sample::select(PREFERENCES.to_vec());
        let exchanges = prop::collection::vec((preference, 0..count), 0..8);
        exchanges.prop_map(move |exchanges| Zone { hosts: hosts.clone(), exchanges })
    })
}

/// What was found, by step: the addresses of each host, and whether the search ended at ourselves.
#[derive(Debug, PartialEq, Eq)]
struct Order {
    steps: Vec<Vec<Vec<String>>>,
    ends_at_us: bool,
}

/// What the search comes to, and in how long.
fn found(zone: &Zone, tolerance: FaultTolerance, seed: u64) -> Order {
    let names = Names::new(&[("MX contoso.test", Says::Code(ResponseCode::NoError))]);
    names.seed(seed);
    let mx: Vec<String> = zone
        .exchanges
        .iter()
        .map(|&(preference, at)| format!("60 MX {preference} {}.", zone.hosts[at].name(at)))
        .collect();
    if !mx.is_empty() {
        names.say(FIRST, "MX contoso.test", Says::Records(mx));
    }
    names.say(FIRST, "A contoso.test", records(&["60 A 192.0.2.80"]));
    for (number, host) in zone.hosts.iter().enumerate() {
        for (record, is_of) in [("A", is_four as fn(&str) -> bool), ("AAAA", is_six)] {
            let own: Vec<String> = host.addresses(number).into_iter().filter(|address| is_of(address)).collect();
            let says = match (host, own.is_empty()) {
                (Host::Ill, _) => Says::Code(ResponseCode::ServFail),
                (Host::Missing, _) => Says::Code(ResponseCode::NXDomain),
                (_, true) => Says::Code(ResponseCode::NoError),
                _ => Says::Records(own.iter().map(|address| format!("60 {record} {address}")).collect()),
            };
            names.say(FIRST, &format!("{record} h{number}.test"), says);
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let resolver = Resolver::new(&[FIRST], std::sync::Arc::new(Wires(names)));
        resolver.configure(&DnsSettings { fault_tolerance: tolerance, ..DnsSettings::default() });
        let connector = std::sync::Arc::new(Connector::named("Internet"));
        let next_hop = NextHop::Dns { connector, domain: Domain::parse("contoso.test").expect("a domain") };
        let search = Search::new(&resolver, OWN_NAME, OWN_ADDRESS, &next_hop);
        let mut order = Order { steps: Vec::new(), ends_at_us: false };
        for step in search.steps(&next_hop, 0).await.unwrap_or_default() {
            match search.hosts(step, &next_hop).await {
                Found::Hosts(candidates, _) => order.steps.push(candidates.iter().map(addresses).collect()),
                Found::Ourselves => {
                    order.ends_at_us = true;
                    break;
                }
            }
        }
        order.steps.retain(|step| !step.is_empty());
        order
    })
}

fn is_four(address: &str) -> bool {
    address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv4())
}

fn is_six(address: &str) -> bool {
    !is_four(address)
}

fn addresses(candidate: &Candidate) -> Vec<String> {
    candidate.addresses.iter().map(|address| address.ip().to_string()).collect()
}

/// The model: for each preference, from the smallest to the largest, every host that has it, once; hosts of one preference as a
/// set, for their order is drawn.
fn model(zone: &Zone, tolerance: FaultTolerance) -> (Vec<BTreeSet<Vec<String>>>, bool) {
    if zone.exchanges.is_empty() {
        return (vec![BTreeSet::from([vec!["192.0.2.80".to_owned()]])], false);
    }
    let mut steps = Vec::new();
    for preference in PREFERENCES {
        let here: BTreeSet<usize> =
            zone.exchanges.iter().filter(|(own, _)| *own == preference).map(|(_, at)| *at).collect();
        if here.iter().any(|&at| zone.hosts[at].is_us()) {
            return (steps, true);
        }
        let is_bad = |at: &usize| matches!(zone.hosts[*at], Host::Ill | Host::Missing);
        if tolerance == FaultTolerance::Normal && here.iter().any(is_bad) {
            return (steps, false);
        }
        let step: BTreeSet<Vec<String>> =
            here.iter().filter(|at| !is_bad(at)).map(|&at| zone.hosts[at].addresses(at)).collect();
        if !step.is_empty() {
            steps.push(step);
        }
    }
    (steps, false)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn hosts_are_tried_as_the_model_has_it(zone in zone(), is_lenient: bool, seed: u64) {
        let tolerance = if is_lenient { FaultTolerance::Lenient } else { FaultTolerance::Normal };
        let order = found(&zone, tolerance, seed);
        let (steps, ends_at_us) = model(&zone, tolerance);
        let sets: Vec<BTreeSet<Vec<String>>> = order.steps.iter().map(|step| step.iter().cloned().collect()).collect();
        prop_assert_eq!(&sets, &steps);
        prop_assert_eq!(order.ends_at_us, ends_at_us);
        let hosts: usize = order.steps.iter().map(Vec::len).sum();
        prop_assert_eq!(hosts, steps.iter().map(BTreeSet::len).sum::<usize>(), "no host twice in a step");
    }
}

#[test]
fn every_order_of_equal_hosts_is_drawn_about_as_often() {
    let zone = Zone { hosts: vec![Host::Four; 3], exchanges: vec![(10, 0), (10, 1), (10, 2)] };
    let mut drawn: BTreeMap<Vec<Vec<String>>, u32> = BTreeMap::new();
    for seed in 0..600_u64 {
        let order = found(&zone, FaultTolerance::Lenient, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        *drawn.entry(order.steps.into_iter().next().expect("a step")).or_default() += 1;
    }
    assert_eq!(drawn.len(), 6);
    assert!(drawn.values().all(|times| (60..150).contains(times)), "{drawn:?}");
}

#[test]
fn loopback_and_unspecified_addresses_and_localhost_are_ourselves() {
    for (line, name) in [
        ("A mx.test", "60 A 127.0.0.1"),
        ("A mx.test", "60 A 127.1.2.3"),
        ("A mx.test", "60 A 0.0.0.0"),
        ("AAAA mx.test", "60 AAAA ::1"),
        ("AAAA mx.test", "60 AAAA ::"),
        ("AAAA mx.test", "60 AAAA ::ffff:192.0.2.1"),
    ]
    .map(|(line, record)| ((line, record), "mx.test"))
    .into_iter()
    .chain([(("A unused.test", "60 A 192.0.2.9"), "localhost")])
    {
        let names =
            Names::new(&[("MX contoso.test", records(&[&format!("60 MX 10 {name}.")])), (line.0, records(&[line.1]))]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let resolver = Resolver::new(&[FIRST], std::sync::Arc::new(Wires(names)));
            let connector = std::sync::Arc::new(Connector::named("Internet"));
            let next_hop = NextHop::Dns { connector, domain: Domain::parse("contoso.test").expect("a domain") };
            let search = Search::new(&resolver, OWN_NAME, OWN_ADDRESS, &next_hop);
            let mut steps = search.steps(&next_hop, 0).await.unwrap_or_default();
            let found = search.hosts(steps.remove(0), &next_hop).await;
            assert!(matches!(found, Found::Ourselves), "{line:?}");
        });
    }
}
