//! Hosts of `mtaspec-fake-smarthost` at addresses in memory, under a paused clock.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use mtaspec_fake_smarthost::{Host, Pki, RunningHost, SessionId, Sink, serve, stream::Stream};
use mtaspec_reference_transport::{
    network::{BoxStream, Connecting, Datagrams, Network},
    transport::Config,
};
use rustls::time_provider::DefaultTimeProvider;
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf},
    time::Instant,
};

/// 2030-01-07T10:00:00Z.
const BEGIN: Duration = Duration::from_secs(1_894_010_400);

/// The hosts by their addresses; name servers there are none.
pub(crate) struct Memory {
    hosts: BTreeMap<SocketAddr, (Arc<RunningHost>, Arc<dyn Sink>)>,
    began: Instant,
    sessions: AtomicU64,
    random: AtomicU64,
}

impl Memory {
    /// Its time begins now.
    pub(crate) fn new(hosts: impl IntoIterator<Item = (SocketAddr, Host, Arc<dyn Sink>)>) -> Self {
        let pki = Arc::new(Pki::new(SystemTime::UNIX_EPOCH + BEGIN));
        let running = |(at, host, sink)| {
            let host = RunningHost::new(host, Arc::clone(&pki), Arc::new(DefaultTimeProvider));
            (at, (Arc::new(host), sink))
        };
        Self {
            hosts: hosts.into_iter().map(running).collect(),
            began: Instant::now(),
            sessions: AtomicU64::new(0),
            random: AtomicU64::new(0),
        }
    }
}

/// A transport without name servers whose own domain is kept at `origin`.
pub(crate) fn config(origin: SocketAddr) -> Config {
    Config {
        server: "mta.sender.test".into(),
        address: [192, 0, 2, 1].into(),
        resolvers: Vec::new(),
        roots: Vec::new(),
        revocation_lists: Vec::new(),
        identities: Vec::new(),
        servers: Vec::new(),
        accepted: vec![("sender.test".into(), origin)],
    }
}

impl Network for Memory {
    fn connect(&self, _: Option<IpAddr>, to: SocketAddr) -> Connecting {
        let id = SessionId(self.sessions.fetch_add(1, Ordering::Relaxed));
        let peer = SocketAddr::from(([192, 0, 2, 1], 40_000));
        let admitted = self.hosts.get(&to).filter(|(host, sink)| !host.refuses(peer, to, id, &**sink)).cloned();
        Box::pin(async move {
            let Some((host, sink)) = admitted else { return Err(io::ErrorKind::ConnectionRefused.into()) };
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            tokio::spawn(serve(host, Pipe(theirs), peer, to, id, sink));
            Ok(Box::new(ours) as BoxStream)
        })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + BEGIN + self.began.elapsed()
    }

    fn random(&self) -> u64 {
        self.random.fetch_add(1, Ordering::Relaxed)
    }
}

/// One end of a connection in memory.
struct Pipe(DuplexStream);

impl Stream for Pipe {
    /// The peer reads an end of stream instead of an error; here nothing depends on it.
    fn reset(&mut self) {}

    fn boundary(&mut self) {}
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
