//! The limits of a session; each has a name, and reaching it is an event that carries that name.

use std::time::Duration;

/// Longest command line, in octets with its line end.
///
/// RFC 5321 §4.5.3.1.4 has 512 and lets extensions add to it; the sum of what is offered here stays well below.
pub const COMMAND_LINE_OCTETS_MAX: usize = 2048;

/// Longest AUTH command and longest line of an AUTH exchange, in octets with its line end (RFC 4954 §4).
pub const AUTH_LINE_OCTETS_MAX: usize = 12_288;

/// Most octets that one session may send, above TLS.
pub const SESSION_OCTETS_MAX: u64 = 256 * 1024 * 1024;

/// Most command lines that one session may send.
pub const SESSION_COMMANDS_MAX: u32 = 10_000;

/// How long a host that has closed its direction in order listens on for the end of the client's. After it, the
/// connection is let go as it is.
pub const CLOSE_LINGER: Duration = Duration::from_secs(1);

/// Most octets that are held unread while a rule pauses.
pub(crate) const HELD_OCTETS_MAX: usize = 64 * 1024;
