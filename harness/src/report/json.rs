//! A run as JSON: a stored shape, versioned. Fields may be added, never renamed.
//!
//! Nothing in it varies from run to run for the reference in memory. The traces are in it, so a run can be judged
//! again without an MTA: [`RunReport::judged_again`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    case::{Case, moving::Destination},
    claim::{Judging, Outcome, ast::Level},
    invariant::{self, Checked, InvariantRow, Tally},
    requirement::{Basis, CaseRefs, Cited},
    trace::Trace,
    verdict::{ClaimSum, Judged, Lack, Ruling, Terms, Totals, Verdict, rule_view},
    world::BEYOND_SOCKETS,
};

/// The version of this shape.
pub const VERSION: u32 = 1;

/// A run.
///
/// It holds all that a verdict needs beside the pages: the traces, whose MTA it is, and which claims were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// [`VERSION`].
    pub version: u32,
    /// The suite's own version.
    pub suite: String,
    /// All randomness came from it and from the ids of cases.
    pub seed: u64,
    /// What was judged.
    pub mta: MtaName,
    /// The MTA's own settings that were added to what its adapter writes: `KEY=VALUE`, in the order of the command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Where its cases were moved to, for an MTA of somebody else's; `None`: they are as the pages have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Destination>,
    /// Only claims of this basis were judged; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Basis>,
    /// Cases by verdict.
    pub totals: Totals,
    /// Claims by who asks.
    pub basis: BTreeMap<Basis, ClaimSum>,
    /// A row an invariant.
    pub invariants: Vec<InvariantRow>,
    /// In the order of the run.
    pub cases: Vec<CaseReport>,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MtaName {
    /// `reference`, `postfix`.
    pub name: String,
    /// As the MTA states it.
    pub version: String,
}

/// What is said of a run as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunHead {
    /// As [`RunReport::suite`].
    pub suite: String,
    /// As [`RunReport::seed`].
    pub seed: u64,
    /// As [`RunReport::mta`].
    pub mta: MtaName,
}

/// A case of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseReport {
    /// Its id.
    pub id: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Of `unsupported`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lack: Option<Lack>,
    /// Nobody has to look at it: it conforms, or all that is wrong is a known deviation, or a third party cannot be
    /// asked.
    pub expected: bool,
    /// A known deviation says that its result varies.
    #[serde(default, skip_serializing_if = "is_false")]
    pub known_flaky: bool,
    /// The verdict in words.
    pub reason: String,
    /// In page order.
    pub claims: Vec<ClaimReport>,
    /// Invariants that it broke.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What happened.
    pub trace: Trace,
    /// The end of the MTA's own log, of a case that somebody has to look at; never judged.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log: String,
    /// The files that configured the MTA, path and contents, of a case that somebody has to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration: Vec<(String, String)>,
}

/// A claim of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimReport {
    /// Its words.
    pub text: String,
    /// `MUST` or `SHOULD`: its weight on this MTA.
    pub level: String,
    /// Ids that it cites, faults too.
    pub requirements: Vec<String>,
    /// Who asks.
    #[serde(default)]
    pub basis: Vec<Basis>,
    /// `held`, `broken` or `not_reached`.
    pub finding: Outcome,
    /// Index of the event that shows it.
    pub at: Option<usize>,
    /// What the trace shows.
    #[serde(default)]
    pub saw: String,
    /// What the claim asks for.
    #[serde(default)]
    pub wanted: String,
    /// Line of the page, from 1.
    #[serde(default)]
    pub line: u32,
    /// The reason of the known deviation that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
}

/// An invariant that a case broke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The invariant's id.
    pub invariant: String,
    /// Index of the event.
    pub at: usize,
    /// What it was.
    pub saw: String,
}

/// Why a stored run cannot be judged again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JudgeAgainError {
    /// No page has this case any more.
    #[error("no page has the case `{id}`")]
    NoCase {
        /// Its id.
        id: String,
    },
    /// The stored shape is of another version.
    #[error("the run is stored in version {found} of its format, and this suite reads version {VERSION}")]
    Version {
        /// The version.
        found: u32,
    },
}

