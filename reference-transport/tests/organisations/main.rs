//! Connector selection against a model that was written from the requirements alone.
//!
//! Random organisations, recipients and sizes go to both; a disagreement is made as small as it can be, and printed as
//! a case page. `MTASPEC_ORGANISATIONS` says how many (500).

mod model;
mod organisation;
mod page;

use std::{cell::RefCell, sync::Arc};

use mtaspec_reference_transport::{
    connector::Connector,
    domain::Domain,
    routing::{Place, RoutingTable, Selection, SiteLink, Sites, Standing, distance, explain},
};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use organisation::{Organisation, organisations};

const ORGANISATIONS_DEFAULT: u32 = 500;

/// How many recipients each step decided.
#[derive(Default)]
struct Shares {
    recipients: u32,
    size: u32,
    by: std::collections::BTreeMap<model::Step, u32>,
}

impl Shares {
    fn percent(&self, count: u32) -> u32 {
        count * 100 / self.recipients.max(1)
    }

    fn of(&self, step: model::Step) -> u32 {
        self.percent(self.by.get(&step).copied().unwrap_or(0))
    }
}

/// What the transport chooses, in the model's words.
fn transport(organisation: &Organisation, domain: &str, size: u64) -> model::Choice {
    let place = |server: &usize| {
        let server = &organisation.servers[*server];
        Place { server: &server.name, site: &server.site }
    };
    let deciding = place(&0);
    let links =
        organisation.links.iter().map(|(from, to, cost)| SiteLink { sites: [from.clone(), to.clone()], cost: *cost });
    let sites = Sites::from(deciding.site, &links.collect::<Vec<_>>());
    let connectors = organisation.connectors.iter().map(|own| {
        let mut connector = Connector::named(&own.name);
        connector.enabled = own.enabled;
        connector.max_message_size = own.limit;
        connector.address_spaces = own.spaces.iter().map(|space| space.parse().expect("an address space")).collect();
        let sources: Vec<Place<'_>> = own.sources.iter().map(place).collect();
        (Arc::new(connector), distance(deciding, &sources, own.scoped, &sites))
    });
    let connectors: Vec<_> = connectors.collect();
    let usable = connectors.iter().filter_map(|(connector, distance)| Some((Arc::clone(connector), (*distance)?)));
    let table = RoutingTable::new(usable);
    let domain = Domain::parse(domain).expect("a domain");
    let standings = explain(&connectors, &domain, size);
    let explained: Vec<&str> = connectors
        .iter()
        .zip(&standings)
        .filter(|(_, standing)| matches!(standing, Standing::Chosen { .. }))
        .map(|((connector, _), _)| connector.name.as_str())
        .collect();
    let (choice, chosen) = match table.select(&domain, size) {
        Selection::Connector(connector) => {
            (model::Choice::Connector(connector.name.clone()), vec![connector.name.as_str()])
        }
        Selection::NoRoute => (model::Choice::NoRoute, Vec::new()),
        Selection::TooLarge(limit) => (model::Choice::TooLarge(limit), Vec::new()),
    };
    assert_eq!(explained, chosen, "the explanation names another winner");
    choice
}

#[expect(clippy::print_stdout, reason = "the shares tell whether the organisations try every step")]
#[expect(clippy::disallowed_methods, reason = "a test may be asked for more")]
#[test]
fn selection_agrees_with_the_model_in_random_organisations() {
    let cases = std::env::var("MTASPEC_ORGANISATIONS").ok().map_or(ORGANISATIONS_DEFAULT, |count| {
        count.parse().unwrap_or_else(|_| panic!("MTASPEC_ORGANISATIONS is `{count}`, not a number"))
    });
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let shares = RefCell::new(Shares::default());
    let outcome = runner.run(&organisations(), |organisation| {
        for (domain, size) in &organisation.mail {
            let expected = model::choose(&organisation, domain, *size);
            let actual = transport(&organisation, domain, *size);
            if actual != expected.choice {
                return Err(TestCaseError::fail(format!("{domain}, {size} octets: {actual:?}, not {expected:?}")));
            }
            let mut shares = shares.borrow_mut();
            shares.recipients += 1;
            shares.size += u32::from(expected.choice != model::choose(&organisation, domain, 0).choice);
            *shares.by.entry(expected.decided_by).or_default() += 1;
        }
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, organisation)) => panic!("{why}\n\n{}", page::print(&organisation)),
        Err(error) => panic!("{error}"),
    }
    let shares = shares.into_inner();
    let (cost, hops, name) = (shares.of(model::Step::Cost), shares.of(model::Step::Hops), shares.of(model::Step::Name));
    let size = shares.percent(shares.size);
    println!(
        "{cases} organisations, {} recipients; decided by cost {cost} %, hops {hops} %, name {name} %, size {size} %",
        shares.recipients
    );
    assert!(cost >= 30 && hops >= 10 && name >= 10 && size >= 5, "the organisations do not try every step");
}
