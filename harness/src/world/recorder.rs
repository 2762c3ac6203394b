//! Writes the trace: stamps what the hosts, the name server and the MTA report with world time, in one order.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mtaspec_fake_dns::event::{Answer, Event as DnsEvent, Sink as DnsSink};
use mtaspec_fake_smarthost::{
    event::{Ending, Event as HostEvent, LineKind, Party, SessionId, Sink as HostSink},
    mail_data::MailData,
    rule::TlsState,
};
use tokio::sync::Notify;

use super::{CANARY, canary::HOST};
use crate::{
    mta::{CANARY_DOMAIN, QueueReport, Reporter, ShellRefusal},
    network::clock::WorldClock,
    trace::{
        Entry, Event,
        event::{EndCause, HandshakeOutcome, KeptOctets, LogKind, MessageFacts, ReportedFate},
    },
};

/// Events that one world may have; one that has more is ended as a limit.
pub const WORLD_EVENTS_MAX: usize = 200_000;

/// Hears every event as it is written.
pub type Tap = Arc<dyn Fn(&Entry) + Send + Sync>;

/// The trace of one world while it is written.
pub struct Recorder {
    clock: Arc<WorldClock>,
    server: String,
    tap: Option<Tap>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    sessions: u64,
    queries: u64,
    open: BTreeSet<u64>,
    unanswered: BTreeSet<u64>,
    /// Recipients that went in and have no fate yet, with how many copies.
    pending: BTreeMap<(String, String), u32>,
    limit: bool,
    /// The end is written: what an MTA does while it is stopped is no part of its case.
    ended: bool,
    /// When a message last went in, was taken or got a fate, in milliseconds.
    progress_ms: u64,
}

impl Recorder {
    /// An empty trace of the world with this clock; `server` is whose name server it is.
    #[must_use]
    pub fn new(clock: Arc<WorldClock>, server: String) -> Arc<Self> {
        Self::telling(clock, server, None)
    }

    /// As [`Recorder::new`], with somebody who hears of each event as it is written, in order.
    #[must_use]
    pub fn telling(clock: Arc<WorldClock>, server: String, tap: Option<Tap>) -> Arc<Self> {
        Arc::new(Self { clock, server, tap, state: Mutex::default(), changed: Notify::new() })
    }

    /// Writes one event.
    pub fn record(&self, event: Event) {
        let at_ms = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.lock();
        state.note(&event, at_ms);
        if state.entries.len() < WORLD_EVENTS_MAX {
            self.push(&mut state, Entry { at_ms, event });
        } else if !state.limit {
            state.limit = true;
            let limit = "WORLD_EVENTS_MAX".to_owned();
            self.push(&mut state, Entry { at_ms, event: Event::Limit { limit, session: None } });
        }
        drop(state);
        self.changed.notify_one();
    }

    fn push(&self, state: &mut State, entry: Entry) {
        if state.ended {
            return;
        }
        state.ended = matches!(entry.event, Event::End { .. });
        if let Some(tap) = &self.tap {
            tap(&entry);
        }
        state.entries.push(entry);
    }

    /// A number for the next connection.
    #[must_use]
    pub fn next_session(&self) -> SessionId {
        let mut state = self.lock();
        state.sessions += 1;
        SessionId(state.sessions)
    }

    /// Wakes whoever waits for the next event, for what changed leaves no trace.
    pub fn wake(&self) {
        self.changed.notify_one();
    }

