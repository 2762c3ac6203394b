//! The network of a sandbox: the loopback interface alone, with the addresses of the world, by route netlink
//! (rtnetlink(7)); no `ip` program is needed.
//!
//! The MTA's own addresses are the only ones of an interface, so no MTA takes a host of the world for itself. All other
//! addresses of the documentation ranges are local all the same: a route of type `local` to a whole range lets any
//! of them be listened on and reached. There is no default route: what is not of the world is unreachable.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::fd::{AsFd, OwnedFd},
};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

use super::{EnterError, SandboxSpec};
use crate::network::{OWN_IPV4, OWN_IPV6};

/// The ranges that pages may use (RFC 5737, RFC 3849), with the lengths of their prefixes.
const RANGES: [(IpAddr, u8); 4] = [
    (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 0)), 24),
    (IpAddr::V4(Ipv4Addr::new(198, 51, 100, 0)), 24),
    (IpAddr::V4(Ipv4Addr::new(203, 0, 113, 0)), 24),
    (IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0)), 32),
];
/// The loopback interface is the first of every network namespace.
const LOOPBACK: u32 = 1;

// Of rtnetlink(7) and linux/rtnetlink.h.
const RTM_NEWLINK: u16 = 16;
const RTM_NEWADDR: u16 = 20;
const RTM_NEWROUTE: u16 = 24;
const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_ACK: u16 = 0x4;
const NLM_F_REPLACE: u16 = 0x100;
const NLM_F_CREATE: u16 = 0x400;
const NLMSG_ERROR: u16 = 2;
const IFF_UP: u32 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_F_NODAD: u8 = 2;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_PREFSRC: u16 = 7;
const RT_TABLE_LOCAL: u8 = 255;
const RTPROT_BOOT: u8 = 3;
const RT_SCOPE_HOST: u8 = 254;
const RTN_LOCAL: u8 = 2;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
/// Length of a message's header, in octets.
const HEADER_OCTETS: usize = 16;

/// Brings the interface up and gives it the world's addresses. A machine without IPv6 has a world without it.
pub(super) fn set_up(spec: &SandboxSpec) -> Result<(), EnterError> {
    let link = Link::open().map_err(EnterError::at("route netlink"))?;
    link.up().map_err(EnterError::at("the loopback interface"))?;
    let (four, six) = if spec.address.is_ipv4() { (spec.address, OWN_IPV6) } else { (OWN_IPV4, spec.address) };
    for own in [four, six] {
        match link.address(own) {
            Err(_) if own.is_ipv6() => return Ok(()),
            result => result.map_err(EnterError::at("an address"))?,
        }
        for (range, length) in RANGES.iter().filter(|(range, _)| range.is_ipv4() == own.is_ipv4()) {
            link.local_route(*range, *length, own).map_err(EnterError::at("a local route"))?;
        }
    }
    // Otherwise an IPv6 address that is of no interface cannot be listened on.
    fs::write("/proc/sys/net/ipv6/ip_nonlocal_bind", "1").map_err(EnterError::at("ip_nonlocal_bind"))
}

struct Link {
    socket: OwnedFd,
}

impl Link {
    fn open() -> io::Result<Self> {
        // Protocol 0 of netlink is NETLINK_ROUTE.
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
        Ok(Self { socket })
    }

    fn up(&self) -> io::Result<()> {
        // struct ifinfomsg: family, padding, type, index, flags, which flags.
        let mut body = vec![0; 4];
        body.extend(LOOPBACK.to_ne_bytes());
        body.extend(IFF_UP.to_ne_bytes());
        body.extend(IFF_UP.to_ne_bytes());
        self.ask(RTM_NEWLINK, &body)
    }

    fn address(&self, own: IpAddr) -> io::Result<()> {
        // struct ifaddrmsg: family, prefix length, flags, scope, index.
        let mut body = vec![family(own), octets(own).len().saturating_mul(8) as u8, IFA_F_NODAD, 0];
        body.extend(LOOPBACK.to_ne_bytes());
        attribute(&mut body, IFA_LOCAL, &octets(own));
        attribute(&mut body, IFA_ADDRESS, &octets(own));
        self.ask(RTM_NEWADDR, &body)
    }

