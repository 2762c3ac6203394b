use super::{
    Trace, View,
    dialogue::{self, delivery},
    rebuild,
    view::StepKind,
    wire::{ReplyReader, is_enhanced, path, same_mailbox, stuff, unstuff},
};

const HELLO: &str = "Subject: x||Hello.|..and a dot|";

fn chunked() -> Trace {
    dialogue::trace(
        "connect mx.test
         S: 220 mx.test ESMTP
         C: EHLO mta.sender.test
         S: 250-mx.test|250-PIPELINING|250 CHUNKING
         C: MAIL FROM:<a@sender.test> BODY=8BITMIME
         S: 250 ok
         C! RCPT TO:<u@contoso.test>
         S: 250 ok
         C! BDAT 4
         S: 250 more
         C! BDAT 8 LAST
         bdat A: b||body
         S: 250 taken
         C: QUIT
         S: 221 bye
         close client",
    )
}

#[test]
fn a_trace_survives_json_lines_and_json() {
    let trace = dialogue::trace(&format!(
        "submit m1.2 u@contoso.test\nquery MX contoso.test.\nanswer NOERROR x\n{}refused mx.test\nstimulus 3\nend horizon",
        delivery("mx.test", &["u@contoso.test"], HELLO)
    ));
    let lines = trace.to_json_lines().expect("JSON holds it");
    assert_eq!(Trace::from_json_lines(&lines).expect("it is a trace"), trace);
    let json = serde_json::to_string(&trace).expect("JSON holds it");
    assert_eq!(serde_json::from_str::<Trace>(&json).expect("it is a trace"), trace);
}

#[test]
fn an_event_of_a_newer_suite_is_kept_as_it_is() {
    let line = "{\"at_ms\":7,\"event\":\"moonrise\",\"phase\":\"full\"}\n";
    let trace = Trace::from_json_lines(line).expect("it is kept");
    assert_eq!(trace.to_json_lines().expect("JSON holds it"), line);
}

#[test]
fn a_line_that_is_no_event_is_named() {
    let error = Trace::from_json_lines("\n{\"at_ms\":1}\nnonsense\n").expect_err("nonsense is no event");
    assert!(error.to_string().starts_with("line 3 of the trace"), "{error}");
}

#[test]
fn both_directions_of_a_session_are_rebuilt_from_json() {
    let trace = dialogue::trace(&delivery("mx.test", &["u@contoso.test"], HELLO));
    let json = serde_json::to_string(&trace).expect("JSON holds it");
    let trace: Trace = serde_json::from_str(&json).expect("it is a trace");
    let directions = rebuild(&View::new(&trace).sessions[0]);
    assert_eq!(
        String::from_utf8(directions.client).expect("ASCII"),
        "EHLO mta.sender.test\r\nMAIL FROM:<sender@sender.test>\r\nRCPT TO:<u@contoso.test>\r\nDATA\r\n\
         Subject: x\r\n\r\nHello.\r\n...and a dot\r\n.\r\nQUIT\r\n"
    );
    assert!(directions.host.starts_with(b"220 mx.test ESMTP\r\n250-mx.test\r\n250 8BITMIME\r\n"));
    assert!(directions.whole);
}

#[test]
fn chunks_stand_behind_their_bdat_when_a_session_is_rebuilt() {
    let trace = chunked();
    let directions = rebuild(&View::new(&trace).sessions[0]);
    let client = String::from_utf8(directions.client).expect("ASCII");
    assert!(client.contains("BDAT 4\r\nA: bBDAT 8 LAST\r\n\r\n\r\nbo"), "{client:?}");
}

#[test]
fn mail_data_in_chunks_has_the_reply_of_its_last_chunk() {
    let trace = chunked();
    let view = View::new(&trace);
    let (_, step, data) = view.sessions[0].data().next().expect("there is mail data");
    assert_eq!(data.reply.as_ref().map(|reply| reply.lines[0].as_str()), Some("taken"));
    assert_eq!(step.transaction, Some(0));
    let replies: Vec<_> = view.sessions[0].commands().map(|(_, _, c)| c.reply.as_ref().map(|r| r.code)).collect();
    assert_eq!(replies, [Some(250), Some(250), Some(250), Some(250), None, Some(221)]);
}

