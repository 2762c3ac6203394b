//! Claims: the lines of an `expect` fence.

use crate::{
    case::{Line, LineMistake},
    claim::ast::Claim,
};

/// Reads one claim.
///
/// # Errors
///
/// The first word that cannot stand where it does.
pub fn parse(line: Line<'_>) -> Result<Claim, LineMistake> {
    Err(LineMistake {
        line: line.number,
        span: 0..0,
        message: "claims are not understood yet".to_owned(),
        expected: Vec::new(),
    })
}
