//! Sessions with a peer that is written out line by line in each test.

mod peer;
mod tls;

use std::{sync::Arc, time::Duration};

use self::peer::{NoNetwork, Peer};
use super::*;
use crate::{connector::Credential, wire::Command};

fn settings() -> Settings {
    Settings {
        log: crate::protocol_log::LogAs::Nothing,
        client_name: "mta.sender.test".into(),
        hello: Hello::Ehlo,
        starttls: StartTls::IfOffered,
        check: Check::Nothing,
        authentication: Authentication::None,
        own_certificate: OwnCertificate::default(),
        source: None,
        inactivity: Duration::from_mins(10),
        timeouts: Timeouts::RFC_5321,
    }
}

fn basic() -> Settings {
    let credential = Credential { user: "user".into(), password: "s3cret".into() };
    Settings { authentication: Authentication::Basic(credential), ..settings() }
}

fn host() -> Host {
    Host { name: Some("relay.contoso.test".into()), address: [192, 0, 2, 20].into() }
}

fn content(text: &str) -> Content {
    Content::new(b"Subject: x\r\n\r\n".to_vec(), Body::new(Arc::new(text.as_bytes().to_vec()), 0))
}

/// What a session came to, in words: how it opened, each recipient's verdict, how it ended.
async fn client(stream: BoxStream, settings: &Settings, recipients: &[&str], content: &Content) -> String {
    let tls = Tls::new(Arc::new(NoNetwork), &[], Vec::new(), "mta.sender.test").expect("nothing to set up");
    let mut session = match Session::open(stream, &host(), settings, &tls).await {
        Ok(session) => session,
        Err(error) => return format!("not open: {error} ({:?})", error.reach()),
    };
    let dsn = crate::dsn::Request::default();
    let envelope = Envelope { reverse_path: "a@sender.test", recipients, dsn: &dsn };
    let transacted = session.transact(envelope, content).await;
    let mut words: Vec<String> = transacted.verdicts.iter().map(verdict_in_words).collect();
    match transacted.session {
        Ok(()) => session.quit().await,
        Err(error) => {
            words.push(error.to_string());
            session.abandon(&error).await;
        }
    }
    words.join("; ")
}

fn verdict_in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(reply) => format!("accepted {}", reply.code),
        Verdict::Another(reply) => format!("another {}", reply.code),
        Verdict::Refused(error) => format!("refused {}", error.status()),
        Verdict::Unknown => "unknown".into(),
        Verdict::Untried => "untried".into(),
    }
}

/// Plays `dialogue` with a client for one recipient; it must say exactly that, and come to `expected`.
#[track_caller]
fn check(settings: &Settings, dialogue: &str, expected: &str) {
    check_all(settings, &["b@contoso.test"], "hello\r\n", dialogue, expected);
}

#[track_caller]
fn check_all(settings: &Settings, recipients: &[&str], body: &str, dialogue: &str, expected: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    let (came_to, spoken) = runtime.block_on(async {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let content = content(body);
        tokio::join!(client(Box::new(ours), settings, recipients, &content), Peer::new(theirs).play(dialogue))
    });
    assert_eq!(spoken, peer::trimmed(dialogue), "the dialogue went another way: {came_to}");
    assert_eq!(came_to, expected);
}

#[test]
fn mail_goes_step_by_step_without_pipelining() {
    check(
        &settings(),
        "S: 220-relay\n S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 SIZE 1000\n
         C: MAIL FROM:<a@sender.test> SIZE=21\n S: 250 ok\n C: RCPT TO:<b@contoso.test>\n S: 250 ok\n
         C: DATA\n S: 354 go\n C: Subject: x\n C:\n C: hello\n C: .\n S: 250 taken\n C: QUIT\n S: 221 bye\n <eof>",
        "accepted 250",
    );
}

