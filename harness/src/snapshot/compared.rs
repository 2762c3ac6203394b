//! A trace as text to be compared with that of another run, another version, or another MTA: without times, and without
//! what varies from run to run on sockets.
//!
//! Sessions stand by host, and those that were open at the same time by what was said in them, for their order is an
//! accident. Queries stand once each, sorted by name; what is tried again is shown once. A command that came before the
//! reply to what went before is marked, for a snapshot does not show it. What the MTA reports stands behind the message
//! that it is about, recipient by recipient: it comes by another way than what is on the wire. What the world's name
//! server answers is left out, for it is the page's, and so is how the watching ended, for it is ours; how queues stand is
//! for claims, as in a snapshot.

use std::collections::BTreeSet;

use super::{Block, others::Others, redact::Redactor, transactions};
use crate::{
    report::dialogue::lines,
    trace::{Event, Trace, event::MessageFacts, view::session_of},
};

/// Behind a command that did not wait for the reply before it.
pub const EARLY: &str = "  (before the reply)";
/// In the place of a block that is equal to the one above it.
const AGAIN: &str = "... and again";

/// Which lines are compared.
#[expect(clippy::exhaustive_enums, reason = "what two runs have in common")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything: one MTA, twice.
    Whole,
    /// Everything, but each mail transaction by itself: one MTA, twice, where several messages are under way at the same
    /// time and any session may carry any of them.
    Transactions,
    /// Without header sections and replies: two MTAs, which never write the same trace fields.
    Commands,
}

/// The dialogues of a trace, to be compared.
#[must_use]
pub fn compared(trace: &Trace, detail: Detail) -> Vec<String> {
    let redactor = Redactor::new(trace);
    let submitted: BTreeSet<&str> = trace
        .0
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Submit { facts, .. } => Some(facts.body_sha256.as_str()),
            _ => None,
        })
        .collect();
    let mut queries = BTreeSet::new();
    let mut sessions: Vec<Open> = Vec::new();
    let mut others = Others::default();
    for (place, entry) in trace.0.iter().enumerate() {
        let lines = of_event(&entry.event, &redactor, &submitted, detail);
        match (&entry.event, session_of(&entry.event)) {
            (Event::Query { .. }, _) => queries.extend(lines),
            (Event::Answer { .. } | Event::End { .. } | Event::Limit { .. }, _) => {}
            (Event::Connect { session, host, .. }, _) => {
                let block = Block { at_ms: entry.at_ms, host: host.clone(), lines };
                sessions.push(Open { session: *session, first: place, last: place, block });
            }
            (_, Some(session)) => {
                if let Some(open) = sessions.iter_mut().find(|open| open.session == session) {
                    open.block.lines.extend(lines);
                    open.last = place;
                }
            }
            (event, None) => others.take(event, lines),
        }
    }
    let mut sessions = in_order(sessions);
    if detail == Detail::Transactions {
        sessions = transactions::apart(sessions);
    }
    let mut text: Vec<String> = queries.into_iter().collect();
    let mut last: Option<&Block> = None;
    for block in &sessions {
        if last.is_some_and(|last| last.lines == block.lines) {
            if text.last().is_none_or(|line| line != AGAIN) {
                text.push(AGAIN.to_owned());
            }
        } else {
            text.extend(block.lines.iter().cloned());
        }
        last = Some(block);
    }
    text.extend(others.in_order());
    text
}

/// A session, and the places of its first and its last event in the trace.
struct Open {
    session: u64,
    first: usize,
    last: usize,
    block: Block,
}

/// By host, then in time; sessions of a host that were open together by their lines.
fn in_order(mut sessions: Vec<Open>) -> Vec<Block> {
    sessions.sort_by(|one, other| one.block.host.cmp(&other.block.host));
    let mut together: Vec<Vec<Open>> = Vec::new();
    for open in sessions {
        match together.last_mut() {
            Some(others)
                if others.iter().any(|other| other.block.host == open.block.host && other.last > open.first) =>
            {
                others.push(open);
            }
            _ => together.push(vec![open]),
        }
    }
    for others in &mut together {
        others.sort_by(|one, other| one.block.lines.cmp(&other.block.lines));
    }
    together.into_iter().flatten().map(|open| open.block).collect()
}

fn of_event(event: &Event, redactor: &Redactor, submitted: &BTreeSet<&str>, detail: Detail) -> Vec<String> {
    let commands = detail == Detail::Commands;
    match event {
        // Ports and addresses of the sending side say nothing.
        Event::Connect { host, to, port, .. } => vec![format!("connect {host} {to} port {port}")],
        Event::Command { early, .. } => {
            let mark = if *early { EARLY } else { "" };
            lines(event).iter().map(|line| format!("{}{mark}", size(line))).collect()
        }
        Event::Data { facts, chunking, .. } => data(facts, *chunking, redactor, submitted, detail),
        Event::Reply { .. } | Event::Close { .. } | Event::Submit { .. } | Event::Shell { .. } if commands => {
            Vec::new()
        }
        // Its times and ports are those of one run; what it must hold is claimed.
        Event::LogRow { .. } | Event::Queue { .. } => Vec::new(),
        Event::Fate { .. } | Event::Route { .. } if commands => Vec::new(),
        Event::Fate { .. } => lines(event).iter().map(|line| reason(line)).collect(),
        _ => lines(event).iter().map(|line| redactor.line(line)).collect(),
    }
}

/// `SIZE=` and BDAT count trace fields, and so the octets of a queue id and of a date.
fn size(line: &str) -> String {
    let before = if line.starts_with("C: MAIL") { " SIZE=" } else { "C: BDAT " };
    without_number(line, before, "{SIZE}")
}

