//! The reference as a process in the sandbox is the one that it is in memory: the same verdicts. How many snapshots differ
//! is said aloud.

use std::{collections::BTreeMap, io::Write as _, num::NonZeroUsize, path::PathBuf};

use mtaspec_harness::{
    mta::{Mta, ProcessMta, Reference, ReferenceDaemon},
    sandbox::{self, Errand},
    snapshot::{Layout, Shown, render},
    suite::run::{CaseResult, Haste, Plan},
    verdict::Verdict,
    world::{NetworkKind, Settings},
};

use crate::errand::errand;

/// Cases at the same time: in sandboxes a case mostly waits.
const JOBS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// Runs every case whose horizon is the default one both ways and compares.
pub(crate) fn same_as_in_memory() {
    let suite = mtaspec::suite().expect("a built-in corpus");
    let mut cases = suite.cases(&[]).expect("pages without mistakes");
    cases.retain(|case| !case.world.observe_until);
    let plan =
        |network| Plan { settings: Settings { seed: 0, network }, jobs: JOBS, basis: None, haste: Haste::AllCases };
    let memory = suite.run(&cases, &Reference, plan(NetworkKind::Memory), &());
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mtaspec"));
    let daemon = ProcessMta(ReferenceDaemon { program: program.with_file_name("reference-transport") });
    let errand =
        Errand { worker: (program, vec!["__worker".to_owned()]), mta: daemon.name(), ..errand("reference-daemon") };
    let observe = |case: &mtaspec_harness::case::Case| {
        let page = suite.corpus().pages().iter().find(|page| page.file() == case.file).expect("its page");
        sandbox::observe(&errand, case, page.octets())
    };
    let network = NetworkKind::Sandbox { now: errand.now };
    let sandboxed = suite.run_observing(&cases, &daemon, plan(network), &(), &observe);
    // What a world on sockets cannot give the daemon is said by name, and is not compared.
    let (memory, sandboxed): (Vec<_>, Vec<_>) =
        memory.into_iter().zip(sandboxed).filter(|(_, other)| other.ruling.verdict != Verdict::Unsupported).unzip();
    assert!(memory.len() >= 600, "{} cases are compared", memory.len());
    let verdicts: Vec<_> = memory.iter().zip(&sandboxed).filter(|(one, other)| said(one) != said(other)).collect();
    let words: Vec<_> = verdicts.iter().map(|(one, other)| (said(one), said(other))).collect();
    assert!(words.is_empty(), "in memory, and as a daemon:\n{words:#?}");
    let (memory, sandboxed) = (snapshots(&memory), snapshots(&sandboxed));
    let differ: Vec<&String> =
        memory.keys().filter(|section| memory.get(*section) != sandboxed.get(*section)).collect();
    // Said aloud and not asserted: the daemon tries again within the time that a world on sockets is watched.
    drop(writeln!(std::io::stderr(), "\n{} of {} snapshots differ from those in memory", differ.len(), memory.len()));
    assert!(cases.len() >= 200, "{} cases", cases.len());
}

/// What is compared of a case: its id, its verdict and, if it does not conform, in what words.
fn said(result: &CaseResult<'_>) -> (String, String) {
    (result.case.id.clone(), format!("{} {}", result.ruling.verdict.word(), result.ruling.reason))
}

/// The snapshot of each case, as it is shown for a world on sockets. What comes by another way than sessions (reports,
/// queries) stands in no certain order there.
fn snapshots(results: &[CaseResult<'_>]) -> BTreeMap<String, String> {
    let one = |result: &CaseResult<'_>| {
        let shown = Shown { id: &result.case.id, trace: &result.trace };
        let text = render(&[shown], Layout::Sockets);
        let paragraphs = text.split("\n\n").map(|paragraph| {
            let mut lines: Vec<String> = paragraph.lines().map(without_size).collect();
            if !lines.first().is_some_and(|line| line.starts_with("connect ")) {
                lines.sort_unstable();
            }
            lines.join("\n")
        });
        (result.case.id.clone(), paragraphs.collect::<Vec<_>>().join("\n\n"))
    };
    results.iter().map(one).collect()
}

/// `SIZE=` counts the date of our own trace field, and so a digit more or less.
fn without_size(line: &str) -> String {
    match line.split_once(" SIZE=") {
        Some((start, rest)) if line.starts_with("C: MAIL") => {
            format!("{start} SIZE={{SIZE}}{}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit()))
        }
        _ => line.to_owned(),
    }
}
