//! Puts the claims of a case to its trace.

use super::{
    ast::{Body, Claim},
    fate,
    finding::{Finding, Outcome},
    log, reported, seen, shell,
};
use crate::{
    case::{Case, model::HostSpec},
    trace::{Trace, View, view::Session},
};

/// What judging needs: the case and its trace, read.
#[derive(Debug)]
pub struct Judging<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its trace.
    pub view: View<'a>,
}

/// One finding a claim, in page order.
#[must_use]
pub fn judge(case: &Case, trace: &Trace) -> Vec<Finding> {
    judge_view(&Judging::new(case, trace))
}

/// As [`judge`], of a trace that is read already.
#[must_use]
pub fn judge_view(judging: &Judging<'_>) -> Vec<Finding> {
    judging.case.claims.iter().map(|claim| judging.claim(claim)).collect()
}

impl<'a> Judging<'a> {
    /// Reads the trace.
    #[must_use]
    pub fn new(case: &'a Case, trace: &'a Trace) -> Self {
        Self { case, view: View::new(trace) }
    }

    fn claim(&self, claim: &Claim) -> Finding {
        if let Some(condition) = &claim.when
            && seen::judge(self, condition).outcome != Outcome::Held
        {
            return Finding::not_reached("what stands behind WHEN never held", claim.text.clone());
        }
        let mut finding = match &claim.body {
            Body::Fate(fate) => fate::judge(self, fate),
            Body::LogAgrees(host) => log::judge(self, host),
            Body::Reported(reported) => reported::judge(self, reported),
            Body::Seen(seen) => seen::judge(self, seen),
            Body::Shell(claim) => shell::judge(self, claim),
        };
        if finding.expected.is_empty() {
            finding.expected.clone_from(&claim.text);
        }
        finding
    }

    /// What the absence of something shows: nothing, if the trace ended early or if a stimulus did not fire.
    pub(crate) fn absent(&self, saw: &str) -> Finding {
        if !self.view.absence_counts() {
            return Finding::not_reached(format!("{saw}, but the trace {}", self.ending()), "");
        }
        match self.unfired().next() {
            Some(stimulus) => Finding::not_reached(format!("{saw}, but `{}` did not fire", stimulus.text), ""),
            None => Finding::held(self.view.end.map(|end| end.index), saw),
        }
    }

    /// What the lack of something that must be there shows.
    pub(crate) fn missing(&self, saw: &str) -> Finding {
        if self.view.absence_counts() {
            Finding::broken(self.view.end.map(|end| end.index), saw, "")
        } else {
            Finding::not_reached(format!("{saw}, but the trace {}", self.ending()), "")
        }
    }

    /// Stimuli that must fire and did not.
    pub(crate) fn unfired(&self) -> impl Iterator<Item = &'a crate::case::model::Stimulus> {
        let fired = &self.view.stimuli;
        let numbered = self.case.stimuli.iter().enumerate();
        numbered
            .filter(|(index, stimulus)| {
                !stimulus.optional && !u32::try_from(*index).is_ok_and(|index| fired.contains_key(&index))
            })
            .map(|(_, stimulus)| stimulus)
    }

    fn ending(&self) -> &'static str {
        use crate::trace::event::EndCause;
        match self.view.end.map(|end| end.cause) {
            Some(EndCause::Limit) => "ended at a limit",
            Some(EndCause::Lost) | None => "was cut short",
            Some(EndCause::Horizon) => "ended at its horizon",
            Some(EndCause::Settled) => "had settled",
        }
    }

    /// The host that a claim calls by this name or address.
    pub(crate) fn host(&self, name: &str) -> Option<&'a HostSpec> {
        let address = name.parse().ok();
        self.case.hosts.iter().find(|host| {
            host.names.iter().any(|own| own.eq_ignore_ascii_case(name))
                || address.is_some_and(|address| host.addresses.contains(&address))
        })
    }

    /// Whether a session is with the host that a claim calls by this name or address.
    pub(crate) fn is_at(&self, session: &Session<'_>, name: &str) -> bool {
        if session.host.eq_ignore_ascii_case(name) || name.parse().is_ok_and(|own: std::net::IpAddr| own == session.to)
        {
            return true;
        }
        self.host(name).is_some_and(|host| {
            host.addresses.contains(&session.to) || host.names.iter().any(|own| own.eq_ignore_ascii_case(session.host))
        })
    }
}
