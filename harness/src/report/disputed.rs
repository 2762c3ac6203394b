//! Claims that somebody breaks and nobody keeps: where no MTA does what a page asks, the page may be wrong.
//!
//! The reference is not asked: it was written with the pages.

use std::collections::{BTreeMap, BTreeSet};

use super::json::{CaseReport, ClaimReport, RunReport};
use crate::{
    claim::Outcome,
    suite::run::judged,
    verdict::{Judged, Verdict},
};

/// A claim that no MTA keeps of those that were put to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed<'a> {
    /// The case.
    pub case: &'a str,
    /// The claim, as the first who broke it was told.
    pub claim: &'a ClaimReport,
    /// The places of the runs in which it was broken, at least one.
    pub broken: Vec<usize>,
}

/// How the claims of runs are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disputes<'a> {
    /// Runs of MTAs other than the reference.
    pub runs: usize,
    /// How many claims somebody broke.
    pub broken: usize,
    /// Those of them that nobody kept, by case, in the order of its page.
    pub disputed: Vec<Disputed<'a>>,
}

/// Looks at each claim of the runs. What was broken counts where the case departs or violates; what was kept counts
/// wherever it was.
#[must_use]
pub fn disputes(runs: &[RunReport]) -> Disputes<'_> {
    let others = || runs.iter().enumerate().filter(|(_, run)| judged(&run.mta.name) == Judged::ThirdParty);
    let mut kept: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut broken: BTreeMap<(&str, u32, &str), Disputed<'_>> = BTreeMap::new();
    for (place, case, claim) in others().flat_map(|(place, run)| claims(place, run)) {
        match claim.finding {
            Outcome::Held => _ = kept.insert((&case.id, &claim.text)),
            Outcome::Broken if matches!(case.verdict, Verdict::Departs | Verdict::Violates) => {
                let first = || Disputed { case: &case.id, claim, broken: Vec::new() };
                broken.entry((&case.id, claim.line, &claim.text)).or_insert_with(first).broken.push(place);
            }
            _ => {}
        }
    }
    let count = broken.len();
    let disputed = broken.into_values().filter(|own| !kept.contains(&(own.case, own.claim.text.as_str())));
    Disputes { runs: others().count(), broken: count, disputed: disputed.collect() }
}

fn claims(place: usize, run: &RunReport) -> impl Iterator<Item = (usize, &CaseReport, &ClaimReport)> {
    run.cases.iter().flat_map(move |case| case.claims.iter().map(move |claim| (place, case, claim)))
}

#[cfg(test)]
mod tests {
    use super::disputes;
    use crate::{claim::Outcome, report::fixture::every_verdict, verdict::Verdict};

    #[test]
    fn a_claim_is_disputed_if_somebody_breaks_it_and_nobody_keeps_it() {
        let one = every_verdict();
        let runs = [one.clone()];
        let found = disputes(&runs);
        let cases: Vec<&str> = found.disputed.iter().map(|own| own.case).collect();
        assert_eq!((found.runs, found.broken), (1, 5));
        assert_eq!(cases, ["routing/cost#scoped", "starttls/offers#both", "starttls/offers#twice"]);
        let mut keeper = one.clone();
        let case = keeper.cases.iter_mut().find(|case| case.id == "starttls/offers#twice").expect("it is there");
        (case.verdict, case.claims[0].finding) = (Verdict::Conforms, Outcome::Held);
        let runs = [one.clone(), keeper];
        let found = disputes(&runs);
        assert_eq!((found.disputed.len(), &*found.disputed[0].broken), (2, &[0, 1][..]));
        let mut reference = one;
        "reference".clone_into(&mut reference.mta.name);
        assert_eq!(disputes(&[reference]).runs, 0, "it was written with the pages");
    }
}
