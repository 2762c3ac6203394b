use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// What was taken and what was replied when a client said all of this.
#[track_caller]
fn said(octets: &[u8]) -> (Vec<Submission>, String) {
    let taken: Arc<Mutex<Vec<Submission>>> = Arc::default();
    let keep = Arc::clone(&taken);
    let take: Take = Arc::new(move |message| {
        let mut taken = keep.lock().unwrap_or_else(PoisonError::into_inner);
        taken.push(message);
        Ok(format!("m{}", taken.len()))
    });
    let desk = Desk { server: "mta.sender.test".to_owned(), via: Via::Submission, take };
    let replies = replies_to(octets, &desk);
    let taken = std::mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
    (taken, replies)
}

/// What a client reads that says all of this.
#[track_caller]
fn replies_to(octets: &[u8], desk: &Desk) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let (mut client, server) = tokio::io::duplex(1 << 20);
        client.write_all(octets).await.expect("room");
        client.shutdown().await.expect("an end");
        let mut replies = String::new();
        let (session, _) = tokio::join!(converse(server, desk), client.read_to_string(&mut replies));
        session.expect("no error");
        replies
    })
}

/// The codes of the replies, one a command.
#[track_caller]
fn codes(octets: &[u8]) -> String {
    let (_, replies) = said(octets);
    let last_line = |line: &str| line.as_bytes().get(3) == Some(&b' ');
    let codes: Vec<&str> = replies.lines().filter(|line| last_line(line)).map(|line| &line[..3]).collect();
    codes.join(" ")
}

const ENVELOPE: &str = "EHLO here.test\r\nMAIL FROM:<a@sender.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n";

#[test]
fn a_message_is_taken_with_its_octets() {
    let data = b"Subject: x\r\n\r\n..\r\nbare \n. \r end\r\n..a\r\n.\r\nQUIT\r\n";
    let (taken, replies) = said(&[ENVELOPE.as_bytes(), data].concat());
    let [message] = taken.as_slice() else { panic!("one message, not {taken:?}\n{replies}") };
    assert_eq!(&*message.data, b"Subject: x\r\n\r\n.\r\nbare \n. \r end\r\n.a\r\n");
    assert_eq!(
        (message.reverse_path.as_str(), message.recipients.as_slice()),
        ("a@sender.test", &["b@contoso.test".to_owned()][..])
    );
    assert!(replies.ends_with("221 2.0.0 mta.sender.test closes\r\n"), "{replies}");
}

#[test]
fn a_message_that_is_cut_off_is_not_taken() {
    let (taken, _) = said(&[ENVELOPE.as_bytes(), b"Subject: x\r\n\r\nhalf\r\n"].concat());
    assert!(taken.is_empty(), "{taken:?}");
}

#[test]
fn commands_come_in_order() {
    assert_eq!(codes(b"RCPT TO:<b@contoso.test>\r\n"), "220 503");
    assert_eq!(codes(b"MAIL FROM:<>\r\nMAIL FROM:<>\r\n"), "220 250 503");
    assert_eq!(codes(b"MAIL FROM:<>\r\nDATA\r\nRSET\r\nRCPT TO:<b@contoso.test>\r\n"), "220 250 503 250 503");
}

#[test]
fn what_is_not_understood_is_refused() {
    assert_eq!(codes(b"TURN\r\nMAIL from:a@sender.test\r\nMAIL FROM:<> FOO=1\r\n"), "220 500 501 555");
    assert_eq!(codes(b"mail from: <\"a>b\"@sender.test> size=1 Body=8bitMIME\r\nrcpt to:<>\r\n"), "220 250 501");
    assert_eq!(codes(b"NOOP\nNOOP\r\n"), "220 500");
    let long = [vec![b'a'; LINE_OCTETS_MAX + 1], b"\r\n".to_vec()].concat();
    assert_eq!(codes(&long), "220 500");
}

