//! The one name server of all cases: names of a case that is served are answered by its world, and all others do not
//! exist.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use mtaspec_fake_dns::{
    FakeDns, Zones,
    driver::Choose,
    event::{Event, Sink},
    proto::rr::Name,
    zone::parse_record,
};

use crate::mta::StartError;

/// Octets before the question of a message (RFC 1035 §4.1.1).
const HEADER_OCTETS: usize = 12;

/// Longest label (RFC 1035 §2.3.4).
const LABEL_OCTETS_MAX: usize = 63;

/// Who answers.
pub(super) struct Names {
    /// The zone: the user's domain.
    origin: Name,
    /// For names that are nobody's.
    idle: Arc<FakeDns>,
    /// The domains of cases that are served, and their worlds' servers.
    served: Mutex<Vec<(String, Arc<FakeDns>)>>,
}

impl Names {
    /// The domain itself exists, and so does the canary's.
    pub(super) fn new(below: &str, canary: &str, address: IpAddr) -> Result<Arc<Self>, StartError> {
        let kind = if address.is_ipv4() { "A" } else { "AAAA" };
        let lines = [format!("{below}. TXT mtaspec"), format!("{canary}. {kind} {address}")];
        let record = |line: &String| {
            parse_record(line).map_err(|error| StartError::Failed { why: format!("`{line}` is no record: {error}") })
        };
        let records = lines.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        let origin = Name::from_ascii(format!("{below}."))
            .map_err(|error| StartError::Failed { why: format!("`{below}` is no name: {error}") })?;
        let zones = Zones::new(records).below(origin.clone());
        let idle = FakeDns::new(zones, Vec::new(), Arc::new(Unheard));
        Ok(Arc::new(Self { origin, idle, served: Mutex::default() }))
    }

    /// The user's domain.
    pub(super) fn origin(&self) -> &Name {
        &self.origin
    }

    /// From now on, names below this domain are answered by this one.
    pub(super) fn serve(&self, domain: &str, dns: &Arc<FakeDns>) {
        self.lock().push((domain.to_ascii_lowercase(), Arc::clone(dns)));
    }

    /// From now on, names below it do not exist.
    pub(super) fn rest(&self, domain: &str) {
        self.lock().retain(|(own, _)| !own.eq_ignore_ascii_case(domain));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, Arc<FakeDns>)>> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Choose for Names {
    fn choose(&self, message: &[u8]) -> Arc<FakeDns> {
        let served = self.lock();
        let asked = question(message).unwrap_or_default();
        let is_below =
            |domain: &str| asked.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let found = served.iter().find(|(domain, _)| is_below(domain));
        Arc::clone(found.map_or(&self.idle, |(_, dns)| dns))
    }
}

/// The name that a query asks for, in lower case and without a final dot. Names of questions are never compressed.
fn question(message: &[u8]) -> Option<String> {
    let mut rest = message.get(HEADER_OCTETS..)?;
    let mut labels: Vec<String> = Vec::new();
    loop {
        let (&length, after) = rest.split_first()?;
        let length = usize::from(length);
        if length == 0 {
            return Some(labels.join("."));
        }
        if length > LABEL_OCTETS_MAX {
            return None;
        }
        labels.push(String::from_utf8_lossy(after.get(..length)?).to_ascii_lowercase());
        rest = &after[length..];
    }
}

/// Nobody hears of queries that are of no case.
struct Unheard;

impl Sink for Unheard {
    fn report(&self, _: Event) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str) -> Vec<u8> {
        let mut octets = vec![0; HEADER_OCTETS];
        for label in name.split('.') {
            octets.push(u8::try_from(label.len()).unwrap());
            octets.extend_from_slice(label.as_bytes());
        }
        octets.extend_from_slice(&[0, 0, 1, 0, 1]);
        octets
    }

    #[test]
    fn a_name_belongs_to_the_case_that_is_served_and_to_no_other() {
        let names = Names::new("m.contoso.com", "canary.m.contoso.com", [192, 0, 2, 7].into()).unwrap();
        let own = FakeDns::new(Zones::default(), Vec::new(), Arc::new(Unheard));
        let is_own = |name: &str| Arc::ptr_eq(&names.choose(&query(name)), &own);
        assert!(!is_own("mx.contoso.test.cabc.m.contoso.com"));
        names.serve("cabc.m.contoso.com", &own);
        assert!(is_own("MX.contoso.test.cABC.m.contoso.com") && is_own("cabc.m.contoso.com"));
        assert!(!is_own("mx.contoso.test.xcabc.m.contoso.com") && !is_own("canary.m.contoso.com"));
        names.rest("cabc.m.contoso.com");
        assert!(!is_own("mx.contoso.test.cabc.m.contoso.com"));
    }

    #[test]
    fn octets_that_are_no_query_have_no_name() {
        for octets in
            [&[][..], &[0; 11], &[0; 12], &[&[0; 12][..], &[64, 1]].concat(), &[&[0; 12][..], &[3, 1]].concat()]
        {
            assert_eq!(question(octets), None);
        }
        assert_eq!(question(&[0; 13]), Some(String::new()));
    }
}
