//! A run as Markdown, for a comment on a pull request: the sum, a table of the MTA by area, what is not as expected.
//!
//! # Limits
//!
//! A comment on GitHub holds 65536 characters. Text from outside is cut to [`TEXT_CHARS_MAX`], and cases that do not fit
//! into [`COMMENT_OCTETS_MAX`] are counted instead of shown.

use super::{
    joined,
    json::{CaseReport, ClaimReport, RunReport},
    terminal,
    visible::visible,
};
use crate::{requirement::Basis, verdict::Verdict};

/// Most octets of a comment; below the limit of GitHub, so that a caller can put a sentence of its own around it.
pub const COMMENT_OCTETS_MAX: usize = 60_000;
/// Most characters that are shown of a text from outside.
pub const TEXT_CHARS_MAX: usize = 400;

/// The verdicts in the order of the columns.
const COLUMNS: [Verdict; 5] =
    [Verdict::Conforms, Verdict::Departs, Verdict::Violates, Verdict::Unsupported, Verdict::Inconclusive];

/// The comment. The first line of each run is what it makes of the RFCs; of several, a heading stands above it, and a
/// table of all of them first.
#[must_use]
pub fn comment(runs: &[RunReport]) -> String {
    let labels = joined::labels(runs);
    let mut heads: Vec<String> = Vec::new();
    for (run, label) in runs.iter().zip(&labels) {
        let heading = if runs.len() > 1 { format!("### {}\n\n", code(label)) } else { String::new() };
        heads.push(format!("{heading}{}\n\n{}\n{}", bases(run), table(run), sums(run)));
    }
    let overview = if runs.len() > 1 { format!("{}\n", overview(runs, &labels)) } else { String::new() };
    let mut left = COMMENT_OCTETS_MAX.saturating_sub(overview.len() + heads.iter().map(String::len).sum::<usize>());
    let (mut parts, mut more) = (vec![overview], 0);
    for (run, head) in runs.iter().zip(heads) {
        parts.push(head);
        for block in run.unexpected().map(details) {
            match left.checked_sub(block.len()) {
                Some(rest) if more == 0 => {
                    left = rest;
                    parts.push(block);
                }
                _ => more += 1,
            }
        }
        if runs.len() > 1 {
            parts.push("\n".to_owned());
        }
    }
    if more > 0 {
        parts.push(format!("\n... and {more} more that a comment has no room for.\n"));
    }
    parts.concat()
}

/// A row a run.
fn overview(runs: &[RunReport], labels: &[String]) -> String {
    let mut text = format!("| MTA |{}\n|---|{}\n", heads(), "---:|".repeat(COLUMNS.len()));
    for (run, label) in runs.iter().zip(labels) {
        text.push_str(&table_row(&code(label), &run.cases.iter().collect::<Vec<_>>()));
    }
    text
}

fn heads() -> String {
    COLUMNS.iter().map(|verdict| format!(" {} |", verdict.word())).collect()
}

/// What was found by who asks, RFCs first and always.
fn bases(run: &RunReport) -> String {
    let bases = terminal::bases(run);
    let rfc = if run.basis.contains_key(&Basis::Rfc) { "" } else { "RFC: 0 held, 0 broken. " };
    format!("{rfc}{bases}").trim_end().to_owned()
}

fn table(run: &RunReport) -> String {
    let heads = heads();
    let mut text = format!("| {} |{heads}\n|---|{}\n", code(&run.label()), "---:|".repeat(COLUMNS.len()));
    for (area, cases) in run.by_area() {
        text.push_str(&table_row(&code(area), &cases));
    }
    text.push_str(&table_row("*all*", &run.cases.iter().collect::<Vec<_>>()));
    text
}

/// A count a verdict; bold, if somebody has to look at one of its cases.
fn table_row(name: &str, cases: &[&CaseReport]) -> String {
    let cell = |verdict: Verdict| {
        let own = cases.iter().filter(|case| case.verdict == verdict);
        let bold = if own.clone().any(|case| !case.expected) { "**" } else { "" };
        format!(" {bold}{}{bold} |", own.count())
    };
    format!("| {name} |{}\n", COLUMNS.into_iter().map(cell).collect::<String>())
}

/// How many cases somebody has to look at, and what the run as a whole broke.
fn sums(run: &RunReport) -> String {
    let cases = |count: usize| if count == 1 { "1 case".to_owned() } else { format!("{count} cases") };
    let mut text = match run.unexpected().count() {
        0 => format!("{}, all as expected.\n", cases(run.cases.len())),
        count => format!("{}, **{count}** not as expected. Seed {}.\n", cases(run.cases.len()), run.seed),
    };
    let flaky = run.cases.iter().filter(|case| case.known_flaky).count();
    if flaky > 0 {
        text.push_str(&format!("\n{flaky} known to be flaky, counted neither way.\n"));
    }
    for row in run.invariants.iter().filter(|row| row.verdict == Verdict::Violates) {
        let known = row.deviation.as_ref().map(|reason| format!(" Known: {}", code(reason)));
        let (id, sentence, known) = (code(&row.id), code(&row.sentence), known.unwrap_or_default());
        text.push_str(&format!("\nInvariant {id}, broken in {}: {sentence}{known}\n", cases(row.cases.len())));
    }
    text
}

