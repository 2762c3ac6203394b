use mtaspec_fake_smarthost::rule::{Action, Conditions, Rule, Trigger};

use super::{ALL, Tally, check};
use crate::{
    case::{Case, model::ShellText},
    claim::fixture::case,
    trace::dialogue::{delivery, trace},
    verdict::Verdict,
};

const EHLO: &str = "connect mx.test\nS: 220 mx.test\nC: EHLO mta.sender.test\n\
                    S: 250-mx.test|250-PIPELINING|250-SIZE 1000|250-8BITMIME|250-AUTH PLAIN|250 STARTTLS\n";

fn plain() -> Case {
    case(&[("m1", &["u@contoso.test"], 1)], Vec::new())
}

fn with_shell(text: &str) -> Case {
    let text = format!(
        "$c = New-Object PSCredential(\"u\", (ConvertTo-SecureString \"s3cret-9f2ab1d7\" -AsPlainText))\n{text}"
    );
    Case { shell: vec![ShellText { text, line: 9, ..ShellText::default() }], ..plain() }
}

/// What one invariant says of a trace: `None` if the trace does not put it to the test.
#[track_caller]
fn holds(case: &Case, id: &str, text: &str) -> Option<bool> {
    let found = check(case, &trace(text));
    let (_, checked) = found.into_iter().find(|(own, _)| *own == id).expect("there is such an invariant");
    checked.reached.then_some(checked.breaches.is_empty())
}

/// A trace that holds, and one that breaks.
#[track_caller]
fn both(id: &str, good: &str, bad: &str) {
    assert_eq!(holds(&plain(), id, good), Some(true), "{good}");
    assert_eq!(holds(&plain(), id, bad), Some(false), "{bad}");
}

#[test]
fn a_credential_goes_under_tls_alone() {
    let case = with_shell("New-SendConnector -SmartHostAuthMechanism BasicAuthRequireTLS");
    let clear = format!("{EHLO}C: AUTH PLAIN AHUAczNjcmV0LTlmMmFiMWQ3");
    let tls = format!("{EHLO}C: STARTTLS\nS: 220 go\nTLS 1.3\nC: AUTH PLAIN AHUAczNjcmV0LTlmMmFiMWQ3");
    assert_eq!(holds(&case, "credential-under-tls", &tls), Some(true));
    assert_eq!(holds(&case, "credential-under-tls", &clear), Some(false));
    assert_eq!(holds(&plain(), "credential-under-tls", EHLO), None, "a page without credentials says nothing");
}

#[test]
fn a_password_that_an_exchange_says_counts_though_the_page_does_not_name_it() {
    let login = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC= dQ==\nS: 334 UGFzc3dvcmQ6\nC= cHc=\nS: 235 ok\n";
    let tls = format!("{EHLO}C: STARTTLS\nS: 220 go\nTLS 1.3\n");
    both("credential-under-tls", &format!("{tls}{login}"), &format!("{EHLO}{login}"));
    let later = "close host\nconnect mx.test\nS: 220 mx.test\nC: HELO s3cret-9f2ab1d7";
    let said = format!("{tls}C: AUTH PLAIN AHUAczNjcmV0LTlmMmFiMWQ3\nS: 235 ok\n");
    both("credential-under-tls", &said, &format!("{said}{later}"));
}

#[test]
fn basic_auth_in_the_clear_needs_a_reason_for_the_clear() {
    let case = with_shell("New-SendConnector -SmartHostAuthMechanism BasicAuth");
    let offered = format!("{EHLO}C: AUTH PLAIN s3cret-9f2ab1d7");
    let none = offered.replace("250 STARTTLS", "250 DSN");
    let failed = format!("{EHLO}C: STARTTLS\nS: 220 go\nTLS failed alert\nclose client\n{offered}");
    assert_eq!(holds(&case, "credential-under-tls", &offered), Some(false));
    assert_eq!(holds(&case, "credential-under-tls", &none), Some(true));
    assert_eq!(holds(&case, "credential-under-tls", &failed), Some(true));
    let ignored = with_shell("New-SendConnector -SmartHostAuthMechanism BasicAuth -IgnoreSTARTTLS $true");
    assert_eq!(holds(&ignored, "credential-under-tls", &offered), Some(true));
}

