//! The world of a test: names, hosts that follow dialogues, one after the other, and a record.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use hickory_proto::{
    op::{Message as DnsMessage, ResponseCode},
    rr::{
        Name, RData, Record,
        rdata::{A, MX},
    },
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::super::*;
use crate::{
    connector::Connector,
    network::{BoxStream, Connecting, Datagrams},
    observer::{Fate, Report},
    routing::AddressSpace,
};

const SERVERS: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 53)), 53),
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 54)), 53),
];

/// Recipient, fate, reason.
pub(super) type Told = (String, Fate, String);

pub(super) fn address_space(text: &str) -> AddressSpace {
    text.parse().expect("an address space of the test")
}

#[derive(Default)]
pub(super) struct World {
    /// By `MX contoso.test`.
    records: BTreeMap<String, Vec<RData>>,
    /// By name, or by type and name.
    missing: Vec<String>,
    failing: Vec<String>,
    silent: Vec<String>,
    hosts: BTreeMap<String, VecDeque<String>>,
    /// Name servers that say nothing.
    silent_servers: Vec<SocketAddr>,
}

/// What a test looks at.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) told: Vec<Told>,
    pub(super) queries: Vec<String>,
    pub(super) dialled: Vec<String>,
    /// Mail data, in the order in which it came.
    pub(super) data: Vec<String>,
    pub(super) took: Duration,
    /// What was meant to be said, and what was.
    dialogues: Vec<(String, String)>,
}

impl Seen {
    #[track_caller]
    pub(super) fn assert_dialogues(&self) {
        assert!(!self.dialogues.is_empty());
        for (meant, said) in &self.dialogues {
            assert_eq!(said, meant);
        }
    }
}

impl World {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn record(mut self, question: &str, data: &str) -> Self {
        let data = match data.split_once(' ') {
            Some((preference, host)) => {
                let host = Name::from_ascii(host).expect("a name");
                RData::MX(MX::new(preference.parse().expect("a preference"), host))
            }
            None => RData::A(A(data.parse().expect("an address"))),
        };
        self.records.entry(question.into()).or_default().push(data);
        self
    }

    pub(super) fn missing(mut self, name: &str) -> Self {
        self.missing.push(name.into());
        self
    }

    pub(super) fn failing(mut self, name: &str) -> Self {
        self.failing.push(name.into());
        self
    }

    pub(super) fn silent(mut self, name: &str) -> Self {
        self.silent.push(name.into());
        self
    }

    /// The first name server says nothing; there is a second one.
    pub(super) fn first_server_silent(mut self) -> Self {
        self.silent_servers.push(SERVERS[0]);
        self
    }

    pub(super) fn host(mut self, address: &str, dialogue: &str) -> Self {
        self.hosts.entry(address.into()).or_default().push_back(dialogue.into());
        self
    }

    pub(super) fn submit(self, connector: Connector, recipients: &[&str]) -> Seen {
        self.submit_times(1, connector, recipients)
    }

    pub(super) fn submit_times(self, times: u32, connector: impl Into<Option<Connector>>, recipients: &[&str]) -> Seen {
        self.run(recipients, times, |transport| {
            if let Some(connector) = connector.into() {
                transport.directory().insert(connector).expect("a first connector");
            }
        })
    }

    /// Prepares the transport, then submits.
    pub(super) fn run(self, recipients: &[&str], times: u32, prepare: impl FnOnce(&Transport)) -> Seen {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let inner = Arc::new(Shared { world: Mutex::new(self), seen: Mutex::default() });
        let took = runtime.expect("a runtime").block_on(async {
            let began = tokio::time::Instant::now();
            let config = Config {
                server: "mta.sender.test".into(),
                address: [192, 0, 2, 1].into(),
                resolvers: SERVERS.to_vec(),
                roots: Vec::new(),
                revocation_lists: Vec::new(),
                identities: Vec::new(),
                accepted: vec![("sender.test".into(), "192.0.2.1:2525".parse().expect("an address"))],
                servers: Vec::new(),
            };
            let world = AsNetwork(Arc::clone(&inner));
            let transport = Transport::new(config, Arc::new(world), inner.clone()).expect("a transport");
            prepare(&transport);
            for _ in 0..times {
                let submission = Submission {
                    name: "m".into(),
                    reverse_path: "sender@sender.test".into(),
                    recipients: recipients.iter().map(|&to| to.to_owned()).collect(),
                    data: Arc::new(b"Subject: launch\r\n\r\nhello\r".to_vec()),
                    via: crate::message::Via::Transport,
                    dsn: crate::dsn::Request::default(),
                };
                transport.submit(submission).await.expect("no store");
            }
            // Hosts that are about to read the end of a stream shall do so.
            tokio::time::sleep(Duration::from_millis(1)).await;
            began.elapsed()
        });
        let seen = std::mem::take(&mut *inner.seen());
        Seen { took, ..seen }
    }

