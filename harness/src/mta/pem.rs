//! An identity as files have it.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Identity;

impl Identity {
    /// In PEM: the key, then the chain.
    #[must_use]
    pub fn pem(&self) -> String {
        let label = match &self.key {
            PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
            PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
            _ => "PRIVATE KEY",
        };
        let chain: String = self.chain.iter().map(|own| certificate(own)).collect();
        pem(label, self.key.secret_der()) + &chain
    }
}

/// A certificate in PEM.
pub(super) fn certificate(certificate: &CertificateDer<'_>) -> String {
    pem("CERTIFICATE", certificate)
}

/// PEM (RFC 7468 §2).
fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in encoded.as_bytes().chunks(64) {
        let _infallible = writeln!(text, "{}", String::from_utf8_lossy(line));
    }
    let _infallible = writeln!(text, "-----END {label}-----");
    text
}

#[cfg(test)]
mod tests {
    use super::pem;

    #[test]
    fn a_line_of_pem_has_64_characters() {
        let text = pem("CERTIFICATE", &[7; 49]);
        let lines: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(lines, [27, 64, 4, 25]);
    }
}
