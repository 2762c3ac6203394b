//! Case pages: what they say, read and checked.
//!
//! Start at [`page::read`], which makes cases of one page or says all that is wrong with it, and at
//! [`Corpus`], which holds many pages and reads those that are asked for. [`diagnostic`] shows
//! mistakes. The notation is described in `cases/FORMAT.md`.
//!
//! A page goes through: `markdown` (fences, sections, tables), `variants` (cells filled in), `fence` (info strings),
//! then one module a fence, put together in `section`; `claims` and `vacuity` look at the result.

pub mod catalogue;
pub mod check;
mod claims;
pub mod corpus;
pub mod diagnostic;
pub mod dsn;
mod fence;
pub mod grammar;
mod host_lines;
mod hosts;
pub mod management;
mod markdown;
pub mod message;
pub mod mistake;
pub mod model;
pub mod moving;
mod name_servers;
mod names;
pub mod organisation;
pub mod page;
mod section;
mod shell;
mod vacuity;
mod variants;
mod words;
mod world;
mod zones;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, IdKind};
pub use corpus::{CaseError, Corpus};
pub use mistake::{Line, LineMistake, Mistake};
pub use model::Case;
