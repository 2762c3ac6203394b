//! The ways in which the MTA reaches the hosts of a world: pipes in memory under a paused clock, or sockets of the
//! loopback interface under the machine's.
//!
//! Both give the reference transport the same trait and the hosts the same streams, so the octets, TLS and DNS
//! included, are the real ones either way.

pub mod clock;
pub mod loopback;
pub mod memory;
pub mod pipe;
pub mod population;
pub mod sandbox;
