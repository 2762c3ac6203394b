//! Variants: a table makes a case of each row, and its cells are filled in for `{column}`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    Line, LineMistake,
    markdown::{Part, Row, Table, is_id},
    words::{expecting, mistake, mistake_of, nearest},
};

/// One case of a section: its cells, and what they were filled into.
#[derive(Debug, Default)]
pub(super) struct Variant {
    /// The first cell; `None` in a section without a table.
    pub(super) name: Option<String>,
    cells: BTreeMap<String, String>,
    used: BTreeSet<String>,
    filled: BTreeMap<u32, Vec<Filled>>,
    /// Places with a `{word}` that is no column.
    unknown: Vec<LineMistake>,
}

/// One cell in one line: where it stands in the line as it is read, and what stands there on the page.
#[derive(Debug)]
struct Filled {
    read: Range<usize>,
    page: Range<usize>,
}

/// The variants of a section: one without a name if it has no table.
pub(super) fn variants(part: &Part<'_>, mistakes: &mut Vec<LineMistake>) -> Vec<Variant> {
    let Some((table, others)) = part.tables.split_first() else { return vec![Variant::default()] };
    for other in others {
        mistakes.push(mistake_of(other.head.line, "a section has one table of variants"));
    }
    for (at, column) in table.head.cells.iter().enumerate() {
        if !is_id(column) || table.head.cells[..at].contains(column) {
            let message = "a column has a name of its own in lower-case letters, digits and hyphens";
            mistakes.push(mistake(table.head.line, table.head.span(column), message));
        }
    }
    let mut names = BTreeSet::new();
    table.rows.iter().filter_map(|row| variant(table, row, &mut names, mistakes)).collect()
}

/// The names of the variants, without any check.
pub(super) fn variant_names<'a>(part: &Part<'a>) -> Vec<&'a str> {
    let rows = part.tables.first().map_or(&[][..], |table| table.rows.as_slice());
    rows.iter().filter_map(|row| row.cells.first().copied()).collect()
}

fn variant<'a>(
    table: &Table<'a>,
    row: &Row<'a>,
    names: &mut BTreeSet<&'a str>,
    mistakes: &mut Vec<LineMistake>,
) -> Option<Variant> {
    let (columns, cells) = (&table.head.cells, &row.cells);
    if columns.len() != cells.len() {
        let message = format!("the row has {} cells, the table {} columns", cells.len(), columns.len());
        mistakes.push(mistake_of(row.line, message));
        return None;
    }
    let name = cells.first().copied().unwrap_or("");
    if !is_id(name) {
        let message = "a variant has a name in lower-case letters, digits and hyphens";
        mistakes.push(mistake(row.line, row.span(name), message));
    } else if !names.insert(name) {
        mistakes.push(mistake(row.line, row.span(name), format!("a second variant is called `{name}`")));
    }
    let cells = columns.iter().zip(cells).map(|(column, cell)| ((*column).to_owned(), cell_text(cell))).collect();
    Some(Variant { name: Some(name.to_owned()), cells, ..Variant::default() })
}

/// What a cell fills in: back-ticks around all of it are for the reader, and `\|` is a bar.
fn cell_text(cell: &str) -> String {
    let bare = cell.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(cell);
    bare.replace("\\|", "|")
}

impl Variant {
    /// The line with its cells filled in. A `{word}` that is no column is a mistake where there is a table.
    pub(super) fn fill(&mut self, line: Line<'_>) -> String {
        let mut text = String::with_capacity(line.text.len());
        let mut done = 0;
        if self.name.is_some() {
            for place in placeholders(line.text) {
                let word = &line.text[place.start + 1..place.end - 1];
                let Some(cell) = self.cells.get(word) else {
                    let known = nearest(word, self.cells.keys().map(String::as_str));
                    let wrong = mistake(line, place, format!("the table has no column `{word}`"));
                    self.unknown.push(expecting(wrong, known));
                    continue;
                };
                text.push_str(&line.text[done..place.start]);
                let start = text.len();
                text.push_str(cell);
                done = place.end;
                self.used.insert(word.to_owned());
                let filled = Filled { read: start..text.len(), page: place };
                self.filled.entry(line.number).or_default().push(filled);
            }
        }
        text.push_str(&line.text[done..]);
        text
    }