    /// What the name server says.
    fn answer(&self, query: &[u8], seen: &mut Seen) -> Option<Vec<u8>> {
        let query = DnsMessage::from_vec(query).ok()?;
        let question = query.queries.first()?.clone();
        let name = question.name().to_ascii().to_lowercase().trim_end_matches('.').to_owned();
        let asked = format!("{} {name}", question.query_type());
        seen.queries.push(asked.clone());
        let is_in = |list: &[String]| list.contains(&name) || list.contains(&asked);
        if is_in(&self.silent) {
            return None;
        }
        let mut answer = DnsMessage::response(query.metadata.id, query.metadata.op_code);
        answer.metadata.response_code = match () {
            () if is_in(&self.missing) => ResponseCode::NXDomain,
            () if is_in(&self.failing) => ResponseCode::ServFail,
            () => ResponseCode::NoError,
        };
        for data in self.records.get(&asked).into_iter().flatten() {
            answer.answers.push(Record::from_rdata(question.name().clone(), 60, data.clone()));
        }
        answer.queries.push(question);
        answer.to_vec().ok()
    }
}

struct Shared {
    world: Mutex<World>,
    seen: Mutex<Seen>,
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Shared {
    fn report(&self, report: Report) {
        if let Report::Fate { recipient, fate, reason, .. } = report {
            self.seen().told.push((recipient, fate, reason));
        }
    }
}

/// The world as a network.
struct AsNetwork(Arc<Shared>);

impl Network for AsNetwork {
    fn connect(&self, _from: Option<IpAddr>, to: SocketAddr) -> Connecting {
        self.0.seen().dialled.push(to.to_string());
        let mut world = self.0.world.lock().unwrap_or_else(PoisonError::into_inner);
        let dialogue = world.hosts.get_mut(&to.to_string()).and_then(VecDeque::pop_front);
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            let Some(dialogue) = dialogue else { return Err(io::ErrorKind::ConnectionRefused.into()) };
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            tokio::spawn(play(dialogue, Box::new(theirs), shared));
            Ok(Box::new(ours) as BoxStream)
        })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        Ok(Box::new(Socket { shared: Arc::clone(&self.0), inbox: Mutex::default() }))
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_894_010_400)
    }

    fn random(&self) -> u64 {
        7
    }
}

async fn play(dialogue: String, stream: BoxStream, shared: Arc<Shared>) {
    let place = {
        let mut seen = shared.seen();
        seen.dialogues.push((dialogue.clone(), String::new()));
        seen.dialogues.len() - 1
    };
    let mut stream = BufReader::new(stream);
    for step in dialogue.lines() {
        let said = if let Some(text) = step.strip_prefix("S: ") {
            if stream.write_all(format!("{text}\r\n").as_bytes()).await.is_err() {
                return;
            }
            step.to_owned()
        } else if step == "<close>" {
            shared.seen().dialogues[place].1.push_str("<close>\n");
            return;
        } else if step == "<data>" {
            let mut data = String::new();
            while !data.ends_with("\r\n.\r\n") && matches!(stream.read_line(&mut data).await, Ok(1..)) {}
            shared.seen().data.push(data);
            step.to_owned()
        } else {
            let mut line = String::new();
            match stream.read_line(&mut line).await {
                Ok(0) | Err(_) => "<eof>".to_owned(),
                Ok(_) => format!("C: {}", line.trim_end()),
            }
        };
        shared.seen().dialogues[place].1.push_str(&format!("{said}\n"));
    }
}

/// Answers come at once, or never.
struct Socket {
    shared: Arc<Shared>,
    inbox: Mutex<Inbox>,
}

#[derive(Default)]
struct Inbox {
    answers: VecDeque<(Vec<u8>, SocketAddr)>,
    reader: Option<Waker>,
}

impl Datagrams for Socket {
    fn poll_receive(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((answer, from)) = inbox.answers.pop_front() else {
            inbox.reader = Some(context.waker().clone());
            return Poll::Pending;
        };
        buffer[..answer.len()].copy_from_slice(&answer);
        Poll::Ready(Ok((answer.len(), from)))
    }

    fn poll_send(&self, _context: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        let world = self.shared.world.lock().unwrap_or_else(PoisonError::into_inner);
        if world.silent_servers.contains(&to) {
            return Poll::Ready(Ok(octets.len()));
        }
        if let Some(answer) = world.answer(octets, &mut self.shared.seen()) {
            let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
            inbox.answers.push_back((answer, to));
            if let Some(reader) = inbox.reader.take() {
                reader.wake();
            }
        }
        Poll::Ready(Ok(octets.len()))
    }
}
