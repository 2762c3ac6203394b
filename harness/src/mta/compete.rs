//! Whether connectors compete for a recipient, for an MTA that would have to be given an order of them.

use mtaspec_reference_transport::{connector::Connector, domain::Domain, routing::Pattern};

use super::StartError;

/// Refuses connectors that serve a domain in common, whichever of them is closer: an order of the adapter's would decide.
/// Refuses an address space that is no domain, too.
///
/// # Errors
///
/// [`StartError::Unsupported`], naming the two spaces.
pub(super) fn refuse_choices(connectors: &[&Connector]) -> Result<(), StartError> {
    let mut taken: Vec<(&Pattern, &str)> = Vec::new();
    for connector in connectors {
        for pattern in connector.address_spaces.iter().map(|space| &space.pattern) {
            if matches!(pattern, Pattern::AcceptedDomains | Pattern::Foreign { .. }) {
                return Err(StartError::unsupported("an address space that is no domain"));
            }
            let competes = |&&(other, owner): &&(&Pattern, &str)| {
                owner != connector.name.as_str() && both_serve_some(other, pattern)
            };
            if let Some((other, _)) = taken.iter().find(competes) {
                let spaces = format!("`{}` and `{}`", word(other), word(pattern));
                return Err(StartError::unsupported(format!("the choice between connectors that have {spaces}")));
            }
            taken.push((pattern, &connector.name));
        }
    }
    Ok(())
}

/// Whether there is a domain that both serve.
fn both_serve_some(one: &Pattern, other: &Pattern) -> bool {
    match (one, other) {
        (Pattern::Domain(one), Pattern::Domain(other)) => one == other,
        (Pattern::Domain(own), Pattern::DomainAndSubdomains(top))
        | (Pattern::DomainAndSubdomains(top), Pattern::Domain(own)) => is_within(own, top),
        (Pattern::DomainAndSubdomains(one), Pattern::DomainAndSubdomains(other)) => {
            is_within(one, other) || is_within(other, one)
        }
        (Pattern::Foreign { .. } | Pattern::AcceptedDomains, _)
        | (_, Pattern::Foreign { .. } | Pattern::AcceptedDomains) => false,
        (Pattern::All, _) | (_, Pattern::All) => true,
    }
}

fn is_within(domain: &Domain, top: &Domain) -> bool {
    let (domain, top) = (domain.to_string(), top.to_string());
    domain.strip_suffix(&top).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn word(pattern: &Pattern) -> String {
    match pattern {
        Pattern::AcceptedDomains => "--".to_owned(),
        Pattern::All => "*".to_owned(),
        Pattern::Domain(domain) => domain.to_string(),
        Pattern::DomainAndSubdomains(domain) => format!("*.{domain}"),
        Pattern::Foreign { kind, space } => format!("{kind}:{space}"),
    }
}
