//! Arbitrary lines: nothing panics, and whatever is wrong is shown within the line.

use proptest::prelude::*;

use super::{Fence, NUMBER};

/// Words of all four grammars, so that arbitrary lines get far.
const WORDS: [&str; 56] = [
    "MUST",
    "SHOULD",
    "WHEN",
    ",",
    "origin",
    "any",
    "host",
    "dns",
    "mx.contoso.test",
    "u@contoso.test",
    "every",
    "recipient",
    "is",
    "delivered",
    "to",
    "never",
    "sees",
    "receives",
    "a",
    "message",
    "TLS",
    "\"1.2\"",
    "\"",
    "header",
    "octets",
    "\"*x\\\"",
    "at",
    "least",
    "0s",
    "5m",
    "3",
    "times",
    "only",
    "under",
    "in",
    "each",
    "connection",
    "[",
    "]",
    "[SEL-06]",
    "MAIL",
    "<",
    ">",
    "<u@contoso.test>",
    "->",
    "550",
    "450 ü",
    ";",
    "(",
    ")",
    "(first 2)",
    "offers",
    "auth",
    "S:",
    "C: RCPT",
    "MX",
];

fn check(text: &str) -> Result<(), TestCaseError> {
    for fence in [Fence::Dialogue, Fence::Dns, Fence::Expect, Fence::Host] {
        let Some(mistake) = fence.mistake(text) else { continue };
        prop_assert_eq!(mistake.line, NUMBER);
        prop_assert!(text.get(mistake.span.clone()).is_some(), "{:?}: {:?} in {:?}", fence, mistake, text);
        prop_assert!(mistake.expected.len() <= 6);
        prop_assert!(!mistake.message.is_empty() && !mistake.message.ends_with('.'));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read_or_shown_to_be_wrong_within_it(text in "[^\r\n]{0,60}") {
        check(&text)?;
    }

    #[test]
    fn any_words_are_read_or_shown_to_be_wrong_within_them(
        words in proptest::collection::vec((proptest::sample::select(&WORDS[..]), "[ \t\u{a0}]{0,2}"), 0..14),
    ) {
        let text: String = words.into_iter().flat_map(|(word, blank)| [word.to_owned(), blank]).collect();
        check(&text)?;
    }
}
