//! A stored run of which nothing is left but what happened.

use serde_json::Value;

/// The run without its verdicts, claims, findings and totals: each case is its id and its trace.
pub(crate) fn stripped(run: &Value) -> Value {
    let mut stripped = run.clone();
    for field in ["totals", "basis", "invariants"] {
        stripped.as_object_mut().expect("an object").remove(field).expect(field);
    }
    for case in stripped["cases"].as_array_mut().expect("cases") {
        let case = case.as_object_mut().expect("an object");
        case.retain(|field, _| ["id", "trace", "log", "configuration"].contains(&field.as_str()));
    }
    stripped
}
