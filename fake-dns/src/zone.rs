//! The records of a world, and when they come into force.

use std::{collections::BTreeMap, time::Duration};

use hickory_server::proto::rr::{LowerName, Name, Record, RecordType};

pub use crate::record::{RecordError, TTL_SECS_DEFAULT, parse_record, record_line};

/// All records that a server has, by the time from which they hold.
///
/// What comes later replaces: a set of records takes the place of an earlier one with the same owner and type. An alias
/// takes the place of everything at its owner, and anything takes the place of an alias (RFC 1034 §3.6.2). Records that
/// come at the same time add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zones {
    by_time: BTreeMap<Duration, Vec<Record>>,
    origin: Name,
}

/// Record sets by owner and type, each in the order in which it was written.
pub(crate) type RecordSets = BTreeMap<(LowerName, RecordType), Vec<Record>>;

impl Default for Zones {
    /// No records, of the root.
    fn default() -> Self {
        Self { by_time: BTreeMap::new(), origin: Name::root() }
    }
}

impl Zones {
    /// Records that hold from the start.
    pub fn new(records: impl IntoIterator<Item = Record>) -> Self {
        let mut zones = Self::default();
        zones.add(Duration::ZERO, records);
        zones
    }

    /// The same as one zone: names outside of it are refused, and a negative answer has its start of authority, without
    /// which a recursive server believes none (RFC 2308 §5). By default the zone is the root.
    #[must_use]
    pub fn below(self, origin: Name) -> Self {
        Self { origin, ..self }
    }

    /// The top of the zone.
    pub(crate) fn origin(&self) -> &Name {
        &self.origin
    }

    /// Adds records that hold from `at` on, counted from when the server began. Every owner is taken as absolute.
    pub fn add(&mut self, at: Duration, records: impl IntoIterator<Item = Record>) {
        let absolute = records.into_iter().map(|mut record| {
            record.name.set_fqdn(true);
            record
        });
        self.by_time.entry(at).or_default().extend(absolute);
    }

    /// Every record with the time from which it holds, earliest first.
    pub fn records(&self) -> impl Iterator<Item = (Duration, &Record)> {
        self.by_time.iter().flat_map(|(at, records)| records.iter().map(|record| (*at, record)))
    }

    /// How many times of activation have passed: the number of what is in force.
    pub(crate) fn epoch(&self, elapsed: Duration) -> usize {
        self.by_time.range(..=elapsed).count()
    }

    /// What is in force after so many activations.
    pub(crate) fn in_force(&self, epoch: usize) -> RecordSets {
        let mut sets = RecordSets::new();
        for records in self.by_time.values().take(epoch) {
            let mut arriving = RecordSets::new();
            for record in records {
                let set = arriving.entry((LowerName::new(&record.name), record.record_type())).or_default();
                if !set.contains(record) {
                    set.push(record.clone());
                }
            }
            sets.retain(|(owner, record_type), _| survives(owner, *record_type, &arriving));
            sets.append(&mut arriving);
        }
        sets
    }
}

/// Whether an earlier set may stand beside those that arrive at its owner.
fn survives(owner: &LowerName, record_type: RecordType, arriving: &RecordSets) -> bool {
    if arriving.contains_key(&(owner.clone(), RecordType::CNAME)) {
        return false;
    }
    record_type != RecordType::CNAME || !arriving.keys().any(|(other, _)| other == owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(line: &str) -> Record {
        parse_record(line).expect("a record")
    }

    #[track_caller]
    fn check(zones: &Zones, elapsed_secs: u64, expected: &[&str]) {
        let sets = zones.in_force(zones.epoch(Duration::from_secs(elapsed_secs)));
        let lines: Vec<String> = sets.values().flatten().map(record_line).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_later_set_replaces_its_owner_and_type_alone() {
        let mut zones = Zones::new([
            record("contoso.test MX 10 a.contoso.test"),
            record("contoso.test MX 20 b.contoso.test"),
            record("contoso.test TXT old"),
        ]);
        zones.add(Duration::from_secs(5), [record("Contoso.test MX 5 c.contoso.test")]);
        check(
            &zones,
            4,
            &[
                "contoso.test. 60 IN MX 10 a.contoso.test.",
                "contoso.test. 60 IN MX 20 b.contoso.test.",
                "contoso.test. 60 IN TXT \"old\"",
            ],
        );
        check(&zones, 5, &["contoso.test. 60 IN MX 5 c.contoso.test.", "contoso.test. 60 IN TXT \"old\""]);
    }

    #[test]
    fn an_alias_stands_alone_at_its_owner() {
        let mut zones = Zones::new([record("a.test A 192.0.2.1"), record("b.test CNAME a.test")]);
        zones.add(Duration::from_secs(1), [record("a.test CNAME c.test"), record("b.test A 192.0.2.2")]);
        check(&zones, 1, &["a.test. 60 IN CNAME c.test.", "b.test. 60 IN A 192.0.2.2"]);
    }

    #[test]
    fn records_of_one_time_add_up() {
        let mut zones = Zones::new([record("a.test A 192.0.2.1")]);
        zones.add(Duration::ZERO, [record("a.test A 192.0.2.2"), record("a.test A 192.0.2.1")]);
        check(&zones, 0, &["a.test. 60 IN A 192.0.2.1", "a.test. 60 IN A 192.0.2.2"]);
    }

    #[test]
    fn records_are_listed_with_their_times() {
        let mut zones = Zones::default();
        zones.add(Duration::from_secs(9), [record("a.test A 192.0.2.2")]);
        zones.add(Duration::ZERO, [record("a.test A 192.0.2.1")]);
        let listed: Vec<(u64, String)> =
            zones.records().map(|(at, record)| (at.as_secs(), record_line(record))).collect();
        assert_eq!(listed, [(0, "a.test. 60 IN A 192.0.2.1".to_owned()), (9, "a.test. 60 IN A 192.0.2.2".to_owned())]);
    }
}
