//! The verdict of a case: what its claims found, weighed by who asks for them.
//!
//! Start at [`rule`]. The first that applies, of: a MUST claim is broken (`violates`); a SHOULD claim is broken
//! (`departs`); our side failed (`inconclusive`); something was not put to the test, for one because the MTA ended by
//! itself, which an invariant tells (`unsupported`); else `conforms`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    claim::{
        Finding, Judging, Outcome,
        ast::{Claim, Level},
        judge_view,
        shell::unclaimed_refusal,
    },
    requirement::Basis,
    trace::{Event, Trace, event::EndCause},
};

#[cfg(test)]
mod tests;

/// The five verdicts.
#[expect(clippy::exhaustive_enums, reason = "architecture: a new verdict is a new exit status")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All claims held.
    Conforms,
    /// A SHOULD claim is broken.
    Departs,
    /// Our side failed: harness, sandbox, start of the MTA, canary message, limit.
    Inconclusive,
    /// The MTA cannot be asked, or the case did not arise.
    Unsupported,
    /// A MUST claim is broken.
    Violates,
}

impl Verdict {
    /// As reports write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Departs => "departs",
            Self::Inconclusive => "inconclusive",
            Self::Unsupported => "unsupported",
            Self::Violates => "violates",
        }
    }
}

/// Why a case is `unsupported`.
#[expect(clippy::exhaustive_enums, reason = "the report has a column for each")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// A stimulus did not fire, or a claim was not reached.
    DidNotArise,
    /// The MTA cannot be asked.
    Setting,
}

/// Whose MTA is judged.
#[expect(clippy::exhaustive_enums, reason = "an MTA is ours or it is not")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Our own reference transport.
    Reference,
    /// Any other: a requirement of ours is at most `departs` on it.
    ThirdParty,
}

/// Why the MTA was not put to the test as the page asks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outside {
    /// The MTA ended by itself; how. That is told by an invariant, and leaves the rest of the case untried.
    Died(String),
    /// Our side failed; why.
    Inconclusive(String),
    /// The MTA has no such setting; which.
    Setting(String),
}

impl Outside {
    /// What the trace says of it.
    fn of(trace: &Trace) -> Option<Self> {
        trace.0.iter().find_map(|entry| match &entry.event {
            Event::Died { why } => Some(Self::Died(why.clone())),
            Event::Failure { why } => Some(Self::Inconclusive(why.clone())),
            Event::Unsupported { setting } => Some(Self::Setting(setting.clone())),
            _ => None,
        })
    }
}

/// What a verdict needs beside case and trace.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Who asks for a requirement; `None`: the id is of a fault, or unknown.
    pub basis_of: &'a dyn Fn(&str) -> Option<Basis>,
    /// Only claims of this basis are judged.
    pub only: Option<Basis>,
    /// Whose MTA it is.
    pub judged: Judged,
}

/// What was found of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The verdict.
    pub verdict: Verdict,
    /// Of `unsupported`: why.
    pub lack: Option<Lack>,
    /// The verdict in words; empty if all claims held.
    pub reason: String,
    /// Claims that were judged, in page order.
    pub claims: Vec<Judgement>,
}

/// What was found of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The claim's words.
    pub text: String,
    /// Its weight on this MTA.
    pub level: Level,
    /// Ids that it cites, faults too.
    pub ids: Vec<String>,
    /// Who asks, each once.
    pub bases: Vec<Basis>,
    /// Line of the page, from 1.
    pub line: u32,
    /// What was found.
    pub finding: Finding,
}

/// The verdict of a case.
#[must_use]
pub fn rule(case: &Case, trace: &Trace, terms: Terms<'_>) -> Ruling {
    rule_view(&Judging::new(case, trace), terms)
}

/// As [`rule`], of a trace that is read already.
#[must_use]
pub fn rule_view(judging: &Judging<'_>, terms: Terms<'_>) -> Ruling {
    let claims: Vec<Judgement> = judging
        .case
        .claims
        .iter()
        .zip(judge_view(judging))
        .map(|(claim, finding)| judgement(claim, finding, terms))
        .filter(|judgement| terms.only.is_none_or(|only| judgement.bases.contains(&only)))
        .collect();
    let (verdict, lack, reason) = verdict(judging, &claims, Outside::of(judging.view.trace).as_ref());
    Ruling { verdict, lack, reason, claims }
}

fn judgement(claim: &Claim, finding: Finding, terms: Terms<'_>) -> Judgement {
    let mut bases: Vec<Basis> = claim.ids.iter().filter_map(|id| (terms.basis_of)(id)).collect();
    bases.sort_unstable();
    bases.dedup();
    let ours_alone = bases == [Basis::Ours];
    let level = if ours_alone && terms.judged == Judged::ThirdParty { Level::Should } else { claim.level };
    Judgement { text: claim.text.clone(), level, ids: claim.ids.clone(), bases, line: claim.line, finding }
}