#[test]
fn command_lines_end_in_crlf() {
    both("line-ends", EHLO, &format!("{EHLO}line NOOP\\n"));
    both("line-ends", EHLO, &format!("{EHLO}line NO\\rOP\\r\\n"));
}

#[test]
fn command_lines_keep_to_their_limits() {
    let line = |octets: usize| format!("{EHLO}C: NOOP {}", "x".repeat(octets));
    both("line-limits", &line(505), &line(506));
    let mail = |octets: usize| format!("{EHLO}C: MAIL {}", "x".repeat(octets));
    both("line-limits", &mail(505 + 26 + 17 + 500), &mail(506 + 26 + 17 + 500));
    let response = |octets: usize| format!("{EHLO}C: AUTH PLAIN\nS: 334\nC= {}", "x".repeat(octets));
    both("line-limits", &response(12_286), &response(12_287));
}

#[test]
fn lines_of_mail_data_keep_to_their_limit_if_they_came_in_so() {
    let (short, long) = (format!("A: b||{}|", "x".repeat(998)), format!("A: b||{}|", "x".repeat(999)));
    let text = |content: &str| delivery("mx.test", &["u@contoso.test"], content);
    both("line-limits", &text(&short), &text(&long));
    let came_in = format!("submit m1 u@contoso.test {long}\n{}", text(&long));
    assert_eq!(holds(&plain(), "line-limits", &came_in), Some(true));
}

#[test]
fn nothing_comes_early_unless_pipelining_was_offered_in_this_state_of_tls() {
    let early = "C: MAIL FROM:<>\nC! RCPT TO:<u@contoso.test>\n";
    let tls = format!("{EHLO}C: STARTTLS\nS: 220 go\nTLS 1.3\n");
    both("pipelining", &format!("{EHLO}{early}"), &format!("{tls}{early}"));
    let with_ehlo = EHLO.replace("C: EHLO", "C! EHLO");
    both("pipelining", EHLO, &with_ehlo);
    let mail_with_ehlo = format!("{EHLO}C! MAIL FROM:<>");
    both("pipelining", EHLO, &mail_with_ehlo);
}

#[test]
fn some_commands_end_a_group_whatever_is_offered() {
    let next = "C! MAIL FROM:<>\n";
    let after = |lines: &str| format!("{EHLO}{lines}\n{next}");
    for (good, bad) in [
        ("C: RSET", "C: NOOP"),
        ("C: AUTH PLAIN AHUAcHc=", "C: AUTH PLAIN"),
        ("C: BDAT 10", "C: STARTTLS"),
        ("C: DATA\nS: 354 go\ndata A: b||c|", "C: DATA"),
        ("C: RCPT TO:<u@contoso.test>", "C: EHLO mta.sender.test"),
    ] {
        both("pipelining", &after(good), &after(bad));
    }
    let twice = format!("{EHLO}C: NOOP\nS: 250 ok\nS: 250 again\n{next}");
    assert_eq!(holds(&plain(), "pipelining", &twice), Some(true), "it may have come behind the first of them");
}

#[test]
fn an_extension_is_used_only_where_it_is_offered() {
    for (good, bad) in [
        ("C: MAIL FROM:<> SIZE=10 BODY=8BITMIME", "C: MAIL FROM:<> SMTPUTF8"),
        ("C: AUTH PLAIN x", "C: AUTH LOGIN"),
        ("C: STARTTLS", "C: BDAT 10 LAST"),
        ("C: MAIL FROM:<> SIZE=10", "C: RCPT TO:<u@contoso.test> NOTIFY=NEVER"),
        ("C: STARTTLS", "C: STARTTLS\nS: 220 go\nTLS 1.3\nC: MAIL FROM:<> SIZE=10"),
        ("C: STARTTLS", "C: XEXCH50 20 2"),
        ("C: MAIL FROM:<u@contoso.test> BODY=7BIT", "C: MAIL FROM:<\u{fc}@contoso.test>"),
    ] {
        both("extension-offered", &format!("{EHLO}{good}"), &format!("{EHLO}{bad}"));
    }
    assert_eq!(holds(&plain(), "extension-offered", &format!("{EHLO}C: NOOP")), None);
}

