//! What an MTA is known to do otherwise: a TOML file per MTA, and how a run is read in its light.
//!
//! ```toml
//! version = 1                                 # of this format
//! mta = "postfix"
//!
//! [[deviation]]
//! case = "authentication/plain#challenge"     # or: invariant = "pipelining"
//! claim = "relay.contoso.test sees AUTH"      # the claim's words; of a case only
//! finding = "broken"                          # or "not_reached"
//! event = "C: AUTH LOGIN"                     # a line of the trace, or of what was seen; may be left out
//! reason = "It knows no initial response."
//! document = "https://www.postfix.org/SASL_README.html"
//! versions = ["3.8.1", "3.10.*"]              # exact, or what stands before the star; left out: any
//! known_flaky = false                         # its result varies: never green, never red, counted
//!
//! [[deviation]]
//! invariant = "pipelining"
//! cases = ["replies/go-ahead#kept-back"]      # in which it is known to be broken; left out: any
//! reason = "Mail data follows any 3yz reply."
//! ```
//!
//! A deviation excuses what it names and nothing else of its case. It is stale, and that is a failure, once its case ran
//! to its end and its claim held. Where only a part of the cases or of the claims was judged, what is not there proves
//! nothing: [`Extent::Part`].

use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    claim::Outcome,
    report::{
        dialogue,
        json::{CaseReport, ClaimReport, RunReport},
    },
    trace::{Event, event::EndCause},
    verdict::Verdict,
};

mod invariants;
#[cfg(test)]
mod tests;

/// The version of the format.
pub const VERSION: u32 = 1;

/// What one MTA is known to do otherwise. The default knows nothing, of any MTA.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deviations {
    /// [`VERSION`].
    pub version: u32,
    /// The MTA's name, `postfix`; empty: any.
    pub mta: String,
    /// In the order of the file.
    pub deviation: Vec<Deviation>,
}

/// A file as it stands, with where each entry begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    mta: String,
    #[serde(default)]
    deviation: Vec<Spanned<Deviation>>,
}

/// How much of the corpus a run judged.
#[expect(clippy::exhaustive_enums, reason = "a run is whole or it is not")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Some of the cases, or claims of one basis alone.
    Part,
    /// All cases, with all of their claims.
    Whole,
}

/// One thing that an MTA is known to do otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// The case; or else an invariant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The invariant; or else a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invariant: Option<String>,
    /// The cases in which the invariant is known to be broken; empty: any. Of an invariant only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
    /// The claim's words; blanks are folded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub claim: String,
    /// What was found.
    #[serde(default = "broken")]
    pub finding: Finding,
    /// Part of the line of the trace, or of what was seen; empty: any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub event: String,
    /// Why it is so. Never empty.
    pub reason: String,
    /// Where that is documented.
    #[serde(default)]
    pub document: String,
    /// The MTA's versions, exact, or with a star behind the start of them; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// The result varies from run to run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known_flaky: bool,
}

/// What a deviation may be found as.
#[expect(clippy::exhaustive_enums, reason = "what is held is no deviation")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The claim did not hold.
    #[default]
    Broken,
    /// It was not put to the test.
    NotReached,
}

fn broken() -> Finding {
    Finding::Broken
}

/// Why a file of deviations cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviationError {
    /// An entry names neither a case with a claim nor an invariant, or both.
    #[error("{file}:{line}: a deviation must name a case with its claim, or an invariant, and not both")]
    About {
        /// The file.
        file: String,
        /// Where the entry begins, from 1.
        line: usize,
    },
    /// An entry says nothing of why.
    #[error("{file}:{line}: the deviation of {about} has no reason yet")]
    NoReason {
        /// The file.
        file: String,
        /// Where the entry begins, from 1.
        line: usize,
        /// Its case or invariant.
        about: String,
    },
    /// It is not TOML, or not of this shape.
    #[error("{file}: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What TOML says, with line and column.
        source: Box<toml::de::Error>,
    },
    /// It is of another version of the format.
    #[error("{file}:{line}: version {found} of the format, and this suite reads version {VERSION}")]
    Version {
        /// The file.
        file: String,
        /// Where it says so, from 1.
        line: usize,
        /// The version.
        found: u32,
    },
}

/// What deviations made of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Deviations that are no more, each in a sentence.
    pub stale: Vec<String>,
    /// Deviations that excused something.
    pub used: usize,
    /// Cases whose result is known to vary.
    pub flaky: usize,
}

