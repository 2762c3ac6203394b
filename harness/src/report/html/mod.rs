//! Runs as one page of HTML that needs nothing else: no network, no file beside it, no library.
//!
//! [`page`] writes it. The tables stand in the page as they are, so that they can be read without a script; single
//! cases are JSON (the module `data`), from which `script.js` makes what is looked at, as text and never as markup.
//!
//! # Invariants
//!
//! Equal texts and equal dialogues are stored once. A content security policy allows the one script by its hash and
//! nothing else, so no text from a host can run or fetch anything.

mod data;
mod disagreements;
mod matrix;
mod requirements;
#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::{joined::labels, json::RunReport, visible::visible};
use crate::{suite::Suite, verdict::Verdict};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The verdicts in the order of every table; their places are the numbers in the data.
const VERDICTS: [Verdict; 5] =
    [Verdict::Conforms, Verdict::Departs, Verdict::Violates, Verdict::Unsupported, Verdict::Inconclusive];

/// Why runs cannot be written as a page.
#[derive(Debug, thiserror::Error)]
#[error("the runs are no page: {0}")]
pub struct HtmlError(#[from] serde_json::Error);

/// The page. Sections of cases and sentences of requirements are those that `suite` has now; a case that it does not
/// have is shown without its section.
///
/// # Errors
///
/// What JSON cannot hold.
pub fn page(suite: &Suite, runs: &[RunReport]) -> Result<String, HtmlError> {
    let labels: Vec<String> = labels(runs).iter().map(|label| visible(label)).collect();
    let data = data::of(suite, runs, &labels)?;
    let rows = matrix::rows(suite, runs);
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="color-scheme" content="light dark";
                title { "mtaspec: " (labels.join(", ")) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) (PreEscaped(column_names(&labels))) }
            }
            body {
                a.skip href="#main" { "To the report" }
                header {
                    h1 { "mtaspec " span { "what these MTAs send" } }
                    nav aria-label="Views" {
                        a href="#cases" { "Cases" }
                        a href="#requirements" { "Requirements" }
                        a href="#disagreements" { "Disagreements" }
                        a href="#invariants" { "Invariants" }
                    }
                }
                main id="main" tabindex="-1" {
                    noscript { p.note { "Without scripts the tables can be read, but not filtered, and no dialogue is shown." } }
                    (matrix::summary(runs, &labels))
                    (matrix::filters(&rows, &labels))
                    (matrix::cases(&rows, &labels))
                    (requirements::table(suite, runs, &labels))
                    (disagreements::list(runs, &labels))
                    (invariants(runs, &labels))
                    section #case hidden aria-labelledby="case-heading" {}
                }
                footer { p { "Written by mtaspec " (visible(runs.first().map_or("", |run| run.suite.as_str()))) ". Five verdicts: " @for verdict in VERDICTS { (badge(verdict)) " " } } }
                script #data type="application/json" { (PreEscaped(data)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Ok(markup.into_string())
}

/// Nothing is fetched, and the only script is ours.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    )
}

/// On a phone a cell says whose it is: once a column, not once a cell. A name is all escapes, so that it cannot end the
/// text that it stands in (CSS Syntax 3 §4.3.7).
fn column_names(labels: &[String]) -> String {
    let rule = |(label, column): (&String, usize)| {
        let name: String = label.chars().map(|character| format!("\\{:X} ", u32::from(character))).collect();
        format!(
            "@media screen and (max-width: 760px) {{ tbody td:nth-child({column})::before {{ content: \"{name}\\20 \"; }} }}\n"
        )
    };
    labels.iter().zip(2..).map(rule).collect()
}

/// A verdict as colour, sign and word.
fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "v " (verdict.word()) } { (verdict.word()) } }
}

/// A row an invariant, a column an MTA.
fn invariants(runs: &[RunReport], labels: &[String]) -> Markup {
    let rows = runs.first().map(|run| run.invariants.as_slice()).unwrap_or_default();
    html! {
        section #invariants aria-labelledby="invariants-heading" {
            h2 #invariants-heading { "Invariants" }
            p { "What must hold in every case, judged over the whole run." }
            table.wide {
                thead { tr { th scope="col" { "Invariant" } @for label in labels { th scope="col" { (label) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { code { (visible(&row.id)) } " " span.title { (visible(&row.sentence)) } }
                            @for run in runs { td { (invariant(run, &row.id)) } }
                        }
                    }
                }
            }
        }
    }
}

fn invariant(run: &RunReport, id: &str) -> Markup {
    let Some(row) = run.invariants.iter().find(|row| row.id == id) else { return html! { "not judged" } };
    html! {
        (badge(row.verdict))
        @if let Some(reason) = &row.deviation { " known: " (visible(reason)) }
        @if !row.cases.is_empty() { " " (disagreements::cases(&row.cases)) }
    }
}
