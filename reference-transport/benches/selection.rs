//! What it takes to choose a connector for a recipient: few connectors and many, side by side.
//!
//! Prints the median time a recipient for each, and their ratio: choosing is meant to be flat in the connectors that
//! cannot match.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the machine's clock and prints"
)]

use std::{hint::black_box, sync::Arc, time::Instant};

use mtaspec_reference_transport::{
    connector::Connector,
    domain::Domain,
    routing::{Distance, RoutingTable},
};

const SPACES_PER_CONNECTOR: usize = 10;
const ROUNDS: usize = 7;
const RECIPIENTS: usize = 200_000;

fn table(connectors: usize) -> RoutingTable {
    let all = (0..connectors).map(|number| {
        let mut connector = Connector::named(&format!("Connector {number}"));
        connector.address_spaces = (0..SPACES_PER_CONNECTOR)
            .map(|space| {
                let wildcard = if space % 2 == 0 { "*." } else { "" };
                let text = format!("SMTP:{wildcard}d{space}.c{number}.example;{}", 1 + number % 100);
                text.parse().expect("an address space")
            })
            .collect();
        (Arc::new(connector), Distance::LOCAL)
    });
    RoutingTable::new(all)
}

/// Nanoseconds a recipient.
fn round(table: &RoutingTable, domains: &[Domain]) -> f64 {
    let start = Instant::now();
    for domain in domains.iter().cycle().take(RECIPIENTS) {
        black_box(table.select(black_box(domain), 10_000));
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(u32::try_from(RECIPIENTS).expect("it fits"))
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn main() {
    let (few, many) = (table(10), table(1000));
    let domains: Vec<Domain> = ["mail.d0.c3.example", "d1.c7.example", "a.b.d2.c9.example", "nowhere.test"]
        .iter()
        .map(|name| Domain::parse(name).expect("a domain"))
        .collect();
    let pairs: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (round(&few, &domains), round(&many, &domains))).collect();
    let (few, many) =
        (median(pairs.iter().map(|pair| pair.0).collect()), median(pairs.iter().map(|pair| pair.1).collect()));
    println!("10 connectors, 100 spaces:       {few:.0} ns a recipient");
    println!("1,000 connectors, 10,000 spaces: {many:.0} ns a recipient, {:.2} times as long", many / few);
}