impl Deviations {
    /// Reads a file; `file` is its name for messages.
    ///
    /// # Errors
    ///
    /// The first mistake of the file.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, DeviationError> {
        let read: File = toml::from_str(text)
            .map_err(|source| DeviationError::Unreadable { file: file.to_owned(), source: Box::new(source) })?;
        let place = |span: Range<usize>| (file.to_owned(), line(text, span.start));
        let found = *read.version.get_ref();
        if found != VERSION {
            let (file, line) = place(read.version.span());
            return Err(DeviationError::Version { file, line, found });
        }
        for entry in &read.deviation {
            let (file, line) = place(entry.span());
            let deviation = entry.get_ref();
            let about = match (&deviation.case, &deviation.invariant) {
                (Some(case), None) if !deviation.claim.trim().is_empty() && deviation.cases.is_empty() => case,
                (None, Some(invariant)) => invariant,
                _ => return Err(DeviationError::About { file, line }),
            };
            if deviation.reason.trim().is_empty() {
                return Err(DeviationError::NoReason { file, line, about: about.clone() });
            }
        }
        let deviation = read.deviation.into_iter().map(Spanned::into_inner).collect();
        Ok(Self { version: found, mta: read.mta, deviation })
    }

    /// A draft for everything of a run that is not as expected. Its reasons are empty, and so it cannot be used until
    /// they are written.
    #[must_use]
    pub fn draft(report: &RunReport) -> Self {
        let mut deviation = Vec::new();
        for case in report.unexpected() {
            for claim in case.claims.iter().filter(|claim| claim.deviation.is_none()) {
                let finding = match claim.finding {
                    Outcome::Broken => Finding::Broken,
                    Outcome::NotReached if case.verdict == Verdict::Unsupported => Finding::NotReached,
                    Outcome::Held | Outcome::NotReached => continue,
                };
                deviation.push(Deviation {
                    case: Some(case.id.clone()),
                    claim: claim.text.clone(),
                    finding,
                    event: event_line(case, claim).unwrap_or_default(),
                    versions: vec![report.mta.version.clone()],
                    ..Deviation::default()
                });
            }
        }
        for row in report.invariants.iter().filter(|row| row.verdict == Verdict::Violates && row.deviation.is_none()) {
            deviation.push(Deviation {
                invariant: Some(row.id.clone()),
                cases: row.cases.clone(),
                versions: vec![report.mta.version.clone()],
                ..Deviation::default()
            });
        }
        Self { version: VERSION, mta: report.mta.name.clone(), deviation }
    }

    /// As TOML.
    ///
    /// # Errors
    ///
    /// What TOML cannot hold.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// [`Deviations::apply_to`] a run of everything.
    pub fn apply(&self, report: &mut RunReport) -> Applied {
        self.apply_to(report, Extent::Whole)
    }

    /// Marks what of a run is known: claims and invariants with the reason, cases in which nothing else is wrong as expected. A file
    /// of another MTA marks nothing, and is stale as a whole.
    pub fn apply_to(&self, report: &mut RunReport, extent: Extent) -> Applied {
        let mut applied = Applied::default();
        if !self.mta.is_empty() && self.mta != report.mta.name {
            applied.stale.push(format!("the file is of {}, and {} was judged", self.mta, report.mta.name));
            return applied;
        }
        let version = report.mta.version.clone();
        self.mark_invariants(report, extent, &mut applied);
        for deviation in self.deviation.iter().filter(|own| own.is_of(&version)) {
            let of = |case: &&mut CaseReport| deviation.case.as_ref() == Some(&case.id);
            if let Some(case) = report.cases.iter_mut().find(of) {
                deviation.mark(case, extent, &mut applied);
            }
        }
        for case in &mut report.cases {
            case.settle();
            applied.flaky += usize::from(case.known_flaky);
        }
        applied
    }
}

impl Deviation {
    /// Whether it speaks of this version: `3.1.*` is of 3.1.4 and not of 3.10.1, and `3.1` of 3.1 alone.
    fn is_of(&self, version: &str) -> bool {
        let is_own = |own: &String| match own.strip_suffix('*') {
            Some(start) => version.starts_with(start),
            None => version == own,
        };
        self.versions.is_empty() || self.versions.iter().any(is_own)
    }

    fn mark(&self, case: &mut CaseReport, extent: Extent, applied: &mut Applied) {
        let settled = has_settled(case);
        let Some(place) = case.claims.iter().position(|claim| folded(&claim.text) == folded(&self.claim)) else {
            if extent == Extent::Whole {
                applied.stale.push(format!("{}: it has no claim `{}`", case.id, self.claim));
            }
            return;
        };
        case.known_flaky |= self.known_flaky;
        let wanted = match self.finding {
            Finding::Broken => Outcome::Broken,
            Finding::NotReached => Outcome::NotReached,
        };
        let claim = &case.claims[place];
        let is_event = self.event.is_empty()
            || claim.saw.contains(&self.event)
            || event_line(case, claim).is_some_and(|line| line.contains(&self.event));
        let is_known =
            if self.known_flaky { claim.finding != Outcome::Held } else { claim.finding == wanted && is_event };
        if is_known {
            case.claims[place].deviation = Some(self.reason.clone());
            applied.used += 1;
        } else if claim.finding == Outcome::Held && settled && !self.known_flaky {
            applied.stale.push(format!("{}: `{}` holds now", case.id, self.claim));
        }
    }
}

impl CaseReport {
    /// A case is as expected once all of its claims that are wrong are known.
    fn settle(&mut self) {
        let wanted = match self.verdict {
            Verdict::Departs | Verdict::Violates => Outcome::Broken,
            Verdict::Unsupported => Outcome::NotReached,
            Verdict::Conforms | Verdict::Inconclusive => return,
        };
        let mut wrong = self.claims.iter().filter(|claim| claim.finding == wanted).peekable();
        self.expected |= wrong.peek().is_some() && wrong.all(|claim| claim.deviation.is_some());
    }
}

/// The line on which the octet at this place stands, from 1.
fn line(text: &str, at: usize) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes().get(..at).unwrap_or_default()).count() + 1
}

fn has_settled(case: &CaseReport) -> bool {
    matches!(
        case.trace.0.last().map(|entry| &entry.event),
        Some(Event::End { cause: EndCause::Horizon | EndCause::Settled, .. })
    )
}

/// The first line of the event that shows what a claim found.
fn event_line(case: &CaseReport, claim: &ClaimReport) -> Option<String> {
    dialogue::lines(&case.trace.get(claim.at?)?.event).into_iter().next()
}

fn folded(text: &str) -> Vec<&str> {
    text.split_ascii_whitespace().collect()
}
