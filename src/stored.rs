//! Runs that were stored with `--report json=FILE`, read again.

use std::{fs, path::Path};

use mtaspec_harness::{
    report::json::RunReport,
    verdict::{Totals, Verdict},
};
use serde_json::{Value, json};

use crate::{exit::Failure, load};

/// Reads a stored run. Verdicts and sums may have been taken out of it: its traces are what counts.
///
/// # Errors
///
/// A file that cannot be read, or that is no such run.
pub(crate) fn read(file: &Path) -> Result<RunReport, Failure> {
    let text = fs::read_to_string(file).map_err(|error| load::unreadable(file, &error))?;
    let wrong = |error| {
        Failure::page(format!("`{}` is no run as `mtaspec run --report json=FILE` writes it: {error}", file.display()))
    };
    let mut run: Value = serde_json::from_str(&text).map_err(wrong)?;
    fill(&mut run, json!({"totals": Totals::default(), "basis": {}, "invariants": []}));
    for case in run.get_mut("cases").and_then(Value::as_array_mut).into_iter().flatten() {
        fill(case, json!({"verdict": Verdict::Conforms, "expected": true, "reason": "", "claims": []}));
    }
    serde_json::from_value(run).map_err(wrong)
}

/// Adds the fields that are not there.
fn fill(object: &mut Value, with: Value) {
    if let (Value::Object(object), Value::Object(with)) = (object, with) {
        for (name, value) in with {
            object.entry(name).or_insert(value);
        }
    }
}
