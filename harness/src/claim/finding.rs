//! What one claim found in one trace.

use serde::{Deserialize, Serialize};

/// Whether a claim was put to the test, and held.
#[expect(clippy::exhaustive_enums, reason = "the report has a column for each")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did not hold.
    Broken,
    /// It was put to the test and held.
    Held,
    /// It was not put to the test. Silence is not conformance.
    NotReached,
}

/// What one claim found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Held, broken or not reached.
    pub outcome: Outcome,
    /// Index of the event that shows it, where one does.
    pub at: Option<usize>,
    /// What the trace shows, in its words.
    pub saw: String,
    /// What the claim asks for.
    pub expected: String,
}

impl Finding {
    /// It did not hold.
    #[must_use]
    pub fn broken(at: Option<usize>, saw: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { outcome: Outcome::Broken, at, saw: saw.into(), expected: expected.into() }
    }

    /// It held.
    #[must_use]
    pub fn held(at: Option<usize>, saw: impl Into<String>) -> Self {
        Self { outcome: Outcome::Held, at, saw: saw.into(), expected: String::new() }
    }

    /// It was not put to the test.
    #[must_use]
    pub fn not_reached(saw: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotReached, at: None, saw: saw.into(), expected: expected.into() }
    }

    /// Of several that must all hold: the first that is broken, or else the first that was not reached, or else the
    /// last.
    #[must_use]
    pub fn all(findings: impl IntoIterator<Item = Self>) -> Option<Self> {
        findings.into_iter().reduce(|so_far, next| match (so_far.outcome, next.outcome) {
            (Outcome::Broken, _) | (Outcome::NotReached, Outcome::NotReached | Outcome::Held) => so_far,
            _ => next,
        })
    }
}
