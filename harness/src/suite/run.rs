//! Runs cases on an MTA, side by side, and judges what it did. The same cases give the same results in the same
//! order, whatever the number of jobs.

use std::{cmp::Reverse, num::NonZeroUsize};

use super::{
    Suite,
    parallel::{Ends, Proceed, in_parallel},
};
use crate::{
    case::Case,
    claim::{
        Judging,
        ast::{Body, Seen, Source, Subject},
    },
    invariant::{self, Checked},
    mta::{Evidence, Mta, StartError},
    requirement::Basis,
    trace::{Entry, Event, Trace, event::EndCause},
    verdict::{self, Judged, Ruling, Terms},
    world::{NetworkKind, Observation, Settings, observe},
};

/// What a run is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Seed and network.
    pub settings: Settings,
    /// Cases at the same time.
    pub jobs: NonZeroUsize,
    /// Only claims of this basis are judged.
    pub basis: Option<Basis>,
    /// Nothing more is begun once a case is not as expected.
    pub haste: Haste,
}

/// What to do once a case is not as expected.
#[expect(clippy::exhaustive_enums, reason = "a run goes on or stops")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Haste {
    /// Run all cases.
    #[default]
    AllCases,
    /// Begin no further case.
    StopAtFirst,
}

/// One case, run and judged.
#[derive(Clone, Debug)]
pub struct CaseResult<'a> {
    /// The case.
    pub case: &'a Case,
    /// Everything that happened.
    pub trace: Trace,
    /// What the MTA left behind, for whoever reads a failure.
    pub evidence: Evidence,
    /// Verdict and findings.
    pub ruling: Ruling,
    /// What [`invariant::check`] says of the trace.
    pub invariants: Vec<(&'static str, Checked)>,
}

/// Runs one case and hands over what was seen.
pub type Observe<'a> = dyn Fn(&Case) -> Observation + Sync + 'a;

/// Hears of cases as they begin and end, and may end a run before its last case; called from several threads.
pub trait Progress: Sync {
    /// A case begins.
    fn begins(&self, case: &str);

    /// A case has ended and is judged.
    fn ends(&self, result: &CaseResult<'_>);

    /// Whether further cases are begun. Those that run are waited for and judged all the same.
    fn goes_on(&self) -> bool {
        true
    }
}

/// Nobody listens.
impl Progress for () {
    fn begins(&self, _: &str) {}

    fn ends(&self, _: &CaseResult<'_>) {}
}

/// Whose MTA it is, by its name.
#[must_use]
pub fn judged(mta: &str) -> Judged {
    if mta.starts_with("reference") { Judged::Reference } else { Judged::ThirdParty }
}

impl Suite {
    /// Runs these cases on an MTA and judges what it did; results stand in the order of the cases. Cases that were not
    /// begun ([`Haste::StopAtFirst`], [`Progress::goes_on`]) have none.
    pub fn run<'a>(
        &self,
        cases: &[&'a Case],
        mta: &dyn Mta,
        plan: Plan,
        progress: &dyn Progress,
    ) -> Vec<CaseResult<'a>> {
        self.run_observing(cases, mta, plan, progress, &|case| observe(case, mta, plan.settings))
    }

    /// As [`Suite::run`], with cases observed elsewhere: each in a sandbox of its own. `mta` is not started here.
    pub fn run_observing<'a>(
        &self,
        cases: &[&'a Case],
        mta: &dyn Mta,
        plan: Plan,
        progress: &dyn Progress,
        observe: &Observe<'_>,
    ) -> Vec<CaseResult<'a>> {
        if !progress.goes_on() {
            return Vec::new();
        }
        let order = order(cases, plan.haste);
        in_parallel(cases, (&order, ends(plan)), plan.jobs, |case| {
            progress.begins(&case.id);
            let result = self.observed(case, mta, plan, observe);
            progress.ends(&result);
            let good = result.ruling.verdict == verdict::Verdict::Conforms;
            let stop = !good && plan.haste == Haste::StopAtFirst;
            (result, if stop || !progress.goes_on() { Proceed::Stop } else { Proceed::GoOn })
        })
    }

