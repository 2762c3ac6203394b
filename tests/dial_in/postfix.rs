//! A trial with a Postfix that knows nothing of mtaspec: its verdicts are those that it gets in a sandbox.

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;

use crate::trial::{Lab, may_make_networks, mtaspec, said, skipped};

/// Starts it, and serves what is planned in its folder.
const APART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dial_in/postfix.sh");

/// What is asked of both.
const CASES: &str = "transparency/";

/// The tree that `mtaspec mta fetch postfix` has unpacked, if it has.
fn tree(folder: &Path) -> Option<String> {
    let listed = mtaspec(folder).args(["mta", "list", "postfix", "--json"]).output().unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let fetched = listed.as_array()?.first()?["fetched"].as_array()?.last()?.clone();
    Some(fetched["root"].as_str()?.to_owned())
}

/// Verdicts by case. What is lacking in one of the two places is not compared.
fn verdicts(report: &Value) -> BTreeMap<&str, &str> {
    let cases = report["cases"].as_array().unwrap().iter();
    let judged = cases.filter(|case| case["verdict"] != "unsupported");
    judged.map(|case| (case["id"].as_str().unwrap(), case["verdict"].as_str().unwrap())).collect()
}

#[test]
fn a_postfix_of_somebody_elses_is_judged_as_one_in_a_sandbox() {
    let lab = Lab::new(5);
    let folder = lab.folder.path();
    let Some(root) = tree(folder).filter(|_| may_make_networks()) else {
        return skipped("it needs root, `ip`, and a Postfix from `mtaspec mta fetch postfix`");
    };
    let mut plan = mtaspec(folder);
    plan.args(["serve", "plan", CASES, "--state", "lab", "--below", "mtaspec.contoso.com"]);
    plan.args(["--mta-name", "mail01.contoso.com", "--address", "10.20.30.5", "--address", "10.20.30.6"]);
    said(&plan.args(["--dns", "10.20.30.5", "--dns-direct"]).output().unwrap(), 0);
    let mut apart = Command::new("unshare");
    apart.args(["--net", "--mount", "bash", APART]).current_dir(folder);
    apart.env("ROOT", root).env("MTASPEC", env!("CARGO_BIN_EXE_mtaspec"));
    let output = apart.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // What Postfix does otherwise is its own affair, as long as it is the same in both places.
    assert!(matches!(output.status.code(), Some(0..=2)), "{text}");
    let served = lab.report();
    let mut run = mtaspec(folder);
    run.args(["run", CASES, "--mta", "postfix", "--no-snapshots", "--report", "json=sandbox.json"]).output().unwrap();
    let sandbox: Value = serde_json::from_slice(&std::fs::read(folder.join("sandbox.json")).unwrap()).unwrap();
    let (served, sandbox) = (verdicts(&served), verdicts(&sandbox));
    let both: Vec<_> = served.iter().filter(|(id, _)| sandbox.contains_key(*id)).collect();
    assert!(both.len() >= 20, "{} of {} and {}\n{text}", both.len(), served.len(), sandbox.len());
    let otherwise: Vec<_> = both.iter().filter(|(id, verdict)| sandbox.get(*id) != Some(verdict)).collect();
    assert!(otherwise.is_empty(), "apart: {otherwise:?}\n{text}");
}
