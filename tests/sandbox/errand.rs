//! How the tests send a case to a worker: this program, started again.

use std::{env, path::Path, process::ExitCode, time::SystemTime};

use mtaspec_harness::{
    mta::{Evidence, ProcessMta, Reference},
    sandbox::{self, Errand},
    suite::Suite,
    verdict::{Judged, Ruling},
    world::Observation,
};

use crate::adapter::Own;

/// A page with a case that ends by itself and two that do not.
const PAGE: &str = include_str!("page.md");

/// The suite of [`PAGE`].
pub(crate) fn suite() -> Suite {
    let own = [("cases/own/page.md".into(), PAGE.as_bytes().to_vec())];
    mtaspec::suite().and_then(|suite| suite.with_pages(own)).expect("the page is right")
}

/// As [`observe`], with an unpacked tree.
pub(crate) fn observe_with(root: &Path, mta: &str, case: &str) -> Observation {
    let suite = suite();
    let case = suite.case(case).expect("the page is right");
    sandbox::observe(&Errand { root: Some(root.to_owned()), ..errand(mta) }, case, PAGE.as_bytes())
}

/// Observes a case of [`PAGE`] as this errand says.
pub(crate) fn observe_by(errand: &Errand, case: &str) -> Observation {
    let suite = suite();
    let case = suite.case(case).expect("the page is right");
    sandbox::observe(errand, case, PAGE.as_bytes())
}

/// Observes a case of [`PAGE`]; `mta` is `reference` or the name of an [`Own`].
pub(crate) fn observe(mta: &str, case: &str) -> Observation {
    let suite = suite();
    let case = suite.case(case).expect("the page is right");
    sandbox::observe(&errand(mta), case, PAGE.as_bytes())
}

/// The verdict on what was observed.
pub(crate) fn rule(case: &str, seen: &Observation) -> Ruling {
    let suite = suite();
    let case = suite.case(case).expect("the page is right");
    let seen = Observation { trace: seen.trace.clone(), refusal: seen.refusal.clone(), evidence: Evidence::default() };
    suite.result(case, seen, Judged::ThirdParty, None).ruling
}

pub(crate) fn errand(mta: &str) -> Errand {
    Errand {
        command: None,
        options: Vec::new(),
        worker: (env::current_exe().expect("this program"), vec!["__worker".to_owned(), mta.to_owned()]),
        mta: mta.to_owned(),
        root: None,
        seed: 0,
        now: now(),
    }
}

#[expect(clippy::disallowed_methods, reason = "worlds on sockets begin now")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Is a worker.
pub(crate) fn worker() -> ExitCode {
    let suite = suite();
    let done = sandbox::work(&|id| suite.catalogue().kind(id), &|name| {
        if name == "reference" { Some(Box::new(Reference)) } else { Some(Box::new(ProcessMta(Own::named(name)))) }
    });
    done.map_or_else(|error| panic!("{error}"), |()| ExitCode::SUCCESS)
}

/// Is a parent that observes one case: the words are MTA and case.
pub(crate) fn parent(words: &[String]) -> ExitCode {
    let _seen = observe(&words[0], &words[1]);
    ExitCode::SUCCESS
}
