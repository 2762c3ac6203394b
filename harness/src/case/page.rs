//! A page of cases, read whole: its cases, or everything that is wrong with it.

use std::{collections::BTreeSet, mem::discriminant, path::Path};

use super::{
    Case, Line, LineMistake, Mistake,
    catalogue::Catalogue,
    markdown::{self, Markdown, Section, is_id},
    moving::Destination,
    names::Names,
    section::{self, Context},
    vacuity,
    variants::{unused_columns, variant_names, variants},
    words::{mistake, mistake_of},
};
use crate::claim::ast::{Body, Claim, Qualifier, Seen};

/// Most octets of a page.
pub const PAGE_OCTETS_MAX: usize = 1 << 20;

/// A case as a quick look at a page finds it: nothing but ids and headings is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// As [`Case::id`].
    pub id: String,
    /// As [`Case::title`].
    pub title: String,
    /// As [`Case::line`].
    pub line: u32,
}

/// Reads a page. `file` is how the reader knows it; its last folder and its stem begin the ids of its cases.
///
/// # Errors
///
/// All mistakes of the page, in page order.
pub fn read(file: &Path, octets: &[u8], catalogue: Catalogue<'_>) -> Result<Vec<Case>, Vec<Mistake>> {
    let on_page = |wrong: LineMistake| Mistake::of(file, wrong);
    let text = decoded(octets).map_err(|wrong| vec![on_page(wrong)])?;
    let markdown = markdown::split(text);
    let lines: Vec<Line<'_>> = (1_u32..).zip(text.lines()).map(|(number, text)| Line { text, number }).collect();
    let page_id = page_id(file);
    let names = Names::default();
    let context = Context { file, page_id: &page_id, shared: &markdown.shared, catalogue, names };

    let mut mistakes = markdown.mistakes.clone();
    check_frame(&markdown, &mut mistakes);
    let mut cases = Vec::new();
    for section in &markdown.sections {
        read_section(context, section, &mut cases, &mut mistakes);
    }
    // A control that cannot be read is no reason to call its sibling vacuous.
    if mistakes.is_empty() {
        vacuity::check(&cases, &lines, &mut mistakes);
    }
    if mistakes.is_empty() {
        return Ok(cases);
    }
    mistakes.sort_by(|a, b| (a.line, a.span.start, &a.message).cmp(&(b.line, b.span.start, &b.message)));
    mistakes.dedup();
    Err(mistakes.into_iter().map(on_page).collect())
}

/// Reads a page and moves each of its cases; see [`super::moving`].
///
/// # Errors
///
/// All mistakes of the page as it stands. A case that has mistakes only where it is moved to, because a name has become
/// too long or cannot be moved, stays as its page has it.
pub fn read_moved(
    file: &Path,
    octets: &[u8],
    catalogue: Catalogue<'_>,
    to: &Destination,
) -> Result<Vec<Case>, Vec<Mistake>> {
    let cases = read(file, octets, catalogue)?;
    let text = decoded(octets).map_err(|wrong| vec![Mistake::of(file, wrong)])?;
    let markdown = markdown::split(text);
    let page_id = page_id(file);
    let mut moved = Vec::new();
    for section in &markdown.sections {
        for mut variant in variants(&section.part, &mut Vec::new()) {
            let id = section::id(&page_id, section, &variant);
            let Some(page) = cases.iter().find(|case| case.id == id) else { continue };
            let moving = to.moving(&id, &page.world.server);
            let names = Names(Some(&moving));
            let context = Context { file, page_id: &page_id, shared: &markdown.shared, catalogue, names };
            let mut mistakes = Vec::new();
            let case = section::case(context, section, &mut variant, &mut mistakes);
            moved.push(if mistakes.is_empty() { case } else { page.clone() });
        }
    }
    Ok(moved)
}

/// The cases of a page by their headings; what cannot be read has none.
#[must_use]
pub fn headings(file: &Path, octets: &[u8]) -> Vec<Heading> {
    let Ok(text) = decoded(octets) else { return Vec::new() };
    let page_id = page_id(file);
    let mut found = Vec::new();
    for section in markdown::split(text).sections {
        let id = format!("{page_id}#{}", section.id);
        let heading = |id| Heading { id, title: section.title.to_owned(), line: section.heading.number };
        if section.part.tables.is_empty() {
            found.push(heading(id));
        } else {
            found.extend(variant_names(&section.part).into_iter().map(|name| heading(format!("{id}/{name}"))));
        }
    }
    found
}

