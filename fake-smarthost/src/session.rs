//! One session: a correct SMTP server (RFC 5321 and the extensions it offers) that looks at its rules and scripts
//! before each answer.
//!
//! # Invariants
//!
//! - Commands are answered in the order in which they came, each reply in one write.
//! - Every octet above TLS is reported, once, in order; [`Event::Closed`] is the last event.
//! - A line ends at LF. *Our reading:* RFC 5321 §2.3.8 forbids to take a bare LF for a line end; such a line is
//!   reported, answered with 500, and not obeyed, so that nobody waits for ever.
//!
//! # Limits
//!
//! Those of [`crate::limits`].

mod act;
mod answer;
mod auth;
pub mod check;
mod command;
mod data;
mod end_of_data;
mod handshake;
mod parameters;
pub(crate) mod path;
mod prefixed;
mod state;
#[cfg(test)]
mod tests;
mod wire;

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

pub use self::handshake::alert_code;
use self::{
    act::{Follow, Said},
    answer::{Answer, Enhanced},
    command::{Details, Line, Request, Verb},
    data::Incoming,
    state::{Context, Effect, State},
    wire::{End, Reporter, Wire},
};
use crate::{
    event::{Ending, Event, LineKind, Party, SessionId, Sink},
    host::PropertyValue,
    limits::{AUTH_LINE_OCTETS_MAX, CLOSE_LINGER, COMMAND_LINE_OCTETS_MAX, SESSION_COMMANDS_MAX},
    matching::{EndsData, Occasion},
    rule::Tag,
    running::{Moment, RunningHost, SessionCounts},
    stream::Stream,
};

/// Serves one connection to its end, and reports to `sink`.
///
/// `local` is the host's end as the client dialled it. [`RunningHost::refuses`] is asked by the caller, before.
///
/// # Cancel safety
///
/// A session that is dropped ends at once, and its [`Event::Closed`] is never reported.
pub async fn serve(
    host: Arc<RunningHost>,
    stream: impl Stream,
    peer: SocketAddr,
    local: SocketAddr,
    id: SessionId,
    sink: Arc<dyn Sink>,
) {
    let reporter = Reporter { sink, session: id };
    reporter.report(Event::Connected { peer, local });
    let connection = host.next_connection();
    let script = Follow::choose(&host.host().scripts, connection);
    let mut session = Session {
        wire: Wire::new(stream, reporter),
        state: State::default(),
        counts: SessionCounts::default(),
        incoming: None,
        message_size: 0,
        commands: 0,
        deaf: false,
        script,
        connection,
        peer,
        host,
    };
    let end = match session.converse().await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    session.finish(end).await;
}

/// Whether a line begins an exchange of tokens: it may be longer than others (RFC 4954 §4).
fn is_auth(line: &[u8]) -> bool {
    ["AUTH", "X-EXPS"]
        .iter()
        .any(|verb| line.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb.as_bytes())))
}

pub(crate) struct Session<S> {
    host: Arc<RunningHost>,
    wire: Wire<S>,
    state: State,
    counts: SessionCounts,
    script: Option<Follow>,
    /// A message that is on its way.
    incoming: Option<Incoming>,
    /// Octets of the message that ended last.
    message_size: u64,
    commands: u32,
    /// What comes is no SMTP any more.
    deaf: bool,
    connection: u32,
    peer: SocketAddr,
}

impl<S: Stream> Session<S> {
    async fn converse(&mut self) -> Result<Infallible, End> {
        // A client that talks before it is greeted has its say here, so that it can be seen.
        tokio::task::yield_now().await;
        let implicit = |value: &PropertyValue| matches!(value, PropertyValue::ImplicitTls).then_some(());
        if Arc::clone(&self.host).property(self.moment(), implicit).is_some() {
            self.handshake().await?;
        }
        self.answer(&Request { verb: Verb::Connect, details: Ok(Details::None) }, "", &[]).await?;
        loop {
            let line = self.read_line().await?;
            self.obey(&line).await?;
        }
    }

    /// Reads one line, reports it, and keeps the limits.
    async fn read_line(&mut self) -> Result<Vec<u8>, End> {
        let mut searched = 0;
        loop {
            let unread = self.wire.unread();
            let found = memchr::memchr(b'\n', &unread[searched..]).map(|at| searched + at + 1);
            let auth = self.state.exchange.is_some() || is_auth(unread);
            let (limit, name) = if auth {
                (AUTH_LINE_OCTETS_MAX, "AUTH_LINE_OCTETS_MAX")
            } else {
                (COMMAND_LINE_OCTETS_MAX, "COMMAND_LINE_OCTETS_MAX")
            };
            let length = found.unwrap_or(unread.len());
            if length > limit {
                let start = unread[..limit].to_vec();
                self.deaf = true;
                self.take_line(start);
                return self.limit_reached(name, "Line too long").await;
            }
            if found.is_some() {
                let line = unread[..length].to_vec();
                self.wire.consume(length);
                self.take_line(line.clone());
                if self.commands > SESSION_COMMANDS_MAX {
                    return self.limit_reached("SESSION_COMMANDS_MAX", "Too many commands").await;
                }
                return Ok(line);
            }
            searched = length;
            self.wire.fill().await?;
        }
    }

    async fn limit_reached(&mut self, limit: &'static str, text: &'static str) -> Result<Vec<u8>, End> {
        self.wire.reporter.report(Event::LimitReached { limit });
        let reply = Answer::new(421, "4.7.0", text).reply(Enhanced::On);
        self.wire.send(&reply.octets()).await?;
        Err(End::BY_HOST)
    }

