//! What holds of every text, for property tests and for the fuzz target, which have the same body.

use super::Shell;
use crate::directory::Directory;

/// Runs anything at all as a script, in an organisation of its own.
///
/// # Panics
///
/// If an outcome or an error lies outside the text, an error cannot be shown, or connectors are out of order: all of
/// them faults of the shell.
pub fn hold_against(text: &str) {
    let mut directory = Directory::default();
    for outcome in Shell::new().run(&mut directory, text) {
        assert_eq!(text.get(outcome.span.clone()), Some(outcome.text.as_str()), "an outcome quotes its command");
        if let Err(error) = outcome.result {
            assert!(text.get(error.span.clone()).is_some(), "{error:?} lies within the text");
            assert!(error.render("text", text).starts_with("error["), "{error:?} is shown");
        }
    }
    let connectors = directory.connectors();
    assert!(connectors.is_sorted_by_key(|connector| connector.name.to_ascii_lowercase()), "connectors are sorted");
}
