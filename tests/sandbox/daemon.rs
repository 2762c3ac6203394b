//! The reference as a process in the sandbox is the one that it is in memory: the same verdicts, and the same snapshots
//! but for times. The program is of another package: `cargo build` makes it, `cargo test --test sandbox` alone does not.

use std::{num::NonZeroUsize, path::PathBuf};

use mtaspec_harness::{
    case::Case,
    mta::{Mta, ProcessMta, Reference, ReferenceDaemon},
    sandbox::{self, Errand},
    snapshot::compared::{Detail, compared},
    suite::run::{CaseResult, Haste, Plan},
    world::{NetworkKind, Settings},
};

use crate::errand::errand;

/// Cases at the same time: in sandboxes a case mostly waits.
const JOBS: NonZeroUsize = NonZeroUsize::new(8).unwrap();

/// Cases that lawfully look otherwise, each with its reason; all others look the same.
const OTHERWISE: [(&str, &str); 2] = [
    ("dns/order#same", "who of equals is tried is drawn, and a process draws for itself"),
    ("replies/lost#lost/in-the-data", "how much the kernel has taken before the reset is open"),
];

/// Runs every case whose horizon is the default one both ways and compares.
pub(crate) fn same_as_in_memory() {
    let suite = mtaspec::suite().expect("a built-in corpus");
    let mut cases = suite.cases(&[]).expect("pages without mistakes");
    cases.retain(|case| !case.world.observe_until);
    assert!(cases.len() >= 900, "{} cases", cases.len());
    let plan =
        |network| Plan { settings: Settings { seed: 0, network }, jobs: JOBS, basis: None, haste: Haste::AllCases };
    let memory = suite.run(&cases, &Reference, plan(NetworkKind::Memory), &());
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mtaspec"));
    let daemon = ProcessMta(ReferenceDaemon { program: program.with_file_name("reference-transport") });
    let errand =
        Errand { worker: (program, vec!["__worker".to_owned()]), mta: daemon.name(), ..errand("reference-daemon") };
    let observe = |case: &Case| {
        let page = suite.corpus().pages().iter().find(|page| page.file() == case.file).expect("its page");
        sandbox::observe(&errand, case, page.octets())
    };
    let network = NetworkKind::Sandbox { now: errand.now };
    let sandboxed = suite.run_observing(&cases, &daemon, plan(network), &(), &observe);
    let both: Vec<_> = memory.iter().zip(&sandboxed).collect();
    let words: Vec<_> = both.iter().map(|(one, other)| (said(one), said(other))).collect();
    let verdicts: Vec<_> = words.iter().filter(|(one, other)| one != other).collect();
    assert!(verdicts.is_empty(), "in memory, and as a daemon:\n{verdicts:#?}");
    for (id, why) in OTHERWISE {
        assert!(cases.iter().any(|case| case.id == id), "no case is called `{id}` any more: {why}");
    }
    let is_known = |id: &str| OTHERWISE.iter().any(|(known, _)| *known == id);
    let differ: Vec<String> = both
        .iter()
        .filter(|(one, _)| !is_known(&one.case.id))
        .filter_map(|(one, other)| difference(one, other))
        .collect();
    assert!(differ.is_empty(), "{} snapshots differ:\n{}", differ.len(), differ.join("\n"));
}

/// What is compared of a case: its id, its verdict and, if it does not conform, in what words.
fn said(result: &CaseResult<'_>) -> (String, String) {
    (result.case.id.clone(), format!("{} {}", result.ruling.verdict.word(), result.ruling.reason))
}

/// The lines that stand in one of two snapshots alone; `None` if there are none. Messages that go in at the same time
/// travel in any order and in one session or in two, so they are compared one by one, and not by how many sessions end.
fn difference(memory: &CaseResult<'_>, sandboxed: &CaseResult<'_>) -> Option<String> {
    let detail = if goes_in_together(memory.case) { Detail::Transactions } else { Detail::Whole };
    let ends = |line: &String| detail == Detail::Transactions && (line == "C: QUIT" || line.starts_with("S: 221 "));
    let lines = |trace| -> Vec<String> { compared(trace, detail).into_iter().filter(|line| !ends(line)).collect() };
    let (old, new) = (lines(&memory.trace), lines(&sandboxed.trace));
    let alone = |mark: &str, own: &[String], others: &[String]| -> String {
        own.iter().filter(|line| !others.contains(line)).map(|line| format!("{mark} {line}\n")).collect()
    };
    (old != new).then(|| format!("{}\n{}{}", memory.case.id, alone("-", &old, &new), alone("+", &new, &old)))
}

/// Whether two messages of a case go in at the same time.
fn goes_in_together(case: &Case) -> bool {
    case.messages
        .iter()
        .enumerate()
        .any(|(at, message)| message.times > 1 || case.messages[at + 1..].iter().any(|other| other.at == message.at))
}
