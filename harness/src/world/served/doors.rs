//! Where hosts wait: each door is an address and port of the user's. Who stands behind it depends on the case that is
//! served; behind a door of a case that is over stands somebody who refuses.

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mtaspec_fake_smarthost::{
    Host, RunningHost,
    event::{Event as HostEvent, SessionId, Sink},
    pki::Pki,
    rule::{Action, Trigger},
    serve,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

use super::{Stay, cannot_listen};
use crate::{
    mta::StartError,
    network::{clock::WorldClock, own_address, population::Population, sandbox::listener},
};

/// Doors that are open at once, those that stay open apart. Programs are rarely given more than 1024 files.
pub const DOORS_MAX: usize = 512;

/// The wait after a socket failed, so that a machine short of files is not asked without end.
const SOCKET_REST: Duration = Duration::from_millis(10);

/// What is said to mail whose case is over.
const OVER: &str = "550 5.7.1 The case is over";

/// Who is behind the doors at the moment.
pub(super) struct Guests {
    /// The real address and port, and the page's.
    pub(super) doors: BTreeMap<SocketAddr, SocketAddr>,
    /// Who is there, by the page's.
    pub(super) population: Arc<Population>,
    /// The MTA's address on the page: it takes the place of the real one, which hosts of the page do not know.
    pub(super) mta: IpAddr,
}

/// All doors.
pub(super) struct Doors {
    from: Vec<IpAddr>,
    /// Who refuses.
    over: Arc<RunningHost>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    guests: Vec<Arc<Guests>>,
    /// Oldest first.
    open: VecDeque<(SocketAddr, AbortHandle)>,
    stay: Vec<(SocketAddr, AbortHandle)>,
    strangers: BTreeMap<IpAddr, u64>,
}

impl Doors {
    /// None is open yet. Only `from` is let in.
    pub(super) fn new(from: Vec<IpAddr>, pki: &Arc<Pki>, clock: &Arc<WorldClock>) -> Arc<Self> {
        let refuses = Host::new("nobody").withholds("STARTTLS");
        let refuses = refuses.on(Trigger::command("RCPT"), [Action::reply(OVER)]);
        let time: Arc<dyn rustls::time_provider::TimeProvider> = clock.clone();
        let over = Arc::new(RunningHost::new(refuses, Arc::clone(pki), time));
        Arc::new(Self { from, over, state: Mutex::default() })
    }

    /// Opens those that are not open yet.
    pub(super) async fn open<'a>(
        self: &Arc<Self>,
        wanted: impl IntoIterator<Item = &'a SocketAddr>,
        stay: Stay,
    ) -> Result<(), StartError> {
        for &at in wanted {
            if self.lock().is_open(at) {
                continue;
            }
            let listener = listener(at).await.map_err(|error| cannot_listen(at, &error))?;
            let task = tokio::spawn(Arc::clone(self).accept(listener, at)).abort_handle();
            let mut state = self.lock();
            match stay {
                Stay::AsLongAsThereIsRoom => state.open.push_back((at, task)),
                Stay::Open => state.stay.push((at, task)),
            }
            if state.open.len() > DOORS_MAX
                && let Some((_, oldest)) = state.open.pop_front()
            {
                oldest.abort();
            }
        }
        Ok(())
    }

    /// From now on, these are there, beside others behind other doors.
    pub(super) fn serve(&self, guests: &Arc<Guests>) {
        self.lock().guests.push(Arc::clone(guests));
    }

    /// From now on, they are not.
    pub(super) fn rest(&self, guests: &Arc<Guests>) {
        self.lock().guests.retain(|own| !Arc::ptr_eq(own, guests));
    }

    /// Who was not let in, and how often.
    pub(super) fn strangers(&self) -> BTreeMap<IpAddr, u64> {
        self.lock().strangers.clone()
    }

    async fn accept(self: Arc<Self>, listener: TcpListener, at: SocketAddr) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.take(stream, peer, at),
                Err(_) => tokio::time::sleep(SOCKET_REST).await,
            }
        }
    }

    fn take(&self, stream: TcpStream, peer: SocketAddr, at: SocketAddr) {
        let from = peer.ip().to_canonical();
        if !self.from.contains(&from) {
            *self.lock().strangers.entry(from).or_default() += 1;
            return;
        }
        // Only speed is lost where this fails.
        let _ = stream.set_nodelay(true);
        let behind = |guests: &Arc<Guests>| guests.doors.get(&at).map(|page| (Arc::clone(guests), *page));
        let found = self.lock().guests.iter().find_map(behind);
        let Some((guests, page)) = found else {
            let over = Arc::clone(&self.over);
            tokio::spawn(async move { serve(over, stream, peer, at, SessionId(0), Arc::new(Unheard)).await });
            return;
        };
        let peer = SocketAddr::new(own_address(guests.mta, page.ip()), peer.port());
        let Some(resident) = guests.population.answers(peer, page).cloned() else {
            // The nearest that a listening socket comes to a refusal.
            let _ = stream.set_zero_linger();
            return;
        };
        tokio::spawn(async move { guests.population.serve(&resident, stream, peer, page).await });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_open(&self, at: SocketAddr) -> bool {
        self.open.iter().chain(&self.stay).any(|(open, _)| *open == at)
    }
}

/// Nobody hears of mail whose case is over.
struct Unheard;

impl Sink for Unheard {
    fn report(&self, _: SessionId, _: HostEvent) {}
}
