//! `docs/run.schema.json` says what a stored run looks like: a run of the whole corpus is held against it.

use std::{collections::BTreeSet, fs, num::NonZeroUsize, path::Path};

use jsonschema::Validator;
use mtaspec_harness::{
    mta::Reference,
    suite::run::{Haste, Plan},
    world::{NetworkKind, Settings},
};
use serde_json::{Value, json};

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/run.schema.json");
    serde_json::from_slice(&fs::read(path).expect("the schema is in docs/")).expect("JSON")
}

/// The corpus on the reference, as it would be stored.
fn run() -> Value {
    let suite = mtaspec::suite().expect("the corpus has no mistakes");
    let settings = Settings { seed: 0, network: NetworkKind::Memory };
    let jobs = NonZeroUsize::new(2).expect("it is not zero");
    let plan = Plan { settings, jobs, basis: None, haste: Haste::AllCases };
    let cases = suite.cases(&[]).expect("no filter can be wrong");
    let results = suite.run(&cases, &Reference, plan, &());
    serde_json::to_value(suite.report(&Reference, plan, results)).expect("JSON holds it")
}

#[track_caller]
fn check(schema: &Validator, run: &Value) {
    if let Some(error) = schema.iter_errors(run).next() {
        panic!("{}: {error}", error.instance_path());
    }
}

#[test]
fn a_run_of_the_whole_corpus_is_as_the_schema_says() {
    let description = schema();
    let validator = jsonschema::draft202012::new(&description).expect("a schema");
    let run = run();
    check(&validator, &run);
    let described: BTreeSet<&str> =
        description["properties"]["cases"]["items"]["properties"]["trace"]["items"]["allOf"]
            .as_array()
            .expect("a rule for each kind of event")
            .iter()
            .filter_map(|rule| rule["if"]["properties"]["event"]["const"].as_str())
            .collect();
    let traces = run["cases"].as_array().expect("cases").iter().filter_map(|case| case["trace"].as_array());
    let seen: BTreeSet<&str> = traces.flatten().filter_map(|event| event["event"].as_str()).collect();
    assert!(seen.is_subset(&described), "not described: {:?}", seen.difference(&described).collect::<Vec<_>>());
}

#[test]
fn what_is_no_run_is_refused() {
    let validator = jsonschema::draft202012::new(&schema()).expect("a schema");
    let claim = json!({"text": "MUST x", "level": "MUST", "requirements": [], "finding": "held", "at": 0});
    let end = json!({"at_ms": 0, "event": "end", "cause": "settled", "horizon_ms": 1, "quiet_ms": 0});
    let run = json!({
        "version": 1, "suite": "0.1.0", "seed": 0, "mta": {"name": "x", "version": ""},
        "totals": {"conforms": 1, "departs": 0, "violates": 0, "inconclusive": 0,
            "unsupported": {"setting": 0, "did_not_arise": 0}},
        "basis": {"rfc": {"held": 1, "broken": 0, "not_reached": 0}},
        "invariants": [],
        "cases": [{"id": "a/b#c", "verdict": "conforms", "expected": true, "reason": "", "claims": [claim],
            "trace": [end]}],
    });
    check(&validator, &run);
    for (place, value) in [
        ("/version", json!(2)),
        ("/cases/0/verdict", json!("passed")),
        ("/cases/0/claims/0/finding", json!("maybe")),
        ("/cases/0/trace/0/horizon_ms", json!("1")),
        ("/basis", json!({"vendor": {}})),
    ] {
        let mut wrong = run.clone();
        *wrong.pointer_mut(place).expect("it is there") = value;
        assert!(!validator.is_valid(&wrong), "{place}");
    }
}
