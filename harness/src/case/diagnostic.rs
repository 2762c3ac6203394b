//! Mistakes of a page, for people: place, message, the line with a caret, and what could stand there.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{LineMistake, Mistake};

/// What is expected, in one line; empty if nothing is known to be.
fn expected(mistake: &Mistake) -> String {
    let quoted: Vec<String> = mistake.expected.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

impl Mistake {
    /// The column of the caret in characters, from 1, given the line of the page.
    #[must_use]
    pub fn column(&self, line: &str) -> usize {
        line.char_indices().take_while(|(at, _)| *at < self.span.start).count() + 1
    }

    /// The mistake of a line of this file.
    pub(super) fn of(file: &std::path::Path, mistake: LineMistake) -> Self {
        let LineMistake { line, span, message, expected } = mistake;
        Self { file: file.to_owned(), line, span, message, expected }
    }
}

/// `cases/starttls/clear-ehlo.md:14:9: no host is named "mx3"`, for where the page is not at hand: the column counts
/// octets.
impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, span, message, .. } = self;
        write!(formatter, "{}:{line}:{}: {message}", file.display(), span.start + 1)
    }
}

/// Shows the mistakes of one page, given its octets; ends in a line end unless there are none.
#[must_use]
pub fn render(mistakes: &[Mistake], page: &[u8]) -> String {
    let text = String::from_utf8_lossy(page);
    let lines: Vec<&str> = text.lines().collect();
    let renderer = Renderer::plain();
    let mut shown = String::new();
    for mistake in mistakes {
        let index = usize::try_from(mistake.line).unwrap_or(usize::MAX).saturating_sub(1);
        let line = lines.get(index).copied().unwrap_or("");
        let start = floor_boundary(line, mistake.span.start);
        let end = floor_boundary(line, mistake.span.end).max(start);
        let path = mistake.file.display().to_string();
        let snippet =
            Snippet::source(line).line_start(index + 1).path(path).annotation(AnnotationKind::Primary.span(start..end));
        let mut group = Level::ERROR.primary_title(&mistake.message).element(snippet);
        if !mistake.expected.is_empty() {
            group = group.element(Level::HELP.message(format!("expected {}", expected(mistake))));
        }
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(&renderer.render(&[group]));
        shown.push('\n');
    }
    shown
}

/// The last boundary of a character at or before an octet of the line.
fn floor_boundary(line: &str, at: usize) -> usize {
    (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_shows_place_line_caret_and_what_was_expected() {
        let page = "# T\n\nMUST  mx3.contoso.test sees EHLO\n";
        let mistake = Mistake {
            file: "cases/starttls/clear-ehlo.md".into(),
            line: 3,
            span: 6..22,
            message: "no host is called `mx3.contoso.test`".to_owned(),
            expected: vec!["mx1.contoso.test".to_owned(), "origin".to_owned()],
        };
        let expected = "\
error: no host is called `mx3.contoso.test`
 --> cases/starttls/clear-ehlo.md:3:7
  |
3 | MUST  mx3.contoso.test sees EHLO
  |       ^^^^^^^^^^^^^^^^
  |
  = help: expected `mx1.contoso.test`, `origin`
";
        assert_eq!(render(&[mistake], page.as_bytes()), expected);
    }
}
