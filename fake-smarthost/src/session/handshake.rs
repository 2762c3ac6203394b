//! The TLS handshake after STARTTLS (RFC 3207), and how it can go wrong.

use std::{io, sync::Arc};

use rustls::{AlertDescription, ServerConfig, server::Acceptor};
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use super::{Session, prefixed::Prefixed, state::State, wire::End};
use crate::{
    event::{Event, Handshake},
    host::{CertificateKind, CertificateSpec, PropertyValue},
    matching::Occasion,
    pki::PkiError,
    rule::Tag,
    stream::Stream,
};

/// The content type with which a TLS record of a handshake begins.
const HANDSHAKE_RECORD: u8 = 22;

/// The fatal alerts of RFC 8446 §6 and RFC 5246 §7.2, by name.
const ALERTS: [(&str, u8); 33] = [
    ("close_notify", 0),
    ("unexpected_message", 10),
    ("bad_record_mac", 20),
    ("decryption_failed", 21),
    ("record_overflow", 22),
    ("decompression_failure", 30),
    ("handshake_failure", 40),
    ("no_certificate", 41),
    ("bad_certificate", 42),
    ("unsupported_certificate", 43),
    ("certificate_revoked", 44),
    ("certificate_expired", 45),
    ("certificate_unknown", 46),
    ("illegal_parameter", 47),
    ("unknown_ca", 48),
    ("access_denied", 49),
    ("decode_error", 50),
    ("decrypt_error", 51),
    ("export_restriction", 60),
    ("protocol_version", 70),
    ("insufficient_security", 71),
    ("internal_error", 80),
    ("inappropriate_fallback", 86),
    ("user_canceled", 90),
    ("no_renegotiation", 100),
    ("missing_extension", 109),
    ("unsupported_extension", 110),
    ("certificate_unobtainable", 111),
    ("unrecognized_name", 112),
    ("bad_certificate_status_response", 113),
    ("unknown_psk_identity", 115),
    ("certificate_required", 116),
    ("no_application_protocol", 120),
];

/// The number of a TLS alert (RFC 8446 §6), `handshake_failure`; `None` if there is none of that name.
#[must_use]
pub fn alert_code(name: &str) -> Option<u8> {
    ALERTS.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}

/// A fatal alert as a record of its own. A name that nobody knows is `handshake_failure`.
pub(super) fn alert_record(name: &str) -> [u8; 7] {
    const FATAL: u8 = 2;
    [21, 3, 3, 0, 2, FATAL, alert_code(name).unwrap_or(40)]
}

/// What a handshake is made with.
struct Setup {
    config: Arc<ServerConfig>,
    certificate: String,
    tags: [Option<Tag>; 2],
}

impl<S: Stream> Session<S> {
    /// Runs the handshake; the session starts over under TLS, or ends.
    pub(super) async fn handshake(&mut self) -> Result<(), End> {
        if self.wire.unread().first().is_some_and(|first| *first != HANDSHAKE_RECORD) {
            self.take_lines();
            return Err(self.handshake_failed("octets in the clear came before the handshake", End::BY_HOST));
        }
        if self.wire.unread().is_empty()
            && let Err(end) = self.wire.fill().await
        {
            return Err(self.handshake_failed("the client ended the connection", end));
        }
        if let Some(index) = self.host.choose(&Occasion::Handshake, self.moment(), &mut self.counts) {
            self.depart_from_handshake(index).await?;
        }
        let setup = match self.setup() {
            Ok(setup) => setup,
            Err(error) => return Err(self.handshake_failed(&error.to_string(), End::BY_HOST)),
        };
        let Some(stream) = self.wire.take_stream() else {
            return Err(self.handshake_failed("TLS is on already", End::BY_HOST));
        };
        let stream = self.shake_hands(stream, &setup).await?;
        let done = facts(&stream, setup.certificate);
        self.wire.secured(stream);
        self.wire.reporter.report(Event::HandshakeDone(done));
        self.state = State::default();
        self.incoming = None;
        self.counts.transaction.clear();
        Ok(())
    }

    /// Does what a rule says in place of the handshake; pauses alone only put it off.
    async fn depart_from_handshake(&mut self, index: usize) -> Result<(), End> {
        let host = Arc::clone(&self.host);
        let rule = &host.host().rules[index];
        self.used(rule.tag);
        let instead = rule.actions.iter().any(|action| !matches!(action, crate::rule::Action::Pause(_)));
        // From here on what comes is TLS: it is read behind a pause, or by nobody.
        let was_deaf = std::mem::replace(&mut self.deaf, true);
        if instead {
            self.take_lines();
            self.wire.reporter.report(Event::HandshakeFailed { why: "the host departed from it".to_owned() });
        }
        match self.act(&rule.actions).await {
            Ok(_) if instead => Err(End::BY_HOST),
            Ok(_) => {
                self.deaf = was_deaf;
                Ok(())
            }
            Err(end) if instead => Err(end),
            Err(end) => Err(self.handshake_failed("the client ended the connection", end)),
        }
    }

