//! Domains and mailboxes as routing sees them: compared without regard to case, read once.
//!
//! # Not here
//!
//! The full grammar of a local part (RFC 5321 §4.1.2): only what could carry a second command or a second
//! recipient is refused. What a next hop thinks of the rest is its own affair.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use hickory_proto::rr::Name;

/// Longest name, in octets, without the final dot: RFC 1035 §2.3.4, as text.
pub const DOMAIN_OCTETS_MAX: usize = 253;

/// Longest label, in octets: RFC 1035 §2.3.4.
pub const LABEL_OCTETS_MAX: usize = 63;

/// What follows the `@` of a mailbox: a name, or an address literal (RFC 5321 §4.1.2, §4.1.3).
///
/// A name is kept in lower case, without a final dot, in A-label form (ADR-08, ADR-22).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Domain(Kind);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Literal(IpAddr),
    Name(String),
}

impl Domain {
    /// Reads a name or an address literal.
    ///
    /// # Errors
    ///
    /// If it is neither: [`DomainError`] says at which label or octet.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        if let Some(inner) = text.strip_prefix('[') {
            return literal(inner).map(|address| Self(Kind::Literal(address)));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.is_empty() {
            return Err(DomainError::Empty);
        }
        let name = if name.is_ascii() { name.to_owned() } else { a_labels(name)? };
        check_name(&name)?;
        Ok(Self(Kind::Name(name.to_ascii_lowercase())))
    }

    /// The name; `None` for an address literal.
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Kind::Literal(_) => None,
            Kind::Name(name) => Some(name),
        }
    }

    /// The address of an address literal; `None` for a name.
    pub fn address(&self) -> Option<IpAddr> {
        match &self.0 {
            Kind::Literal(address) => Some(*address),
            Kind::Name(_) => None,
        }
    }

    /// How many labels the name has; an address literal has none.
    pub fn label_count(&self) -> usize {
        self.name().map_or(0, |name| name.split('.').count())
    }

    /// Whether this is `other` or a subdomain of it, at any depth. An address literal is under nothing (ADR-21).
    pub fn is_at_or_under(&self, other: &Self) -> bool {
        let (Some(own), Some(other)) = (self.name(), other.name()) else {
            return self == other;
        };
        // The dot keeps `xcontoso.com` out of `contoso.com` (ADR-07).
        own == other || own.strip_suffix(other).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Literal(IpAddr::V4(address)) => write!(f, "[{address}]"),
            Kind::Literal(IpAddr::V6(address)) => write!(f, "[IPv6:{address}]"),
            Kind::Name(name) => f.write_str(name),
        }
    }
}

/// Why a text is no domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainError {
    /// Something else than a letter, a digit or a hyphen inside a label (RFC 5321 §4.1.2, sub-domain).
    #[error("`{character}` does not belong in a domain")]
    Character {
        /// The first such character.
        character: char,
    },
    /// Nothing stands there.
    #[error("the domain is empty")]
    Empty,
    /// A label begins or ends with a hyphen.
    #[error("label `{label}` begins or ends with a hyphen")]
    Hyphen {
        /// The label.
        label: String,
    },
    /// Two dots in a row, or a dot at the front.
    #[error("a label is empty")]
    LabelEmpty,
    /// More than [`LABEL_OCTETS_MAX`].
    #[error("label `{label}` is longer than 63 octets")]
    LabelLong {
        /// The label.
        label: String,
    },
    /// An address literal that is neither `[192.0.2.5]` nor `[IPv6:2001:db8::5]`.
    #[error("`[{inner}` is no address literal")]
    Literal {
        /// What follows the bracket.
        inner: String,
    },
    /// More than [`DOMAIN_OCTETS_MAX`].
    #[error("the domain is longer than 253 octets")]
    Long,
    /// It has characters outside ASCII and no A-label form (RFC 5890).
    #[error("`{name}` has no A-label form")]
    NoALabel {
        /// As it was given.
        name: String,
    },
}

fn literal(inner: &str) -> Result<IpAddr, DomainError> {
    let error = || DomainError::Literal { inner: inner.to_owned() };
    let address = inner.strip_suffix(']').ok_or_else(error)?;
    match address.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => {
            address[5..].parse::<Ipv6Addr>().map(IpAddr::V6).map_err(|_| error())
        }
        _ => address.parse::<Ipv4Addr>().map(IpAddr::V4).map_err(|_| error()),
    }
}

fn a_labels(name: &str) -> Result<String, DomainError> {
    let error = || DomainError::NoALabel { name: name.to_owned() };
    let ascii = Name::from_utf8(name).map_err(|_| error())?.to_ascii();
    if ascii.is_ascii() { Ok(ascii.trim_end_matches('.').to_owned()) } else { Err(error()) }
}

fn check_name(name: &str) -> Result<(), DomainError> {
    for label in name.split('.') {
        if label.is_empty() {
            return Err(DomainError::LabelEmpty);
        }
        if let Some(character) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(DomainError::Character { character });
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(DomainError::Hyphen { label: label.to_owned() });
        }
        if label.len() > LABEL_OCTETS_MAX {
            return Err(DomainError::LabelLong { label: label.to_owned() });
        }
    }
    if name.len() > DOMAIN_OCTETS_MAX { Err(DomainError::Long) } else { Ok(()) }
}

/// A mailbox, split where its domain begins (RFC 5321 §4.1.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mailbox {
    /// As it was given, with its quotes: only the final host may interpret it (RFC 5321 §2.3.11).
    pub local_part: String,
    /// What follows the last `@` outside quotes (ADR-09).
    pub domain: Domain,
}

impl Mailbox {
    /// Reads `local-part@domain`, with or without the angle brackets of a path.
    ///
    /// # Errors
    ///
    /// If there is no `@` outside quotes, a part is missing, a quote stays open, an octet could end a command
    /// line, or the domain is none.
    pub fn parse(text: &str) -> Result<Self, MailboxError> {
        let text = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
        if let Some(character) = text.chars().find(|c| c.is_control()) {
            return Err(MailboxError::Character { character });
        }
        let at = last_at_outside_quotes(text)?.ok_or(MailboxError::NoAt)?;
        let local_part = &text[..at];
        if local_part.is_empty() {
            return Err(MailboxError::NoLocalPart);
        }
        let domain = Domain::parse(&text[at + 1..]).map_err(|source| MailboxError::Domain { source })?;
        Ok(Self { local_part: local_part.to_owned(), domain })
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local_part, self.domain)
    }
}

/// Why a text is no mailbox.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailboxError {
    /// A control character anywhere, or a blank or an angle bracket outside quotes.
    #[error("{character:?} does not belong in a mailbox")]
    Character {
        /// The first such character.
        character: char,
    },
    /// What follows the last `@` is no domain.
    #[error("the domain is unreadable: {source}")]
    Domain {
        /// Why.
        source: DomainError,
    },
    /// No `@` outside quotes.
    #[error("there is no `@` outside quotes")]
    NoAt,
    /// Nothing stands before the `@`.
    #[error("the local part is empty")]
    NoLocalPart,
    /// A quoted string that does not end.
    #[error("a quote is not closed")]
    OpenQuote,
}

fn last_at_outside_quotes(text: &str) -> Result<Option<usize>, MailboxError> {
    let (mut at, mut quoted, mut escaped) = (None, false, false);
    for (index, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '@' if !quoted => at = Some(index),
            ' ' | '<' | '>' if !quoted => return Err(MailboxError::Character { character }),
            _ => {}
        }
    }
    if quoted { Err(MailboxError::OpenQuote) } else { Ok(at) }
}

#[cfg(test)]
mod tests;
