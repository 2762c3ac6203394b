//! The network of the loopback interface: real sockets, each host an address of its own where the platform has them.
//!
//! A page's address and port is listened on at a loopback address and a port that the system picks; [`Loopback::dial`]
//! is the table from the one to the other. In the trace the page's addresses stand.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::SystemTime,
};

use mtaspec_fake_dns::driver::{self, Listening};
use mtaspec_reference_transport::network::{BoxStream, Connecting, Datagrams, Dialling, Network};
use rand_chacha::{ChaCha8Rng, rand_core::RngCore};
use tokio::{
    io::ReadBuf,
    net::{TcpListener, TcpStream, UdpSocket},
};

use super::{clock::WorldClock, own_address, population::Population};

/// The hosts and the name server of one world, listening on the loopback interface.
pub struct Loopback {
    /// Where each address and port of the page is listened on.
    pub dial: BTreeMap<SocketAddr, SocketAddr>,
    /// Where each name server of the page listens, over UDP and TCP.
    pub name_servers: BTreeMap<SocketAddr, SocketAddr>,
    _listening: Vec<Listening>,
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
            let listener = bind(number, local.ip()).await?;
            dial.insert(local, listener.local_addr()?);
            tokio::spawn(Arc::clone(population).accept(listener, Some(own_address(mta, local.ip())), local));
        }
        let (mut name_servers, mut listening) = (BTreeMap::new(), Vec::new());
        for (&local, dns) in &population.name_servers {
            let there = driver::listen(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), Arc::clone(dns)).await?;
            name_servers.insert(local, there.local_addr());
            listening.push(there);
        }
        Ok(Self { dial, name_servers, _listening: listening })
    }
}

/// A listener at a loopback address of its own, or at the one that every platform has. What is an IPv6 address on the
/// page is one here; there is only one, so that the port tells hosts apart.
async fn bind(number: u16, local: IpAddr) -> io::Result<TcpListener> {
    if local.is_ipv6() {
        let refused = |error: io::Error| {
            io::Error::new(error.kind(), format!("this machine has no IPv6 on its loopback interface: {error}"))
        };
        return TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.map_err(refused);
    }
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
    /// Where each name server of the page listens.
    pub name_servers: BTreeMap<SocketAddr, SocketAddr>,
    /// The world's clock.
    pub clock: Arc<WorldClock>,
    /// The case's randomness.
    pub random: Mutex<ChaCha8Rng>,
    /// Where connections that nobody listens for are recorded.
    pub population: Arc<Population>,
}

impl Network for LoopbackNetwork {
    fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> Connecting {
        let dialling = self.dial(from, to);
        Box::pin(async move { Ok(dialling.await?.0) })
    }

    fn dial(&self, _: Option<IpAddr>, to: SocketAddr) -> Dialling {
        let known =
            self.dial.get(&to).or(self.name_servers.get(&to)).copied().or_else(|| to.ip().is_loopback().then_some(to));
        let Some(there) = known else {
            // Nothing may leave the world: an address that is not of the page is refused and recorded here.
            let _ = self.population.answers(to, to);
            return Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) });
        };
        Box::pin(async move {
            let stream = TcpStream::connect(there).await?;
            stream.set_nodelay(true)?;
            let local = stream.local_addr().ok();
            Ok((Box::new(stream) as BoxStream, local))
        })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let (socket, name_servers) = (UdpSocket::from_std(socket)?, self.name_servers.clone());
        let population = Arc::clone(&self.population);
        Ok(Box::new(LoopbackDatagrams { socket, name_servers, population, asked: Mutex::default() }))
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

/// A socket whose peers are name servers. They may be called by the page's addresses or by those where they listen, and
/// answer by the address that they were called by.
struct LoopbackDatagrams {
    socket: UdpSocket,
    name_servers: BTreeMap<SocketAddr, SocketAddr>,
    population: Arc<Population>,
    /// Where somebody listens, and what it was last called.
    asked: Mutex<BTreeMap<SocketAddr, SocketAddr>>,
}

impl LoopbackDatagrams {
    fn asked(&self) -> MutexGuard<'_, BTreeMap<SocketAddr, SocketAddr>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Datagrams for LoopbackDatagrams {
    fn poll_receive(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut buffer = ReadBuf::new(buffer);
        let from = ready!(self.socket.poll_recv_from(context, &mut buffer))?;
        let called = self.asked().get(&from).copied();
        Poll::Ready(Ok((buffer.filled().len(), called.unwrap_or(from))))
    }

    fn poll_send(&self, context: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        let there = self.name_servers.get(&to).copied().or_else(|| to.ip().is_loopback().then_some(to));
        match there {
            Some(there) => {
                self.asked().insert(there, to);
                self.socket.poll_send_to(context, octets, there)
            }
            // Nobody listens at any other address of the page: what is sent there is lost.
            None => {
                self.population.stray(to);
                Poll::Ready(Ok(octets.len()))
            }
        }
    }
}
