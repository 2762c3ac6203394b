//! Mistyped lines: where the mistake is shown, what is said, and what is suggested first.

use super::Fence::{self, Dialogue, Dns, Expect, Host};
use crate::case::{Line, grammar::dialogue};

/// Fence, line, the part that is shown, message, first suggestion.
const MISTAKES: [(Fence, &str, &str, &str, &str); 3] = [
    (Expect, "MUST relay.test sess AUTH [X-1]", "sess", "`sess` is not a verb", "sees"),
    (Expect, "MUST relay.test sees AUTH", "", "the claim names no requirement", "[ID]"),
    (Expect, "MUSST relay.test sees AUTH [X-1]", "MUSST", "`MUSST` is not a level", "MUST"),
];

#[test]
fn mistyped_lines_are_shown_at_the_wrong_word() {
    for (fence, text, span, message, first) in MISTAKES {
        let mistake = fence.mistake(text).unwrap_or_else(|| panic!("{text} was read"));
        let shown = text.get(mistake.span.clone()).unwrap_or("(not in the line)");
        let suggested = mistake.expected.first().map_or("", String::as_str);
        assert_eq!((shown, mistake.message.as_str(), suggested), (span, message, first), "{fence:?}: {text}");
    }
}

#[test]
fn each_line_of_a_dialogue_has_its_own_mistake() {
    let lines = [(1, "S 220"), (2, "S: 220 x"), (3, "<TSL>")].map(|(number, text)| Line { text, number });
    let mistakes = dialogue::parse(&lines, None).unwrap_err();
    assert_eq!(mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_missing_word_is_shown_at_the_end_of_the_line() {
    let mistake = Expect.mistake("MUST relay.test sees AUTH   ").unwrap();
    assert_eq!(mistake.span, 25..25);
    let mistake = Host.mistake("RCPT -> ").unwrap();
    assert_eq!((mistake.span, mistake.message.as_str()), (7..7, "what a host does is missing"));
}
