//! Octets from a network to a [`FakeDns`] and back: sockets, and any stream.
//!
//! # Invariants
//!
//! Nothing that is started here outlives the value or future that started it. A pause delays its own query alone, over
//! either transport (RFC 7766 §6.2.1.1).

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::mpsc,
    task::JoinSet,
};

use crate::{
    event::Limit,
    rule::Transport,
    server::{FakeDns, Outcome},
};

/// Connections that are open at once; one more is closed at once.
pub const CONNECTIONS_MAX: usize = 256;
/// Datagrams whose answers are under way at once; one more is lost.
pub const DATAGRAMS_MAX: usize = 1024;
/// Queries over one stream; one more closes it.
pub const STREAM_QUERIES_MAX: usize = 1024;
/// Longest datagram, in octets: what its length field can say.
const DATAGRAM_OCTETS_MAX: usize = 65_535;
/// How often a free port is sought that UDP has free as well.
const PORTS_TRIED_MAX: usize = 64;
/// The wait after a socket failed, so that a machine short of files is not asked without end.
const SOCKET_REST: Duration = Duration::from_millis(10);

/// A server on sockets, UDP and TCP on one port, until it is dropped.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    /// Ends its tasks when it is dropped, and they end theirs.
    _tasks: JoinSet<()>,
}

impl Listening {
    /// Where it listens: the port is the one that was found if 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

/// Who answers a query, where several servers share an address.
pub trait Choose: Send + Sync {
    /// The server for a message. Octets that are no query, and none at all, have one, too.
    fn choose(&self, message: &[u8]) -> Arc<FakeDns>;
}

/// One server for everything.
struct Alone(Arc<FakeDns>);

impl Choose for Alone {
    fn choose(&self, _: &[u8]) -> Arc<FakeDns> {
        Arc::clone(&self.0)
    }
}

/// Serves UDP and TCP at `address`; port 0 finds one that both have free.
///
/// # Errors
///
/// What the system says where a socket cannot be bound.
///
/// # Panics
///
/// Outside a tokio runtime with I/O enabled.
pub async fn listen(address: SocketAddr, dns: Arc<FakeDns>) -> io::Result<Listening> {
    listen_for(address, Arc::new(Alone(dns))).await
}

/// As [`listen`], for whichever server is chosen for each query.
///
/// # Errors
///
/// As [`listen`].
///
/// # Panics
///
/// As [`listen`].
pub async fn listen_for(address: SocketAddr, dns: Arc<dyn Choose>) -> io::Result<Listening> {
    let (tcp, udp) = bind(address).await?;
    let address = tcp.local_addr()?;
    let mut tasks = JoinSet::new();
    tasks.spawn(serve_datagrams(udp, Arc::clone(&dns)));
    tasks.spawn(serve_connections(tcp, dns));
    Ok(Listening { address, _tasks: tasks })
}

/// Serves one stream, each message behind its length in two octets (RFC 1035 §4.2.2), until the peer has closed its
/// side and every answer is out, or the stream fails.
///
/// Answers go out as they are ready, which need not be the order of the queries.
///
/// # Cancel safety
///
/// Dropping the future ends every answer that is under way.
///
/// # Panics
///
/// Outside a tokio runtime.
pub async fn serve_stream<S: AsyncRead + AsyncWrite>(stream: S, peer: IpAddr, dns: Arc<FakeDns>) {
    serve_stream_for(stream, peer, Arc::new(Alone(dns))).await;
}

async fn serve_stream_for<S: AsyncRead + AsyncWrite>(stream: S, peer: IpAddr, dns: Arc<dyn Choose>) {
    let (reading, writing) = tokio::io::split(stream);
    let (sender, receiver) = mpsc::channel(1);
    let reading = std::pin::pin!(read_queries(reading, peer, dns, sender));
    let mut writing = std::pin::pin!(write_answers(writing, receiver));
    tokio::select! {
        biased;
        () = &mut writing => {}
        // With the reader gone no sender is left, so the writer ends behind the last answer.
        () = reading => writing.await,
    }
}

/// TCP first: of a free TCP port it is rare that UDP has it in use.
async fn bind(address: SocketAddr) -> io::Result<(TcpListener, UdpSocket)> {
    let mut tried = 0;
    loop {
        let tcp = TcpListener::bind(address).await?;
        tried += 1;
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok((tcp, udp)),
            Err(error) if taken_by_chance(address, &error) && tried < PORTS_TRIED_MAX => {}
            Err(error) => return Err(error),
        }
    }
}

