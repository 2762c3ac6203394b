use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::{
    dsn::{EnvelopeId, Notify, OriginalRecipient, RecipientRequest, Request, Return},
    message::Stamp,
    reply::ReplyCode,
};

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_894_010_400)
}

fn message(data: &str, recipients: &[&str], dsn: Request) -> Message {
    let submission = Submission {
        name: "m".into(),
        reverse_path: "sender@sender.test".into(),
        recipients: recipients.iter().map(|&to| to.to_owned()).collect(),
        data: data.as_bytes().to_vec().into(),
        via: Via::Transport,
        dsn,
    };
    Message::accept(submission, Stamp { server: "mta.sender.test", address: [192, 0, 2, 1].into(), now: now(), id: 1 })
}

fn refusal(lines: &[&str]) -> Problem {
    let text = lines.iter().map(|&line| line.to_owned()).collect();
    let reply = Reply { code: ReplyCode::new(550).expect("a code"), text };
    Problem {
        status: EnhancedCode::new(5, 1, 1),
        text: reply.to_string(),
        host: Some("hub.contoso.test".into()),
        reply: Some(reply),
    }
}

/// The notice about all recipients of a message, for each the same problem; `None`: there is none.
fn notice(message: &Message, occasion: Occasion, problem: &Problem) -> Option<String> {
    let entry = |recipient| Entry { recipient, said: Said::Problem(problem) };
    let entries: Vec<Entry<'_>> = (0..message.recipients.len()).map(entry).collect();
    let reporter = Reporter { server: "mta.sender.test", domain: "sender.test", now: now(), id: 2 };
    let submission = compose(message, occasion, &entries, reporter)?;
    assert_eq!((submission.reverse_path.as_str(), submission.recipients), ("", vec![message.reverse_path.clone()]));
    Some(String::from_utf8(submission.data.to_vec()).expect("text"))
}

/// What the Nth part of a notice holds, from 0, its header included.
#[track_caller]
fn part(notice: &str, number: usize) -> &str {
    let part = notice.split("--report-0000000000000002").nth(number + 1).expect("a part");
    part.strip_prefix("\r\n").expect("a line").strip_suffix("\r\n").expect("a line")
}

#[test]
fn a_notice_says_who_and_why_and_shows_the_filtered_header() {
    let data =
        "Subject: all hands\r\nMessage-ID: <1@a>\r\nX-MS-Exchange-Forest-A: secret\r\nReceived: inner\r\n\r\nbody\r\n";
    let message = message(data, &["r7@contoso.test"], Request::default());
    let problem = refusal(&["5.1.1 No such m\u{e4}ilbox\u{1b}", "5.1.1 Bye"]);
    let expected = "Date: Mon, 7 Jan 2030 10:00:00 +0000\r\n\
        From: Mail Delivery System <postmaster@sender.test>\r\n\
        To: <sender@sender.test>\r\n\
        Subject: Undeliverable mail\r\n\
        Message-ID: <0000000000000002@mta.sender.test>\r\n\
        In-Reply-To: <1@a>\r\n\
        Auto-Submitted: auto-replied\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"report-0000000000000002\"\r\n\
        \r\n\
        --report-0000000000000002\r\n\
        Content-Type: text/plain; charset=us-ascii\r\n\
        \r\n\
        Your message could not be delivered to:\r\n\
        \r\n  r7@contoso.test\r\n    hub.contoso.test said:\r\n      550-5.1.1 No such m\\x{E4}ilbox\\x{1B}\r\n      \
        550 5.1.1 Bye\r\n    Status code: 5.1.1\r\n\
        \r\nThis notice was written by mta.sender.test. Below is what it is about.\r\n\
        \r\n--report-0000000000000002\r\n\
        Content-Type: message/delivery-status\r\n\
        \r\n\
        Reporting-MTA: dns; mta.sender.test\r\n\
        Arrival-Date: Mon, 7 Jan 2030 10:00:00 +0000\r\n\
        \r\n\
        Final-Recipient: rfc822; r7@contoso.test\r\n\
        Action: failed\r\n\
        Status: 5.1.1\r\n\
        Remote-MTA: dns; hub.contoso.test\r\n\
        Diagnostic-Code: smtp; 550-5.1.1 No such m\\x{E4}ilbox\\x{1B}\r\n 550 5.1.1 Bye\r\n\
        \r\n--report-0000000000000002\r\n\
        Content-Type: text/rfc822-headers\r\n\
        \r\n\
        Subject: all hands\r\nMessage-ID: <1@a>\r\n\
        \r\n--report-0000000000000002--\r\n";
    assert_eq!(notice(&message, Occasion::Failed, &problem).as_deref(), Some(expected));
}

