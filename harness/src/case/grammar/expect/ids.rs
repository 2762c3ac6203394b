//! The ids at the end of a claim: `[TLS-18 AUT-23 SF-STL-01]`.

use super::super::cursor::Cursor;
use crate::case::LineMistake;

/// What ids of faults begin with; all others are requirements.
const FAULT_PREFIX: &str = "SF-";

/// Reads the ids, to the end of the line.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Vec<String>, LineMistake> {
    if cursor.peek().is_none() {
        return Err(cursor.here("the claim names no requirement", ["[ID]"]));
    }
    let open = cursor.rest();
    cursor.require("[", "`[` and ids")?;
    let inside = cursor.rest();
    let Some(close) = inside.text.find(']') else {
        return Err(cursor.mistake(open.span(), format!("the bracket of `{}` is not closed", open.text), ["]"]));
    };
    let mut ids: Vec<String> = Vec::new();
    let list = inside.text.get(..close).unwrap_or_default();
    for id in list.split_whitespace() {
        let start = inside.start + (id.as_ptr() as usize - list.as_ptr() as usize);
        let refuse =
            |message: String, expected: Vec<String>| Err(cursor.mistake(start..start + id.len(), message, expected));
        if let Some(bare) = id.strip_suffix(',') {
            return refuse(format!("a blank alone stands behind the id `{bare}`"), vec![bare.to_owned()]);
        }
        let upper = id.to_ascii_uppercase();
        if !is_id(&upper) {
            return refuse(format!("`{id}` is not an id"), vec!["SEL-06".to_owned(), "R4954-14-1".to_owned()]);
        }
        if upper != id {
            return refuse(format!("`{id}` is written `{upper}`"), vec![upper]);
        }
        if ids.iter().any(|known| known == id) {
            return refuse(format!("the id `{id}` stands here twice"), Vec::new());
        }
        ids.push(id.to_owned());
    }
    cursor.skip(close);
    if ids.iter().all(|id| id.starts_with(FAULT_PREFIX)) {
        let span = open.start..inside.start + close + 1;
        let message = if ids.is_empty() { "no id stands in the brackets" } else { "no id of these is a requirement's" };
        return Err(cursor.mistake(span, message, ["SEL-06", "R4954-14-1"]));
    }
    cursor.skip("]".len());
    cursor.finish([])?;
    Ok(ids)
}

/// Whether `id` is capitals and digits in parts with hyphens between, the last of them beginning with a digit.
fn is_id(id: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|octet| octet.is_ascii_uppercase() || octet.is_ascii_digit() || octet == b'.')
    };
    id.split('-').all(part)
        && id.starts_with(|c: char| c.is_ascii_uppercase())
        && id.rsplit_once('-').is_some_and(|(_, last)| last.starts_with(|c: char| c.is_ascii_digit()))
}
