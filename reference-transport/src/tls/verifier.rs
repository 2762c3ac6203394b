//! The certificate verifier that a [`Check`] asks for.

use std::{fmt, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use webpki::{
    CertRevocationList, EndEntityCert, KeyUsage, OwnedCertRevocationList, RevocationOptionsBuilder, UnknownStatusPolicy,
};

use super::{Check, PresentedNames};

/// Whom we trust, and whom no more.
pub(super) struct Trust {
    pub(super) roots: Arc<RootCertStore>,
    pub(super) revoked: Arc<[OwnedCertRevocationList]>,
}

impl Trust {
    /// Whether a chain leads from `end_entity` to a root, is valid now, and holds nothing that was revoked (TLS-11).
    fn verify_chain(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        provider: &CryptoProvider,
    ) -> Result<(), Error> {
        let certificate = EndEntityCert::try_from(end_entity).map_err(certificate_error)?;
        let lists: Vec<CertRevocationList<'_>> = self.revoked.iter().cloned().map(CertRevocationList::from).collect();
        let lists: Vec<&CertRevocationList<'_>> = lists.iter().collect();
        let revocation = match RevocationOptionsBuilder::new(&lists) {
            Ok(options) => Some(options.with_status_policy(UnknownStatusPolicy::Allow).build()),
            // There is no list.
            Err(_) => None,
        };
        let algorithms = provider.signature_verification_algorithms.all;
        let roots = &self.roots.roots;
        certificate
            .verify_for_usage(algorithms, roots, intermediates, now, KeyUsage::server_auth(), revocation, None)
            .map(drop)
            .map_err(certificate_error)
    }
}

/// In the words that rustls has for it, so that the alert that the host gets is the right one.
fn certificate_error(error: webpki::Error) -> Error {
    match error {
        webpki::Error::CertExpired { time, not_after } => CertificateError::ExpiredContext { time, not_after }.into(),
        webpki::Error::CertNotValidYet { time, not_before } => {
            CertificateError::NotValidYetContext { time, not_before }.into()
        }
        webpki::Error::CertRevoked => CertificateError::Revoked.into(),
        webpki::Error::UnknownIssuer => CertificateError::UnknownIssuer.into(),
        webpki::Error::BadDer | webpki::Error::BadDerTime => CertificateError::BadEncoding.into(),
        other => Error::General(format!("the certificate is not good enough: {other}")),
    }
}

/// Verifies as a [`Check`] says. That the host holds the key of the certificate it shows is always verified: without
/// that there is no encryption to speak of.
pub(super) struct Verifier {
    check: Check,
    /// What the directory knows, for [`Check::Server`].
    known: Option<CertificateDer<'static>>,
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    pub(super) fn new(
        check: Check,
        known: Option<CertificateDer<'static>>,
        trust: Trust,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        Self { check, known, trust, provider }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("check", &self.check).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let rules = match &self.check {
            Check::Nothing => return Ok(ServerCertVerified::assertion()),
            Check::Server(_) => {
                let is_known = self.known.as_ref().is_some_and(|known| known == end_entity);
                let stranger = || CertificateError::UnknownIssuer.into();
                return is_known.then(ServerCertVerified::assertion).ok_or_else(stranger);
            }
            Check::ChainAndNames(rules) => rules,
        };
        self.trust.verify_chain(end_entity, intermediates, now, &self.provider)?;
        if !rules.is_empty() {
            let names = PresentedNames::of(end_entity).ok_or(CertificateError::BadEncoding)?;
            if !rules.iter().all(|rule| rule.is_met_by(&names)) {
                return Err(CertificateError::NotValidForName.into());
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
