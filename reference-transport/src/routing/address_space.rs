//! The recipient domains that a Send connector serves.

use std::{fmt, str::FromStr};

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
#[expect(clippy::exhaustive_enums, reason = "New-SendConnector -AddressSpaces knows these, but for `--` on an Edge")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// `*`: every domain, and every address literal (ADR-05, ADR-21).
    All,
    /// `contoso.com`: that domain, no subdomain (ADR-06).
    Domain(Domain),
    /// `*.contoso.com`: that domain and every subdomain (ADR-07).
    DomainAndSubdomains(Domain),
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

impl AddressSpace {
    /// How closely the space matches `domain`; `None` if it does not cover it.
    pub fn closeness(&self, domain: &Domain) -> Option<Closeness> {
        match &self.pattern {
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
            Self::All => f.write_str("*"),
            Self::Domain(domain) => write!(f, "{domain}"),
            Self::DomainAndSubdomains(domain) => write!(f, "*.{domain}"),
        }
    }
}

impl fmt::Display for AddressSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SMTP:{};{}", self.pattern, self.cost.0)
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
    /// A type that needs addresses which the transport does not know (ADR-13).
    #[error("type `{found}` is not understood, only SMTP")]
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
}

impl FromStr for AddressSpace {
    type Err = AddressSpaceError;

    fn from_str(text: &str) -> Result<Self, AddressSpaceError> {
        let (kind, rest) = text.split_once(':').unwrap_or(("SMTP", text));
        if !kind.trim().eq_ignore_ascii_case("SMTP") {
            return Err(AddressSpaceError::Kind { found: kind.to_owned() });
        }
        let (pattern, cost) = match rest.split_once(';') {
            Some((pattern, cost)) => (pattern, read_cost(cost.trim())?),
            None => (rest, Cost::DEFAULT),
        };
        Ok(Self { pattern: read_pattern(pattern.trim())?, cost })
    }
}

fn read_cost(text: &str) -> Result<Cost, AddressSpaceError> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let cost = if digits { text.parse().ok().and_then(Cost::new) } else { None };
    cost.ok_or_else(|| AddressSpaceError::Cost { found: text.to_owned() })
}

fn read_pattern(text: &str) -> Result<Pattern, AddressSpaceError> {
    let name = |name: &str| {
        if name.contains('*') || name.starts_with('[') {
            return Err(AddressSpaceError::Pattern { found: text.to_owned() });
        }
        Domain::parse(name).map_err(|source| AddressSpaceError::Domain { found: text.to_owned(), source })
    };
    match text {
        "*" => Ok(Pattern::All),
        "--" => Err(AddressSpaceError::EdgeOnly),
        _ => match text.strip_prefix("*.") {
            Some(rest) => name(rest).map(Pattern::DomainAndSubdomains),
            None => name(text).map(Pattern::Domain),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let actual = text.parse::<AddressSpace>().map_or_else(|error| error.to_string(), |space| space.to_string());
        assert_eq!(actual, expected, "{text}");
    }

    #[track_caller]
    fn check_match(space: &str, domain: &str, expected: bool) {
        let space: AddressSpace = space.parse().expect("an address space");
        let domain = Domain::parse(domain).expect("a domain");
        assert_eq!(space.closeness(&domain).is_some(), expected, "{space} for {domain}");
    }

    #[test]
    fn type_and_cost_may_be_left_out() {
        for text in ["contoso.com", "SMTP:contoso.com", "contoso.com;1", "smtp:Contoso.com;1"] {
            check(text, "SMTP:contoso.com;1");
        }
        check("*", "SMTP:*;1");
        check("*.x;3", "SMTP:*.x;3");
        check("SMTP:*.contoso.com;5", "SMTP:*.contoso.com;5");
    }

    #[test]
    fn cost_is_1_to_100() {
        check("a.test;1", "SMTP:a.test;1");
        check("a.test;100", "SMTP:a.test;100");
        for cost in ["0", "101", "-1", "+1", "five", "", "256", "1;2"] {
            check(&format!("a.test;{cost}"), &format!("cost `{cost}` is not a number from 1 to 100"));
        }
    }

    #[test]
    fn an_asterisk_is_a_whole_first_label() {
        check("*.com", "SMTP:*.com;1");
        for text in ["*contoso.com", "a.*.com", "*.*.com", "**", "[192.0.2.5]"] {
            check(text, &format!("`{text}` is neither `*`, `contoso.com` nor `*.contoso.com`"));
        }
        check("contoso..com", "`contoso..com` is no domain: a label is empty");
        check("*.", "`*.` is no domain: the domain is empty");
        check("--", "`--` is for a connector of an Edge server");
        check("X400:c=us;1", "type `X400` is not understood, only SMTP");
    }

    #[test]
    fn a_bare_domain_covers_no_subdomain() {
        check_match("contoso.com", "cONTOSO.com", true);
        check_match("contoso.com", "sub.contoso.com", false);
    }

    #[test]
    fn a_wildcard_covers_its_apex_and_every_depth() {
        check_match("*.contoso.com", "contoso.com", true);
        check_match("*.contoso.com", "b.a.contoso.com", true);
        check_match("*.contoso.com", "xcontoso.com", false);
    }

    #[test]
    fn an_address_literal_matches_the_asterisk_alone() {
        check_match("*", "[192.0.2.5]", true);
        check_match("*.test", "[192.0.2.5]", false);
    }

    #[test]
    fn closer_spaces_compare_greater() {
        let domain = Domain::parse("a.b.test").expect("a domain");
        let ladder = ["*;1", "*.test;100", "*.b.test;7", "*.a.b.test;1", "a.b.test;9"];
        let closeness = ladder.map(|text| text.parse::<AddressSpace>().expect("an address space").closeness(&domain));
        assert!(closeness.is_sorted_by(|a, b| a < b), "{closeness:?}");
    }
}
