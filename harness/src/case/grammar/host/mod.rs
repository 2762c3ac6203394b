//! The lines of a `host` fence: properties and rules.

use mtaspec_fake_smarthost::{host::Property, rule::Rule};

use crate::case::{Line, LineMistake};

/// One line of a `host` fence. No tag is set yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostLine {
    /// `port 2526`.
    Port(u16),
    /// A property: it takes the place of shared lines that begin with the same word.
    Property {
        /// The word that it begins with: `offers`.
        word: &'static str,
        /// One for each keyword of `offers` and `withholds`, else one.
        properties: Vec<Property>,
    },
    /// A rule.
    Rule(Rule),
}

/// Reads one line of a `host` fence.
///
/// # Errors
///
/// The first word that cannot stand where it does.
pub fn parse(line: Line<'_>) -> Result<HostLine, LineMistake> {
    Err(LineMistake {
        line: line.number,
        span: 0..0,
        message: "host lines are not understood yet".to_owned(),
        expected: Vec::new(),
    })
}
