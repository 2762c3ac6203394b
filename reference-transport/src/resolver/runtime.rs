//! The resolver's sockets, as the world's network gives them.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use hickory_resolver::net::runtime::{
    DnsUdpSocket, RuntimeProvider, TokioHandle, TokioTime, iocompat::AsyncIoTokioAsStd,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::network::{BoxStream, Datagrams, Network};

/// Lets the resolver reach the world through [`Network`], and tick by `tokio::time`.
#[derive(Clone)]
pub(super) struct Runtime {
    network: Arc<dyn Network>,
    handle: TokioHandle,
}

impl Runtime {
    pub(super) fn new(network: Arc<dyn Network>) -> Self {
        Self { network, handle: TokioHandle::default() }
    }
}

type Opening<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

impl RuntimeProvider for Runtime {
    type Handle = TokioHandle;
    type Timer = TokioTime;
    type Udp = Udp;
    type Tcp = AsyncIoTokioAsStd<Tcp>;

    fn create_handle(&self) -> TokioHandle {
        self.handle.clone()
    }

    fn connect_tcp(&self, server: SocketAddr, _bind: Option<SocketAddr>, wait: Option<Duration>) -> Opening<Self::Tcp> {
        let connecting = self.network.connect(None, server);
        let wait = wait.unwrap_or(crate::limits::DNS_QUERY_TIMEOUT);
        Box::pin(async move {
            let stream = tokio::time::timeout(wait, connecting).await.map_err(|_| io::ErrorKind::TimedOut)??;
            Ok(AsyncIoTokioAsStd(Tcp(Mutex::new(stream))))
        })
    }

    fn bind_udp(&self, _local: SocketAddr, _server: SocketAddr) -> Opening<Self::Udp> {
        let socket = self.network.datagrams().map(Udp);
        Box::pin(async move { socket })
    }
}

/// A socket for datagrams.
pub(super) struct Udp(Box<dyn Datagrams>);

#[async_trait::async_trait]
impl DnsUdpSocket for Udp {
    type Time = TokioTime;

    fn poll_recv_from(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        self.0.poll_receive(context, buffer)
    }

    fn poll_send_to(&self, context: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        self.0.poll_send(context, octets, to)
    }
}

/// A connection. The resolver wants one that can be shared between threads, which a boxed stream need not be; the
/// lock makes it so, and is never waited for, because every use has the only reference.
pub(super) struct Tcp(Mutex<BoxStream>);

impl Tcp {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut BoxStream> {
        Pin::new(self.get_mut().0.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AsyncRead for Tcp {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(context, octets)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}
