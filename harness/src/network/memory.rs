//! The network in memory: pipes for connections, queues for datagrams, and no socket anywhere.
//!
//! It belongs in a current-thread runtime with a paused clock and without I/O; then a silent name server or a stalled
//! host costs no real time, and nothing outside the world can be reached by mistake.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    task::{Context, Poll, Waker},
    time::SystemTime,
};

use mtaspec_fake_dns::{Outcome, rule::Transport};
use mtaspec_reference_transport::network::{BoxStream, Connecting, Datagrams, Dialling, Network};
use rand_chacha::{ChaCha8Rng, rand_core::RngCore};

use super::{clock::WorldClock, own_address, pipe::pipe, population::Population};

/// The first port of the client's side; ports are never part of a trace.
const CLIENT_PORT_FIRST: u16 = 40_000;

/// The port from which a name server answers that answers from elsewhere.
const ELSEWHERE_PORT: u16 = 5_353;

/// The network of one world in memory.
pub struct MemoryNetwork {
    population: Arc<Population>,
    clock: Arc<WorldClock>,
    random: Mutex<ChaCha8Rng>,
    address: IpAddr,
    next_port: AtomicU16,
}

impl MemoryNetwork {
    /// The network of these hosts; `address` is the MTA's.
    #[must_use]
    pub fn new(population: Arc<Population>, clock: Arc<WorldClock>, random: ChaCha8Rng, address: IpAddr) -> Arc<Self> {
        let next_port = AtomicU16::new(CLIENT_PORT_FIRST);
        Arc::new(Self { population, clock, random: Mutex::new(random), address, next_port })
    }

    /// Where a connection comes from: the address that is asked for, or the MTA's own of the same family.
    fn client(&self, from: Option<IpAddr>, to: SocketAddr) -> SocketAddr {
        let own = || own_address(self.address, to.ip());
        SocketAddr::new(from.unwrap_or_else(own), self.next_port.fetch_add(1, Ordering::Relaxed).max(1024))
    }
}

impl Network for MemoryNetwork {
    fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> Connecting {
        let dialling = self.dial(from, to);
        Box::pin(async move { Ok(dialling.await?.0) })
    }

    fn dial(&self, from: Option<IpAddr>, to: SocketAddr) -> Dialling {
        let peer = self.client(from, to);
        let population = Arc::clone(&self.population);
        if let Some(dns) = population.name_servers.get(&to).cloned() {
            let (client, server) = pipe();
            tokio::spawn(mtaspec_fake_dns::driver::serve_stream(server, peer.ip(), dns));
            return Box::pin(async move { Ok((Box::new(client) as BoxStream, Some(peer))) });
        }
        let Some(resident) = population.answers(peer, to).cloned() else {
            return Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) });
        };
        let (client, server) = pipe();
        tokio::spawn(async move { population.serve(&resident, server, peer, to).await });
        Box::pin(async move { Ok((Box::new(client) as BoxStream, Some(peer))) })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        Ok(Box::new(MemoryDatagrams {
            population: Arc::clone(&self.population),
            address: self.address,
            inbox: Arc::default(),
        }))
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

struct MemoryDatagrams {
    population: Arc<Population>,
    address: IpAddr,
    inbox: Arc<Inbox>,
}

#[derive(Default)]
struct Inbox(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    datagrams: VecDeque<(Vec<u8>, SocketAddr)>,
    reader: Option<Waker>,
}

impl Inbox {
    fn put(&self, datagram: Vec<u8>, from: SocketAddr) {
        let mut waiting = self.lock();
        waiting.datagrams.push_back((datagram, from));
        if let Some(reader) = waiting.reader.take() {
            reader.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Datagrams for MemoryDatagrams {
    fn poll_receive(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut waiting = self.inbox.lock();
        let Some((datagram, from)) = waiting.datagrams.pop_front() else {
            waiting.reader = Some(context.waker().clone());
            return Poll::Pending;
        };
        // As UDP does: what does not fit is lost.
        let count = datagram.len().min(buffer.len());
        buffer[..count].copy_from_slice(&datagram[..count]);
        Poll::Ready(Ok((count, from)))
    }

    fn poll_send(&self, _: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        if let Some(dns) = self.population.name_servers.get(&to).cloned() {
            let (inbox, peer) = (Arc::clone(&self.inbox), own_address(self.address, to.ip()));
            let query = octets.to_vec();
            tokio::spawn(async move {
                match dns.answer(&query, peer, Transport::Udp).await {
                    Outcome::Octets(answer) => inbox.put(answer, to),
                    Outcome::Elsewhere(answer) => inbox.put(answer, SocketAddr::new(to.ip(), ELSEWHERE_PORT)),
                    Outcome::Close | Outcome::Nothing => {}
                }
            });
        } else {
            self.population.stray(to);
        }
        Poll::Ready(Ok(octets.len()))
    }
}