/// `area/topic`: the last folder of a path and its stem.
#[must_use]
pub fn page_id(file: &Path) -> String {
    let part = |name: Option<&std::ffi::OsStr>| name.map(|name| name.to_string_lossy().into_owned());
    let topic = part(file.file_stem()).unwrap_or_default();
    match part(file.parent().and_then(Path::file_name)) {
        Some(area) => format!("{area}/{topic}"),
        None => topic,
    }
}

fn decoded(octets: &[u8]) -> Result<&str, LineMistake> {
    let wrong =
        |line, start, message: String| Err(LineMistake { line, span: start..start, message, expected: Vec::new() });
    if octets.len() > PAGE_OCTETS_MAX {
        return wrong(1, 0, format!("a page has at most {PAGE_OCTETS_MAX} octets"));
    }
    let error = match std::str::from_utf8(octets) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let before = &octets[..error.valid_up_to()];
    let line = before.iter().filter(|octet| **octet == b'\n').count() + 1;
    let start = before.iter().rev().take_while(|octet| **octet != b'\n').count();
    let octet = octets.get(error.valid_up_to()).copied().unwrap_or_default();
    wrong(u32::try_from(line).unwrap_or(u32::MAX), start, format!("the page is not UTF-8: octet 0x{octet:02X}"))
}

fn check_frame(markdown: &Markdown<'_>, mistakes: &mut Vec<LineMistake>) {
    let mut ids = BTreeSet::new();
    for section in &markdown.sections {
        if is_id(section.id) && !ids.insert(section.id) {
            let start = section.heading.text.rfind(section.id).unwrap_or(0);
            let message = format!("a second case of the page is called `{}`", section.id);
            mistakes.push(mistake(section.heading, start..start + section.id.len(), message));
        }
    }
    for table in &markdown.shared.tables {
        mistakes.push(mistake_of(table.head.line, "a table of variants stands in a section"));
    }
}

fn read_section(context: Context<'_>, section: &Section<'_>, cases: &mut Vec<Case>, mistakes: &mut Vec<LineMistake>) {
    let before = mistakes.len();
    let mut variants = variants(&section.part, mistakes);
    let first = cases.len();
    for variant in &mut variants {
        let mut own = Vec::new();
        let case = section::case(context, section, variant, &mut own);
        mistakes.extend(variant.on_page(own));
        cases.push(case);
    }
    if mistakes.len() == before {
        unused_columns(&section.part, &variants, mistakes);
        check_same_claims(section, &cases[first..], mistakes);
    }
}

/// Cells may fill names and values of claims, never what is claimed.
fn check_same_claims(section: &Section<'_>, cases: &[Case], mistakes: &mut Vec<LineMistake>) {
    let Some((first, others)) = cases.split_first() else { return };
    for other in others {
        let pairs = first.claims.iter().zip(&other.claims);
        let differs = pairs.into_iter().find(|(one, other)| shape(one) != shape(other));
        let line = match differs {
            Some((claim, _)) => claim.line,
            None if first.claims.len() != other.claims.len() => section.heading.number,
            None => continue,
        };
        let fences = section.part.fences.iter().flat_map(|fence| &fence.lines);
        let line = fences.copied().find(|known| known.number == line).unwrap_or(section.heading);
        let message = "a cell fills in names and values, and here it changes what is claimed: that is another section";
        mistakes.push(mistake_of(line, message));
    }
}

/// What is claimed, names and values aside.
fn shape(claim: &Claim) -> impl PartialEq + use<> {
    let qualifiers = |all: &[Qualifier]| all.iter().map(discriminant).collect::<Vec<_>>();
    let seen = |seen: &Seen| (discriminant(&seen.thing), seen.never, qualifiers(&seen.qualifiers));
    let body = match &claim.body {
        Body::Fate(fate) => (Some((discriminant(&fate.outcome), qualifiers(&fate.qualifiers))), None, None, None),
        // A host is a name: nothing but the form is asked.
        Body::LogAgrees(_) => (None, None, None, None),
        Body::Reported(own) => (None, Some((own.source, own.never, qualifiers(&own.qualifiers))), None, None),
        Body::Seen(claimed) => (None, None, Some(seen(claimed)), None),
        Body::Shell(claimed) => (None, None, None, Some(discriminant(&claimed.outcome))),
    };
    (claim.level, claim.when.as_ref().map(seen), body)
}
