//! Listening on real sockets: the only module that opens one.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::{
    event::{SessionId, Sink},
    running::RunningHost,
    session::serve,
    stream::Stream,
};

/// A host that listens. Its connections end, unreported, when this is dropped.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    host: Arc<RunningHost>,
    task: JoinHandle<()>,
}

impl Listening {
    /// Where it listens, with the port that was given to it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves.
    #[must_use]
    pub fn host(&self) -> &Arc<RunningHost> {
        &self.host
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens at `at`; port 0 is any port that is free. Sessions are numbered from 0.
///
/// A host that is down accepts a connection and breaks it at once.
///
/// # Errors
///
/// If the address cannot be had.
pub async fn listen(host: Arc<RunningHost>, at: SocketAddr, sink: Arc<dyn Sink>) -> io::Result<Listening> {
    let listener = TcpListener::bind(at).await?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(accept(listener, Arc::clone(&host), sink));
    Ok(Listening { address, host, task })
}

async fn accept(listener: TcpListener, host: Arc<RunningHost>, sink: Arc<dyn Sink>) {
    let mut sessions = JoinSet::new();
    let mut next = 0;
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            Some(_) = sessions.join_next() => continue,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // A connection that went before it was accepted, or no room for one: others are still welcome.
                Err(_) => {
                    tokio::task::yield_now().await;
                    continue;
                }
            },
        };
        let id = SessionId(next);
        next += 1;
        if let Some(serving) = admit(&host, stream, peer, id, &sink) {
            sessions.spawn(serving);
        }
    }
}

fn admit(
    host: &Arc<RunningHost>,
    mut stream: TcpStream,
    peer: SocketAddr,
    id: SessionId,
    sink: &Arc<dyn Sink>,
) -> Option<impl Future<Output = ()> + Send + 'static> {
    let local = stream.local_addr().ok()?;
    if host.refuses(peer, local, id, sink.as_ref()) {
        stream.reset();
        return None;
    }
    // Without it TCP holds small writes back; a host that cannot have it is slower, and right.
    let _ = stream.set_nodelay(true);
    Some(serve(Arc::clone(host), stream, peer, local, id, Arc::clone(sink)))
}
