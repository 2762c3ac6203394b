//! The recipients of one attempt: who is settled, who is still open, and what was said to them so far.

use super::{Attempt, Outcome, Problem};

/// One entry a recipient, in the order in which they were given.
pub(super) struct Ledger {
    entries: Vec<Entry>,
    /// Whether the last host that a session was led with was there to the end.
    was_there: bool,
}

#[derive(Clone, Default)]
struct Entry {
    outcome: Option<Outcome>,
    /// What hosts said, in order; one that would change nothing is left out.
    problems: Vec<Problem>,
}

impl Ledger {
    pub(super) fn new(recipients: usize) -> Self {
        Self { entries: vec![Entry::default(); recipients], was_there: false }
    }

    /// Those who have no outcome yet.
    pub(super) fn open(&self) -> Vec<usize> {
        (0..self.entries.len()).filter(|&at| self.entries[at].outcome.is_none()).collect()
    }

    pub(super) fn settle(&mut self, at: usize, outcome: Outcome) {
        self.entries[at].outcome.get_or_insert(outcome);
    }

    /// How the last transaction left its session.
    pub(super) fn note_session(&mut self, was_there: bool) {
        self.was_there = was_there;
    }

    /// A problem that the next host may not have, for one recipient.
    pub(super) fn note(&mut self, at: usize, problem: Problem) {
        let problems = &mut self.entries[at].problems;
        // Of each kind the first is kept: it is what a report quotes (SMH-10).
        if !problems.iter().any(|known| known.is_permanent() == problem.is_permanent()) {
            problems.push(problem);
        }
    }

    /// The same for everybody who is open.
    pub(super) fn note_open(&mut self, problem: &Problem) {
        for at in self.open() {
            self.note(at, problem.clone());
        }
    }

    /// Whether any host was heard of so far.
    pub(super) fn is_blank(&self) -> bool {
        self.entries.iter().all(|entry| entry.outcome.is_none() && entry.problems.is_empty())
    }

    /// Everybody who is open gets this outcome.
    pub(super) fn settle_open(&mut self, problem: &Problem) {
        for at in self.open() {
            self.settle(at, outcome_of(problem.clone()));
        }
    }

    /// There is no further host. Who is open fails if every host said so for good, and is deferred if one did not.
    pub(super) fn close(self) -> Attempt {
        let close = |entry: Entry| {
            entry.outcome.unwrap_or_else(|| {
                let mut problems = entry.problems;
                let transient = problems.iter().position(|problem| !problem.is_permanent());
                match transient {
                    Some(at) => Outcome::Deferred(problems.swap_remove(at)),
                    None => problems.pop().map_or_else(no_host, outcome_of),
                }
            })
        };
        Attempt { outcomes: self.entries.into_iter().map(close).collect(), was_host_there: self.was_there }
    }
}

pub(super) fn outcome_of(problem: Problem) -> Outcome {
    if problem.is_permanent() { Outcome::Failed(problem) } else { Outcome::Deferred(problem) }
}

fn no_host() -> Outcome {
    Outcome::Deferred(Problem::own(crate::reply::EnhancedCode::new(4, 4, 0), "no host to try"))
}
