//! Sessions as dialogues, in the notation in which pages write them.

use crate::trace::{
    Event, Trace,
    event::{EndCause, HandshakeOutcome, LogKind, MessageFacts, ReportedFate},
    view::session_of,
};

/// World time as pages write durations, to the second: `26h10m`, `0s`.
#[must_use]
pub fn time(at_ms: u64) -> String {
    let seconds = at_ms / 1_000;
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let mut text = String::new();
    for (count, unit) in [(days, 'd'), (hours, 'h'), (minutes, 'm'), (rest, 's')] {
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// World time to the millisecond: `1.250s`, `2m0.000s`.
#[must_use]
pub fn exact_time(at_ms: u64) -> String {
    let (minutes, ms) = (at_ms / 60_000, at_ms % 60_000);
    let seconds = format!("{}.{:03}s", ms / 1_000, ms % 1_000);
    if minutes == 0 { seconds } else { format!("{}{seconds}", time(minutes * 60_000)) }
}

/// Octets that a person can read: what is neither printable ASCII nor a blank is escaped.
#[must_use]
pub fn escape(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            b' '..=b'~' => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\x{octet:02X}")),
        }
    }
    text
}

/// An event as lines of a dialogue. A line that ends in CRLF is written without it, any other as an escape.
#[must_use]
pub fn lines(event: &Event) -> Vec<String> {
    match event {
        Event::Command { octets, .. } => dialogue('C', &octets.0),
        Event::Reply { octets, .. } => dialogue('S', &octets.0),
        Event::Close { by, how, .. } => vec![format!("<{how} by {by}>")],
        Event::Connect { host, to, port, from, .. } => {
            let port = if *port == 25 { String::new() } else { format!(" port {port}") };
            vec![format!("connect {host} {to}{port} from {from}")]
        }
        Event::Data { facts, chunking, .. } => data(facts, *chunking),
        Event::DataLost { octets, .. } => vec![format!("<connection lost after {octets} octets of mail data>")],
        Event::Died { why } => vec![format!("<the MTA ended by itself: {}>", why.lines().next().unwrap_or_default())],
        Event::Failure { why } => vec![format!("<failure of ours: {why}>")],
        Event::Handshake { outcome, .. } => vec![handshake(outcome)],
        Event::OffScript { line, .. } => vec![format!("<off script at line {line}>")],
        Event::Limit { limit, .. } => vec![format!("<limit {limit}>")],
        Event::Unsupported { setting } => vec![format!("<the MTA has no setting for {setting}>")],
        _ => world(event),
    }
}

fn dialogue(party: char, octets: &[u8]) -> Vec<String> {
    let mut left = octets;
    let mut lines = Vec::new();
    while !left.is_empty() {
        let end = memchr::memmem::find(left, b"\r\n");
        let (line, rest) = left.split_at(end.map_or(left.len(), |at| at + 2));
        match line.strip_suffix(b"\r\n") {
            Some(line) => lines.push(format!("{party}: {}", escape(line)).trim_end().to_owned()),
            None => lines.push(format!("{party}: <octets \"{}\">", escape(line))),
        }
        left = rest;
    }
    lines
}

/// Mail data in one line, then its header section.
fn data(facts: &MessageFacts, chunking: bool) -> Vec<String> {
    let verb = if chunking { "BDAT" } else { "DATA" };
    let mut lines = vec![format!("<mail data by {verb}, {} octets of body>", facts.body_size)];
    let header = facts.header.0.strip_suffix(b"\r\n").unwrap_or(&facts.header.0);
    if !header.is_empty() {
        let text = escape(header);
        lines.extend(text.split("\\r\\n").map(|line| format!("   | {line}").trim_end().to_owned()));
    }
    lines
}

fn handshake(outcome: &HandshakeOutcome) -> String {
    match outcome {
        HandshakeOutcome::Done { version, sni, certificate, client_certificate } => {
            let sni = sni.as_ref().map(|name| format!(", SNI {name}")).unwrap_or_default();
            let client = client_certificate.as_ref().map(|names| format!(", client certificate {}", names.join(" ")));
            format!("<TLS {version}, {certificate}{sni}{}>", client.unwrap_or_default())
        }
        HandshakeOutcome::Failed { why } => format!("<TLS failed: {why}>"),
    }
}

