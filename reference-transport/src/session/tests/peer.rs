//! A peer that follows a dialogue: `S:` lines are sent (with `\r\n` in them for a line end in the same write), `C:`
//! lines are read, in turn.

use std::{io, net::IpAddr, net::SocketAddr, time::SystemTime};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use crate::network::{Connecting, Datagrams, Network};

/// The host's end of a session.
pub(super) struct Peer<S> {
    stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// Follows `dialogue`, and gives what was really said in its place.
    pub(super) async fn play(mut self, dialogue: &str) -> String {
        let mut spoken = String::new();
        self.play_part(dialogue, &mut spoken).await;
        spoken
    }

    /// Stops at the first line that goes another way.
    pub(super) async fn play_part(&mut self, dialogue: &str, spoken: &mut String) -> bool {
        for step in trimmed(dialogue).lines() {
            if let Some(text) = step.strip_prefix("S: ") {
                if self.stream.write_all(format!("{text}\r\n").replace(r"\r\n", "\r\n").as_bytes()).await.is_err() {
                    return false;
                }
                spoken.push_str(&format!("{step}\n"));
            } else if step == "<close>" {
                spoken.push_str("<close>\n");
                return true;
            } else {
                let mut line = Vec::new();
                let heard = match self.stream.read_until(b'\n', &mut line).await {
                    Ok(0) => "<eof>\n".to_owned(),
                    Ok(_) => {
                        format!("C: {}", String::from_utf8_lossy(&line).replace("\r\n", "\n")).replace("C: \n", "C:\n")
                    }
                    Err(error) => format!("<{error}>\n"),
                };
                spoken.push_str(&heard);
                if heard.trim_end() != step {
                    return false;
                }
            }
        }
        true
    }

    /// Reads mail data, and gives how many octets there were.
    pub(super) async fn skip_until_end_of_data(&mut self) -> u64 {
        let (mut octets, mut tail) = (0, Vec::new());
        while !tail.ends_with(b"\r\n.\r\n") {
            let Ok(read @ [_, ..]) = self.stream.fill_buf().await else { break };
            tail.extend_from_slice(&read[read.len().saturating_sub(5)..]);
            tail.drain(..tail.len().saturating_sub(5));
            let read = read.len();
            octets += read as u64;
            self.stream.consume(read);
        }
        octets
    }

    pub(super) fn into_stream(self) -> S {
        self.stream.into_inner()
    }
}

/// A dialogue without the indentation of its test.
pub(super) fn trimmed(dialogue: &str) -> String {
    dialogue.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// A world with a clock and nothing else.
pub(super) struct NoNetwork;

impl Network for NoNetwork {
    fn connect(&self, _from: Option<IpAddr>, _to: SocketAddr) -> Connecting {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_894_010_400)
    }

    fn random(&self) -> u64 {
        7
    }
}
