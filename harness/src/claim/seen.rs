//! Claims on what a host, or the name server, saw.

use std::collections::BTreeMap;

use super::{
    Judging,
    ast::{Each, HeaderValue, Qualifier, Seen, Subject, Thing, TlsState},
    content,
    finding::Finding,
    occurrence::Occurrence,
    qualifier::{ms, time},
};

/// What a claim of this form found.
pub(super) fn judge(judging: &Judging<'_>, seen: &Seen) -> Finding {
    let mut all = judging.occurrences(&seen.subject, &seen.thing);
    all.retain_mut(|occurrence| seen.qualifiers.iter().all(|qualifier| judging.passes(occurrence, qualifier)));
    if seen.never {
        return never(judging, seen, all);
    }
    if let Some(finding) = changed(judging, seen) {
        return finding;
    }
    let count = Count::of(&seen.qualifiers);
    if let Some(order) = Order::of(judging, seen) {
        match count {
            None => return order.judge(&all),
            Some(_) => all.retain(|occurrence| order.holds(occurrence)),
        }
    }
    if let Some(finding) = only(&seen.qualifiers, &all) {
        return finding;
    }
    match each(&seen.qualifiers) {
        Some(each) => in_each(judging, seen, each, &all, count),
        None => counted(judging, seen, &all, count),
    }
}

/// `never`: every qualifier narrows what must not be.
fn never(judging: &Judging<'_>, seen: &Seen, all: Vec<Occurrence<'_>>) -> Finding {
    let order = Order::of(judging, seen);
    let only = only_state(&seen.qualifiers);
    let found = all.into_iter().find(|occurrence| {
        judging.is_in_time(occurrence.at_ms, &seen.qualifiers)
            && order.as_ref().is_none_or(|order| order.holds(occurrence))
            && only.is_none_or(|state| occurrence.tls == Some(state))
    });
    match found {
        Some(occurrence) => broken(&occurrence, "none"),
        None => judging.absent("none"),
    }
}

/// `unchanged`: a message that went in and came out otherwise breaks the claim, whatever others did.
fn changed(judging: &Judging<'_>, seen: &Seen) -> Option<Finding> {
    let header = match &seen.thing {
        Thing::Body(None) => None,
        Thing::Header { name, value: HeaderValue::Unchanged } => Some(name),
        _ => return None,
    };
    for place in judging.sessions(&seen.subject) {
        let session = &judging.view.sessions[place];
        for (_, step, data) in session.data() {
            let Some(from) = judging.submitted_as(place, step, data) else { continue };
            let (asked, same) = match header {
                None => (true, content::body(data, None, Some(&from)).is_some()),
                Some(name) => (
                    content::had_header(&from, name),
                    content::header(data, name, &HeaderValue::Unchanged, Some(&from)).is_some(),
                ),
            };
            let of = seen.qualifiers.iter().all(|qualifier| match qualifier {
                Qualifier::Of(message) => crate::trace::submitted::is_message(from.message, message),
                _ => true,
            });
            if asked && !same && of {
                let what = header.map_or("the body", String::as_str);
                let saw = format!("{what} of message {} changed on its way to {}", from.message, session.host);
                return Some(Finding::broken(Some(step.index), saw, "what went in, octet for octet"));
            }
        }
    }
    None
}

