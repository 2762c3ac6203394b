//! A run as workflow commands of GitHub Actions: a line for each claim that somebody has to look at, at its line of the
//! page.
//!
//! They are read from standard output: `--report github=-`. Text from outside is made visible and escaped, so that no
//! host can write a command of its own.

use super::{
    joined,
    json::{CaseReport, RunReport},
    visible::visible,
};
use crate::verdict::Verdict;

/// The lines, each with its line end; none if all is as expected. `page` gives the file and the line of a case.
#[must_use]
pub fn commands(runs: &[RunReport], page: &dyn Fn(&str) -> Option<(String, u32)>) -> String {
    let mut text = String::new();
    for (run, label) in runs.iter().zip(joined::labels(runs)) {
        for case in run.unexpected() {
            text.push_str(&of_case(case, &label, page(&case.id)));
        }
        let broken = run.invariants.iter().filter(|row| row.verdict == Verdict::Violates && row.deviation.is_none());
        for row in broken {
            let words = format!("{} In: {}", row.sentence, row.cases.join(", "));
            text.push_str(&command("error", None, &format!("{label}: invariant {}", row.id), &words));
        }
    }
    text
}

fn of_case(case: &CaseReport, label: &str, page: Option<(String, u32)>) -> String {
    let kind = if case.verdict == Verdict::Departs { "warning" } else { "error" };
    let title = format!("{label}: {} {}", case.verdict.word(), case.id);
    let mut wrong = case.wrong().peekable();
    if wrong.peek().is_none() {
        return command(kind, page, &title, &case.reason);
    }
    let lines = wrong.map(|claim| {
        let place = page.clone().map(|(file, _)| (file, claim.line));
        let ids = claim.requirements.join(" ");
        command(kind, place, &title, &format!("{} [{ids}] expected: {}, seen: {}", claim.text, claim.wanted, claim.saw))
    });
    lines.collect()
}

fn command(kind: &str, place: Option<(String, u32)>, title: &str, message: &str) -> String {
    let place = place.map(|(file, line)| format!("file={},line={line},", property(&file))).unwrap_or_default();
    format!("::{kind} {place}title={}::{}\n", property(title), data(message))
}

/// The text of a command. Line ends are escapes by then; a percent sign would begin one.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25")
}

/// The value of a property: a comma or a colon would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::commands;
    use crate::report::fixture::{every_verdict, hostile};

    #[test]
    fn every_verdict_that_is_not_as_expected_has_a_line() {
        let page = |id: &str| Some((format!("cases/{}.md", id.split('#').next().unwrap_or_default()), 7));
        insta::assert_snapshot!("every_verdict.github", commands(&[every_verdict()], &page));
    }

    #[test]
    fn hostile_text_begins_no_command_and_ends_no_property() {
        let text = commands(&[hostile()], &|_| None);
        assert_eq!(text.lines().count(), 2, "{text}");
        for line in text.lines() {
            assert!(line.starts_with("::error title=") && line.matches("::").count() == 2, "{line}");
            assert!(!line.contains(|character: char| character.is_control()), "{line}");
        }
    }
}
