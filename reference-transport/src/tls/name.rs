//! Which names a certificate shows, and whether they are the ones that a connector wants.
//!
//! *Our reading* (AMB-04, AMB-22): a domain is looked for in the subject alternative names, and in the common name
//! only where there are none; a wildcard stands for one label. An exact name may stand in either, and a wildcard is
//! not exact.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// A name that a certificate must show. Letters compare without regard to case, a final dot does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameRule {
    /// This address, as an iPAddress of the subject alternative names: a smart host that is an address with
    /// `BasicAuthRequireTLS`.
    Address(IpAddr),
    /// This domain, or for `*.contoso.test` any name of one label more: `-TlsDomain`.
    Domain(String),
    /// This name, spelt out: a smart host with `BasicAuthRequireTLS`.
    Exact(String),
}

/// The names in a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresentedNames {
    /// Whether it has subject alternative names of any kind.
    pub has_alternative: bool,
    /// dNSName entries.
    pub dns: Vec<String>,
    /// iPAddress entries.
    pub addresses: Vec<IpAddr>,
    /// Common names of the subject.
    pub common: Vec<String>,
}

impl PresentedNames {
    /// Reads them; `None` if this is no certificate.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        let mut names = Self::default();
        names
            .common
            .extend(parsed.subject().iter_common_name().filter_map(|name| Some(name.as_str().ok()?.to_owned())));
        if let Some(extension) = parsed.subject_alternative_name().ok()? {
            names.has_alternative = true;
            for name in &extension.value.general_names {
                match name {
                    GeneralName::DNSName(name) => names.dns.push((*name).to_owned()),
                    GeneralName::IPAddress(octets) => names.addresses.extend(address(octets)),
                    _ => {}
                }
            }
        }
        Some(names)
    }
}

impl NameRule {
    /// Whether one of `names` is the one that is wanted.
    #[must_use]
    pub fn is_met_by(&self, names: &PresentedNames) -> bool {
        match self {
            Self::Address(address) => names.addresses.contains(address),
            Self::Domain(domain) => {
                let presented = if names.has_alternative { &names.dns } else { &names.common };
                presented.iter().any(|name| domain_matches(name, domain))
            }
            Self::Exact(wanted) => names.dns.iter().chain(&names.common).any(|name| same(name, wanted)),
        }
    }
}

fn domain_matches(presented: &str, wanted: &str) -> bool {
    same(presented, wanted)
        || one_label_under(wanted, presented)
        || wanted.strip_prefix("*.").is_some_and(|base| is_one_label_under(presented, base))
}

/// Whether `pattern` is a wildcard that stands for `name`. One for a whole top-level domain stands for nothing.
fn one_label_under(name: &str, pattern: &str) -> bool {
    pattern
        .strip_prefix("*.")
        .is_some_and(|base| base.trim_end_matches('.').contains('.') && is_one_label_under(name, base))
}

fn is_one_label_under(name: &str, base: &str) -> bool {
    name.split_once('.').is_some_and(|(label, parent)| !label.is_empty() && !label.contains('*') && same(parent, base))
}

fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.strip_suffix('.').unwrap_or(a), b.strip_suffix('.').unwrap_or(b));
    !a.is_empty() && a.eq_ignore_ascii_case(b)
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    match octets.len() {
        4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dns: &[&str], common: &[&str]) -> PresentedNames {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        PresentedNames {
            has_alternative: !dns.is_empty(),
            dns: owned(dns),
            common: owned(common),
            addresses: Vec::new(),
        }
    }

    #[track_caller]
    fn check_domain(wanted: &str, dns: &[&str], common: &[&str], expected: bool) {
        let met = NameRule::Domain(wanted.into()).is_met_by(&names(dns, common));
        assert_eq!(met, expected, "{wanted}: {dns:?} {common:?}");
    }

    #[track_caller]
    fn check_exact(wanted: &str, dns: &[&str], common: &[&str], expected: bool) {
        let met = NameRule::Exact(wanted.into()).is_met_by(&names(dns, common));
        assert_eq!(met, expected, "{wanted}: {dns:?} {common:?}");
    }

    #[test]
    fn a_domain_is_matched_by_itself_and_by_a_wildcard_of_one_label() {
        check_domain("mail.contoso.test", &["mail.contoso.test"], &[], true);
        check_domain("MAIL.contoso.test", &["mail.CONTOSO.test."], &[], true);
        check_domain("mail.contoso.test", &["other.contoso.test", "mail.contoso.test"], &[], true);
        check_domain("mail.contoso.test", &["*.contoso.test"], &[], true);
        check_domain("a.mail.contoso.test", &["*.contoso.test"], &[], false);
        check_domain("contoso.test", &["*.contoso.test"], &[], false);
        check_domain("contoso.test", &["*.test"], &[], false);
        check_domain("mail.contoso.test", &["m*.contoso.test"], &[], false);
        check_domain("mail.contoso.test", &["*"], &[], false);
        check_domain("mail.contoso.test", &["contoso.test", "xmail.contoso.test"], &[], false);
    }

    #[test]
    fn a_wanted_wildcard_is_any_name_of_one_label_more() {
        check_domain("*.contoso.test", &["mail.contoso.test"], &[], true);
        check_domain("*.contoso.test", &["*.contoso.test"], &[], true);
        check_domain("*.contoso.test", &["contoso.test"], &[], false);
        check_domain("*.contoso.test", &["a.b.contoso.test"], &[], false);
    }

    #[test]
    fn the_common_name_counts_only_without_alternative_names() {
        check_domain("mail.contoso.test", &[], &["mail.contoso.test"], true);
        check_domain("mail.contoso.test", &["other.test"], &["mail.contoso.test"], false);
        let addresses_alone =
            PresentedNames { has_alternative: true, common: vec!["mail.contoso.test".into()], ..Default::default() };
        assert!(!NameRule::Domain("mail.contoso.test".into()).is_met_by(&addresses_alone));
    }

    #[test]
    fn an_exact_name_stands_in_either_place_and_is_no_wildcard() {
        check_exact("relay.contoso.test", &["RELAY.contoso.TEST"], &[], true);
        check_exact("relay.contoso.test", &["other.test"], &["relay.contoso.test"], true);
        check_exact("relay.contoso.test", &["*.contoso.test"], &["*.contoso.test"], false);
        check_exact("relay.contoso.test", &["relay.contoso.test.evil.test"], &[], false);
        check_exact("relay.contoso.test", &[], &[], false);
    }

    #[test]
    fn an_address_is_matched_by_an_address_alone() {
        let address: IpAddr = [192, 0, 2, 20].into();
        let mut presented = names(&["192.0.2.20"], &["192.0.2.20"]);
        assert!(!NameRule::Address(address).is_met_by(&presented));
        presented.addresses.push(address);
        assert!(NameRule::Address(address).is_met_by(&presented));
    }
}
