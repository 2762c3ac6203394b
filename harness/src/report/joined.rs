//! Several runs as one: shards of a run are put together, and what remains are the columns of a matrix.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::json::{RunReport, VERSION};
use crate::{invariant::InvariantRow, verdict::Verdict};

/// Runs that stand side by side, as JSON. A single run is written as itself.
#[derive(Debug, Serialize)]
struct Columns<'a> {
    version: u32,
    runs: &'a [RunReport],
}

/// Runs as JSON, for a file: one as [`RunReport::to_json`] writes it, several as a list of them.
///
/// # Errors
///
/// What JSON cannot hold.
pub fn to_json(runs: &[RunReport]) -> Result<String, serde_json::Error> {
    match runs {
        [run] => run.to_json(),
        runs => serde_json::to_string_pretty(&Columns { version: VERSION, runs }).map(|text| text + "\n"),
    }
}

/// Puts together the runs that are parts of one: the same suite, MTA, seed, options and basis, and no case in common.
/// Runs stand in the order of their first part; cases in the order of `order`, those that it does not know behind.
#[must_use]
pub fn join(runs: Vec<RunReport>, order: &[String]) -> Vec<RunReport> {
    let places: BTreeMap<&str, usize> = order.iter().map(String::as_str).zip(0..).collect();
    let mut joined: Vec<RunReport> = Vec::new();
    for run in runs {
        match joined.iter_mut().find(|other| are_parts_of_one(other, &run)) {
            Some(other) => *other = put_together(other, run, &places),
            None => joined.push(run),
        }
    }
    joined
}

/// What the columns are called: [`RunReport::label`], numbered where two are called the same.
#[must_use]
pub fn labels(runs: &[RunReport]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let label = |run: &RunReport| {
        let label = run.label();
        let count = seen.entry(label.clone()).or_default();
        *count += 1;
        if *count == 1 { label } else { format!("{label} #{count}") }
    };
    runs.iter().map(label).collect()
}

fn are_parts_of_one(one: &RunReport, other: &RunReport) -> bool {
    let ids: BTreeSet<&str> = one.cases.iter().map(|case| case.id.as_str()).collect();
    one.head() == other.head()
        && one.options == other.options
        && one.moved == other.moved
        && one.only == other.only
        && !other.cases.iter().any(|case| ids.contains(case.id.as_str()))
}

fn put_together(one: &RunReport, other: RunReport, places: &BTreeMap<&str, usize>) -> RunReport {
    let mut cases = one.cases.clone();
    cases.extend(other.cases);
    cases.sort_by_key(|case| places.get(case.id.as_str()).copied().unwrap_or(usize::MAX));
    let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    let mut rows = one.invariants.clone();
    for row in other.invariants {
        match rows.iter_mut().find(|own| own.id == row.id) {
            Some(own) => add(own, row, &ids),
            None => rows.push(row),
        }
    }
    let run = RunReport::new(one.head(), cases.clone(), rows);
    RunReport { options: one.options.clone(), moved: one.moved.clone(), only: one.only, ..run }
}

/// A row over both parts: broken if it is in one, else held if it is in one.
fn add(own: &mut InvariantRow, other: InvariantRow, order: &[&str]) {
    own.verdict = match (own.verdict, other.verdict) {
        (Verdict::Unsupported, verdict) | (verdict, Verdict::Unsupported) => verdict,
        (one, other) => one.max(other),
    };
    own.cases.extend(other.cases);
    own.cases.sort_by_key(|case| order.iter().position(|id| id == case));
    own.deviation = own.deviation.take().or(other.deviation);
}

#[cfg(test)]
mod tests {
    use super::{join, labels, to_json};
    use crate::report::{fixture::every_verdict, json::RunReport};

    fn shards(run: &RunReport) -> Vec<RunReport> {
        let part = |rest: usize| {
            let cases: Vec<_> = run.cases.iter().skip(rest).step_by(2).cloned().collect();
            let rows = run.invariants.iter().cloned().map(|mut row| {
                row.cases.retain(|id| cases.iter().any(|case| case.id == *id));
                row
            });
            RunReport::new(run.head(), cases.clone(), rows.collect())
        };
        vec![part(1), part(0)]
    }

    #[test]
    fn shards_of_a_run_are_the_run() {
        let run = every_verdict();
        let order: Vec<String> = run.cases.iter().map(|case| case.id.clone()).collect();
        assert_eq!(join(shards(&run), &order), [run]);
    }

    #[test]
    fn runs_of_other_options_or_with_a_case_in_common_stay_apart() {
        let run = every_verdict();
        let other = RunReport { options: vec!["smtp_use_tls=no".to_owned()], ..run.clone() };
        let joined = join(vec![run.clone(), other, run], &[]);
        assert_eq!(labels(&joined), ["postfix 3.10.1", "postfix 3.10.1 smtp_use_tls=no", "postfix 3.10.1 #2"]);
    }

    #[test]
    fn one_run_is_written_as_itself_and_several_as_a_list() {
        let run = every_verdict();
        assert_eq!(to_json(std::slice::from_ref(&run)).expect("JSON"), run.to_json().expect("JSON"));
        let text = to_json(&[run.clone(), run]).expect("JSON");
        assert!(text.starts_with("{\n  \"version\": 1,\n  \"runs\": [\n"), "{}", &text[..60]);
    }
}
