//! All cases of a suite among the user's addresses and ports, and what of that is kept until they are served.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Layout, Premises,
    layout::{Ports, layout},
    script,
};
use crate::case::{Case, moving};

/// The version of [`KeptPlan`].
pub const VERSION: u32 = 1;

/// A plan: what is served where.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// What the user gave.
    pub premises: Premises,
    /// Where mail below the domain goes that no case's connector takes.
    pub catch_all: u16,
    /// Where the message goes with which each run begins.
    pub canary: u16,
    /// In the order in which they were asked for.
    pub cases: Vec<PlannedCase<'a>>,
}

/// A case of a plan.
#[derive(Clone, Debug)]
pub struct PlannedCase<'a> {
    /// The case, moved; one that cannot be is as its page has it.
    pub case: &'a Case,
    /// Where it is served, or why it is not, in the words of `unsupported`.
    pub layout: Result<Layout, String>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Labels are made of ids; two came out the same.
    #[error("`{one}` and `{other}` get the same label, and could not be told apart: leave one of them out")]
    Clash {
        /// A case.
        one: String,
        /// Another.
        other: String,
    },
    /// Two ports are needed whatever the cases.
    #[error("two ports at least are needed beside those of cases, and `--ports` has fewer")]
    NoPorts,
    /// What was planned is not what would be planned now.
    #[error(
        "the pages, or mtaspec itself, are not those of the plan: its connectors are others now. Plan again, and run the new scripts"
    )]
    Stale,
    /// A case of the plan is gone.
    #[error("the plan has the case `{id}`, and no page has it")]
    Unknown {
        /// Its id.
        id: String,
    },
    /// The plan was kept by another version.
    #[error("the plan is of version {found}, and this mtaspec reads version {VERSION}")]
    Version {
        /// Of which.
        found: u32,
    },
}

impl<'a> Plan<'a> {
    /// Lays out these moved cases, in their order.
    ///
    /// # Errors
    ///
    /// Two cases with one label, or hardly any port. A case that cannot be served is no error: it is in the plan, with
    /// the reason.
    pub fn of(premises: Premises, cases: &[&'a Case]) -> Result<Self, PlanError> {
        if let Some((one, other)) = moving::clash(cases.iter().map(|case| case.id.as_str())) {
            return Err(PlanError::Clash { one: one.to_owned(), other: other.to_owned() });
        }
        let mut ports = Ports::of(premises.ports);
        let (Some(catch_all), Some(canary)) = (ports.take(), ports.take()) else { return Err(PlanError::NoPorts) };
        let planned = |case: &&'a Case| PlannedCase { case, layout: layout(case, &premises, &mut ports) };
        let cases = cases.iter().map(planned).collect();
        Ok(Self { premises, catch_all, canary, cases })
    }

    /// The cases that are served.
    pub fn served(&self) -> impl Iterator<Item = (&'a Case, &Layout)> {
        self.cases.iter().filter_map(|planned| Some((planned.case, planned.layout.as_ref().ok()?)))
    }

    /// What is kept of it.
    #[must_use]
    pub fn kept(&self) -> KeptPlan {
        KeptPlan {
            version: VERSION,
            premises: self.premises.clone(),
            cases: self.cases.iter().map(|planned| planned.case.id.clone()).collect(),
            script: script_digest(self),
        }
    }
}

/// A plan as it is kept: enough to make it again, and to see whether it is still the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPlan {
    /// [`VERSION`].
    pub version: u32,
    /// What the user gave.
    pub premises: Premises,
    /// Ids of its cases, in their order.
    pub cases: Vec<String>,
    /// SHA-256 of the script that makes its connectors, in hexadecimal digits.
    pub script: String,
}

impl KeptPlan {
    /// The plan again; `find` finds a moved case by its id.
    ///
    /// # Errors
    ///
    /// A plan of another version, a case that is gone, or connectors that are no longer those of the script.
    pub fn again<'a>(&self, find: impl Fn(&str) -> Option<&'a Case>) -> Result<Plan<'a>, PlanError> {
        if self.version != VERSION {
            return Err(PlanError::Version { found: self.version });
        }
        let found = |id: &String| find(id).ok_or_else(|| PlanError::Unknown { id: id.clone() });
        let cases = self.cases.iter().map(found).collect::<Result<Vec<_>, _>>()?;
        let plan = Plan::of(self.premises.clone(), &cases)?;
        if script_digest(&plan) == self.script { Ok(plan) } else { Err(PlanError::Stale) }
    }
}

fn script_digest(plan: &Plan<'_>) -> String {
    Sha256::digest(script::connectors(plan).as_bytes()).iter().map(|octet| format!("{octet:02x}")).collect()
}
