//! The reference outbound mail transport of mtaspec: Exchange Send connector semantics, readable first.

pub mod connector;
pub mod delivery;
pub mod directory;
pub mod domain;
pub mod header_firewall;
pub mod limits;
pub mod message;
pub mod network;
pub mod notice;
pub mod observer;
pub mod reply;
pub mod resolver;
pub mod routing;
pub mod session;
pub mod shell;
pub mod tls;
pub mod transport;
pub mod wire;
