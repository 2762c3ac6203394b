//! Both directions of a session, rebuilt from its events.

use std::collections::VecDeque;

use super::view::{Session, StepKind};

/// What went over a connection, above TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directions {
    /// From the client to the host.
    pub client: Vec<u8>,
    /// From the host to the client.
    pub host: Vec<u8>,
    /// Nothing is missing: no mail data was too long to be kept or lost on the way.
    pub whole: bool,
}

/// Rebuilds both directions of a session. Where mail data was longer than what a trace keeps, its head and tail stand
/// for it.
#[must_use]
pub fn rebuild(session: &Session<'_>) -> Directions {
    let mut directions = Directions { whole: true, ..Directions::default() };
    let mut chunks = chunks(session);
    for step in &session.steps {
        match &step.kind {
            StepKind::Command(command) => {
                directions.client.extend_from_slice(command.octets);
                if command.verb == "BDAT" && !command.auth_response {
                    match chunks.pop_front().flatten() {
                        Some(chunk) => directions.client.extend_from_slice(&chunk),
                        None => directions.whole = false,
                    }
                }
            }
            StepKind::Data(data) if !data.chunking => {
                let pieces = data.wire.pieces();
                directions.whole &= pieces.len() == 1;
                pieces.iter().for_each(|piece| directions.client.extend_from_slice(piece));
                directions.client.extend_from_slice(b".\r\n");
            }
            StepKind::DataLost(_) => directions.whole = false,
            StepKind::Sent(octets) => directions.host.extend_from_slice(octets),
            _ => {}
        }
    }
    directions
}

/// The octets behind each BDAT, in order; `None` where the trace does not have them.
fn chunks(session: &Session<'_>) -> VecDeque<Option<Vec<u8>>> {
    let mut chunks = VecDeque::new();
    let mut sizes: Vec<usize> = Vec::new();
    for step in &session.steps {
        match &step.kind {
            StepKind::Command(command) if command.verb == "BDAT" && !command.auth_response => {
                let size = std::str::from_utf8(command.argument).ok().and_then(|argument| argument.split(' ').next());
                sizes.push(size.and_then(|size| size.parse().ok()).unwrap_or(0));
            }
            StepKind::Data(data) if data.chunking => {
                let pieces = data.wire.pieces();
                let mut left: &[u8] = pieces.first().copied().unwrap_or_default();
                let complete = pieces.len() == 1 && sizes.iter().sum::<usize>() == left.len();
                for size in sizes.drain(..) {
                    let (chunk, rest) = left.split_at(size.min(left.len()));
                    left = rest;
                    chunks.push_back(complete.then(|| chunk.to_vec()));
                }
            }
            _ => {}
        }
    }
    chunks.extend(sizes.into_iter().map(|size| (size == 0).then(Vec::new)));
    chunks
}
