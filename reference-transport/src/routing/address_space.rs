//! The recipient domains that a Send connector serves.

use std::{fmt, str::FromStr};

use super::x400;
use crate::domain::{Domain, DomainError};

/// The recipient domains that a Send connector serves, and the cost of choosing it.
///
/// Exchange writes `SMTP:*.contoso.com;5` (`New-SendConnector -AddressSpaces`); type and cost may be left out (ADR-01).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AddressSpace {
    /// Which domains.
    pub pattern: Pattern,
    /// Lower is preferred, among equally close spaces (SEL-11).
    pub cost: Cost,
}

/// Which domains an address space covers.
#[expect(clippy::exhaustive_enums, reason = "New-SendConnector -AddressSpaces knows these")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// `--`: the accepted domains, but external relays (ADR-10, ADR-11). The directory puts them in its side.
    AcceptedDomains,
    /// `*`: every domain, and every address literal (ADR-05, ADR-21).
    All,
    /// `contoso.com`: that domain, no subdomain (ADR-06).
    Domain(Domain),
    /// `*.contoso.com`: that domain and every subdomain (ADR-07).
    DomainAndSubdomains(Domain),
    /// `FAX:anything`: no domain at all (ADR-13 to ADR-15).
    Foreign {
        /// In upper case, as it is compared: `FAX`, `X400`.
        kind: String,
        /// As it was given.
        space: String,
    },
}

/// What a connector costs: 1 to 100, 1 unless it is stated (ADR-01, ADR-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost(u8);

impl Cost {
    /// The cost that is not stated.
    pub const DEFAULT: Self = Self(1);

    /// The cost, or `None` outside 1 to 100.
    pub fn new(cost: u8) -> Option<Self> {
        (1..=100).contains(&cost).then_some(Self(cost))
    }

    /// As a number.
    pub fn value(self) -> u8 {
        self.0
    }
}

/// How closely a space matches a domain; greater is closer (SEL-05).
///
/// More labels are closer (SEL-08, SEL-09), and the bare domain is closer than its own wildcard (SEL-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Closeness {
    labels: usize,
    exact: bool,
}

/// Whose connectors an address space is for.
#[expect(clippy::exhaustive_enums, reason = "a connector lives in one of the two (MOD-03)")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// An Edge server: SMTP alone (ADR-12), and `--` (ADR-10).
    Edge,
    /// A Mailbox server: any type (ADR-13).
    Mailbox,
}

impl AddressSpace {
    /// `--` at a cost of 1.
    pub fn accepted_domains() -> Self {
        Self { pattern: Pattern::AcceptedDomains, cost: Cost::DEFAULT }
    }

    /// `*` at this cost, or at 1 if that is none.
    pub fn everything(cost: u8) -> Self {
        Self { pattern: Pattern::All, cost: Cost::new(cost).unwrap_or(Cost::DEFAULT) }
    }

    /// Reads `type:space;cost` for a connector at that side (ADR-01).
    ///
    /// # Errors
    ///
    /// If it is none, or none for that side.
    pub fn parse_for(text: &str, side: Side) -> Result<Self, AddressSpaceError> {
        let (kind, rest) = text.split_once(':').unwrap_or(("SMTP", text));
        let is_smtp = kind.trim().eq_ignore_ascii_case("SMTP");
        match side {
            Side::Edge if !is_smtp => Err(AddressSpaceError::Kind { found: kind.to_owned() }),
            _ if is_smtp => smtp(rest, side),
            _ => foreign(kind.trim(), rest),
        }
    }

    /// Whether recipients of it have addresses of SMTP.
    pub fn is_smtp(&self) -> bool {
        !matches!(self.pattern, Pattern::Foreign { .. })
    }

    /// How closely the space matches `domain`; `None` if it does not cover it.
    pub fn closeness(&self, domain: &Domain) -> Option<Closeness> {
        match &self.pattern {
            Pattern::AcceptedDomains | Pattern::Foreign { .. } => None,
            Pattern::All => Some(Closeness { labels: 0, exact: false }),
            Pattern::Domain(own) => (own == domain).then(|| Closeness { labels: own.label_count(), exact: true }),
            Pattern::DomainAndSubdomains(own) => {
                domain.is_at_or_under(own).then(|| Closeness { labels: own.label_count(), exact: false })
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AcceptedDomains => f.write_str("--"),
            Self::All => f.write_str("*"),
            Self::Domain(domain) => write!(f, "{domain}"),
            Self::DomainAndSubdomains(domain) => write!(f, "*.{domain}"),
            Self::Foreign { space, .. } => f.write_str(space),
        }
    }
}

impl fmt::Display for AddressSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.pattern {
            Pattern::Foreign { kind, .. } => kind,
            _ => "SMTP",
        };
        write!(f, "{kind}:{};{}", self.pattern, self.cost.0)
    }
}

