//! The ways in which the MTA reaches the hosts of a world: pipes in memory under a paused clock, or sockets of the
//! loopback interface under the machine's.
//!
//! Both give the reference transport the same trait and the hosts the same streams, so the octets, TLS and DNS
//! included, are the real ones either way.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub mod clock;
pub mod loopback;
pub mod memory;
pub mod pipe;
pub mod population;
pub mod sandbox;

/// The MTA's IPv4 address where its page gives it an IPv6 one.
pub const OWN_IPV4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// The MTA's IPv6 address where its page gives it an IPv4 one.
pub const OWN_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 1));

/// The MTA's address of the family of `to`, if `own` is the one that its page gives it: whoever connects to an IPv6
/// address does so from one.
#[must_use]
pub fn own_address(own: IpAddr, to: IpAddr) -> IpAddr {
    match (own.is_ipv4(), to.is_ipv4()) {
        (true, true) | (false, false) => own,
        (true, false) => OWN_IPV6,
        (false, true) => OWN_IPV4,
    }
}
