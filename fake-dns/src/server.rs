//! The name server: from the octets of a query to the octets of an answer, with the faults of its page.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hickory_server::{
    net::xfer::Protocol,
    proto::{
        op::{Message, MessageType, OpCode, ResponseCode},
        rr::{LowerName, Record, RecordType},
        serialize::binary::{BinEncodable, BinEncoder},
    },
    server::Request,
};
use tokio::time::Instant;

use crate::{
    engine::Engine,
    event::{Answer, Event, Limit, Sink},
    faults::{Asked, Faults},
    rcode::mnemonic,
    record::record_line,
    rule::{Action, Fault, Transport},
    world::World,
    zone::Zones,
};

/// Longest answer over UDP to a query without EDNS, in octets: RFC 1035 §4.2.1.
pub const UDP_OCTETS_MAX: u16 = 512;
/// Longest answer over UDP, in octets, however much the query allows: what servers of today keep to, lest a datagram
/// be fragmented.
pub const UDP_EDNS_OCTETS_MAX: u16 = 1232;
/// Length of a message's header, in octets: RFC 1035 §4.1.1.
const HEADER_OCTETS: usize = 12;

/// What to send for a query.
#[expect(clippy::exhaustive_enums, reason = "a transport can do nothing else")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Over TCP: close the connection, since what came is not DNS.
    Close,
    /// Over UDP: these octets, from another port of the server than the one that was asked.
    Elsewhere(Vec<u8>),
    /// Nothing. A connection stays open.
    Nothing,
    /// These octets, without the length that TCP puts before them.
    Octets(Vec<u8>),
}

/// A name server that is authoritative for everything: what its zones do not hold does not exist.
///
/// It has no socket. [`FakeDns::answer`] is the server; [`listen`](crate::driver::listen) and
/// [`serve_stream`](crate::driver::serve_stream) carry octets to it and back.
pub struct FakeDns {
    began: Instant,
    zones: Zones,
    sink: Arc<dyn Sink>,
    state: Mutex<State>,
}

struct State {
    next_query: u64,
    faults: Faults,
    /// Made when a query needs it, and again once a later set of records has come into force.
    engine: Option<(usize, Arc<Engine>)>,
}

/// A query that has been reported.
struct Taken {
    number: u64,
    fault: Option<Fault>,
    engine: Arc<Engine>,
}

impl FakeDns {
    /// A server that begins now, on the clock of tokio: times of zones and faults count from here.
    ///
    /// The sink is called with the server's lock held, so that the order of events is that of the queries' numbers; it
    /// must not ask this server anything.
    pub fn new(zones: Zones, faults: Vec<Fault>, sink: Arc<dyn Sink>) -> Arc<Self> {
        let state = State { next_query: 0, faults: Faults::new(faults), engine: None };
        Arc::new(Self { began: Instant::now(), zones, sink, state: Mutex::new(state) })
    }

    /// Answers one message. Waits as long as a fault says; whatever the octets, it does not fail.
    ///
    /// A query is reported with its number ([`Event::Query`]), then the fault that it meets ([`Event::Used`]), then,
    /// after any pause, what it got ([`Event::Answered`]). What is no query ([`Event::Unreadable`]) gets FORMERR, or
    /// NOTIMP for another operation, and nothing if it has no header or is itself an answer.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped in a pause has reported the query and its fault, and reports no answer.
    pub async fn answer(&self, query: &[u8], peer: IpAddr, transport: Transport) -> Outcome {
        let protocol = match transport {
            Transport::Tcp => Protocol::Tcp,
            Transport::Udp => Protocol::Udp,
        };
        // The port is not known here, and nothing asks for it.
        let Ok(request) = Request::from_bytes(query.to_vec(), SocketAddr::new(peer, 0), protocol) else {
            return self.unreadable(query, peer, transport);
        };
        let Some((name, record_type)) = question(&request) else {
            return self.unreadable(query, peer, transport);
        };
        let taken = self.take(&name, record_type, peer, transport);
        let right = taken.engine.answer(&request).await;
        let octets_max = match (transport, &request.edns) {
            (Transport::Tcp, _) => u16::MAX,
            (Transport::Udp, None) => UDP_OCTETS_MAX,
            (Transport::Udp, Some(edns)) => edns.max_payload().clamp(UDP_OCTETS_MAX, UDP_EDNS_OCTETS_MAX),
        };
        let actions = taken.fault.map(|fault| fault.actions).unwrap_or_default();
        let (outcome, answer) = perform(&actions, right, request.metadata.id, octets_max).await;
        self.sink.report(Event::Answered { query: taken.number, answer });
        outcome
    }

    /// Reports that a driver reached a limit.
    pub(crate) fn limit_reached(&self, limit: Limit) {
        self.sink.report(Event::LimitReached(limit));
    }

    /// Numbers and reports a query, and finds its fault and the records in force.
    fn take(&self, name: &LowerName, record_type: RecordType, peer: IpAddr, transport: Transport) -> Taken {
        let elapsed = self.began.elapsed();
        let mut state = self.lock();
        let number = state.next_query;
        state.next_query += 1;
        let text = name.to_ascii();
        self.sink.report(Event::Query { query: number, name: text, record_type, transport, peer });
        let fault = state.faults.choose(Asked { name, record_type, transport, elapsed });
        if let Some(tag) = fault.as_ref().and_then(|fault| fault.tag) {
            self.sink.report(Event::Used(tag));
        }
        let epoch = self.zones.epoch(elapsed);
        let engine = match &state.engine {
            Some((made, engine)) if *made == epoch => Arc::clone(engine),
            _ => {
                let engine = Arc::new(Engine::new(World::new(self.zones.in_force(epoch), self.zones.origin())));
                state.engine = Some((epoch, Arc::clone(&engine)));
                engine
            }
        };
        Taken { number, fault, engine }
    }

