//! Where the daemon takes messages: a small SMTP server (RFC 5321, RFC 6409) without authentication.
//!
//! It speaks EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, VRFY and QUIT, believes its client, and hands each message on
//! as it came. [`serve`] is for sockets; [`converse`] is one session, over any stream.
//!
//! # Limits
//!
//! [`MESSAGE_OCTETS_MAX`], [`RECIPIENTS_MAX`], [`LINE_OCTETS_MAX`]; a session that says nothing for [`SILENCE_MAX`]
//! ends.
//!
//! # Not here
//!
//! TLS, authentication, and any protection from strangers: [`may_listen_on`] says where it may be used.

mod parameters;
mod session;

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use tokio::net::TcpListener;

pub use self::session::converse;
use crate::{
    message::{Submission, Via},
    store::StoreError,
};

/// Largest message, in octets.
pub const MESSAGE_OCTETS_MAX: usize = 160 * 1024 * 1024;

/// Most recipients of a message; RFC 5321 §4.5.3.1.8 asks for 100.
pub const RECIPIENTS_MAX: usize = 10_000;

/// Longest command line, in octets, with its CRLF: RFC 5321 §4.5.3.1.4 and the room that extensions take.
pub const LINE_OCTETS_MAX: usize = 2048;

/// How long a client may say nothing: RFC 5321 §4.5.3.2.7.
pub const SILENCE_MAX: Duration = Duration::from_mins(5);

/// How the text of the reply to mail data goes on; what the message is called from now on stands behind it.
pub const TAKEN_AS: &str = "Taken as ";

/// Takes a message that was received whole, and says what it is called from now on. Once it has said so, the message
/// is in safety; an error is a 452 to the client.
pub type Take = Arc<dyn Fn(Submission) -> Result<String, StoreError> + Send + Sync>;

/// What a session is told.
#[derive(Clone)]
pub struct Desk {
    /// Our name, for the greeting.
    pub server: String,
    /// Who submits here.
    pub via: Via,
    /// Where messages go.
    pub take: Take,
}

/// Takes connections until the listener fails.
///
/// # Errors
///
/// That failure; what happens in a session ends that session alone.
pub async fn serve(listener: TcpListener, desk: Desk) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let desk = desk.clone();
        tokio::spawn(async move {
            // A client that goes away has had its replies.
            let _ended = converse(stream, &desk).await;
        });
    }
}

/// Whether messages may be taken at this address. Nobody is asked who they are, so only at the machine's own (RFC 1122
/// §3.2.1.3, RFC 4291 §2.5.3), and at those for documentation (RFC 5737, RFC 3849), which a sandbox gives itself.
#[must_use]
pub fn may_listen_on(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_loopback() || is_documentation(four),
        IpAddr::V6(six) => six.is_loopback() || (six.segments()[0] == 0x2001 && six.segments()[1] == 0xdb8),
    }
}

fn is_documentation(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _])
}

#[cfg(test)]
mod tests;
