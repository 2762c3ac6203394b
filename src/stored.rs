//! Runs that were stored with `--report json=FILE`, read again.

use std::{collections::BTreeSet, fs, path::Path};

use mtaspec_harness::{
    report::json::{RunReport, VERSION},
    verdict::{Totals, Verdict},
};
use serde_json::{Value, json};

use crate::{exit::Failure, load};

/// A stored run, and how much of it was stored.
#[derive(Debug)]
pub(crate) struct Stored {
    /// What was not stored is filled in as if all were well.
    pub(crate) run: RunReport,
    /// Cases whose verdict and findings were stored.
    pub(crate) told: BTreeSet<String>,
}

/// Reads the runs of a file. Verdicts and sums may have been taken out of it: its traces are what counts.
///
/// # Errors
///
/// A file that cannot be read, that is no such run, or that is of another version of the format.
pub(crate) fn read(file: &Path) -> Result<Vec<Stored>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| load::unreadable(file, &error))?;
    let name = file.display();
    let wrong =
        |error| Failure::page(format!("`{name}` is no run as `mtaspec run --report json=FILE` writes it: {error}"));
    let mut whole: Value = serde_json::from_str(&text).map_err(wrong)?;
    if let Some(found) = whole.get("version").and_then(Value::as_u64).filter(|found| *found != u64::from(VERSION)) {
        return Err(Failure::page(format!(
            "`{name}` is stored in version {found} of the format, and this suite reads version {VERSION}"
        )));
    }
    let runs = match whole.get_mut("runs").and_then(Value::as_array_mut) {
        Some(runs) => std::mem::take(runs),
        None => vec![whole],
    };
    runs.into_iter().map(of_value).collect::<Result<_, _>>().map_err(wrong)
}

/// As [`read`], for what is told and not judged: the verdicts have to be there.
///
/// # Errors
///
/// As [`read`], and a run without its verdicts.
pub(crate) fn read_judged(file: &Path) -> Result<Vec<RunReport>, Failure> {
    let judged = |stored: Stored| match stored.run.cases.iter().find(|case| !stored.told.contains(&case.id)) {
        None => Ok(stored.run),
        Some(case) => Err(Failure::page(format!(
            "`{}` holds no verdict of `{}`: `mtaspec judge` makes them, and `--report json=FILE` stores them",
            file.display(),
            case.id
        ))),
    };
    read(file)?.into_iter().map(judged).collect()
}

fn of_value(mut run: Value) -> Result<Stored, serde_json::Error> {
    fill(&mut run, json!({"totals": Totals::default(), "basis": {}, "invariants": []}));
    let mut told = BTreeSet::new();
    for case in run.get_mut("cases").and_then(Value::as_array_mut).into_iter().flatten() {
        if let (Some(id), Some(_), Some(_)) = (case["id"].as_str(), case.get("verdict"), case.get("claims")) {
            told.insert(id.to_owned());
        }
        fill(case, json!({"verdict": Verdict::Conforms, "expected": true, "reason": "", "claims": []}));
    }
    Ok(Stored { run: serde_json::from_value(run)?, told })
}

/// Adds the fields that are not there.
fn fill(object: &mut Value, with: Value) {
    if let (Value::Object(object), Value::Object(with)) = (object, with) {
        for (name, value) in with {
            object.entry(name).or_insert(value);
        }
    }
}
