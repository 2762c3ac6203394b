//! Claims on what the MTA reports of itself: how its queues stand, how it routes.

use super::{
    Judging,
    ast::{Qualifier, Reported, Source},
    finding::Finding,
    qualifier::{ms, time},
    seen::{Count, at_times},
};
use crate::{report::dialogue::reported_line, trace::Event};

/// What a claim of this form found. Without any report of the kind it was not put to the test.
pub(super) fn judge(judging: &Judging<'_>, claim: &Reported) -> Finding {
    let mut reports = false;
    let mut found = Vec::new();
    for (index, entry) in judging.view.trace.0.iter().enumerate() {
        let is_source = match claim.source {
            Source::Queue => matches!(entry.event, Event::Queue { .. }),
            Source::Route => matches!(entry.event, Event::Route { .. }),
        };
        let Some(line) = reported_line(&entry.event).filter(|_| is_source) else { continue };
        reports = true;
        let is_early_enough = claim.qualifiers.iter().all(|qualifier| match qualifier {
            Qualifier::Until(until) => entry.at_ms < ms(*until),
            _ => true,
        });
        if is_early_enough && claim.pattern.matches(line.as_bytes()) {
            found.push((entry.at_ms, index));
        }
    }
    if !reports {
        return Finding::not_reached("the MTA reports nothing of the kind", "");
    }
    if claim.never {
        let in_time = found.iter().find(|(at_ms, _)| judging.is_in_time(*at_ms, &claim.qualifiers));
        return in_time.map_or_else(|| judging.absent("none"), |place| one(*place));
    }
    counted(judging, claim, &found).unwrap_or_else(|| timed(judging, claim, &found))
}

/// A count, within the times that the claim asks for.
fn counted(judging: &Judging<'_>, claim: &Reported, found: &[(u64, usize)]) -> Option<Finding> {
    let count = Count::of(&claim.qualifiers)?;
    let in_time: Vec<(u64, usize)> =
        found.iter().copied().filter(|(at_ms, _)| judging.is_in_time(*at_ms, &claim.qualifiers)).collect();
    let (least, most) = match count {
        Count::AtLeast(least) => (least, usize::MAX),
        Count::AtMost(most) => (0, most),
        Count::Times(wanted) => (wanted, wanted),
    };
    Some(match in_time.get(most) {
        Some(more) => one(*more),
        None if in_time.len() < least => judging.missing(&format!("{} of {least}", in_time.len())),
        // That there is no further one is known at the end alone.
        None if most < usize::MAX => judging.absent(&format!("{} of them", in_time.len())),
        None => Finding::held(in_time.last().map(|(_, index)| *index), format!("{} of them", in_time.len())),
    })
}

fn timed(judging: &Judging<'_>, claim: &Reported, found: &[(u64, usize)]) -> Finding {
    let Some(first) = found.first() else { return judging.missing("none") };
    for qualifier in &claim.qualifiers {
        let finding = match qualifier {
            Qualifier::At(times) => at_times(judging, found, times),
            Qualifier::NotBefore(earliest) => (first.0 < ms(*earliest)).then(|| one(*first)),
            Qualifier::Within(latest) => (first.0 > ms(*latest)).then(|| one(*first)),
            _ => None,
        };
        if let Some(finding) = finding {
            return finding;
        }
    }
    Finding::held(Some(first.1), format!("one at {}", time(first.0)))
}

fn one((at_ms, index): (u64, usize)) -> Finding {
    Finding::broken(Some(index), format!("one at {}", time(at_ms)), "")
}