    /// Waits for the next event.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether nothing is under way: every recipient that went in has a fate, no session is open, no query waits.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let state = self.lock();
        state.is_idle() && state.pending.is_empty()
    }

    /// Whether no session is open and no query waits.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.lock().is_idle()
    }

    /// A message was handed over: from now on, time counts.
    pub fn handed_over(&self) {
        self.lock().progress_ms = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    }

    /// How long ago a message last went in, was taken or got a fate.
    #[must_use]
    pub fn since_progress(&self) -> Duration {
        self.clock.elapsed().saturating_sub(Duration::from_millis(self.lock().progress_ms))
    }

    /// What is written until now.
    #[must_use]
    pub fn so_far(&self) -> Vec<Entry> {
        self.lock().entries.clone()
    }

    /// How many events there are.
    #[must_use]
    pub fn events(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether a limit was reached, so that nothing more is written.
    #[must_use]
    pub fn limit_reached(&self) -> bool {
        self.lock().limit
    }

    /// Ends the trace and hands it over.
    #[must_use]
    pub fn finish(&self, cause: EndCause, horizon_ms: u64, quiet_ms: u64) -> Vec<Entry> {
        let at_ms = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.lock();
        self.push(&mut state, Entry { at_ms, event: Event::End { cause, horizon_ms, quiet_ms } });
        std::mem::take(&mut state.entries)
    }

    /// The sink of one host.
    #[must_use]
    pub fn host_sink(self: &Arc<Self>, host: &str) -> Arc<dyn HostSink> {
        Arc::new(OfHost { recorder: Arc::clone(self), host: host.to_owned() })
    }

    /// The sink of one name server; `None` is the usual one.
    #[must_use]
    pub fn dns_sink(self: &Arc<Self>, address: Option<IpAddr>) -> Arc<dyn DnsSink> {
        Arc::new(OfNameServer { recorder: Arc::clone(self), address, numbers: Mutex::default() })
    }

    /// A number for the next query.
    fn next_query(&self) -> u64 {
        let mut state = self.lock();
        state.queries += 1;
        state.queries - 1
    }

    /// A poisoned lock means that a thread of this world panicked; what is written is still in order.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_idle(&self) -> bool {
        self.open.is_empty() && self.unanswered.is_empty()
    }

    fn note(&mut self, event: &Event, at_ms: u64) {
        if matches!(event, Event::Data { .. } | Event::Fate { .. } | Event::Submit { .. }) {
            self.progress_ms = at_ms;
        }
        match event {
            Event::Connect { session, .. } => {
                self.open.insert(*session);
            }
            Event::Close { session, .. } => {
                self.open.remove(session);
            }
            Event::Query { query, .. } => {
                self.unanswered.insert(*query);
            }
            Event::Answer { query, .. } => {
                self.unanswered.remove(query);
            }
            Event::Submit { message, recipients, .. } => {
                for recipient in recipients {
                    *self.pending.entry((message.clone(), recipient.clone())).or_default() += 1;
                }
            }
            Event::Fate { message, recipient, .. } => {
                self.pending.remove(&(message.clone(), recipient.clone()));
            }
            _ => {}
        }
    }
}

struct OfHost {
    recorder: Arc<Recorder>,
    host: String,
}

impl HostSink for OfHost {
    fn report(&self, session: SessionId, event: HostEvent) {
        let SessionId(session) = session;
        if let Some(event) = host_event(&self.host, session, event) {
            self.recorder.record(event);
        }
    }
}

fn is_tls(state: TlsState) -> bool {
    state == TlsState::Tls
}

fn host_event(host: &str, session: u64, event: HostEvent) -> Option<Event> {
    Some(match event {
        HostEvent::Closed { by, how } => Event::Close {
            session,
            by: match by {
                Party::Client => "client".to_owned(),
                Party::Host => "host".to_owned(),
            },
            how: match how {
                Ending::Close => "close".to_owned(),
                Ending::Reset => "reset".to_owned(),
            },
        },
        HostEvent::Command { octets, tls, early, kind } => Event::Command {
            session,
            octets: octets.into(),
            tls: is_tls(tls),
            early,
            auth_response: kind == LineKind::AuthResponse,
        },
        HostEvent::Connected { peer, local } => {
            Event::Connect { session, host: host.to_owned(), to: local.ip(), port: local.port(), from: peer.ip() }
        }
        HostEvent::HandshakeDone(done) => Event::Handshake {
            session,
            outcome: HandshakeOutcome::Done {
                version: done.version,
                sni: done.sni,
                certificate: done.certificate,
                client_certificate: done.client_certificate,
            },
        },
        HostEvent::HandshakeFailed { why } => Event::Handshake { session, outcome: HandshakeOutcome::Failed { why } },
        HostEvent::LimitReached { limit } => Event::Limit { limit: limit.to_owned(), session: Some(session) },
        HostEvent::MailDataEnded { data, tls, chunking } => data_event(session, &data, is_tls(tls), chunking),
        HostEvent::MailDataLost { octets } => Event::DataLost { session, octets },
        HostEvent::OffScript { line } => Event::OffScript { session, line },
        HostEvent::Refused { local, .. } => {
            Event::Refused { host: host.to_owned(), to: local.ip(), port: local.port() }
        }
        HostEvent::Sent { octets, tls } => Event::Reply { session, octets: octets.into(), tls: is_tls(tls) },
        HostEvent::Used(tag) => Event::Stimulus { index: tag.0 },
        // A host may learn to report more before the trace has a word for it.
        _ => return None,
    })
}

fn data_event(session: u64, data: &MailData, tls: bool, chunking: bool) -> Event {
    Event::Data { session, facts: MessageFacts::from(data), wire: KeptOctets::from(&data.wire), tls, chunking }
}

