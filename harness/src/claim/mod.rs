//! Claims: pure functions of the trace.
//!
//! [`ast`] is what a page says; [`judge`] puts each claim to a trace and gives a [`Finding`] of it.

pub mod ast;
pub mod attempt;
mod content;
mod fate;
pub mod finding;
mod judge;
mod log;
pub mod occurrence;
mod qualifier;
mod reported;
mod seen;
pub(crate) mod shell;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub(crate) use content::holds_secret;
pub use finding::{Finding, Outcome};
pub use judge::{Judging, judge, judge_view};
