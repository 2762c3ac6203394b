//! A trace put in order: sessions with their commands, replies, handshakes and mail data; transactions; queries.
//!
//! A view reads and never rules. Replies are given to commands in order, as RFC 5321 §4.2 has it; a command that did
//! not come early shows that the client waits for nothing any more, so what was unanswered before it stays unanswered.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
};

use super::{
    Trace,
    event::{EndCause, Entry, Event, HandshakeOutcome, KeptOctets, MessageFacts},
    submitted::{Submitted, Taken},
    wire::{Reply, ReplyReader, command_line, path, unstuff},
};

/// How a TLS record with a handshake begins: its type, and the first octet of its version (RFC 8446 §5.1).
const HANDSHAKE_RECORD: &[u8] = &[22, 3];

/// The trace, read.
#[derive(Debug)]
pub struct View<'a> {
    /// What was read.
    pub trace: &'a Trace,
    /// In order of appearance.
    pub sessions: Vec<Session<'a>>,
    /// In order of appearance.
    pub queries: Vec<Query<'a>>,
    /// Messages that went in, in order.
    pub submitted: Vec<Submitted<'a>>,
    /// Final 250 for recipients, in order.
    pub taken: Vec<Taken<'a>>,
    /// Stimuli that were used: where first.
    pub stimuli: BTreeMap<u32, usize>,
    /// The last event, if the trace has it.
    pub end: Option<End>,
}

/// How the trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Index of the event.
    pub index: usize,
    /// World time, in milliseconds.
    pub at_ms: u64,
    /// Why.
    pub cause: EndCause,
    /// The quiet time, in milliseconds: none in memory.
    pub quiet_ms: u64,
}

/// One connection.
#[derive(Debug)]
pub struct Session<'a> {
    /// Its number in the trace.
    pub number: u64,
    /// Index of the event that began it.
    pub index: usize,
    /// When it began, in milliseconds.
    pub at_ms: u64,
    /// The host's first name.
    pub host: &'a str,
    /// The host's end.
    pub to: IpAddr,
    /// Its port.
    pub port: u16,
    /// The client's end.
    pub from: IpAddr,
    /// The greeting.
    pub greeting: Option<Reply>,
    /// What happened, in order.
    pub steps: Vec<Step<'a>>,
    /// Mail transactions, in order.
    pub transactions: Vec<Transaction>,
    /// How it ended; `None`: still open at the end.
    pub closed: Option<Closed<'a>>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed<'a> {
    /// Index of the event.
    pub index: usize,
    /// When, in milliseconds.
    pub at_ms: u64,
    /// `client` or `host`.
    pub by: &'a str,
    /// `close` or `reset`.
    pub how: &'a str,
}

/// One thing that happened in a session.
#[derive(Debug)]
pub struct Step<'a> {
    /// Index of the event.
    pub index: usize,
    /// When, in milliseconds.
    pub at_ms: u64,
    /// Under TLS.
    pub tls: bool,
    /// In which of the session's transactions.
    pub transaction: Option<usize>,
    /// What.
    pub kind: StepKind<'a>,
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum StepKind<'a> {
    /// A line of the client's.
    Command(Command<'a>),
    /// Mail data.
    Data(Data<'a>),
    /// The connection ended in the middle of mail data of so many octets.
    DataLost(u64),
    /// A handshake ended.
    Handshake(&'a HandshakeOutcome),
    /// A limit, by name.
    Limit(&'a str),
    /// The script was left; the page line that was not reached.
    OffScript(u32),
    /// Octets of the host's, in one write.
    Sent(&'a [u8]),
}

/// A line of the client's.
#[derive(Debug)]
pub struct Command<'a> {
    /// In capitals; of no meaning for a line that answers a 334.
    pub verb: String,
    /// What stands behind it and one blank, without the line end.
    pub argument: &'a [u8],
    /// The line as it came.
    pub octets: &'a [u8],
    /// It came before the reply to what went before.
    pub early: bool,
    /// It answers a 334 of AUTH.
    pub auth_response: bool,
    /// The reply; of AUTH, the one that ends the exchange.
    pub reply: Option<Reply>,
}

/// Mail data that came to its end.
#[derive(Debug)]
pub struct Data<'a> {
    /// What came.
    pub facts: &'a MessageFacts,
    /// As it came.
    pub wire: &'a KeptOctets,
    /// What was kept of it after transparency was undone: one piece, or a head and a tail.
    pub content: Vec<Vec<u8>>,
    /// By BDAT.
    pub chunking: bool,
    /// The final reply.
    pub reply: Option<Reply>,
}

impl Data<'_> {
    /// Whether the host took the message.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.reply.as_ref().is_some_and(Reply::is_positive)
    }
}

