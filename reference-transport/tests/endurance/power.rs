//! The transport in memory, over a disk that loses in a power failure what was not synced.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mtaspec_fake_smarthost::{
    Host,
    rule::{Action, Argument, Pattern, Rule, Trigger},
};
use mtaspec_reference_transport::{
    listener::{Desk, Take, converse},
    message::{Submission, Via},
    observer::{Observer, Report},
    store::{Crash, Directory, Disk, Store as _, Volatile},
    transport::Transport,
};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Dice,
    client::{Submitted, recipients},
    evidence::{Evidence, Sums},
    network::{Memory, config},
    report,
};

const STOPS: u32 = 100;
/// Messages of one client.
const MESSAGES: u32 = 6;
const SHELL: &str = "New-SendConnector -Name Relay -AddressSpaces * -DNSRoutingEnabled $false \
                     -SmartHosts 192.0.2.20 -SmtpMaxMessagesPerConnection 5";

pub(crate) fn hundred_times() {
    let mut all = Sums::default();
    for stop in 0..STOPS {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let sums = runtime.expect("a runtime").block_on(world(u64::from(stop)));
        all.taken += sums.taken;
        all.copies += sums.copies;
        all.repeated += sums.repeated;
        all.notices += sums.notices;
        all.repeated_notices += sums.repeated_notices;
    }
    report("without power", STOPS, &all);
    assert!(all.taken > 300, "too few to show anything: {all:?}");
    assert!(all.repeated > 0, "no stop came between a host's 250 and the strike: {all:?}");
}

/// A world with one power failure.
async fn world(seed: u64) -> Sums {
    let mut dice = Dice::new(seed);
    let evidence = Arc::new(Evidence::default());
    let origin = SocketAddr::from(([192, 0, 2, 2], 25));
    let hosts = [
        (SocketAddr::from(([192, 0, 2, 20], 25)), relay(), evidence.clone() as _),
        (origin, Host::new("origin.sender.test").withholds("STARTTLS"), evidence.clone() as _),
    ];
    let network = Arc::new(Memory::new(hosts));
    let (submitted, disk) = (Arc::new(Submitted::default()), Watched::new(&evidence));
    {
        let life = Life::begin(&disk, &network, origin);
        // Either between two operations of the disk, or at a time; the latter seldom meets one of them.
        let later = match dice.below(4) {
            0 => Duration::from_millis(dice.below(300).into()),
            1 => Duration::from_secs(dice.below(3_000).into()),
            _ => {
                disk.volatile.fail_after(dice.below(140));
                Duration::from_hours(1)
            }
        };
        let mut clients = JoinSet::new();
        for _ in 0..2 {
            let (client, server) = tokio::io::duplex(64 * 1024);
            let (desk, submitted) = (life.desk.clone(), Arc::clone(&submitted));
            clients.spawn(async move { drop(converse(server, &desk).await) });
            clients.spawn(async move { submitted.submit(client, MESSAGES, true).await });
        }
        tokio::select! {
            biased;
            () = disk.failed.notified() => {}
            () = sleep(later) => {}
        }
        evidence.go_dark();
    }
    // Tasks that were ended are gone once they have had their turn.
    sleep(Duration::from_millis(1)).await;
    disk.volatile.crash(if dice.below(2) == 0 { Crash::LosesNames } else { Crash::KeepsNames });
    evidence.go_on();
    let life = Life::begin(&disk, &network, origin);
    let emptied = async {
        while !life.store.load_all().expect("a list").messages.is_empty() {
            sleep(Duration::from_mins(1)).await;
        }
    };
    timeout(Duration::from_hours(72), emptied).await.expect("every recipient has its fate within two days");
    evidence.check(&submitted.taken(), recipients)
}

fn relay() -> Host {
    let rcpt = |start: &str| Trigger::Command {
        verb: "RCPT".into(),
        argument: Argument::Pattern(Pattern { pieces: vec![format!("TO:<{start}").into_bytes(), Vec::new()] }),
    };
    let later = Rule::new(rcpt("later"), [Action::reply("451 4.2.1 Later")]).until(Duration::from_mins(10));
    Host::new("relay.contoso.test")
        .withholds("STARTTLS")
        .on(rcpt("refused"), [Action::reply("550 5.1.1 No such mailbox")])
        .rule(later)
        .on(Trigger::EndOfData, [Action::Pause(Duration::from_millis(7))])
        .on(Trigger::command("MAIL"), [Action::Pause(Duration::from_millis(3))])
}

/// A transport from one power failure to the next.
struct Life {
    desk: Desk,
    store: Arc<Directory<Watched>>,
}

impl Life {
    fn begin(disk: &Watched, network: &Arc<Memory>, origin: SocketAddr) -> Self {
        let store = Arc::new(Directory::open(disk.clone()).expect("a disk"));
        let transport = Transport::with_store(store.clone(), config(origin), network.clone(), Arc::new(Unheard));
        let transport = transport.expect("a transport");
        for outcome in transport.shell(SHELL) {
            outcome.result.expect("a connector");
        }
        let resumed = transport.resume().expect("a store");
        assert!(resumed.set_aside.is_empty(), "{resumed:?}");
        let names = AtomicU64::new(0);
        let take: Take = Arc::new(move |message| {
            let name = names.fetch_add(1, Ordering::Relaxed).to_string();
            transport.take(Submission { name: name.clone(), ..message }).map(|()| name)
        });
        Self { desk: Desk { server: "mta.sender.test".into(), via: Via::Submission, take }, store }
    }
}

struct Unheard;

impl Observer for Unheard {
    fn report(&self, _: Report) {}
}

/// A disk that tells when its power has failed.
#[derive(Clone)]
struct Watched {
    volatile: Volatile,
    evidence: Arc<Evidence>,
    failed: Arc<Notify>,
}

impl Watched {
    fn new(evidence: &Arc<Evidence>) -> Self {
        Self { volatile: Volatile::default(), evidence: Arc::clone(evidence), failed: Arc::default() }
    }

    fn watch<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            if error.kind() == io::ErrorKind::Other {
                self.evidence.go_dark();
                self.failed.notify_one();
            }
        })
    }
}

impl Disk for Watched {
    fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        self.watch(self.volatile.write(name, parts))
    }
    fn sync(&self, name: &str) -> io::Result<()> {
        self.watch(self.volatile.sync(name))
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.watch(self.volatile.rename(from, to))
    }
    fn sync_names(&self) -> io::Result<()> {
        self.watch(self.volatile.sync_names())
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.watch(self.volatile.remove(name))
    }
    fn names(&self) -> io::Result<Vec<String>> {
        self.watch(self.volatile.names())
    }
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.watch(self.volatile.read(name))
    }
}
