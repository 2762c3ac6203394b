//! What became of a recipient: `julia@contoso.test is delivered to mx.contoso.test within 5m`.

use super::{super::cursor::Cursor, Part, qualifier, seen};
use crate::{
    case::LineMistake,
    claim::ast::{Fate, Outcome},
};

/// Reads a fate, up to its ids.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Fate, LineMistake> {
    let recipient = recipient(cursor)?;
    let message = if cursor.eat("of") { Some(cursor.name("a message", "m1")?.text.to_owned()) } else { None };
    let outcome = outcome(cursor)?;
    let qualifiers = qualifier::all(cursor, Part::Claim, seen::Kind::Host)?;
    Ok(Fate { recipient, message, outcome, qualifiers })
}

fn recipient(cursor: &mut Cursor<'_>) -> Result<Option<String>, LineMistake> {
    if cursor.eat("every") {
        cursor.require("recipient", "`recipient`")?;
        return Ok(None);
    }
    Ok(Some(address(cursor)?))
}

/// Reads an address.
pub(super) fn address(cursor: &mut Cursor<'_>) -> Result<String, LineMistake> {
    let is_address = cursor.peek_text().split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.ends_with('.')
    });
    if !is_address {
        return Err(cursor.unknown("an address", ["user@contoso.test"]));
    }
    Ok(cursor.name("an address", "user@contoso.test")?.text.to_owned())
}

fn outcome(cursor: &mut Cursor<'_>) -> Result<Outcome, LineMistake> {
    if cursor.eat("fails") {
        return Ok(Outcome::Fails);
    }
    if !cursor.eat("is") {
        return Err(cursor.unknown("an outcome", ["is", "fails", "of"]));
    }
    if cursor.eat("not") {
        cursor.require("delivered", "`delivered`")?;
        return Ok(Outcome::NotDelivered);
    }
    let outcome = cursor.choose(
        "an outcome",
        &[
            ("delivered", Outcome::Delivered { to: None }),
            ("not delivered", Outcome::NotDelivered),
            ("deferred", Outcome::Deferred),
            ("unroutable", Outcome::Unroutable),
            ("tried", Outcome::Tried),
        ]
        .each_ref()
        .map(|(word, outcome)| (*word, outcome)),
    )?;
    match outcome {
        Outcome::Delivered { .. } if cursor.eat("to") => Ok(Outcome::Delivered { to: Some(seen::host(cursor)?) }),
        other => Ok(other.clone()),
    }
}
