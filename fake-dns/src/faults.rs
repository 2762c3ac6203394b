//! Which fault a query meets.

use std::time::Duration;

use hickory_server::proto::rr::{LowerName, Name, RecordType};

use crate::rule::{Action, Conditions, Fault, Transport, Which};

/// What a fault is chosen by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a LowerName,
    pub(crate) record_type: RecordType,
    pub(crate) transport: Transport,
    /// Since the server began.
    pub(crate) elapsed: Duration,
}

/// The faults of a server and how many queries each has matched.
pub(crate) struct Faults {
    faults: Vec<(Fault, u32)>,
}

impl Faults {
    /// Every name is taken as absolute, for so are those of queries.
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let absolute = |mut fault: Fault| {
            let mut name = Name::from(fault.name);
            name.set_fqdn(true);
            fault.name = LowerName::new(&name);
            (fault, 0)
        };
        Self { faults: faults.into_iter().map(absolute).collect() }
    }

    /// The first fault that matches. Every fault counts the queries that match it, used or not, so that
    /// "the third query" is the third on the wire whatever happened to the first two.
    pub(crate) fn choose(&mut self, asked: Asked<'_>) -> Option<Fault> {
        let mut chosen = None;
        for (fault, matched) in &mut self.faults {
            if !matches(fault, asked) {
                continue;
            }
            *matched = matched.saturating_add(1);
            if chosen.is_none() && counts(fault.conditions.count, *matched) {
                chosen = Some(fault.clone());
            }
        }
        chosen
    }
}

/// Everything but the count.
fn matches(fault: &Fault, asked: Asked<'_>) -> bool {
    let Conditions { until, since, over, .. } = fault.conditions;
    let is_of_datagrams = fault.actions.iter().any(Action::is_of_datagrams);
    fault.name == *asked.name
        && fault.record_type.is_none_or(|record_type| record_type == asked.record_type)
        && until.is_none_or(|until| asked.elapsed < until)
        && since.is_none_or(|since| asked.elapsed >= since)
        && over.is_none_or(|over| over == asked.transport)
        && !(is_of_datagrams && asked.transport == Transport::Tcp)
}

fn counts(which: Option<Which>, matched: u32) -> bool {
    match which {
        None => true,
        Some(Which::First(last)) => matched <= last,
        Some(Which::From(first)) => matched >= first,
        Some(Which::Only(one)) => matched == one,
    }
}