/// A name server's queries are numbered by itself, the trace's by the recorder.
struct OfNameServer {
    recorder: Arc<Recorder>,
    /// `None`: the usual one.
    address: Option<IpAddr>,
    numbers: Mutex<BTreeMap<u64, u64>>,
}

impl OfNameServer {
    /// The number of a query in the trace.
    fn number(&self, own: u64) -> u64 {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        *numbers.entry(own).or_insert_with(|| self.recorder.next_query())
    }
}

impl DnsSink for OfNameServer {
    fn report(&self, event: DnsEvent) {
        let event = match event {
            DnsEvent::Query { query, name, record_type, transport, .. } => Event::Query {
                query: self.number(query),
                server: self.recorder.server.clone(),
                name_server: self.address,
                name,
                record_type: record_type.to_string(),
                over: match transport {
                    mtaspec_fake_dns::rule::Transport::Tcp => "TCP".to_owned(),
                    mtaspec_fake_dns::rule::Transport::Udp => "UDP".to_owned(),
                },
            },
            DnsEvent::Answered { query, answer } => answer_event(self.number(query), answer),
            DnsEvent::Used(tag) => Event::Stimulus { index: tag.0 },
            _ => return,
        };
        self.recorder.record(event);
    }
}

fn answer_event(query: u64, answer: Answer) -> Event {
    let (rcode, records, fault) = match answer {
        Answer::Message { rcode, records, truncated, additional, wrong_id, wrong_source } => {
            let faults = [
                (truncated, "truncated"),
                (wrong_id, "wrong-id"),
                (wrong_source, "wrong-source"),
                (!additional.is_empty(), "additional"),
            ];
            let faults: Vec<&str> = faults.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
            (rcode, records, faults.join(" "))
        }
        Answer::Octets(_) => (String::new(), Vec::new(), "octets".to_owned()),
        _ => (String::new(), Vec::new(), "nothing".to_owned()),
    };
    Event::Answer { query, rcode, records, fault }
}

/// A row without serial numbers and thumbprints: keys are made afresh, and nothing in a trace may vary with them.
fn without_digests(row: &str) -> String {
    let is_digest = |run: &str| run.len() >= DIGEST_DIGITS_MIN && run.bytes().all(|octet| octet.is_ascii_hexdigit());
    let parts = row.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let mut text = String::with_capacity(row.len());
    for part in parts {
        let run = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let behind = &part[run.len()..];
        text.push_str(if is_digest(run) { "{HEX}" } else { run });
        text.push_str(behind);
    }
    text
}

/// Shortest run of hexadecimal digits that is a digest or a serial number; a session-id has 16.
const DIGEST_DIGITS_MIN: usize = 24;

/// Whether a queue is that of the canary: it is called by the domain, or by the address that its mail goes to.
fn is_of_canary(next_hop: &str) -> bool {
    next_hop == CANARY_DOMAIN || next_hop.trim_matches(['[', ']']) == HOST.ip().to_string()
}

impl Reporter for Recorder {
    fn fate(&self, message: &str, recipient: &str, fate: ReportedFate, reason: &str) {
        if message == CANARY {
            return;
        }
        let (message, recipient, reason) = (message.to_owned(), recipient.to_owned(), reason.to_owned());
        self.record(Event::Fate { message, recipient, fate, reason });
    }

    fn queue(&self, queue: QueueReport) {
        if is_of_canary(&queue.next_hop) {
            return;
        }
        let QueueReport { next_hop, delivery, status, messages, last_error, tls_domain } = queue;
        self.record(Event::Queue { next_hop, delivery, status, messages, last_error, tls_domain });
    }

    fn shell(&self, command: &str, result: Result<&str, ShellRefusal>) {
        let accepted = result.is_ok();
        let (code, output) = match result {
            Ok(printed) => (String::new(), printed.to_owned()),
            Err(refusal) => (refusal.code, refusal.message),
        };
        self.record(Event::Shell { command: command.to_owned(), accepted, code, output });
    }

    fn log(&self, kind: LogKind, file: &str, row: &str) {
        self.record(Event::LogRow { kind, file: file.to_owned(), row: without_digests(row) });
    }

    fn route(&self, message: &str, recipient: &str, connector: &str, delivery: &str) {
        if message == CANARY {
            return;
        }
        self.record(Event::Route {
            message: message.to_owned(),
            recipient: recipient.to_owned(),
            connector: connector.to_owned(),
            delivery: delivery.to_owned(),
        });
    }
}
