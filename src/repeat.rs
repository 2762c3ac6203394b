//! `--repeat N`: each case several times, and which verdicts vary.

use std::{collections::BTreeMap, iter, num::NonZeroUsize};

use mtaspec_harness::{case::Case, suite::run::CaseResult, verdict::Verdict};

use crate::output::counted;

/// A case whose verdict was not the same each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Varying {
    /// Its id.
    pub(crate) id: String,
    /// How often it had which verdict.
    verdicts: BTreeMap<&'static str, usize>,
}

impl Varying {
    /// A line of the summary: `varies own/relay#elsewhere: conforms 2 times, violates once`.
    pub(crate) fn line(&self) -> String {
        let times = |count: usize| if count == 1 { "once".to_owned() } else { counted(count, "time", "times") };
        let verdicts: Vec<String> =
            self.verdicts.iter().map(|(verdict, count)| format!("{verdict} {}", times(*count))).collect();
        format!("varies {}: {}\n", self.id, verdicts.join(", "))
    }
}

/// Each case this many times, one after the other.
pub(crate) fn repeated<'a>(cases: &[&'a Case], times: NonZeroUsize) -> Vec<&'a Case> {
    cases.iter().flat_map(|case| iter::repeat_n(*case, times.get())).collect()
}

/// Of each case the worst result, in the order of the cases, and those cases whose verdicts vary.
pub(crate) fn folded(results: Vec<CaseResult<'_>>) -> (Vec<CaseResult<'_>>, Vec<Varying>) {
    let (mut worst, mut varying): (Vec<CaseResult<'_>>, Vec<Varying>) = (Vec::new(), Vec::new());
    for result in results {
        let verdict = result.ruling.verdict;
        match worst.last_mut().filter(|last| last.case.id == result.case.id) {
            Some(last) => {
                if let Some(own) = varying.last_mut() {
                    *own.verdicts.entry(verdict.word()).or_default() += 1;
                }
                if badness(verdict) > badness(last.ruling.verdict) {
                    *last = result;
                }
            }
            None => {
                let verdicts = BTreeMap::from([(verdict.word(), 1)]);
                varying.push(Varying { id: result.case.id.clone(), verdicts });
                worst.push(result);
            }
        }
    }
    varying.retain(|own| own.verdicts.len() > 1);
    (worst, varying)
}

/// Which of two verdicts on one case is shown: what is broken before what could not be judged.
fn badness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Violates => 4,
        Verdict::Departs => 3,
        Verdict::Inconclusive => 2,
        Verdict::Unsupported => 1,
        Verdict::Conforms => 0,
    }
}

#[cfg(test)]
mod tests {
    use mtaspec_harness::{mta::StartError, suite::run::judged, world::Observation};

    use super::*;

    #[test]
    fn the_worst_of_a_case_is_kept_and_what_varies_is_named() {
        let suite = mtaspec::suite().expect("a built-in corpus");
        let ids = ["routing/equal-connectors#tie", "routing/none#never"];
        let cases = ids.map(|id| suite.case(id).expect("it is a case"));
        let three = NonZeroUsize::new(3).expect("three");
        let lost = |error: StartError, case| suite.result(case, Observation::lost(error), judged("postfix"), None);
        let results = repeated(&cases, three).into_iter().enumerate().map(|(number, case)| {
            let failed = StartError::Failed { why: "no".to_owned() };
            lost(if number == 1 { failed } else { StartError::unsupported("x") }, case)
        });
        let (worst, varying) = folded(results.collect());
        let verdicts: Vec<Verdict> = worst.iter().map(|result| result.ruling.verdict).collect();
        assert_eq!(verdicts, [Verdict::Inconclusive, Verdict::Unsupported]);
        let lines: Vec<String> = varying.iter().map(Varying::line).collect();
        assert_eq!(lines, [format!("varies {}: inconclusive once, unsupported 2 times\n", cases[0].id)]);
    }
}
