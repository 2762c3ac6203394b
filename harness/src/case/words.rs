//! Words of a line, where they stand, and which known word a mistyped one was meant to be.

use std::ops::Range;

use super::{Line, LineMistake};

/// How many suggestions a mistake carries at most.
const SUGGESTIONS_MAX: usize = 6;

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

/// At most six of the candidates, nearest to `word` first; equally near ones in their own order.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted = word.to_ascii_lowercase();
    let mut ranked: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &candidate.to_ascii_lowercase()), candidate))
        .collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.into_iter().take(SUGGESTIONS_MAX).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// How many characters have to be put in, left out or changed to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, character) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, candidate) in other.iter().enumerate() {
            let changed = diagonal + usize::from(character != *candidate);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
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

    #[test]
    fn the_nearest_candidate_comes_first_and_six_are_enough() {
        let all = ["beta", "alpha", "alpine", "gamma", "delta", "eta", "zeta"];
        let found = nearest("alpa", all);
        assert_eq!(found.first().map(String::as_str), Some("alpha"));
        assert_eq!(found.len(), SUGGESTIONS_MAX);
    }
}
