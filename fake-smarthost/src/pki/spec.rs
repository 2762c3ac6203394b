//! Certificates in words.

use std::fmt;

use crate::host::{CertificateKind, CertificateSpec};

impl fmt::Display for CertificateSpec {
    /// As a page asks for it: `expired for relay.contoso.test`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} for {}", self.kind, self.names.join(" "))
    }
}

impl fmt::Display for CertificateKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CommonName => "common-name",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::NulInName => "nul-in-name",
            Self::Revoked => "revoked",
            Self::SelfSigned => "self-signed",
            Self::UnknownIssuer => "unknown-issuer",
            Self::Valid => "valid",
        })
    }
}