/// A case that is not as expected, folded.
fn details(case: &CaseReport) -> String {
    let summary = format!("<summary><b>{}</b> {}</summary>", case.verdict.word(), code(&case.id));
    let mut text = format!("\n<details>\n{summary}\n\n");
    let complaint = case.complaint();
    if !complaint.is_empty() {
        text.push_str(&format!("{}\n\n", code(&complaint)));
    }
    case.wrong().for_each(|claim| text.push_str(&of_claim(claim)));
    for note in &case.notes {
        text.push_str(&format!("- note: {}: {}\n", code(&note.invariant), code(&note.saw)));
    }
    format!("{}\n\n</details>\n", text.trim_end())
}

fn of_claim(claim: &ClaimReport) -> String {
    let cited = if claim.requirements.is_empty() {
        String::new()
    } else {
        format!(" ({})", code(&claim.requirements.join(" ")))
    };
    let head = format!("- line {}: {} {}{cited}\n", claim.line, code(&claim.level), code(terminal::plain(claim)));
    let expected = if claim.wanted.is_empty() || claim.wanted == claim.text {
        String::new()
    } else {
        format!("  - expected: {}\n", code(&claim.wanted))
    };
    format!("{head}{expected}  - seen: {}\n", code(&claim.saw))
}

/// Text from outside as code, where GitHub looks for no mentions of people. The tag and not a code span: a span has no
/// escapes, and means nothing in a summary.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Text from outside, as text of one line wherever it stands: what means something to HTML or to Markdown is a character
/// reference, which CommonMark never takes for markup (CommonMark 0.31 §2.5), and no address becomes a link.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    let whole = visible(text);
    for (place, character) in whole.chars().enumerate() {
        if place == TEXT_CHARS_MAX {
            shown.push_str(" ...");
            break;
        }
        let is_link = character == '.'
            && shown.get(shown.len().saturating_sub(3)..).is_some_and(|end| end.eq_ignore_ascii_case("www"));
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '$' | '*' | '@' | '[' | '\\' | ']' | '_' | '`' | '|' | '~' => {
                shown.push_str(&format!("&#{};", u32::from(character)));
            }
            ':' if whole.contains("://") => shown.push_str("&#58;"),
            '.' if is_link => shown.push_str("&#46;"),
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{COMMENT_OCTETS_MAX, comment, escaped};
    use crate::{
        report::{
            fixture::{case, every_verdict, hostile},
            json::{MtaName, RunHead, RunReport},
        },
        verdict::Verdict,
    };

    #[test]
    fn every_verdict_has_its_place_in_the_comment() {
        insta::assert_snapshot!("every_verdict.md", comment(&[every_verdict()]));
    }

    #[test]
    fn several_runs_have_a_table_of_all_first() {
        let other = RunReport { options: vec!["a=b".to_owned()], ..every_verdict() };
        insta::assert_snapshot!("two_runs.md", comment(&[every_verdict(), other]));
    }

    #[test]
    fn hostile_text_is_neither_markup_nor_a_line_of_its_own() {
        let text = comment(&[hostile()]);
        for markup in ["<script", "`", "@team", "[a]", "http:", "www.", "$x", "\n# heading", "\u{1b}", "\u{202e}"] {
            assert!(!text.contains(markup), "`{markup}` stands in\n{text}");
        }
        assert_eq!((text.matches("</details>").count(), text.matches("<details>").count()), (1, 1));
        let columns = |line: &str| line.matches('|').count();
        let table: Vec<usize> = text.lines().filter(|line| line.starts_with('|')).map(columns).collect();
        assert_eq!(table, [7, 7, 7, 7]);
        insta::assert_snapshot!("hostile.md", text);
    }

    #[test]
    fn what_means_something_is_a_character_reference() {
        assert_eq!(escaped("a|b `c` <d> \\ u@x.test"), "a&#124;b &#96;c&#96; &lt;d&gt; &#92; u&#64;x.test");
        assert_eq!(escaped("wWw.x: y"), "wWw&#46;x: y");
        assert_eq!(escaped(&"x".repeat(401)).len(), 404);
    }

    #[test]
    fn cases_that_do_not_fit_are_counted() {
        let cases =
            (0..500).map(|number| case(&format!("a/b#{number}"), Verdict::Inconclusive, Vec::new())).map(|mut case| {
                case.reason = "x".repeat(1_000);
                case
            });
        let mta = MtaName { name: "postfix".to_owned(), version: String::new() };
        let run = RunReport::new(RunHead { suite: String::new(), seed: 0, mta }, cases.collect(), Vec::new());
        let text = comment(&[run]);
        let shown = text.matches("<details>").count();
        assert!(text.len() < COMMENT_OCTETS_MAX + 100 && shown > 50, "{} octets, {shown} cases", text.len());
        assert!(text.ends_with(&format!("\n... and {} more that a comment has no room for.\n", 500 - shown)), "{text}");
        assert!(text.starts_with("RFC: 0 held, 0 broken.\n"), "{text}");
    }
}
