//! Text from outside, made fit to be shown: hosts, messages and MTAs put into it what they like.

/// One line in which everything can be seen: controls, line ends among them, what reorders or hides other text, and what
/// XML cannot hold (XML 1.0 §2.2) are escapes.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if character.is_control() => shown.push_str(&format!("\\x{:02X}", u32::from(character))),
            _ if is_hidden(character) => shown.push_str(&format!("\\u{{{:X}}}", u32::from(character))),
            _ => shown.push(character),
        }
    }
    shown
}

/// Format characters, line separators, tags and the two that are no characters: none leaves a mark of its own.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_cannot_be_seen_is_an_escape_and_the_rest_stays() {
        assert_eq!(visible("a\0\u{1b}[31m\u{9b}\r\n\t\u{7f}"), "a\\x00\\x1B[31m\\x9B\\r\\n\\t\\x7F");
        assert_eq!(visible("\u{202e}\u{feff}\u{ffff}\u{fffe}"), "\\u{202E}\\u{FEFF}\\u{FFFF}\\u{FFFE}");
        assert_eq!(visible("Grüße, 日本 <&> \\n"), "Grüße, 日本 <&> \\n");
    }
}
