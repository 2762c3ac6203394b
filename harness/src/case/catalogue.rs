//! What the reader of pages asks of the requirement catalogue: whether an id is known, and how firm it is.

/// What an id in a claim names.
#[expect(clippy::exhaustive_enums, reason = "a claim cites these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A fault that senders are known for: `SF-STL-01`.
    Fault,
    /// A requirement: `SEL-06`, `R4954-14-1`.
    Requirement(Strength),
}

/// How firm a requirement is.
#[expect(clippy::exhaustive_enums, reason = "RFC 2119 §1 to §5, and the documented default")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Either way is lawful.
    May,
    /// RECOMMENDED.
    Should,
    /// The documented value where nothing is configured.
    Default,
    /// REQUIRED.
    Must,
}

/// Looks an id up.
pub type Catalogue<'a> = &'a dyn Fn(&str) -> Option<IdKind>;
