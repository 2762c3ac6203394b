//! The machine's own network: TCP, UDP, its clock, its randomness. For worlds of sockets, and for the daemon.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
    time::SystemTime,
};

use rustls::crypto::CryptoProvider;
use tokio::{
    io::ReadBuf,
    net::{TcpSocket, UdpSocket},
};

use super::{BoxStream, Connecting, Datagrams, Dialling, Network};

/// Sockets. Needs a tokio runtime with I/O, whose clock is not paused.
#[derive(Clone, Debug)]
pub struct Sockets {
    provider: Arc<CryptoProvider>,
}

impl Default for Sockets {
    fn default() -> Self {
        Self { provider: Arc::new(rustls::crypto::ring::default_provider()) }
    }
}

impl Network for Sockets {
    fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> Connecting {
        let dialling = self.dial(from, to);
        Box::pin(async move { Ok(dialling.await?.0) })
    }

    fn dial(&self, from: Option<IpAddr>, to: SocketAddr) -> Dialling {
        Box::pin(async move {
            let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            if let Some(from) = from {
                socket.bind(SocketAddr::new(from, 0))?;
            }
            let stream = socket.connect(to).await?;
            // Commands are small and each waits for a reply: nothing is gained by collecting them.
            stream.set_nodelay(true)?;
            let local = stream.local_addr().ok();
            Ok((Box::new(stream) as BoxStream, local))
        })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        let four = bind(IpAddr::V4(Ipv4Addr::UNSPECIFIED))?;
        // A machine without IPv6 has name servers without it, too.
        let six = bind(IpAddr::V6(Ipv6Addr::UNSPECIFIED)).ok();
        Ok(Box::new(Udp { four, six }))
    }

    #[expect(clippy::disallowed_methods, reason = "this is where the machine's clock enters")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn random(&self) -> u64 {
        let mut octets = [0; 8];
        // The generator of the machine fails only before it is seeded; a number that repeats is then no harm, for
        // nothing secret is made of it.
        let _filled = self.provider.secure_random.fill(&mut octets);
        u64::from_ne_bytes(octets)
    }
}

fn bind(address: IpAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(SocketAddr::new(address, 0))?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// One socket for each family; a port of the system's choice.
struct Udp {
    four: UdpSocket,
    six: Option<UdpSocket>,
}

impl Datagrams for Udp {
    fn poll_receive(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut buffer = ReadBuf::new(buffer);
        for socket in std::iter::once(&self.four).chain(&self.six) {
            if let Poll::Ready(received) = socket.poll_recv_from(context, &mut buffer) {
                return Poll::Ready(received.map(|from| (buffer.filled().len(), from)));
            }
        }
        Poll::Pending
    }

    fn poll_send(&self, context: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        match (to.is_ipv4(), &self.six) {
            (true, _) => self.four.poll_send_to(context, octets, to),
            (false, Some(six)) => six.poll_send_to(context, octets, to),
            (false, None) => Poll::Ready(Err(io::ErrorKind::Unsupported.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
    }

    #[test]
    fn a_connection_carries_octets_both_ways() {
        runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let to = listener.local_addr().expect("an address");
            let network = Sockets::default();
            let (ours, accepted) = tokio::join!(network.connect(Some([127, 0, 0, 1].into()), to), listener.accept());
            let (mut ours, mut theirs) = (ours.expect("a connection"), accepted.expect("a connection").0);
            ours.write_all(b"ping").await.expect("room");
            let mut heard = [0; 4];
            theirs.read_exact(&mut heard).await.expect("four octets");
            assert_eq!(&heard, b"ping");
        });
    }

    #[test]
    fn datagrams_come_back_with_their_sender() {
        runtime().block_on(async {
            let echo = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
            let to = echo.local_addr().expect("an address");
            let socket = Sockets::default().datagrams().expect("a socket");
            poll_fn(|context| socket.poll_send(context, b"ping", to)).await.expect("sent");
            let mut heard = [0; 16];
            let (octets, from) = echo.recv_from(&mut heard).await.expect("a datagram");
            echo.send_to(&heard[..octets], from).await.expect("sent");
            let received = poll_fn(|context| socket.poll_receive(context, &mut heard)).await.expect("a datagram");
            assert_eq!((received, &heard[..4]), ((4, to), b"ping".as_slice()));
        });
    }

    #[test]
    fn random_numbers_differ() {
        let network = Sockets::default();
        assert_ne!(network.random(), network.random());
    }
}
