//! Broken senders, a few scripted octets each: every invariant fails for one, at the event that broke it and nowhere else.
//!
//! A script is a dialogue as of [`crate::trace::dialogue`]; `>>` stands before the line at which the invariant breaks.

use std::collections::BTreeSet;

use super::{ALL, check};
use crate::{
    case::{Case, model::ShellText},
    claim::fixture::case,
    trace::dialogue::trace,
};

/// Greeting and EHLO of a host that offers much.
const OPENED: &str = "connect mx.test\nS: 220 mx.test\nC: EHLO mta.sender.test\n\
                      S: 250-mx.test|250-PIPELINING|250-8BITMIME|250-AUTH PLAIN|250 STARTTLS\n";

/// The same host without a word of what it can.
const PLAIN: &str = "connect mx.test\nS: 220 mx.test\nC: EHLO mta.sender.test\nS: 250 mx.test\n";

/// `\0u\0s3cret-9f2ab1d7` in base64.
const SECRET: &str = "AHUAczNjcmV0LTlmMmFiMWQ3";

struct Sender {
    /// The invariant that it breaks.
    breaks: &'static str,
    /// What it does wrong.
    how: &'static str,
    script: String,
}

fn sender(breaks: &'static str, how: &'static str, before: &str, script: &str) -> Sender {
    Sender { breaks, how, script: format!("{before}{script}") }
}

fn senders() -> Vec<Sender> {
    let mut all = of_secrets_and_lines();
    all.extend(of_order());
    all.extend(of_delivery());
    all
}

fn of_secrets_and_lines() -> Vec<Sender> {
    let (long, text) = ("x".repeat(506), "x".repeat(999));
    vec![
        sender(
            "credential-under-tls",
            "logs in before TLS, though it is offered",
            OPENED,
            &format!(">> C: AUTH PLAIN {SECRET}\nS: 235 ok\nC: QUIT\nS: 221 bye\nclose client"),
        ),
        sender(
            "credential-under-tls",
            "says the password raw, in another command",
            OPENED,
            ">> C: NOOP s3cret-9f2ab1d7\nS: 250 ok\nC: QUIT\nS: 221 bye\nclose client",
        ),
        sender(
            "credential-under-tls",
            "falls back to the clear in the connection whose handshake failed",
            OPENED,
            &format!("C: STARTTLS\nS: 220 go\nTLS failed alert\n>> C: AUTH PLAIN {SECRET}\nS: 235 ok\nclose client"),
        ),
        sender("line-ends", "ends a line in LF alone", OPENED, ">> line NOOP\\n\nS: 250 ok\nclose host"),
        sender("line-ends", "has a CR within a line", OPENED, ">> line NO\\rOP\\r\\n\nS: 250 ok\nclose host"),
        sender("line-limits", "says too much at once", OPENED, &format!(">> C: NOOP {long}\nS: 250 ok\nclose host")),
        sender(
            "line-limits",
            "joins what came in as two lines",
            &format!("submit m1 u@contoso.test A: b||{}|{}|\n{PLAIN}", &text[..500], &text[..499]),
            &format!("C: DATA\nS: 354 go\n>> data A: b||{text}|\nS: 250 ok\nclose host"),
        ),
        sender(
            "transparency",
            "sends a bare CR in mail data",
            PLAIN,
            "C: DATA\nS: 354 go\n>> data A: b||x\ry|\nS: 250 ok\nclose host",
        ),
    ]
}

fn of_order() -> Vec<Sender> {
    vec![
        sender(
            "pipelining",
            "does not wait for a host that offers nothing",
            PLAIN,
            "C: MAIL FROM:<>\n>> C! RCPT TO:<u@contoso.test>\nS: 250 ok|250 ok\nclose host",
        ),
        sender(
            "pipelining",
            "uses under TLS what was offered in the clear",
            OPENED,
            "C: STARTTLS\nS: 220 go\nTLS 1.3\nC: EHLO mta.sender.test\nS: 250 mx.test\nC: MAIL FROM:<>\n\
             >> C! RCPT TO:<u@contoso.test>\nclose host",
        ),
        sender(
            "pipelining",
            "talks before it is greeted",
            "connect mx.test\n",
            ">> C! EHLO mta.sender.test\nclose host",
        ),
        sender(
            "extension-offered",
            "announces octets that the host did not ask for",
            PLAIN,
            ">> C: MAIL FROM:<> BODY=8BITMIME\nS: 555 no\nclose host",
        ),
        sender(
            "extension-offered",
            "picks a mechanism that is not in the list",
            OPENED,
            ">> C: AUTH CRAM-MD5\nS: 504 no\nclose host",
        ),
        sender(
            "extension-offered",
            "sends chunks to a host that knows none",
            OPENED,
            ">> C: BDAT 10 LAST\nS: 500 no\nclose host",
        ),
        sender(
            "nothing-after-421",
            "goes on with the next message",
            OPENED,
            "C: MAIL FROM:<>\nS: 421 4.3.2 closing\n>> C: RSET\nclose host",
        ),
        sender("session-end", "hangs up between two commands", OPENED, "C: MAIL FROM:<>\nS: 250 ok\n>> close client"),
        sender("session-end", "resets the connection", OPENED, "C: NOOP\nS: 250 ok\n>> reset client"),
    ]
}

