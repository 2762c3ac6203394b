//! The reference outbound mail transport of mtaspec: Exchange Send connector semantics, readable first.

pub mod connector;
pub mod directory;
pub mod domain;
pub mod header_firewall;
pub mod limits;
pub mod network;
pub mod observer;
pub mod reply;
pub mod resolver;
pub mod routing;
pub mod session;
pub mod tls;
pub mod wire;