/// `only under TLS`: all of them, and at least one.
fn only(qualifiers: &[Qualifier], all: &[Occurrence<'_>]) -> Option<Finding> {
    let state = only_state(qualifiers)?;
    if let Some(other) = all.iter().find(|occurrence| occurrence.tls != Some(state)) {
        return Some(broken(other, if state == TlsState::Tls { "only under TLS" } else { "only in the clear" }));
    }
    all.is_empty().then(|| Finding::not_reached("none at all", ""))
}

fn only_state(qualifiers: &[Qualifier]) -> Option<TlsState> {
    qualifiers.iter().find_map(|qualifier| match qualifier {
        Qualifier::Tls { state, only: true } => Some(*state),
        _ => None,
    })
}

fn each(qualifiers: &[Qualifier]) -> Option<Each> {
    qualifiers.iter().find_map(|qualifier| match qualifier {
        Qualifier::InEach(each) => Some(*each),
        _ => None,
    })
}

/// Presence or count in each connection, or in each transaction.
fn in_each(judging: &Judging<'_>, seen: &Seen, each: Each, all: &[Occurrence<'_>], count: Option<Count>) -> Finding {
    let mut groups: BTreeMap<(usize, Option<usize>), Vec<Occurrence<'_>>> = BTreeMap::new();
    for place in judging.sessions(&seen.subject) {
        let session = &judging.view.sessions[place];
        let from = |qualifier: &Qualifier| match qualifier {
            Qualifier::From(server) => judging.is_from(session.from, server),
            _ => true,
        };
        if !seen.qualifiers.iter().all(from) {
            continue;
        }
        match each {
            Each::Connection => drop(groups.insert((place, None), Vec::new())),
            Each::Transaction => {
                (0..session.transactions.len())
                    .for_each(|number| drop(groups.insert((place, Some(number)), Vec::new())));
            }
        }
    }
    for occurrence in all {
        let Some(session) = occurrence.session else { continue };
        let transaction = if each == Each::Transaction { occurrence.transaction } else { None };
        if let Some(group) = groups.get_mut(&(session, transaction)) {
            group.push(occurrence.clone());
        }
    }
    let findings = groups.iter().map(|(&(place, _), group)| {
        let mut finding = counted(judging, seen, group, count);
        if finding.outcome == super::Outcome::Broken && group.is_empty() {
            finding.at = Some(judging.view.sessions[place].index);
        }
        finding
    });
    Finding::all(findings).unwrap_or_else(|| match count {
        Some(Count::AtMost(_)) => judging.absent("no such connection or transaction"),
        _ => Finding::not_reached("no such connection or transaction", ""),
    })
}

/// Presence, or a count; and the time of it.
fn counted(judging: &Judging<'_>, seen: &Seen, all: &[Occurrence<'_>], count: Option<Count>) -> Finding {
    let in_time =
        || all.iter().filter(|occurrence| judging.is_in_time(occurrence.at_ms, &seen.qualifiers)).collect::<Vec<_>>();
    match count {
        None => timed(judging, seen, all),
        Some(Count::Times(wanted)) => match all.get(wanted) {
            Some(more) => broken(more, &format!("{wanted} times, not {}", all.len())),
            None if all.len() < wanted => judging.missing(&format!("{} of {wanted}", all.len())),
            None if wanted == 0 => judging.absent("none"),
            None => match all.iter().find(|own| !judging.is_in_time(own.at_ms, &seen.qualifiers)) {
                Some(late) => broken(late, "another time"),
                None if judging.view.absence_counts() => Finding::held(last(all), format!("{wanted} of them")),
                None => judging.absent(&format!("{wanted} of them")),
            },
        },
        Some(Count::AtLeast(wanted)) => {
            let found = in_time();
            match wanted.checked_sub(1).map(|place| found.get(place)) {
                Some(None) => judging.missing(&format!("{} of at least {wanted}", found.len())),
                Some(Some(own)) => Finding::held(Some(own.index), format!("{} of them", found.len())),
                None => Finding::held(None, "any number"),
            }
        }
        Some(Count::AtMost(wanted)) => {
            let found = in_time();
            match found.get(wanted) {
                Some(more) => broken(more, &format!("at most {wanted} times, not {}", found.len())),
                None => judging.absent(&format!("{} of at most {wanted}", found.len())),
            }
        }
    }
}

/// Presence at the times that are asked: `at` at each of them and at none between; `within` at least one; `not before`
/// all of them.
fn timed(judging: &Judging<'_>, seen: &Seen, all: &[Occurrence<'_>]) -> Finding {
    let Some(first) = all.first() else { return judging.missing("none") };
    let places: Vec<(u64, usize)> = all.iter().map(|own| (own.at_ms, own.index)).collect();
    for qualifier in &seen.qualifiers {
        let finding = match qualifier {
            Qualifier::At(times) => at_times(judging, &places, times),
            Qualifier::NotBefore(earliest) => {
                all.iter().find(|own| own.at_ms < ms(*earliest)).map(|own| broken(own, "none so early"))
            }
            Qualifier::Within(latest) => (first.at_ms > ms(*latest)).then(|| broken(first, "one earlier")),
            _ => None,
        };
        if let Some(finding) = finding {
            return finding;
        }
    }
    Finding::held(Some(first.index), first.saw.clone())
}

