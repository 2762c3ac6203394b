//! Snapshots: what went over the wire in the cases of one section, as a text to review as a diff.
//!
//! A snapshot belongs to one MTA and changes no verdict. [`render`] writes it, [`mod@file`] stores and compares it.

pub mod compared;
pub mod file;
mod others;
mod redact;
mod transactions;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{
    report::dialogue::{lines, time},
    trace::{Event, Trace, view::session_of},
};

/// Whether a snapshot shows world times, and in which order sessions stand.
#[expect(clippy::exhaustive_enums, reason = "worlds run in memory or on sockets")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Sessions by first appearance, with times to the second.
    Memory,
    /// Sessions by host and number, without times.
    Sockets,
}

/// What stands in a snapshot for one case.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The case's id.
    pub id: &'a str,
    /// Its trace.
    pub trace: &'a Trace,
}

/// The snapshot of a section: its case, or its variants in order.
#[must_use]
pub fn render(cases: &[Shown<'_>], layout: Layout) -> String {
    let mut text = String::new();
    for case in cases {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("# {}\n", case.id));
        for line in of_trace(case.trace, layout) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// A session with all of its events, a query with its answer, or another event alone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    at_ms: u64,
    /// What sockets sort by: the host, or nothing.
    host: String,
    lines: Vec<String>,
}

impl Block {
    fn is_session(&self) -> bool {
        self.lines.first().is_some_and(|line| line.starts_with("connect "))
    }
}

/// Blocks that begin closer to one another than this, in milliseconds, are one attempt.
const ATTEMPT_GAP_MS: u64 = 10_000;

fn of_trace(trace: &Trace, layout: Layout) -> Vec<String> {
    let mut blocks = blocks(trace);
    if layout == Layout::Sockets {
        blocks.sort_by(|one, other| one.host.cmp(&other.host));
    }
    let attempts = attempts(&blocks);
    let mut text = Vec::new();
    let (mut at, mut shown_time, mut close_up) = (0, String::new(), false);
    while let Some(first) = attempts.get(at) {
        let same = attempts[at + 1..].iter().take_while(|other| alike(first, other)).count();
        for block in *first {
            let now = time(block.at_ms);
            let new_time = layout == Layout::Memory && now != shown_time;
            // Lines of no session stand close to one another; a session stands apart.
            if new_time || block.is_session() || !close_up {
                text.push(String::new());
            }
            if new_time {
                text.push(format!("@ {now}"));
                shown_time = now;
            }
            text.extend(block.lines.iter().cloned());
            close_up = !block.is_session();
        }
        if same > 0 {
            text.push(String::new());
            text.push(more(&attempts[at..=at + same], layout));
            close_up = false;
        }
        at += same + 1;
    }
    text
}

/// `... 131 more, every 10m`
fn more(attempts: &[&[Block]], layout: Layout) -> String {
    let count = attempts.len() - 1;
    let times: Vec<u64> = attempts.iter().filter_map(|attempt| attempt.first()).map(|block| block.at_ms).collect();
    let steps: Vec<u64> = times.windows(2).map(|pair| pair[1].abs_diff(pair[0]) / 1_000).collect();
    let (Some(first), Some(last)) = (steps.first(), times.last()) else { return format!("... {count} more") };
    match layout {
        Layout::Sockets => format!("... {count} more"),
        Layout::Memory if steps.iter().all(|step| step == first) => {
            format!("... {count} more, every {}", time(first * 1_000))
        }
        Layout::Memory => {
            let times: Vec<String> = times[1..].iter().map(|at_ms| time(*at_ms)).collect();
            if count <= TIMES_SHOWN_MAX {
                format!("... {count} more, at {}", times.join(", "))
            } else {
                let shown = times[..TIMES_SHOWN_MAX].join(", ");
                format!("... {count} more, at {shown} and so on until {}", time(*last))
            }
        }
    }
}

/// Times of folded attempts that are written out.
const TIMES_SHOWN_MAX: usize = 12;

fn alike(one: &[Block], other: &[Block]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.lines == other.lines)
}

/// Blocks in a row, as attempts.
fn attempts(blocks: &[Block]) -> Vec<&[Block]> {
    blocks.chunk_by(|one, other| other.at_ms.abs_diff(one.at_ms) < ATTEMPT_GAP_MS).collect()
}

fn blocks(trace: &Trace) -> Vec<Block> {
    let redactor = redact::Redactor::new(trace);
    let mut blocks: Vec<Block> = Vec::new();
    let (mut sessions, mut queries) = (BTreeMap::new(), BTreeMap::new());
    // How queues stand, and what is logged, is for claims; what they do is on the wire.
    for entry in trace.0.iter().filter(|entry| !matches!(entry.event, Event::LogRow { .. } | Event::Queue { .. })) {
        let lines: Vec<String> = lines(&entry.event).iter().map(|line| redactor.line(line)).collect();
        if lines.is_empty() {
            continue;
        }
        let place = match &entry.event {
            Event::Answer { query, .. } => queries.get(query).copied(),
            event => session_of(event).and_then(|session| sessions.get(&session).copied()),
        };
        if let Some(place) = place {
            let block: &mut Block = &mut blocks[place];
            block.lines.extend(lines);
            continue;
        }
        let host = match &entry.event {
            Event::Connect { session, host, .. } => {
                sessions.insert(*session, blocks.len());
                host.clone()
            }
            Event::Query { query, .. } => {
                queries.insert(*query, blocks.len());
                String::new()
            }
            // Where a trace ends is at its end, wherever sessions are sorted to.
            Event::End { .. } => "\u{7f}".to_owned(),
            _ => String::new(),
        };
        blocks.push(Block { at_ms: entry.at_ms, host, lines });
    }
    blocks
}
