//! How much of the corpus can be served, and that a case means the same where it is moved to.

use std::{collections::BTreeMap, num::NonZeroUsize};

use mtaspec_harness::{
    case::{Case, moving::label},
    dial_in::{NameServing, Plan, Premises},
    mta::Reference,
    suite::{
        Suite,
        run::{Haste, Plan as RunPlan},
    },
    verdict::Verdict,
    world::{NetworkKind, Settings},
};

/// What a user gives who can give all that is asked for.
pub(crate) fn generous() -> Premises {
    Premises {
        below: "mtaspec.contoso.com".to_owned(),
        mta_name: "mail01.contoso.com".to_owned(),
        addresses: (5..=16)
            .map(|last| [10, 20, 30, last].into())
            .chain((5..=7_u16).map(|last| std::net::Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, last).into()))
            .collect(),
        ports: (20_000, 29_999),
        mx_port: 25,
        dns: Some(NameServing { at: "10.20.30.5:53".parse().unwrap(), direct: true }),
    }
}

pub(crate) fn moved(premises: &Premises) -> Suite {
    mtaspec::suite().unwrap().moved(&premises.destination())
}

/// Served cases, and how many are not for each reason, names of the page aside.
fn table(premises: Premises) -> (usize, BTreeMap<String, usize>) {
    let suite = moved(&premises);
    let cases: Vec<&Case> = suite.cases(&[]).unwrap();
    assert_eq!(cases.len(), mtaspec::suite().unwrap().corpus().list().len(), "a case that stays has a reason");
    let plan = Plan::of(premises, &cases).unwrap();
    let mut reasons = BTreeMap::new();
    for planned in &plan.cases {
        if let Err(reason) = &planned.layout {
            assert!(!reason.is_empty(), "{}", planned.case.id);
            *reasons.entry(reason.to_owned()).or_insert(0) += 1;
        }
    }
    (plan.served().count(), reasons)
}

#[test]
fn more_can_be_served_the_more_is_given() {
    let (all, reasons) = table(generous());
    let resolver = Premises { dns: generous().dns.map(|dns| NameServing { direct: false, ..dns }), ..generous() };
    let (with_resolver, _) = table(resolver);
    let (no_dns, _) = table(Premises { dns: None, ..generous() });
    let one = Premises { addresses: vec![[10, 20, 30, 5].into()], ..generous() };
    let (one_address, _) = table(one);
    assert!(all >= with_resolver && with_resolver > one_address && one_address > no_dns && no_dns > 0);
    assert!(all >= 480 && with_resolver >= 440, "{all} and {with_resolver}: {reasons:#?}");
}

#[test]
fn a_case_means_the_same_where_it_is_moved_to() {
    let premises = generous();
    let suite = moved(&premises);
    let cases: Vec<&Case> = suite.cases(&[]).unwrap();
    let plan = Plan::of(premises, &cases).unwrap();
    let served: Vec<&Case> = plan.served().map(|(case, _)| case).collect();
    let in_memory = RunPlan {
        settings: Settings { seed: 0, network: NetworkKind::Memory },
        jobs: NonZeroUsize::new(2).unwrap(),
        basis: None,
        haste: Haste::AllCases,
    };
    let results = suite.run(&served, &Reference, in_memory, &());
    let otherwise: Vec<String> = results
        .iter()
        .filter(|result| result.ruling.verdict != Verdict::Conforms)
        .map(|result| format!("{}: {} {}", result.case.id, result.ruling.verdict.word(), result.ruling.reason))
        .collect();
    assert!(otherwise.is_empty(), "{} of {}\n{}", otherwise.len(), served.len(), otherwise.join("\n"));
}

#[test]
fn no_name_of_a_served_case_is_left_behind() {
    let premises = generous();
    let suite = moved(&premises);
    let cases: Vec<&Case> = suite.cases(&[]).unwrap();
    let plan = Plan::of(premises, &cases).unwrap();
    for (case, _) in plan.served() {
        let own = format!(".{}.mtaspec.contoso.com", label(&case.id));
        let mailboxes = case.messages.iter().flat_map(|message| message.recipients.iter());
        for mailbox in mailboxes {
            assert!(mailbox.ends_with(&own), "{}: {mailbox}", case.id);
        }
        let owners = case.zones.iter().flat_map(|zone| &zone.records).filter_map(|record| record.split(' ').next());
        for owner in owners.filter(|owner| !owner.ends_with(".arpa.")) {
            assert!(owner.ends_with(&format!("{own}.")), "{}: {owner}", case.id);
        }
    }
}