#[test]
fn nobody_is_told_of_mail_from_nobody() {
    let mut message = message("\r\n", &["a@contoso.test"], Request::default());
    assert!(notice(&message, Occasion::Failed, &refusal(&["no"])).is_some());
    message.reverse_path.clear();
    assert_eq!(notice(&message, Occasion::Failed, &refusal(&["no"])), None);
}

fn asking(notify: Option<&str>, original: Option<&str>) -> RecipientRequest {
    RecipientRequest {
        notify: notify.map(|value| Notify::parse(value).expect("a list")),
        original: original.map(|value| OriginalRecipient::parse(value).expect("an address")),
    }
}

#[test]
fn those_who_asked_for_nothing_are_not_named() {
    let recipients = vec![asking(Some("NEVER"), None), asking(None, None), asking(Some("SUCCESS,DELAY"), None)];
    let all = message("\r\n", &["a@x.test", "b@x.test", "c@x.test"], Request { recipients, ..Request::default() });
    let named = |occasion| {
        let notice = notice(&all, occasion, &refusal(&["no"]))?;
        let status = part(&notice, 1).lines().filter_map(|line| line.strip_prefix("Final-Recipient: rfc822; "));
        Some(status.map(|address| address[..1].to_owned()).collect::<String>())
    };
    assert_eq!(named(Occasion::Failed).as_deref(), Some("b"));
    assert_eq!(named(Occasion::Expired).as_deref(), Some("b"));
    assert_eq!(named(Occasion::Delayed { retried_until: now() }).as_deref(), Some("bc"));
    assert_eq!(named(Occasion::Relayed).as_deref(), Some("c"));
    let recipients = vec![asking(Some("NEVER"), None)];
    let never = message("\r\n", &["a@x.test"], Request { recipients, ..Request::default() });
    assert_eq!(notice(&never, Occasion::Failed, &refusal(&["no"])), None);
}

#[test]
fn what_the_sender_called_things_comes_back() {
    let dsn = Request {
        envelope_id: EnvelopeId::parse("Q+2B1").ok(),
        recipients: vec![asking(None, Some("rfc822;Old+2Bx@d.test"))],
        ..Request::default()
    };
    let notice =
        notice(&message("\r\n", &["j\u{f6}rg@x.test"], dsn), Occasion::Failed, &refusal(&["no"])).expect("one");
    let expected = "Content-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: Q+1\r\n\
        Reporting-MTA: dns; mta.sender.test\r\nArrival-Date: Mon, 7 Jan 2030 10:00:00 +0000\r\n\r\n\
        Original-Recipient: rfc822; Old+x@d.test\r\nFinal-Recipient: utf-8; j\\x{F6}rg@x.test\r\nAction: failed\r\n\
        Status: 5.1.1\r\nRemote-MTA: dns; hub.contoso.test\r\nDiagnostic-Code: smtp; 550 no\r\n";
    assert_eq!(part(&notice, 1), expected);
}

#[test]
fn each_occasion_has_its_action_and_its_class() {
    let message = message(
        "\r\n",
        &["a@x.test"],
        Request { recipients: vec![asking(Some("SUCCESS,FAILURE,DELAY"), None)], ..Request::default() },
    );
    let own = Problem::own(EnhancedCode::new(4, 4, 1), "connection refused");
    let fields = |occasion| {
        let notice = notice(&message, occasion, &own).expect("a notice");
        let is_wanted = |line: &&str| line.contains(": ") && !line.contains("rfc822") && !line.starts_with("Arrival");
        part(&notice, 1).lines().skip(5).filter(is_wanted).collect::<Vec<_>>().join(" / ")
    };
    let why = "Diagnostic-Code: x-local; 451 4.4.1 connection refused";
    assert_eq!(fields(Occasion::Failed), format!("Action: failed / Status: 5.4.1 / {why}"));
    assert_eq!(fields(Occasion::Expired), format!("Action: failed / Status: 4.4.7 / {why}"));
    let until = "Will-Retry-Until: Mon, 7 Jan 2030 10:00:00 +0000";
    let delayed = fields(Occasion::Delayed { retried_until: now() });
    assert_eq!(delayed, format!("Action: delayed / Status: 4.4.1 / {why} / {until}"));
    let reply = Reply { code: ReplyCode::new(250).expect("a code"), text: vec!["2.6.0 Queued".into()] };
    let entry = Entry { recipient: 0, said: Said::Reply { host: "mx.x.test", reply: &reply } };
    let reporter = Reporter { server: "mta.sender.test", domain: "sender.test", now: now(), id: 2 };
    let relayed = compose(&message, Occasion::Relayed, &[entry], reporter).expect("a notice");
    let relayed = String::from_utf8(relayed.data.to_vec()).expect("text");
    let end =
        "Action: relayed\r\nStatus: 2.6.0\r\nRemote-MTA: dns; mx.x.test\r\nDiagnostic-Code: smtp; 250 2.6.0 Queued\r\n";
    assert!(part(&relayed, 1).ends_with(end), "{relayed}");
}

