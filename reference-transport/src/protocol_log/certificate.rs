//! What a host's certificate says of itself (LOG-13).

use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Rows: what it says, and of what. None if it is no certificate.
pub(super) fn facts(certificate: &[u8]) -> Vec<(String, &'static str)> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let serial = parsed.tbs_certificate.raw_serial().iter().map(|octet| format!("{octet:02X}")).collect();
    let names = parsed.subject_alternative_name().ok().flatten().map(|extension| {
        let names = extension.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        });
        names.collect::<Vec<_>>().join(";")
    });
    vec![
        (parsed.subject().to_string(), "Certificate subject"),
        (parsed.issuer().to_string(), "Certificate issuer name"),
        (serial, "Certificate serial number"),
        (thumbprint(certificate), "Certificate thumbprint"),
        (names.unwrap_or_default(), "Certificate alternate names"),
    ]
}

/// SHA-256 of the certificate. Exchange has SHA-1 there, which nobody should begin to use.
fn thumbprint(certificate: &[u8]) -> String {
    Sha256::digest(certificate).iter().map(|octet| format!("{octet:02X}")).collect()
}
