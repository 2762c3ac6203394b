//! A connection as a client uses it: write a line, wait for a reply, both with a limit of time.

use std::{future::poll_fn, io, pin::Pin, task::Poll, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadBuf},
    time::{Instant, timeout, timeout_at},
};

use super::SessionError;
use crate::{
    network::BoxStream,
    protocol_log::Conversation,
    reply::{Reply, ReplyCode},
    wire::{Command, ReplyParser},
};

/// How long a host is heard that we no longer answer.
const HEAR_OUT_MAX: Duration = Duration::from_secs(1);

/// A connection, and what was read from it and not yet used.
pub(super) struct Channel {
    /// `None` only while a handshake has it, and for good after one that failed.
    stream: Option<BoxStream>,
    parser: ReplyParser,
    /// Longest silence, whatever is awaited (`-ConnectionInactivityTimeOut`).
    inactivity: Duration,
    /// `None`: the session is not logged, and that costs nothing.
    pub(super) log: Option<Box<Conversation>>,
}

impl Channel {
    pub(super) fn new(stream: BoxStream, inactivity: Duration, log: Option<Box<Conversation>>) -> Self {
        Self { stream: Some(stream), parser: ReplyParser::default(), inactivity, log }
    }

    /// Waits for one reply. 421 is an error, whatever it answers.
    pub(super) async fn reply(&mut self, during: Command, wait: Duration) -> Result<Reply, SessionError> {
        let answer = self.read_reply(during, wait).await;
        if let Some(log) = &mut self.log {
            match &answer {
                Ok(reply) | Err(SessionError::Refused { reply, .. }) => log.received(reply, during),
                Err(error @ SessionError::Protocol { .. }) => log.inform(&error.to_string()),
                Err(error) => log.lost(&error.to_string()),
            }
        }
        answer
    }

    async fn read_reply(&mut self, during: Command, wait: Duration) -> Result<Reply, SessionError> {
        let deadline = Instant::now() + wait;
        let lost = |source| SessionError::Connection { during, source };
        loop {
            let parsed = self.parser.next_reply().map_err(|source| SessionError::Protocol { during, source })?;
            if let Some(reply) = parsed {
                if reply.code == ReplyCode::SERVICE_CLOSING {
                    return Err(SessionError::Refused { command: during, reply });
                }
                return Ok(reply);
            }
            let silence_ends = Instant::now() + self.inactivity;
            let mut buffer = [0; 4096];
            let stream = self.stream.as_mut().ok_or_else(|| lost(io::ErrorKind::NotConnected.into()))?;
            let read = timeout_at(deadline.min(silence_ends), stream.read(&mut buffer)).await;
            match read {
                Ok(Ok(0)) => return Err(lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(Ok(octets)) => self.parser.push(&buffer[..octets]),
                Ok(Err(source)) => return Err(lost(source)),
                Err(_) => return Err(lost(io::ErrorKind::TimedOut.into())),
            }
        }
    }

    /// Writes all of `octets`. What the host sends meanwhile is kept, so that two peers that both write cannot lock
    /// each other up (RFC 2920 §3.1).
    pub(super) async fn write(&mut self, octets: &[u8], during: Command, wait: Duration) -> Result<(), SessionError> {
        let wait = wait.min(self.inactivity);
        if let Some(log) = &mut self.log {
            log.sent(octets, during);
        }
        match timeout(wait, self.write_all(octets)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => Err(SessionError::Connection { during, source }),
            Err(_) => Err(SessionError::Connection { during, source: io::ErrorKind::TimedOut.into() }),
        }
    }

    async fn write_all(&mut self, octets: &[u8]) -> io::Result<()> {
        let Self { stream: Some(stream), parser, .. } = self else { return Err(io::ErrorKind::NotConnected.into()) };
        let (mut rest, mut readable) = (octets, true);
        poll_fn(|context| {
            loop {
                if !rest.is_empty() {
                    match Pin::new(&mut **stream).poll_write(context, rest) {
                        Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                        Poll::Ready(Ok(written)) => {
                            rest = &rest[written..];
                            continue;
                        }
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                        Poll::Pending => {}
                    }
                } else if let Poll::Ready(flushed) = Pin::new(&mut **stream).poll_flush(context) {
                    return Poll::Ready(flushed);
                }
                if !readable {
                    return Poll::Pending;
                }
                let mut octets = [0; 4096];
                let mut buffer = ReadBuf::new(&mut octets);
                match Pin::new(&mut **stream).poll_read(context, &mut buffer) {
                    // The host has said all it will say; whether it still listens, the writes will tell.
                    Poll::Ready(Ok(())) if buffer.filled().is_empty() => readable = false,
                    Poll::Ready(Ok(())) => parser.push(buffer.filled()),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }

    /// Gives the stream away for a handshake, and forgets what was read (RFC 3207 §4.2).
    pub(super) fn take_stream(&mut self) -> Option<BoxStream> {
        self.parser.clear();
        self.stream.take()
    }

    /// Takes the stream back.
    pub(super) fn put_stream(&mut self, stream: BoxStream) {
        self.stream = Some(stream);
    }

    /// Forgets replies that nobody waits for any more.
    pub(super) fn forget(&mut self) {
        self.parser.clear();
    }

    /// Ends what we say, and lets the host say what it has begun: a connection that is closed with octets unread is reset,
    /// and takes along what the host has not read yet.
    pub(super) async fn hear_out(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        let hear = async {
            stream.shutdown().await?;
            while stream.read(&mut [0; 4096]).await? > 0 {}
            io::Result::Ok(())
        };
        // Errors mean that it has ended already.
        let _ended = timeout(HEAR_OUT_MAX, hear).await;
    }

    /// Ends the connection in order: end of TLS, end of stream. Errors mean that it has ended already.
    pub(super) async fn close(mut self, wait: Duration) {
        if let Some(mut stream) = self.stream.take() {
            let _ended = timeout(wait, stream.shutdown()).await;
        }
    }
}