impl CaseReport {
    /// What was found of each id that the claims cite. A case whose verdict is not the MTA's says only what broke.
    #[must_use]
    pub fn cited(&self) -> CaseRefs {
        let counts = !matches!(self.verdict, Verdict::Inconclusive | Verdict::Unsupported);
        let held = |outcome: Outcome| match outcome {
            Outcome::Broken => Some(false),
            Outcome::Held if counts => Some(true),
            Outcome::Held | Outcome::NotReached => None,
        };
        let of_claim = |claim: &'_ ClaimReport| {
            let held = held(claim.finding);
            claim.requirements.iter().map(|id| Cited { id: id.clone(), held }).collect::<Vec<_>>()
        };
        CaseRefs { id: self.id.clone(), cited: self.claims.iter().flat_map(of_claim).collect() }
    }

    /// Judges a case: verdict, claims and invariants. What the invariants found is for the [`Tally`] of the run.
    #[must_use]
    pub fn judge(case: &Case, trace: Trace, terms: Terms<'_>) -> (Self, Vec<(&'static str, Checked)>) {
        let judging = Judging::new(case, &trace);
        let (ruling, found) = (rule_view(&judging, terms), invariant::check_view(&judging));
        (Self::new(&case.id, ruling, &found, trace, terms.judged), found)
    }

    /// The report of a case that is judged already; `found` is what [`invariant::check`] says of its trace.
    #[must_use]
    pub fn new(id: &str, ruling: Ruling, found: &[(&'static str, Checked)], trace: Trace, judged: Judged) -> Self {
        let expected = match ruling.verdict {
            Verdict::Conforms => true,
            // On the machine's clock nobody waits for days, not even the reference as a process of its own.
            Verdict::Unsupported => judged == Judged::ThirdParty || ruling.reason.ends_with(BEYOND_SOCKETS),
            Verdict::Departs | Verdict::Inconclusive | Verdict::Violates => false,
        };
        let claims = ruling.claims.into_iter().map(|claim| ClaimReport {
            text: claim.text,
            level: match claim.level {
                Level::Must => "MUST".to_owned(),
                Level::Should => "SHOULD".to_owned(),
            },
            requirements: claim.ids,
            basis: claim.bases,
            finding: claim.finding.outcome,
            at: claim.finding.at,
            saw: claim.finding.saw,
            wanted: claim.finding.expected,
            line: claim.line,
            deviation: None,
        });
        let notes = found.iter().flat_map(|(invariant, checked)| {
            let note = |breach: &invariant::Breach| Note {
                invariant: (*invariant).to_owned(),
                at: breach.index,
                saw: breach.saw.clone(),
            };
            checked.breaches.iter().map(note)
        });
        Self {
            id: id.to_owned(),
            verdict: ruling.verdict,
            lack: ruling.lack,
            expected,
            known_flaky: false,
            reason: ruling.reason,
            claims: claims.collect(),
            notes: notes.collect(),
            trace,
            log: String::new(),
            configuration: Vec::new(),
        }
    }

    /// The page that it stands on: `routing/equal-connectors` of `routing/equal-connectors#tie`.
    #[must_use]
    pub fn page(&self) -> &str {
        self.id.split_once('#').map_or(self.id.as_str(), |(page, _)| page)
    }

    /// The folder that the page stands in: `routing`.
    #[must_use]
    pub fn area(&self) -> &str {
        self.page().split_once('/').map_or(self.page(), |(area, _)| area)
    }

    /// Claims that made the verdict what it is and are not known, in page order; none where the trace says nothing of
    /// claims.
    pub fn wrong(&self) -> impl Iterator<Item = &ClaimReport> {
        let wanted = match (self.verdict, self.lack) {
            (Verdict::Departs | Verdict::Violates, _) => Some(Outcome::Broken),
            (Verdict::Unsupported, Some(Lack::DidNotArise)) => Some(Outcome::NotReached),
            (Verdict::Conforms | Verdict::Inconclusive | Verdict::Unsupported, _) => None,
        };
        self.claims.iter().filter(move |claim| Some(claim.finding) == wanted && claim.deviation.is_none())
    }

    /// Why somebody has to look at it: its first claim that is wrong and not known, or else its reason.
    #[must_use]
    pub fn complaint(&self) -> String {
        let first = self.wrong().next();
        first.map_or_else(|| self.reason.clone(), |claim| format!("line {}: {}: {}", claim.line, claim.text, claim.saw))
    }
}

impl RunReport {
    /// Sums up cases, which stand in the order of the run. [`RunReport::options`], [`RunReport::moved`] and
    /// [`RunReport::only`] are for the caller to state.
    #[must_use]
    pub fn new(head: RunHead, cases: Vec<CaseReport>, invariants: Vec<InvariantRow>) -> Self {
        let mut totals = Totals::default();
        let mut basis: BTreeMap<Basis, ClaimSum> = BTreeMap::new();
        for case in &cases {
            totals.add(case.verdict, case.lack);
            // A case that the MTA cannot be asked says nothing of its claims.
            for claim in case.claims.iter().filter(|_| case.lack != Some(Lack::Setting)) {
                claim.basis.iter().for_each(|own| basis.entry(*own).or_default().add(claim.finding));
            }
        }
        let RunHead { suite, seed, mta } = head;
        let (options, moved, only) = (Vec::new(), None, None);
        Self { version: VERSION, suite, seed, mta, options, moved, only, totals, basis, invariants, cases }
    }

    /// As JSON, for a file: with line ends, and one at the end.
    ///
    /// # Errors
    ///
    /// What JSON cannot hold.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads [`RunReport::to_json`].
    ///
    /// # Errors
    ///
    /// What is not of this shape.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Judges the stored traces again, by cases as they are now; claims of [`RunReport::only`] alone, if it says so.
    /// Known deviations are to be applied anew.
    ///
    /// # Errors
    ///
    /// A stored case that no page has, or a shape of another version.
    pub fn judged_again<'c>(
        &self,
        case: impl Fn(&str) -> Option<&'c Case>,
        terms: Terms<'_>,
    ) -> Result<Self, JudgeAgainError> {
        if self.version != VERSION {
            return Err(JudgeAgainError::Version { found: self.version });
        }
        let terms = Terms { only: terms.only.or(self.only), ..terms };
        let mut tally = Tally::default();
        let mut cases = Vec::new();
        for stored in &self.cases {
            let case = case(&stored.id).ok_or_else(|| JudgeAgainError::NoCase { id: stored.id.clone() })?;
            let (report, found) = CaseReport::judge(case, stored.trace.clone(), terms);
            tally.add(&report.id, &found);
            let (log, configuration) = (stored.log.clone(), stored.configuration.clone());
            cases.push(CaseReport { log, configuration, ..report });
        }
        let run = Self::new(self.head(), cases, tally.into_rows());
        Ok(Self { options: self.options.clone(), moved: self.moved.clone(), only: terms.only, ..run })
    }

    /// What is said of the run as a whole.
    #[must_use]
    pub fn head(&self) -> RunHead {
        RunHead { suite: self.suite.clone(), seed: self.seed, mta: self.mta.clone() }
    }

    /// What a column of this run is called: `postfix 3.7.11`, with the options and the basis that it was asked for.
    #[must_use]
    pub fn label(&self) -> String {
        let mut label = format!("{} {}", self.mta.name, self.mta.version).trim_end().to_owned();
        for option in &self.options {
            label.push_str(&format!(" {option}"));
        }
        if let Some(only) = self.only {
            label.push_str(&format!(" ({} only)", only.word()));
        }
        label
    }

    /// Cases by area, areas in the order of their names, cases in the order of the run.
    #[must_use]
    pub fn by_area(&self) -> BTreeMap<&str, Vec<&CaseReport>> {
        let mut areas: BTreeMap<&str, Vec<&CaseReport>> = BTreeMap::new();
        for case in &self.cases {
            areas.entry(case.area()).or_default().push(case);
        }
        areas
    }

    /// Cases that somebody has to look at.
    pub fn unexpected(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| !case.expected)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
