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
            Source::Log => matches!(entry.event, Event::LogRow { .. }),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        claim::{
            ast::Body,
            finding::Outcome,
            fixture::{case, must, pattern},
            judge as judge_all,
        },
        trace::dialogue::trace,
    };

    const TRACE: &str = "queue contoso.test DnsConnectorDelivery Retry 451 4.4.0 DNS query failed\n\
                         @60s\n\
                         queue contoso.test DnsConnectorDelivery Retry 451 4.4.1 refused\n\
                         @120s\n\
                         queue contoso.test DnsConnectorDelivery Ready\n";

    #[track_caller]
    fn check(never: bool, line: &str, qualifiers: &[Qualifier], ending: &str, wanted: Outcome) {
        let (source, pattern, qualifiers) = (Source::Queue, pattern(line), qualifiers.to_vec());
        let claim = must(Body::Reported(Reported { source, never, pattern, qualifiers }));
        let findings = judge_all(&case(&[], vec![claim]), &trace(&format!("{TRACE}end {ending}")));
        assert_eq!(findings[0].outcome, wanted, "{:?}", findings[0]);
        assert!(findings[0].outcome != Outcome::Broken || findings[0].at.is_some(), "what is broken has a place");
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    #[test]
    fn a_pattern_is_of_the_whole_line() {
        check(false, "contoso.test * Retry 451 4.4.0 *", &[], "settled", Outcome::Held);
        check(false, "* Ready", &[], "settled", Outcome::Held);
        check(false, "*Retry", &[], "settled", Outcome::Broken);
        check(false, "*Retry", &[], "lost", Outcome::NotReached);
        check(true, "*Retry", &[], "settled", Outcome::Held);
        check(true, "*Retry*", &[], "settled", Outcome::Broken);
    }

    #[test]
    fn times_and_counts_are_asked_of_what_matches() {
        let at = |times: &[u64]| Qualifier::At(times.iter().map(|&at| minutes(at)).collect());
        check(false, "*Retry*", &[at(&[0, 1])], "settled", Outcome::Held);
        check(false, "*Retry*", &[at(&[0, 2])], "settled", Outcome::Broken);
        check(false, "*Ready", &[Qualifier::NotBefore(minutes(2))], "settled", Outcome::Held);
        check(false, "*Ready", &[Qualifier::Within(minutes(1))], "settled", Outcome::Broken);
        check(false, "*Retry*", &[Qualifier::Times(2)], "settled", Outcome::Held);
        check(false, "*Retry*", &[Qualifier::Times(2)], "lost", Outcome::NotReached);
        check(false, "*Retry*", &[Qualifier::Times(1)], "settled", Outcome::Broken);
        check(false, "*Retry*", &[Qualifier::Times(1), Qualifier::Until(minutes(1))], "settled", Outcome::Held);
        check(false, "*Retry*", &[Qualifier::AtLeast(3)], "settled", Outcome::Broken);
    }

    #[test]
    fn an_mta_that_reports_no_routes_is_not_judged_by_them() {
        let (source, pattern, qualifiers) = (Source::Route, pattern("*"), Vec::new());
        let claim = must(Body::Reported(Reported { source, never: false, pattern, qualifiers }));
        let findings = judge_all(&case(&[], vec![claim]), &trace(&format!("{TRACE}end settled")));
        assert_eq!(findings[0].outcome, Outcome::NotReached);
    }
}
