//! Names and addresses that a page may use: none that could really be mailed or dialled.
//!
//! Names are under `.test`, `.example` or `.invalid` (RFC 2606 §2), addresses from the documentation ranges
//! (RFC 5737, RFC 3849).

use std::net::{IpAddr, Ipv6Addr};

use super::{
    model::{ORIGIN_ADDRESS, RESOLVER_ADDRESS},
    moving::Moving,
};

/// What must be used instead of a real name.
pub(super) const RESERVED_NAMES: [&str; 3] = [".test", ".example", ".invalid"];
/// Where the reverse names of documentation addresses are (RFC 1035 §3.5, RFC 3596 §2.5): nobody is mailed there.
const REVERSE_NAMES: [&str; 4] =
    [".2.0.192.in-addr.arpa", ".100.51.198.in-addr.arpa", ".113.0.203.in-addr.arpa", ".8.b.d.0.1.0.0.2.ip6.arpa"];

/// What must be used instead of a real address.
pub(super) const DOCUMENTATION_RANGES: [&str; 4] =
    ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"];

/// Which names a page may use: those that nobody has, and, in a case that was moved, those below the domain that its
/// user gave for that.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names<'a>(pub(super) Option<&'a Moving>);

impl Names<'_> {
    /// A line of the page as it is to be read.
    pub(super) fn moved(self, line: String) -> String {
        match self.0 {
            None => line,
            Some(moving) => moving.text(&line),
        }
    }

    /// Whether a name may be used. The final dot may be there.
    pub(super) fn may_use(self, name: &str) -> bool {
        is_reserved_name(name) || self.0.is_some_and(|moving| moving.is_moved(name.strip_suffix('.').unwrap_or(name)))
    }

    /// Whether the judged server may be called so: one that was moved has the name that its user gave.
    pub(super) fn may_call_server(self, name: &str) -> bool {
        self.may_use(name) || self.0.is_some_and(|moving| moving.server.eq_ignore_ascii_case(name))
    }

    /// What is wrong with a mailbox, if anything.
    pub(super) fn mailbox_fault(self, mailbox: &str) -> Option<String> {
        match mailbox.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() && self.may_have_mailboxes(domain) => None,
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() => {
                Some(format!("`{domain}` could really be mailed"))
            }
            _ => Some(format!("`{mailbox}` is no mailbox")),
        }
    }

    fn may_have_mailboxes(self, domain: &str) -> bool {
        let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match literal.map(|text| text.strip_prefix("IPv6:").unwrap_or(text)) {
            Some(text) => text.parse().is_ok_and(is_documentation_address),
            None => self.may_use(domain),
        }
    }
}

/// Whether a domain is under a top-level domain that nobody has, or the reverse name of a documentation address. The
/// final dot may be there.
fn is_reserved_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    RESERVED_NAMES.iter().any(|suffix| name.ends_with(suffix) || name == suffix[1..])
        || REVERSE_NAMES.iter().any(|suffix| name.ends_with(suffix))
}

/// Whether an address is of a documentation range.
pub(super) fn is_documentation_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => matches!(address.octets(), [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _]),
        IpAddr::V6(address) => {
            let prefix: u32 = 0x2001_0db8;
            (address.to_bits() >> (Ipv6Addr::BITS - 32)) == u128::from(prefix)
        }
    }
}

/// What is wrong with an address of the world, if anything: it could be dialled, or it is taken.
pub(super) fn address_fault(address: IpAddr) -> Option<String> {
    if !is_documentation_address(address) {
        Some(format!("`{address}` could really be dialled"))
    } else if address == ORIGIN_ADDRESS {
        Some(format!("`{address}` is the address of the built-in host `origin`"))
    } else if address == RESOLVER_ADDRESS {
        Some(format!("`{address}` is the address of the name server"))
    } else {
        None
    }
}

/// A name as a claim may write it: lower case, without the final dot.
pub(super) fn host_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// A mailbox with its domain in lower case; the local-part keeps its case (RFC 5321 §2.4).
pub(super) fn folded_mailbox(mailbox: &str) -> String {
    match mailbox.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_ascii_lowercase()),
        None => mailbox.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_somebody_could_own_is_refused() {
        assert!(is_reserved_name("mx.contoso.test."));
        assert!(is_reserved_name("MX.Contoso.EXAMPLE"));
        assert!(!is_reserved_name("contoso.com"));
        assert!(!is_reserved_name("example.com"));
        assert!(!is_reserved_name("mytest"));
    }

    #[test]
    fn an_address_of_the_machinery_is_refused_with_its_reason() {
        assert_eq!(address_fault(IpAddr::from([192, 0, 2, 11])), None);
        assert!(address_fault(ORIGIN_ADDRESS).is_some_and(|fault| fault.contains("origin")));
        assert!(address_fault(RESOLVER_ADDRESS).is_some_and(|fault| fault.contains("name server")));
        assert!(address_fault(IpAddr::from([10, 0, 0, 1])).is_some_and(|fault| fault.contains("dialled")));
        assert_eq!(address_fault("2001:db8::5".parse().unwrap_or(ORIGIN_ADDRESS)), None);
    }

    #[test]
    fn a_mailbox_needs_a_local_part_and_a_domain_that_nobody_has() {
        assert_eq!(Names::default().mailbox_fault("a@contoso.test"), None);
        assert_eq!(Names::default().mailbox_fault("a@[192.0.2.9]"), None);
        assert!(Names::default().mailbox_fault("a@contoso.com").is_some());
        assert!(Names::default().mailbox_fault("contoso.test").is_some());
    }
}