    /// The mistakes of the case, pointing at the page instead of at lines with their cells filled in; those of the
    /// table are among them, and hide what follows from them.
    pub(super) fn on_page(&self, mistakes: Vec<LineMistake>) -> Vec<LineMistake> {
        let is_hidden = |line: u32| self.unknown.iter().any(|unknown| unknown.line == line);
        let others = mistakes.into_iter().filter(|mistake| !is_hidden(mistake.line));
        self.unknown.iter().cloned().chain(others.map(|mistake| self.moved(mistake))).collect()
    }

    fn moved(&self, mut mistake: LineMistake) -> LineMistake {
        let Some(filled) = self.filled.get(&mistake.line) else { return mistake };
        mistake.span =
            page_offset(filled, mistake.span.start, Edge::Start)..page_offset(filled, mistake.span.end, Edge::End);
        mistake
    }

    /// Whether this variant used the column.
    fn uses(&self, column: &str) -> bool {
        self.used.contains(column)
    }
}

/// Columns that no variant of the section used.
pub(super) fn unused_columns(part: &Part<'_>, variants: &[Variant], mistakes: &mut Vec<LineMistake>) {
    let Some(table) = part.tables.first() else { return };
    for column in table.head.cells.iter().skip(1) {
        if !variants.iter().any(|variant| variant.uses(column)) {
            let message = format!("nothing uses the column: no fence has `{{{column}}}`");
            mistakes.push(mistake(table.head.line, table.head.span(column), message));
        }
    }
}

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

/// The place on the page of an octet of the line as it is read; inside a cell, the edge of its placeholder.
fn page_offset(filled: &[Filled], read: usize, edge: Edge) -> usize {
    let mut base = (0, 0);
    for cell in filled {
        let inside = match edge {
            Edge::Start => cell.read.contains(&read),
            Edge::End => read > cell.read.start && read <= cell.read.end,
        };
        if inside {
            return match edge {
                Edge::Start => cell.page.start,
                Edge::End => cell.page.end,
            };
        }
        if cell.read.end <= read {
            base = (cell.read.end, cell.page.end);
        }
    }
    base.1 + (read - base.0)
}

/// Each `{word}` of a text, the word in lower-case letters, digits and hyphens, beginning with a letter.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    text.match_indices('{')
        .filter_map(|(start, _)| {
            let length = text[start + 1..].find('}')?;
            let word = &text[start + 1..start + 1 + length];
            let named = is_id(word) && word.starts_with(|first: char| first.is_ascii_lowercase());
            named.then_some(start..start + length + 2)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_cell_points_at_its_placeholder() {
        let cells = BTreeMap::from([("kind".to_owned(), "not-yet-valid".to_owned())]);
        let mut variant = Variant { name: Some("v".to_owned()), cells, ..Variant::default() };
        let line = Line { text: "certificate {kind} for x", number: 4 };
        let text = variant.fill(line);
        assert_eq!(text, "certificate not-yet-valid for x");
        let at = |span| LineMistake { line: 4, span, message: String::new(), expected: Vec::new() };
        assert_eq!(variant.moved(at(12..25)).span, 12..18);
        assert_eq!(variant.moved(at(26..29)).span, 19..22);
        assert_eq!(variant.moved(at(0..11)).span, 0..11);
    }

    #[test]
    fn ranges_and_capitals_are_no_columns() {
        assert!(placeholders("to=r{1..250}@contoso.test {QUEUE-ID} {}").is_empty());
    }
}
