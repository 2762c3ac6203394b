//! What a correct server answers.

mod departures;
mod handshakes;
mod noise;

use crate::{
    Event, Host,
    event::{Ending, Party},
    host::{Credential, Posture, PropertyValue},
    limits::{COMMAND_LINE_OCTETS_MAX, SESSION_COMMANDS_MAX},
    testing::{World, check, commands},
};

fn plain() -> Host {
    Host::new("mx.contoso.test").withholds("*").offers("ENHANCEDSTATUSCODES", [""; 0])
}

/// A session of a host up to its first EHLO, for those that offer nothing but what `dialogue` needs.
async fn after_hello(host: Host, dialogue: &str) -> Vec<Event> {
    check(host, &format!("S: 220 mx.contoso.test ESMTP\nC: HELO a.test\nS: 250 mx.contoso.test\n{dialogue}")).await
}

#[tokio::test(start_paused = true)]
async fn a_message_is_taken_as_in_the_book() {
    let events = check(
        Host::new("mx.contoso.test"),
        "S: 220 mx.contoso.test ESMTP
         C: EHLO mta.sender.test
         S: 250-mx.contoso.test
         S: 250-PIPELINING
         S: 250-SIZE 36700160
         S: 250-8BITMIME
         S: 250-SMTPUTF8
         S: 250-DSN
         S: 250-ENHANCEDSTATUSCODES
         S: 250-CHUNKING
         S: 250 STARTTLS
         C: MAIL FROM:<a@sender.test> SIZE=10 BODY=8BITMIME RET=HDRS ENVID=x
         S: 250 2.1.0 OK
         C: RCPT TO:<b@contoso.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b@contoso.test
         S: 250 2.1.5 OK
         C: DATA
         S: 354 Start mail input; end with <CRLF>.<CRLF>
         C: Subject: x
         C: 
         C: ..
         C: .
         S: 250 2.0.0 OK
         C: QUIT
         S: 221 2.0.0 mx.contoso.test closing
         <close>",
    )
    .await;
    let data =
        events.iter().find_map(|event| if let Event::MailDataEnded { data, .. } = event { Some(data) } else { None });
    let data = data.expect("a message");
    assert_eq!((data.size, data.body_size, data.header.as_slice()), (17, 3, b"Subject: x\r\n".as_slice()));
    assert_eq!(events.last(), Some(&Event::Closed { by: Party::Host, how: Ending::Close }));
}

