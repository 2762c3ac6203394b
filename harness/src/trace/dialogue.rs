//! Traces for tests, written as dialogues.
//!
//! ```text
//! @10s                                    the world's time
//! connect mx.test from 192.0.2.1          a session begins; lines below it belong to it
//! S: 220 mx.test                          one write of the host's; `|` parts lines of one reply
//! C: EHLO mta.sender.test                 a command; `C!` came early, `C=` answers a 334
//! TLS 1.3 / TLS failed WHY                a handshake
//! data Subject: x|\|Hello                 mail data, `|` for CRLF, `\|` at once for the empty line; then its reply
//! bdat ...                                the same by BDAT
//! close client / reset host
//! refused mx.test
//! stray 192.0.2.99                        a datagram to nobody
//! query MX contoso.test. / answer NOERROR RECORD|RECORD
//! submit m1 a@contoso.test,b@contoso.test Subject: x|\|Hello
//! fate failed m1 a@contoso.test REASON
//! shell accepts COMMAND => OUTPUT         or refuses CODE COMMAND => MESSAGE; `|` parts lines
//! log ROW                                 a row of the protocol log, in the file SEND.log
//! queue contoso.test DnsConnectorDelivery Retry LAST ERROR
//! stimulus 0 / offscript 4 / limit NAME / died WHY
//! end settled                             or horizon, limit, lost
//! ```

use std::net::IpAddr;

use super::{
    Octets, Trace,
    event::{EndCause, Entry, Event, HandshakeOutcome, KeptOctets, LogKind, MessageFacts, ReportedFate},
    wire::stuff,
};
use crate::claim::ast::NoticeKind;

/// The trace that a dialogue describes. Panics at a line that it does not understand: that is the test's mistake.
#[track_caller]
pub(crate) fn trace(text: &str) -> Trace {
    let mut writer = Writer::default();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| writer.line(line));
    Trace(writer.entries)
}

impl Trace {
    /// The same with one more event, at the end.
    pub(crate) fn with(mut self, event: Option<Event>) -> Self {
        self.0.extend(event.map(|event| Entry { at_ms: 0, event }));
        self
    }
}

/// A dialogue of a whole delivery: greeting to QUIT, without TLS.
pub(crate) fn delivery(host: &str, recipients: &[&str], content: &str) -> String {
    let mut text = format!(
        "connect {host}\nS: 220 {host} ESMTP\nC: EHLO mta.sender.test\nS: 250-{host}|250 8BITMIME\n\
         C: MAIL FROM:<sender@sender.test>\nS: 250 2.1.0 ok\n"
    );
    for recipient in recipients {
        text.push_str(&format!("C: RCPT TO:<{recipient}>\nS: 250 2.1.5 ok\n"));
    }
    text.push_str(&format!("C: DATA\nS: 354 go\ndata {content}\nS: 250 2.0.0 taken\nC: QUIT\nS: 221 bye\n"));
    text.push_str("close client\n");
    text
}

/// The dialogue in which a notification reaches `origin`.
pub(crate) fn notice(kind: NoticeKind, recipient: &str, status: &str) -> String {
    let action = match kind {
        NoticeKind::Delay => "delayed",
        NoticeKind::Failure => "failed",
        NoticeKind::Relay => "relayed",
    };
    let content = format!(
        "Subject: notice|Content-Type: multipart/report; report-type=delivery-status;|\tboundary=\"b\"||--b|\
         Content-Type: text/plain||words|--b|Content-Type: message/delivery-status||\
         Reporting-MTA: dns; mta.sender.test||Final-Recipient: rfc822; {recipient}|Action: {action}|\
         Status: {status}||--b--|"
    );
    delivery("origin", &["sender@sender.test"], &content).replace("FROM:<sender@sender.test>", "FROM:<>")
}

#[derive(Default)]
struct Writer {
    entries: Vec<Entry>,
    at_ms: u64,
    sessions: u64,
    queries: u64,
    tls: bool,
}

impl Writer {
    fn push(&mut self, event: Event) {
        self.entries.push(Entry { at_ms: self.at_ms, event });
    }

    fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (session, tls) = (self.sessions.saturating_sub(1), self.tls);
        if let Some(time) = word.strip_prefix('@') {
            self.at_ms = milliseconds(time);
            return;
        }
        let event = match word {
            "connect" => {
                let (host, from) = rest.split_once(" from ").unwrap_or((rest, "192.0.2.1"));
                self.sessions += 1;
                self.tls = false;
                let session = self.sessions - 1;
                let from = from.parse().expect("an address");
                Event::Connect { session, host: host.to_owned(), to: address(host), port: 25, from }
            }
            "S:" => Event::Reply { session, octets: crlf(rest), tls },
            "octets" => Event::Reply { session, octets: escaped(rest), tls },
            "C:" | "C!" | "C=" => {
                Event::Command { session, octets: crlf(rest), tls, early: word == "C!", auth_response: word == "C=" }
            }
            "line" => Event::Command { session, octets: escaped(rest), tls, early: false, auth_response: false },
            "TLS" => self.handshake(session, rest),
            "data" | "bdat" => {
                let content = content(rest);
                let chunking = word == "bdat";
                let wire = if chunking { content.clone() } else { stuff(&content) };
                Event::Data { session, facts: MessageFacts::of(&content), wire: KeptOctets::of(&wire), tls, chunking }
            }
            "close" | "reset" => Event::Close { session, by: rest.to_owned(), how: word.to_owned() },
            "datalost" => Event::DataLost { session, octets: number(rest) },
            "offscript" => Event::OffScript { session, line: small(rest) },
            _ => self.world(word, rest),
        };
        self.push(event);
    }

    fn handshake(&mut self, session: u64, rest: &str) -> Event {
        if let Some(why) = rest.strip_prefix("failed ") {
            return Event::Handshake { session, outcome: HandshakeOutcome::Failed { why: why.to_owned() } };
        }
        self.tls = true;
        let outcome = HandshakeOutcome::Done {
            version: rest.to_owned(),
            sni: Some("mx.test".to_owned()),
            certificate: "valid for mx.test".to_owned(),
            client_certificate: Some(vec!["mta.sender.test".to_owned()]),
        };
        Event::Handshake { session, outcome }
    }

    fn world(&mut self, word: &str, rest: &str) -> Event {
        let words: Vec<&str> = rest.split(' ').collect();
        match word {
            "refused" => {
                let host = if rest == "nobody" { "" } else { rest };
                Event::Refused { host: host.to_owned(), to: address(rest), port: 25 }
            }
            "query" => {
                self.queries += 1;
                let over = words.get(2).copied().unwrap_or("UDP").to_owned();
                let (server, query) = ("mta.sender.test".to_owned(), self.queries - 1);
                Event::Query {
                    query,
                    server,
                    name: words[1].to_owned(),
                    record_type: words[0].to_owned(),
                    over,
                    name_server: None,
                }
            }
            "answer" => {
                let (rcode, records) = rest.split_once(' ').unwrap_or((rest, ""));
                let records = records.split('|').filter(|record| !record.is_empty()).map(str::to_owned).collect();
                Event::Answer { query: self.queries - 1, rcode: rcode.to_owned(), records, fault: String::new() }
            }
            "submit" => {
                let mut parts = rest.splitn(3, ' ');
                let message = parts.next().unwrap_or("").to_owned();
                let recipients = parts.next().unwrap_or("").split(',').map(str::to_owned).collect();
                let octets = content(parts.next().unwrap_or("Subject: x||Hello.|"));
                Event::Submit {
                    message,
                    reverse_path: "sender@sender.test".to_owned(),
                    recipients,
                    via: "submission".to_owned(),
                    dsn: Box::default(),
                    facts: MessageFacts::of(&octets),
                    content: KeptOctets::of(&octets),
                }
            }
            "fate" => {
                let fate = match words[0] {
                    "deferred" => ReportedFate::Deferred,
                    "delivered" => ReportedFate::Delivered,
                    "failed" => ReportedFate::Failed,
                    _ => ReportedFate::Unroutable,
                };
                let (message, recipient) = (words[1].to_owned(), words[2].to_owned());
                Event::Fate { message, recipient, fate, reason: words[3..].join(" ") }
            }
            "stray" => Event::Stray { to: rest.parse().expect("an address"), port: 53 },
            "shell" => shell(rest),
            "log" => log_row(rest),
            "queue" => Event::Queue {
                next_hop: words[0].to_owned(),
                delivery: words[1].to_owned(),
                status: words[2].to_owned(),
                messages: 1,
                last_error: words[3..].join(" "),
                tls_domain: String::new(),
            },
            "died" => Event::Died { why: rest.to_owned() },
            "stimulus" => Event::Stimulus { index: small(rest) },
            "limit" => Event::Limit { limit: rest.to_owned(), session: None },
            "end" => end(rest),
            _ => panic!("no line of a dialogue: {word} {rest}"),
        }
    }
}

fn end(cause: &str) -> Event {
    let cause = match cause {
        "horizon" => EndCause::Horizon,
        "limit" => EndCause::Limit,
        "lost" => EndCause::Lost,
        _ => EndCause::Settled,
    };
    Event::End { cause, horizon_ms: 10_000, quiet_ms: 0 }
}

fn shell(rest: &str) -> Event {
    let (head, output) = rest.split_once(" => ").unwrap_or((rest, ""));
    let (verb, command) = head.split_once(' ').unwrap_or((head, ""));
    let accepted = verb == "accepts";
    let (code, command) = if accepted { ("", command) } else { command.split_once(' ').expect("a code") };
    let lines = |text: &str| text.replace('|', "\n");
    Event::Shell { command: lines(command), accepted, code: code.to_owned(), output: lines(output) }
}

fn log_row(row: &str) -> Event {
    Event::LogRow { kind: LogKind::Row, file: "SEND.log".to_owned(), row: row.to_owned() }
}

/// Tests know hosts by name; each name has an address of its own.
fn address(host: &str) -> IpAddr {
    let last = host.bytes().fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    IpAddr::from([198, 51, 100, last])
}

fn crlf(text: &str) -> Octets {
    Octets(format!("{}\r\n", text.replace('|', "\r\n")).into_bytes())
}

fn escaped(text: &str) -> Octets {
    Octets(text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0").into_bytes())
}

fn content(text: &str) -> Vec<u8> {
    text.replace('|', "\r\n").replace("\\t", "\t").into_bytes()
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

fn small(text: &str) -> u32 {
    text.parse().expect("a small number")
}

fn milliseconds(text: &str) -> u64 {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        other => panic!("no unit of time: {other}"),
    };
    number(digits) * unit
}