/// Why a text is no address space.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressSpaceError {
    /// What follows the semicolon is not 1 to 100 (ADR-03).
    #[error("cost `{found}` is not a number from 1 to 100")]
    Cost {
        /// What stands there.
        found: String,
    },
    /// The name is none (ADR-04).
    #[error("`{found}` is no domain: {source}")]
    Domain {
        /// What stands there.
        found: String,
        /// Why.
        source: DomainError,
    },
    /// `--` belongs to an Edge server (ADR-10).
    #[error("`--` is for a connector of an Edge server")]
    EdgeOnly,
    /// An empty space, or one with a control character.
    #[error("`{found}` is no text for an address space")]
    Foreign {
        /// What stands there.
        found: String,
    },
    /// A type that an Edge server does not have (ADR-12).
    #[error("type `{found}` is none for an Edge server, only SMTP")]
    Kind {
        /// What stands before the colon.
        found: String,
    },
    /// An asterisk that is not a whole first label, or an address literal (ADR-04).
    #[error("`{found}` is neither `*`, `contoso.com` nor `*.contoso.com`")]
    Pattern {
        /// What stands there.
        found: String,
    },
    /// No address of RFC 1685 (ADR-14).
    #[error("`{found}` is no X.400 address, such as `c=us;a=adatum;p=MyOrg;o=MySite`: {why}")]
    X400 {
        /// What stands there.
        found: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl FromStr for AddressSpace {
    type Err = AddressSpaceError;

    /// For a connector of a Mailbox server.
    fn from_str(text: &str) -> Result<Self, AddressSpaceError> {
        Self::parse_for(text, Side::Mailbox)
    }
}

fn smtp(rest: &str, side: Side) -> Result<AddressSpace, AddressSpaceError> {
    let (pattern, cost) = match rest.split_once(';') {
        Some((pattern, cost)) => (pattern, read_cost(cost.trim())?),
        None => (rest, Cost::DEFAULT),
    };
    Ok(AddressSpace { pattern: read_pattern(pattern.trim(), side)?, cost })
}

/// What follows the last semicolon is the cost: a space with a semicolon in it has to state one (ADR-16).
fn foreign(kind: &str, rest: &str) -> Result<AddressSpace, AddressSpaceError> {
    let (space, cost) = match rest.rsplit_once(';') {
        Some((space, cost)) => (space, read_cost(cost.trim())?),
        None => (rest, Cost::DEFAULT),
    };
    // Blanks belong to it: `a= ` is an attribute with a value.
    let wrong = |text: &str| text.trim().is_empty() || text.chars().any(char::is_control);
    if let Some(found) = [kind, space].into_iter().find(|text| wrong(text)) {
        return Err(AddressSpaceError::Foreign { found: found.to_owned() });
    }
    if kind.eq_ignore_ascii_case("X400") {
        x400::check(space).map_err(|why| AddressSpaceError::X400 { found: space.to_owned(), why })?;
    }
    let pattern = Pattern::Foreign { kind: kind.to_ascii_uppercase(), space: space.to_owned() };
    Ok(AddressSpace { pattern, cost })
}

fn read_cost(text: &str) -> Result<Cost, AddressSpaceError> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let cost = if digits { text.parse().ok().and_then(Cost::new) } else { None };
    cost.ok_or_else(|| AddressSpaceError::Cost { found: text.to_owned() })
}

fn read_pattern(text: &str, side: Side) -> Result<Pattern, AddressSpaceError> {
    let name = |name: &str| {
        if name.contains('*') || name.starts_with('[') {
            return Err(AddressSpaceError::Pattern { found: text.to_owned() });
        }
        Domain::parse(name).map_err(|source| AddressSpaceError::Domain { found: text.to_owned(), source })
    };
    match text {
        "*" => Ok(Pattern::All),
        "--" if side == Side::Edge => Ok(Pattern::AcceptedDomains),
        "--" => Err(AddressSpaceError::EdgeOnly),
        _ => match text.strip_prefix("*.") {
            Some(rest) => name(rest).map(Pattern::DomainAndSubdomains),
            None => name(text).map(Pattern::Domain),
        },
    }
}

#[cfg(test)]
mod tests;