/// What became of a recipient, and why. A refused connection is on sockets one that is reset at once; a size counts what
/// [`size`] does; and a certificate is judged by the time of the run.
fn reason(line: &str) -> String {
    let line = line.replace("lost at the connection: connection refused", "lost at the connection: connection reset");
    let line = without_number(&line, "message of ", "{SIZE}");
    if !line.contains("verification time ") {
        return line;
    }
    let before = ["verification time ", "not valid after ", "not valid before "];
    let line = before.iter().fold(line, |line, before| without_number(&line, before, "{TIME}"));
    line.rsplit_once(" (")
        .map_or(line.clone(), |(start, end)| format!("{start} ({}", without_number(end, "", "{TIME}")))
}

/// The line with a token in the place of the number behind these words.
fn without_number(line: &str, before: &str, token: &str) -> String {
    let Some((start, rest)) = line.split_once(before) else { return line.to_owned() };
    let behind = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    if behind.len() == rest.len() { line.to_owned() } else { format!("{start}{before}{token}{behind}") }
}

/// Mail data: the size of a body is compared if it is one that went in; a notice counts dates and ids.
fn data(
    facts: &MessageFacts,
    chunking: bool,
    redactor: &Redactor,
    submitted: &BTreeSet<&str>,
    detail: Detail,
) -> Vec<String> {
    let verb = if chunking { "BDAT" } else { "DATA" };
    let body = if submitted.contains(facts.body_sha256.as_str()) { "the body that went in" } else { "another body" };
    let mut text = vec![format!("<mail data by {verb}, {body}>")];
    if detail != Detail::Commands {
        text.extend(header(facts, redactor));
    }
    text
}

/// The header section, a line each.
fn header(facts: &MessageFacts, redactor: &Redactor) -> Vec<String> {
    let octets = facts.header.0.strip_suffix(b"\r\n").unwrap_or(&facts.header.0);
    let escaped = crate::report::dialogue::escape(octets);
    let lines = escaped.split("\\r\\n").filter(|line| !line.is_empty());
    lines.map(|line| redactor.line(&format!("   | {line}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Detail, compared, reason, size};
    use crate::trace::{
        Event,
        dialogue::{delivery, trace},
    };

    #[test]
    fn sessions_stand_by_host_and_what_is_tried_again_stands_once() {
        let session = |host: &str| format!("connect {host}\nS: 421 later\nclose client\n");
        let text = [session("b.test"), session("a.test"), session("b.test"), session("b.test")].concat();
        let lines = compared(&trace(&text), Detail::Whole);
        let connects: Vec<&str> =
            lines.iter().filter(|line| line.starts_with("connect")).filter_map(|line| line.split(' ').nth(1)).collect();
        assert_eq!(connects, ["a.test", "b.test"]);
        assert_eq!(lines.last().map(String::as_str), Some("... and again"));
    }

    #[test]
    fn sessions_that_were_open_together_have_no_order() {
        let sessions = |words: [&str; 2]| {
            let mut trace =
                trace(&format!("connect a.test\nS: 220 {}\nconnect a.test\nS: 220 {}\n", words[0], words[1]));
            // The first one closes after the second has begun.
            if let Some(at) = trace.0.iter().position(|entry| matches!(entry.event, Event::Reply { .. })) {
                let entry = trace.0.remove(at);
                trace.0.insert(at + 1, entry);
            }
            compared(&trace, Detail::Whole)
        };
        assert_eq!(sessions(["one", "two"]), sessions(["two", "one"]));
    }

    #[test]
    fn sizes_do_not_count_and_commands_before_the_reply_are_marked() {
        let mut early = trace("connect a.test\nC: MAIL FROM:<u@x.test> SIZE=123 BODY=8BITMIME\nC: DATA");
        if let Event::Command { early, .. } = &mut early.0[2].event {
            *early = true;
        }
        let lines = compared(&early, Detail::Commands);
        assert_eq!(lines[1..], ["C: MAIL FROM:<u@x.test> SIZE={SIZE} BODY=8BITMIME", "C: DATA  (before the reply)"]);
    }

    #[test]
    fn reasons_are_compared_without_times_and_sizes() {
        let expired = |now: &str, end: &str, ago: &str| {
            format!(
                "reported: TLS handshake failed: certificate expired: verification time {now} (UNIX), but certificate \
                 is not valid after {end} ({ago} seconds ago)"
            )
        };
        let lines = [expired("1894010400", "1893924000", "86400"), expired("7", "8", "9")];
        assert_eq!(reason(&lines[0]), reason(&lines[1]));
        assert!(reason(&lines[0]).ends_with("valid after {TIME} ({TIME} seconds ago)"), "{}", reason(&lines[0]));
        let refused =
            "reported: u failed: 550 5.3.4 message of 102627 octets is larger than the 1000 that it takes (2)";
        assert_eq!(reason(refused), refused.replace("102627", "{SIZE}"));
        assert_eq!(size("C: BDAT 318 LAST"), "C: BDAT {SIZE} LAST");
        let down = "lost at the connection: connection refused";
        assert_eq!(reason(down), "lost at the connection: connection reset");
    }

    #[test]
    fn two_mtas_are_compared_without_header_sections_and_replies() {
        let message = trace(&delivery("mx.test", &["u@contoso.test"], "Received: x|Subject: y||Hello.|"));
        let (whole, commands) = (compared(&message, Detail::Whole), compared(&message, Detail::Commands));
        assert!(whole.contains(&"   | Subject: y".to_owned()) && whole.iter().any(|line| line.starts_with("S: ")));
        assert!(!commands.iter().any(|line| line.starts_with("S: ") || line.starts_with("   |")), "{commands:?}");
        assert!(commands.contains(&"<mail data by DATA, another body>".to_owned()), "{commands:?}");
    }
}