fn taken_by_chance(asked: SocketAddr, error: &io::Error) -> bool {
    asked.port() == 0 && error.kind() == io::ErrorKind::AddrInUse
}

async fn serve_datagrams(socket: UdpSocket, dns: Arc<dyn Choose>) {
    let socket = Arc::new(socket);
    let mut buffer = vec![0; DATAGRAM_OCTETS_MAX];
    let mut answers = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = answers.join_next() => {}
            received = socket.recv_from(&mut buffer) => match received {
                Ok(_) if answers.len() >= DATAGRAMS_MAX => dns.choose(&[]).limit_reached(Limit::Datagrams),
                Ok((length, peer)) => {
                    let query = buffer[..length].to_vec();
                    let chosen = dns.choose(&query);
                    answers.spawn(answer_datagram(Arc::clone(&socket), query, peer, chosen));
                }
                Err(_) => tokio::time::sleep(SOCKET_REST).await,
            },
        }
    }
}

async fn answer_datagram(socket: Arc<UdpSocket>, query: Vec<u8>, peer: SocketAddr, dns: Arc<FakeDns>) {
    // The peer may be gone: a datagram is never sure to arrive.
    let _ = match dns.answer(&query, peer.ip(), Transport::Udp).await {
        Outcome::Octets(octets) => socket.send_to(&octets, peer).await,
        Outcome::Elsewhere(octets) => send_from_elsewhere(&socket, &octets, peer).await,
        Outcome::Close | Outcome::Nothing => return,
    };
}

/// From a port of the system's choice at the server's own address.
async fn send_from_elsewhere(socket: &UdpSocket, octets: &[u8], peer: SocketAddr) -> io::Result<usize> {
    let elsewhere = UdpSocket::bind(SocketAddr::new(socket.local_addr()?.ip(), 0)).await?;
    elsewhere.send_to(octets, peer).await
}

async fn serve_connections(listener: TcpListener, dns: Arc<dyn Choose>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok(_) if connections.len() >= CONNECTIONS_MAX => dns.choose(&[]).limit_reached(Limit::Connections),
                Ok((stream, peer)) => {
                    connections.spawn(serve_connection(stream, peer, Arc::clone(&dns)));
                }
                Err(_) => tokio::time::sleep(SOCKET_REST).await,
            },
        }
    }
}

async fn serve_connection(stream: TcpStream, peer: SocketAddr, dns: Arc<dyn Choose>) {
    // Only speed is lost where this fails.
    let _ = stream.set_nodelay(true);
    serve_stream_for(stream, peer.ip(), dns).await;
}

async fn read_queries<R>(stream: R, peer: IpAddr, dns: Arc<dyn Choose>, sender: mpsc::Sender<Outcome>)
where
    R: AsyncRead,
{
    let mut stream = std::pin::pin!(stream);
    let mut answers = JoinSet::new();
    for taken in 0..=STREAM_QUERIES_MAX {
        let Ok(length) = stream.read_u16().await else { break };
        let mut query = vec![0; usize::from(length)];
        if stream.read_exact(&mut query).await.is_err() {
            break;
        }
        if taken == STREAM_QUERIES_MAX {
            dns.choose(&query).limit_reached(Limit::StreamQueries);
            break;
        }
        let (dns, sender) = (dns.choose(&query), sender.clone());
        answers.spawn(async move {
            let outcome = dns.answer(&query, peer, Transport::Tcp).await;
            // The writer is gone if the peer is.
            let _ = sender.send(outcome).await;
        });
    }
    while answers.join_next().await.is_some() {}
}

async fn write_answers<W: AsyncWrite>(stream: W, mut receiver: mpsc::Receiver<Outcome>) {
    let mut stream = std::pin::pin!(stream);
    while let Some(outcome) = receiver.recv().await {
        let octets = match outcome {
            Outcome::Close => break,
            Outcome::Nothing => continue,
            Outcome::Elsewhere(octets) | Outcome::Octets(octets) => octets,
        };
        // No answer is longer than its length can say: the server cuts it.
        let Ok(length) = u16::try_from(octets.len()) else { break };
        // In one write, for some clients take the length and the message for one segment.
        let message = [&length.to_be_bytes(), octets.as_slice()].concat();
        if stream.write_all(&message).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

#[cfg(test)]
mod tests;
