//! Against vacuity: a case with absences alone proves nothing, nor does a `never` that no sibling can break.
//!
//! `never sees X` needs a claim in the same page by which some host does see X, qualifiers aside.

use super::{
    Case, Line, LineMistake,
    words::{mistake, mistake_of},
};
use crate::claim::ast::{Body, Claim, HeaderValue, Outcome, Qualifier, Reported, Seen, Subject, Thing};

/// Checks the cases of one page. Lines are those of the page, the first at index 0.
pub(super) fn check(cases: &[Case], lines: &[Line<'_>], mistakes: &mut Vec<LineMistake>) {
    let at = |number: u32| {
        let index = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        lines.get(index).copied().unwrap_or(Line { text: "", number })
    };
    for case in cases {
        if !case.claims.is_empty() && !case.claims.iter().any(is_presence) {
            let message = "all claims of the case are absences, and an MTA that does nothing would keep them";
            mistakes.push(mistake_of(at(case.line), message));
        }
        for claim in &case.claims {
            let has_no_control = match &claim.body {
                Body::Fate(_) => false,
                Body::Reported(reported) => reported.never && !is_shown(reported, cases),
                Body::Seen(seen) => seen.never && !has_control(seen, cases),
            };
            if has_no_control {
                let line = at(claim.line);
                let start = line.text.find("never").unwrap_or(0);
                let message = "nothing in the page shows that this can happen: no claim that it is seen";
                mistakes.push(mistake(line, start..(start + "never".len()).min(line.text.len()), message));
            }
        }
    }
}

/// Whether an MTA that does nothing breaks the claim, or leaves it unreached.
fn is_presence(claim: &Claim) -> bool {
    match &claim.body {
        Body::Fate(fate) => fate.outcome != Outcome::NotDelivered,
        Body::Reported(reported) => !reported.never && !reported.qualifiers.iter().any(may_be_none),
        Body::Seen(seen) => is_sighting(seen),
    }
}

/// Whether some claim of the page says that an MTA reports such a line.
fn is_shown(never: &Reported, cases: &[Case]) -> bool {
    cases.iter().flat_map(|case| &case.claims).any(|claim| match &claim.body {
        Body::Reported(other) => is_presence(claim) && other.source == never.source && other.pattern == never.pattern,
        _ => false,
    })
}

fn may_be_none(qualifier: &Qualifier) -> bool {
    matches!(qualifier, Qualifier::AtMost(_) | Qualifier::AtLeast(0) | Qualifier::Times(0))
}

/// Whether the thing must be seen: neither never, nor at most so often.
fn is_sighting(seen: &Seen) -> bool {
    !seen.never && !seen.qualifiers.iter().any(may_be_none)
}

/// Whether some claim of the page says that the thing is seen.
fn has_control(never: &Seen, cases: &[Case]) -> bool {
    let is_dns = |subject: &Subject| matches!(subject, Subject::Dns { .. });
    cases.iter().flat_map(|case| &case.claims).any(|claim| match &claim.body {
        Body::Fate(fate) => matches!(fate.outcome, Outcome::Delivered { .. }) && is_in_delivery(&never.thing),
        Body::Reported(_) => false,
        Body::Seen(seen) => {
            is_sighting(seen) && is_dns(&seen.subject) == is_dns(&never.subject) && implies(&seen.thing, &never.thing)
        }
    })
}

/// What a delivery has.
fn is_in_delivery(thing: &Thing) -> bool {
    match thing {
        Thing::Connection | Thing::Message | Thing::Transaction => true,
        Thing::Command { verb, argument: None } => verb == "MAIL" || verb == "RCPT",
        _ => false,
    }
}

/// Whether one thing cannot be seen without the other.
fn implies(seen: &Thing, other: &Thing) -> bool {
    let is_of_message =
        matches!(seen, Thing::Body(_) | Thing::Header { .. } | Thing::Message | Thing::Notice(_) | Thing::Octets(_));
    match (seen, other) {
        _ if seen == other => true,
        (Thing::Query { .. }, _) | (_, Thing::Query { .. }) => false,
        (_, Thing::Connection) => true,
        (Thing::Command { verb, .. }, Thing::Command { verb: other, argument: None }) => verb == other,
        (Thing::Header { name, .. }, Thing::Header { name: other, value: HeaderValue::Any }) => {
            name.eq_ignore_ascii_case(other)
        }
        (Thing::Tls(_), Thing::Tls(None)) => true,
        _ => is_of_message && is_in_delivery(other),
    }
}
