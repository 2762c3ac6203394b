//! A client that says one side of a dialogue and checks the other, over a pipe in memory.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{ServerName, UnixTime},
    time_provider::TimeProvider,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio_rustls::TlsConnector;

use crate::{
    Event, Host, Pki, Recording, RunningHost, SessionId,
    pki::provider,
    rule::{Tag, TlsState},
    serve,
    stream::Stream,
};

/// 2030-01-07T10:00:00Z.
pub(crate) const WORLD_BEGIN_SECS: u64 = 1_894_010_400;

#[derive(Debug)]
pub(crate) struct WorldClock(pub(crate) u64);

impl TimeProvider for WorldClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

pub(crate) fn world_begin() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(WORLD_BEGIN_SECS)
}

/// One end of a pipe that knows what became of it.
struct Pipe {
    inner: DuplexStream,
    was_reset: Arc<AtomicBool>,
}

impl Stream for Pipe {
    fn reset(&mut self) {
        self.was_reset.store(true, Ordering::SeqCst);
    }

    fn boundary(&mut self) {}
}

impl AsyncRead for Pipe {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, into)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A world with one host.
pub(crate) struct World {
    pub(crate) running: Arc<RunningHost>,
    pub(crate) recording: Arc<Recording>,
    sessions: u64,
}

impl World {
    pub(crate) fn new(host: Host) -> Self {
        let pki = Arc::new(Pki::new(world_begin()));
        let running = RunningHost::new(host, pki, Arc::new(WorldClock(WORLD_BEGIN_SECS)));
        Self { running: Arc::new(running), recording: Arc::new(Recording::new()), sessions: 0 }
    }

    /// A client that trusts the root of the world, and shows who it is if it is given a name.
    pub(crate) fn client_config(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
        name: Option<&str>,
    ) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for root in self.running.pki().roots().expect("a root") {
            roots.add(root).expect("a root that can be trusted");
        }
        let builder = ClientConfig::builder_with_details(provider(), Arc::new(WorldClock(WORLD_BEGIN_SECS)))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(roots);
        Arc::new(match name {
            None => builder.with_no_client_auth(),
            Some(name) => {
                let (chain, key) = self.running.pki().client_identity(name).expect("an identity");
                builder.with_client_auth_cert(chain, key).expect("an identity of use")
            }
        })
    }

    /// Dials, and gives the client's end and whether it was reset.
    pub(crate) fn dial(&mut self) -> (DuplexStream, Arc<AtomicBool>) {
        let (client, inner) = tokio::io::duplex(1 << 20);
        let was_reset = Arc::new(AtomicBool::new(false));
        let pipe = Pipe { inner, was_reset: Arc::clone(&was_reset) };
        let id = SessionId(self.sessions);
        self.sessions += 1;
        let peer = "192.0.2.1:40000".parse().expect("an address");
        let local = "192.0.2.20:25".parse().expect("an address");
        tokio::spawn(serve(Arc::clone(&self.running), pipe, peer, local, id, self.recording.clone()));
        (client, was_reset)
    }

    /// One session as `dialogue` has it. `C:` lines in a row go out in one write; `O:` sends octets with `\r`, `\n`;
    /// `S:` lines are read and compared; `<TLS>` shakes hands; `<close>` and `<reset>` say how the host ends it.
    /// Without either, the client closes at the end. Gives the events of the session.
    pub(crate) async fn session(&mut self, dialogue: &str) -> Vec<Event> {
        let config = self.client_config(rustls::DEFAULT_VERSIONS, None);
        self.session_with(config, dialogue).await
    }

    pub(crate) async fn session_with(&mut self, config: Arc<ClientConfig>, dialogue: &str) -> Vec<Event> {
        let (client, was_reset) = self.dial();
        let id = SessionId(self.sessions - 1);
        let mut client: Box<dyn Duplex> = Box::new(client);
        let mut unsent = Vec::new();
        for line in dialogue.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
            let sends = line.get(..2).filter(|start| ["C:", "O:"].contains(start));
            let text = line.get(3..).unwrap_or("");
            match sends {
                Some("C:") => unsent.extend_from_slice(format!("{text}\r\n").as_bytes()),
                Some(_) => unsent.extend_from_slice(text.replace("\\r", "\r").replace("\\n", "\n").as_bytes()),
                None => {
                    client.write_all(&std::mem::take(&mut unsent)).await.expect("a host that listens");
                    client = hear(client, &config, &was_reset, line).await;
                }
            }
        }
        client.write_all(&unsent).await.expect("a host that listens");
        drop(client);
        let ended = |(session, event): &(SessionId, Event)| *session == id && matches!(event, Event::Closed { .. });
        let events = self.recording.wait_for(|events| events.iter().any(ended)).await;
        events.into_iter().filter(|(session, _)| *session == id).map(|(_, event)| event).collect()
    }
}

async fn hear(
    mut client: Box<dyn Duplex>,
    config: &Arc<ClientConfig>,
    was_reset: &AtomicBool,
    line: &str,
) -> Box<dyn Duplex> {
    match line {
        "<TLS>" => {
            let name = ServerName::try_from("mx.contoso.test").expect("a name");
            Box::new(TlsConnector::from(Arc::clone(config)).connect(name, client).await.expect("a handshake"))
        }
        "<close>" | "<reset>" => {
            let mut rest = Vec::new();
            client.read_to_end(&mut rest).await.expect("an end");
            assert_eq!(String::from_utf8_lossy(&rest), "", "nothing more before {line}");
            tokio::task::yield_now().await;
            assert_eq!(was_reset.load(Ordering::SeqCst), line == "<reset>");
            client
        }
        _ => {
            let expected = line.strip_prefix("S: ").unwrap_or_else(|| panic!("no such line: {line}"));
            let mut said = Vec::new();
            while !said.ends_with(b"\n") {
                match client.read_u8().await {
                    Ok(octet) => said.push(octet),
                    Err(error) => panic!("expected {expected:?}, got {:?} and {error}", String::from_utf8_lossy(&said)),
                }
            }
            assert_eq!(String::from_utf8_lossy(&said), format!("{expected}\r\n"));
            client
        }
    }
}

/// One session with a new host.
pub(crate) async fn check(host: Host, dialogue: &str) -> Vec<Event> {
    World::new(host).session(dialogue).await
}

/// The tags that were reported.
pub(crate) fn used(events: &[Event]) -> Vec<u32> {
    events.iter().filter_map(|event| if let Event::Used(Tag(tag)) = event { Some(*tag) } else { None }).collect()
}

/// The command lines that were reported, with a star in front of those that came early and a lock on those under TLS.
pub(crate) fn commands(events: &[Event]) -> Vec<String> {
    let line = |event: &Event| match event {
        Event::Command { octets, tls, early, .. } => {
            let early = if *early { "*" } else { "" };
            let tls = if *tls == TlsState::Tls { "tls " } else { "" };
            Some(format!("{early}{tls}{}", String::from_utf8_lossy(octets).trim_end()))
        }
        _ => None,
    };
    events.iter().filter_map(line).collect()
}
