//! What the MTA reports of itself: `queue shows "contoso.test * Retry *" within 1m`.

use super::{super::cursor::Cursor, Part, qualifier, seen};
use crate::{
    case::LineMistake,
    claim::ast::{Body, Qualifier, Reported, Source},
};

/// Subjects of such claims.
pub(super) const SUBJECTS: [(&str, Source); 3] =
    [("log", Source::Log), ("queue", Source::Queue), ("route", Source::Route)];

/// Reads `queue` or `route`, `never`, `shows`, the line, and counts and times.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Body, LineMistake> {
    let source = cursor.choose("what reports", &SUBJECTS)?;
    if source == Source::Log && cursor.eat("agrees") {
        if !cursor.eat("with") {
            return Err(cursor.unknown("what stands behind `agrees`", ["with"]));
        }
        return Ok(Body::LogAgrees(seen::host(cursor)?));
    }
    let never = cursor.eat("never");
    if !cursor.eat("shows") {
        return Err(cursor.unknown("a verb", ["never", "shows"].into_iter().skip(usize::from(never))));
    }
    let pattern = cursor.quoted()?;
    let start = *cursor;
    let qualifiers = qualifier::all(cursor, Part::Claim, seen::Kind::Host)?;
    let is_understood = |qualifier: &Qualifier| {
        matches!(
            qualifier,
            Qualifier::At(_)
                | Qualifier::AtLeast(_)
                | Qualifier::AtMost(_)
                | Qualifier::NotBefore(_)
                | Qualifier::Times(_)
                | Qualifier::Until(_)
                | Qualifier::Within(_)
        )
    };
    if !qualifiers.iter().all(is_understood) {
        return Err(start.here("of what an MTA reports only counts and times are asked", ["once", "at", "within"]));
    }
    Ok(Body::Reported(Reported { source, never, pattern, qualifiers }))
}
