//! Why a name led nowhere: "there is none" and "I could not find out" are never the same.

use crate::reply::EnhancedCode;

/// Why a name did not lead to a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The text is no domain name.
    #[error("`{name}` is no domain name")]
    BadName {
        /// As it was given.
        name: String,
    },
    /// No server answered, or none said what it could answer (DNS-09).
    #[error("DNS query failed: {record} {name}: {why}")]
    Failed {
        /// The record type.
        record: &'static str,
        /// The name that was asked for.
        name: String,
        /// What each server did.
        why: String,
    },
    /// The host exists and has no address.
    #[error("no address records for `{name}`")]
    NoAddresses {
        /// The host.
        name: String,
    },
    /// The domain does not exist (DNS-08).
    #[error("the domain `{name}` does not exist")]
    NoSuchDomain {
        /// The domain.
        name: String,
    },
    /// The domain says that it takes no mail: a null MX (DNS-07).
    #[error("the domain `{name}` takes no mail (null MX)")]
    TakesNoMail {
        /// The domain.
        name: String,
    },
}

impl ResolveError {
    /// Whether trying again is pointless, for a recipient's domain.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::BadName { .. } | Self::NoSuchDomain { .. } | Self::TakesNoMail { .. })
    }

    /// The enhanced status code for reports.
    #[must_use]
    pub fn status(&self) -> EnhancedCode {
        match self {
            Self::BadName { .. } => EnhancedCode::new(5, 1, 2),
            Self::Failed { .. } | Self::NoAddresses { .. } => EnhancedCode::new(4, 4, 0),
            Self::NoSuchDomain { .. } => EnhancedCode::new(5, 4, 4),
            Self::TakesNoMail { .. } => EnhancedCode::new(5, 1, 10),
        }
    }
}
