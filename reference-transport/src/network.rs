//! The one way in which the transport reaches the world: connections, datagrams, the clock and randomness.
//!
//! Sleeping and timeouts go through `tokio::time`, which a world in memory pauses; all else comes from here.

mod sockets;

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::SystemTime,
};

use tokio::io::{AsyncRead, AsyncWrite};

pub use self::sockets::Sockets;

/// A stream of octets in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection.
pub type BoxStream = Box<dyn Stream>;

/// What [`Network::connect`] gives.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<BoxStream>> + Send>>;

/// What [`Network::dial`] gives: the connection, and our end of it.
pub type Dialling = Pin<Box<dyn Future<Output = io::Result<(BoxStream, Option<SocketAddr>)>> + Send>>;

/// The world, as the transport sees it.
pub trait Network: Send + Sync {
    /// Opens a connection. `from` is the address to bind, if it matters (`New-SendConnector -SourceIPAddress`).
    ///
    /// # Errors
    ///
    /// As TCP: refused, reset, unreachable.
    fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> Connecting;

    /// As [`Network::connect`], and says which end is ours; a network that does not know says nothing of it.
    ///
    /// # Errors
    ///
    /// As [`Network::connect`].
    fn dial(&self, from: Option<IpAddr>, to: SocketAddr) -> Dialling {
        let connecting = self.connect(from, to);
        Box::pin(async move { Ok((connecting.await?, None)) })
    }

    /// A socket for datagrams to and from any address.
    ///
    /// # Errors
    ///
    /// If none can be had.
    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>>;

    /// The time of day of the world: for `Date` and `Received`, and for the validity of certificates.
    fn now(&self) -> SystemTime;

    /// A random number. In a world in memory it comes from the seed of the case.
    fn random(&self) -> u64;
}

/// A socket for datagrams.
pub trait Datagrams: Send + Sync {
    /// Receives one datagram into `buffer`.
    fn poll_receive(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>>;

    /// Sends one datagram.
    fn poll_send(&self, context: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>>;
}