/// The third part of a failure notice about this message.
#[track_caller]
fn returned(data: &str, ret: Option<Return>, occasion: Occasion) -> String {
    let message = message(data, &["a@x.test"], Request { ret, ..Request::default() });
    let notice = notice(&message, occasion, &refusal(&["no"])).expect("a notice");
    part(&notice, 2).to_owned()
}

#[test]
fn the_whole_message_comes_back_where_that_was_asked_and_can_be() {
    const DATA: &str = "Subject: x\r\nX-MS-Exchange-Organization-A: y\r\n\r\nbody\r\n";
    let full = Some(Return::Full);
    let header = "Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n";
    assert_eq!(
        returned(DATA, full, Occasion::Failed),
        "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nbody\r\n"
    );
    assert_eq!(returned(DATA, Some(Return::Headers), Occasion::Expired), header);
    assert_eq!(returned(DATA, None, Occasion::Failed), header);
    assert_eq!(returned(DATA, full, Occasion::Delayed { retried_until: now() }), header);
    let large = format!("Subject: x\r\n\r\n{}", "a\r\n".repeat(RETURNED_OCTETS_MAX / 3));
    assert_eq!(returned(&large, full, Occasion::Failed), header);
    let encoded =
        "Content-Type: message/global\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQpiYXINYm9keQ==\r\n";
    assert_eq!(returned("Subject: x\r\n\r\nbar\rbody", full, Occasion::Failed), encoded);
}

#[test]
fn a_header_that_is_no_plain_text_is_encoded() {
    let long = format!("Subject: {}\r\n\r\n", "x".repeat(2_000));
    let shown = returned(&long, None, Occasion::Failed);
    let head = "Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    let text = shown.strip_prefix(head).expect("encoded").replace("=\r\n", "");
    assert_eq!(text, format!("Subject: {}\r\n", "x".repeat(2_000)));
    let shown = returned("Subject: \u{fc}=\0 \r\n", None, Occasion::Failed);
    assert_eq!(shown.strip_prefix(head), Some("Subject: =C3=BC=3D=00=20\r\n"));
}

#[test]
fn a_boundary_is_nowhere_else() {
    let message = message("X: --report-0000000000000002\r\n\r\n", &["a@x.test"], Request::default());
    let notice = notice(&message, Occasion::Failed, &refusal(&["--report-0000000000000002."])).expect("one");
    assert!(notice.contains("boundary=\"report-0000000000000002..\""), "{notice}");
    assert_eq!(notice.matches("--report-0000000000000002..").count(), 4);
}

proptest::proptest! {
    #[test]
    fn whatever_was_said_a_notice_keeps_its_form(
        text in ".{0,40}", times in 0_usize..400, path in "\\PC{1,300}", header in ".{0,1200}",
    ) {
        let full = Request { ret: Some(Return::Full), ..Request::default() };
        let message = message(&format!("Subject: {header}\r\n\r\n{text}"), &[&path, "a\r\nBcc: b@x.test"], full);
        let lines = vec![text.as_str(); times];
        let notice = notice(&message, Occasion::Failed, &refusal(&lines)).expect("a notice");
        proptest::prop_assert!(notice.is_ascii());
        for line in notice.strip_suffix("\r\n").expect("an end").split("\r\n") {
            proptest::prop_assert!(line.len() <= 998, "{}", line.len());
            proptest::prop_assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        }
        let groups = part(&notice, 1).split("\r\n\r\n").count();
        proptest::prop_assert_eq!(groups, 4);
    }
}