fn of_delivery() -> Vec<Sender> {
    let taken = |host: &str, mark: &str| {
        format!(
            "connect {host}\nS: 220 {host}\nC: EHLO mta.sender.test\nS: 250 {host}\nC: MAIL FROM:<sender@sender.test>\n\
             S: 250 ok\nC: RCPT TO:<u@contoso.test>\nS: 250 ok\nC: DATA\nS: 354 go\ndata Subject: x||Hello.|\n\
             {mark}S: 250 2.0.0 taken\nC: QUIT\nS: 221 bye\nclose client\n"
        )
    };
    let submitted = "submit m1 u@contoso.test Subject: x||Hello.|\n";
    vec![
        sender(
            "delivered-once",
            "offers another host what the first has taken",
            submitted,
            &format!("{}{}", taken("mx.test", ""), taken("backup.test", ">> ")),
        ),
        sender("stays-in-world", "dials an address that nobody has", submitted, ">> refused nobody"),
        sender("stays-in-world", "asks a name server of its own", submitted, ">> stray 203.0.113.8"),
        sender("stays-up", "dies of what it was given", submitted, ">> died `mta` ended with signal: 6 (SIGABRT)"),
    ]
}

/// A page with a connector that may show its password under TLS alone.
fn page() -> Case {
    let text = "$c = New-Object PSCredential(\"u\", (ConvertTo-SecureString \"s3cret-9f2ab1d7\" -AsPlainText))\n\
                New-SendConnector -SmartHostAuthMechanism BasicAuthRequireTLS";
    let shell = vec![ShellText { text: text.to_owned(), line: 9, ..ShellText::default() }];
    Case { shell, ..case(&[("m1", &["u@contoso.test"], 1)], Vec::new()) }
}

/// The trace of a script, and the place of its marked line among the events.
fn marked(script: &str) -> (crate::trace::Trace, usize) {
    let lines = || script.lines().map(str::trim).filter(|line| !line.is_empty());
    let place = lines().position(|line| line.starts_with(">>")).expect("a line is marked");
    let text: Vec<&str> = lines().map(|line| line.trim_start_matches(">>").trim_start()).collect();
    (trace(&text.join("\n")), place)
}

#[test]
fn a_broken_sender_is_found_out_at_the_event_that_it_breaks_something_by() {
    for sender in senders() {
        let (trace, place) = marked(&sender.script);
        let found = check(&page(), &trace);
        let (_, checked) = found.iter().find(|(id, _)| *id == sender.breaks).expect("there is such an invariant");
        let places: Vec<usize> = checked.breaches.iter().map(|breach| breach.index).collect();
        assert_eq!(places, [place], "{}, who {}: {:?}", sender.breaks, sender.how, checked.breaches);
    }
}

/// A sender that does one thing wrong breaks one invariant; what it does besides is in order.
#[test]
fn a_broken_sender_breaks_nothing_else() {
    // These do two things that are forbidden with the same octets.
    let twice = ["falls back to the clear in the connection whose handshake failed"];
    for sender in senders().iter().filter(|sender| !twice.contains(&sender.how)) {
        let (trace, _) = marked(&sender.script);
        let broken: Vec<&str> = check(&page(), &trace)
            .into_iter()
            .filter(|(_, checked)| !checked.breaches.is_empty())
            .map(|(id, _)| id)
            .collect();
        assert_eq!(broken, [sender.breaks], "who {}", sender.how);
    }
}

#[test]
fn there_is_a_broken_sender_for_every_invariant() {
    let proved: BTreeSet<&str> = senders().iter().map(|sender| sender.breaks).collect();
    let all: BTreeSet<&str> = ALL.iter().map(|invariant| invariant.id).collect();
    assert_eq!(proved, all);
}

/// A sender without a fault, so that none of them could be found out by chance.
#[test]
fn a_sound_sender_breaks_nothing() {
    let script = format!(
        "query MX contoso.test.\nanswer NOERROR contoso.test. 60 IN MX 10 mx.test.\nsubmit m1 u@contoso.test \
         Subject: x||..|\n{OPENED}C: STARTTLS\nS: 220 go\nTLS 1.3\nC: EHLO mta.sender.test\n\
         S: 250-mx.test|250-PIPELINING|250 AUTH PLAIN\nC: AUTH PLAIN {SECRET}\nS: 235 ok\nC: MAIL FROM:<>\n\
         C! RCPT TO:<u@contoso.test>\nC! DATA\nS: 250 ok|250 ok|354 go\ndata Subject: x||..|\nS: 250 taken\nC: QUIT\n\
         S: 221 bye\nclose client"
    );
    for (id, checked) in check(&page(), &trace(&script)) {
        assert_eq!(checked.breaches, [], "{id}");
    }
}