/// A mail transaction: a MAIL with a positive reply, and what followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The step of its MAIL.
    pub mail: usize,
    /// The reverse-path; empty is `<>`.
    pub reverse_path: String,
    /// Each RCPT: its step, its forward-path, whether the reply was positive.
    pub recipients: Vec<Recipient>,
    /// The step of its mail data.
    pub data: Option<usize>,
}

/// A RCPT of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Its step.
    pub step: usize,
    /// The forward-path.
    pub path: String,
    /// The reply was positive.
    pub accepted: bool,
}

/// A query and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<'a> {
    /// Index of the event.
    pub index: usize,
    /// When, in milliseconds.
    pub at_ms: u64,
    /// Whose name server.
    pub server: &'a str,
    /// In lower case with the final dot.
    pub name: &'a str,
    /// `MX`.
    pub record_type: &'a str,
    /// `UDP` or `TCP`.
    pub over: &'a str,
    /// The name server that was asked, if it is not the usual one.
    pub name_server: Option<IpAddr>,
    /// When it was answered, in milliseconds, and with which records.
    pub answer: Option<(u64, &'a [String])>,
}

impl<'a> View<'a> {
    /// Reads a trace. Events of sessions that never began are passed over.
    #[must_use]
    pub fn new(trace: &'a Trace) -> Self {
        let mut reader = Reader::default();
        let mut view = Self {
            trace,
            sessions: Vec::new(),
            queries: Vec::new(),
            submitted: Vec::new(),
            taken: Vec::new(),
            stimuli: BTreeMap::new(),
            end: None,
        };
        for (index, entry) in trace.0.iter().enumerate() {
            view.read_world(index, entry, &mut reader);
            reader.read_session(index, entry);
        }
        view.sessions = reader.sessions.into_iter().map(Building::finish).collect();
        view.taken = Taken::of(&view.sessions, &view.submitted);
        view
    }

    /// Whether the absence of something can be judged: the end is settled or the horizon.
    #[must_use]
    pub fn absence_counts(&self) -> bool {
        matches!(self.end, Some(End { cause: EndCause::Horizon | EndCause::Settled, .. }))
    }

    fn read_world(&mut self, index: usize, entry: &'a Entry, reader: &mut Reader<'a>) {
        let at_ms = entry.at_ms;
        match &entry.event {
            Event::Answer { query, records, .. } => {
                if let Some(&place) = reader.queries.get(query) {
                    let query: &mut Query<'a> = &mut self.queries[place];
                    query.answer.get_or_insert((at_ms, records));
                }
            }
            Event::End { cause, quiet_ms, .. } => {
                self.end = Some(End { index, at_ms, cause: *cause, quiet_ms: *quiet_ms });
            }
            Event::Query { query, server, name, record_type, over, name_server } => {
                let name_server = *name_server;
                reader.queries.insert(*query, self.queries.len());
                self.queries.push(Query { index, at_ms, server, name, record_type, over, name_server, answer: None });
            }
            Event::Stimulus { index: stimulus } => {
                self.stimuli.entry(*stimulus).or_insert(index);
            }
            Event::Submit { message, reverse_path, recipients, facts, content, .. } => {
                self.submitted.push(Submitted { index, at_ms, message, reverse_path, recipients, facts, content });
            }
            _ => {}
        }
    }
}

