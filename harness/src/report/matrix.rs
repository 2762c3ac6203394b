//! Several runs on one screen: a row an MTA, areas by MTA, then the cases in which the MTAs differ.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    joined::labels,
    json::{CaseReport, RunReport},
    terminal::{self, Colour},
};
use crate::{
    requirement::Basis,
    verdict::{Totals, Verdict},
};

/// The verdicts in the order of a cell.
const ORDER: [Verdict; 5] =
    [Verdict::Conforms, Verdict::Departs, Verdict::Violates, Verdict::Unsupported, Verdict::Inconclusive];
/// Cases that are listed by name.
const CASES_LISTED_MAX: usize = 60;

/// A column a run: counts of verdicts by area, what each makes of the bases, and the cases whose verdicts differ.
#[must_use]
pub fn matrix(runs: &[RunReport], colour: Colour) -> String {
    let labels = labels(runs);
    let mut text = overview(runs, &labels);
    let mut table: Vec<Vec<Cell>> = vec![head("area", &labels)];
    let areas: BTreeSet<&str> = runs.iter().flat_map(|run| &run.cases).map(CaseReport::area).collect();
    for area in areas {
        let cells = runs.iter().map(|run| counts(run.cases.iter().filter(|case| case.area() == area), colour));
        table.push([Cell::plain(area)].into_iter().chain(cells).collect());
    }
    let all = runs.iter().map(|run| counts(run.cases.iter(), colour));
    table.push([Cell::plain("all")].into_iter().chain(all).collect());
    text.push_str(&format!("\n{}", aligned(&table)));
    text.push_str("  (conforms/departs/violates/unsupported/inconclusive)\n");
    text + &differing(runs, &labels, colour)
}

/// A row an MTA: cases by verdict, claims by basis.
fn overview(runs: &[RunReport], labels: &[String]) -> String {
    let bases: BTreeSet<Basis> = runs.iter().flat_map(|run| run.basis.keys().copied()).collect();
    let mut head = vec!["MTA", "conform", "depart", "violate", "unsupported", "did not arise", "inconclusive"];
    head.extend(bases.iter().rev().map(|basis| terminal::basis_name(*basis)));
    let mut table = vec![head.into_iter().map(Cell::plain).collect::<Vec<Cell>>()];
    for (run, label) in runs.iter().zip(labels) {
        let Totals { conforms, departs, violates, unsupported, inconclusive } = &run.totals;
        let cases = [conforms, departs, violates, &unsupported.setting, &unsupported.did_not_arise, inconclusive];
        let claims = bases.iter().rev().map(|basis| match run.basis.get(basis) {
            Some(sum) => format!("{}/{}/{}", sum.held, sum.broken, sum.not_reached),
            None => "-".to_owned(),
        });
        let cells = [label.clone()].into_iter().chain(cases.map(ToString::to_string)).chain(claims);
        table.push(cells.map(|cell| Cell::plain(&cell)).collect());
    }
    aligned(&table) + "  (cases; of each basis, claims held/broken/not reached)\n"
}

/// Text, and how wide it is without the escapes of a terminal.
struct Cell {
    text: String,
    width: usize,
}

impl Cell {
    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), width: text.chars().count() }
    }

    fn of(verdict: Verdict, text: &str, colour: Colour) -> Self {
        Self { text: colour.verdict(verdict, text), width: text.chars().count() }
    }
}

fn head(first: &str, labels: &[String]) -> Vec<Cell> {
    [first].into_iter().chain(labels.iter().map(String::as_str)).map(Cell::plain).collect()
}

/// `12/0/1/3/0`, painted as the worst that there is.
fn counts<'a>(cases: impl Iterator<Item = &'a CaseReport>, colour: Colour) -> Cell {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for case in cases {
        *counts.entry(case.verdict).or_default() += 1;
    }
    let worst = [Verdict::Violates, Verdict::Departs, Verdict::Inconclusive, Verdict::Conforms];
    let worst = worst.into_iter().find(|verdict| counts.contains_key(verdict)).unwrap_or(Verdict::Unsupported);
    let text = ORDER.map(|verdict| counts.get(&verdict).copied().unwrap_or_default().to_string()).join("/");
    Cell::of(worst, &text, colour)
}

/// Cases of which the runs make different things.
fn differing(runs: &[RunReport], labels: &[String], colour: Colour) -> String {
    let mut found: BTreeMap<&str, Vec<Option<Verdict>>> = BTreeMap::new();
    for (place, run) in runs.iter().enumerate() {
        for case in &run.cases {
            found.entry(&case.id).or_insert_with(|| vec![None; runs.len()])[place] = Some(case.verdict);
        }
    }
    let differs = |verdicts: &[Option<Verdict>]| verdicts.iter().any(|verdict| *verdict != verdicts[0]);
    let rows: Vec<_> = found.into_iter().filter(|(_, verdicts)| differs(verdicts)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let more = rows.len().saturating_sub(CASES_LISTED_MAX);
    let count = if rows.len() == 1 { "1 case differs".to_owned() } else { format!("{} cases differ", rows.len()) };
    let mut table = vec![head("case", labels)];
    for (id, verdicts) in rows.into_iter().take(CASES_LISTED_MAX) {
        let cell = |verdict: Option<Verdict>| match verdict {
            Some(verdict) => Cell::of(verdict, verdict.word(), colour),
            None => Cell::plain("not run"),
        };
        table.push([Cell::plain(id)].into_iter().chain(verdicts.into_iter().map(cell)).collect());
    }
    let more = if more > 0 { format!("... and {more} more\n") } else { String::new() };
    format!("\n{count}\n{}{more}", aligned(&table))
}

fn aligned(rows: &[Vec<Cell>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].width).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells =
            row.iter().zip(&widths).map(|(cell, width)| format!("{}{}", cell.text, " ".repeat(width - cell.width)));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::matrix;
    use crate::{
        report::{fixture::every_verdict, terminal::Colour},
        verdict::Verdict,
    };

    #[test]
    fn areas_stand_by_mta_and_cases_that_differ_below() {
        let one = every_verdict();
        let mut other = one.clone();
        other.mta.name = "exim".to_owned();
        other.cases[0].verdict = Verdict::Departs;
        other.cases.remove(8);
        insta::assert_snapshot!(matrix(&[one.clone(), other], Colour::Plain));
        assert!(!matrix(&[one], Colour::Plain).contains("differ"));
    }
}