    /// Reports one line, and whether it came before the reply to what went before. After it the next reply is owed.
    fn take_line(&mut self, octets: Vec<u8>) {
        let early = self.wire.take_early();
        self.commands += 1;
        let kind = if self.state.exchange.is_some() { LineKind::AuthResponse } else { LineKind::Command };
        self.wire.reporter.report(Event::Command { octets, tls: self.wire.tls(), early, kind });
    }

    /// Answers one line, and does what the answer brings with it.
    async fn obey(&mut self, octets: &[u8]) -> Result<(), End> {
        let line = Line::new(octets);
        let mut request = if self.state.exchange.is_some() {
            let response = octets.strip_suffix(b"\n").unwrap_or(octets);
            let response = response.strip_suffix(b"\r").unwrap_or(response).to_vec();
            Request { verb: Verb::AuthLine, details: Ok(Details::AuthLine(response)) }
        } else {
            line.request()
        };
        if !octets.ends_with(b"\r\n") {
            request.details = Err(Answer::new(500, "5.5.2", "A line ends with CR LF"));
        }
        if request.verb == Verb::Mail && self.state.transaction.is_none() {
            self.counts.transaction.clear();
        }
        if let (Verb::Bdat, Ok(Details::Bdat { size, last })) = (request.verb, &request.details) {
            self.read_chunk(*size, *last).await?;
        }
        match self.answer(&request, &line.verb, &line.argument).await? {
            Effect::Close => return Err(End::BY_HOST),
            Effect::Data => {
                self.read_data().await?;
                self.answer(&Request { verb: Verb::EndOfData, details: Ok(Details::None) }, ".", &[]).await?;
            }
            Effect::Handshake => self.handshake().await?,
            Effect::None => {}
        }
        if self.state.transaction.is_none() {
            self.incoming = None;
        }
        Ok(())
    }

    /// Says what the script, a rule or else the correct server says, and moves the state on by it.
    async fn answer(&mut self, request: &Request, verb: &str, argument: &[u8]) -> Result<Effect, End> {
        let mut said = self.say_otherwise(request, verb, argument).await?;
        if !said.instead {
            let reply = self.state.correct(request, &self.context());
            let octets = reply.octets();
            self.wire.send(&octets).await?;
            said = Said::reply(reply.code(), octets);
        }
        let Some(code) = said.code() else { return Ok(Effect::None) };
        if said.secured {
            return Ok(Effect::None);
        }
        let host = Arc::clone(&self.host);
        let context = Context { host: &host, moment: self.moment(), peer: self.peer.ip(), size: self.message_size };
        Ok(self.state.apply(request, code, &said.octets, &context))
    }

    /// What the script or a rule says.
    async fn say_otherwise(&mut self, request: &Request, verb: &str, argument: &[u8]) -> Result<Said, End> {
        let host = Arc::clone(&self.host);
        let scripts = &host.host().scripts;
        let met = match &mut self.script {
            Some(_) if request.verb == Verb::Connect => true,
            Some(follow) => follow.meets(scripts, verb, argument),
            None => false,
        };
        if met {
            let said = self.follow().await?;
            if said.instead {
                return Ok(said);
            }
        }
        let occasion = match (request.verb, &request.details) {
            (Verb::AuthLine, _) => Occasion::AuthLine,
            (Verb::Connect, _) => Occasion::Connect,
            (Verb::EndOfData, _) => Occasion::EndOfData,
            (Verb::Bdat, Ok(Details::Bdat { last: true, .. })) if self.state.takes_chunks() => {
                Occasion::Command { verb, argument, ends_data: EndsData::Yes }
            }
            _ => Occasion::Command { verb, argument, ends_data: EndsData::No },
        };
        let Some(index) = host.choose(&occasion, self.moment(), &mut self.counts) else { return Ok(Said::default()) };
        let rule = &host.host().rules[index];
        self.used(rule.tag);
        let said = self.act(&rule.actions).await?;
        // RFC 5321 §3.8: a 421 announces that the host closes.
        if said.code() == Some(421) { Err(End::BY_HOST) } else { Ok(said) }
    }

    fn used(&self, tag: Option<Tag>) {
        if let Some(tag) = tag {
            self.wire.reporter.report(Event::Used(tag));
        }
    }

    fn moment(&self) -> Moment {
        Moment { tls: self.wire.tls(), connection: self.connection }
    }

    fn context(&self) -> Context<'_> {
        Context { host: &self.host, moment: self.moment(), peer: self.peer.ip(), size: self.message_size }
    }

    /// Ends the connection as it was to end, and reports that.
    async fn finish(&mut self, end: End) {
        if end.by == Party::Client {
            self.take_lines();
        }
        // What a client says after the host has closed in the midst of mail data is no command, and no data either.
        let lost = self.incoming.take().map(|incoming| incoming.recorder.octets());
        self.deaf |= lost.is_some();
        match end {
            End { by: Party::Host, how: Ending::Reset } => self.wire.reset(),
            End { by: Party::Host, how: Ending::Close } => {
                self.wire.shutdown().await;
                // What the client has still to say is heard, or else TCP would break off what was said to it.
                let _ = tokio::time::timeout(CLOSE_LINGER, self.overhear()).await;
            }
            End { by: Party::Client, .. } => {}
        }
        if let Some(octets) = lost {
            self.wire.reporter.report(Event::MailDataLost { octets });
        }
        let scripts = &self.host.host().scripts;
        if let Some(line) = self.script.as_ref().and_then(|follow| follow.off_script(scripts)) {
            self.wire.reporter.report(Event::OffScript { line });
        }
        self.wire.reporter.report(Event::Closed { by: end.by, how: end.how });
    }
}
