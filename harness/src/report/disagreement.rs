//! Where MTAs that all conform behave differently: what stands beside the claims in their dialogues, and is lawful.
//!
//! The first run is what the others are compared with. Headers and replies are left out ([`Detail::Commands`]).

use std::collections::BTreeMap;

use super::{
    difference::{Difference, Pair, differences},
    json::{CaseReport, RunReport},
};
use crate::{
    snapshot::compared::{Detail, compared},
    verdict::Verdict,
};

/// One difference between two runs, in cases in which both conform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The place of the run whose lines are [`Difference::gone`].
    pub one: usize,
    /// The place of the run whose lines are [`Difference::new`].
    pub other: usize,
    /// What they do differently.
    pub difference: Difference,
}

/// All differences between the first run and the others, run by run.
#[must_use]
pub fn disagreements(runs: &[RunReport]) -> Vec<Disagreement> {
    let Some((first, others)) = runs.split_first() else { return Vec::new() };
    let firsts: BTreeMap<&str, Vec<String>> =
        conforming(first).map(|case| (case.id.as_str(), compared(&case.trace, Detail::Commands))).collect();
    let mut found = Vec::new();
    for (place, run) in others.iter().enumerate() {
        let pairs: Vec<Pair> = conforming(run)
            .filter_map(|case| {
                let old = firsts.get(case.id.as_str())?.clone();
                Some(Pair { id: case.id.clone(), old, new: compared(&case.trace, Detail::Commands) })
            })
            .collect();
        let of_run = differences(&pairs).into_iter();
        found.extend(of_run.map(|difference| Disagreement { one: 0, other: place + 1, difference }));
    }
    found
}

fn conforming(run: &RunReport) -> impl Iterator<Item = &CaseReport> {
    run.cases.iter().filter(|case| case.verdict == Verdict::Conforms)
}

#[cfg(test)]
mod tests {
    use super::disagreements;
    use crate::{report::fixture::every_verdict, trace::dialogue::trace};

    #[test]
    fn only_what_conforms_in_both_runs_can_disagree() {
        let one = every_verdict();
        let mut other = one.clone();
        for case in &mut other.cases {
            case.trace = trace("connect mx.test\nS: 220 mx.test\nC: HELO mta.test\nend settled");
        }
        let found = disagreements(&[one.clone(), other]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].difference.cases, ["routing/ties#none", "starttls/offers#none"]);
        assert_eq!(found[0].difference.gone, ["C: EHLO <mta.test>"]);
        assert_eq!(found[0].difference.new, ["C: HELO mta.test"]);
        assert!(disagreements(&[one.clone(), one]).is_empty());
    }
}