#[test]
fn an_auth_exchange_has_the_reply_that_ends_it() {
    let trace = dialogue::trace(
        "connect mx.test\nS: 220 x\nC: EHLO a\nS: 250 x\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC= dXNlcg==\n\
         S: 334 UGFzc3dvcmQ6\nC= cGFzcw==\nS: 235 2.7.0 welcome\nC: QUIT\nS: 221 bye",
    );
    let view = View::new(&trace);
    let verbs: Vec<_> = view.sessions[0].commands().map(|(_, _, c)| c.verb.as_str()).collect();
    assert_eq!(verbs, ["EHLO", "AUTH", "QUIT"]);
    let auth = view.sessions[0].commands().nth(1).and_then(|(_, _, c)| c.reply.as_ref());
    assert_eq!(auth.map(|reply| (reply.code, reply.enhanced())), Some((235, Some("2.7.0"))));
}

#[test]
fn words_injected_behind_a_reply_answer_no_later_command() {
    let trace = dialogue::trace(
        "connect mx.test\nS: 220 x\nC: STARTTLS\nS: 220 go|250 AUTH PLAIN\nTLS 1.3\nC: EHLO a\nS: 250 x",
    );
    let view = View::new(&trace);
    let replies: Vec<_> =
        view.sessions[0].commands().filter_map(|(_, _, c)| c.reply.as_ref()).map(|r| r.lines[0].clone()).collect();
    assert_eq!(replies, ["go", "x"]);
    assert!(view.sessions[0].steps.iter().any(|step| matches!(step.kind, StepKind::Handshake(_)) && step.tls));
}

#[test]
fn a_reply_may_come_in_any_number_of_writes() {
    let mut reader = ReplyReader::default();
    assert_eq!(reader.read(b"250-on"), []);
    assert_eq!(reader.read(b"e\r\n250"), []);
    assert_eq!(reader.read(b" two\r\n354 x\r\n").iter().map(|(code, _)| *code).collect::<Vec<_>>(), [250, 354]);
    assert_eq!(reader.read(b"nonsense\r\n2\xc3 x\r\n"), []);
}

#[test]
fn a_path_is_read_without_route_and_brackets() {
    assert_eq!(path(b"FROM:<> SIZE=1"), (String::new(), vec!["SIZE=1".to_owned()]));
    assert_eq!(path(b"TO:<@a.test,@b.test:u@c.test>").0, "u@c.test");
    assert_eq!(path(b"TO:<\"a>b\"@c.test> X=y").0, "\"a>b\"@c.test");
    assert_eq!(path(b"TO:u@c.test NOTIFY=NEVER"), ("u@c.test".to_owned(), vec!["NOTIFY=NEVER".to_owned()]));
}

#[test]
fn an_international_mailbox_is_read_as_it_was_written() {
    let read = |argument: &[u8]| path(argument).0;
    assert_eq!(read("TO:<j\u{f6}rg@b.test> ORCPT=x".as_bytes()), "j\u{f6}rg@b.test");
    assert_eq!(read(b"TO:<j\xf6rg@b.test>"), "j\u{f6}rg@b.test");
}

#[test]
fn only_the_domain_of_a_mailbox_is_blind_to_case() {
    assert!(same_mailbox("u@Contoso.TEST", "u@contoso.test"));
    assert!(!same_mailbox("U@contoso.test", "u@contoso.test"));
}

#[test]
fn transparency_is_undone_and_done_line_by_line() {
    assert_eq!(unstuff(b"..a\r\n.b\r\nc.\r\n"), b".a\r\nb\r\nc.\r\n");
    assert_eq!(stuff(b".a\r\nc.\r\n"), b"..a\r\nc.\r\n");
    assert!(is_enhanced("5.1.10") && !is_enhanced("3.1.1") && !is_enhanced("5.1"));
}

#[test]
fn copies_of_two_like_messages_are_told_apart_by_what_is_left() {
    let content = "Subject: same||Hello.|";
    let trace = dialogue::trace(&format!(
        "submit m1 u@contoso.test {content}\nsubmit m2 u@contoso.test {content}\n{0}{0}",
        delivery("mx.test", &["u@contoso.test"], content)
    ));
    let names: Vec<_> = View::new(&trace).taken.iter().map(|taken| taken.message).collect();
    assert_eq!(names, [Some("m1"), Some("m2")]);
}
