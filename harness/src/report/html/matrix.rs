//! The first view: what each MTA makes of the bases, the filters, and cases by MTA.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::{VERDICTS, badge};
use crate::{
    claim::ast::Level,
    report::{
        json::{CaseReport, RunReport},
        visible::visible,
    },
    requirement::Basis,
    suite::Suite,
    verdict::Verdict,
};

/// The bases, firmest first.
pub(super) const BASES: [Basis; 3] = [Basis::Rfc, Basis::Exchange, Basis::Ours];

/// A case of any of the runs.
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    pub(super) area: &'a str,
    pub(super) title: String,
    pub(super) results: Vec<Option<&'a CaseReport>>,
    /// What its claims cite, and how firmly they ask.
    pub(super) cited: BTreeSet<&'a str>,
    pub(super) levels: BTreeSet<&'a str>,
    pub(super) bases: BTreeSet<Basis>,
}

/// All cases of all runs: in the order of the first run that has them.
pub(super) fn rows<'a>(suite: &Suite, runs: &'a [RunReport]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (column, run) in runs.iter().enumerate() {
        for case in &run.cases {
            let place = *places.entry(&case.id).or_insert(rows.len());
            if place == rows.len() {
                let page = suite.case(&case.id).ok();
                rows.push(Row {
                    id: &case.id,
                    area: case.area(),
                    title: page.map(|page| page.title.clone()).unwrap_or_default(),
                    results: vec![None; runs.len()],
                    cited: BTreeSet::new(),
                    levels: BTreeSet::new(),
                    bases: BTreeSet::new(),
                });
            }
            let row = &mut rows[place];
            row.results[column] = Some(case);
            for claim in &case.claims {
                row.cited.extend(claim.requirements.iter().map(String::as_str));
                row.levels.insert(&claim.level);
                row.bases.extend(&claim.basis);
            }
        }
    }
    rows
}

/// A row an MTA: what it makes of each basis, and its verdicts.
pub(super) fn summary(runs: &[RunReport], labels: &[String]) -> Markup {
    html! {
        section.summary aria-label="Summary" {
            @for (run, label) in runs.iter().zip(labels) {
                div.card {
                    h2 { (label) }
                    dl {
                        @for basis in BASES {
                            @if let Some(sum) = run.basis.get(&basis) {
                                dt { (name(basis)) }
                                dd { b { (sum.held) } " held, " b.broken[sum.broken > 0] { (sum.broken) } " broken" @if sum.not_reached > 0 { ", " (sum.not_reached) " not reached" } }
                            }
                        }
                    }
                    p.counts {
                        @for verdict in VERDICTS {
                            @let count = run.cases.iter().filter(|case| case.verdict == verdict).count();
                            @if count > 0 { span class={ "v " (verdict.word()) } { (count) " " (verdict.word()) } " " }
                        }
                    }
                    p.share aria-hidden="true" {
                        @for verdict in VERDICTS {
                            @let count = run.cases.iter().filter(|case| case.verdict == verdict).count();
                            @if count > 0 { i class=(verdict.word()) style={ "flex-grow:" (count) } {} }
                        }
                    }
                }
            }
        }
    }
}

/// As people call it.
pub(super) fn name(basis: Basis) -> &'static str {
    match basis {
        Basis::Exchange => "Send connector",
        Basis::Ours => "ours",
        Basis::Rfc => "RFC",
    }
}

/// What narrows the tables down.
pub(super) fn filters(rows: &[Row<'_>], labels: &[String]) -> Markup {
    let areas: BTreeSet<&str> = rows.iter().map(|row| row.area).collect();
    let levels = [Level::Must, Level::Should].map(|level| if level == Level::Must { "MUST" } else { "SHOULD" });
    html! {
        form #filters role="search" aria-label="Filters" hidden {
            label { "Words or id" input #f-text type="search" placeholder="tie, SEL-11, 4.2.1" autocomplete="off"; }
            label { "Area" select #f-area { option value="" { "all" } @for area in areas { option { (visible(area)) } } } }
            label { "Level" select #f-level { option value="" { "all" } @for level in levels { option { (level) } } } }
            label { "Basis" select #f-basis { option value="" { "all" } @for basis in BASES { option value=(basis.word()) { (name(basis)) } } } }
            label { "Verdict" select #f-verdict {
                option value="" { "all" }
                @for verdict in VERDICTS { option { (verdict.word()) } }
                option value="unexpected" { "not as expected" }
                option value="differs" { "MTAs differ" }
            } }
            label { "MTA" select #f-mta { option value="" { "any" } @for (place, label) in labels.iter().enumerate() { option value=(place) { (label) } } } }
            p { output #f-count for="f-text f-area f-level f-basis f-verdict f-mta" {} " " button type="reset" { "Clear" } }
        }
    }
}

/// Cases by MTA.
pub(super) fn cases(rows: &[Row<'_>], labels: &[String]) -> Markup {
    html! {
        section #cases aria-labelledby="cases-heading" {
            h2 #cases-heading { "Cases" }
            table.wide {
                thead { tr { th scope="col" { "Case" } @for label in labels { th scope="col" { (label) } } } }
                tbody {
                    @for row in rows { (of_row(row)) }
                }
            }
        }
    }
}

/// What filters need stands in attributes.
fn of_row(row: &Row<'_>) -> Markup {
    let joined = |words: &BTreeSet<&str>| words.iter().copied().collect::<Vec<_>>().join(" ");
    let bases = row.bases.iter().map(|basis| basis.word()).collect::<Vec<_>>().join(" ");
    html! {
        tr data-a=(visible(row.area)) data-l=(joined(&row.levels)) data-b=(bases) data-r=(visible(&joined(&row.cited))) {
            th scope="row" {
                a href={ "#case=" (visible(row.id)) } { code { (visible(row.id)) } }
                @if !row.title.is_empty() { " " span.title { (visible(&row.title)) } }
            }
            @for result in &row.results { (cell(*result)) }
        }
    }
}

fn cell(result: Option<&CaseReport>) -> Markup {
    let Some(case) = result else { return html! { td { span.none { "not run" } } } };
    let known = case.expected && !matches!(case.verdict, Verdict::Conforms | Verdict::Unsupported);
    html! {
        td data-v=(case.verdict.word()) data-x[!case.expected] {
            (badge(case.verdict)) @if known { " " span.known { "known" } }
        }
    }
}
