//! Runs to be shown: those of the corpus, changed so that there is something to see.

use std::{fs, path::Path};

use mtaspec_harness::{
    report::{
        html,
        json::{CaseReport, RunReport},
    },
    trace::Event,
    verdict::Verdict,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::outcome::mtaspec;

/// What a host says in the broken case.
pub(crate) const HOSTILE: &str =
    "<img src=x onerror=probeErrors.push('ran')></script><script>probeErrors.push('ran')</script>";

/// Runs that stand side by side.
pub(crate) struct Matrix {
    folder: TempDir,
    runs: Vec<Value>,
}

/// A run of the reference, stored by the program.
fn run(folder: &Path, filters: &[&str]) -> Value {
    let file = folder.join("run.json");
    let report = format!("json={}", file.display());
    let done = mtaspec(&[&["run", "--no-snapshots", "--report", &report], filters].concat());
    assert_eq!(done.status, 0, "{}", done.stdout);
    serde_json::from_slice(&fs::read(file).expect("a report")).expect("JSON")
}

fn cases(run: &mut Value) -> &mut Vec<Value> {
    run["cases"].as_array_mut().expect("cases")
}

impl Matrix {
    /// The reference, and another that breaks a claim where a host says something hostile.
    pub(crate) fn two() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let one = run(folder.path(), &["routing/"]);
        let mut other = one.clone();
        other["mta"] = serde_json::json!({"name": "other", "version": HOSTILE});
        let cases = cases(&mut other);
        cases[1]["verdict"] = "departs".into();
        let broken = &mut cases[0];
        broken["verdict"] = "violates".into();
        broken["expected"] = false.into();
        broken["reason"] = HOSTILE.into();
        let trace = broken["trace"].as_array_mut().expect("a trace");
        let at = trace.iter().position(|entry| entry["event"] == "reply").expect("a reply");
        trace[at]["octets"] = format!("220 {HOSTILE}\r\n").into();
        broken["claims"][0]["finding"] = "broken".into();
        broken["claims"][0]["at"] = at.into();
        Self { folder, runs: vec![one, other] }
    }

    /// The page, written by the program.
    pub(crate) fn html(&self) -> String {
        let files = self.runs.iter().enumerate().map(|(number, run)| {
            let file = self.folder.path().join(format!("{number}.json"));
            fs::write(&file, run.to_string()).expect("a file");
            file.display().to_string()
        });
        let files: Vec<String> = files.collect();
        let page = self.folder.path().join("page.html");
        let report = format!("html={}", page.display());
        let words: Vec<&str> =
            ["report", "--report", &report].into_iter().chain(files.iter().map(String::as_str)).collect();
        let done = mtaspec(&words);
        assert_eq!((done.status, done.stderr.as_str()), (0, ""));
        fs::read_to_string(page).expect("a page")
    }

    /// How many cases there are.
    pub(crate) fn len(&self) -> Value {
        self.runs[0]["cases"].as_array().expect("cases").len().into()
    }

    /// How many cases are in this area.
    pub(crate) fn in_area(&self, area: &str) -> Value {
        let cases = self.runs[0]["cases"].as_array().expect("cases");
        cases
            .iter()
            .filter(|case| case["id"].as_str().is_some_and(|id| id.starts_with(&format!("{area}/"))))
            .count()
            .into()
    }

    /// How many cases have this verdict in any run.
    pub(crate) fn with(&self, verdict: &str) -> Value {
        let has = |place: &usize| self.runs.iter().any(|run| run["cases"][*place]["verdict"] == verdict);
        let count = self.runs[0]["cases"].as_array().expect("cases").len();
        (0..count).filter(has).count().into()
    }
}

/// The page of ten MTAs that all have their own dialogues, with the corpus over and over until there are a thousand cases.
/// It is made in this process: the runs would be 180 MB of JSON.
pub(crate) fn ten_by_a_thousand() -> String {
    let folder = TempDir::new().expect("a temporary folder");
    let one = RunReport::from_json(&run(folder.path(), &[]).to_string()).expect("a run");
    let mta = |number: usize| {
        let cases = (0..1000).map(|place| {
            let copy = place / one.cases.len();
            let mut case = one.cases[place % one.cases.len()].clone();
            case.id = format!("{}-{copy}", case.id);
            let own = format!("mta{number}{copy}.sender.test");
            for (event, entry) in case.trace.0.iter_mut().enumerate() {
                entry.at_ms += u64::try_from(event * (number + 3)).expect("it is small");
                vary(&mut entry.event, &own);
            }
            case
        });
        let mut run = RunReport::new(one.head(), cases.collect(), one.invariants.clone());
        run.mta.name = format!("mta{number}");
        // One that has a dialogue: the probe opens it.
        let speaks =
            |case: &&mut CaseReport| case.trace.0.iter().any(|entry| matches!(entry.event, Event::Data { .. }));
        run.cases.iter_mut().find(speaks).expect("a case with mail").verdict = Verdict::Violates;
        run
    };
    let runs: Vec<RunReport> = (0..10).map(mta).collect();
    html::page(&mtaspec::suite().expect("the corpus"), &runs).expect("a page")
}

/// No two MTAs write the same: other names, and other ids in trace fields.
fn vary(event: &mut Event, own: &str) {
    let octets = match event {
        Event::Command { octets, .. } => octets,
        Event::Data { facts, .. } => &mut facts.header,
        _ => return,
    };
    *octets =
        octets.to_text().replace("mta.sender.test", own).replace("\tid ", &format!("\tid {own}")).into_bytes().into();
}
