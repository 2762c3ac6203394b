//! What a subcommand has to say, and the two forms in which it is said: columns for people, JSON for programs.

use serde::Serialize;

use crate::exit::{Failure, Status};

/// What goes to standard output, and how the program ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// Ends in a line end, or is empty.
    pub(crate) text: String,
    /// How the program ends.
    pub(crate) status: Status,
}

impl Output {
    /// Nothing was judged, or all is as expected.
    pub(crate) fn of(text: String) -> Self {
        Self { text, status: Status::AsExpected }
    }

    /// JSON with a final line end.
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, Failure> {
        json(value).map(Self::of)
    }
}

/// As indented JSON, with a final line end.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::bug(format!("a bug of mtaspec: what it has to say is no JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}

/// Rows as columns two blanks apart; the last one is not padded.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// `1 page`, `2 pages`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "bcd", "e"], ["äbc", "", "f"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "a    bcd  e\näbc       f\n");
    }
}