fn verdict(judging: &Judging<'_>, claims: &[Judgement], outside: Option<&Outside>) -> (Verdict, Option<Lack>, String) {
    if let Some(Outside::Setting(setting)) = outside {
        return (Verdict::Unsupported, Some(Lack::Setting), setting.clone());
    }
    let with = |outcome, level| {
        let own = |claim: &&Judgement| claim.finding.outcome == outcome && Some(claim.level) == level;
        claims.iter().find(own).map(|claim| format!("line {}: {}: {}", claim.line, claim.text, claim.finding.saw))
    };
    if let Some(reason) = with(Outcome::Broken, Some(Level::Must)) {
        return (Verdict::Violates, None, reason);
    }
    if let Some(reason) = with(Outcome::Broken, Some(Level::Should)) {
        return (Verdict::Departs, None, reason);
    }
    if let Some(Outside::Died(why)) = outside {
        return (Verdict::Unsupported, Some(Lack::DidNotArise), format!("the MTA ended by itself: {why}"));
    }
    if let Some(reason) = ours(judging, outside) {
        return (Verdict::Inconclusive, None, reason);
    }
    if let Some(reason) = unfired(judging) {
        return (Verdict::Unsupported, Some(Lack::DidNotArise), reason);
    }
    let unreached =
        with(Outcome::NotReached, Some(Level::Must)).or_else(|| with(Outcome::NotReached, Some(Level::Should)));
    if let Some(reason) = unreached {
        return (Verdict::Unsupported, Some(Lack::DidNotArise), reason);
    }
    if claims.is_empty() {
        return (Verdict::Unsupported, Some(Lack::Setting), "no claim of this basis".to_owned());
    }
    (Verdict::Conforms, None, String::new())
}

/// Why our side failed, if it did.
fn ours(judging: &Judging<'_>, outside: Option<&Outside>) -> Option<String> {
    if let Some(Outside::Inconclusive(why)) = outside {
        return Some(why.clone());
    }
    if let Some(why) = unclaimed_refusal(judging.case, judging.view.trace) {
        return Some(why);
    }
    let limit = judging.view.trace.0.iter().rev().find_map(|entry| match &entry.event {
        Event::Limit { limit, .. } => Some(limit.as_str()),
        _ => None,
    });
    match judging.view.end.map(|end| end.cause) {
        Some(EndCause::Horizon | EndCause::Settled) => None,
        Some(EndCause::Limit) => Some(format!("the limit {} was reached", limit.unwrap_or("of the world"))),
        Some(EndCause::Lost) => Some("the MTA, or the world around it, was lost".to_owned()),
        None => Some("the trace has no end".to_owned()),
    }
}

/// Which stimulus did not fire, if one did not.
fn unfired(judging: &Judging<'_>) -> Option<String> {
    let stimulus = judging.unfired().next()?;
    let off_script = judging.view.trace.0.iter().find_map(|entry| match &entry.event {
        Event::OffScript { line, .. } => Some(format!("; a session went off script at line {line}")),
        _ => None,
    });
    Some(format!("line {}: `{}` did not fire{}", stimulus.line, stimulus.text, off_script.unwrap_or_default()))
}

/// Verdicts of a run, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// All claims held.
    pub conforms: u64,
    /// A SHOULD claim is broken.
    pub departs: u64,
    /// A MUST claim is broken.
    pub violates: u64,
    /// Not put to the test.
    pub unsupported: Unsupported,
    /// Our side failed.
    pub inconclusive: u64,
}

/// Cases that were not put to the test, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsupported {
    /// The MTA cannot be asked.
    pub setting: u64,
    /// A stimulus did not fire, or a claim was not reached.
    pub did_not_arise: u64,
}

impl Totals {
    /// Counts one case.
    pub fn add(&mut self, verdict: Verdict, lack: Option<Lack>) {
        let count = match (verdict, lack) {
            (Verdict::Conforms, _) => &mut self.conforms,
            (Verdict::Departs, _) => &mut self.departs,
            (Verdict::Inconclusive, _) => &mut self.inconclusive,
            (Verdict::Unsupported, Some(Lack::Setting)) => &mut self.unsupported.setting,
            (Verdict::Unsupported, _) => &mut self.unsupported.did_not_arise,
            (Verdict::Violates, _) => &mut self.violates,
        };
        *count += 1;
    }

    /// All cases.
    #[must_use]
    pub fn sum(&self) -> u64 {
        let unsupported = self.unsupported.setting + self.unsupported.did_not_arise;
        self.conforms + self.departs + self.violates + self.inconclusive + unsupported
    }
}

/// Claims, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimSum {
    /// Put to the test and held.
    pub held: u64,
    /// Put to the test and not held.
    pub broken: u64,
    /// Not put to the test.
    pub not_reached: u64,
}

impl ClaimSum {
    /// Counts one claim.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Broken => self.broken += 1,
            Outcome::Held => self.held += 1,
            Outcome::NotReached => self.not_reached += 1,
        }
    }
}

/// Claims of a run by basis: a claim that rests on two counts under each.
#[must_use]
pub fn by_basis<'a>(rulings: impl IntoIterator<Item = &'a Ruling>) -> BTreeMap<Basis, ClaimSum> {
    let mut sums: BTreeMap<Basis, ClaimSum> = BTreeMap::new();
    for claim in rulings.into_iter().flat_map(|ruling| &ruling.claims) {
        for basis in &claim.bases {
            sums.entry(*basis).or_default().add(claim.finding.outcome);
        }
    }
    sums
}
