use super::*;

/// `addresses: kind status (diagnostic)` for each recipient, of a message with `|` for its line ends.
fn said(message: &str) -> Vec<String> {
    let message = message.replace('|', "\r\n");
    recipients(message.as_bytes())
        .iter()
        .map(|one| format!("{}: {:?} {} ({})", one.addresses.join(" "), one.kind, one.status, one.diagnostic))
        .collect()
}

#[track_caller]
fn check(message: &str, expected: &[&str]) {
    assert_eq!(said(message), expected, "{message}");
}

#[test]
fn a_report_is_read_with_its_fields_in_any_order_and_case() {
    let postfix = "MIME-Version: 1.0|Content-Type: multipart/report; report-type=delivery-status;|    boundary=\"A5.17/mx\"||\
        words|--A5.17/mx|Content-Description: Notification||text|--A5.17/mx|Content-Type: message/delivery-status||\
        Reporting-MTA: dns; mx|X-Postfix-Queue-ID: A5|Arrival-Date: x||Final-Recipient: rfc822; u@b.test|\
        Original-Recipient: rfc822;old@b.test|Action: failed|Status: 5.1.1|Remote-MTA: dns; b.test|\
        Diagnostic-Code: smtp; 550 5.1.1|    nobody||--A5.17/mx|Content-Type: message/rfc822||Action: delayed||--A5.17/mx--|";
    check(postfix, &["old@b.test u@b.test: Some(Failure) 5.1.1 (smtp; 550 5.1.1 nobody)"]);
    let exim = "X-Failed-Recipients: u@b.test|Content-Type: multipart/report; report-type=delivery-status; boundary=12-eximdsn-3||\
        --12-eximdsn-3|Content-type: text/plain||text|--12-eximdsn-3|Content-type: message/delivery-status||\
        Reporting-MTA: dns; mx||Action: failed|Final-Recipient: rfc822;u@b.test|Status: 5.0.0||\
        Action: Delayed|Final-Recipient: RFC822; <v@b.test>|Status: 4.4.1 (refused)||--12-eximdsn-3--|";
    check(exim, &["u@b.test: Some(Failure) 5.0.0 ()", "v@b.test: Some(Delay) 4.4.1 ()"]);
}

#[test]
fn a_failure_without_a_report_is_known_by_the_header_that_names_its_recipients() {
    let old = "X-Failed-Recipients: u@b.test,|  v@b.test|Subject: failed||550 no|";
    let words = "Some(Failure)  (550 no\r\n)";
    assert_eq!(said(old), [format!("u@b.test: {words}"), format!("v@b.test: {words}")]);
    check("Subject: X-Failed-Recipients: u@b.test||X-Failed-Recipients: u@b.test|", &[]);
}

#[test]
fn what_is_no_report_says_nothing() {
    check("Subject: x||Final-Recipient: rfc822; u@b.test|Action: failed|", &[]);
    check("Content-Type: multipart/mixed; boundary=a||--a|Content-Type: text/plain||Action: failed|--a--|", &[]);
    check("Content-Type: multipart/report||--|Content-Type: message/delivery-status||Action: failed|", &[]);
}

#[test]
fn a_boundary_may_hold_a_semicolon_and_quotes() {
    let report = |boundary: &str, line: &str| {
        format!(
            "Content-Type: multipart/report; boundary=\"{boundary}\"; a=b||--{line}|\
             Content-Type: message/delivery-status||Reporting-MTA: dns; a||Final-Recipient: rfc822; u@b.test|\
             Action: relayed|Status: 2.0.0||--{line}--|"
        )
    };
    check(&report("a;b=c", "a;b=c"), &["u@b.test: Some(Relay) 2.0.0 ()"]);
    check(&report("a\\\"b", "a\"b"), &["u@b.test: Some(Relay) 2.0.0 ()"]);
}

#[test]
fn an_international_address_is_the_same_escaped_and_not() {
    assert_eq!(address("utf-8; j\\x{F6}rg@b.test"), "j\u{f6}rg@b.test");
    assert_eq!(address("UTF-8;j\u{f6}rg@b.test"), "j\u{f6}rg@b.test");
    assert_eq!(address("utf-8;\\x{110000}\\x{@b"), "\\x{110000}\\x{@b");
    assert_eq!(address("rfc822; \\x{F6}@b.test"), "\\x{F6}@b.test");
}
