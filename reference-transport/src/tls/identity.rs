//! Certificates of our own, and which of them is shown.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rustls::{
    SignatureScheme,
    client::ResolvesClientCert,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::CertifiedKey,
};
use x509_parser::prelude::{FromDer, X509Certificate};

/// A certificate of our own, shown where a host asks for one (AUT-13, TLS-28).
#[derive(Debug)]
pub struct Identity {
    /// The name that selects it: a connector's `-Fqdn`, or the server's name.
    pub name: String,
    /// The certificate, then those that issued it.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
}

/// What a session says of the certificate that it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnCertificate {
    /// `-TlsCertificateName`; `None`: the one for the name in EHLO, else the server's.
    pub name: Option<String>,
    /// TLS counts as mutual only if the host asks for it (TLS-21).
    pub must_be_asked_for: bool,
}

/// Which certificate is shown in one handshake.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What the settings say.
    pub certificate: &'a OwnCertificate,
    /// The name in EHLO: it selects where the settings do not.
    pub client_name: &'a str,
}

/// `<I>issuer<S>subject`, as `-TlsCertificateName` has it (TLS-27).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateName {
    issuer: Vec<String>,
    subject: Vec<String>,
}

impl CertificateName {
    /// Reads it; `None` if a half is missing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (issuer, subject) = text.strip_prefix("<I>")?.split_once("<S>")?;
        let name = Self { issuer: parts(issuer), subject: parts(subject) };
        (!name.issuer.is_empty() && !name.subject.is_empty()).then_some(name)
    }

    /// That of a certificate; `None` if it is none.
    fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        let (issuer, subject) = (parsed.issuer().to_string(), parsed.subject().to_string());
        Some(Self { issuer: parts(&issuer), subject: parts(&subject) })
    }
}

/// The parts of a distinguished name, without regard to letter case, blanks around them, and their order: shells and
/// libraries write it from either end.
fn parts(name: &str) -> Vec<String> {
    let part = |part: &str| part.split('=').map(str::trim).collect::<Vec<_>>().join("=").to_lowercase();
    let mut parts: Vec<String> = name.split(',').map(part).filter(|part| !part.is_empty()).collect();
    parts.sort();
    parts
}

/// One of our certificates, ready to be shown.
pub(super) struct Own {
    name: String,
    issued: Option<CertificateName>,
    certified: Arc<CertifiedKey>,
}

impl Own {
    pub(super) fn new(name: String, certified: CertifiedKey) -> Self {
        let issued = certified.cert.first().and_then(CertificateName::of);
        Self { name, issued, certified: Arc::new(certified) }
    }
}

/// The certificate that is to be shown: the one that is named, and no other in its place; else the one for the name in
/// EHLO, else the one for `server`.
pub(super) fn choose<'a>(all: &'a [Own], shown: Shown<'_>, server: &str) -> Option<&'a Arc<CertifiedKey>> {
    if let Some(name) = &shown.certificate.name {
        let wanted = CertificateName::parse(name)?;
        return all.iter().find(|own| own.issued.as_ref() == Some(&wanted)).map(|own| &own.certified);
    }
    let named = |wanted: &str| all.iter().find(|own| own.name.eq_ignore_ascii_case(wanted));
    named(shown.client_name).or_else(|| named(server)).map(|own| &own.certified)
}

/// Shows one certificate, or none, and remembers that it was asked.
pub(super) struct Resolver {
    certified: Option<Arc<CertifiedKey>>,
    pub(super) was_asked: AtomicBool,
}

impl Resolver {
    pub(super) fn new(certified: Option<Arc<CertifiedKey>>) -> Self {
        Self { certified, was_asked: AtomicBool::new(false) }
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("was_asked", &self.was_asked).finish_non_exhaustive()
    }
}

impl ResolvesClientCert for Resolver {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.certified.clone()
    }

    // A host that asks must be heard even where we have nothing to show.
    fn has_certs(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_name_has_both_halves() {
        for half in ["", "CN=a", "<I>CN=a", "<S>CN=a", "<I><S>CN=a", "<I>CN=a<S>"] {
            assert_eq!(CertificateName::parse(half), None, "{half}");
        }
    }

    #[test]
    fn names_compare_without_regard_to_case_blanks_and_order() {
        let one = CertificateName::parse("<I>CN=Issuing, O=Contoso<S>CN=mail.sender.test");
        assert_eq!(one, CertificateName::parse("<I>o=contoso,cn = issuing<S>cn=MAIL.sender.test"));
        assert_ne!(one, CertificateName::parse("<I>CN=Other, O=Contoso<S>CN=mail.sender.test"));
    }
}
