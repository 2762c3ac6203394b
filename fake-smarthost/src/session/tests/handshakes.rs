//! STARTTLS.

use std::{sync::Arc, time::Duration};

use rustls::{
    ClientConfig,
    pki_types::ServerName,
    version::{TLS12, TLS13},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use crate::{
    Event, Host,
    event::Handshake,
    host::{CertificateKind, CertificateSpec, ClientCertificate, Credential, Posture, Property, PropertyValue},
    rule::{Action, Argument, Conditions, Rule, Tag, TlsState, Trigger},
    script::{Script, Step, StepAction},
    testing::{World, check, commands, used},
};

fn plain() -> Host {
    Host::new("mx.contoso.test").withholds("*").offers("STARTTLS", [""; 0])
}

const START: &str = "S: 220 mx.contoso.test ESMTP
    C: EHLO a
    S: 250-mx.contoso.test
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 Ready to start TLS
    ";

fn handshake(events: &[Event]) -> Option<&Handshake> {
    events.iter().find_map(|event| if let Event::HandshakeDone(done) = event { Some(done) } else { None })
}

fn failure(events: &[Event]) -> Option<&str> {
    events.iter().find_map(|event| if let Event::HandshakeFailed { why } = event { Some(why.as_str()) } else { None })
}

/// Starts TLS as a client that may fail, and goes on to EHLO if it does not; whether that was answered.
async fn starts_tls(world: &mut World, config: Arc<ClientConfig>) -> (bool, Vec<Event>) {
    let ended = world.recording.events().iter().filter(|(_, event)| matches!(event, Event::Closed { .. })).count();
    let (mut client, _) = world.dial();
    let mut octets = vec![0; 4096];
    for line in ["EHLO a\r\n", "STARTTLS\r\n"] {
        assert!(client.read(&mut octets).await.expect("a reply") > 0);
        client.write_all(line.as_bytes()).await.expect("a host");
    }
    assert!(client.read(&mut octets).await.expect("a reply") > 0);
    let name = ServerName::try_from("mx.contoso.test").expect("a name");
    let mut answered = false;
    if let Ok(mut client) = TlsConnector::from(config).connect(name, client).await
        && client.write_all(b"EHLO a\r\n").await.is_ok()
    {
        answered = client.read(&mut octets).await.is_ok_and(|count| count > 0);
    }
    let events = world.recording.sessions_ended(ended + 1).await;
    (answered, events.into_iter().map(|(_, event)| event).collect())
}

#[tokio::test(start_paused = true)]
async fn a_session_starts_over_under_tls() {
    let dialogue = format!(
        "{START}<TLS>
         C: MAIL FROM:<a@sender.test>
         S: 503 EHLO first
         C: EHLO a
         S: 250 mx.contoso.test
         C: STARTTLS
         S: 503 TLS is on already
         C: QUIT
         S: 221 mx.contoso.test closing
         <close>"
    );
    let events = check(plain(), &dialogue).await;
    let done = handshake(&events).expect("a handshake");
    assert_eq!(done.version, "1.3");
    assert_eq!(done.sni.as_deref(), Some("mx.contoso.test"));
    assert_eq!(done.certificate, "valid for mx.contoso.test");
    assert_eq!(done.client_certificate, None);
    let expected = ["EHLO a", "STARTTLS", "tls MAIL FROM:<a@sender.test>", "tls EHLO a", "tls STARTTLS", "tls QUIT"];
    assert_eq!(commands(&events), expected);
}

#[tokio::test(start_paused = true)]
async fn one_version_alone_is_spoken_if_the_host_is_told_so() {
    for (offered, spoken, lawful) in
        [("1.2", &TLS12, true), ("1.3", &TLS13, true), ("1.2", &TLS13, false), ("1.3", &TLS12, false)]
    {
        let mut world = World::new(plain().tls([offered]));
        let config = world.client_config(&[spoken], None);
        let (answered, events) = starts_tls(&mut world, config).await;
        assert_eq!(answered, lawful);
        assert_eq!(handshake(&events).map(|done| done.version.as_str()), lawful.then_some(offered));
        let why = "the client offers nothing that the host speaks";
        assert_eq!(failure(&events), (!lawful).then_some(why));
    }
}

#[tokio::test(start_paused = true)]
async fn each_certificate_is_as_good_as_its_words() {
    use CertificateKind::{Expired, NotYetValid, SelfSigned, UnknownIssuer, Valid};
    for (kind, names, alert) in [
        (Valid, vec!["mx.contoso.test"], None),
        (Valid, vec!["other.contoso.test", "MX.contoso.test", "192.0.2.20"], None),
        (Valid, vec!["*.contoso.test"], None),
        (Valid, vec!["other.contoso.test"], Some("bad_certificate")),
        (Expired, vec!["mx.contoso.test"], Some("certificate_expired")),
        (NotYetValid, vec!["mx.contoso.test"], Some("certificate_expired")),
        (SelfSigned, vec!["mx.contoso.test"], Some("unknown_ca")),
        (UnknownIssuer, vec!["mx.contoso.test"], Some("unknown_ca")),
    ] {
        let spec = CertificateSpec { kind, names: names.into_iter().map(str::to_owned).collect() };
        let words = spec.to_string();
        let value = PropertyValue::Certificate(spec);
        let shown = Property { value, conditions: Conditions::default(), tag: Some(Tag(1)) };
        let mut world = World::new(plain().property(shown));
        let config = world.client_config(rustls::DEFAULT_VERSIONS, None);
        let (answered, events) = starts_tls(&mut world, config).await;
        assert_eq!(answered, alert.is_none(), "{words}");
        assert_eq!(used(&events), [1], "{words}");
        let sent = alert.map(|alert| format!("the client sent the alert {alert}"));
        assert_eq!(failure(&events), sent.as_deref(), "{words}");
        assert_eq!(handshake(&events).map(|done| &done.certificate), alert.is_none().then_some(&words));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_certificate_is_asked_for_or_insisted_on() {
    for (asked, shown, lawful) in [
        (ClientCertificate::Requested, None, true),
        (ClientCertificate::Requested, Some("mta.sender.test"), true),
        (ClientCertificate::Required, Some("mta.sender.test"), true),
        (ClientCertificate::Required, None, false),
    ] {
        for version in [&TLS12, &TLS13] {
            let mut world = World::new(plain().client_certificate(asked));
            let config = world.client_config(&[version], shown);
            let (answered, events) = starts_tls(&mut world, config).await;
            assert_eq!(answered, lawful, "{asked:?} {shown:?}");
            let names = handshake(&events).and_then(|done| done.client_certificate.clone());
            assert_eq!(names, shown.map(|name| vec![name.to_owned()]).filter(|_| lawful));
            let why = "the client showed no certificate";
            assert_eq!(failure(&events), (!lawful).then_some(why));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn octets_slipped_in_before_the_handshake_are_refused() {
    let dialogue = "S: 220 mx.contoso.test ESMTP
        C: EHLO a
        S: 250-mx.contoso.test
        S: 250 STARTTLS
        C: STARTTLS
        C: MAIL FROM:<evil@sender.test>
        S: 220 Ready to start TLS
        <close>";
    let events = check(plain(), dialogue).await;
    assert_eq!(failure(&events), Some("octets in the clear came before the handshake"));
    assert_eq!(commands(&events), ["EHLO a", "STARTTLS", "*MAIL FROM:<evil@sender.test>"]);
}

#[tokio::test(start_paused = true)]
async fn a_script_slips_words_in_before_the_handshake() {
    let steps = [
        StepAction::Await { verb: "STARTTLS".to_owned(), argument: Argument::Anything },
        StepAction::Octets(b"220 go\r\n250-mx\r\n250 AUTH LOGIN\r\n".to_vec()),
        StepAction::Tls,
    ];
    let steps = steps.into_iter().zip(2..).map(|(action, line)| Step { line, action }).collect();
    let host = Host { scripts: vec![Script { connection: None, steps, tag: Some(Tag(3)) }], ..plain() };
    let dialogue = "S: 220 mx.contoso.test ESMTP
        C: EHLO a
        S: 250-mx.contoso.test
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go
        S: 250-mx
        S: 250 AUTH LOGIN
        <TLS>
        C: EHLO a
        S: 250 mx.contoso.test";
    assert_eq!(used(&check(host.clone(), dialogue).await), [3]);
    let gives_up = dialogue.split("<TLS>").next().expect("a start");
    let events = check(host, gives_up).await;
    assert_eq!(used(&events), [3]);
    assert!(!events.iter().any(|event| matches!(event, Event::OffScript { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_handshake_goes_wrong_as_a_rule_says() {
    for (action, said) in [
        (Action::Alert("certificate_unknown".to_owned()), vec![21, 3, 3, 0, 2, 2, 46]),
        (Action::octets("garbage"), b"garbage".to_vec()),
        (Action::Close, vec![]),
        (Action::Reset, vec![]),
    ] {
        let rule = Rule::new(Trigger::Handshake, [action]).tagged(Tag(7));
        let mut world = World::new(plain().rule(rule));
        let (mut client, _) = world.dial();
        client.write_all(b"EHLO a\r\nSTARTTLS\r\n").await.expect("a host");
        tokio::task::yield_now().await;
        let mut octets = vec![0; 4096];
        while !octets.starts_with(b"220 Ready") {
            octets = vec![0; 4096];
            assert!(client.read(&mut octets).await.expect("a reply") > 0);
            if let Some(at) = memchr::memmem::find(&octets, b"220 Ready") {
                octets.drain(..at);
            }
        }
        client.write_all(&[22, 3, 1, 0, 200]).await.expect("a host");
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.expect("an end");
        assert_eq!(rest, said);
        drop(client);
        let events: Vec<Event> = world.recording.sessions_ended(1).await.into_iter().map(|(_, event)| event).collect();
        assert_eq!(used(&events), [7]);
        assert_eq!(failure(&events), Some("the host departed from it"));
        assert_eq!(commands(&events), ["*EHLO a", "*STARTTLS"], "what came in place of TLS is no command");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_gives_up_in_a_pause_has_said_no_command() {
    let rule = Rule::new(Trigger::Handshake, [Action::Pause(Duration::from_secs(4))]).tagged(Tag(7));
    let mut world = World::new(plain().rule(rule));
    let (mut client, _) = world.dial();
    let mut octets = vec![0; 4096];
    for line in ["EHLO a\r\n", "STARTTLS\r\n"] {
        assert!(client.read(&mut octets).await.expect("a reply") > 0);
        client.write_all(line.as_bytes()).await.expect("a host");
    }
    assert!(client.read(&mut octets).await.expect("a reply") > 0);
    client.write_all(b"\x16\x03\x01\x00\x06\x01\n\x00\n\x02\n").await.expect("a host");
    drop(client);
    let events: Vec<Event> = world.recording.sessions_ended(1).await.into_iter().map(|(_, event)| event).collect();
    assert_eq!(failure(&events), Some("the client ended the connection"));
    assert_eq!(commands(&events), ["EHLO a", "STARTTLS"]);
}

#[tokio::test(start_paused = true)]
async fn a_password_is_taken_under_tls_alone() {
    let credential = Credential { user: "user".to_owned(), password: "s3cret-9f2ab1d7".to_owned() };
    let mut host = Host::new("mx.contoso.test").auth(Posture::BasicAuthRequireTls(credential));
    for keyword in ["PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "ENHANCEDSTATUSCODES"] {
        host = host.withholds(keyword);
    }
    host = host.rule(Rule::new(Trigger::command("NOOP"), [Action::reply("250 secure")]).in_state(TlsState::Tls));
    let dialogue = "S: 220 mx.contoso.test ESMTP
        C: EHLO a
        S: 250-mx.contoso.test
        S: 250 STARTTLS
        C: NOOP
        S: 250 OK
        C: MAIL FROM:<>
        S: 530 Must issue a STARTTLS command first
        C: AUTH PLAIN AHVzZXIAczNjcmV0LTlmMmFiMWQ3
        S: 530 Must issue a STARTTLS command first
        C: STARTTLS
        S: 220 Ready to start TLS
        <TLS>
        C: EHLO a
        S: 250-mx.contoso.test
        S: 250 AUTH LOGIN PLAIN
        C: NOOP
        S: 250 secure
        C: MAIL FROM:<>
        S: 530 Authentication required
        C: AUTH PLAIN AHVzZXIAczNjcmV0LTlmMmFiMWQ3
        S: 235 Authentication successful
        C: MAIL FROM:<>
        S: 250 OK";
    check(host, dialogue).await;
}
