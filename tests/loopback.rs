//! The reference transport over real sockets is the same that it is in memory: every case whose horizon is the default
//! one is run both ways, and the verdicts are compared. What has a longer horizon needs a clock that can be paused.

use std::{num::NonZeroUsize, time::SystemTime};

use mtaspec_harness::{
    case::Case,
    mta::Reference,
    suite::run::{CaseResult, Haste, Plan},
    world::{NetworkKind, Settings},
};

/// Cases at the same time: on sockets a case mostly waits.
const JOBS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// Cases that lawfully end otherwise on sockets, each with its reason.
const OTHERWISE: &[(&str, &str)] = &[];

#[test]
fn the_reference_gets_the_same_verdicts_on_sockets_as_in_memory() {
    let suite = mtaspec::suite().expect("a built-in corpus");
    let mut cases = suite.cases(&[]).expect("pages without mistakes");
    cases.retain(|case| !case.world.observe_until);
    #[expect(clippy::disallowed_methods, reason = "on sockets the machine's time is the world's")]
    let now = SystemTime::now();
    let run = |network: NetworkKind, cases: &[&Case]| {
        let plan = Plan { settings: Settings { seed: 0, network }, jobs: JOBS, basis: None, haste: Haste::AllCases };
        suite.run(cases, &Reference, plan, &()).iter().map(said).collect::<Vec<_>>()
    };
    let memory = run(NetworkKind::Memory, &cases);
    let sockets = run(NetworkKind::Loopback { now }, &cases);
    let differ: Vec<_> = memory.iter().zip(&sockets).filter(|(memory, sockets)| memory != sockets).collect();
    let known = |id: &str| OTHERWISE.iter().any(|(case, _)| *case == id);
    let unknown: Vec<_> = differ.iter().filter(|(memory, _)| !known(&memory.0)).collect();
    assert!(unknown.is_empty(), "in memory, and on sockets:\n{unknown:#?}");
    let stale: Vec<_> = OTHERWISE.iter().filter(|(id, _)| !differ.iter().any(|(memory, _)| memory.0 == *id)).collect();
    assert!(stale.is_empty(), "the same both ways by now: {stale:?}");
    assert!(cases.len() >= 200, "{} cases", cases.len());
}

/// What is compared of a case: its id, its verdict and, if it does not conform, in what words.
fn said(result: &CaseResult<'_>) -> (String, String) {
    (result.case.id.clone(), format!("{} {}", result.ruling.verdict.word(), result.ruling.reason))
}
