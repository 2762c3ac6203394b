//! The message with which each run begins: if it does not arrive, nothing else would.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use mtaspec_fake_smarthost::{Host, RunningHost};

use super::{Guests, Served, Stay};
use crate::{
    mta::StartError,
    network::population::{Population, Resident},
    trace::Event,
    world::{
        Recorder,
        canary::{Arrivals, HOST, canary},
    },
};

/// How long it may take. An MTA may look for work once a minute only.
pub(super) const CANARY_MAX: Duration = Duration::from_secs(90);

/// What the message is called; what is said of it is in no trace of a case.
const FIRST: &str = "(first)";

/// Where the canary's host is in a world of its own; nobody sees it.
const PAGE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 254)), 25);

impl Served {
    pub(super) async fn fly(&self) -> Result<(), StartError> {
        let arrived: Arc<Arrivals> = Arc::default();
        let clock = self.clock();
        let recorder = Recorder::new(Arc::clone(&clock), String::new());
        let host = Host::new(self.canary_domain.clone()).withholds("STARTTLS");
        let host = Arc::new(RunningHost::new(host, Arc::clone(&self.pki), clock));
        let resident = Resident { host, sink: Arc::clone(&arrived) as _ };
        let population = Population {
            hosts: BTreeMap::from([(PAGE, resident)]),
            name_servers: BTreeMap::new(),
            recorder: Arc::clone(&recorder),
        };
        self.doors.open([&self.canary], Stay::Open).await?;
        let doors = BTreeMap::from([(self.canary, PAGE)]);
        let guests = Arc::new(Guests { doors, population: Arc::new(population), mta: HOST.ip() });
        self.doors.serve(&guests);
        let running = self.serving.mta.at_work(Arc::clone(&recorder) as _);
        let flight = async {
            running.submit(canary(FIRST, &self.canary_domain, &self.canary_domain)).await?;
            if let Some(reason) = refusal(&recorder) {
                return Err(StartError::Failed { why: format!("the first message was {reason}") });
            }
            arrived.notified().await;
            Ok(())
        };
        let flown = tokio::time::timeout(CANARY_MAX, flight).await;
        self.doors.rest(&guests);
        flown.unwrap_or_else(|_| Err(StartError::Failed { why: self.lost() }))
    }

    fn lost(&self) -> String {
        let seconds = CANARY_MAX.as_secs();
        let mut why = format!(
            "the first message was taken, and did not arrive at {} within {seconds} s: was connectors.ps1 run, and may \
             the MTA connect to there?",
            self.canary
        );
        if let Some(dns) = &self.premises.dns {
            why.push_str(&format!(" Does it find {} by way of the name server at {}?", self.canary_domain, dns.at));
        }
        let strangers = self.strangers();
        if !strangers.is_empty() {
            let named: Vec<String> = strangers.keys().map(ToString::to_string).collect();
            why.push_str(&format!(" Connections came from {} and were not let in: --mta-address?", named.join(", ")));
        }
        why
    }
}

/// What the MTA said if it refused the message.
fn refusal(recorder: &Recorder) -> Option<String> {
    recorder.so_far().into_iter().find_map(|entry| match entry.event {
        Event::Fate { reason, .. } => Some(reason),
        _ => None,
    })
}
