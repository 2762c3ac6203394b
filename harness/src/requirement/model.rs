//! What the catalogue holds: requirements, conflicts between them, and faults of real senders.

use serde::{Deserialize, Serialize};

/// One sentence that a sender is held to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `SEL-06` for the Send connector, `R4954-14-1` for the first requirement of RFC 4954 §14.
    pub id: String,
    /// How firmly its source asks.
    pub strength: Strength,
    /// Who asks.
    pub basis: Basis,
    /// The source asks without a capital keyword of RFC 2119: an absolute, a lower-case word, or a definition.
    #[serde(default)]
    pub plain: bool,
    /// Where it can be seen; never empty.
    pub surface: Vec<Surface>,
    /// What is asked, in words of this project.
    pub sentence: String,
    /// Where it stands: `RFC 5321 §4.5.2`, or the name of a page of the Exchange documentation.
    pub source: String,
    /// What the text of the source supports where it asks for less, or for something else, than the sentence.
    pub note: Option<String>,
    /// Why no case is to ask it; the coverage says so. A case that asks it all the same counts.
    pub exempt: Option<String>,
    /// Requirements and faults that say the same: one case serves all.
    #[serde(default)]
    pub same: Vec<String>,
    /// Requirements and faults of the same world with another claim.
    #[serde(default)]
    pub near: Vec<String>,
    /// Ids of the [`Conflict`]s in which it stands.
    #[serde(default)]
    pub conflicts: Vec<String>,
}

/// How firmly a requirement is asked.
#[expect(clippy::exhaustive_enums, reason = "RFC 2119, and documented defaults")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Strength {
    /// A documented value that holds where nothing is configured; a claim writes it MUST.
    Default,
    /// Both ways are lawful: it keeps cases from failing one of them, and is never a finding by itself.
    May,
    /// Unconditional.
    Must,
    /// Advice.
    Should,
}

impl Strength {
    /// Whether a MUST claim may rest on it.
    #[must_use]
    pub fn carries_must(self) -> bool {
        matches!(self, Self::Default | Self::Must)
    }
}

/// Who asks. Verdicts are summed by it; the order is the order of weight, firmest last.
#[expect(clippy::exhaustive_enums, reason = "a new basis is a new summary line in every report")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// This project: nobody states it, but what is stated could be met in name only without it.
    Ours,
    /// The documentation of Exchange.
    Exchange,
    /// An RFC.
    Rfc,
}

impl Basis {
    /// As the command line and reports write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Ours => "ours",
            Self::Rfc => "rfc",
        }
    }
}

/// Where a requirement can be seen.
#[expect(clippy::exhaustive_enums, reason = "the catalogue's own three letters")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Surface {
    /// In logs, in the queue, or in notifications.
    #[serde(rename = "L")]
    Log,
    /// In how the MTA takes and shows its configuration.
    #[serde(rename = "M")]
    Management,
    /// On the wire, or in DNS queries.
    #[serde(rename = "W")]
    Wire,
}

/// Two sources that ask for different things.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// `CF-03`.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Who asks for what.
    pub clash: String,
    /// What is asked then, and of whom.
    pub ruling: String,
}

/// A fault that some real sender had; a claim names it beside the requirement that forbids it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `SF-STL-01`.
    pub id: String,
    /// What it cost.
    pub severity: Severity,
    /// The fault in one sentence.
    pub summary: String,
}

/// What a fault costs.
#[expect(clippy::exhaustive_enums, reason = "the catalogue's own four steps")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Cosmetic, or efficiency.
    Low,
    /// Delay, or a feature that is lost in part.
    Medium,
    /// Mail wrongly bounced, doubled or exposed.
    High,
    /// Secrets, a wrong recipient, or mail lost.
    Critical,
}
