//! The network of the loopback interface: real sockets, each host an address of its own where the platform has them.
//!
//! A page's address and port is listened on at a loopback address and a port that the system picks; [`Loopback::dial`]
//! is the table from the one to the other. In the trace the page's addresses stand.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::SystemTime,
};

use mtaspec_fake_dns::driver::{self, Listening};
use mtaspec_reference_transport::network::{BoxStream, Connecting, Datagrams, Network};
use rand_chacha::{ChaCha8Rng, rand_core::RngCore};
use tokio::{
    io::ReadBuf,
    net::{TcpListener, TcpStream, UdpSocket},
};

use super::{clock::WorldClock, population::Population};

/// The hosts and the name server of one world, listening on the loopback interface.
pub struct Loopback {
    /// Where each address and port of the page is listened on.
    pub dial: BTreeMap<SocketAddr, SocketAddr>,
    /// Where the name server listens, over UDP and TCP.
    pub resolver: SocketAddr,
    _dns: Listening,
}

impl Loopback {
    /// Listens for everybody. Connections are recorded as coming from `mta`, the MTA's address on the page.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub async fn listen(population: &Arc<Population>, mta: IpAddr) -> io::Result<Self> {
        let mut dial = BTreeMap::new();
        for (number, &local) in (2u16..).zip(population.hosts.keys()) {
            let listener = bind(number).await?;
            dial.insert(local, listener.local_addr()?);
            tokio::spawn(Arc::clone(population).accept(listener, Some(mta), local));
        }
        let dns = driver::listen(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), Arc::clone(&population.dns)).await?;
        Ok(Self { dial, resolver: dns.local_addr(), _dns: dns })
    }
}

/// A listener at a loopback address of its own, or at the one that every platform has.
async fn bind(number: u16) -> io::Result<TcpListener> {
    let [high, low] = number.to_be_bytes();
    match TcpListener::bind((Ipv4Addr::new(127, 0, high, low), 0)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await,
    }
}

/// The reference transport's way to a world on the loopback interface.
pub struct LoopbackNetwork {
    /// Where an address and port of the page is listened on.
    pub dial: BTreeMap<SocketAddr, SocketAddr>,
    /// The world's clock.
    pub clock: Arc<WorldClock>,
    /// The case's randomness.
    pub random: Mutex<ChaCha8Rng>,
    /// Where connections that nobody listens for are recorded.
    pub population: Arc<Population>,
}

impl Network for LoopbackNetwork {
    fn connect(&self, _: Option<IpAddr>, to: SocketAddr) -> Connecting {
        let known = self.dial.get(&to).copied().or_else(|| to.ip().is_loopback().then_some(to));
        let Some(there) = known else {
            // Nothing may leave the world: an address that is not of the page is refused and recorded here.
            let _ = self.population.answers(to, to);
            return Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) });
        };
        Box::pin(async move {
            let stream = TcpStream::connect(there).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as BoxStream)
        })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        Ok(Box::new(LoopbackDatagrams(UdpSocket::from_std(socket)?)))
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

struct LoopbackDatagrams(UdpSocket);

impl Datagrams for LoopbackDatagrams {
    fn poll_receive(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut buffer = ReadBuf::new(buffer);
        let from = ready!(self.0.poll_recv_from(context, &mut buffer))?;
        Poll::Ready(Ok((buffer.filled().len(), from)))
    }

    fn poll_send(&self, context: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        if !to.ip().is_loopback() {
            return Poll::Ready(Err(io::ErrorKind::NetworkUnreachable.into()));
        }
        self.0.poll_send_to(context, octets, to)
    }
}