impl<'a> Session<'a> {
    /// The commands, each with its place among the steps; lines that answer a 334 are none.
    pub fn commands(&self) -> impl Iterator<Item = (usize, &Step<'a>, &Command<'a>)> {
        self.steps.iter().enumerate().filter_map(|(place, step)| match &step.kind {
            StepKind::Command(command) if !command.auth_response => Some((place, step, command)),
            _ => None,
        })
    }

    /// Mail data that came to its end, each with its place among the steps.
    pub fn data(&self) -> impl Iterator<Item = (usize, &Step<'a>, &Data<'a>)> {
        self.steps.iter().enumerate().filter_map(|(place, step)| match &step.kind {
            StepKind::Data(data) => Some((place, step, data)),
            _ => None,
        })
    }

    /// The steps up to where the client begins a handshake in the clear that no STARTTLS granted. The host reads it as
    /// lines; how much of it, and when, is up to the kernel.
    #[must_use]
    pub fn spoken(&self) -> &[Step<'a>] {
        &self.steps[..self.ungranted_handshake().unwrap_or(self.steps.len())]
    }

    /// Where a handshake begins in the clear that no STARTTLS granted: the place of the first line that the host reads
    /// of it.
    #[must_use]
    pub fn ungranted_handshake(&self) -> Option<usize> {
        let is_handshake = |step: &Step<'_>| match &step.kind {
            StepKind::Command(command) => !step.tls && command.octets.starts_with(HANDSHAKE_RECORD),
            _ => false,
        };
        self.steps.iter().position(is_handshake)
    }

    /// The first handshake that is done, if there is one.
    #[must_use]
    pub fn tls(&self) -> Option<&Step<'a>> {
        self.steps.iter().find(|step| matches!(step.kind, StepKind::Handshake(HandshakeOutcome::Done { .. })))
    }
}

#[derive(Debug, Default)]
struct Reader<'a> {
    sessions: Vec<Building<'a>>,
    numbers: BTreeMap<u64, usize>,
    queries: BTreeMap<u64, usize>,
}

/// A session that is being read.
#[derive(Debug)]
struct Building<'a> {
    session: Session<'a>,
    replies: ReplyReader,
    /// What waits for a reply: the greeting, or the steps (an AUTH and its last response are answered together).
    pending: VecDeque<Vec<usize>>,
    auth: Option<usize>,
    tls: bool,
}

impl<'a> Reader<'a> {
    fn read_session(&mut self, index: usize, entry: &'a Entry) {
        let at_ms = entry.at_ms;
        if let Event::Connect { session, host, to, port, from } = &entry.event {
            self.numbers.insert(*session, self.sessions.len());
            self.sessions.push(Building {
                session: Session {
                    number: *session,
                    index,
                    at_ms,
                    host,
                    to: *to,
                    port: *port,
                    from: *from,
                    greeting: None,
                    steps: Vec::new(),
                    transactions: Vec::new(),
                    closed: None,
                },
                replies: ReplyReader::default(),
                pending: VecDeque::from([Vec::new()]),
                auth: None,
                tls: false,
            });
            return;
        }
        let Some(place) = session_of(&entry.event).and_then(|session| self.numbers.get(&session)) else { return };
        self.sessions[*place].read(index, at_ms, &entry.event);
    }
}

/// The session of an event, if it is in one.
#[must_use]
pub fn session_of(event: &Event) -> Option<u64> {
    match event {
        Event::Close { session, .. }
        | Event::Command { session, .. }
        | Event::Connect { session, .. }
        | Event::Data { session, .. }
        | Event::DataLost { session, .. }
        | Event::Handshake { session, .. }
        | Event::OffScript { session, .. }
        | Event::Reply { session, .. } => Some(*session),
        Event::Limit { session, .. } => *session,
        _ => None,
    }
}

