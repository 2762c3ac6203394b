//! A page as Markdown: title, sections, fences and tables of variants; everything else is prose and is not looked at.

use super::{
    Line, LineMistake,
    fence::FENCES,
    words::{mistake, mistake_of, words},
};

/// A page, split.
#[derive(Debug, Default)]
pub(super) struct Markdown<'a> {
    /// What stands before the first `##`.
    pub(super) shared: Part<'a>,
    /// In page order.
    pub(super) sections: Vec<Section<'a>>,
    /// What is wrong with the frame of the page.
    pub(super) mistakes: Vec<LineMistake>,
}

/// Fences and tables of the page's head or of a section.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    /// In page order, prose fences left out.
    pub(super) fences: Vec<Fence<'a>>,
    /// Tables whose first column is headed `variant`.
    pub(super) tables: Vec<Table<'a>>,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub(super) struct Fence<'a> {
    /// The line with the back-ticks and the info string.
    pub(super) head: Line<'a>,
    /// Where the info string begins in it, in octets.
    pub(super) info_start: usize,
    /// What stands inside, untouched.
    pub(super) lines: Vec<Line<'a>>,
}

/// A section: one case, or one for each row of its table.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// `## Heading {#short-id}`.
    pub(super) heading: Line<'a>,
    /// The heading without the id.
    pub(super) title: &'a str,
    /// `short-id`.
    pub(super) id: &'a str,
    /// Its fences and tables.
    pub(super) part: Part<'a>,
    /// All of it as it stands on the page, heading included.
    pub(super) text: &'a str,
}

/// A table of variants.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// The heads of the columns, `variant` first.
    pub(super) head: Row<'a>,
    /// One a variant.
    pub(super) rows: Vec<Row<'a>>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    /// Where it stands.
    pub(super) line: Line<'a>,
    /// Its cells, trimmed, `\|` still as written.
    pub(super) cells: Vec<&'a str>,
}

impl Row<'_> {
    /// Where a cell of this row stands in its line.
    pub(super) fn span(&self, cell: &str) -> std::ops::Range<usize> {
        // The cell is a slice of the line, so its place is the difference of the two addresses.
        let start = (cell.as_ptr() as usize).saturating_sub(self.line.text.as_ptr() as usize);
        start..start + cell.len()
    }
}

/// Splits a page.
pub(super) fn split(text: &str) -> Markdown<'_> {
    let mut splitter = Splitter { page: Markdown::default(), starts: Vec::new(), title: false };
    let lines = lines(text);
    let mut at = splitter.front_matter(&lines);
    while let Some((offset, line)) = lines.get(at).copied() {
        at += if let Some((ticks, info_start)) = fence_opening(line.text) {
            splitter.fence(&lines[at..], ticks, info_start)
        } else if is_variants_head(line.text) {
            splitter.table(&lines[at..])
        } else {
            splitter.heading(line, offset);
            1
        };
    }
    splitter.finish(text)
}

/// The lines of a text with the offset of each, without line ends.
fn lines(text: &str) -> Vec<(usize, Line<'_>)> {
    let mut offset = 0;
    let mut found = Vec::new();
    for (number, full) in (1_u32..).zip(text.split_inclusive('\n')) {
        let bare = full.strip_suffix('\n').unwrap_or(full);
        found.push((offset, Line { text: bare.strip_suffix('\r').unwrap_or(bare), number }));
        offset += full.len();
    }
    found
}

struct Splitter<'a> {
    page: Markdown<'a>,
    /// Offset of each section's heading.
    starts: Vec<usize>,
    /// `# Title` was seen.
    title: bool,
}

