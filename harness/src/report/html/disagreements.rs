//! Where MTAs that all conform behave differently.

use maud::{Markup, html};

use crate::report::{
    disagreement::{Disagreement, disagreements},
    json::RunReport,
    visible::visible,
};

/// Cases that are listed in the open; the others unfold.
const CASES_LISTED_MAX: usize = 3;

/// A block a difference, those of most cases first.
pub(super) fn list(runs: &[RunReport], labels: &[String]) -> Markup {
    let found = disagreements(runs);
    let first = labels.first().map(String::as_str).unwrap_or_default();
    html! {
        section #disagreements aria-labelledby="disagreements-heading" {
            h2 #disagreements-heading { "Disagreements" }
            @if runs.len() < 2 {
                p { "One run disagrees with nobody: " code { "mtaspec report RUN RUN" } " compares." }
            } @else {
                p { "What MTAs do differently where both conform: lawful, and good to know. " (first) " is what the others are compared with; the same difference is shown once." }
            }
            @for disagreement in &found { (block(disagreement, labels)) }
        }
    }
}

fn block(found: &Disagreement, labels: &[String]) -> Markup {
    let Disagreement { one, other, difference } = found;
    let mut title = format!("{} case", difference.cases.len());
    if difference.cases.len() != 1 {
        title.push('s');
    }
    html! {
        article.difference data-r=(visible(&difference.cases.join(" "))) {
            h3 { (title) }
            div.columns {
                (side(&labels[*one], difference.behind.as_deref(), &difference.gone))
                (side(&labels[*other], difference.behind.as_deref(), &difference.new))
            }
            (cases(&difference.cases))
        }
    }
}

fn side(label: &str, behind: Option<&str>, lines: &[String]) -> Markup {
    html! {
        div {
            h4 { (label) }
            pre {
                @if let Some(behind) = behind { span.title { (visible(behind)) "\n" } }
                @if lines.is_empty() { span.none { "(nothing)\n" } }
                @for line in lines { b { (visible(line)) } "\n" }
            }
        }
    }
}

/// Ids as links, most of them folded.
pub(super) fn cases(ids: &[String]) -> Markup {
    let shown = CASES_LISTED_MAX.min(ids.len());
    let links =
        |ids: &[String]| html! { @for id in ids { a href={ "#case=" (visible(id)) } { code { (visible(id)) } } " " } };
    html! {
        span.cases { (links(&ids[..shown])) }
        @if ids.len() > shown {
            details.cases { summary { (ids.len() - shown) " more" } (links(&ids[shown..])) }
        }
    }
}
