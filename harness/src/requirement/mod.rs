//! The requirement catalogue: what the standards and the Exchange documentation ask of a sender, by id, and which
//! cases speak for it.
//!
//! Start at [`Catalogue`]. The data stands in `cases/requirements/*.toml`; this module reads texts, never files.
//! [`coverage`](coverage()) says for each requirement which cases cite it, and what a run found.

mod catalogue;
#[cfg(test)]
mod corpus_tests;
mod coverage;
mod model;
#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, CatalogueError};
pub use coverage::{CaseRefs, Cited, CoverageRow, coverage};
pub use model::{Basis, Conflict, Fault, Requirement, Severity, Strength, Surface};