    fn unreadable(&self, octets: &[u8], peer: IpAddr, transport: Transport) -> Outcome {
        self.sink.report(Event::Unreadable { octets: octets.len(), transport, peer });
        match (refusal(octets), transport) {
            (Some(refusal), _) => Outcome::Octets(refusal),
            (None, Transport::Tcp) => Outcome::Close,
            (None, Transport::Udp) => Outcome::Nothing,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one question of a standard query (RFC 1035 §4.1.1).
fn question(request: &Request) -> Option<(LowerName, RecordType)> {
    let standard = request.metadata.message_type == MessageType::Query && request.metadata.op_code == OpCode::Query;
    let info = request.request_info().ok().filter(|_| standard)?;
    Some((info.query.name().clone(), info.query.query_type()))
}

/// A header that refuses what is no query; `None` for what has no header, and for an answer, lest two servers talk to
/// each other for ever.
fn refusal(octets: &[u8]) -> Option<Vec<u8>> {
    const RESPONSE: u8 = 0x80;
    const OPERATION: u8 = 0x78;
    const RECURSION_DESIRED: u8 = 0x01;
    let header = octets.get(..HEADER_OCTETS)?;
    let (id, flags) = (&header[..2], header[2]);
    if flags & RESPONSE != 0 {
        return None;
    }
    let code = if flags & OPERATION == 0 { ResponseCode::FormErr } else { ResponseCode::NotImp };
    let mut refusal = vec![0; HEADER_OCTETS];
    refusal[..2].copy_from_slice(id);
    refusal[2] = RESPONSE | flags & (OPERATION | RECURSION_DESIRED);
    refusal[3] = code.low();
    Some(refusal)
}

/// Does what the fault says, in order, to the right answer.
async fn perform(actions: &[Action], right: Option<Message>, id: u16, octets_max: u16) -> (Outcome, Answer) {
    let mut message = right;
    let mut is_elsewhere = false;
    for action in actions {
        match action {
            Action::Additional(record) => {
                if let Some(message) = &mut message {
                    message.additionals.push(Record::clone(record));
                }
            }
            Action::Cut(records_max) => {
                if let Some(message) = &mut message {
                    message.answers.truncate(*records_max);
                    message.metadata.truncation = true;
                }
            }
            Action::WrongSource => is_elsewhere = true,
            Action::Drop => return (Outcome::Nothing, Answer::Nothing),
            Action::Octets(octets) => {
                let sent = [&id.to_be_bytes(), octets.as_slice()].concat();
                return (Outcome::Octets(sent), Answer::Octets(octets.clone()));
            }
            Action::Pause(pause) => tokio::time::sleep(*pause).await,
            Action::Rcode(code) => message = message.map(|message| without_records(message, *code)),
            Action::Truncate => message = message.map(truncated),
            Action::WrongId => {
                if let Some(message) = &mut message {
                    message.metadata.id = !id;
                }
            }
        }
    }
    message.and_then(|message| encode(&message, octets_max)).map_or(
        (Outcome::Nothing, Answer::Nothing),
        |(octets, sent)| {
            let answer = report(&sent, id, is_elsewhere);
            (if is_elsewhere { Outcome::Elsewhere(octets) } else { Outcome::Octets(octets) }, answer)
        },
    )
}

fn truncated(message: Message) -> Message {
    let code = message.metadata.response_code;
    let mut message = without_records(message, code);
    message.metadata.truncation = true;
    message
}

fn without_records(mut message: Message, code: ResponseCode) -> Message {
    message.answers.clear();
    message.authorities.clear();
    message.additionals.clear();
    message.metadata.response_code = code;
    message
}

/// The octets, and what they hold. A message that is too long goes without records, TC set (RFC 2181 §9) and its OPT
/// record kept (RFC 6891 §7).
fn encode(message: &Message, octets_max: u16) -> Option<(Vec<u8>, Message)> {
    let (octets, sent) = encode_what_fits(message, octets_max)?;
    if sent.metadata.truncation == message.metadata.truncation {
        return Some((octets, sent));
    }
    encode_what_fits(&truncated(message.clone()), octets_max)
}

fn encode_what_fits(message: &Message, octets_max: u16) -> Option<(Vec<u8>, Message)> {
    let mut octets = Vec::new();
    let mut encoder = BinEncoder::new(&mut octets);
    encoder.set_max_size(octets_max);
    message.emit(&mut encoder).ok()?;
    let sent = Message::from_vec(&octets).ok()?;
    Some((octets, sent))
}

fn report(sent: &Message, id: u16, wrong_source: bool) -> Answer {
    Answer::Message {
        rcode: mnemonic(sent.metadata.response_code),
        records: sent.answers.iter().map(record_line).collect(),
        truncated: sent.metadata.truncation,
        additional: sent.additionals.iter().map(record_line).collect(),
        wrong_id: sent.metadata.id != id,
        wrong_source,
    }
}

#[cfg(test)]
mod tests;
