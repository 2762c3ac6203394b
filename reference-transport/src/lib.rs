//! The reference outbound mail transport of mtaspec: Exchange Send connector semantics, readable first.
//!
//! Start at [`transport`]: a [`transport::Transport`] is told its world once, takes shell text and messages, and
//! delivers. What it decides without I/O stands in [`directory`], [`shell`], [`routing`] and [`header_firewall`]; what it
//! says on the wire in [`delivery`], by the clock of each [`queue`], which leads [`session`]s with the hosts that [`resolver`] finds, over [`tls`] and
//! [`wire`]. It reaches the world through [`network`] alone, and says what it does to an [`observer`].

pub mod connector;
pub mod delivery;
pub mod directory;
pub mod domain;
pub mod dsn;
pub mod header_firewall;
pub mod json_lines;
pub mod limits;
pub mod listener;
pub mod message;
pub mod network;
pub mod notice;
pub mod observer;
pub mod protocol_log;
pub mod queue;
pub mod reply;
pub mod resolver;
pub mod routing;
pub mod session;
pub mod shell;
pub mod store;
pub mod tls;
pub mod transport;
pub mod wire;
