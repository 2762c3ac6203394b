//! STARTTLS with a peer that speaks TLS, and with certificates of each kind.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;

use super::{
    peer::{NoNetwork, Peer, trimmed},
    *,
};
use crate::tls::NameRule;

/// What a peer shows, and the root that issued it.
struct Shown {
    acceptor: TlsAcceptor,
    root: CertificateDer<'static>,
}

fn certificate_for(names: &[&str]) -> Shown {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(ca, KeyPair::generate().expect("a key")).expect("a root");
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(names).expect("names").signed_by(&key, &*issuer).expect("a certificate");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("a pair");
    Shown { acceptor: TlsAcceptor::from(Arc::new(config)), root: issuer.der().clone() }
}

/// A session whose STARTTLS is answered by `go_ahead`, octet for octet; then TLS, then `under_tls`. Gives what the
/// client came to and what was said under TLS.
async fn secured(settings: Settings, shown: Shown, go_ahead: &str, under_tls: &str) -> (String, String) {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let tls = Tls::new(Arc::new(NoNetwork), &[shown.root], Vec::new(), "mta.sender.test").expect("a root");
    let client = async {
        match Session::open(Box::new(ours), &host(), &settings, &tls).await {
            Ok(session) => {
                let words = format!("open, TLS {}", session.is_tls());
                session.quit().await;
                words
            }
            Err(error) => format!("not open: {error}"),
        }
    };
    let server = async {
        let mut peer = Peer::new(theirs);
        let mut spoken = String::new();
        let in_clear = format!(
            "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250-AUTH LOGIN\n S: 250 STARTTLS\n
             C: STARTTLS\n S: {go_ahead}"
        );
        assert!(peer.play_part(&in_clear, &mut spoken).await, "{spoken}");
        match shown.acceptor.accept(peer.into_stream()).await {
            Ok(stream) => Peer::new(stream).play(under_tls).await,
            Err(_) => "no TLS".to_owned(),
        }
    };
    tokio::join!(client, server)
}

fn exact() -> Settings {
    let check = Check::ChainAndNames(vec![NameRule::Exact("relay.contoso.test".into())]);
    Settings { check, starttls: StartTls::Required, ..basic() }
}

#[tokio::test(start_paused = true)]
async fn what_was_learned_in_the_clear_is_forgotten() {
    let under_tls = "C: EHLO mta.sender.test\n S: 250 relay\n C: QUIT\n S: 221 bye\n <eof>";
    let shown = certificate_for(&["relay.contoso.test"]);
    let (came_to, spoken) = secured(exact(), shown, "220 go ahead", under_tls).await;
    assert_eq!(spoken, trimmed(under_tls));
    assert_eq!(came_to, "not open: host does not offer AUTH, which the connector needs");
}

#[tokio::test(start_paused = true)]
async fn words_behind_the_go_ahead_are_thrown_away() {
    let under_tls = "C: EHLO mta.sender.test\n S: 250 relay\n C: QUIT\n S: 221 bye\n <eof>";
    let shown = certificate_for(&["relay.contoso.test"]);
    let injected = r"220 go ahead\r\n250-relay\r\n250 AUTH LOGIN PLAIN";
    let (came_to, spoken) = secured(exact(), shown, injected, under_tls).await;
    assert_eq!(spoken, trimmed(under_tls));
    assert_eq!(came_to, "not open: host does not offer AUTH, which the connector needs");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_with_the_exact_name_is_shown_the_password() {
    let under_tls = "C: EHLO mta.sender.test\n S: 250-relay\n S: 250 AUTH LOGIN\n C: AUTH LOGIN\n S: 334\n C: dXNlcg==
                     S: 334 UGFzc3dvcmQ6\n C: czNjcmV0\n S: 235 welcome\n C: QUIT\n S: 221 bye\n <eof>";
    let shown = certificate_for(&["other.contoso.test", "RELAY.contoso.test"]);
    let (came_to, spoken) = secured(exact(), shown, "220 go ahead", under_tls).await;
    assert_eq!(spoken, trimmed(under_tls));
    assert_eq!(came_to, "open, TLS true");
}

#[tokio::test(start_paused = true)]
async fn a_wildcard_or_an_unknown_issuer_ends_the_handshake() {
    let (came_to, spoken) = secured(exact(), certificate_for(&["*.contoso.test"]), "220 go ahead", "").await;
    assert_eq!((came_to.starts_with("not open: TLS handshake failed"), spoken.as_str()), (true, "no TLS"), "{came_to}");
    let unknown = Shown { root: certificate_for(&["x.test"]).root, ..certificate_for(&["relay.contoso.test"]) };
    let (came_to, spoken) = secured(exact(), unknown, "220 go ahead", "").await;
    assert_eq!((came_to.starts_with("not open: TLS handshake failed"), spoken.as_str()), (true, "no TLS"), "{came_to}");
}

#[tokio::test(start_paused = true)]
async fn opportunistic_tls_takes_any_certificate() {
    let under_tls = "C: EHLO mta.sender.test\n S: 250 relay\n C: QUIT\n S: 221 bye\n <eof>";
    let unknown = Shown { root: certificate_for(&["x.test"]).root, ..certificate_for(&["other.test"]) };
    let (came_to, spoken) = secured(settings(), unknown, "220 go ahead", under_tls).await;
    assert_eq!(spoken, trimmed(under_tls));
    assert_eq!(came_to, "open, TLS true");
}