#[test]
fn a_handshake_that_nothing_granted_is_one_breach_whatever_the_host_reads_of_it() {
    let begun = format!("{EHLO}C: STARTTLS\nS: 502 what\nline \u{16}\u{3}\u{1} and\\n\n");
    let more = "line so\\ron\\n\nS: 500 what\n";
    for text in [&format!("{begun}close client"), &format!("{begun}{more}reset client")] {
        assert_eq!(holds(&plain(), "extension-offered", text), Some(false));
        assert_eq!(holds(&plain(), "line-ends", text), Some(true));
        assert_eq!(holds(&plain(), "pipelining", text), Some(true));
        assert_eq!(holds(&plain(), "session-end", text), None);
    }
    let closing = begun.replace("502 what", "421 closing");
    assert_eq!(holds(&plain(), "extension-offered", &closing), Some(true), "nobody knows how far it read");
    assert_eq!(holds(&plain(), "nothing-after-421", &closing), Some(true));
}

#[test]
fn who_does_not_like_a_certificate_may_leave_before_the_greeting() {
    let under_tls = "connect mx.test\nTLS 1.3\nC! QUIT\nS: 220 mx.test\n";
    both("pipelining", under_tls, &under_tls.replace("QUIT", "EHLO mta.sender.test"));
    both("pipelining", under_tls, "connect mx.test\nC! QUIT\nS: 220 mx.test\n");
    let without_quit = format!("{EHLO}C: STARTTLS\nS: 220 go\nTLS 1.3\nclose client");
    assert_eq!(holds(&plain(), "session-end", &without_quit), None, "nor is it asked for a QUIT");
}

#[test]
fn mail_data_is_transparent() {
    let good = delivery("mx.test", &["u@contoso.test"], "A: b||..|");
    both("transparency", &good, &good.replace("A: b||..|", "A: b||x\ry|"));
    let mut unstuffed = trace(&good);
    for entry in &mut unstuffed.0 {
        if let crate::trace::Event::Data { wire, .. } = &mut entry.event {
            *wire = crate::trace::event::KeptOctets::of(b"A: b\r\n\r\n.x\r\n");
        }
    }
    let found = check(&plain(), &unstuffed);
    let (_, checked) = found.iter().find(|(id, _)| *id == "transparency").expect("it is there");
    assert_eq!(checked.breaches.len(), 1);
}

#[test]
fn after_421_there_is_quit_or_nothing() {
    let said = format!("{EHLO}C: MAIL FROM:<>\nS: 421 4.3.2 closing\n");
    both("nothing-after-421", &format!("{said}C: QUIT"), &format!("{said}C: RSET"));
    assert_eq!(holds(&plain(), "nothing-after-421", &format!("{said}C! RCPT TO:<u@contoso.test>")), Some(true));
    assert_eq!(holds(&plain(), "nothing-after-421", EHLO), None);
    let injected = format!("{EHLO}C: STARTTLS\nS: 220 go|421 away\nTLS 1.3\nC: EHLO mta.sender.test\n");
    assert_eq!(holds(&plain(), "nothing-after-421", &injected), None, "it is thrown away with the clear");
}

#[test]
fn nobody_gets_two_copies() {
    let content = "Subject: x||Hello.|";
    let one = delivery("mx.test", &["u@contoso.test"], content);
    let submit = format!("submit m1 u@contoso.test {content}\n");
    let other = delivery("backup.test", &["u@Contoso.test"], content);
    both("delivered-once", &format!("{submit}{one}"), &format!("{submit}{one}{other}"));
}

