//! What must hold in every session of every case, whatever its page is about.
//!
//! An invariant is judged over a whole run and has one row there, naming the cases that broke it; in a case it is a
//! note and changes no verdict. Start at [`ALL`]; [`Tally`] makes the rows.

mod credential;
mod ending;
mod extension;
mod lines;
mod offers;
mod once;
mod survival;
mod transparency;
mod world;

#[cfg(test)]
mod senders;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    claim::Judging,
    trace::{Trace, view::Step},
    verdict::Verdict,
};

/// One invariant.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Invariant {
    /// As deviations and reports name it.
    pub id: &'static str,
    /// What must hold, in one sentence.
    pub sentence: &'static str,
    check: fn(&Judging<'_>) -> Checked,
}

/// All invariants, in the order of their rows.
pub const ALL: &[Invariant] = &[
    Invariant {
        id: "credential-under-tls",
        sentence: "No credential, raw or in base64, goes outside of TLS, but with BasicAuth in a session that has no TLS \
                   because it was not offered, is ignored or has just failed.",
        check: credential::check,
    },
    Invariant {
        id: "line-ends",
        sentence: "Every command line ends in CRLF, and neither CR nor LF stands within it (RFC 5321 §2.3.8).",
        check: lines::ends,
    },
    Invariant {
        id: "line-limits",
        sentence: "Command lines, and lines of mail data that went in no longer, keep to the limits of RFC 5321 \
                   §4.5.3.1 and of the extensions that raise them.",
        check: lines::limits,
    },
    Invariant {
        id: "pipelining",
        sentence: "No command comes before the reply to what went before, unless PIPELINING was offered in this state \
                   of TLS (RFC 2920 §3.1).",
        check: extension::pipelining,
    },
    Invariant {
        id: "extension-offered",
        sentence: "A service extension is used only if this host offered it in this state of TLS (RFC 5321 §2.2.1).",
        check: extension::offered,
    },
    Invariant {
        id: "transparency",
        sentence: "Mail data has no bare CR or LF, and a line that begins with a full stop has one more in front of it \
                   (RFC 5321 §2.3.8, §4.5.2).",
        check: transparency::check,
    },
    Invariant {
        id: "nothing-after-421",
        sentence: "After a 421 nothing but QUIT follows (RFC 5321 §3.8).",
        check: ending::after_421,
    },
    Invariant {
        id: "delivered-once",
        sentence: "No recipient of a message gets more than one final 250.",
        check: once::check,
    },
    Invariant {
        id: "session-end",
        sentence: "A session ends in QUIT, or in a 421, a close, a reset, a rule or a failed handshake of the host's \
                   (RFC 5321 §4.1.1.10).",
        check: ending::quit,
    },
    Invariant {
        id: "stays-in-world",
        sentence: "No connection is made and no query sent to an address that nobody of the world has.",
        check: world::check,
    },
    Invariant {
        id: "stays-up",
        sentence: "Nothing that a host says, and no message, ends the MTA.",
        check: survival::check,
    },
];

/// What an invariant found in one case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The case put it to the test.
    pub reached: bool,
    /// Where it was broken, in order.
    pub breaches: Vec<Breach>,
}

/// Where an invariant was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Index of the event.
    pub index: usize,
    /// What it was, in the trace's words.
    pub saw: String,
}

impl Checked {
    /// Notes a place at which it was put to the test, and what was wrong there.
    fn note(&mut self, index: usize, wrong: Option<String>) {
        self.reached = true;
        self.breaches.extend(wrong.map(|saw| Breach { index, saw }));
    }

    fn step(&mut self, step: &Step<'_>, wrong: Option<String>) {
        self.note(step.index, wrong);
    }
}

/// One entry an invariant of [`ALL`], in its order.
#[must_use]
pub fn check(case: &Case, trace: &Trace) -> Vec<(&'static str, Checked)> {
    check_view(&Judging::new(case, trace))
}

/// As [`check`], of a trace that is read already.
#[must_use]
pub fn check_view(judging: &Judging<'_>) -> Vec<(&'static str, Checked)> {
    ALL.iter().map(|invariant| (invariant.id, (invariant.check)(judging))).collect()
}

/// What a run found of one invariant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvariantRow {
    /// As [`Invariant::id`].
    pub id: String,
    /// As [`Invariant::sentence`].
    #[serde(default)]
    pub sentence: String,
    /// `conforms`, `violates`, or `unsupported` if no case put it to the test.
    pub verdict: Verdict,
    /// Ids of the cases that broke it, in the order of the run.
    pub cases: Vec<String>,
    /// The reason of the known deviation that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
}

/// Counts invariants over a run.
#[derive(Clone, Debug)]
pub struct Tally {
    rows: Vec<InvariantRow>,
}

impl Default for Tally {
    fn default() -> Self {
        let row = |invariant: &Invariant| InvariantRow {
            id: invariant.id.to_owned(),
            sentence: invariant.sentence.to_owned(),
            verdict: Verdict::Unsupported,
            cases: Vec::new(),
            deviation: None,
        };
        Self { rows: ALL.iter().map(row).collect() }
    }
}

impl Tally {
    /// Adds what was found in one case.
    pub fn add(&mut self, case: &str, found: &[(&'static str, Checked)]) {
        for (id, checked) in found.iter().filter(|(_, checked)| checked.reached) {
            let Some(row) = self.rows.iter_mut().find(|row| row.id == *id) else { continue };
            if !checked.breaches.is_empty() {
                row.verdict = Verdict::Violates;
                row.cases.push(case.to_owned());
            } else if row.verdict == Verdict::Unsupported {
                row.verdict = Verdict::Conforms;
            }
        }
    }

    /// A row an invariant.
    #[must_use]
    pub fn into_rows(self) -> Vec<InvariantRow> {
        self.rows
    }
}