    async fn shake_hands(&mut self, stream: Prefixed<S>, setup: &Setup) -> Result<TlsStream<Prefixed<S>>, End> {
        let mut hello = LazyConfigAcceptor::new(Acceptor::default(), stream);
        let accepted = match (&mut hello).await {
            Ok(accepted) => accepted,
            Err(error) => {
                if let Some(stream) = hello.take_io() {
                    self.wire.unsecured(stream);
                }
                return Err(self.broke_off(&error));
            }
        };
        for tag in setup.tags {
            self.used(tag);
        }
        match accepted.into_stream(Arc::clone(&setup.config)).into_fallible().await {
            Ok(stream) => Ok(stream),
            Err((error, stream)) => {
                self.wire.unsecured(stream);
                Err(self.broke_off(&error))
            }
        }
    }

    fn setup(&self) -> Result<Setup, PkiError> {
        let moment = self.moment();
        let asked_for = self.host.property(moment, |value| match value {
            PropertyValue::Certificate(spec) => Some(spec),
            _ => None,
        });
        let (certificate, shown) = match asked_for {
            Some((spec, tag)) => (spec.clone(), tag),
            None => {
                let names = vec![self.host.host().name.clone()];
                (CertificateSpec { kind: CertificateKind::Valid, names }, None)
            }
        };
        let client = self.host.property(moment, |value| match value {
            PropertyValue::ClientCertificate(asked) => Some(*asked),
            _ => None,
        });
        let (client, asked) = client.unzip();
        let versions = self.host.property(moment, |value| match value {
            PropertyValue::Tls(versions) => Some(versions),
            _ => None,
        });
        let both = vec!["1.2".to_owned(), "1.3".to_owned()];
        let versions = versions.map_or(&both, |(versions, _)| versions);
        let config = self.host.pki().server_config(&certificate, client, versions, self.host.clock())?;
        Ok(Setup { config, certificate: certificate.to_string(), tags: [shown, asked.flatten()] })
    }

    fn broke_off(&mut self, error: &io::Error) -> End {
        let (why, end) = reason(error);
        self.handshake_failed(&why, end)
    }

    /// What comes from now on is the rest of a handshake, and no command.
    fn handshake_failed(&mut self, why: &str, end: End) -> End {
        self.deaf = true;
        self.wire.reporter.report(Event::HandshakeFailed { why: why.to_owned() });
        end
    }
}

fn facts<S>(stream: &TlsStream<Prefixed<S>>, certificate: String) -> Handshake {
    let (_, connection) = stream.get_ref();
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "1.2",
        _ => "1.3",
    };
    let client = connection.peer_certificates().and_then(|chain| chain.first());
    Handshake {
        version: version.to_owned(),
        sni: connection.server_name().map(str::to_owned),
        certificate,
        client_certificate: client.map(|certificate| names(certificate)),
    }
}

/// Who issues certificates of clients unless a page says otherwise.
const USUAL_ISSUER: &str = "CN=mtaspec issuing";

/// The DNS names of a certificate, or else its common name; `<I>issuer<S>subject` if another than the usual issuer
/// signed it.
fn names(certificate: &[u8]) -> Vec<String> {
    use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let mut names = Vec::new();
    if let Ok(Some(alternative)) = certificate.subject_alternative_name() {
        for name in &alternative.value.general_names {
            if let GeneralName::DNSName(name) = name {
                names.push((*name).to_owned());
            }
        }
    }
    if names.is_empty() {
        let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
        names.extend(common.map(str::to_owned));
    }
    if certificate.issuer().to_string() != USUAL_ISSUER {
        names.push(format!("<I>{}<S>{}", certificate.issuer(), certificate.subject()));
    }
    names
}

/// Why a handshake was broken off, in words that do not vary, and who is to close.
fn reason(error: &io::Error) -> (String, End) {
    use rustls::{CertificateError, Error};
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        let end = End::of(error);
        let how = if end == End::BY_CLIENT { "ended" } else { "reset" };
        return (format!("the client {how} the connection"), end);
    };
    match tls {
        Error::AlertReceived(alert) => (format!("the client sent the alert {}", alert_name(*alert)), End::BY_CLIENT),
        Error::NoCertificatesPresented => ("the client showed no certificate".to_owned(), End::BY_HOST),
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            ("the client's certificate has an unknown issuer".to_owned(), End::BY_HOST)
        }
        Error::InvalidCertificate(_) => ("the client's certificate is not valid".to_owned(), End::BY_HOST),
        Error::PeerIncompatible(_) => ("the client offers nothing that the host speaks".to_owned(), End::BY_HOST),
        Error::InappropriateHandshakeMessage { .. } | Error::InappropriateMessage { .. } | Error::InvalidMessage(_) => {
            ("the client did not send TLS".to_owned(), End::BY_HOST)
        }
        other => (other.to_string(), End::BY_HOST),
    }
}

fn alert_name(alert: AlertDescription) -> String {
    let number = u8::from(alert);
    let known = ALERTS.iter().find(|(_, code)| *code == number);
    known.map_or_else(|| number.to_string(), |(name, _)| (*name).to_owned())
}