impl<'a> Building<'a> {
    fn read(&mut self, index: usize, at_ms: u64, event: &'a Event) {
        let place = self.session.steps.len();
        let kind = match event {
            Event::Close { by, how, .. } => {
                self.session.closed = Some(Closed { index, at_ms, by, how });
                return;
            }
            Event::Command { octets, tls, early, auth_response, .. } => {
                self.tls = *tls;
                let (verb, argument) = command_line(&octets.0);
                self.await_reply(place, &verb, *early, *auth_response);
                let (early, auth_response) = (*early, *auth_response);
                StepKind::Command(Command { verb, argument, octets: &octets.0, early, auth_response, reply: None })
            }
            Event::Data { facts, wire, tls, chunking, .. } => {
                self.tls = *tls;
                if *chunking {
                    // The last BDAT and its chunk have one reply: it is the chunk's.
                    self.pending.pop_back();
                } else {
                    self.pending.clear();
                }
                self.pending.push_back(vec![place]);
                let undo = |piece: &[u8]| if *chunking { piece.to_vec() } else { unstuff(piece) };
                let content = wire.pieces().into_iter().map(undo).collect();
                StepKind::Data(Data { facts, wire, content, chunking: *chunking, reply: None })
            }
            Event::DataLost { octets, .. } => StepKind::DataLost(*octets),
            Event::Handshake { outcome, .. } => {
                self.tls = matches!(outcome, HandshakeOutcome::Done { .. });
                self.pending.clear();
                self.replies = ReplyReader::default();
                StepKind::Handshake(outcome)
            }
            Event::Limit { limit, .. } => StepKind::Limit(limit),
            Event::OffScript { line, .. } => StepKind::OffScript(*line),
            Event::Reply { octets, tls, .. } => {
                self.tls = *tls;
                self.answer(index, at_ms, &octets.0);
                StepKind::Sent(&octets.0)
            }
            _ => return,
        };
        self.session.steps.push(Step { index, at_ms, tls: self.tls, transaction: None, kind });
    }

    fn await_reply(&mut self, place: usize, verb: &str, early: bool, auth_response: bool) {
        if !early {
            self.pending.clear();
        }
        let mut waiting = vec![place];
        if auth_response {
            waiting.extend(self.auth);
        } else {
            self.auth = (verb == "AUTH").then_some(place);
        }
        self.pending.push_back(waiting);
    }

    fn answer(&mut self, index: usize, at_ms: u64, octets: &[u8]) {
        for (code, lines) in self.replies.read(octets) {
            let reply = Reply { index, at_ms, code, lines, tls: self.tls };
            let Some(waiting) = self.pending.pop_front() else { continue };
            if waiting.is_empty() {
                self.session.greeting = Some(reply);
                continue;
            }
            for place in waiting {
                match &mut self.session.steps[place].kind {
                    StepKind::Command(command) => command.reply = Some(reply.clone()),
                    StepKind::Data(data) => data.reply = Some(reply.clone()),
                    _ => {}
                }
            }
        }
    }

    /// Puts the steps into transactions (RFC 5321 §3.3): MAIL opens one; the end of mail data, RSET, a new greeting
    /// of the client's, and STARTTLS close it.
    fn finish(self) -> Session<'a> {
        let mut session = self.session;
        let mut open: Option<usize> = None;
        for (place, step) in session.steps.iter_mut().enumerate() {
            step.transaction = open;
            match &step.kind {
                StepKind::Command(command) if !command.auth_response => {
                    let positive = command.reply.as_ref().is_some_and(Reply::is_positive);
                    match command.verb.as_str() {
                        "MAIL" if positive => {
                            open = Some(session.transactions.len());
                            step.transaction = open;
                            session.transactions.push(Transaction {
                                mail: place,
                                reverse_path: path(command.argument).0,
                                recipients: Vec::new(),
                                data: None,
                            });
                        }
                        "RCPT" => {
                            if let Some(number) = open {
                                let path = path(command.argument).0;
                                let recipient = Recipient { step: place, path, accepted: positive };
                                session.transactions[number].recipients.push(recipient);
                            }
                        }
                        "RSET" | "EHLO" | "HELO" | "STARTTLS" if positive => open = None,
                        _ => {}
                    }
                }
                StepKind::Data(_) => {
                    if let Some(number) = open.take() {
                        session.transactions[number].data = Some(place);
                    }
                }
                _ => {}
            }
        }
        session
    }
}
