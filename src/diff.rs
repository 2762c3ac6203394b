//! `mtaspec diff`: what changed between two runs, verdicts and dialogues, also where both conform.

use std::{collections::BTreeMap, path::Path};

use mtaspec_harness::{
    report::{
        change::Change,
        difference::{Difference, Pair, differences},
        joined,
        json::{CaseReport, RunReport},
    },
    snapshot::compared::{Detail, compared},
    verdict::{Lack, Verdict},
};
use serde::Serialize;

use crate::{
    args,
    exit::{Failure, Status},
    output::{Output, counted, json},
    stored,
};

/// Cases of a difference that are listed by name, unless all of them are asked for.
const CASES_LISTED_MAX: usize = 4;

/// What changed. Fields may be added, never renamed.
#[derive(Serialize)]
struct Told {
    old: String,
    new: String,
    /// Cases that only the old run has.
    gone: Vec<String>,
    /// Cases that only the new run has.
    added: Vec<String>,
    verdicts: Vec<Change>,
    dialogues: Vec<Difference>,
}

impl Told {
    fn is_nothing(&self) -> bool {
        let Self { gone, added, verdicts, dialogues, .. } = self;
        gone.is_empty() && added.is_empty() && verdicts.is_empty() && dialogues.is_empty()
    }
}

/// Compares what is stored; nothing is judged.
pub(crate) fn diff(args: &args::Diff) -> Result<Output, Failure> {
    let (old, new) = (one(&args.old)?, one(&args.new)?);
    let told = compare(&old, &new);
    let status = if told.is_nothing() { Status::AsExpected } else { Status::Differs };
    let text = if args.json { json(&told)? } else { in_words(&told, args.all) };
    Ok(Output { text, status })
}

/// The one run of a file, or of the shards in it.
fn one(file: &Path) -> Result<RunReport, Failure> {
    let runs = joined::join(stored::read_judged(file)?, &[]);
    let count = runs.len();
    match <[RunReport; 1]>::try_from(runs) {
        Ok([run]) => Ok(run),
        Err(_) => Err(Failure::page(format!("`{}` holds {count} runs: compare two files of one run", file.display()))),
    }
}

fn compare(old: &RunReport, new: &RunReport) -> Told {
    let by_id = |run: &'_ RunReport| run.cases.iter().map(|case| (case.id.clone(), case.clone())).collect();
    let (olds, news): (BTreeMap<String, CaseReport>, BTreeMap<String, CaseReport>) = (by_id(old), by_id(new));
    let only = |run: &RunReport, others: &BTreeMap<String, CaseReport>| {
        run.cases.iter().map(|case| case.id.clone()).filter(|id| !others.contains_key(id)).collect()
    };
    // The order of the new run, which is that of the pages.
    let both: Vec<(&CaseReport, &CaseReport)> =
        new.cases.iter().filter_map(|case| Some((olds.get(&case.id)?, case))).collect();
    let detail = if old.mta.name == new.mta.name { Detail::Whole } else { Detail::Commands };
    let pairs: Vec<Pair> = both
        .iter()
        .filter(|(old, new)| says_something(old) && says_something(new))
        .map(|(old, new)| Pair {
            id: new.id.clone(),
            old: compared(&old.trace, detail),
            new: compared(&new.trace, detail),
        })
        .collect();
    Told {
        old: old.label(),
        new: new.label(),
        gone: only(old, &news),
        added: only(new, &olds),
        verdicts: both.iter().filter_map(|(old, new)| Change::between(old, new)).collect(),
        dialogues: differences(&pairs),
    }
}

/// A dialogue of a case that our side broke off, or that the MTA was not asked, is no dialogue of the MTA's.
fn says_something(case: &CaseReport) -> bool {
    case.verdict != Verdict::Inconclusive && case.lack != Some(Lack::Setting)
}

fn in_words(told: &Told, all: bool) -> String {
    let Told { old, new, gone, added, verdicts, dialogues } = told;
    let mut text = format!("--- {old}\n+++ {new}\n");
    for (ids, words) in [(gone, "only in the old run"), (added, "only in the new run")] {
        if !ids.is_empty() {
            text.push_str(&format!("\n{words}: {}\n", named(ids, all)));
        }
    }
    if !verdicts.is_empty() {
        text.push_str(&format!("\nverdicts and findings: {} changed\n", counted(verdicts.len(), "case", "cases")));
    }
    for change in verdicts {
        text.push_str(&change.to_string());
    }
    if !dialogues.is_empty() {
        text.push_str(&format!("\ndialogues: {}\n", counted(dialogues.len(), "difference", "differences")));
    }
    for difference in dialogues {
        let Difference { gone, new, behind, cases } = difference;
        text.push_str(&format!("\nin {}: {}\n", counted(cases.len(), "case", "cases"), named(cases, all)));
        let lines =
            |mark: char, lines: &[String]| lines.iter().map(|line| format!("{mark} {line}\n")).collect::<String>();
        text.push_str(&lines(' ', behind.as_slice()));
        text.push_str(&lines('-', gone));
        text.push_str(&lines('+', new));
    }
    if told.is_nothing() {
        text.push_str("nothing changed\n");
    }
    text
}

/// The first of them, unless all are asked for.
fn named(ids: &[String], all: bool) -> String {
    let shown = if all { ids.len() } else { CASES_LISTED_MAX.min(ids.len()) };
    let more = ids.len() - shown;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", ids[..shown].join(", "))
}