/// Events that are of no session.
fn world(event: &Event) -> Vec<String> {
    let line = match event {
        Event::Answer { rcode, records, fault, .. } => {
            let what = if rcode.is_empty() { "no answer" } else { rcode };
            let fault = if fault.is_empty() { String::new() } else { format!(" ({fault})") };
            let mut lines = vec![format!("answer {what}{fault}")];
            lines.extend(records.iter().map(|record| format!("   | {record}")));
            return lines;
        }
        Event::End { cause, .. } => match cause {
            EndCause::Horizon => "end: horizon".to_owned(),
            EndCause::Limit => "end: limit".to_owned(),
            EndCause::Lost => "end: lost".to_owned(),
            EndCause::Settled => "end: settled".to_owned(),
        },
        Event::Fate { message, recipient, fate, reason } => {
            let fate = match fate {
                ReportedFate::Deferred => "deferred",
                ReportedFate::Delivered => "delivered",
                ReportedFate::Failed => "failed",
                ReportedFate::Unroutable => "unroutable",
            };
            format!("reported: {recipient} of {message} {fate}: {}", escape(reason.as_bytes()))
        }
        Event::Query { name, record_type, over, name_server, .. } => {
            let at = name_server.map_or_else(String::new, |address| format!(" at {address}"));
            format!("query {record_type} {name} over {over}{at}")
        }
        Event::Queue { .. } => format!("queue: {}", reported_line(event).unwrap_or_default()),
        Event::Stray { to, port } => format!("datagram to {to}, port {port}, where nobody is"),
        Event::Refused { host, to, port } => {
            let host = if host.is_empty() { "nobody" } else { host };
            format!("refused {host} {to} port {port}")
        }
        Event::LogRow { .. } => format!("log: {}", escape(reported_line(event).unwrap_or_default().as_bytes())),
        Event::Route { message, recipient, connector, delivery } => {
            let connector = if connector.is_empty() { "no connector" } else { connector };
            format!("reported: {recipient} of {message} through {connector} ({delivery})")
        }
        Event::Shell { command, accepted, code, output } => {
            let taken = if *accepted { "accepts" } else { "refuses" };
            let code = if code.is_empty() { String::new() } else { format!("{code}: ") };
            format!("shell {taken} {}: {code}{}", escape(command.as_bytes()), escape(output.as_bytes()))
        }
        Event::Submit { message, reverse_path, recipients, dsn, facts, .. } => {
            let others = recipients.len().saturating_sub(RECIPIENTS_SHOWN_MAX);
            let shown = recipients.iter().take(RECIPIENTS_SHOWN_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = if others > 0 { format!(" and {others} more") } else { String::new() };
            let asked = if dsn.is_empty() { String::new() } else { format!(" with {}", dsn.in_words()) };
            format!("submit {message} from <{reverse_path}> to {shown}{more}{asked}, {} octets", facts.size)
        }
        // Stimuli are for verdicts; what this suite does not know it cannot show.
        _ => return Vec::new(),
    };
    vec![line]
}

/// What an MTA reports of a queue or a route, as one line: what claims compare with. `None` for any other event.
///
/// A queue: next hop, delivery type, status, last error, domain of mutual TLS. A route: recipient, connector (`-` without one), delivery type.
/// The log: the file and its line; `removed` and the file; `error` and what it says.
#[must_use]
pub fn reported_line(event: &Event) -> Option<String> {
    match event {
        Event::Queue { next_hop, delivery, status, last_error, tls_domain, .. } => {
            let line = format!("{next_hop} {delivery} {status} {last_error}").trim_end().to_owned();
            Some(if tls_domain.is_empty() { line } else { format!("{line} TlsDomain {tls_domain}") })
        }
        Event::LogRow { kind: LogKind::Error, row, .. } => Some(format!("error {row}")),
        Event::LogRow { kind: LogKind::Removed, file, .. } => Some(format!("removed {file}")),
        Event::LogRow { kind: LogKind::Row, file, row } => Some(format!("{file} {row}")),
        Event::Route { recipient, connector, delivery, .. } => {
            let connector = if connector.is_empty() { "-" } else { connector };
            Some(format!("{recipient} {connector} {delivery}"))
        }
        _ => None,
    }
}

/// Recipients of a message that are shown by name.
const RECIPIENTS_SHOWN_MAX: usize = 4;

/// What went on around an event: the session that it is in (or all of the world, if in none), with times; the event's
/// own lines are marked with `>`.
#[must_use]
pub fn around(trace: &Trace, index: usize) -> Vec<String> {
    let session = trace.get(index).and_then(|entry| session_of(&entry.event));
    let near: Vec<usize> = trace
        .0
        .iter()
        .enumerate()
        .filter(|(place, entry)| {
            *place == index
                || (session.is_none() || session_of(&entry.event) == session) && !lines(&entry.event).is_empty()
        })
        .map(|(place, _)| place)
        .collect();
    let at = near.iter().position(|place| *place == index).unwrap_or(0);
    let (first, last) = (at.saturating_sub(EVENTS_BEFORE), (at + EVENTS_AFTER + 1).min(near.len()));
    let mut text = Vec::new();
    if first > 0 {
        text.push(format!("  {:>12}  ...", ""));
    }
    for place in &near[first..last] {
        let entry = &trace.0[*place];
        for (number, line) in lines(&entry.event).into_iter().enumerate() {
            let mark = if *place == index { '>' } else { ' ' };
            let time = if number == 0 { exact_time(entry.at_ms) } else { String::new() };
            text.push(format!("{mark} {time:>12}  {line}"));
        }
    }
    if last < near.len() {
        text.push(format!("  {:>12}  ...", ""));
    }
    text
}

/// Events shown in front of the one that a claim speaks of.
const EVENTS_BEFORE: usize = 10;
/// Events shown behind it.
const EVENTS_AFTER: usize = 3;
