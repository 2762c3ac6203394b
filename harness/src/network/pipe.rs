//! A connection in memory that can be as nasty as TCP.
//!
//! Octets arrive in the order of writing. A boundary that one end marks is a boundary of the other end's reads; a
//! reset is an error for the peer and no end of stream; each direction can be closed by itself; and a direction holds
//! at most [`WINDOW_OCTETS`], so a writer whose peer does not read waits.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets that a direction holds before its writer waits.
pub const WINDOW_OCTETS: usize = 64 * 1024;

/// Reads and writes that one pipe allows while it moves no octet: reached only by an end that spins.
const IDLE_POLLS_MAX: u32 = 1_000_000;

/// One end of a connection in memory. Dropping it closes what it writes, and its peer can write no more.
#[derive(Debug)]
pub struct PipeEnd {
    reads: Arc<Direction>,
    writes: Arc<Direction>,
}

/// A connection: its two ends.
#[must_use]
pub fn pipe() -> (PipeEnd, PipeEnd) {
    let (there, back) = (Arc::new(Direction::default()), Arc::new(Direction::default()));
    (PipeEnd { reads: Arc::clone(&back), writes: Arc::clone(&there) }, PipeEnd { reads: there, writes: back })
}

impl mtaspec_fake_smarthost::stream::Stream for PipeEnd {
    fn reset(&mut self) {
        self.reads.lock().reset();
        self.writes.lock().breaks();
    }

    fn boundary(&mut self) {
        self.writes.lock().begins_new_segment = true;
    }
}

impl Drop for PipeEnd {
    fn drop(&mut self) {
        let mut writes = self.writes.lock();
        writes.ended = true;
        writes.wake();
        drop(writes);
        let mut reads = self.reads.lock();
        reads.abandoned = true;
        reads.wake();
    }
}

impl AsyncRead for PipeEnd {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.reads.lock().poll_read(context, buffer)
    }
}

impl AsyncWrite for PipeEnd {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.writes.lock().poll_write(context, &[IoSlice::new(octets)])
    }

    // Some writers have their last word in several pieces and write only once: an alert of TLS behind other records.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writes.lock().poll_write(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut writes = self.writes.lock();
        writes.ended = true;
        writes.wake();
        Poll::Ready(Ok(()))
    }
}

#[derive(Debug, Default)]
struct Direction(Mutex<State>);

