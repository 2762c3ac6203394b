//! Runs to be shown: those of the corpus, changed so that there is something to see.

use std::{fs, path::Path};

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

    /// Ten MTAs that all have their own dialogues, and the corpus over and over until there are a thousand cases.
    pub(crate) fn ten_by_a_thousand() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut one = run(folder.path(), &[]);
        let own: Vec<Value> = cases(&mut one).clone();
        let thousand: Vec<Value> = (0..1000)
            .map(|number| {
                let mut case = own[number % own.len()].clone();
                let id = case["id"].as_str().expect("an id").to_owned();
                case["id"] = format!("{id}-{}", number / own.len()).into();
                case
            })
            .collect();
        *cases(&mut one) = thousand;
        cases(&mut one)[0]["verdict"] = "violates".into();
        let mta = |number: u64| {
            let mut run = one.clone();
            run["mta"]["name"] = format!("mta{number}").into();
            for case in cases(&mut run) {
                let copy = case["id"].as_str().and_then(|id| id.chars().last()).expect("an id");
                for (place, entry) in case["trace"].as_array_mut().expect("a trace").iter_mut().enumerate() {
                    vary(entry, number, copy, place as u64);
                }
            }
            run
        };
        Self { runs: (0..10).map(mta).collect(), folder }
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

    /// How many cases have this verdict in any run.
    pub(crate) fn with(&self, verdict: &str) -> Value {
        let has = |place: &usize| self.runs.iter().any(|run| run["cases"][*place]["verdict"] == verdict);
        let count = self.runs[0]["cases"].as_array().expect("cases").len();
        (0..count).filter(has).count().into()
    }
}

/// No two MTAs write the same: other names, other ids in trace fields, other times.
fn vary(entry: &mut Value, mta: u64, copy: char, place: u64) {
    let at = entry["at_ms"].as_u64().expect("a time");
    entry["at_ms"] = (at + place * (mta + 3)).into();
    let own = format!("mta{mta}{copy}.sender.test");
    if entry["event"] == "command"
        && let Some(octets) = entry["octets"].as_str()
    {
        entry["octets"] = octets.replace("mta.sender.test", &own).into();
    }
    if let Some(header) = entry["facts"]["header"].as_str() {
        entry["facts"]["header"] =
            header.replace("mta.sender.test", &own).replace("\tid ", &format!("\tid {mta}{copy}")).into();
    }
}
