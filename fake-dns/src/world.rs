//! Lookup in the records of one world, as one zone at the root.
//!
//! hickory's own store is not used: it takes an NS record for a delegation, lets a wildcard match beneath names that
//! exist (against RFC 4592 §2.2), and answers NOERROR for an alias that leads nowhere (against RFC 6604 §3).
//!
//! # Limits
//!
//! An alias is followed [`ALIASES_MAX`] times; the answer then ends with the last one.

use std::collections::BTreeSet;

use hickory_server::{
    proto::{
        op::ResponseCode,
        rr::{
            DNSClass, LowerName, Name, RData, Record, RecordType, TSigResponseContext,
            rdata::{SOA, name::CNAME},
        },
    },
    server::{Request, RequestInfo},
    zone_handler::{
        AuthLookup, AxfrPolicy, LookupControlFlow, LookupError, LookupOptions, LookupRecords, ZoneHandler,
        ZoneTransfer, ZoneType,
    },
};

use crate::{record::TTL_SECS_DEFAULT, zone::RecordSets};

/// How many aliases in a row are followed.
pub(crate) const ALIASES_MAX: usize = 16;

/// The records in force at one time.
pub(crate) struct World {
    /// The top of the zone.
    root: LowerName,
    sets: RecordSets,
    /// Every owner and everything above it: an empty name between two others exists too (RFC 4592 §2.2.2).
    names: BTreeSet<LowerName>,
}

/// What a lookup comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Aliases in the order in which they lead on, then the records asked for.
    pub(crate) records: Vec<Record>,
    /// NOERROR, or NXDOMAIN if the last name does not exist.
    pub(crate) code: ResponseCode,
}

impl World {
    pub(crate) fn new(mut sets: RecordSets, origin: &Name) -> Self {
        let root = LowerName::new(origin);
        sets.entry((root.clone(), RecordType::SOA)).or_insert_with(|| vec![start_of_authority(origin)]);
        let mut names = BTreeSet::new();
        for (owner, _) in sets.keys() {
            let mut name = owner.clone();
            while names.insert(name.clone()) && !name.is_root() {
                name = name.base_name();
            }
        }
        Self { root, sets, names }
    }

    /// Finds the records of a name and type, over aliases.
    pub(crate) fn find(&self, name: &LowerName, record_type: RecordType) -> Found {
        let mut found = Found { records: Vec::new(), code: ResponseCode::NoError };
        let mut asked = Name::from(name.clone());
        let mut seen = BTreeSet::new();
        while seen.len() <= ALIASES_MAX && seen.insert(LowerName::new(&asked)) {
            let Some(owner) = self.owner_of(&LowerName::new(&asked)) else {
                found.code = ResponseCode::NXDomain;
                break;
            };
            let direct = self.records_at(&owner, record_type);
            if !direct.is_empty() {
                found.records.extend(direct.into_iter().map(|record| owned_by(record, &asked)));
                break;
            }
            let Some((alias, target)) = self.alias_at(&owner) else { break };
            found.records.push(owned_by(alias, &asked));
            asked = target;
        }
        found
    }

    /// The name whose records answer: the name itself, or the wildcard beside its closest encloser (RFC 4592 §3.3.1).
    fn owner_of(&self, name: &LowerName) -> Option<LowerName> {
        if self.names.contains(name) {
            return Some(name.clone());
        }
        // The first label goes; what takes its place is the wildcard at this depth.
        let mut below = name.clone();
        loop {
            let encloser = below.base_name();
            if self.names.contains(&encloser) {
                let wildcard = below.into_wildcard();
                return self.names.contains(&wildcard).then_some(wildcard);
            }
            below = encloser;
        }
    }

    fn records_at(&self, owner: &LowerName, record_type: RecordType) -> Vec<&Record> {
        if record_type == RecordType::ANY {
            return self.sets.iter().filter(|((name, _), _)| name == owner).flat_map(|(_, set)| set).collect();
        }
        self.sets.get(&(owner.clone(), record_type)).into_iter().flatten().collect()
    }

    fn alias_at(&self, owner: &LowerName) -> Option<(&Record, Name)> {
        let alias = self.sets.get(&(owner.clone(), RecordType::CNAME))?.first()?;
        match &alias.data {
            RData::CNAME(CNAME(target)) => Some((alias, target.clone())),
            _ => None,
        }
    }
}

#[async_trait::async_trait]
impl ZoneHandler for World {
    fn zone_type(&self) -> ZoneType {
        ZoneType::Primary
    }

    fn axfr_policy(&self) -> AxfrPolicy {
        AxfrPolicy::Deny
    }

    fn origin(&self) -> &LowerName {
        &self.root
    }

    async fn lookup(
        &self,
        name: &LowerName,
        record_type: RecordType,
        _info: Option<&RequestInfo<'_>>,
        _options: LookupOptions,
    ) -> LookupControlFlow<AuthLookup> {
        let found = self.find(name, record_type);
        LookupControlFlow::Break(match (found.records.is_empty(), found.code) {
            (false, _) => Ok(AuthLookup::from(LookupRecords::Section(found.records))),
            (true, ResponseCode::NXDomain) => Err(LookupError::from(ResponseCode::NXDomain)),
            (true, _) => Err(LookupError::NameExists),
        })
    }

    async fn search(
        &self,
        request: &Request,
        options: LookupOptions,
    ) -> (LookupControlFlow<AuthLookup>, Option<TSigResponseContext>) {
        let info = match request.request_info() {
            Ok(info) => info,
            Err(error) => return (LookupControlFlow::Break(Err(error)), None),
        };
        let (class, record_type) = (info.query.query_class(), info.query.query_type());
        if !matches!(class, DNSClass::IN | DNSClass::ANY) || record_type == RecordType::IXFR {
            return (LookupControlFlow::Break(Err(LookupError::from(ResponseCode::Refused))), None);
        }
        (self.lookup(info.query.name(), record_type, Some(&info), options).await, None)
    }

    async fn nsec_records(&self, _name: &LowerName, _options: LookupOptions) -> LookupControlFlow<AuthLookup> {
        LookupControlFlow::Break(Ok(AuthLookup::default()))
    }

    async fn zone_transfer(
        &self,
        _request: &Request,
        _options: LookupOptions,
        _now: u64,
    ) -> Option<(Result<ZoneTransfer, LookupError>, Option<TSigResponseContext>)> {
        Some((Err(LookupError::from(ResponseCode::Refused)), None))
    }
}

/// What stands in the authority section of a negative answer (RFC 2308 §2), which may be kept as long as a record.
fn start_of_authority(origin: &Name) -> Record {
    let within = |label: &str| origin.prepend_label(label).unwrap_or_default();
    let ttl = TTL_SECS_DEFAULT;
    let seconds = i32::try_from(ttl).unwrap_or(i32::MAX);
    let soa = SOA::new(within("ns"), within("hostmaster"), 1, seconds, seconds, seconds, ttl);
    Record::from_rdata(origin.clone(), ttl, RData::SOA(soa))
}

/// The record under the name that was asked for, which a wildcard stands in for.
fn owned_by(record: &Record, name: &Name) -> Record {
    let mut record = record.clone();
    record.name = name.clone();
    record
}

#[cfg(test)]
mod tests;