    /// Makes every address of a range one of this machine; connections to it come from `own`.
    fn local_route(&self, range: IpAddr, length: u8, own: IpAddr) -> io::Result<()> {
        // struct rtmsg: family, destination and source lengths, service, table, protocol, scope, type, flags.
        let mut body =
            vec![family(range), length, 0, 0, RT_TABLE_LOCAL, RTPROT_BOOT, RT_SCOPE_HOST, RTN_LOCAL, 0, 0, 0, 0];
        attribute(&mut body, RTA_DST, &octets(range));
        attribute(&mut body, RTA_OIF, &LOOPBACK.to_ne_bytes());
        attribute(&mut body, RTA_PREFSRC, &octets(own));
        self.ask(RTM_NEWROUTE, &body)
    }

    /// Sends one message and waits for the kernel's word on it.
    fn ask(&self, kind: u16, body: &[u8]) -> io::Result<()> {
        // An interface cannot be replaced, only changed.
        let making = if kind == RTM_NEWLINK { 0 } else { NLM_F_CREATE | NLM_F_REPLACE };
        let flags = NLM_F_REQUEST | NLM_F_ACK | making;
        let length = u32::try_from(HEADER_OCTETS + body.len()).map_err(io::Error::other)?;
        // struct nlmsghdr: length, type, flags, sequence, sender.
        let mut message = length.to_ne_bytes().to_vec();
        message.extend(kind.to_ne_bytes());
        message.extend(flags.to_ne_bytes());
        message.extend([0; 8]);
        message.extend(body);
        send(self.socket.as_fd(), &message, SendFlags::empty())?;
        let mut answer = [0_u8; 4096];
        let (count, _) = recv(self.socket.as_fd(), &mut answer[..], RecvFlags::empty())?;
        verdict(&answer[..count.min(answer.len())])
    }
}

/// What an acknowledgement says: the header's type, and behind the header the error as a negative number.
fn verdict(answer: &[u8]) -> io::Result<()> {
    let kind = answer.get(4..6).and_then(|kind| kind.try_into().ok()).map(u16::from_ne_bytes);
    let error = answer.get(HEADER_OCTETS..).and_then(|rest| rest.first_chunk().copied()).map(i32::from_ne_bytes);
    match (kind, error) {
        (Some(NLMSG_ERROR), Some(0)) => Ok(()),
        (Some(NLMSG_ERROR), Some(error)) => Err(io::Error::from_raw_os_error(error.saturating_neg())),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn family(address: IpAddr) -> u8 {
    if address.is_ipv4() { AF_INET } else { AF_INET6 }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// Adds a struct rtattr: length, type, value, and padding to four octets.
fn attribute(body: &mut Vec<u8>, kind: u16, value: &[u8]) {
    body.extend(((4 + value.len()) as u16).to_ne_bytes());
    body.extend(kind.to_ne_bytes());
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_padded_and_its_length_is_not() {
        let mut body = Vec::new();
        attribute(&mut body, 7, &[1, 2, 3]);
        assert_eq!(body, [&7_u16.to_ne_bytes()[..], &7_u16.to_ne_bytes(), &[1, 2, 3, 0]].concat());
    }

    #[test]
    fn an_error_of_the_kernel_is_one_of_ours() {
        let mut answer = vec![0; 20];
        answer[4..6].copy_from_slice(&NLMSG_ERROR.to_ne_bytes());
        assert!(verdict(&answer).is_ok());
        answer[16..20].copy_from_slice(&(-13_i32).to_ne_bytes());
        assert_eq!(verdict(&answer).map_err(|error| error.kind()), Err(io::ErrorKind::PermissionDenied));
        assert_eq!(verdict(&[]).map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
    }
}