/// What is wrong with times (each with its event) that should be at each of these and at none between them.
pub(super) fn at_times(
    judging: &Judging<'_>,
    places: &[(u64, usize)],
    times: &[std::time::Duration],
) -> Option<Finding> {
    let expected = || times.iter().map(|wanted| time(ms(*wanted))).collect::<Vec<_>>().join(", ");
    for wanted in times {
        if !places.iter().any(|(at_ms, _)| judging.is_near(*at_ms, *wanted)) {
            let saw: Vec<String> = places.iter().map(|(at_ms, _)| time(*at_ms)).collect();
            let finding = judging.missing(&format!("none at {}; seen at {}", time(ms(*wanted)), saw.join(", ")));
            return Some(Finding { expected: expected(), ..finding });
        }
    }
    let (first, last) = (ms(*times.iter().min()?), ms(*times.iter().max()?));
    let between = places.iter().find(|(at_ms, _)| {
        *at_ms > first && *at_ms < last && !times.iter().any(|wanted| judging.is_near(*at_ms, *wanted))
    });
    between.map(|(at_ms, index)| Finding::broken(Some(*index), format!("one at {}", time(*at_ms)), expected()))
}

fn last(all: &[Occurrence<'_>]) -> Option<usize> {
    all.last().map(|own| own.index)
}

fn broken(occurrence: &Occurrence<'_>, expected: &str) -> Finding {
    let saw = format!("{} at {}", occurrence.saw, time(occurrence.at_ms));
    Finding::broken(Some(occurrence.index), saw, expected)
}

/// `once`, `N times`, `at least`, `at most`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    AtLeast(usize),
    AtMost(usize),
    Times(usize),
}

impl Count {
    pub(super) fn of(qualifiers: &[Qualifier]) -> Option<Self> {
        let wide = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        qualifiers.iter().find_map(|qualifier| match qualifier {
            Qualifier::AtLeast(count) => Some(Self::AtLeast(wide(*count))),
            Qualifier::AtMost(count) => Some(Self::AtMost(wide(*count))),
            Qualifier::Times(count) => Some(Self::Times(wide(*count))),
            _ => None,
        })
    }
}

/// `before Y`, `after Y`: of two things in one session, or over the whole case where either is no part of a session.
#[derive(Debug)]
struct Order {
    before: bool,
    /// The first Y by session; one entry for the whole case otherwise.
    marks: BTreeMap<Option<usize>, usize>,
    whole_case: bool,
}

impl Order {
    fn of(judging: &Judging<'_>, seen: &Seen) -> Option<Self> {
        let (before, other) = seen.qualifiers.iter().find_map(|qualifier| match qualifier {
            Qualifier::After(thing) => Some((false, thing)),
            Qualifier::Before(thing) => Some((true, thing)),
            _ => None,
        })?;
        let spans = |thing: &Thing| matches!(thing, Thing::Connection | Thing::Notice(_) | Thing::Query { .. });
        let whole_case = spans(&seen.thing) || spans(other);
        // A query is asked of the name server, and what hosts see of no other than hosts, whatever the subject.
        let subject = match (other, &seen.subject) {
            (Thing::Query { .. }, Subject::Dns { .. }) => seen.subject.clone(),
            (Thing::Query { .. }, _) => Subject::Dns { server: None },
            (_, Subject::Dns { .. }) => Subject::AnyHost,
            _ => seen.subject.clone(),
        };
        let mut marks = BTreeMap::new();
        for occurrence in judging.occurrences(&subject, other) {
            let session = if whole_case { None } else { occurrence.session };
            marks.entry(session).or_insert(occurrence.index);
        }
        Some(Self { before, marks, whole_case })
    }

    /// Whether an occurrence stands on the right side of the first Y of its session.
    fn holds(&self, occurrence: &Occurrence<'_>) -> bool {
        let session = if self.whole_case { None } else { occurrence.session };
        self.marks
            .get(&session)
            .is_some_and(|mark| if self.before { occurrence.index < *mark } else { occurrence.index > *mark })
    }

    /// In every session with Y, an X on the right side of it.
    fn judge(&self, all: &[Occurrence<'_>]) -> Finding {
        let mut held = None;
        for (session, mark) in &self.marks {
            let in_session = |own: &&Occurrence<'_>| self.whole_case || own.session == *session;
            match all.iter().filter(in_session).find(|own| self.holds(own)) {
                Some(own) => held = Some(Finding::held(Some(own.index), own.saw.clone())),
                None => {
                    let side = if self.before { "none before it" } else { "none after it" };
                    return Finding::broken(Some(*mark), side, "");
                }
            }
        }
        held.unwrap_or_else(|| Finding::not_reached("that which it is compared with never came", ""))
    }
}
