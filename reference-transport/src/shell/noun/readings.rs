//! Texts that several nouns read alike.

use std::{net::IpAddr, time::Duration};

use crate::{
    connector::SmartHost,
    domain::Domain,
    shell::{
        ShellError,
        value::{Argument, Reading},
    },
};

/// Longest name of an object, in octets.
const NAME_OCTETS_MAX: usize = 64;

/// A day, in seconds.
pub(super) const DAY: u64 = 86_400;

/// The name of an object.
pub(super) fn object_name(argument: &Argument) -> Result<String, ShellError> {
    let name = argument.text("Name")?;
    if name.trim().is_empty() || name.len() > NAME_OCTETS_MAX || name.chars().any(char::is_control) {
        return Err(argument.bad("Name", "1 to 64 octets without control characters"));
    }
    Ok(name.to_owned())
}

/// A name, not an address; `None` for `$null`.
pub(super) fn domain_name(reading: &Reading<'_>) -> Result<Option<String>, ShellError> {
    let domain = reading.parsed(Domain::parse)?;
    domain.map(|domain| domain.name().map(str::to_owned).ok_or_else(|| not_a_name(reading))).transpose()
}

/// A domain, or every subdomain of one: `*.contoso.com` (TLS-15).
pub(super) fn tls_domain(reading: &Reading<'_>) -> Result<Option<String>, ShellError> {
    let Some(text) = reading.text()? else { return Ok(None) };
    let (front, rest) = text.strip_prefix("*.").map_or(("", text.as_str()), |rest| ("*.", rest));
    let domain = Domain::parse(rest).map_err(|error| reading.argument.bad(reading.name, error.to_string()))?;
    domain.name().map(|name| Some(format!("{front}{name}"))).ok_or_else(|| not_a_name(reading))
}

fn not_a_name(reading: &Reading<'_>) -> ShellError {
    reading.argument.bad(reading.name, "a name, not an address")
}

/// A domain of one's own or of a partner; no wildcard (TLS-22).
pub(super) fn domain(name: &'static str, item: &Argument) -> Result<Domain, ShellError> {
    let domain = Domain::parse(item.text(name)?).map_err(|error| item.bad(name, error.to_string()))?;
    if domain.name().is_none() {
        return Err(item.bad(name, "a name, not an address"));
    }
    Ok(domain)
}

/// An address, with or without brackets, or a name (SMH-03 to SMH-06).
pub(super) fn smart_host(name: &'static str, item: &Argument) -> Result<SmartHost, ShellError> {
    let text = item.text(name)?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse() {
        return Ok(SmartHost::Address(address));
    }
    // Four numbers with dots are a mistyped address, not a name.
    if bare.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.') {
        return Err(item.bad(name, "an address or a name"));
    }
    let domain = Domain::parse(text).map_err(|error| item.bad(name, format!("an address or a name; {error}")))?;
    match (domain.address(), domain.name()) {
        (Some(address), _) => Ok(SmartHost::Address(address)),
        (None, Some(host)) => Ok(SmartHost::Name(host.to_owned())),
        (None, None) => Err(item.bad(name, "an address or a name")),
    }
}

/// An address of a name server.
pub(super) fn address(name: &'static str, item: &Argument) -> Result<IpAddr, ShellError> {
    item.text(name)?.parse().map_err(|_| item.bad(name, "an address"))
}

/// A time span between these, both included.
pub(super) fn span(reading: &Reading<'_>, from_secs: u64, to_secs: u64) -> Result<Duration, ShellError> {
    reading.timespan(from_secs..to_secs + 1)
}
