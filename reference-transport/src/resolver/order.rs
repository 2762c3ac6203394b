//! In which order the hosts of a domain, and the addresses of a host, are tried.

use std::net::IpAddr;

use super::{ResolveError, message::Data};
use crate::limits::MX_HOSTS_MAX;

/// A host that takes mail for a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailHost {
    /// In lower case, without a final dot.
    pub name: String,
    /// Lower is tried first.
    pub preference: u16,
}

/// The hosts that take mail for `domain`, by preference; those of equal preference in the order of `random`.
///
/// Without MX records that is the domain itself (DNS-04), with them never (DNS-05).
pub(super) fn mail_hosts(
    domain: &str,
    records: Vec<Data>,
    mut random: impl FnMut() -> u64,
) -> Result<Vec<MailHost>, ResolveError> {
    let exchanges = records.into_iter().filter_map(|data| match data {
        Data::Exchange { preference, host } => Some(MailHost { name: host, preference }),
        _ => None,
    });
    let mut hosts: Vec<MailHost> = exchanges.collect();
    if hosts.is_empty() {
        return Ok(vec![MailHost { name: domain.to_owned(), preference: 0 }]);
    }
    // A dot among other hosts names no host; alone it is the null MX of RFC 7505 §3.
    hosts.retain(|host| !host.name.is_empty());
    if hosts.is_empty() {
        return Err(ResolveError::TakesNoMail { name: domain.to_owned() });
    }
    // The order of an answer is the name server's; the order among equals shall be ours alone.
    hosts.sort_by(|a, b| (a.preference, &a.name).cmp(&(b.preference, &b.name)));
    hosts.dedup();
    for equals in hosts.chunk_by_mut(|a, b| a.preference == b.preference) {
        shuffle(equals, &mut random);
    }
    hosts.truncate(MX_HOSTS_MAX);
    Ok(hosts)
}

/// The addresses of one host: an IPv6 address, an IPv4 address, and so on in turns; within a family in the order of
/// the answer (RFC 5321 §5.1).
///
/// *Our reading*: RFC 5321 §5.2 leaves the choice of family to local circumstances. IPv6 begins, as RFC 6724 §2.1 has
/// it; the families take turns, as RFC 8305 §4 has it, so that neither uses up an attempt that the other could have
/// saved.
pub(super) fn addresses(six: Vec<IpAddr>, four: Vec<IpAddr>) -> Vec<IpAddr> {
    let (mut six, mut four) = (six.into_iter(), four.into_iter());
    let mut all: Vec<IpAddr> = Vec::new();
    loop {
        let next = [six.next(), four.next()];
        if next.iter().all(Option::is_none) {
            return all;
        }
        for address in next.into_iter().flatten() {
            if !all.contains(&address) {
                all.push(address);
            }
        }
    }
}

/// Fisher and Yates, with the world's randomness.
fn shuffle(hosts: &mut [MailHost], random: &mut impl FnMut() -> u64) {
    for last in (1..hosts.len()).rev() {
        let at = random() % (last as u64 + 1);
        hosts.swap(last, usize::try_from(at).unwrap_or(last));
    }
}
