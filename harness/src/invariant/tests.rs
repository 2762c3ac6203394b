use std::time::Duration;

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
    Case { shell: vec![ShellText { at: Duration::ZERO, text, line: 9 }], ..plain() }
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
    assert_eq!(holds(&plain(), "credential-under-tls", &clear), None);
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
fn an_extension_is_used_only_where_it_is_offered() {
    for (good, bad) in [
        ("C: MAIL FROM:<> SIZE=10 BODY=8BITMIME", "C: MAIL FROM:<> SMTPUTF8"),
        ("C: AUTH PLAIN x", "C: AUTH LOGIN"),
        ("C: STARTTLS", "C: BDAT 10 LAST"),
        ("C: MAIL FROM:<> SIZE=10", "C: RCPT TO:<u@contoso.test> NOTIFY=NEVER"),
        ("C: STARTTLS", "C: STARTTLS\nS: 220 go\nTLS 1.3\nC: MAIL FROM:<> SIZE=10"),
        ("C: STARTTLS", "C: XEXCH50 20 2"),
    ] {
        both("extension-offered", &format!("{EHLO}{good}"), &format!("{EHLO}{bad}"));
    }
    assert_eq!(holds(&plain(), "extension-offered", &format!("{EHLO}C: NOOP")), None);
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
fn a_session_ends_in_quit_or_by_the_host() {
    let closed = |end: &str| format!("{EHLO}{end}close client");
    for good in ["C: QUIT\nS: 221 bye\n", "S: 421 closing\n", "stimulus 0\n", "TLS failed alert\n"] {
        both("session-end", &closed(good), &closed(""));
    }
    both("session-end", &format!("{EHLO}reset host"), &format!("{EHLO}reset client"));
    assert_eq!(holds(&plain(), "session-end", EHLO), None, "one that is still open is not judged");
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
