//! Against vacuity: a case with absences alone proves nothing, nor does a `never` that no sibling can break.
//!
//! `never sees X` needs a claim in the same page by which some host does see X, qualifiers aside.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Case, Line, LineMistake,
    words::{mistake, mistake_of},
};
use crate::claim::ast::{
    Body, Claim, CommandRef, HeaderValue, Outcome, Qualifier, Reported, Seen, ShellClaim, ShellOutcome, Source,
    Subject, Thing,
};

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
            const UNSEEN: (&str, &str) =
                ("never", "nothing in the page shows that this can happen: no claim that it is seen");
            let lack = match &claim.body {
                Body::Fate(_) | Body::LogAgrees(_) => None,
                Body::Reported(reported) => (reported.never && !is_shown(reported, cases)).then_some(UNSEEN),
                Body::Seen(seen) => (seen.never && !has_control(seen, cases)).then_some(UNSEEN),
                Body::Shell(shell) => shell_control(case, shell, cases),
            };
            if let Some((word, message)) = lack {
                let line = at(claim.line);
                let start = line.text.find(word).unwrap_or(0);
                mistakes.push(mistake(line, start..(start + word.len()).min(line.text.len()), message));
            }
        }
    }
}

/// What a claim on the shell lacks for its control, if it does: the word to point at, and why.
///
/// A shell that refuses everything would keep every `refuses`, so a command of the same cmdlet is taken in the page; one
/// that prints nothing would keep every `never prints`, so the same is printed in the page.
fn shell_control(case: &Case, claim: &ShellClaim, cases: &[Case]) -> Option<(&'static str, &'static str)> {
    let mut claims = cases.iter().flat_map(|case| case.claims.iter().map(move |claim| (case, claim)));
    match &claim.outcome {
        ShellOutcome::Refuses(_) => {
            let refused: BTreeSet<&str> = cmdlets(case, &claim.command).collect();
            let taken: BTreeSet<&str> = claims
                .filter_map(|(case, claim)| match &claim.body {
                    Body::Shell(shell) if !matches!(shell.outcome, ShellOutcome::Refuses(_)) => Some((case, shell)),
                    _ => None,
                })
                .flat_map(|(case, shell)| cmdlets(case, &shell.command))
                .collect();
            let message = "nothing in the page shows that such a command can be taken: no claim that one of the same \
                           cmdlet is accepted";
            (!refused.is_subset(&taken)).then_some(("refuses", message))
        }
        ShellOutcome::NeverPrints(pattern) => {
            let is_printed = claims.any(|(_, claim)| match &claim.body {
                Body::Shell(shell) => matches!(&shell.outcome, ShellOutcome::Prints(other) if other == pattern),
                _ => false,
            });
            (!is_printed)
                .then_some(("never", "nothing in the page shows that this can be printed: no claim that it is"))
        }
        _ => None,
    }
}

/// The cmdlets of the commands that are meant: the first word of each, behind what it is assigned to.
fn cmdlets<'a>(case: &'a Case, command: &CommandRef) -> impl Iterator<Item = &'a str> {
    let meant = (1..).zip(&case.commands).filter(|(number, text)| command.is(*number, text));
    meant.filter_map(|(_, text)| {
        text.split_whitespace().find(|word| word.contains('-') && !word.starts_with(['$', '-']))
    })
}

/// Whether an MTA that does nothing breaks the claim, or leaves it unreached.
fn is_presence(claim: &Claim) -> bool {
    match &claim.body {
        Body::Fate(fate) => fate.outcome != Outcome::NotDelivered,
        Body::LogAgrees(_) => true,
        Body::Reported(reported) => !reported.never && !reported.qualifiers.iter().any(may_be_none),
        Body::Seen(seen) => is_sighting(seen),
        Body::Shell(shell) => !matches!(shell.outcome, ShellOutcome::NeverPrints(_)),
    }
}

/// Whether some claim of the page says that an MTA reports such a line.
fn is_shown(never: &Reported, cases: &[Case]) -> bool {
    cases.iter().flat_map(|case| &case.claims).any(|claim| match &claim.body {
        Body::Reported(other) => is_presence(claim) && other.source == never.source && other.pattern == never.pattern,
        // What a log leaves out is never in it: that it was said is shown on the wire.
        Body::Seen(seen) if never.source == Source::Log && is_sighting(seen) => match &seen.thing {
            Thing::Credentials(secret) => encodings(secret).iter().any(|text| never.pattern.matches(text)),
            Thing::Octets(pattern) => *pattern == never.pattern,
            _ => false,
        },
        _ => false,
    })
}

/// A secret as it is, and in base64, with and without padding.
fn encodings(secret: &[u8]) -> [Vec<u8>; 3] {
    let encoded = STANDARD.encode(secret);
    [secret.to_vec(), encoded.trim_end_matches('=').as_bytes().to_vec(), encoded.into_bytes()]
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
        Body::LogAgrees(_) | Body::Reported(_) => false,
        Body::Seen(seen) => {
            is_sighting(seen) && is_dns(&seen.subject) == is_dns(&never.subject) && implies(&seen.thing, &never.thing)
        }
        Body::Shell(_) => false,
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
