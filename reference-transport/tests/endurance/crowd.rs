//! A thousand messages for twenty hosts, a third of which misbehave.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mtaspec_fake_smarthost::{
    Event, Host, SessionId, Sink,
    host::PropertyValue,
    rule::{Action, Rule, Scope, Trigger, Which},
};
use mtaspec_reference_transport::{
    message::{Submission, Via},
    network::Sockets,
    observer::{Fate, Observer, Report},
    transport::Transport,
};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    network::{Memory, config},
    resources::{descriptors, resident},
};

const HOSTS: u16 = 20;
const MESSAGES: u16 = 1_000;

/// By how much resident memory may grow while the second half of the messages passes through. Both halves need the same,
/// and give all of it back: what is left is what an allocator keeps, and what the test itself counts.
const GROWTH_OCTETS_MAX: u64 = 16 * 1024 * 1024;

/// How a host behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Well,
    /// 451 to every recipient.
    Later,
    /// 550 to every recipient.
    Never,
    /// Goes away after the dot, a few times.
    Drops,
    /// Says nothing to EHLO.
    Stalls,
    Refuses,
    Slow,
    /// Takes one recipient at a time.
    Narrow,
}

fn manner(host: u16) -> Manner {
    match host {
        0 => Manner::Later,
        3 => Manner::Never,
        6 => Manner::Drops,
        9 => Manner::Stalls,
        12 => Manner::Refuses,
        15 => Manner::Slow,
        18 => Manner::Narrow,
        _ => Manner::Well,
    }
}

fn host(number: u16, pause: Duration) -> Host {
    let host = Host::new(format!("mx.h{number}.test")).withholds("STARTTLS");
    let rcpt = || Trigger::command("RCPT");
    match manner(number) {
        Manner::Well => host,
        Manner::Later => host.on(rcpt(), [Action::reply("451 4.2.1 Later")]),
        Manner::Never => host.on(rcpt(), [Action::reply("550 5.1.1 No such mailbox")]),
        Manner::Drops => host.rule(Rule::new(Trigger::EndOfData, [Action::Close]).count(Which::First(3))),
        Manner::Stalls => host.on(Trigger::command("EHLO"), [Action::Stall]),
        Manner::Refuses => host.with(PropertyValue::Down),
        Manner::Slow => host.on(Trigger::Any, [Action::Pause(pause)]),
        Manner::Narrow => host.rule(
            Rule::new(rcpt(), [Action::reply("452 4.5.3 Too many recipients")])
                .count_over(Which::From(2), Scope::Transaction),
        ),
    }
}

/// A connector for the domain of each host, and a patience that fits into a test.
fn shell(addresses: &[SocketAddr]) -> String {
    let connector = |(number, address): (usize, &SocketAddr)| {
        format!(
            "New-SendConnector -Name H{number} -AddressSpaces h{number}.test -DNSRoutingEnabled $false \
             -SmartHosts {} -Port {} -ConnectionInactivityTimeOut 00:00:01\n",
            address.ip(),
            address.port()
        )
    };
    addresses.iter().enumerate().map(connector).collect()
}

/// The domains of a message: two or three, and twice the same at times.
fn recipients(message: u16) -> Vec<String> {
    let hosts = [message % HOSTS, (message * 7 + 3) % HOSTS, (message * 11 + 18) % HOSTS];
    let mut all: Vec<String> = hosts.iter().map(|host| format!("u{message}@h{host}.test")).collect();
    all.push(format!("v{message}@h{}.test", hosts[0]));
    let known: BTreeSet<String> = all.drain(..).collect();
    known.into_iter().collect()
}

fn host_of(recipient: &str) -> u16 {
    let domain = recipient.split_once("@h").expect("a domain").1;
    domain.trim_end_matches(".test").parse().expect("a number")
}

fn submission(message: u16) -> Submission {
    Submission {
        name: message.to_string(),
        reverse_path: "sender@sender.test".into(),
        recipients: recipients(message),
        data: Arc::from([b"Subject: launch\r\n\r\n".as_slice(), &b"line of text\r\n".repeat(300)].concat()),
        via: Via::Transport,
        dsn: mtaspec_reference_transport::dsn::Request::default(),
    }
}

/// Every fate of each recipient, in order.
#[derive(Default)]
struct Fates(Mutex<BTreeMap<(String, String), Vec<Fate>>>);

impl Observer for Fates {
    fn report(&self, report: Report) {
        if let Report::Fate { message, recipient, fate, .. } = report {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((message, recipient)).or_default().push(fate);
        }
    }
}