impl Direction {
    /// A poisoned lock means that a thread of this world panicked; its octets are still in order.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct State {
    segments: VecDeque<VecDeque<u8>>,
    /// A segment that was read to its end, for the next one to be written.
    spare: VecDeque<u8>,
    held: usize,
    begins_new_segment: bool,
    /// The writer closed.
    ended: bool,
    /// The reader is gone.
    abandoned: bool,
    broken: bool,
    idle_polls: u32,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl State {
    fn wake(&mut self) {
        self.reader.take().into_iter().chain(self.writer.take()).for_each(Waker::wake);
    }

    /// What was under way is lost: its reader does not want it.
    fn reset(&mut self) {
        self.segments.clear();
        self.held = 0;
        self.breaks();
    }

    /// Nothing more goes in. What was written before has arrived, and is read before the error, as on a loopback
    /// interface, where nothing is on its way for long.
    fn breaks(&mut self) {
        self.broken = true;
        self.wake();
    }

    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Some(segment) = self.segments.front_mut() else {
            if self.broken {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            self.reader = Some(context.waker().clone());
            return self.idle();
        };
        let (first, _) = segment.as_slices();
        let count = first.len().min(buffer.remaining());
        buffer.put_slice(&first[..count]);
        segment.drain(..count);
        if segment.is_empty() {
            self.spare = self.segments.pop_front().unwrap_or_default();
        }
        self.held -= count;
        self.idle_polls = 0;
        if let Some(writer) = self.writer.take() {
            writer.wake();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.broken {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if self.abandoned || self.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let offered: usize = pieces.iter().map(|piece| piece.len()).sum();
        let count = offered.min(WINDOW_OCTETS - self.held);
        if count == 0 && offered > 0 {
            self.writer = Some(context.waker().clone());
            return self.idle();
        }
        if self.begins_new_segment || self.segments.is_empty() {
            self.begins_new_segment = false;
            self.segments.push_back(std::mem::take(&mut self.spare));
        }
        if let Some(segment) = self.segments.back_mut() {
            let mut room = count;
            for piece in pieces {
                let taken = piece.len().min(room);
                segment.extend(&piece[..taken]);
                room -= taken;
            }
        }
        self.held += count;
        self.idle_polls = 0;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(count))
    }

    /// Pending, unless an end has asked so often that it can only be spinning.
    fn idle<T>(&mut self) -> Poll<io::Result<T>> {
        self.idle_polls += 1;
        if self.idle_polls > IDLE_POLLS_MAX {
            return Poll::Ready(Err(io::Error::other("an end of this pipe spins without progress")));
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use mtaspec_fake_smarthost::stream::Stream as _;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::{WINDOW_OCTETS, pipe};

    async fn read(end: &mut super::PipeEnd) -> std::io::Result<Vec<u8>> {
        let mut buffer = vec![0; 100];
        let count = end.read(&mut buffer).await?;
        buffer.truncate(count);
        Ok(buffer)
    }

    #[tokio::test]
    async fn writes_flow_together_unless_a_boundary_stands_between_them() {
        let (mut a, mut b) = pipe();
        a.write_all(b"ab").await.unwrap();
        a.write_all(b"cd").await.unwrap();
        a.boundary();
        a.write_all(b"ef").await.unwrap();
        assert_eq!(read(&mut b).await.unwrap(), b"abcd");
        assert_eq!(read(&mut b).await.unwrap(), b"ef");
    }

    #[tokio::test]
    async fn a_reset_is_an_error_behind_what_came_before_it_and_loses_what_the_other_end_has_not_read() {
        let (mut a, mut b) = pipe();
        a.write_all(b"last words").await.unwrap();
        b.write_all(b"unheard").await.unwrap();
        a.reset();
        assert_eq!(read(&mut a).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
        assert_eq!(read(&mut b).await.unwrap(), b"last words");
        assert_eq!(read(&mut b).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
        assert_eq!(b.write(b"x").await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn what_is_written_in_pieces_arrives_at_once() {
        let (mut a, mut b) = pipe();
        assert!(tokio::io::AsyncWrite::is_write_vectored(&a));
        let pieces = [b"ab", b"cd"].map(|piece| std::io::IoSlice::new(piece));
        assert_eq!(a.write_vectored(&pieces).await.unwrap(), 4);
        drop(a);
        assert_eq!(read(&mut b).await.unwrap(), b"abcd");
    }

    #[tokio::test]
    async fn one_direction_can_be_closed_and_the_other_goes_on() {
        let (mut a, mut b) = pipe();
        a.write_all(b"bye").await.unwrap();
        a.shutdown().await.unwrap();
        assert_eq!(read(&mut b).await.unwrap(), b"bye");
        assert_eq!(read(&mut b).await.unwrap(), b"");
        b.write_all(b"still here").await.unwrap();
        assert_eq!(read(&mut a).await.unwrap(), b"still here");
        drop(a);
        assert_eq!(b.write(b"x").await.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    }

    #[tokio::test]
    async fn a_writer_waits_once_the_window_is_full() {
        let (mut a, mut b) = pipe();
        let mut write = std::pin::pin!(a.write_all(&[7; WINDOW_OCTETS + 1]));
        tokio::select! {
            biased;
            _ = &mut write => panic!("more than the window was taken"),
            () = std::future::ready(()) => {}
        }
        let mut buffer = vec![0; 1000];
        b.read_exact(&mut buffer).await.unwrap();
        write.await.unwrap();
    }
}
