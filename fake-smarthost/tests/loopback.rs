//! Hosts on real sockets, with a client that other people wrote, and certificates read by another parser.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use lettre::{
    SmtpTransport, Transport,
    address::Envelope,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{Certificate, Tls, TlsParameters},
    },
};
use mtaspec_fake_smarthost::{
    Event, Host, Pki, Recording,
    event::{Ending, Party},
    host::{CertificateKind, CertificateSpec, Credential, Posture, PropertyValue},
    mail_data::{HEAD_TAIL_OCTETS, Kept},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const MESSAGE: &[u8] = b"Subject: minutes\r\n\r\n.\r\n..two dots\r\nend\r\n";

fn envelope() -> Envelope {
    let address = |text: &str| text.parse().expect("an address");
    Envelope::new(Some(address("a@sender.test")), vec![address("b@contoso.test"), address("c@contoso.test")])
        .expect("an envelope")
}

#[tokio::test]
async fn lettre_delivers_under_tls_with_a_password() {
    for mechanism in [Mechanism::Login, Mechanism::Plain] {
        let credential = Credential { user: "relay-user".to_owned(), password: "s3cret-9f2ab1d7".to_owned() };
        let host = Host::new("relay.contoso.test")
            .certificate(CertificateKind::Valid, ["127.0.0.1", "relay.contoso.test"])
            .auth(Posture::BasicAuthRequireTls(credential));
        let recording = Arc::new(Recording::new());
        let listening = host.listen(recording.clone()).await.expect("a port");
        let root = Certificate::from_pem(listening.host().pki().root_pem().expect("a root").as_bytes()).expect("PEM");
        let tls = TlsParameters::builder("127.0.0.1".to_owned()).add_root_certificate(root).build().expect("TLS");
        let port = listening.address().port();
        let sent = tokio::task::spawn_blocking(move || {
            SmtpTransport::builder_dangerous("127.0.0.1")
                .port(port)
                .tls(Tls::Required(tls))
                .credentials(Credentials::new("relay-user".to_owned(), "s3cret-9f2ab1d7".to_owned()))
                .authentication(vec![mechanism])
                .build()
                // This client ends the last line by itself, ended or not.
                .send_raw(&envelope(), MESSAGE.strip_suffix(b"\r\n").expect("a last line"))
        });
        sent.await.expect("no panic").expect("a delivery");
        let messages = recording.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].octets.as_deref(), Some(MESSAGE));
        assert_eq!(messages[0].recipients.len(), 2);
    }
}

#[tokio::test]
async fn a_host_that_is_down_breaks_the_connection() {
    let recording = Arc::new(Recording::new());
    let listening =
        Host::new("mx.contoso.test").with(PropertyValue::Down).listen(recording.clone()).await.expect("a port");
    let mut client = TcpStream::connect(listening.address()).await.expect("a connection that breaks");
    let read = client.read(&mut [0; 1]).await;
    assert_eq!(read.map_err(|error| error.kind()), Err(std::io::ErrorKind::ConnectionReset));
    let events = recording.wait_for(|events| !events.is_empty()).await;
    assert!(matches!(events[0].1, Event::Refused { .. }));
}

#[tokio::test]
async fn nothing_listens_once_it_was_dropped() {
    let listening = Host::new("mx.contoso.test").listen(Arc::new(Recording::new())).await.expect("a port");
    let address = listening.address();
    let mut open = TcpStream::connect(address).await.expect("a connection");
    let mut greeting = [0; 64];
    assert!(open.read(&mut greeting).await.expect("a greeting") > 0);
    drop(listening);
    // The session ends with its listener, in order or not.
    let rest = open.read(&mut greeting).await;
    assert!(matches!(rest, Ok(0) | Err(_)));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_long_message_is_kept_by_its_ends_and_its_digest() {
    let recording = Arc::new(Recording::new());
    let listening = Host::new("mx.contoso.test").listen(recording.clone()).await.expect("a port");
    let mut client = TcpStream::connect(listening.address()).await.expect("a connection");
    client.write_all(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n").await.expect("a host");
    let line = [vec![b'x'; 998], b"\r\n".to_vec()].concat();
    for _ in 0..5000 {
        client.write_all(&line).await.expect("a host");
    }
    client.write_all(b".\r\nQUIT\r\n").await.expect("a host");
    let mut replies = String::new();
    client.read_to_string(&mut replies).await.expect("replies");
    assert!(replies.ends_with("250 2.0.0 OK\r\n221 2.0.0 mx.contoso.test closing\r\n"));
    let events = recording.sessions_ended(1).await;
    assert_eq!(events.last().map(|(_, event)| event), Some(&Event::Closed { by: Party::Host, how: Ending::Close }));
    let data = &recording.messages()[0].data;
    assert_eq!((data.size, data.longest_line), (5_000_000, 998));
    let Kept::Ends { head, tail } = &data.wire else { panic!("too long to be kept whole") };
    assert_eq!((head.len(), tail.len()), (HEAD_TAIL_OCTETS, HEAD_TAIL_OCTETS));
}

#[test]
fn certificates_are_made_around_the_begin_of_the_world() {
    use x509_parser::prelude::{FromDer, X509Certificate};
    let begin = SystemTime::UNIX_EPOCH + Duration::from_secs(1_894_010_400);
    let pki = Pki::new(begin);
    let (chain, _) = pki.client_identity("mta.sender.test").expect("an identity");
    assert_eq!(chain.len(), 2);
    let (_, leaf) = X509Certificate::from_der(&chain[0]).expect("a certificate");
    assert_eq!(leaf.validity().not_before.timestamp(), 1_894_010_400 - 24 * 60 * 60);
    assert!(leaf.validity().not_after.timestamp() > 1_894_010_400 + 3000 * 24 * 60 * 60);
    let (chain_pem, key_pem) = pki.client_identity_pem("mta.sender.test").expect("PEM");
    assert_eq!(chain_pem.matches("BEGIN CERTIFICATE").count(), 2);
    assert!(key_pem.contains("PRIVATE KEY"));
}

#[test]
fn a_name_that_no_certificate_can_hold_is_an_error() {
    let clock: Arc<dyn rustls::time_provider::TimeProvider> = Arc::new(rustls::time_provider::DefaultTimeProvider);
    let pki = Pki::new(SystemTime::UNIX_EPOCH);
    let spec = CertificateSpec { kind: CertificateKind::Valid, names: vec!["bücher.test".to_owned()] };
    assert!(pki.server_config(&spec, None, &["1.3".to_owned()], &clock).is_err());
    let spec = CertificateSpec { kind: CertificateKind::Valid, names: vec!["b.test".to_owned()] };
    let versions = ["1.2".to_owned()];
    let once = pki.server_config(&spec, None, &versions, &clock).expect("a configuration");
    let again = pki.server_config(&spec, None, &versions, &clock).expect("a configuration");
    assert!(Arc::ptr_eq(&once, &again));
    let none = pki.server_config(&spec, None, &["1.1".to_owned()], &clock).map(|_| ());
    assert_eq!(none, Err(mtaspec_fake_smarthost::PkiError::NoVersion));
}
