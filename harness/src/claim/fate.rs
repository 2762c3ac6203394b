//! Claims on what became of a recipient.

use super::{
    Judging,
    ast::{Fate, NoticeKind, Outcome, Qualifier, Subject, Thing, TlsState},
    finding::Finding,
    qualifier::{has_code, ms, says, time},
    seen::at_times,
};
use crate::{
    case::model::MessageSpec,
    trace::{
        Event,
        event::{REFUSED_AT_SUBMISSION, ReportedFate},
        submitted::{Taken, base_name, is_message},
        view::StepKind,
        wire::same_mailbox,
    },
};

/// What a claim of this form found: of every recipient and message that it speaks of, the worst.
pub(super) fn judge(judging: &Judging<'_>, fate: &Fate) -> Finding {
    let of = fate.message.as_deref().or(fate.qualifiers.iter().find_map(|qualifier| match qualifier {
        Qualifier::Of(message) => Some(message.as_str()),
        _ => None,
    }));
    let mut findings = Vec::new();
    for message in judging.case.messages.iter().filter(|message| of.is_none_or(|name| message.name == name)) {
        for recipient in &message.recipients {
            if fate.recipient.as_ref().is_none_or(|own| same_mailbox(own, recipient)) {
                findings.push(One { judging, fate, message, recipient }.judge());
            }
        }
    }
    Finding::all(findings).unwrap_or_else(|| Finding::not_reached("no message has such a recipient", ""))
}

/// One recipient of one message.
struct One<'a, 'b> {
    judging: &'b Judging<'a>,
    fate: &'b Fate,
    message: &'b MessageSpec,
    recipient: &'b str,
}

