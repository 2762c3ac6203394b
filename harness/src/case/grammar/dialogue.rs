//! Dialogues: what a host says line by line.

use mtaspec_fake_smarthost::script::Script;

use crate::case::{Line, LineMistake};

/// Reads a dialogue, for one connection of the host (from 1) or for each. Blank lines say nothing. Its tag is not set
/// yet.
///
/// # Errors
///
/// One mistake for each line that is none.
pub fn parse(lines: &[Line<'_>], connection: Option<u32>) -> Result<Script, Vec<LineMistake>> {
    match lines.first() {
        None => Ok(Script { connection, steps: Vec::new(), tag: None }),
        Some(line) => Err(vec![LineMistake {
            line: line.number,
            span: 0..0,
            message: "dialogues are not understood yet".to_owned(),
            expected: Vec::new(),
        }]),
    }
}