impl<'a> Splitter<'a> {
    fn part(&mut self) -> &mut Part<'a> {
        match self.page.sections.last_mut() {
            Some(section) => &mut section.part,
            None => &mut self.page.shared,
        }
    }

    /// Reads the version of the format, if the page begins with one; returns how many lines that took.
    fn front_matter(&mut self, lines: &[(usize, Line<'a>)]) -> usize {
        let is_rule = |line: &Line<'_>| line.text.trim_end() == "---";
        let Some((_, first)) = lines.first() else { return 0 };
        if !is_rule(first) {
            if !first.text.starts_with("mtaspec:") {
                return 0;
            }
            self.version(*first);
            return 1;
        }
        let Some(end) = lines.iter().skip(1).position(|(_, line)| is_rule(line)) else {
            self.page.mistakes.push(mistake_of(*first, "front matter is not closed by a line `---`"));
            return 1;
        };
        let inner = &lines[1..=end];
        match inner.iter().find(|(_, line)| line.text.starts_with("mtaspec:")) {
            Some((_, line)) => self.version(*line),
            None => self.page.mistakes.push(mistake_of(*first, "front matter does not say `mtaspec: 1`")),
        }
        end + 2
    }

    fn version(&mut self, line: Line<'a>) {
        let value = line.text.trim_start_matches("mtaspec:").trim();
        if value != "1" {
            let start = line.text.len() - line.text.trim_start_matches("mtaspec:").trim_start().len();
            let message = format!("version `{value}` of the case format is not understood");
            let mut wrong = mistake(line, start..line.text.trim_end().len().max(start), message);
            wrong.expected.push("1".to_owned());
            self.page.mistakes.push(wrong);
        }
    }

    /// Takes a fence; returns how many lines it has.
    fn fence(&mut self, lines: &[(usize, Line<'a>)], ticks: usize, info_start: usize) -> usize {
        let head = lines[0].1;
        let stop = lines
            .iter()
            .skip(1)
            .position(|(_, line)| closes(line.text, ticks) || (ticks == 3 && opens_ours(line.text)));
        let inner = &lines[1..stop.map_or(lines.len(), |stop| stop + 1)];
        let closed = stop.is_some_and(|stop| closes(lines[stop + 1].1.text, ticks));
        if !closed {
            self.page.mistakes.push(mistake_of(head, "a fence is not closed"));
        }
        let lines_inside = inner.iter().map(|(_, line)| *line).collect();
        if !is_prose(&head.text[info_start..]) {
            self.part().fences.push(Fence { head, info_start, lines: lines_inside });
        }
        inner.len() + 1 + usize::from(closed)
    }

    /// Takes a table of variants; returns how many lines it has.
    fn table(&mut self, lines: &[(usize, Line<'a>)]) -> usize {
        let mut rows: Vec<Row<'a>> = lines
            .iter()
            .map_while(|(_, line)| line.text.trim_start().starts_with('|').then_some(*line))
            .map(|line| Row { line, cells: cells(line.text) })
            .collect();
        let count = rows.len();
        let head = rows.remove(0);
        let is_delimiter = |row: &Row<'_>| row.cells.iter().all(|cell| cell.trim_matches([':', '-']).is_empty());
        if rows.first().is_some_and(is_delimiter) {
            rows.remove(0);
        } else {
            self.page.mistakes.push(mistake_of(head.line, "a row of dashes must follow the head of the table"));
        }
        if rows.is_empty() {
            self.page.mistakes.push(mistake_of(head.line, "the table has no variant"));
        }
        self.part().tables.push(Table { head, rows });
        count
    }

    fn heading(&mut self, line: Line<'a>, offset: usize) {
        if line.text.starts_with("# ") {
            if self.title || !self.page.sections.is_empty() {
                self.page.mistakes.push(mistake_of(line, "a page has one title; a case begins with `##`"));
            }
            self.title = true;
        }
        let Some(rest) = line.text.strip_prefix("## ") else { return };
        let (title, id) = match rest.trim_end().strip_suffix('}').and_then(|rest| rest.rsplit_once("{#")) {
            Some((title, id)) => (title.trim(), id),
            None => {
                let wrong = mistake_of(line, "a heading of a case ends in its id");
                self.page.mistakes.push(super::words::expecting(wrong, ["{#short-id}"]));
                (rest.trim(), "")
            }
        };
        let has_id = rest.contains("{#");
        if has_id && !is_id(id) {
            let start = line.text.find("{#").map_or(0, |at| at + 2);
            let message = "an id has lower-case letters, digits and hyphens";
            self.page.mistakes.push(mistake(line, start..start + id.len(), message));
        }
        self.starts.push(offset);
        self.page.sections.push(Section { heading: line, title, id, part: Part::default(), text: "" });
    }

    fn finish(mut self, text: &'a str) -> Markdown<'a> {
        let ends = self.starts.iter().skip(1).copied().chain([text.len()]);
        for ((section, start), end) in self.page.sections.iter_mut().zip(&self.starts).zip(ends) {
            section.text = text[*start..end].trim_end();
        }
        let top = Line { text: text.lines().next().unwrap_or(""), number: 1 };
        if !self.title {
            self.page.mistakes.push(mistake(top, 0..0, "a page begins with its title, `# Title`"));
        }
        if self.page.sections.is_empty() {
            self.page.mistakes.push(mistake(top, 0..0, "the page has no case, `## Heading {#short-id}`"));
        }
        self.page
    }
}

/// Whether a text can be the id of a case or the name of a variant.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-')
}

/// The number of back-ticks that open a fence, and where the info string begins.
fn fence_opening(text: &str) -> Option<(usize, usize)> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    let ticks = text[indent..].len() - text[indent..].trim_start_matches('`').len();
    let info_start = indent + ticks;
    (indent <= 3 && ticks >= 3 && !text[info_start..].contains('`')).then_some((ticks, info_start))
}

fn closes(text: &str, ticks: usize) -> bool {
    let text = text.trim();
    text.len() >= ticks && text.bytes().all(|octet| octet == b'`')
}

/// Whether a line opens one of the fences that pages are made of. Inside another fence it says that the end of that one
/// was forgotten; text that needs such a line stands in a fence with more back-ticks.
fn opens_ours(text: &str) -> bool {
    fence_opening(text)
        .and_then(|(ticks, start)| (ticks == 3).then(|| words(&text[start..])))
        .is_some_and(|info| info.first().is_some_and(|word| FENCES.contains(&word.text)))
}

/// Whether a fence with this info string is for people alone.
fn is_prose(info: &str) -> bool {
    words(info).first().is_none_or(|word| PROSE_FENCES.contains(&word.text))
}

/// Fences that are prose.
pub(super) const PROSE_FENCES: [&str; 3] = ["console", "json", "text"];

fn is_variants_head(text: &str) -> bool {
    text.trim_start().starts_with('|') && cells(text).first() == Some(&"variant")
}

/// The cells of a row; `\|` does not end one.
fn cells(text: &str) -> Vec<&str> {
    let inner = text.trim();
    let inner = inner.strip_prefix('|').unwrap_or(inner);
    let mut found = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, octet) in inner.bytes().enumerate() {
        if octet == b'|' && !escaped {
            found.push(inner[start..at].trim());
            start = at + 1;
        }
        escaped = octet == b'\\' && !escaped;
    }
    if !inner[start..].trim().is_empty() {
        found.push(inner[start..].trim());
    }
    found
}
