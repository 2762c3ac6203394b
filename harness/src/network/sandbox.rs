//! The network of a sandbox: the world's hosts and its name servers on their own addresses and ports.
//!
//! Nothing is translated: the MTA dials what its page says. Only a process that has entered a sandbox can listen so.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use mtaspec_fake_dns::{
    FakeDns,
    driver::{self, Listening},
};
use mtaspec_reference_transport::network::{Connecting, Datagrams, Dialling, Network, Sockets};
use rand_chacha::{ChaCha8Rng, rand_core::RngCore};
use tokio::{net::TcpListener, task::JoinSet};

use super::{clock::WorldClock, population::Population};

/// How long an address may be in use by what listened there before.
const BIND_MAX: Duration = Duration::from_secs(1);
/// How often it is tried.
const BIND_REST: Duration = Duration::from_millis(5);

/// The hosts and the name servers of one world, listening; until it is dropped.
pub struct Sandboxed {
    _name_servers: Vec<Listening>,
    /// Accept connections; sessions that have begun go on.
    _hosts: JoinSet<()>,
}

impl Sandboxed {
    /// Listens for everybody.
    ///
    /// # Errors
    ///
    /// If an address and port cannot be had: the MTA may not listen on all addresses.
    pub async fn listen(population: &Arc<Population>) -> io::Result<Self> {
        let mut name_servers = Vec::new();
        for (&at, dns) in &population.name_servers {
            name_servers.push(name_server(at, dns).await?);
        }
        let mut hosts = JoinSet::new();
        for &local in population.hosts.keys() {
            hosts.spawn(Arc::clone(population).accept(listener(local).await?, None, local));
        }
        Ok(Self { _name_servers: name_servers, _hosts: hosts })
    }
}

/// The name server on its address.
pub(crate) async fn name_server(at: SocketAddr, dns: &Arc<FakeDns>) -> io::Result<Listening> {
    patiently(|| driver::listen(at, Arc::clone(dns))).await.map_err(|error| named(at, &error))
}

/// A listener; whoever had the address before may still be going.
pub(crate) async fn listener(at: SocketAddr) -> io::Result<TcpListener> {
    patiently(|| TcpListener::bind(at)).await.map_err(|error| named(at, &error))
}

async fn patiently<T, F: Future<Output = io::Result<T>>>(attempt: impl Fn() -> F) -> io::Result<T> {
    let retried = async {
        loop {
            match attempt().await {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => tokio::time::sleep(BIND_REST).await,
                result => return result,
            }
        }
    };
    match tokio::time::timeout(BIND_MAX, retried).await {
        Ok(result) => result,
        Err(_) => attempt().await,
    }
}

fn named(at: SocketAddr, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{at}: {error}"))
}

/// The reference transport's way to a world in a sandbox: sockets, with the world's clock and the case's randomness.
pub struct SandboxNetwork {
    /// The machine's sockets.
    pub sockets: Sockets,
    /// The world's clock.
    pub clock: Arc<WorldClock>,
    /// The case's randomness.
    pub random: Mutex<ChaCha8Rng>,
}

impl Network for SandboxNetwork {
    fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> Connecting {
        self.sockets.connect(from, to)
    }

    fn dial(&self, from: Option<IpAddr>, to: SocketAddr) -> Dialling {
        self.sockets.dial(from, to)
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        self.sockets.datagrams()
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}
