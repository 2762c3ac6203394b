//! X.400 addresses as people write them: RFC 1685.

use std::collections::BTreeSet;

/// Attributes with one value each; the others have a type of their own between colon and equals sign.
const ATTRIBUTES: [&str; 18] =
    ["a", "c", "cn", "g", "i", "n-id", "o", "ou", "ou1", "ou2", "ou3", "ou4", "p", "q", "s", "t-id", "t-ty", "x.121"];

/// Whether `text` is `attribute=value` with semicolons between them, `c` and `a` among them (RFC 1685 §2.1).
///
/// A blank is a value: `a= ` is how an organisation without an administration domain is written.
///
/// # Errors
///
/// What is wrong.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    let mut seen = BTreeSet::new();
    for part in text.split(';') {
        let (attribute, value) = part.split_once('=').ok_or("a part is not `attribute=value`")?;
        let attribute = attribute.trim().to_ascii_lowercase();
        if !ATTRIBUTES.contains(&attribute.as_str()) && !attribute.starts_with("dda:") {
            return Err("an attribute is unknown");
        }
        if value.is_empty() {
            return Err("an attribute has no value");
        }
        if !seen.insert(attribute) {
            return Err("an attribute stands there twice");
        }
    }
    if ["a", "c"].iter().all(|needed| seen.contains(*needed)) { Ok(()) } else { Err("`c` and `a` are needed") }
}