#[test]
fn no_quit_follows_what_is_no_reply_in_a_batch_for_it_could_be_mail_data() {
    check(
        &settings(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 PIPELINING\n
         C: MAIL FROM:<a@sender.test>\n C: RCPT TO:<b@contoso.test>\n C: DATA\n
         S: 250OK\n S: 250 ok\n S: 354 go\n <eof>",
        "untried; host broke the protocol after MAIL: not a reply line: \"250OK\"",
    );
    check(
        &settings(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250 relay\n
         C: MAIL FROM:<a@sender.test>\n S: 250OK\n C: QUIT\n S: 221 bye\n <eof>",
        "untried; host broke the protocol after MAIL: not a reply line: \"250OK\"",
    );
}

#[test]
fn an_error_of_the_network_is_worded_by_its_kind() {
    let lost = |source| SessionError::Connection { during: Command::Mail, source }.to_string();
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    assert_eq!(lost(reset), "connection lost at MAIL: connection reset");
    assert_eq!(lost(std::io::Error::other("in our words")), "connection lost at MAIL: in our words");
    #[cfg(target_os = "linux")]
    assert_eq!(lost(std::io::Error::from_raw_os_error(104)), "connection lost at MAIL: connection reset");
}

#[test]
fn pipelining_is_one_batch_and_recipients_are_judged_one_by_one() {
    check_all(
        &settings(),
        &["b@contoso.test", "c@contoso.test", "d@contoso.test", "e@contoso.test"],
        ".\r\n",
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 PIPELINING\n
         C: MAIL FROM:<a@sender.test>\n C: RCPT TO:<b@contoso.test>\n C: RCPT TO:<c@contoso.test>\n
         C: RCPT TO:<d@contoso.test>\n C: RCPT TO:<e@contoso.test>\n C: DATA\n
         S: 250 ok\n S: 250 ok\n S: 550 5.1.1 no\n S: 452 4.5.3 enough\n S: 451 4.3.0 later\n S: 354 go\n
         C: Subject: x\n C:\n C: ..\n C: .\n S: 250 taken\n C: QUIT\n S: 221 bye\n <eof>",
        "accepted 250; refused 5.1.1; another 452; refused 4.3.0",
    );
}

#[test]
fn nobody_accepted_and_mail_data_asked_for_gets_the_end_of_it_alone() {
    check(
        &settings(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 PIPELINING\n
         C: MAIL FROM:<a@sender.test>\n C: RCPT TO:<b@contoso.test>\n C: DATA\n
         S: 250 ok\n S: 550 no\n S: 354 go\n C: .\n S: 554 nobody\n C: RSET\n S: 250 ok\n C: QUIT\n S: 221 bye\n <eof>",
        "refused 5.0.0",
    );
}

#[test]
fn everybody_refused_is_followed_by_rset() {
    check(
        &settings(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250 relay\n C: MAIL FROM:<a@sender.test>\n S: 250 ok\n
         C: RCPT TO:<b@contoso.test>\n S: 450 4.2.1 later\n C: RSET\n S: 250 ok\n C: QUIT\n S: 221 bye\n <eof>",
        "refused 4.2.1",
    );
}

#[test]
fn a_greeting_of_554_is_answered_by_quit() {
    check(
        &settings(),
        "S: 554 no SMTP here\n C: QUIT\n S: 221 bye\n <eof>",
        "not open: the connection refused: 554 no SMTP here (Host)",
    );
}

#[test]
fn after_421_nothing_is_said() {
    check(&settings(), "S: 421 closing\n <eof>", "not open: the connection refused: 421 closing (Host)");
}

#[test]
fn helo_follows_where_ehlo_is_unknown() {
    check(
        &settings(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 502 what\n C: HELO mta.sender.test\n S: 250 relay\n
         C: MAIL FROM:<a@sender.test>\n S: 250 ok\n C: RCPT TO:<b@contoso.test>\n S: 250 ok\n
         C: DATA\n S: 354 go\n C: Subject: x\n C:\n C: hello\n C: .\n S: 250 taken\n C: QUIT\n S: 221 bye\n <eof>",
        "accepted 250",
    );
}

#[test]
fn helo_does_not_follow_where_tls_is_required() {
    check(
        &Settings { starttls: StartTls::Required, ..settings() },
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 502 what\n C: QUIT\n S: 221 bye\n <eof>",
        "not open: host does not offer STARTTLS, which the connector needs (Host)",
    );
}

#[test]
fn tls_that_is_required_and_not_offered_ends_before_mail() {
    check(
        &Settings { starttls: StartTls::Required, ..settings() },
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250 relay\n C: QUIT\n S: 221 bye\n <eof>",
        "not open: host does not offer STARTTLS, which the connector needs (Host)",
    );
}

#[test]
fn a_password_that_needs_tls_is_not_shown_where_starttls_is_ignored() {
    let credential = Credential { user: "user".into(), password: "s3cret".into() };
    let authentication = Authentication::BasicRequireTls(credential);
    check(
        &Settings { starttls: StartTls::Never, authentication, ..settings() },
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250-STARTTLS\n S: 250 AUTH LOGIN\n C: QUIT
         S: 221 bye\n <eof>",
        "not open: host does not offer STARTTLS, which the connector needs (Host)",
    );
}

#[test]
fn login_answers_each_challenge() {
    check(
        &basic(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 AUTH PLAIN LOGIN\n
         C: AUTH LOGIN\n S: 334 VXNlcm5hbWU6\n C: dXNlcg==\n S: 334 UGFzc3dvcmQ6\n C: czNjcmV0\n S: 235 welcome\n
         C: MAIL FROM:<a@sender.test> AUTH=<>\n S: 550 5.7.1 no\n C: QUIT\n S: 221 bye\n <eof>",
        "refused 5.7.1",
    );
}

#[test]
fn plain_is_used_where_login_is_not_offered() {
    check(
        &basic(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 AUTH PLAIN\n
         C: AUTH PLAIN AHVzZXIAczNjcmV0\n S: 535 5.7.8 no\n C: QUIT\n S: 221 bye\n <eof>",
        "not open: authentication failed: 535 5.7.8 no (Host)",
    );
}

#[test]
fn a_challenge_that_cannot_be_read_cancels() {
    check(
        &basic(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 AUTH LOGIN\n
         C: AUTH LOGIN\n S: 334 VXNlcm5hbWU6\n C: dXNlcg==\n S: 334 not base64!\n C: *\n S: 501 cancelled\n
         C: QUIT\n S: 221 bye\n <eof>",
        "not open: authentication failed: the host sent a challenge that is no base64 (Host)",
    );
}

#[test]
fn a_secret_follows_a_challenge_alone() {
    check(
        &basic(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 AUTH LOGIN\n
         C: AUTH LOGIN\n S: 250 go on\n C: QUIT\n S: 221 bye\n <eof>",
        "not open: authentication failed: 250 go on (Host)",
    );
}

#[test]
fn no_mechanism_to_use_means_no_mail() {
    check(
        &basic(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 AUTH GSSAPI\n C: QUIT\n S: 221 bye\n <eof>",
        "not open: host does not offer AUTH, which the connector needs (Host)",
    );
}

#[test]
fn a_message_above_the_advertised_size_is_not_offered() {
    check(
        &settings(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 SIZE 20\n C: QUIT\n S: 221 bye\n <eof>",
        "refused 5.3.4",
    );
}

#[test]
fn eight_bit_content_is_declared_or_not_sent() {
    check_all(
        &settings(),
        &["b@contoso.test"],
        "\u{e4}\r\n",
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250-relay\n S: 250 8BITMIME\n
         C: MAIL FROM:<a@sender.test> BODY=8BITMIME\n S: 451 4.3.0 later\n C: QUIT\n S: 221 bye\n <eof>",
        "refused 4.3.0",
    );
    check_all(
        &settings(),
        &["b@contoso.test"],
        "\u{e4}\r\n",
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250 relay\n C: QUIT\n S: 221 bye\n <eof>",
        "refused 5.6.3",
    );
}

#[test]
fn a_connection_lost_after_the_end_of_mail_data_leaves_the_outcome_open() {
    check(
        &settings(),
        "S: 220 ready\n C: EHLO mta.sender.test\n S: 250 relay\n
         C: MAIL FROM:<a@sender.test>\n S: 250 ok\n C: RCPT TO:<b@contoso.test>\n S: 250 ok\n
         C: DATA\n S: 354 go\n C: Subject: x\n C:\n C: hello\n C: .\n <close>",
        "unknown; connection lost at the end of mail data: unexpected end of file",
    );
}

#[test]
fn octets_that_are_no_reply_end_the_session_with_quit() {
    check(
        &settings(),
        "S: hello there\n C: QUIT\n S: 221 bye\n <eof>",
        "not open: host broke the protocol after the connection: not a reply line: \"hello there\" (Host)",
    );
}

#[tokio::test(start_paused = true)]
async fn silence_ends_a_session_at_the_shorter_of_two_timeouts() {
    let (ours, _silent) = tokio::io::duplex(1024);
    let began = tokio::time::Instant::now();
    let settings = Settings { inactivity: Duration::from_secs(2), ..settings() };
    let came_to = client(Box::new(ours), &settings, &["b@contoso.test"], &content("")).await;
    assert_eq!(came_to, "not open: connection lost at the connection: timed out (Host)");
    assert_eq!(began.elapsed().as_secs(), 2);
    let (ours, _silent) = tokio::io::duplex(1024);
    let patient = self::settings();
    client(Box::new(ours), &patient, &["b@contoso.test"], &content("")).await;
    assert_eq!(began.elapsed().as_secs(), 302);
}

#[tokio::test(start_paused = true)]
async fn a_large_batch_does_not_lock_up_with_a_host_that_answers_into_a_small_window() {
    let recipients: Vec<String> = (0..200).map(|n| format!("r{n}@contoso.test")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let (ours, theirs) = tokio::io::duplex(64);
    let mut dialogue = "S: 220 ready\nC: EHLO mta.sender.test\nS: 250-relay\nS: 250 PIPELINING\n\
                        C: MAIL FROM:<a@sender.test>\nS: 250 ok\n"
        .to_owned();
    for recipient in &recipients {
        dialogue.push_str(&format!("C: RCPT TO:<{recipient}>\nS: 550 5.1.1 there is no such mailbox in this place\n"));
    }
    dialogue.push_str("C: DATA\nS: 554 nobody\nC: RSET\nS: 250 ok\nC: QUIT\nS: 221 bye\n<eof>");
    let (settings, content) = (settings(), content(""));
    let (came_to, spoken) =
        tokio::join!(client(Box::new(ours), &settings, &recipients, &content), Peer::new(theirs).play(&dialogue));
    assert_eq!(spoken, peer::trimmed(&dialogue));
    assert_eq!(came_to.matches("refused 5.1.1").count(), 200);
}

#[test]
fn a_421_reaches_the_host_whatever_it_answers() {
    let reply = |code| Reply { code: ReplyCode::new(code).expect("a code"), text: vec![String::new()] };
    let refused = |command, code| SessionError::Refused { command, reply: reply(code) }.reach();
    assert_eq!(refused(Command::Rcpt, 421), Reach::Host);
    assert_eq!(refused(Command::Rcpt, 550), Reach::Recipient);
    assert_eq!(refused(Command::Mail, 550), Reach::Message);
    assert_eq!(refused(Command::Connect, 554), Reach::Host);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_35_mb_goes_through_a_small_window() {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let body: Arc<Vec<u8>> =
        b".0123456789012345678901234567890123456789012345678901234567890123456789\r\n".repeat(480_000).into();
    let content = Content::new(b"Subject: x\r\n\r\n".to_vec(), Body::new(Arc::clone(&body), 0));
    assert_eq!(content.size(), body.len() as u64 + 14);
    let peer = async {
        let mut peer = Peer::new(theirs);
        let mut spoken = String::new();
        let before =
            "S: 220 ready\n C: EHLO mta.sender.test\n S: 250 relay\n C: MAIL FROM:<a@sender.test>\n S: 250 ok\n
                      C: RCPT TO:<b@contoso.test>\n S: 250 ok\n C: DATA\n S: 354 go";
        assert!(peer.play_part(before, &mut spoken).await, "{spoken}");
        let octets = peer.skip_until_end_of_data().await;
        peer.play_part("S: 250 taken\n C: QUIT\n S: 221 bye\n <eof>", &mut spoken).await;
        octets
    };
    let settings = settings();
    let (came_to, octets) = tokio::join!(client(Box::new(ours), &settings, &["b@contoso.test"], &content), peer);
    assert_eq!(came_to, "accepted 250");
    // A period for each line, and the line that ends it.
    assert_eq!(octets, content.size() + 480_000 + 3);
}
