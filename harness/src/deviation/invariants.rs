//! Invariants that are known to be broken: by any case, or in the cases that an entry names.

use super::{Applied, Deviation, Deviations, Extent, has_settled};
use crate::{
    invariant::InvariantRow,
    report::json::{CaseReport, RunReport},
    verdict::Verdict,
};

impl Deviations {
    /// Whether a row of this version is known to be broken, in every case that breaks it.
    #[must_use]
    pub fn excuses_invariant(&self, row: &InvariantRow, version: &str) -> bool {
        row.cases.iter().all(|case| self.on(&row.id, version).any(|own| own.excuses(case)))
    }

    /// Marks rows that are known with the reasons.
    pub(super) fn mark_invariants(&self, report: &mut RunReport, extent: Extent, applied: &mut Applied) {
        let RunReport { cases, invariants, mta, .. } = report;
        for row in invariants.iter_mut() {
            let own: Vec<&Deviation> = self.on(&row.id, &mta.version).collect();
            for deviation in &own {
                applied.stale.extend(deviation.stale_of(row, cases, extent));
            }
            if row.verdict == Verdict::Violates && self.excuses_invariant(row, &mta.version) {
                let used: Vec<&str> = own
                    .iter()
                    .filter(|own| row.cases.iter().any(|case| own.excuses(case)))
                    .map(|own| own.reason.as_str())
                    .collect();
                applied.used += used.len();
                row.deviation = Some(used.join(" "));
            }
        }
        let unknown = self.deviation.iter().filter_map(|own| own.invariant.as_ref());
        let unknown = unknown.filter(|id| invariants.iter().all(|row| row.id != **id));
        applied.stale.extend(unknown.map(|id| format!("invariant {id}: there is none of this name")));
    }

    fn on<'a>(&'a self, id: &'a str, version: &'a str) -> impl Iterator<Item = &'a Deviation> {
        self.deviation.iter().filter(move |own| own.is_of(version) && own.invariant.as_deref() == Some(id))
    }
}

impl Deviation {
    fn excuses(&self, case: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|own| own == case)
    }

    /// What of an entry is no more: a case that was watched to its end and does not break the invariant, or the whole
    /// of it where all cases ran.
    fn stale_of(&self, row: &InvariantRow, cases: &[CaseReport], extent: Extent) -> Vec<String> {
        if self.known_flaky {
            return Vec::new();
        }
        if self.cases.is_empty() {
            let is_stale = row.verdict == Verdict::Conforms && extent == Extent::Whole;
            return is_stale.then(|| format!("invariant {}: no case breaks it any more", row.id)).into_iter().collect();
        }
        let is_stale =
            |id: &&String| !row.cases.contains(id) && cases.iter().any(|case| case.id == **id && has_settled(case));
        let stale = self.cases.iter().filter(is_stale);
        stale.map(|case| format!("invariant {}: {case} does not break it any more", row.id)).collect()
    }
}
