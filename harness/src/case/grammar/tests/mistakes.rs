//! Mistyped lines: where the mistake is shown, what is said, and what is suggested first.

use super::Fence::{self, Dialogue, Dns, Expect, Host};
use crate::case::{Line, grammar::dialogue};

/// Fence, line, the part that is shown, message, first suggestion.
const MISTAKES: [(Fence, &str, &str, &str, &str); 112] = [
    (Expect, "MUST relay.test sess AUTH [X-1]", "sess", "`sess` is not a verb", "sees"),
    (Expect, "must relay.test sees AUTH [X-1]", "must", "`must` is written `MUST`", "MUST"),
    (Expect, "MUSST relay.test sees AUTH [X-1]", "MUSST", "`MUSST` is not a level", "MUST"),
    (Expect, "relay.test sees AUTH [X-1]", "relay.test", "a level is missing before `relay.test`", "MUST"),
    (Expect, "MUST relay.test sees AUTH", "", "the claim names no requirement", "[ID]"),
    (Expect, "MUST relay.test sees AUTH []", "[]", "no id stands in the brackets", "SEL-06"),
    (Expect, "MUST relay.test sees AUTH [SF-STL-01]", "[SF-STL-01]", "no id of these is a requirement's", "SEL-06"),
    (Expect, "MUST relay.test sees AUTH [aut-09]", "aut-09", "`aut-09` is written `AUT-09`", "AUT-09"),
    (
        Expect,
        "MUST relay.test sees AUTH [AUT-09, AUT-10]",
        "AUT-09,",
        "a blank alone stands behind the id `AUT-09`",
        "AUT-09",
    ),
    (Expect, "MUST relay.test sees AUTH [AUT-09] once", "once", "`once` stands where the line must end", ""),
    (Expect, "MUST relay.test sees AUTH [AUT09]", "AUT09", "`AUT09` is not an id", "SEL-06"),
    (Expect, "MUST relay.test sees auth [X-1]", "auth", "`auth` is written `AUTH`", "AUTH"),
    (Expect, "MUST relay.test sees STARTLS [X-1]", "STARTLS", "`STARTLS` is not a thing that a host sees", "STARTTLS"),
    (
        Expect,
        "MUST relay.test sees connection [X-1]",
        "connection",
        "`connection` is not a thing that a host sees",
        "a connection",
    ),
    (
        Expect,
        "MUST relay.test sees a conection [X-1]",
        "conection",
        "`conection` is not a thing that a host sees",
        "connection",
    ),
    (Expect, "MUST orign sees TLS [X-1]", "orign", "`orign` is not a host or a recipient", "origin"),
    (
        Expect,
        "MUST log agrees relay.test [X-1]",
        "relay.test",
        "`relay.test` is not what stands behind `agrees`",
        "with",
    ),
    (Expect, "MUST shell takes command 1 [X-1]", "takes", "`takes` is not a verb of the shell", "never"),
    (Expect, "MUST shell accepts comand 1 [X-1]", "comand", "`comand` is not a command of the shell", "command 1"),
    (Expect, "MUST shell refuses command 1 [X-1]", "[", "a text in quotation marks is missing before `[`", "\"...\""),
    (Expect, "MUST shell accepts command 0 [X-1]", "0", "a number begins at 1, not at `0`", "1"),
    (Expect, "MUST shell never accepts command 1 [X-1]", "accepts", "`accepts` stands where `prints` must", "prints"),
    (Expect, "MUST relay.test never sees AUTH unter TLS [X-1]", "unter", "`unter` is not a qualifier", "after"),
    (Expect, "MUST relay.test sees AUTH under tls [X-1]", "tls", "`tls` is written `TLS`", "TLS"),
    (
        Expect,
        "MUST relay.test sees AUTH only TLS [X-1]",
        "TLS",
        "`TLS` stands where `under TLS` or `in clear` must",
        "under TLS",
    ),
    (Expect, "MUST relay.test sees AUTH twice [X-1]", "twice", "`twice` is not a qualifier", "once"),
    (Expect, "MUST relay.test sees AUTH 3 time [X-1]", "time", "`time` stands where `times` must", "times"),
    (Expect, "MUST relay.test sees AUTH 0 times [X-1]", "0", "a number begins at 1, not at `0`", "1"),
    (
        Expect,
        "MUST relay.test sees AUTH at last 3 times [X-1]",
        "last",
        "`last` is not a duration, `least` or `most`",
        "least",
    ),
    (
        Expect,
        "MUST relay.test sees AUTH in every connection [X-1]",
        "every",
        "`every` stands where `clear` or `each` must",
        "clear",
    ),
    (Expect, "MUST u@a.test is delivred [X-1]", "delivred", "`delivred` is not an outcome", "delivered"),
    (Expect, "MUST u@a.test is delivered to relay [X-1]", "relay", "`relay` is not a host", "origin"),
    (
        Expect,
        "MUST u@a.test fails with 5.1 [X-1]",
        "5.1",
        "`5.1` is not a reply code or an enhanced status code",
        "550",
    ),
    (Expect, "MUST u@a.test is delivered within 5min [X-1]", "5min", "`5min` is not a duration", "5m"),
    (Expect, "MUST u@a.test is delivered within 26 [X-1]", "26", "the duration `26` has no unit", "26s"),
    (Expect, "MUST u@a.test is tried at 0s, 2m, 1m [X-1]", "1m", "times stand in their order, each once", ""),
    (
        Expect,
        "MUST every recipent is deferred [X-1]",
        "recipent",
        "`recipent` stands where `recipient` must",
        "recipient",
    ),
    (Expect, "MUST u@a.test was delivered [X-1]", "was", "`was` is not an outcome", "is"),
    (Expect, "MUST dns sess MX a.test [X-1]", "sess", "`sess` is not a verb", "sees"),
    (Expect, "MUST dns sees mx a.test [X-1]", "mx", "`mx` is written `MX`", "MX"),
    (Expect, "MUST dns sees MX [X-1]", "[", "a name is missing before `[`", "contoso.test"),
    (Expect, r#"MUST relay.test sees TLS "1.1" [X-1]"#, r#""1.1""#, "`1.1` is not a fact of a handshake", r#""1.2""#),
    (Expect, r#"MUST relay.test sees MAIL "*\q" [X-1]"#, r#"\q"#, r#"`\q` is not an escape"#, r#"\r"#),
    (
        Expect,
        r#"MUST relay.test sees MAIL "* [X-1]"#,
        r#""* [X-1]"#,
        r#"the quotation mark of `"* [X-1]` is not closed"#,
        r#"""#,
    ),
    (
        Expect,
        "MUST relay.test sees header Subject: once [X-1]",
        "Subject:",
        "the field name `Subject` stands without its colon",
        "Subject",
    ),
    (
        Expect,
        r#"MUST relay.test sees credentials "a*" [X-1]"#,
        r#""a*""#,
        r#"a star has no meaning here, and its octet is written `\*`"#,
        r#"\*"#,
    ),
    (Expect, "MUST when relay.test sees TLS, a@b.test fails [X-1]", "when", "`when` is written `WHEN`", "WHEN"),
    (
        Expect,
        "MUST WHEN relay.test sees TLS a@b.test fails [X-1]",
        "a@b.test",
        "a comma is missing before `a@b.test`",
        ",",
    ),
    (Expect, "MUST relay.test sees the bod unchanged [X-1]", "bod", "`bod` stands where `body` must", "body"),
    (Expect, "MUST origin receives a failure [X-1]", "[", "`notice` is missing before `[`", "notice"),
    (Host, "rcpt -> 550 x", "rcpt", "`rcpt` is written `RCPT`", "RCPT"),
    (Host, "RCTP -> 550 x", "RCTP", "`RCTP` is not a property or a trigger of a rule", "RCPT"),
    (Host, "offer SIZE 1000", "offer", "`offer` is not a property or a trigger of a rule", "offers"),
    (
        Host,
        "RCPT <r7@contoso.test -> 550 x",
        "<r7@contoso.test",
        "the mailbox `<r7@contoso.test` is not closed",
        "<r7@contoso.test>",
    ),
    (Host, "RCPT <r7> -> 550 x", "<r7>", "`<r7>` is not a mailbox", "<user@contoso.test>"),
    (Host, "RCPT 550 x", "550", "`550` stands where `->`, `<mailbox>` or a text in quotation marks must", "->"),
    (Host, "RCPT -> 55 x", "55", "`55` is not a reply code of three digits", "550 5.7.1 text"),
    (Host, "RCPT -> stal", "stal", "`stal` is not an action of a host", "stall"),
    (Host, "RCPT -> 550 x (frist 2)", "frist", "`frist` is not a condition", "first"),
    (Host, "RCPT -> 550 x (first 2", "(first 2", "the parenthesis of `(first 2` is not closed", ")"),
    (Host, "RCPT -> 550 x (first two)", "two", "`two` is not a number", "1"),
    (Host, "RCPT -> 550 x (first 2 of every connection)", "every", "`every` stands where `each` must", "each"),
    (Host, "RCPT -> 550 x (over UDP)", "over UDP", "`over` is a condition of `dns` lines only", ""),
    (Host, "RCPT -> 550 x (until 5)", "5", "the duration `5` has no unit", "5s"),
    (Host, "RCPT -> 550 x (until 1h until 2h)", "until", "`until` stands where `,` or `)` must", ")"),
    (Host, "RCPT -> 550 x (until 1h, until 2h)", "until 2h", "a condition of this kind stands here already", ""),
    (Host, "RCPT -> close; 550 x", "550", "nothing happens after `close`", ""),
    (Host, "RCPT -> alert handshake_failure", "alert", "an alert belongs to the trigger `handshake`", "handshake"),
    (
        Host,
        "handshake -> alert handshake-failure",
        "handshake-failure",
        "`handshake-failure` is not an alert",
        "handshake_failure",
    ),
    (Host, "handshake -> 550 x", "550", "a handshake takes no reply", "alert"),
    (Host, "data -> pause 5", "5", "the duration `5` has no unit", "5s"),
    (Host, "offers STARTLS", "STARTLS", "`STARTLS` is not an EHLO keyword", "STARTTLS"),
    (Host, "offers size 1000", "size", "`size` is written `SIZE`", "SIZE"),
    (
        Host,
        r#"auth BasicAuthRequireTls "u" "0123456789ab""#,
        "BasicAuthRequireTls",
        "`BasicAuthRequireTls` is written `BasicAuthRequireTLS`",
        "BasicAuthRequireTLS",
    ),
    (Host, r#"auth BasicAuth "u" "short""#, r#""short""#, "a password has at least 12 characters", ""),
    (Host, "auth BasicAuth", "", "a user name in quotation marks is missing", r#""user" "password""#),
    (Host, "certificate exipred for a.test", "exipred", "`exipred` is not a certificate", "expired"),
    (Host, "certificate valid a.test", "a.test", "`a.test` stands where `for` must", "for"),
    (
        Host,
        "client-certificate require",
        "require",
        "`require` stands where `required` or `requested` must",
        "required",
    ),
    (Host, "tls 1.1", "1.1", "`1.1` is not a version of TLS", "1.2"),
    (Host, "port 0", "0", "`0` is not a port from 1 to 65535", "25"),
    (Host, "takes-from mbx1", "mbx1", "`mbx1` is not an address of the network", "192.0.2.1"),
    (Host, "down now", "now", "`now` stands where the line must end", "("),
    (Host, "RCPT -> 550 x (after 5 octets)", "(after 5 octets)", "octets are counted by rules for `data` only", "data"),
    (Host, r#"auth Basic "u""#, "Basic", "`Basic` is not a posture", "BasicAuth"),
    (Host, "end of dat -> 550 x", "dat", "`dat` stands where `data` must", "data"),
    (Dns, "MX contoso.test SERVFAIL", "SERVFAIL", "`SERVFAIL` stands where `->` must", "->"),
    (Dns, "MX contoso.test -> servfail", "servfail", "`servfail` is written `SERVFAIL`", "SERVFAIL"),
    (Dns, "MX contoso.test -> SRVFAIL", "SRVFAIL", "`SRVFAIL` is not an action of a name server", "SERVFAIL"),
    (Dns, "mx contoso.test -> drop", "mx", "`mx` is written `MX`", "MX"),
    (Dns, "MX -> drop", "->", "a name is missing before `->`", "contoso.test"),
    (Dns, "MX a..b -> drop", "a..b", "`a..b` is not a domain name", "contoso.test"),
    (
        Dns,
        "MX a.test -> drop (first 1 of each connection)",
        "first 1 of each connection",
        "`of each` is a condition of `host` lines only",
        "",
    ),
    (Dns, "MX a.test -> drop (over udp)", "udp", "`udp` is written `UDP`", "UDP"),
    (Dns, "MX a.test -> drop; drop", "drop", "another action stands behind `pause` only", ""),
    (Dns, "MX a.test -> drop drop", "drop", "`drop` stands where `;` or conditions in parentheses must", ";"),
    (Dns, "ANY a.test -> drop", "ANY", "`ANY` is written `any`", "any"),
    (Dialogue, "250 ok", "250", "a reply begins with `S: `", "S:"),
    (Dialogue, "EHLO x", "EHLO", "a command begins with `C: `, as in `C: EHLO`", "C:"),
    (Dialogue, "S:250 ok", "S:", "no blank stands behind `S:`", "S: "),
    (Dialogue, "s: 250 ok", "s:", "`s:` is written `S:`", "S:"),
    (Dialogue, "C: ehlo x", "ehlo", "`ehlo` is written `EHLO`", "EHLO"),
    (Dialogue, "C: STARTLS", "STARTLS", "`STARTLS` is not a verb", "STARTTLS"),
    (Dialogue, "C: .", ".", "the end of mail data is no command", "end of data -> 550 5.7.1 text"),
    (Dialogue, "C: MAIL FROM:<a@b.test", "<a@b.test", "the mailbox `<a@b.test` is not closed", "<a@b.test>"),
    (Dialogue, "<tls>", "tls", "`tls` is written `TLS`", "TLS"),
    (Dialogue, "<paus 2s>", "paus", "`paus` is not an action of a host", "pause"),
    (Dialogue, "<pause 2>", "2", "the duration `2` has no unit", "2s"),
    (Dialogue, "<TLS", "<TLS", "the bracket of `<TLS` is not closed", ">"),
    (Dialogue, "<octets 220>", "220", "`220` is not a text in quotation marks", r#""...""#),
    (Dialogue, "<stall 2s>", "2s", "`2s` stands where the line must end", ">"),
    (Dialogue, "<\u{a0}TLS", "<\u{a0}TLS", "the bracket of `<\u{a0}TLS` is not closed", ">"),
];

#[test]
fn mistyped_lines_are_shown_at_the_wrong_word() {
    for (fence, text, span, message, first) in MISTAKES {
        let mistake = fence.mistake(text).unwrap_or_else(|| panic!("{text} was read"));
        let shown = text.get(mistake.span.clone()).unwrap_or("(not in the line)");
        let suggested = mistake.expected.first().map_or("", String::as_str);
        assert_eq!((shown, mistake.message.as_str(), suggested), (span, message, first), "{fence:?}: {text}");
    }
}

#[test]
fn each_line_of_a_dialogue_has_its_own_mistake() {
    let lines = [(1, "S 220"), (2, "S: 220 x"), (3, "<TSL>")].map(|(number, text)| Line { text, number });
    let mistakes = dialogue::parse(&lines, None).unwrap_err();
    assert_eq!(mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_missing_word_is_shown_at_the_end_of_the_line() {
    let mistake = Expect.mistake("MUST relay.test sees AUTH   ").unwrap();
    assert_eq!(mistake.span, 25..25);
    let mistake = Host.mistake("RCPT -> ").unwrap();
    assert_eq!((mistake.span, mistake.message.as_str()), (7..7, "an action of a host is missing"));
}
