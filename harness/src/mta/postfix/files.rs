//! Where the configuration stands, and the form of what Postfix reads.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::mta::Identity;

/// The configuration's folder: Debian's, which is compiled in.
pub(super) const FOLDER: &str = "/etc/postfix";

/// A file of the configuration.
pub(super) fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// The lines of a `texthash:` table.
pub(super) fn table(rows: &[(String, String)]) -> String {
    rows.iter().map(|(key, value)| format!("{key}\t{value}\n")).collect()
}

/// The file that holds this identity.
pub(super) fn identity_file(name: &str) -> String {
    path(&format!("identity-{name}.pem"))
}

/// An identity as `smtp_tls_chain_files` takes it: the key, then the chain.
pub(super) fn identity(identity: &Identity) -> String {
    let key = match &identity.key {
        rustls::pki_types::PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        rustls::pki_types::PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    let chain: String = identity.chain.iter().map(|certificate| pem("CERTIFICATE", certificate)).collect();
    pem(key, identity.key.secret_der()) + &chain
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
