//! Name servers of a test: each says what the test has it say.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{
        Name, RData, Record,
        rdata::{A, AAAA, CNAME, MX, SOA},
    },
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::network::{BoxStream, Connecting, Datagrams, Network};

/// What a server says to a question.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// A code without records, and an authority if there is nothing.
    Code(ResponseCode),
    /// Over UDP TC without records; over TCP the rest.
    Cut(Box<Says>),
    /// After a while.
    Late(Duration, Box<Says>),
    /// From another port, and then the right thing from the right one.
    Forged(Box<Says>),
    /// Lines of master files without owner and class: `60 MX 10 mx.contoso.test.`, or with `owner|` before them.
    Records(Vec<String>),
    /// Nothing.
    Silence,
}

pub(crate) fn records(lines: &[&str]) -> Says {
    Says::Records(lines.iter().map(|&line| line.to_owned()).collect())
}

/// The name servers of a test.
pub(crate) struct Names {
    /// By server and `MX contoso.test`.
    says: Mutex<BTreeMap<(IpAddr, String), Says>>,
    /// `192.0.2.53 UDP MX contoso.test`, in order.
    asked: Mutex<Vec<String>>,
    random: Mutex<u64>,
}

pub(crate) const FIRST: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 53)), 53);
pub(crate) const SECOND: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 54)), 53);

impl Names {
    /// Servers that know of nothing but what is said here, of the first server.
    pub(crate) fn new(says: &[(&str, Says)]) -> Arc<Self> {
        let names = Self { says: Mutex::default(), asked: Mutex::default(), random: Mutex::new(1) };
        for (question, says) in says {
            names.say(FIRST, question, says.clone());
        }
        Arc::new(names)
    }

    pub(crate) fn say(&self, server: SocketAddr, question: &str, says: Says) {
        lock(&self.says).insert((server.ip(), question.to_owned()), says);
    }

    pub(crate) fn seed(&self, seed: u64) {
        *lock(&self.random) = seed | 1;
    }

    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.asked))
    }

    fn hear(&self, server: SocketAddr, over: &str, query: &Message) -> Says {
        let question = &query.queries[0];
        let name = question.name().to_ascii().to_lowercase();
        let asked = format!("{} {}", question.query_type(), name.trim_end_matches('.'));
        lock(&self.asked).push(format!("{} {over} {asked}", server.ip()));
        let says = lock(&self.says).get(&(server.ip(), asked)).cloned();
        says.unwrap_or(Says::Code(ResponseCode::NXDomain))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The octets of an answer, from which port and how late; `None` for silence.
fn answer(query: &Message, says: Says, over: &str) -> Vec<(Vec<u8>, u16, Duration)> {
    let question = query.queries[0].clone();
    let mut message = Message::response(query.metadata.id, query.metadata.op_code);
    message.add_query(question.clone());
    match says {
        Says::Silence => return Vec::new(),
        Says::Late(late, says) => {
            let answers = answer(query, *says, over);
            return answers.into_iter().map(|(octets, port, _)| (octets, port, late)).collect();
        }
        Says::Forged(says) => {
            let forgery = answer(query, records(&["60 A 192.0.2.66"]), over);
            let forged = forgery.into_iter().map(|(octets, port, late)| (octets, port + 1, late));
            return forged.chain(answer(query, *says, over)).collect();
        }
        Says::Cut(says) if over == "TCP" => return answer(query, *says, over),
        Says::Cut(_) => message.metadata.truncation = true,
        Says::Code(code) => {
            message.metadata.response_code = code;
            if matches!(code, ResponseCode::NXDomain | ResponseCode::NoError) {
                let soa = SOA::new(Name::root(), Name::root(), 1, 60, 60, 60, 30);
                message.authorities.push(Record::from_rdata(Name::root(), 60, RData::SOA(soa)));
            }
        }
        Says::Records(lines) => {
            message.answers = lines.iter().map(|line| record(line, question.name())).collect();
        }
    }
    vec![(message.to_vec().expect("an answer"), 0, Duration::ZERO)]
}

fn record(line: &str, asked: &Name) -> Record {
    let (owner, rest) = match line.split_once('|') {
        Some((owner, rest)) => (name(owner), rest),
        None => (asked.clone(), line),
    };
    let words: Vec<&str> = rest.split(' ').collect();
    let data = match words[1..] {
        ["A", address] => RData::A(A(address.parse().expect("an address"))),
        ["AAAA", address] => RData::AAAA(AAAA(address.parse().expect("an address"))),
        ["CNAME", target] => RData::CNAME(CNAME(name(target))),
        ["MX", preference, host] => RData::MX(MX::new(preference.parse().expect("a preference"), name(host))),
        _ => panic!("no record: {line}"),
    };
    Record::from_rdata(owner, words[0].parse().expect("a time to live"), data)
}

fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).expect("a name");
    name.set_fqdn(true);
    name
}

/// A network with nothing but name servers.
pub(crate) struct Wires(pub(crate) Arc<Names>);

impl Network for Wires {
    fn connect(&self, _from: Option<IpAddr>, to: SocketAddr) -> Connecting {
        let names = Arc::clone(&self.0);
        Box::pin(async move {
            let (ours, mut theirs) = tokio::io::duplex(64 * 1024);
            tokio::spawn(async move {
                let length = theirs.read_u16().await.expect("a length");
                let mut query = vec![0; usize::from(length)];
                theirs.read_exact(&mut query).await.expect("a query");
                let query = Message::from_vec(&query).expect("a query");
                for (octets, _, late) in answer(&query, names.hear(to, "TCP", &query), "TCP") {
                    tokio::time::sleep(late).await;
                    let length = u16::try_from(octets.len()).expect("a short answer");
                    let _ = theirs.write_all(&[&length.to_be_bytes()[..], &octets].concat()).await;
                }
                // Silence is an open connection.
                tokio::time::sleep(Duration::from_secs(3600)).await;
            });
            Ok(Box::new(ours) as BoxStream)
        })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        Ok(Box::new(Socket { names: Arc::clone(&self.0), inbox: Arc::default() }))
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    /// Marsaglia's xorshift: enough for shuffling.
    fn random(&self) -> u64 {
        let mut state = lock(&self.0.random);
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }
}

struct Socket {
    names: Arc<Names>,
    inbox: Arc<Mutex<Inbox>>,
}

#[derive(Default)]
struct Inbox {
    answers: VecDeque<(Vec<u8>, SocketAddr)>,
    reader: Option<Waker>,
}

impl Datagrams for Socket {
    fn poll_receive(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut inbox = lock(&self.inbox);
        let Some((answer, from)) = inbox.answers.pop_front() else {
            inbox.reader = Some(context.waker().clone());
            return Poll::Pending;
        };
        buffer[..answer.len()].copy_from_slice(&answer);
        Poll::Ready(Ok((answer.len(), from)))
    }

    fn poll_send(&self, _context: &mut Context<'_>, octets: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        let query = Message::from_vec(octets).expect("a query");
        let answers = answer(&query, self.names.hear(to, "UDP", &query), "UDP");
        let inbox = Arc::clone(&self.inbox);
        tokio::spawn(async move {
            for (octets, port, late) in answers {
                tokio::time::sleep(late).await;
                let mut inbox = lock(&inbox);
                inbox.answers.push_back((octets, SocketAddr::new(to.ip(), to.port() + port)));
                if let Some(reader) = inbox.reader.take() {
                    reader.wake();
                }
            }
        });
        Poll::Ready(Ok(octets.len()))
    }
}