    /// Runs one case and judges it.
    pub fn run_case<'a>(&self, case: &'a Case, mta: &dyn Mta, plan: Plan) -> CaseResult<'a> {
        self.observed(case, mta, plan, &|case| observe(case, mta, plan.settings))
    }

    fn observed<'a>(&self, case: &'a Case, mta: &dyn Mta, plan: Plan, observe: &Observe<'_>) -> CaseResult<'a> {
        let observation = if is_about_dns(case) && !mta.asks_name_server() {
            Observation::lost(StartError::unsupported("the world's name server"))
        } else if is_about_the_shell(case) && !mta.reports_shell() {
            Observation::lost(StartError::unsupported("the management shell"))
        } else if is_about_the_log(case) && !mta.reports_log() {
            Observation::lost(StartError::unsupported("the protocol log"))
        } else if let Some(setting) = beyond(case, mta) {
            Observation::lost(StartError::Unsupported { setting })
        } else {
            observe(case)
        };
        self.result(case, observation, judged(&mta.name()), plan.basis)
    }

    /// Judges what was seen of a case.
    #[must_use]
    pub fn result<'a>(
        &self,
        case: &'a Case,
        mut observation: Observation,
        judged: Judged,
        only: Option<Basis>,
    ) -> CaseResult<'a> {
        let evidence = std::mem::take(&mut observation.evidence);
        let trace = whole_trace(observation, case);
        let judging = Judging::new(case, &trace);
        let (ruling, invariants) = (self.rule_view(&judging, judged, only), invariant::check_view(&judging));
        CaseResult { case, trace, evidence, ruling, invariants }
    }

    /// The verdict of a case on a trace that is there.
    #[must_use]
    pub fn rule(&self, case: &Case, trace: &Trace, judged: Judged, only: Option<Basis>) -> Ruling {
        self.rule_view(&Judging::new(case, trace), judged, only)
    }

    fn rule_view(&self, judging: &Judging<'_>, judged: Judged, only: Option<Basis>) -> Ruling {
        let basis_of = |id: &str| self.catalogue().get(id).map(|requirement| requirement.basis);
        verdict::rule_view(judging, Terms { basis_of: &basis_of, only, judged })
    }
}

/// The trace with what kept the MTA from being put to the test, if anything did, as its last event but the end.
fn whole_trace(observation: Observation, case: &Case) -> Trace {
    let Observation { trace: Trace(mut entries), refusal, .. } = observation;
    let Some(refusal) = refusal else { return Trace(entries) };
    let horizon_ms = u64::try_from(case.world.horizon.as_millis()).unwrap_or(u64::MAX);
    let lost = Event::End { cause: EndCause::Lost, horizon_ms, quiet_ms: 0 };
    let end = entries.pop().unwrap_or(Entry { at_ms: 0, event: lost });
    let event = match refusal {
        StartError::Died { why } => Event::Died { why },
        StartError::Failed { why } => Event::Failure { why },
        StartError::Unsupported { setting } => Event::Unsupported { setting },
    };
    entries.extend([Entry { at_ms: end.at_ms, event }, end]);
    Trace(entries)
}

/// Whether a case cannot be judged without an MTA that asks the world's name server.
#[must_use]
pub fn is_about_dns(case: &Case) -> bool {
    let asks = |seen: &Seen| matches!(seen.subject, Subject::Dns { .. });
    let claims = |claim: &crate::claim::ast::Claim| {
        claim.when.as_ref().is_some_and(asks) || matches!(&claim.body, Body::Seen(seen) if asks(seen))
    };
    let has_faults = !case.dns_faults.is_empty() || !case.name_servers.is_empty();
    has_faults || case.claims.iter().any(claims)
}

/// What of the case's organisation the MTA has no notion of, if anything.
fn beyond(case: &Case, mta: &dyn Mta) -> Option<String> {
    case.world.organisation.beyond_one_server().filter(|_| !mta.knows_organisation())
}

/// Whether a case cannot be judged without an MTA that reports what its management shell did.
#[must_use]
pub fn is_about_the_shell(case: &Case) -> bool {
    case.claims.iter().any(|claim| matches!(claim.body, Body::Shell(_)))
}

/// Whether a case cannot be judged without an MTA that reports the lines of its protocol log.
#[must_use]
pub fn is_about_the_log(case: &Case) -> bool {
    let is_log = |body: &Body| match body {
        Body::LogAgrees(_) => true,
        Body::Reported(reported) => reported.source == Source::Log,
        _ => false,
    };
    case.claims.iter().any(|claim| is_log(&claim.body))
}

/// In which order cases are begun, by their places: the longest first, so that no job is left alone with one at the
/// end. Whoever stops at the first that fails wants the first of the page.
fn order(cases: &[&Case], haste: Haste) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cases.len()).collect();
    if haste == Haste::AllCases {
        order.sort_by_cached_key(|place| Reverse(weight(cases[*place])));
    }
    order
}

/// From where in that order jobs take their cases. In memory, where nothing waits, half of them begin with the short
/// ones: large messages side by side would only take up memory.
fn ends(plan: Plan) -> Ends {
    match (plan.settings.network, plan.haste) {
        (NetworkKind::Memory, Haste::AllCases) => Ends::Both,
        _ => Ends::Front,
    }
}

/// How long a case takes, roughly, and in no unit: a millisecond of world time costs about as much as an octet.
fn weight(case: &Case) -> u64 {
    let octets: u64 = case.messages.iter().map(|message| message.size().saturating_mul(message.times.into())).sum();
    let horizon = u64::try_from(case.world.horizon.as_millis()).unwrap_or(u64::MAX);
    octets.saturating_add(horizon)
}
