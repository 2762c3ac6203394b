//! Accepted domains: whose recipients are inside, and what becomes of those that nobody knows there.

use std::fmt;

use crate::{
    domain::{Domain, DomainError},
    routing::Pattern,
};

/// What an accepted domain is to the organisation (`New-AcceptedDomain -DomainType`).
#[expect(clippy::exhaustive_enums, reason = "New-AcceptedDomain has these three")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum DomainType {
    /// Every recipient is here.
    #[default]
    Authoritative,
    /// All mail is relayed to servers outside the organisation.
    ExternalRelay,
    /// Who is not here is relayed by a Send connector (SEL-26).
    InternalRelay,
}

impl DomainType {
    /// All of them, by the word of the shell.
    pub const WORDS: [(&str, Self); 3] = [
        ("Authoritative", Self::Authoritative),
        ("ExternalRelay", Self::ExternalRelay),
        ("InternalRelay", Self::InternalRelay),
    ];

    /// The word of the shell.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authoritative => "Authoritative",
            Self::ExternalRelay => "ExternalRelay",
            Self::InternalRelay => "InternalRelay",
        }
    }
}

/// A domain, or a domain with its subdomains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedDomain {
    /// Unique, case ignored (`-Name`).
    pub name: String,
    /// `-DomainName`: `contoso.com`.
    pub domain: Domain,
    /// Whether it was written `*.contoso.com`, which covers `contoso.com`, too.
    pub with_subdomains: bool,
    /// `-DomainType`.
    pub kind: DomainType,
    /// Whether it is the one that names of new mailboxes get; the first one is (`-MakeDefault`).
    pub is_default: bool,
}

impl AcceptedDomain {
    /// An authoritative domain that is named as itself.
    pub fn authoritative(domain: Domain) -> Self {
        let kind = DomainType::Authoritative;
        Self { name: domain.to_string(), domain, with_subdomains: false, kind, is_default: false }
    }

    /// Reads `contoso.com` or `*.contoso.com`.
    ///
    /// # Errors
    ///
    /// If what is left is no domain.
    pub fn read(text: &str) -> Result<(Domain, bool), DomainError> {
        match text.strip_prefix("*.") {
            Some(rest) => Ok((Domain::parse(rest)?, true)),
            None => Ok((Domain::parse(text)?, false)),
        }
    }

    /// Whether a recipient in `domain` is inside.
    pub fn covers(&self, domain: &Domain) -> bool {
        if self.with_subdomains { domain.is_at_or_under(&self.domain) } else { self.domain == *domain }
    }

    /// As an address space `--` stands for it; not for an external relay (ADR-11).
    pub(super) fn pattern(&self) -> Option<Pattern> {
        (self.kind != DomainType::ExternalRelay).then(|| {
            let of = if self.with_subdomains { Pattern::DomainAndSubdomains } else { Pattern::Domain };
            of(self.domain.clone())
        })
    }
}

impl fmt::Display for AcceptedDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.with_subdomains { "*." } else { "" }, self.domain)
    }
}
