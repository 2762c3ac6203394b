//! Words of a line, where they stand, and mistakes about them.

use std::ops::Range;

use super::{Line, LineMistake};
use crate::nearest::SUGGESTIONS_MAX;
pub(super) use crate::nearest::nearest;

/// A word and where it stands in its line, in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// The word.
    pub(super) text: &'a str,
    /// Its first octet.
    pub(super) start: usize,
}

impl Word<'_> {
    /// Where it stands.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// The words of a text: what stands between blanks.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        match (character.is_whitespace(), start) {
            (true, Some(begin)) => {
                found.push(Word { text: &text[begin..at], start: begin });
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    found
}

/// The first word of a text, or nothing.
pub(super) fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or("")
}

/// A mistake at some octets of a line.
pub(super) fn mistake(line: Line<'_>, span: Range<usize>, message: impl Into<String>) -> LineMistake {
    LineMistake { line: line.number, span, message: message.into(), expected: Vec::new() }
}

/// A mistake about a word of a line.
pub(super) fn mistake_at(line: Line<'_>, word: Word<'_>, message: impl Into<String>) -> LineMistake {
    mistake(line, word.span(), message)
}

/// A mistake about a whole line, blanks around it apart.
pub(super) fn mistake_of(line: Line<'_>, message: impl Into<String>) -> LineMistake {
    let start = line.text.len() - line.text.trim_start().len();
    mistake(line, start..line.text.trim_end().len().max(start), message)
}

/// The same mistake with what could stand there instead.
pub(super) fn expecting<S: Into<String>>(
    mut mistake: LineMistake,
    expected: impl IntoIterator<Item = S>,
) -> LineMistake {
    mistake.expected = expected.into_iter().map(Into::into).take(SUGGESTIONS_MAX).collect();
    mistake
}

/// Where `needle` stands in a text as a word of its own, without regard to case; the start of the text if it does not.
pub(super) fn span_of(text: &str, needle: &str) -> Range<usize> {
    let (hay, lower) = (text.to_ascii_lowercase(), needle.to_ascii_lowercase());
    let is_part = |octet: u8| octet.is_ascii_alphanumeric() || b".-_@".contains(&octet);
    hay.match_indices(&lower)
        .map(|(at, found)| at..at + found.len())
        .find(|span| {
            let before = span.start.checked_sub(1).is_some_and(|at| is_part(hay.as_bytes()[at]));
            !before && !hay.as_bytes().get(span.end).copied().is_some_and(is_part)
        })
        .unwrap_or(0..0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_where_they_stand() {
        let found = words("  MAIL  -> é 250");
        let spans: Vec<_> = found.iter().map(|word| (word.text, word.start)).collect();
        assert_eq!(spans, [("MAIL", 2), ("->", 8), ("é", 11), ("250", 14)]);
    }

    #[test]
    fn a_word_inside_a_longer_name_is_not_found() {
        assert_eq!(span_of("mx1.contoso.test sees MAIL before mx1", "MX1"), 34..37);
        assert_eq!(span_of("mx1.contoso.test", "mx2"), 0..0);
    }
}
