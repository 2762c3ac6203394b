//! What a session runs over: octets in both directions, and two things that octets cannot say.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection that a host can serve: a TCP stream, or a pipe in memory.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// Ends the connection now so that the peer reads an error and no end of stream (RST). Nothing can be read or
    /// written afterwards.
    fn reset(&mut self);

    /// What was written so far reaches the peer in reads of its own, apart from what is written later. A TCP stream
    /// does what it can: it has `TCP_NODELAY` and sends each write by itself.
    fn boundary(&mut self);
}

impl Stream for tokio::net::TcpStream {
    fn reset(&mut self) {
        // An abortive close is asked for before the socket is dropped; there is nothing to do if that is refused.
        let _ = self.set_zero_linger();
    }

    fn boundary(&mut self) {}
}
