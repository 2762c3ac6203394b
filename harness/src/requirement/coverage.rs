//! Which cases speak for which requirement, and what a run found of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    catalogue::Catalogue,
    model::{Basis, Requirement, Strength, Surface},
};

/// One case and what its claims cite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRefs {
    /// `routing/equal-connectors#tie`.
    pub id: String,
    /// One entry for each id of each claim; ids may repeat.
    pub cited: Vec<Cited>,
}

/// One id that a claim cites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// Of a requirement; ids of faults are passed over.
    pub id: String,
    /// What a run found: `Some(false)` is broken; `None`: not run, or not reached.
    pub held: Option<bool>,
}

/// One requirement and the cases that cite it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageRow {
    /// Of the requirement.
    pub id: String,
    /// Of the requirement.
    pub strength: Strength,
    /// Of the requirement.
    pub basis: Basis,
    /// Of the requirement.
    pub surface: Vec<Surface>,
    /// Ids of cases, each once, in the order in which they were given.
    pub cases: Vec<String>,
    /// Broken in any case: `false`; else held in one: `true`; else unknown.
    pub held: Option<bool>,
    /// Why there is no case; absent where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One row for each requirement, in the catalogue's order.
#[must_use]
pub fn coverage(catalogue: &Catalogue, cases: &[CaseRefs]) -> Vec<CoverageRow> {
    let mut found: BTreeMap<&str, Found> = BTreeMap::new();
    for case in cases {
        for cited in &case.cited {
            found.entry(&cited.id).or_default().add(&case.id, cited.held);
        }
    }
    catalogue
        .requirements()
        .map(|requirement| {
            let own = found.get(requirement.id.as_str()).cloned().unwrap_or_default();
            CoverageRow {
                id: requirement.id.clone(),
                strength: requirement.strength,
                basis: requirement.basis,
                surface: requirement.surface.clone(),
                reason: own.cases.is_empty().then(|| reason(requirement, &found)),
                held: own.held,
                cases: own.cases,
            }
        })
        .collect()
}

/// What was found of one id.
#[derive(Clone, Default)]
struct Found {
    cases: Vec<String>,
    held: Option<bool>,
}

impl Found {
    fn add(&mut self, case: &str, held: Option<bool>) {
        if self.cases.last().is_none_or(|last| last != case) {
            self.cases.push(case.to_owned());
        }
        self.held = match (self.held, held) {
            (Some(before), Some(now)) => Some(before && now),
            (before, now) => before.or(now),
        };
    }
}

/// Why no case cites the requirement: the most telling of the reasons that apply.
fn reason(requirement: &Requirement, found: &BTreeMap<&str, Found>) -> String {
    if let Some(why) = &requirement.exempt {
        return why.clone();
    }
    if let Some(twin) = requirement.same.iter().find(|id| found.contains_key(id.as_str())) {
        return format!("no case of its own: the cases of {twin} ask the same");
    }
    if requirement.strength == Strength::May {
        return "both ways are lawful: nothing to find".to_owned();
    }
    if requirement.surface.contains(&Surface::Wire) {
        return "no case yet".to_owned();
    }
    if requirement.surface.contains(&Surface::Management) {
        return "only a management surface: no host sees it".to_owned();
    }
    "only in logs, queue or notifications: no case yet".to_owned()
}
