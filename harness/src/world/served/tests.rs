use super::stray;
use crate::trace::{Entry, Event, octets::Octets};

fn said(line: &str) -> Entry {
    let octets = Octets(format!("{line}\r\n").into_bytes());
    Entry { at_ms: 0, event: Event::Command { session: 1, octets, tls: false, early: false, auth_response: false } }
}

#[test]
fn mail_of_another_case_is_seen() {
    let found = |line: &str| stray(&[said("EHLO mx.test.cother.m.contoso.com"), said(line)], "m.contoso.com", "cown");
    assert_eq!(found("MAIL FROM:<a@sender.test.cown.m.contoso.com>"), None);
    assert_eq!(found("RCPT TO:<a@CONTOSO.test.cown.M.contoso.com> NOTIFY=NEVER"), None);
    assert_eq!(found("MAIL FROM:<>"), None);
    assert!(found("RCPT TO:<a@contoso.test.cother.m.contoso.com>").is_some());
    assert!(found("MAIL FROM:<canary@canary.m.contoso.com>").is_some());
}