#[test]
fn what_is_asked_about_notifications_is_taken_along() {
    let envelope = b"EHLO here.test\r\nMAIL FROM:<a@sender.test> ret=hdrs ENVID=Q+2B1\r\n\
        RCPT TO:<b@contoso.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;B+3Db@contoso.test\r\n\
        RCPT TO:<c@contoso.test>\r\nDATA\r\n\r\n.\r\n";
    let (taken, replies) = said(envelope);
    let [message] = taken.as_slice() else { panic!("one message\n{replies}") };
    assert!(replies.contains("250-DSN\r\n"), "{replies}");
    let [b, c] = [0, 1].map(|at| message.dsn.recipient(at));
    assert_eq!(message.dsn.ret.map(crate::dsn::Return::value), Some("HDRS"));
    assert_eq!(message.dsn.envelope_id.as_ref().map(|id| id.value()), Some("Q+2B1"));
    assert_eq!(b.notify.as_ref().map(|notify| notify.value()), Some("SUCCESS,DELAY"));
    assert_eq!(b.original.as_ref().map(|original| original.value()), Some("rfc822;B+3Db@contoso.test"));
    assert_eq!(c, &crate::dsn::RecipientRequest::default());
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let mail = |parameters: &str| codes(format!("MAIL FROM:<> {parameters}\r\n").as_bytes());
    for wrong in ["RET=ALL", "ENVID=", "ENVID=a=b", "ENVID=+0a", "RET=FULL RET=FULL", "ENVID"] {
        assert_eq!(mail(wrong), "220 501", "{wrong}");
    }
    assert_eq!(mail("NOTIFY=NEVER"), "220 555");
    let rcpt =
        |parameters: &str| codes(format!("MAIL FROM:<>\r\nRCPT TO:<b@contoso.test> {parameters}\r\n").as_bytes());
    for wrong in ["NOTIFY=NEVER,DELAY", "NOTIFY", "ORCPT=b@contoso.test", "NOTIFY=DELAY notify=DELAY"] {
        assert_eq!(rcpt(wrong), "220 250 501", "{wrong}");
    }
    assert_eq!(rcpt("RET=FULL"), "220 250 555");
    assert_eq!(rcpt("NOTIFY=never"), "220 250 250");
}

#[test]
fn the_size_that_is_offered_is_the_limit() {
    let (_, replies) = said(b"EHLO here.test\r\n");
    assert!(replies.contains(&format!("250-SIZE {MESSAGE_OCTETS_MAX}\r\n")), "{replies}");
}

#[test]
fn it_listens_where_no_stranger_comes() {
    let may = |address: &str| may_listen_on(address.parse().expect("an address"));
    assert_eq!(["127.0.0.1", "::1", "192.0.2.1", "2001:db8::1"].map(may), [true; 4]);
    assert_eq!(["0.0.0.0", "::", "10.0.0.1", "203.0.114.1"].map(may), [false; 4]);
}

#[test]
fn a_message_that_cannot_be_kept_is_not_taken_and_the_session_goes_on() {
    let take: Take = Arc::new(|_| {
        let source = std::io::ErrorKind::StorageFull.into();
        Err(StoreError::Io { file: "7.message".to_owned(), source })
    });
    let desk = Desk { server: "mta.sender.test".to_owned(), via: Via::Submission, take };
    let octets = [ENVELOPE.as_bytes(), b"x\r\n.\r\nMAIL FROM:<>\r\nQUIT\r\n"].concat();
    let replies = replies_to(&octets, &desk);
    let after: Vec<&str> = replies.lines().skip_while(|line| !line.starts_with("354")).skip(1).collect();
    assert_eq!(after[0], "452 4.3.1 The message cannot be kept at the moment");
    assert!(after[1].starts_with("250 2.1.0"), "{after:?}");
}

#[test]
fn each_message_is_told_what_it_is_called() {
    let two = format!("{ENVELOPE}x\r\n.\r\n{}y\r\n.\r\nQUIT\r\n", &ENVELOPE["EHLO here.test\r\n".len()..]);
    let (_, replies) = said(two.as_bytes());
    let taken: Vec<&str> = replies.lines().filter_map(|line| line.strip_prefix("250 2.0.0 Taken as ")).collect();
    assert_eq!(taken, ["m1", "m2"]);
}
