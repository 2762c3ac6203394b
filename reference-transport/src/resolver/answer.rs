//! From the records of one message to an answer: aliases followed, and "none here" told from "nobody there".

use super::message::{Data, Record, Reply};
use crate::limits::ALIASES_MAX;

const NOERROR: u8 = 0;
const NXDOMAIN: u8 = 3;

/// What is known of a name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The name, or the last of its aliases, does not exist: NXDOMAIN.
    NoName { ttl: Option<u32> },
    /// It exists and has no such records: NODATA (RFC 2308 §2.2).
    NoRecords { ttl: Option<u32> },
    /// In the order of the message. The time to live, in seconds, is that of the shortest-lived on the way there.
    Records { data: Vec<Data>, ttl: u32 },
}

/// What one message comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// All there is to know.
    Answer(Answer),
    /// Aliases end at a name that the message says nothing of; it is to be asked for. They hold for so many seconds.
    Elsewhere { name: String, ttl: u32 },
}

/// Why a message is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("aliases of `{name}` lead in a circle")]
    AliasLoop { name: String },
    #[error("{}", mnemonic(*code))]
    Refused { code: u8 },
}

/// Reads the answer for a name out of a message.
pub(super) fn interpret(reply: &Reply, name: &str) -> Result<Heard, NoAnswer> {
    if !matches!(reply.code, NOERROR | NXDOMAIN) {
        return Err(NoAnswer::Refused { code: reply.code });
    }
    let mut current = name.to_owned();
    let mut ttl_min = u32::MAX;
    for _ in 0..=ALIASES_MAX {
        let own = || reply.records.iter().filter(|record| record.owner == current);
        let found: Vec<&Record> = own().filter(|record| !matches!(record.data, Data::Alias(_))).collect();
        if !found.is_empty() {
            let ttl = found.iter().map(|record| record.ttl).min().unwrap_or_default().min(ttl_min);
            let data = found.into_iter().map(|record| record.data.clone()).collect();
            return Ok(Heard::Answer(Answer::Records { data, ttl }));
        }
        let alias = own().find_map(|record| match &record.data {
            Data::Alias(target) => Some((target.clone(), record.ttl)),
            _ => None,
        });
        let Some((target, ttl)) = alias else {
            return Ok(without_records(reply, &current, name, ttl_min));
        };
        (current, ttl_min) = (target, ttl_min.min(ttl));
    }
    Err(NoAnswer::AliasLoop { name: name.to_owned() })
}

fn without_records(reply: &Reply, current: &str, name: &str, ttl_min: u32) -> Heard {
    let ttl = reply.negative_ttl.map(|ttl| ttl.min(ttl_min));
    match reply.code {
        NXDOMAIN => Heard::Answer(Answer::NoName { ttl }),
        // The authority that says "none" makes a chain of aliases complete; without it the last name is asked for.
        _ if current == name || ttl.is_some() => Heard::Answer(Answer::NoRecords { ttl }),
        _ => Heard::Elsewhere { name: current.to_owned(), ttl: ttl_min },
    }
}

/// The name of a response code: RFC 1035 §4.1.1.
fn mnemonic(code: u8) -> String {
    match code {
        1 => "FORMERR".to_owned(),
        2 => "SERVFAIL".to_owned(),
        4 => "NOTIMP".to_owned(),
        5 => "REFUSED".to_owned(),
        other => format!("RCODE{other}"),
    }
}

impl Heard {
    /// In words, for a log.
    pub(super) fn summary(&self) -> String {
        match self {
            Self::Answer(Answer::NoName { .. }) => "no such name".to_owned(),
            Self::Answer(Answer::NoRecords { .. }) => "no records".to_owned(),
            Self::Answer(Answer::Records { data, .. }) if data.len() == 1 => "1 record".to_owned(),
            Self::Answer(Answer::Records { data, .. }) => format!("{} records", data.len()),
            Self::Elsewhere { name, .. } => format!("an alias of {name}"),
        }
    }
}

impl Answer {
    /// The same answer, for at most so many seconds.
    pub(super) fn at_most(self, ttl_max: u32) -> Self {
        let limit = |ttl: Option<u32>| ttl.map(|ttl| ttl.min(ttl_max));
        match self {
            Self::NoName { ttl } => Self::NoName { ttl: limit(ttl) },
            Self::NoRecords { ttl } => Self::NoRecords { ttl: limit(ttl) },
            Self::Records { data, ttl } => Self::Records { data, ttl: ttl.min(ttl_max) },
        }
    }
}