impl<'a> One<'a, '_> {
    fn judge(&self) -> Finding {
        match &self.fate.outcome {
            Outcome::Deferred => self.deferred(),
            Outcome::Delivered { to } => self.delivered(to.as_deref()),
            Outcome::Fails => self.fails(),
            Outcome::NotDelivered => match self.taken().first() {
                Some(taken) => self.broken(taken, "no final 250"),
                None => self.judging.absent(&format!("no final 250 for {}", self.recipient)),
            },
            Outcome::Tried => self.tried(),
            Outcome::Unroutable => self.unroutable(),
        }
    }

    /// Every final 250 for this recipient of this message, up to `until`.
    fn taken(&self) -> Vec<Taken<'a>> {
        let view = &self.judging.view;
        let is_own = |taken: &&Taken<'a>| {
            let session = &view.sessions[taken.session];
            let transaction = session.steps[taken.step].transaction.map(|number| &session.transactions[number]);
            let path = transaction.and_then(|own| own.recipients.get(taken.recipient)).map(|own| own.path.as_str());
            taken.message == Some(base_name(&self.message.name))
                && path.is_some_and(|path| same_mailbox(path, self.recipient))
                && self.fate.qualifiers.iter().all(|qualifier| match qualifier {
                    Qualifier::Until(time) => taken.at_ms < ms(*time),
                    _ => true,
                })
        };
        view.taken.iter().filter(is_own).copied().collect()
    }

    fn delivered(&self, to: Option<&str>) -> Finding {
        let copies = self.fate.qualifiers.iter().find_map(|qualifier| match qualifier {
            Qualifier::Times(count) => Some(*count),
            _ => None,
        });
        let wanted = usize::try_from(copies.unwrap_or(self.message.times)).unwrap_or(usize::MAX);
        let all = self.taken();
        if let Some(host) = to
            && let Some(other) = all.iter().find(|own| !self.is_at(own, host))
        {
            return self.broken(other, &format!("taken by {host} and nobody else"));
        }
        if let Some(more) = all.get(wanted) {
            return self.broken(more, &format!("{wanted} final 250 for {}", self.recipient));
        }
        if let Some(finding) = all.iter().find_map(|taken| self.otherwise(taken)) {
            return finding;
        }
        match all.last() {
            Some(last) if all.len() == wanted => Finding::held(Some(last.index), format!("{wanted} final 250")),
            _ => self.judging.missing(&format!("{} of {wanted} final 250 for {}", all.len(), self.recipient)),
        }
    }

    fn is_at(&self, taken: &Taken<'_>, host: &str) -> bool {
        self.judging.is_at(&self.judging.view.sessions[taken.session], host)
    }

    /// What of a delivery is not as the qualifiers ask.
    fn otherwise(&self, taken: &Taken<'a>) -> Option<Finding> {
        let judging = self.judging;
        for qualifier in &self.fate.qualifiers {
            let (holds, expected) = match qualifier {
                Qualifier::At(times) => {
                    (times.iter().any(|wanted| judging.is_near(taken.at_ms, *wanted)), "another time".to_owned())
                }
                Qualifier::From(server) => (judging.is_from(taken.from, server), format!("from {server}")),
                Qualifier::NotBefore(earliest) => {
                    (taken.at_ms >= ms(*earliest), format!("not before {}", time(ms(*earliest))))
                }
                Qualifier::Tls { state, .. } => {
                    let wanted = *state == TlsState::Tls;
                    (taken.tls == wanted, if wanted { "under TLS" } else { "in the clear" }.to_owned())
                }
                Qualifier::With(code) => {
                    let step = &judging.view.sessions[taken.session].steps[taken.step];
                    let reply = match &step.kind {
                        StepKind::Data(data) => data.reply.as_ref(),
                        _ => None,
                    };
                    (reply.is_some_and(|reply| has_code(reply, code)), "another reply".to_owned())
                }
                Qualifier::Within(latest) => (taken.at_ms <= ms(*latest), format!("within {}", time(ms(*latest)))),
                _ => continue,
            };
            if !holds {
                return Some(self.broken(taken, &expected));
            }
        }
        None
    }

    fn broken(&self, taken: &Taken<'_>, expected: &str) -> Finding {
        let host = self.judging.view.sessions[taken.session].host;
        let saw = format!("a final 250 of {host} for {} at {}", self.recipient, time(taken.at_ms));
        Finding::broken(Some(taken.index), saw, expected)
    }

    /// Where and when this recipient failed: by a notification at `origin`, or by what the MTA reported.
    fn failures(&self) -> Vec<(u64, usize)> {
        let mut qualifiers = vec![Qualifier::For(self.recipient.to_owned()), Qualifier::Of(self.message.name.clone())];
        let narrow = |own: &&Qualifier| matches!(own, Qualifier::With(_) | Qualifier::Until(_));
        qualifiers.extend(self.fate.qualifiers.iter().filter(narrow).cloned());
        let origin = Subject::Host("origin".to_owned());
        let mut notices = self.judging.occurrences(&origin, &Thing::Notice(NoticeKind::Failure));
        notices.retain_mut(|notice| qualifiers.iter().all(|qualifier| self.judging.passes(notice, qualifier)));
        let mut all: Vec<(u64, usize)> = notices.iter().map(|notice| (notice.at_ms, notice.index)).collect();
        all.extend(self.reported(ReportedFate::Failed));
        all.sort_unstable();
        all
    }

    /// When and where the MTA reported a fate, with the code that the claim asks for.
    fn reported(&self, wanted: ReportedFate) -> Vec<(u64, usize)> {
        let entries = self.judging.view.trace.0.iter().enumerate();
        let found = entries.filter(|(_, entry)| match &entry.event {
            Event::Fate { message, recipient, fate, reason } => {
                *fate == wanted
                    && is_message(message, &self.message.name)
                    && same_mailbox(recipient, self.recipient)
                    && self.fate.qualifiers.iter().all(|qualifier| match qualifier {
                        Qualifier::Until(time) => entry.at_ms < ms(*time),
                        Qualifier::With(code) => says(reason, code),
                        _ => true,
                    })
            }
            _ => false,
        });
        found.map(|(index, entry)| (entry.at_ms, index)).collect()
    }

    /// Whether the MTA reports routes or fates. What it refused at submission is not of its own accord.
    fn reports(&self) -> bool {
        self.judging.view.trace.0.iter().any(|entry| match &entry.event {
            Event::Fate { reason, .. } => !reason.starts_with(REFUSED_AT_SUBMISSION),
            Event::Route { .. } => true,
            _ => false,
        })
    }

    fn fails(&self) -> Finding {
        let all = self.failures();
        let Some(first) = all.first() else {
            return self.judging.missing(&format!("no failure of {}", self.recipient));
        };
        let timely: Vec<_> =
            all.iter().filter(|(at_ms, _)| self.judging.is_in_time(*at_ms, &self.fate.qualifiers)).collect();
        let early = self.fate.qualifiers.iter().any(|qualifier| match qualifier {
            Qualifier::NotBefore(earliest) => first.0 < ms(*earliest),
            _ => false,
        });
        match timely.first() {
            Some((at_ms, index)) if !early => {
                Finding::held(Some(*index), format!("{} failed at {}", self.recipient, time(*at_ms)))
            }
            _ => Finding::broken(Some(first.1), format!("{} failed at {}", self.recipient, time(first.0)), ""),
        }
    }

    fn deferred(&self) -> Finding {
        let judging = self.judging;
        if let Some(taken) = self.taken().first() {
            return self.broken(taken, "a deferral");
        }
        if let Some((at_ms, index)) = self.failures().first() {
            let saw = format!("{} failed at {}", self.recipient, time(*at_ms));
            return Finding::broken(Some(*index), saw, "a deferral");
        }
        let reported = self.reported(ReportedFate::Deferred);
        let code = self.fate.qualifiers.iter().find_map(|qualifier| match qualifier {
            Qualifier::With(code) => Some(code),
            _ => None,
        });
        let tried = judging.attempts(self.recipient);
        let (first, was_tried) = match (reported.first(), tried.first()) {
            (Some((_, index)), _) => (Some(*index), true),
            (None, Some(attempt)) => {
                let replied = |code| {
                    let replies = judging.view.sessions.iter().flat_map(|session| session.commands());
                    replies.filter_map(|(_, _, command)| command.reply.as_ref()).any(|reply| has_code(reply, code))
                };
                (Some(attempt.index), code.is_none_or(replied))
            }
            (None, None) => (None, false),
        };
        if tried.is_empty() && !self.reports() && judging.has_strays() {
            let saw = format!("the MTA reports no fates, and nothing shows for whom it tried; {}", self.recipient);
            return Finding::not_reached(format!("{saw} is not named"), "");
        }
        if !was_tried {
            return judging.missing(&format!("{} was not tried so", self.recipient));
        }
        if !judging.view.absence_counts() {
            return Finding::not_reached("tried, but the trace was cut short", "");
        }
        Finding::held(first, format!("{} was tried, and is neither delivered nor failed", self.recipient))
    }

    fn tried(&self) -> Finding {
        let attempts = self.judging.attempts(self.recipient);
        let until = |at_ms: u64| {
            self.fate.qualifiers.iter().all(|qualifier| match qualifier {
                Qualifier::Until(time) => at_ms < ms(*time),
                _ => true,
            })
        };
        let places: Vec<(u64, usize)> =
            attempts.iter().map(|own| (own.start_ms, own.index)).filter(|(at_ms, _)| until(*at_ms)).collect();
        for qualifier in &self.fate.qualifiers {
            let count = |most: u32| usize::try_from(most).unwrap_or(usize::MAX);
            let finding = match qualifier {
                Qualifier::At(times) => at_times(self.judging, &places, times),
                Qualifier::AtLeast(least) => {
                    (places.len() < count(*least)).then(|| self.judging.missing(&format!("{} attempts", places.len())))
                }
                Qualifier::AtMost(most) => {
                    return match places.get(count(*most)) {
                        Some((at_ms, index)) => {
                            Finding::broken(Some(*index), format!("one more attempt at {}", time(*at_ms)), "")
                        }
                        None => self.judging.absent(&format!("{} attempts", places.len())),
                    };
                }
                Qualifier::Times(wanted) => match places.get(count(*wanted)) {
                    Some((at_ms, index)) => {
                        Some(Finding::broken(Some(*index), format!("one more attempt at {}", time(*at_ms)), ""))
                    }
                    None => (places.len() < count(*wanted))
                        .then(|| self.judging.missing(&format!("{} attempts", places.len()))),
                },
                Qualifier::NotBefore(earliest) => places
                    .iter()
                    .find(|(at_ms, _)| *at_ms < ms(*earliest))
                    .map(|(at_ms, index)| Finding::broken(Some(*index), format!("an attempt at {}", time(*at_ms)), "")),
                Qualifier::Within(latest) => places
                    .first()
                    .filter(|(at_ms, _)| *at_ms > ms(*latest))
                    .map(|(at_ms, index)| Finding::broken(Some(*index), format!("an attempt at {}", time(*at_ms)), "")),
                _ => None,
            };
            if let Some(finding) = finding {
                return finding;
            }
        }
        match places.first() {
            Some((at_ms, index)) => Finding::held(Some(*index), format!("an attempt at {}", time(*at_ms))),
            None => self.judging.missing(&format!("no attempt for {}", self.recipient)),
        }
    }

    fn unroutable(&self) -> Finding {
        let mut found = self.reported(ReportedFate::Unroutable);
        for (index, entry) in self.judging.view.trace.0.iter().enumerate() {
            if let Event::Route { message, recipient, delivery, .. } = &entry.event
                && is_message(message, &self.message.name)
                && same_mailbox(recipient, self.recipient)
                && delivery == "Unreachable"
            {
                found.push((entry.at_ms, index));
            }
        }
        if let Some(taken) = self.taken().first() {
            return self.broken(taken, "no route");
        }
        match found.first() {
            Some((_, index)) => Finding::held(Some(*index), format!("no route for {}", self.recipient)),
            None if self.reports() => self.judging.missing(&format!("{} was reported otherwise", self.recipient)),
            None => Finding::not_reached("the MTA reports neither routes nor fates", ""),
        }
    }
}
