//! What a restart means for time: a message is as old as it was.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mtaspec_fake_smarthost::{Host, host::PropertyValue};
use mtaspec_reference_transport::{
    dsn::Request,
    message::{Submission, Via},
    observer::{Fate, Observer, Report},
    store::{Memory as Kept, Store},
    transport::Transport,
};
use tokio::time::sleep;

use crate::{
    evidence::Evidence,
    network::{Memory, config},
};

#[derive(Default)]
struct Fates(Mutex<Vec<Fate>>);

impl Observer for Fates {
    fn report(&self, report: Report) {
        if let Report::Fate { fate, .. } = report {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fate);
        }
    }
}

pub(crate) fn after_most_of_its_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let evidence = Arc::new(Evidence::default());
        let origin = SocketAddr::from(([192, 0, 2, 2], 25));
        let hosts = [
            (
                SocketAddr::from(([192, 0, 2, 20], 25)),
                Host::new("relay").with(PropertyValue::Down),
                evidence.clone() as _,
            ),
            (origin, Host::new("origin.sender.test").withholds("STARTTLS"), evidence.clone() as _),
        ];
        let (network, store, fates) =
            (Arc::new(Memory::new(hosts)), Arc::new(Kept::default()), Arc::new(Fates::default()));
        let begin = || {
            let transport = Transport::with_store(store.clone(), config(origin), network.clone(), fates.clone());
            let transport = transport.expect("a transport");
            let made = transport.shell(
                "New-SendConnector -Name Relay -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts 192.0.2.20",
            );
            made.into_iter().for_each(|outcome| drop(outcome.result.expect("a connector")));
            transport
        };
        let submission = Submission {
            name: "1".into(),
            reverse_path: "sender@sender.test".into(),
            recipients: vec!["refused-1@contoso.test".into()],
            data: Arc::new(b"Subject: x\r\n\r\n".to_vec()),
            via: Via::Transport,
            dsn: Request::default(),
        };
        let first = begin();
        first.take(submission).expect("it is kept");
        sleep(Duration::from_hours(47)).await;
        drop(first);
        let second = begin();
        assert_eq!(second.resume().expect("a store").messages, ["1"]);
        sleep(Duration::from_mins(50)).await;
        assert_eq!(store.load_all().expect("a list").messages.len(), 1, "its time is not over");
        sleep(Duration::from_mins(20)).await;
        assert_eq!(store.load_all().expect("a list").messages.len(), 0, "its time is over after two days");
        let fates = fates.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(fates.last(), Some(&Fate::Failed), "{fates:?}");
        assert_eq!(evidence.check(&[0], |_| vec!["refused-1@contoso.test".into()]).notices, 2, "one late, one failed");
    });
}
