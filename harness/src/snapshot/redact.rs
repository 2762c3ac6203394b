//! What varies from run to run, as tokens in capitals: the only place that knows them.
//!
//! What went in with a message does not vary, so a date or a Message-ID of the page stays.

use std::collections::BTreeSet;

use crate::trace::{Event, Trace, message::fields};

/// Puts tokens into the lines of one trace.
#[derive(Debug)]
pub(super) struct Redactor {
    /// Values of fields that the page gave.
    known: BTreeSet<String>,
}

impl Redactor {
    pub(super) fn new(trace: &Trace) -> Self {
        let mut known = BTreeSet::new();
        for entry in &trace.0 {
            if let Event::Submit { facts, .. } = &entry.event {
                let fields = fields(&facts.header.0);
                known.extend(fields.iter().map(|field| String::from_utf8_lossy(&field.value()).into_owned()));
            }
        }
        Self { known }
    }

    /// A line of a dialogue with tokens in it.
    pub(super) fn line(&self, line: &str) -> String {
        let Some(header) = line.strip_prefix("   | ") else {
            // Mail data that the host read as commands, for it had not asked for any.
            let is_data = line.starts_with("C: \\t") || line.starts_with("C: Received:");
            return if is_data { folded(line) } else { line.to_owned() };
        };
        let Some((name, value)) = header.split_once(':') else { return folded(line) };
        let value = value.trim();
        if self.known.contains(value) {
            return line.to_owned();
        }
        match name.to_ascii_lowercase().as_str() {
            "arrival-date" | "date" | "last-attempt-date" => format!("   | {name}: {{DATE}}"),
            "in-reply-to" | "message-id" => format!("   | {name}: {{MESSAGE-ID}}"),
            _ => folded(line),
        }
    }
}

/// Tokens for what may stand in any line of a folded field: a boundary, a queue id, the date of a trace field.
fn folded(line: &str) -> String {
    date(&queue_id(&boundary(line)))
}

fn boundary(line: &str) -> String {
    let Some(at) = line.to_ascii_lowercase().find("boundary=") else { return line.to_owned() };
    let (start, value) = line.split_at(at + "boundary=".len());
    match value.strip_prefix('"').and_then(|value| value.split_once('"')) {
        Some((_, rest)) => format!("{start}\"{{BOUNDARY}}\"{rest}"),
        None => {
            let end = value.find([';', ' ']).unwrap_or(value.len());
            format!("{start}{{BOUNDARY}}{}", &value[end..])
        }
    }
}

/// `id 4Zx...;` of a trace field (RFC 5321 §4.4).
fn queue_id(line: &str) -> String {
    let Some(at) = line.find(" id ").or_else(|| line.find("\\tid ")) else { return line.to_owned() };
    let (start, rest) = line.split_at(line[at..].find("id ").map_or(at, |offset| at + offset + 3));
    let end = rest.find([';', ' ', '\\']).unwrap_or(rest.len());
    if end == 0 { line.to_owned() } else { format!("{start}{{QUEUE-ID}}{}", &rest[end..]) }
}

/// `; Mon, 7 Jan 2030 10:00:00 +0000` at the end of a trace field, or a folded line that is a date alone.
fn date(line: &str) -> String {
    if let Some((start, rest)) = line.rsplit_once("; ")
        && is_date(rest)
    {
        return format!("{start}; {{DATE}}");
    }
    let text = line.strip_prefix("   | ").unwrap_or(line);
    let text = text.trim_start_matches("\\t").trim();
    if is_date(text) { line.replace(text, "{DATE}") } else { line.to_owned() }
}

/// A date of RFC 5322 §3.3, as far as telling it from words needs.
fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split_ascii_whitespace().filter(|word| !word.ends_with(',')).collect();
    words.len() >= 4 && MONTHS.contains(&words[1]) && words[0].parse::<u8>().is_ok() && words[3].contains(':')
}
