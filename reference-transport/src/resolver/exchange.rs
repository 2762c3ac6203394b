//! One question to one name server: over UDP, over TCP, or over TCP because the answer over UDP was cut short.
//!
//! # Cancel safety
//!
//! A future that is dropped closes its socket; whatever answer comes later reaches nobody.

use std::{future::poll_fn, io, net::SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    message::{Question, Reply},
    settings::ProtocolOption,
};
use crate::network::Network;

/// Longest datagram that is read, in octets. A query without EDNS is answered by at most 512 (RFC 1035 §4.2.1); a server
/// that sends more is read all the same.
const DATAGRAM_OCTETS_MAX: usize = 4096;

/// Why a server gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    #[error("the name cannot be asked for")]
    Name,
    #[error("{0}")]
    Network(#[from] io::Error),
    #[error("the answer over TCP is none")]
    NoAnswer,
    /// RFC 2181 §9: then it is not used.
    #[error("the answer was cut short")]
    Truncated,
}

/// Asks one server. Waits for ever; the caller has the patience.
pub(super) async fn ask(
    network: &dyn Network,
    server: SocketAddr,
    protocol: ProtocolOption,
    question: &Question,
) -> Result<Reply, ExchangeError> {
    if protocol == ProtocolOption::UseTcpOnly {
        return over_tcp(network, server, question).await;
    }
    let reply = over_udp(network, server, question).await?;
    match (reply.is_truncated, protocol) {
        (false, _) => Ok(reply),
        (true, ProtocolOption::UseUdpOnly) => Err(ExchangeError::Truncated),
        (true, _) => over_tcp(network, server, question).await,
    }
}

async fn over_udp(network: &dyn Network, server: SocketAddr, question: &Question) -> Result<Reply, ExchangeError> {
    let query = question.octets().ok_or(ExchangeError::Name)?;
    let socket = network.datagrams()?;
    poll_fn(|context| socket.poll_send(context, &query, server)).await?;
    let mut buffer = vec![0; DATAGRAM_OCTETS_MAX];
    loop {
        let (count, from) = poll_fn(|context| socket.poll_receive(context, &mut buffer)).await?;
        // An answer from elsewhere, or to another question, is somebody's forgery or comes too late: the right one
        // may still come (RFC 5452 §9.1, RFC 2181 §4.1).
        let is_from_there = from.ip().to_canonical() == server.ip().to_canonical() && from.port() == server.port();
        if let (true, Some(reply)) = (is_from_there, question.read(buffer.get(..count).unwrap_or_default())) {
            return Ok(reply);
        }
    }
}

async fn over_tcp(network: &dyn Network, server: SocketAddr, question: &Question) -> Result<Reply, ExchangeError> {
    let query = question.octets().ok_or(ExchangeError::Name)?;
    let mut stream = network.connect(None, server).await?;
    // Each message stands behind its length in two octets (RFC 1035 §4.2.2), in one write.
    let length = u16::try_from(query.len()).map_err(|_| ExchangeError::Name)?;
    stream.write_all(&[&length.to_be_bytes()[..], &query].concat()).await?;
    stream.flush().await?;
    let length = stream.read_u16().await?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await?;
    question.read(&answer).ok_or(ExchangeError::NoAnswer)
}
