//! What changed between two judgements of the same cases: verdicts, and the findings of single claims.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::json::{CaseReport, ClaimReport};
use crate::{claim::Outcome, verdict::Verdict};

/// What changed in one case. Displayed, it is lines for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The case.
    pub id: String,
    /// Its verdict before.
    pub before: Verdict,
    /// Its verdict now.
    pub after: Verdict,
    /// Claims whose finding is another now, in page order; those that only one side knows first.
    pub claims: Vec<ClaimChange>,
}

/// A claim whose finding is another now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimChange {
    /// Its words.
    pub text: String,
    /// Line of the page, from 1.
    pub line: u32,
    /// What was found before; `None`: the page did not claim it, or not under this basis.
    pub before: Option<Outcome>,
    /// What is found now; `None`: likewise.
    pub after: Option<Outcome>,
    /// What the trace shows now, or showed if nothing is found now.
    pub saw: String,
}

impl Change {
    /// What changed from one judgement of a case to another; `None`: nothing.
    #[must_use]
    pub fn between(before: &CaseReport, after: &CaseReport) -> Option<Self> {
        let (old, new) = (by_words(before), by_words(after));
        let gone = old.iter().filter(|(words, _)| !new.contains_key(*words));
        let gone = gone.map(|(_, claim)| claim_change(Some(*claim), None));
        let now = new.iter().map(|(words, claim)| claim_change(old.get(words).copied(), Some(*claim)));
        let mut claims: Vec<ClaimChange> = gone.chain(now).flatten().collect();
        claims.sort_by_key(|claim| (claim.after.is_some(), claim.line));
        let changed = before.verdict != after.verdict || !claims.is_empty();
        changed.then(|| Self { id: after.id.clone(), before: before.verdict, after: after.verdict, claims })
    }
}

/// Claims by their words. Two that say the same are told apart by their order.
fn by_words(case: &CaseReport) -> BTreeMap<(&str, usize), &ClaimReport> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let keyed = case.claims.iter().map(|claim| {
        let count = counts.entry(&claim.text).or_default();
        *count += 1;
        ((claim.text.as_str(), *count), claim)
    });
    keyed.collect()
}

fn claim_change(before: Option<&ClaimReport>, after: Option<&ClaimReport>) -> Option<ClaimChange> {
    let finding = |claim: Option<&ClaimReport>| claim.map(|claim| claim.finding);
    let shown = after.or(before)?;
    (finding(before) != finding(after)).then(|| ClaimChange {
        text: shown.text.clone(),
        line: shown.line,
        before: finding(before),
        after: finding(after),
        saw: shown.saw.clone(),
    })
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, before, after, claims } = self;
        if before == after {
            writeln!(f, "{id}: {} as before", after.word())?;
        } else {
            writeln!(f, "{id}: {}, was {}", after.word(), before.word())?;
        }
        for claim in claims {
            let [before, after] = [claim.before, claim.after].map(word);
            writeln!(f, "  line {}: {}: {after}, was {before}: {}", claim.line, claim.text, claim.saw)?;
        }
        Ok(())
    }
}

fn word(finding: Option<Outcome>) -> &'static str {
    match finding {
        None => "not claimed",
        Some(Outcome::Broken) => "broken",
        Some(Outcome::Held) => "held",
        Some(Outcome::NotReached) => "not reached",
    }
}

#[cfg(test)]
mod tests {
    use super::Change;
    use crate::{claim::Outcome, report::fixture::every_verdict, verdict::Verdict};

    #[test]
    fn what_is_the_same_is_no_change() {
        let run = every_verdict();
        assert!(run.cases.iter().all(|case| Change::between(case, case).is_none()));
    }

    #[test]
    fn a_verdict_and_the_finding_that_made_it_are_told() {
        let run = every_verdict();
        let mut after = run.cases.iter().find(|case| case.id == "routing/ties#name").expect("it is there").clone();
        after.claims[0].text = "MUST it is new".to_owned();
        let mut before = after.clone();
        before.verdict = Verdict::Conforms;
        before.claims[2].finding = Outcome::Held;
        before.claims.remove(0);
        let change = Change::between(&before, &after).expect("it changed");
        assert_eq!(
            change.to_string(),
            "routing/ties#name: violates, was conforms
  line 22: MUST it is new: broken, was not claimed: EHLO <mta.test>
  line 24: MUST mx.test sees `EHLO mta.contoso.test`: broken, was held: EHLO <mta.test>
"
        );
    }
}
