//! Who lives in a world: its hosts and its name servers, by address and port.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use mtaspec_fake_dns::FakeDns;
use mtaspec_fake_smarthost::{RunningHost, Sink, serve, stream::Stream};
use tokio::net::TcpListener;

use crate::{trace::Event, world::Recorder};

/// A host at one address.
#[derive(Clone)]
pub struct Resident {
    /// What it does; shared by all its addresses.
    pub host: Arc<RunningHost>,
    /// Where it reports.
    pub sink: Arc<dyn Sink>,
}

/// Everybody whom the MTA can reach.
pub struct Population {
    /// Hosts by the address and port that the page gives them.
    pub hosts: BTreeMap<SocketAddr, Resident>,
    /// Name servers by the address and port that the page gives them.
    pub name_servers: BTreeMap<SocketAddr, Arc<FakeDns>>,
    /// Where the trace is written.
    pub recorder: Arc<Recorder>,
}

impl Population {
    /// The host that takes a connection from `peer` to `local`, or `None` if it is refused, which is then recorded.
    #[must_use]
    pub fn answers(&self, peer: SocketAddr, local: SocketAddr) -> Option<&Resident> {
        let Some(resident) = self.hosts.get(&local) else {
            self.recorder.record(Event::Refused { host: String::new(), to: local.ip(), port: local.port() });
            return None;
        };
        let refused = resident.host.refuses(peer, local, self.recorder.next_session(), &*resident.sink);
        (!refused).then_some(resident)
    }

    /// A datagram goes to nobody, which is recorded.
    pub fn stray(&self, to: SocketAddr) {
        self.recorder.record(Event::Stray { to: to.ip(), port: to.port() });
    }

    /// Serves one connection to its end.
    pub async fn serve<S: Stream>(&self, resident: &Resident, stream: S, peer: SocketAddr, local: SocketAddr) {
        let number = self.recorder.next_session();
        serve(Arc::clone(&resident.host), stream, peer, local, number, Arc::clone(&resident.sink)).await;
    }

    /// Serves whoever connects to a socket that stands for `local`, until it is dropped. Connections are recorded as
    /// coming from `mta`, if it is given, and else from where they come.
    pub async fn accept(self: Arc<Self>, listener: TcpListener, mta: Option<IpAddr>, local: SocketAddr) {
        while let Ok((stream, peer)) = listener.accept().await {
            let peer = SocketAddr::new(mta.unwrap_or(peer.ip()), peer.port());
            let _ = stream.set_nodelay(true);
            let Some(resident) = self.answers(peer, local).cloned() else {
                // The nearest that a listening socket comes to a refusal.
                let _ = stream.set_zero_linger();
                continue;
            };
            let population = Arc::clone(&self);
            tokio::spawn(async move { population.serve(&resident, stream, peer, local).await });
        }
    }
}