impl Fates {
    /// Checks what was told of each recipient of these messages, by its host.
    #[track_caller]
    fn check(&self, messages: std::ops::Range<u16>, is_right: impl Fn(Manner, &[Fate]) -> bool) -> usize {
        let fates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let expected: BTreeSet<(String, String)> = messages
            .flat_map(|message| recipients(message).into_iter().map(move |to| (message.to_string(), to)))
            .collect();
        for own in &expected {
            let told = fates.get(own).map_or(&[][..], Vec::as_slice);
            let manner = manner(host_of(&own.1));
            assert!(is_right(manner, told), "{own:?} at a host that is {manner:?}: {told:?}");
        }
        expected.len()
    }
}

fn is_last(fate: Fate) -> bool {
    matches!(fate, Fate::Delivered | Fate::Failed)
}

/// Hosts here are judged by what the transport says of itself: what came in is counted by the other tests.
struct Unheard;

impl Sink for Unheard {
    fn report(&self, _: SessionId, _: Event) {}
}

pub(crate) fn in_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let sink: Arc<dyn Sink> = Arc::new(Unheard);
        let address = |last: u16| SocketAddr::from(([192, 0, 2, u8::try_from(last).expect("a small number")], 25));
        let addresses: Vec<SocketAddr> = (20..20 + HOSTS).map(address).collect();
        let origin = (address(2), Host::new("origin.sender.test").withholds("STARTTLS"), sink.clone());
        let pause = Duration::from_millis(900);
        let hosts = (0..).zip(&addresses).map(|(number, &at)| (at, host(number, pause), sink.clone()));
        let network = Arc::new(Memory::new(hosts.chain([origin])));
        let fates = Arc::new(Fates::default());
        let transport = Transport::new(config(address(2)), network, fates.clone()).expect("a transport");
        let script = shell(&addresses) + "Set-TransportService mta -MessageRetryInterval 04:00:00\n";
        transport.shell(&script).into_iter().for_each(|outcome| drop(outcome.result.expect("it is accepted")));
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let before = tasks();
        let mut halves = Vec::new();
        for half in [0..MESSAGES / 2, MESSAGES / 2..MESSAGES] {
            half.for_each(|message| transport.take(submission(message)).expect("no store"));
            // Two days until the last is given up, and then some for its notice and for idle queues.
            sleep(Duration::from_hours(50)).await;
            assert_eq!(tasks(), before, "tasks are left");
            halves.push(resident());
        }
        let count = fates.check(0..MESSAGES, |manner, told| {
            let last: Vec<Fate> = told.iter().copied().filter(|&fate| is_last(fate)).collect();
            let expected = match manner {
                Manner::Later | Manner::Never | Manner::Stalls | Manner::Refuses => Fate::Failed,
                Manner::Well | Manner::Drops | Manner::Slow | Manner::Narrow => Fate::Delivered,
            };
            last == [expected] && told.last() == Some(&expected)
        });
        assert!(count > 3_000, "{count} recipients");
        if let [Some(first), Some(second)] = halves[..] {
            assert!(second < first + GROWTH_OCTETS_MAX, "{first} octets after one half, {second} after the other");
        }
    });
}

pub(crate) fn on_sockets() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let sink: Arc<dyn Sink> = Arc::new(Unheard);
        let mut listening = Vec::new();
        for number in 0..HOSTS {
            listening.push(host(number, Duration::from_millis(10)).listen(sink.clone()).await.expect("a port"));
        }
        let origin = Host::new("origin.sender.test").withholds("STARTTLS").listen(sink.clone()).await.expect("a port");
        let addresses: Vec<SocketAddr> = listening.iter().map(|host| host.address()).collect();
        let fates = Arc::new(Fates::default());
        let transport =
            Transport::new(config(origin.address()), Arc::new(Sockets::default()), fates.clone()).expect("a transport");
        for outcome in transport.shell(&shell(&addresses)) {
            outcome.result.expect("it is accepted");
        }
        let before = descriptors();
        let mut submissions = JoinSet::new();
        for message in 0..MESSAGES {
            let transport = transport.clone();
            submissions.spawn(async move { transport.submit(submission(message)).await.expect("no store") });
        }
        submissions.join_all().await;
        // Who was put off has the rest of its life before it, which a clock that is not paused cannot show.
        fates.check(0..MESSAGES, |manner, told| match manner {
            Manner::Well | Manner::Slow | Manner::Narrow => told == [Fate::Delivered],
            Manner::Never => told == [Fate::Failed],
            Manner::Drops => !told.is_empty(),
            Manner::Later | Manner::Stalls | Manner::Refuses => {
                told.iter().all(|&fate| fate == Fate::Deferred) && !told.is_empty()
            }
        });
        let closed = async {
            while descriptors() != before {
                sleep(Duration::from_millis(20)).await;
            }
        };
        let closed = tokio::time::timeout(Duration::from_secs(50), closed).await;
        assert!(closed.is_ok(), "{:?} descriptors, {before:?} before", descriptors());
    });
}
