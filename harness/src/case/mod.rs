//! Case pages: what they say, read and checked.

pub mod grammar;
pub mod mistake;
pub mod model;

pub use mistake::{Line, LineMistake, Mistake};
pub use model::Case;
