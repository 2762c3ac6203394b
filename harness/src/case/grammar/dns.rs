//! Faults of the name server: the lines of a `dns` fence.

use mtaspec_fake_dns::rule::Fault;

use crate::case::{Line, LineMistake};

/// Reads one fault. Its tag is not set yet.
///
/// # Errors
///
/// The first word that cannot stand where it does.
pub fn parse(line: Line<'_>) -> Result<Fault, LineMistake> {
    Err(LineMistake {
        line: line.number,
        span: 0..0,
        message: "faults are not understood yet".to_owned(),
        expected: Vec::new(),
    })
}
