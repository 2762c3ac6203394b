//! The canary: one message to a host of its own, delivered before the case begins. An MTA that does not get that far
//! was set up wrongly by us, and nothing of its case is judged.
//!
//! While the MTA starts and delivers it, a name server answers that holds nothing; neither is part of the trace.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use mtaspec_fake_dns::{
    FakeDns, Zones,
    driver::Listening,
    event::{Event as DnsEvent, Sink as DnsSink},
};
use mtaspec_fake_smarthost::{
    Host, RunningHost,
    event::{Event as HostEvent, SessionId, Sink as HostSink},
    pki::Pki,
    serve,
};
use tokio::{net::TcpListener, sync::Notify, task::JoinSet};

use super::{CANARY, build::RESOLVER};
use crate::{
    case::model::Via,
    mta::{CANARY_DOMAIN, RunningMta, StartError, Submission},
    network::{
        clock::WorldClock,
        sandbox::{listener, name_server},
    },
};

/// The canary's host: the MTA is told that mail to [`CANARY_DOMAIN`] goes there. It is gone before the hosts of the page
/// listen, so a page may have this address as well. It offers no STARTTLS, which would cost every case a handshake that
/// proves nothing of it.
pub(super) const HOST: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 254)), 25);
/// How long the canary may take.
pub(crate) const CANARY_MAX: Duration = Duration::from_secs(15);

/// What stands around the MTA before its case begins.
pub(super) struct Forecourt {
    arrived: Arc<Arrivals>,
    _dns: Listening,
    _host: JoinSet<()>,
}

impl Forecourt {
    pub(super) async fn open(pki: &Arc<Pki>, clock: &Arc<WorldClock>) -> Result<Self, StartError> {
        let failed = |error: std::io::Error| StartError::Failed { why: format!("nobody can listen: {error}") };
        let arrived: Arc<Arrivals> = Arc::default();
        let dns = FakeDns::new(Zones::default(), Vec::new(), Arc::new(Unheard));
        let dns = name_server(RESOLVER, &dns).await.map_err(failed)?;
        let host = Host::new(CANARY_DOMAIN).withholds("STARTTLS");
        let host = Arc::new(RunningHost::new(host, Arc::clone(pki), clock.clone()));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener(HOST).await.map_err(failed)?, host, Arc::clone(&arrived)));
        Ok(Self { arrived, _dns: dns, _host: tasks })
    }

    /// Sends the canary and waits until it is there.
    pub(super) async fn fly(&self, running: &Arc<dyn RunningMta>, server: &str) -> Result<(), StartError> {
        let sent = tokio::spawn(Arc::clone(running).submit(canary(CANARY, server, CANARY_DOMAIN)));
        let arrived = async {
            let submitted = sent.await.map_err(|error| StartError::Failed { why: format!("it panicked: {error}") })?;
            submitted?;
            self.arrived.0.notified().await;
            Ok(())
        };
        tokio::select! {
            biased;
            done = arrived => done,
            error = Arc::clone(running).lost() => Err(error),
            () = tokio::time::sleep(CANARY_MAX) => {
                let why = format!("the canary message to {HOST} did not arrive within {CANARY_MAX:?}");
                Err(StartError::Failed { why })
            }
        }
    }
}

/// The message, by this name.
pub(super) fn canary(name: &str, from: &str, to: &str) -> Submission {
    let text = format!(
        "From: canary@{from}\r\nTo: canary@{to}\r\nSubject: canary\r\nMessage-ID: <canary@{from}>\r\n\
         Date: Mon, 07 Jan 2030 10:00:00 +0000\r\n\r\nIs anybody out there?\r\n"
    );
    Submission {
        name: name.to_owned(),
        reverse_path: format!("canary@{from}"),
        recipients: vec![format!("canary@{to}")],
        dsn: crate::case::dsn::Dsn::default(),
        octets: text.into_bytes().into(),
        via: Via::Submission,
    }
}

async fn accept(listener: TcpListener, host: Arc<RunningHost>, arrived: Arc<Arrivals>) {
    while let Ok((stream, peer)) = listener.accept().await {
        let (host, sink) = (Arc::clone(&host), Arc::clone(&arrived) as Arc<dyn HostSink>);
        tokio::spawn(async move { serve(host, stream, peer, HOST, SessionId(0), sink).await });
    }
}

/// Hears whether mail data has come.
#[derive(Default)]
pub(super) struct Arrivals(Notify);

impl Arrivals {
    /// Waits for mail data.
    pub(super) async fn notified(&self) {
        self.0.notified().await;
    }
}

impl HostSink for Arrivals {
    fn report(&self, _: SessionId, event: HostEvent) {
        if matches!(event, HostEvent::MailDataEnded { .. }) {
            self.0.notify_one();
        }
    }
}

/// Nobody hears of queries before the case.
struct Unheard;

impl DnsSink for Unheard {
    fn report(&self, _: DnsEvent) {}
}