#[tokio::test(start_paused = true)]
async fn mistakes_are_answered_each_with_its_code() {
    after_hello(
        plain(),
        "C: FOO
         S: 500 5.5.1 Command not recognized
         C: EXPN list
         S: 502 5.5.1 EXPN not implemented
         C: VRFY
         S: 501 5.5.4 Whom?
         C: VRFY a
         S: 252 2.0.0 Send mail and see
         C: HELP
         S: 214 2.0.0 See RFC 5321
         C: NOOP anything
         S: 250 2.0.0 OK
         C: QUIT now
         S: 501 5.5.4 No parameters allowed
         C: MAIL FROM: <a@sender.test>
         S: 501 5.5.4 Syntax: MAIL FROM:<reverse-path> or RCPT TO:<forward-path>
         C: RCPT TO:<a@contoso.test>
         S: 503 5.5.1 MAIL first
         C: DATA
         S: 503 5.5.1 MAIL first
         C: STARTTLS
         S: 502 5.5.1 STARTTLS not offered
         C: AUTH PLAIN
         S: 502 5.5.1 AUTH not offered
         C: BDAT 3
         O: abc
         S: 502 5.5.1 BDAT not offered
         C: MAIL FROM:<a@sender.test> SIZE=1
         S: 555 5.5.4 SIZE not offered
         C: MAIL FROM:<>
         S: 250 2.1.0 OK
         C: MAIL FROM:<>
         S: 503 5.5.1 Nested MAIL command
         C: DATA
         S: 554 5.5.1 No valid recipients
         C: RCPT TO:<>
         S: 501 5.1.3 A forward-path is never null
         C: RCPT TO:<Postmaster>
         S: 250 2.1.5 OK
         C: RSET
         S: 250 2.0.0 OK
         C: RCPT TO:<a@contoso.test>
         S: 503 5.5.1 MAIL first",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_before_ehlo() {
    let dialogue = "S: 220 mx.contoso.test ESMTP
        C: MAIL FROM:<a@sender.test>
        S: 503 5.5.1 EHLO first
        C: STARTTLS
        S: 503 5.5.1 EHLO first";
    check(Host::new("mx.contoso.test"), dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn a_line_that_ends_in_a_bare_lf_is_reported_and_not_obeyed() {
    let dialogue = r"S: 220 mx.contoso.test ESMTP
        O: HELO a\n
        S: 500 5.5.2 A line ends with CR LF
        C: HELO a
        S: 250 mx.contoso.test";
    assert_eq!(commands(&check(plain(), dialogue).await), ["HELO a", "HELO a"]);
}

#[tokio::test(start_paused = true)]
async fn mail_data_does_not_end_at_bare_line_ends() {
    let dialogue = r"C: MAIL FROM:<a@sender.test>
        C: RCPT TO:<b@contoso.test>
        C: DATA
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 354 Start mail input; end with <CRLF>.<CRLF>
        O: a\n.\nb\n.\r\nc\r.\r\r\n.\nd\r\n.\r\nNOOP\r\n
        S: 250 2.0.0 OK
        S: 250 2.0.0 OK";
    let events = after_hello(plain(), dialogue).await;
    let size = events
        .iter()
        .find_map(|event| if let Event::MailDataEnded { data, .. } = event { Some(data.size) } else { None });
    // The dot that begins a line in the midst is transparency's.
    assert_eq!(size, Some("a\n.\nb\n.\r\nc\r.\r\r\n\nd\r\n".len() as u64));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_came_before_the_reply_is_early() {
    let dialogue = "S: 220 mx.contoso.test ESMTP
        C: HELO a
        S: 250 mx.contoso.test
        C: MAIL FROM:<a@sender.test>
        C: RCPT TO:<b@contoso.test>
        C: RSET
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.0.0 OK
        C: NOOP
        S: 250 2.0.0 OK";
    let expected = ["HELO a", "MAIL FROM:<a@sender.test>", "*RCPT TO:<b@contoso.test>", "*RSET", "NOOP"];
    assert_eq!(commands(&check(plain(), dialogue).await), expected);
    let talks_first = "C: HELO a\nS: 220 mx.contoso.test ESMTP\nS: 250 mx.contoso.test";
    assert_eq!(commands(&check(plain(), talks_first).await), ["*HELO a"]);
}

#[tokio::test(start_paused = true)]
async fn the_size_that_is_offered_is_kept() {
    let dialogue = format!(
        "S: 220 mx.contoso.test ESMTP
         C: EHLO a
         S: 250-mx.contoso.test
         S: 250-ENHANCEDSTATUSCODES
         S: 250 SIZE 20
         C: MAIL FROM:<a@sender.test> SIZE=21
         S: 552 5.3.4 Message size exceeds fixed maximum message size
         C: MAIL FROM:<a@sender.test> SIZE=99999999999999999999
         S: 552 5.3.4 Message size exceeds fixed maximum message size
         C: MAIL FROM:<a@sender.test> SIZE=2x
         S: 501 5.5.4 SIZE has a wrong value
         C: MAIL FROM:<a@sender.test> SIZE=20
         S: 250 2.1.0 OK
         C: RCPT TO:<b@contoso.test>
         S: 250 2.1.5 OK
         C: DATA
         S: 354 Start mail input; end with <CRLF>.<CRLF>
         C: {}
         C: .
         S: 552 5.3.4 Message size exceeds fixed maximum message size",
        "x".repeat(19)
    );
    check(plain().offers("SIZE", ["20"]), &dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn chunks_make_a_message() {
    let host = plain().withholds("ENHANCEDSTATUSCODES").offers("CHUNKING", [""; 0]);
    let events = check(
        host,
        r"S: 220 mx.contoso.test ESMTP
          C: EHLO a
          S: 250-mx.contoso.test
          S: 250 CHUNKING
          C: MAIL FROM:<a@sender.test>
          S: 250 OK
          C: BDAT 2
          O: xx
          S: 554 No valid recipients
          C: RCPT TO:<b@contoso.test>
          S: 250 OK
          C: BDAT 9
          O: A: b\r\n\r\n.
          S: 250 OK
          C: DATA
          S: 503 This transaction is for BDAT
          C: BDAT 2 last
          O: \r\nNOOP\r\n
          S: 250 OK
          S: 250 OK",
    )
    .await;
    let ended = events.iter().find_map(|event| {
        if let Event::MailDataEnded { data, chunking, .. } = event {
            Some((data.size, data.body_size, *chunking))
        } else {
            None
        }
    });
    assert_eq!(ended, Some((11, 3, true)));
}

#[tokio::test(start_paused = true)]
async fn mail_data_that_breaks_off_is_reported_as_lost() {
    let events = after_hello(
        plain(),
        "C: MAIL FROM:<a@sender.test>
         C: RCPT TO:<b@contoso.test>
         C: DATA
         S: 250 2.1.0 OK
         S: 250 2.1.5 OK
         S: 354 Start mail input; end with <CRLF>.<CRLF>
         O: 12345\\r\\n.",
    )
    .await;
    let end = [Event::MailDataLost { octets: 8 }, Event::Closed { by: Party::Client, how: Ending::Close }];
    assert_eq!(events[events.len() - 2..], end);
}

fn credential() -> Credential {
    Credential { user: "user".to_owned(), password: "s3cret-9f2ab1d7".to_owned() }
}

const HELLO_WITH_AUTH: &str = "S: 220 mx.contoso.test ESMTP
    C: EHLO a
    S: 250-mx.contoso.test
    S: 250-ENHANCEDSTATUSCODES
    S: 250 AUTH LOGIN PLAIN
    ";

async fn with_auth(posture: Posture, dialogue: &str) {
    // What is withheld goes after what a posture offers.
    let mut host = Host::new("mx.contoso.test").auth(posture);
    for keyword in ["PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "STARTTLS"] {
        host = host.withholds(keyword);
    }
    check(host, &format!("{HELLO_WITH_AUTH}{dialogue}")).await;
}

#[tokio::test(start_paused = true)]
async fn a_password_is_asked_for_before_mail() {
    let dialogue = "C: MAIL FROM:<a@sender.test>
        S: 530 5.7.0 Authentication required
        C: AUTH GSSAPI
        S: 504 5.5.4 Unrecognized authentication mechanism
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: *
        S: 501 5.7.0 Authentication cancelled
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: dXNlcg==
        S: 334 UGFzc3dvcmQ6
        C: d3Jvbmc=
        S: 535 5.7.8 Authentication credentials invalid
        C: AUTH LOGIN dXNlcg==
        S: 334 UGFzc3dvcmQ6
        C: czNjcmV0LTlmMmFiMWQ3
        S: 235 2.7.0 Authentication successful
        C: AUTH PLAIN
        S: 503 5.5.1 Already authenticated
        C: MAIL FROM:<a@sender.test>
        S: 250 2.1.0 OK";
    with_auth(Posture::BasicAuth(credential()), dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn plain_comes_with_or_without_its_response() {
    let dialogue = "C: AUTH PLAIN
        S: 334 
        C: AHVzZXIAczNjcmV0LTlmMmFiMWQ3
        S: 235 2.7.0 Authentication successful";
    with_auth(Posture::BasicAuth(credential()), dialogue).await;
    let dialogue = "C: AUTH PLAIN !
        S: 501 5.5.2 Not base64
        C: AUTH PLAIN =
        S: 501 5.5.2 Not the response of PLAIN
        C: AUTH PLAIN b3RoZXIAdXNlcgBzM2NyZXQtOWYyYWIxZDc=
        S: 535 5.7.8 Authentication credentials invalid
        C: auth plain dXNlcgB1c2VyAHMzY3JldC05ZjJhYjFkNw==
        S: 235 2.7.0 Authentication successful";
    with_auth(Posture::BasicAuth(credential()), dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn without_a_credential_any_is_right() {
    let dialogue = "C: AUTH PLAIN AGEAYg==\nS: 235 2.7.0 Authentication successful";
    with_auth(Posture::None(None), dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn a_stranger_may_not_send() {
    let dialogue = "C: MAIL FROM:<a@sender.test>\nS: 550 5.7.1 Not from your address";
    let other = "192.0.2.9".parse().expect("an address");
    with_auth(Posture::ExternalAuthoritative(vec![other]), dialogue).await;
    after_hello(plain().with(PropertyValue::TakesFrom(vec![other])), dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_too_long_ends_the_session() {
    let line = "X".repeat(COMMAND_LINE_OCTETS_MAX - 1);
    let dialogue = format!("S: 220 mx.contoso.test ESMTP\nC: {line}\nS: 421 4.7.0 Line too long\n<close>");
    let events = check(plain(), &dialogue).await;
    assert!(events.contains(&Event::LimitReached { limit: "COMMAND_LINE_OCTETS_MAX" }));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_stops_is_stopped() {
    let mut world = World::new(plain());
    let noops = "C: NOOP\nS: 250 2.0.0 OK\n".repeat(SESSION_COMMANDS_MAX as usize);
    let dialogue = format!("S: 220 mx.contoso.test ESMTP\n{noops}C: NOOP\nS: 421 4.7.0 Too many commands\n<close>");
    let events = world.session(&dialogue).await;
    assert!(events.contains(&Event::LimitReached { limit: "SESSION_COMMANDS_MAX" }));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_wait_for_the_last_reply_has_closed_in_order() {
    let events = check(plain(), "S: 220 mx.contoso.test ESMTP\nC: NOOP\nC: QUIT").await;
    assert_eq!(commands(&events), ["NOOP", "*QUIT"]);
    assert_eq!(events.last(), Some(&Event::Closed { by: Party::Client, how: Ending::Close }));
}