#[test]
fn two_copies_of_a_message_may_be_delivered_and_no_third() {
    let content = "Subject: x||Hello.|";
    let one = delivery("mx.test", &["u@contoso.test"], content);
    let submit = format!("submit m1.1 u@contoso.test {content}\nsubmit m1.2 u@contoso.test {content}\n");
    both("delivered-once", &format!("{submit}{one}{one}"), &format!("{submit}{one}{one}{one}"));
}

#[test]
fn a_final_250_that_came_too_late_or_with_a_reset_may_be_followed_by_another() {
    let content = "Subject: x||Hello.|";
    let one = delivery("mx.test", &["u@contoso.test"], content);
    let submit = format!("submit m1 u@contoso.test {content}\n");
    let taken = "S: 250 2.0.0 taken\nC: QUIT\nS: 221 bye\nclose client";
    let late = |time: &str| format!("{submit}{}{one}", one.replace(taken, &format!("@{time}\n{taken}")));
    both("delivered-once", &late("10m"), &late("9m"));
    let reset = one.replace(taken, "S: 250 2.0.0 taken\nreset host");
    both("delivered-once", &format!("{submit}{reset}{one}"), &format!("{submit}{one}{one}"));
}

#[test]
fn a_session_ends_in_quit_or_by_the_host() {
    let closed = |end: &str| format!("{EHLO}{end}close client");
    for good in ["C: QUIT\nS: 221 bye\n", "S: 421 closing\n", "C: STARTTLS\nS: 220 go\nTLS failed alert\n"] {
        both("session-end", &closed(good), &closed("stimulus 0\n"));
    }
    both("session-end", &format!("{EHLO}reset host"), &format!("{EHLO}reset client"));
    both("session-end", &closed("C: QUIT\nS: 221 bye\n"), &closed("C: STARTTLS\nS: 454 no\n"));
}

#[test]
fn a_session_whose_host_owes_a_reply_is_not_judged_for_its_end() {
    let closed = |end: &str| format!("{EHLO}{end}close client");
    for unjudged in [
        EHLO,
        "connect mx.test\nclose client",
        &closed("C: MAIL FROM:<>\n"),
        &closed("C: MAIL FROM:<>\nS: 250-half\n"),
        &closed("C: MAIL FROM:<>\nS: 250-one|251 two\n"),
        &closed("C: MAIL FROM:<>\nS: words\n"),
        &closed("C: STARTTLS\nS: 220 go|250 more\n"),
        &format!("{}\nend lost", closed("")),
    ] {
        assert_eq!(holds(&plain(), "session-end", unjudged), None, "{unjudged}");
    }
}

#[test]
fn mail_data_may_be_left_only_at_a_host_that_stalls() {
    let text = format!("{EHLO}C: DATA\nS: 354 go\ndatalost 70000\nclose client");
    let mut stalling = plain();
    stalling.hosts[0].host.rules.push(Rule {
        trigger: Trigger::Data,
        actions: vec![Action::Stall],
        conditions: Conditions::default(),
        tag: None,
    });
    assert_eq!(holds(&stalling, "session-end", &text), Some(true));
    assert_eq!(holds(&plain(), "session-end", &text), Some(false));
}

#[test]
fn no_connection_leaves_the_world() {
    both("stays-in-world", "refused mx.test", "refused nobody");
}

#[test]
fn a_row_names_the_cases_that_broke_it() {
    let mut tally = Tally::default();
    tally.add("a/b#good", &check(&plain(), &trace("refused mx.test")));
    tally.add("a/b#bad", &check(&plain(), &trace("refused nobody")));
    tally.add("a/b#good-too", &check(&plain(), &trace("refused mx.test")));
    let rows = tally.into_rows();
    assert_eq!(rows.len(), ALL.len());
    let row = rows.iter().find(|row| row.id == "stays-in-world").expect("it is there");
    assert_eq!((row.verdict, row.cases.as_slice()), (Verdict::Violates, &["a/b#bad".to_owned()][..]));
    assert_eq!(rows[0].verdict, Verdict::Unsupported);
}
