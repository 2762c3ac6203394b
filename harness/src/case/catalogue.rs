//! What the reader of pages asks of the requirement catalogue: whether an id is known, and how firm it is.

use crate::requirement::Strength;

/// What an id in a claim names.
#[expect(clippy::exhaustive_enums, reason = "a claim cites these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A fault that senders are known for: `SF-STL-01`.
    Fault,
    /// A requirement: `SEL-06`, `R4954-14-1`.
    Requirement(Strength),
}

/// Looks an id up.
pub type Catalogue<'a> = &'a dyn Fn(&str) -> Option<IdKind>;
