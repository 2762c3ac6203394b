//! The octets of one session: a buffer for what came, one write for what goes, in the clear or under TLS.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_rustls::server::TlsStream;

use super::prefixed::Prefixed;
use crate::{
    event::{Ending, Event, Party, SessionId, Sink},
    limits::{HELD_OCTETS_MAX, SESSION_OCTETS_MAX},
    rule::TlsState,
    stream::Stream,
};

/// Room that each read is given, in octets.
const READ_OCTETS: usize = 16 * 1024;

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) by: Party,
    pub(crate) how: Ending,
}

impl End {
    pub(crate) const BY_HOST: Self = Self { by: Party::Host, how: Ending::Close };
    pub(crate) const RESET_BY_HOST: Self = Self { by: Party::Host, how: Ending::Reset };
    pub(crate) const BY_CLIENT: Self = Self { by: Party::Client, how: Ending::Close };
    pub(crate) const RESET_BY_CLIENT: Self = Self { by: Party::Client, how: Ending::Reset };

    /// What an error of the stream says of the client.
    pub(crate) fn of(error: &io::Error) -> Self {
        match error.kind() {
            // TLS without its closing alert, and then the end of the stream.
            io::ErrorKind::UnexpectedEof => Self::BY_CLIENT,
            _ => Self::RESET_BY_CLIENT,
        }
    }
}

/// Where a session reports to.
#[derive(Clone)]
pub(crate) struct Reporter {
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) session: SessionId,
}

impl Reporter {
    pub(crate) fn report(&self, event: Event) {
        self.sink.report(self.session, event);
    }
}

pub(crate) struct Wire<S> {
    io: Io<S>,
    buffer: Vec<u8>,
    /// Where in the buffer the unread octets begin.
    start: usize,
    received: u64,
    /// How the client's direction ended, once it has.
    ended: Option<End>,
    /// Whether the next octet that is read came before the last reply was sent.
    early: Early,
    pub(crate) reporter: Reporter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Early {
    No,
    Yes,
}

pub(crate) enum Io<S> {
    Clear(S),
    /// Taken out for a handshake, or let go.
    Gone,
    Tls(Box<TlsStream<Prefixed<S>>>),
}

impl<S: Stream> Wire<S> {
    pub(crate) fn new(stream: S, reporter: Reporter) -> Self {
        Self {
            io: Io::Clear(stream),
            buffer: Vec::new(),
            start: 0,
            received: 0,
            ended: None,
            early: Early::Yes,
            reporter,
        }
    }

    pub(crate) fn tls(&self) -> TlsState {
        match self.io {
            Io::Tls(_) => TlsState::Tls,
            Io::Clear(_) | Io::Gone => TlsState::Clear,
        }
    }

    pub(crate) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    pub(crate) fn consume(&mut self, octets: usize) {
        self.start += octets;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
        }
    }

    /// Whether the next octet came before the reply to what went before. From now on the next reply is owed.
    pub(crate) fn take_early(&mut self) -> bool {
        std::mem::replace(&mut self.early, Early::Yes) == Early::Yes
    }

    /// Waits for more octets.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub(crate) async fn fill(&mut self) -> Result<(), End> {
        if let Some(end) = self.ended {
            return Err(end);
        }
        if self.received > SESSION_OCTETS_MAX {
            self.reporter.report(Event::LimitReached { limit: "SESSION_OCTETS_MAX" });
            self.ended = Some(End::BY_HOST);
            return Err(End::BY_HOST);
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.reserve(READ_OCTETS);
        let end = match self.io.read_buf(&mut self.buffer).await {
            Ok(0) => End::BY_CLIENT,
            Ok(count) => {
                self.received += count as u64;
                return Ok(());
            }
            Err(error) => End::of(&error),
        };
        self.ended = Some(end);
        Err(end)
    }

    /// Takes what is there already, without waiting; whether anything was.
    async fn fill_at_once(&mut self) -> bool {
        poll_fn(|context| Poll::Ready(matches!(pin!(self.fill()).poll(context), Poll::Ready(Ok(()))))).await
    }

    /// How the client went, if nothing can be sent to it any more: it may have closed in order after its last words.
    async fn how_it_went(&mut self) -> End {
        while self.unread().len() < HELD_OCTETS_MAX && self.fill_at_once().await {}
        self.ended.unwrap_or(End::RESET_BY_CLIENT)
    }

    /// Reads on while a rule pauses. Never returns while the client is there and has room.
    pub(crate) async fn hold(&mut self) -> End {
        loop {
            if self.unread().len() >= HELD_OCTETS_MAX {
                std::future::pending::<()>().await;
            }
            if let Err(end) = self.fill().await {
                return end;
            }
        }
    }

    /// Sends octets in one write, after a look at what came unasked.
    pub(crate) async fn send(&mut self, octets: &[u8]) -> Result<(), End> {
        if self.unread().is_empty() {
            self.fill_at_once().await;
        }
        self.early = if self.unread().is_empty() { Early::No } else { Early::Yes };
        self.reporter.report(Event::Sent { octets: octets.to_vec(), tls: self.tls() });
        self.send_raw(octets).await
    }

    /// Sends octets that are no SMTP, and so are not reported.
    pub(crate) async fn send_raw(&mut self, octets: &[u8]) -> Result<(), End> {
        let sent = async {
            self.io.write_all(octets).await?;
            self.io.flush().await
        };
        match sent.await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.how_it_went().await),
        }
    }

    /// What was sent reaches the client apart from what follows.
    pub(crate) fn boundary(&mut self) {
        if let Some(stream) = self.io.stream() {
            stream.boundary();
        }
    }

    /// Breaks the connection.
    pub(crate) fn reset(&mut self) {
        if let Some(stream) = self.io.stream() {
            stream.reset();
        }
        self.io = Io::Gone;
    }

    /// Closes the host's direction in order.
    pub(crate) async fn shutdown(&mut self) {
        // Whether the client is still there to see it changes nothing.
        let _ = self.io.shutdown().await;
    }

    /// Gives the stream away for a handshake, with the octets that were read already in front.
    pub(crate) fn take_stream(&mut self) -> Option<Prefixed<S>> {
        match std::mem::replace(&mut self.io, Io::Gone) {
            Io::Clear(stream) => {
                let prefix = self.buffer.split_off(self.start);
                self.buffer.clear();
                self.start = 0;
                Some(Prefixed::new(prefix, stream))
            }
            other => {
                self.io = other;
                None
            }
        }
    }

    /// Goes on under TLS; the client speaks next.
    pub(crate) fn secured(&mut self, stream: TlsStream<Prefixed<S>>) {
        self.io = Io::Tls(Box::new(stream));
        self.early = Early::No;
    }

    /// Goes on in the clear after a handshake that failed.
    pub(crate) fn unsecured(&mut self, stream: Prefixed<S>) {
        self.io = Io::Clear(stream.into_inner());
    }
}

impl<S: Stream> Io<S> {
    fn stream(&mut self) -> Option<&mut S> {
        match self {
            Self::Clear(stream) => Some(stream),
            Self::Gone => None,
            Self::Tls(stream) => Some(stream.get_mut().0.get_mut()),
        }
    }
}

impl<S: Stream> AsyncRead for Io<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(context, into),
            Self::Gone => Poll::Ready(Ok(())),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, into),
        }
    }
}

impl<S: Stream> AsyncWrite for Io<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(context, octets),
            Self::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, octets),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(context),
            Self::Gone => Poll::Ready(Ok(())),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Gone => Poll::Ready(Ok(())),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}
