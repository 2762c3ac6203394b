//! Every line of the example pages of the format is read.

use super::{claim, fault, host_line, script};

const CLAIMS: &str = r#"
MUST    every recipient is delivered to beta.relay.test             [SEL-11 SEL-14 SEL-16]
MUST    beta.relay.test receives a message 20 times                 [SEL-16]
MUST    alpha.relay.test never sees a connection                    [SEL-16]
MUST    gamma.relay.test never sees a connection                    [SEL-11]
MUST  julia@marketing.contoso.test is delivered to alpha.relay.test  [SEL-11 MOD-10]
MUST    relay.contoso.test sees STARTTLS                            [AUT-09]
MUST    relay.contoso.test never sees AUTH                          [TLS-18 AUT-23 SF-STL-01]
MUST    relay.contoso.test never sees MAIL in clear                 [AUT-10]
SHOULD  u@fabrikam.test is deferred                                 [AUT-20]
SHOULD  relay.contoso.test sees EHLO under TLS                      [R3207-4.2-2]
MUST    relay.contoso.test sees AUTH under TLS                      [AUT-23]
MUST    u@fabrikam.test is delivered to relay.contoso.test          [AUT-09]
MUST  public.test never receives header X-MS-Exchange-Organization-AuthSource     [HDR-02 HDR-07]
MUST  public.test never receives octets "*folded-tail-4711*"                      [HDR-08]
MUST  public.test never receives octets "*and-more-4712*"                         [HDR-08]
MUST  public.test receives header X-MS-Exchange-Organization unchanged            [HDR-09]
MUST  public.test receives header Received "from inner.sender.test *"             [HDR-06]
MUST  trusted.test receives header X-MS-Exchange-Organization-AuthSource unchanged [HDR-05 HDR-12]
MUST  trusted.test receives octets "*folded-tail-4711*"                           [HDR-05]
MUST  trusted.test receives octets "*and-more-4712*"                              [HDR-05]
MUST  public.test receives the body unchanged                                     [HDR-10 SES-04]
MUST  trusted.test receives the body unchanged                                    [HDR-12]
MUST    every recipient is delivered to hub.contoso.test                       [FAIL-01 FAIL-03]
SHOULD  hub.contoso.test sees a transaction at most 5 times                    [FAIL-04]
MUST    origin never receives a failure notice                                 [FAIL-01 FAIL-03]
SHOULD  every recipient is delivered within 5m                                 [FAIL-04]
MUST  r7@contoso.test fails                                                    [FAIL-01 FAIL-03]
MUST  origin receives a failure notice once for r7@contoso.test                [FAIL-01]
MUST  r8@contoso.test is delivered to hub.contoso.test                         [FAIL-03]
MUST    julia@contoso.test is tried at 0s, 1m, 2m, 3m, 4m, 9m, 14m, 19m, 24m, 29m, 34m, 44m   [FAIL-09 FAIL-10 FAIL-11]
MUST    julia@contoso.test is delivered to mx.contoso.test not before 26h within 26h10m       [DNS-09 FAIL-08]
MUST    origin receives a delay notice once for julia@contoso.test at 4h                      [FAIL-15]
MUST    origin never receives a failure notice                                                [DNS-09]
MUST    mx.contoso.test never sees a connection until 26h                                     [DNS-09]
MUST  julia@contoso.test fails with 4.4.7 at 2d                             [FAIL-14]
MUST  origin receives a failure notice once for julia@contoso.test          [FAIL-14 FAIL-23]
MUST  mx.contoso.test never sees a connection                               [DNS-09]
MUST  relay.contoso.test sees TLS before AUTH                       [AUT-09]
MUST  relay.contoso.test sees AUTH only under TLS                   [AUT-09]
MUST  relay.contoso.test sees credentials "s3cret-9f2ab1d7" under TLS [AUT-09]
MUST  u@fabrikam.test is delivered to relay.contoso.test            [AUT-11]
MUST    relay.contoso.test sees STARTTLS                            [AUT-09]
MUST    relay.contoso.test never sees AUTH                          [AUT-11 R4954-14-1 SF-AUT-02]
MUST    relay.contoso.test never sees credentials "s3cret-9f2ab1d7" [AUT-11]
SHOULD  u@fabrikam.test is deferred                                 [AUT-20]
"#;

/// What the grammar allows and the pages do not show.
const FURTHER_CLAIMS: &str = r#"
MUST WHEN origin sees TLS, a@contoso.test of m1 is not delivered [X-1]
MUST WHEN mx.contoso.test sees TLS at 1s, 2m, 192.0.2.1 sees a message [X-1]
MUST any host sees TLS "1.3" only in clear [X-1]
MUST any host sees TLS "SNI relay.contoso.test" in each connection [X-1]
MUST mx.contoso.test sees TLS "client certificate mail.sender.test" after STARTTLS [X-1]
MUST dns sees MX contoso.test over TCP at least 2 times [X-1]
MUST dns mbx1 never sees AAAA mx.contoso.test. until 1m [X-1]
MUST 2001:db8::1 sees MAIL "* SIZE=*" 3 times in each transaction from mbx1 of m1 [X-1]
SHOULD a@contoso.test is unroutable [X-1]
SHOULD origin receives a relay notice with 250 2.1.5 [X-1]
SHOULD mx.contoso.test receives the body "*[not ids] (nor conditions)*" [X-1]
"#;

const HOST_LINES: &str = r#"
auth         BasicAuthRequireTLS "relay-user-71c4" "s3cret-9f2ab1d7"
certificate  valid for relay.contoso.test
certificate  valid for other.contoso.test relay.contoso.test
certificate  valid for RELAY.Contoso.TEST
certificate  expired for relay.contoso.test
certificate  not-yet-valid for relay.contoso.test
certificate  self-signed for relay.contoso.test
certificate  unknown-issuer for relay.contoso.test
RCPT -> 452 4.5.3 Too many recipients   (from 101 of each transaction)
RCPT <r7@contoso.test> -> 550 5.1.1 No such mailbox
"#;

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

#[test]
fn claims_are_read_and_keep_their_text() {
    for text in lines(CLAIMS).chain(lines(FURTHER_CLAIMS)) {
        let claim = claim(text);
        let before_ids = text.rsplit_once('[').map_or("", |(before, _)| before);
        assert_eq!(claim.text, before_ids.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(claim.ids.iter().all(|id| text.contains(id.as_str())), "{text}");
    }
}

#[test]
fn host_lines_are_read() {
    for text in lines(HOST_LINES) {
        host_line(text);
    }
}

#[test]
fn faults_and_dialogues_are_read() {
    fault("MX contoso.test -> SERVFAIL   (until 26h)");
    fault("MX contoso.test -> SERVFAIL");
    let script = script(&[
        "C: STARTTLS",
        r#"<octets "220 go ahead\r\n250-relay.contoso.test\r\n250 AUTH LOGIN PLAIN\r\n">"#,
        "<TLS>",
    ]);
    assert_eq!(script.steps.len(), 3);
}
