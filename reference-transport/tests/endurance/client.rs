//! A client that submits, and knows for which messages it was told 250.

use std::{io, sync::Mutex, sync::PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};

/// What clients have handed in, and what they were told.
#[derive(Debug, Default)]
pub(crate) struct Submitted {
    /// Numbers of messages that were taken: the 250 to the end of mail data was read.
    taken: Mutex<Vec<u32>>,
    /// A message was taken.
    pub(crate) news: tokio::sync::Notify,
    next: std::sync::atomic::AtomicU32,
}

/// The recipients of a message by its number: one that is well, one that no host takes, one that has to wait.
pub(crate) fn recipients(number: u32) -> Vec<String> {
    let kinds: &[&str] = match number % 4 {
        0 => &["well", "refused"],
        1 => &["well", "second"],
        2 => &["well", "later"],
        _ => &["well"],
    };
    kinds.iter().map(|kind| format!("{kind}-{number}@contoso.test")).collect()
}

impl Submitted {
    pub(crate) fn taken(&self) -> Vec<u32> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Submits up to `most` messages one after the other, until the server is gone. `has_later`: whether some have a
    /// recipient who has to wait.
    pub(crate) async fn submit(&self, stream: impl AsyncRead + AsyncWrite + Unpin, most: u32, has_later: bool) {
        // A server that is killed is what this is about.
        let _gone = self.converse(stream, most, has_later).await;
    }

    async fn converse(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        most: u32,
        has_later: bool,
    ) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        expect(&mut stream, "220").await?;
        say(&mut stream, "EHLO client.sender.test\r\n", "250").await?;
        for _ in 0..most {
            let number = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            say(&mut stream, "MAIL FROM:<sender@sender.test>\r\n", "250").await?;
            for recipient in recipients(number).iter().filter(|to| has_later || !to.starts_with("later")) {
                say(&mut stream, &format!("RCPT TO:<{recipient}>\r\n"), "250").await?;
            }
            say(&mut stream, "DATA\r\n", "354").await?;
            say(&mut stream, &format!("Subject: number {number}\r\n\r\nhello\r\n.\r\n"), "250").await?;
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(number);
            self.news.notify_waiters();
        }
        say(&mut stream, "QUIT\r\n", "221").await
    }

    /// Waits until so many were taken in all.
    pub(crate) async fn wait_for(&self, count: usize) {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if self.taken().len() >= count {
                return;
            }
            news.await;
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, text: &str, code: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await?;
    expect(stream, code).await
}

/// Reads a reply; any other than `code` ends the client.
async fn expect<S: AsyncRead + Unpin>(stream: &mut BufReader<S>, code: &str) -> io::Result<()> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !line.starts_with(code) {
            return Err(io::Error::other(line));
        }
        if line.as_bytes().get(3) == Some(&b' ') {
            return Ok(());
        }
    }
}
