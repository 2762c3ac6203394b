//! A command line in words, as shells have them: blanks divide, quotes and backslashes keep. Nothing is expanded.

/// Why a text is no command line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// There is no word in it.
    #[error("it names no program")]
    Empty,
    /// A quote, or the last backslash, has no partner.
    #[error("`{mark}` is opened and never closed")]
    Open {
        /// What was opened.
        mark: char,
    },
}

/// The words of a command line; at least one.
///
/// # Errors
///
/// [`WordsError`].
pub fn split(text: &str) -> Result<Vec<String>, WordsError> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) = (Vec::new(), None, None);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(mark), _) if character == mark => quote = None,
            (None | Some('"'), '\\') => {
                let kept = characters.next().ok_or(WordsError::Open { mark: '\\' })?;
                word.get_or_insert_default().push(kept);
            }
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    if let Some(mark) = quote {
        return Err(WordsError::Open { mark });
    }
    words.extend(word);
    if words.first().is_none_or(String::is_empty) { Err(WordsError::Empty) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_keep_blanks() {
        let words = split(r#"python3 -u 'a b'/c "d\"e'f" g\ h '' "#).expect("a command line");
        assert_eq!(words, ["python3", "-u", "a b/c", "d\"e'f", "g h", ""]);
    }

    #[test]
    fn what_is_open_or_empty_is_refused() {
        assert_eq!(split("a 'b"), Err(WordsError::Open { mark: '\'' }));
        assert_eq!(split("a \"b'"), Err(WordsError::Open { mark: '"' }));
        assert_eq!(split("a\\"), Err(WordsError::Open { mark: '\\' }));
        assert_eq!(
            [" ", "", "''"].map(split),
            [Err(WordsError::Empty), Err(WordsError::Empty), Err(WordsError::Empty)]
        );
    }
}
