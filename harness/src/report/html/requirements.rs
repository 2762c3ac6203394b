//! Requirements by MTA: which have cases, which held, and why there is none.

use maud::{Markup, html};

use super::matrix::name;
use crate::{
    case::Case,
    report::{
        json::{CaseReport, RunReport},
        visible::visible,
    },
    requirement::{CaseRefs, Cited, CoverageRow, coverage},
    suite::Suite,
};

/// Every case of the pages, so that a requirement counts as covered also if these runs left its cases out.
fn of_pages(suite: &Suite) -> Vec<CaseRefs> {
    let refs = |case: &&Case| CaseRefs {
        id: case.id.clone(),
        cited: case.claims.iter().flat_map(|claim| &claim.ids).map(|id| Cited { id: id.clone(), held: None }).collect(),
    };
    suite.cases(&[]).unwrap_or_default().iter().map(refs).collect()
}

/// A row a requirement, a column an MTA.
pub(super) fn table(suite: &Suite, runs: &[RunReport], labels: &[String]) -> Markup {
    let rows = coverage(suite.catalogue(), &of_pages(suite));
    let found: Vec<Vec<CoverageRow>> = runs
        .iter()
        .map(|run| coverage(suite.catalogue(), &run.cases.iter().map(CaseReport::cited).collect::<Vec<_>>()))
        .collect();
    let covered = rows.iter().filter(|row| !row.cases.is_empty()).count();
    html! {
        section #requirements aria-labelledby="requirements-heading" {
            h2 #requirements-heading { "Requirements" }
            p { (covered) " of " (rows.len()) " have a case that cites them." }
            table.wide {
                thead { tr { th scope="col" { "Requirement" } @for label in labels { th scope="col" { (label) } } } }
                tbody {
                    @for (place, row) in rows.iter().enumerate() {
                        (of_row(suite, row, found.iter().map(|rows| rows[place].held)))
                    }
                }
            }
        }
    }
}

fn of_row(suite: &Suite, row: &CoverageRow, held: impl Iterator<Item = Option<bool>>) -> Markup {
    let requirement = suite.catalogue().get(&row.id);
    let sentence = requirement.map(|own| own.sentence.as_str()).unwrap_or_default();
    let strength = format!("{:?}", row.strength).to_uppercase();
    let level = if row.strength.carries_must() { "MUST" } else { strength.as_str() };
    html! {
        tr data-l=(level) data-b=(row.basis.word()) data-r=(row.id) {
            th scope="row" {
                code { (row.id) } " " span.tag { (strength) } " " span.tag { (name(row.basis)) } " "
                @match &row.reason {
                    Some(reason) => span.none { (reason) },
                    None => a href={ "#cases=" (row.id) } { (row.cases.len()) @if row.cases.len() == 1 { " case" } @else { " cases" } },
                }
                span.title { (visible(sentence)) }
            }
            @for held in held {
                td {
                    @match held {
                        Some(true) => span.v.conforms { "held" },
                        Some(false) => span.v.violates { "broken" },
                        None => span.none { "–" },
                    }
                }
            }
        }
    }
}
