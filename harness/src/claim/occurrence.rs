//! Where in a trace a thing of a claim happened.

use std::{borrow::Cow, net::IpAddr};

use super::{
    Judging,
    ast::{Pattern, Subject, Thing, TlsFact, TlsState},
    content,
};
use crate::{
    case::model::RESOLVER_ADDRESS,
    trace::{
        event::HandshakeOutcome,
        message::fields,
        notice::{self, RecipientStatus},
        submitted::{Submitted, likeness},
        view::{Command, Data, Query, Session, Step, StepKind, Transaction},
        wire::{Reply, path, same_mailbox},
    },
};

/// One time that a thing happened.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// Index of the event that shows it.
    pub index: usize,
    /// When, in milliseconds.
    pub at_ms: u64,
    /// Place among the sessions; `None`: a query.
    pub session: Option<usize>,
    /// In which of the session's transactions.
    pub transaction: Option<usize>,
    /// Clear or TLS; `None`: neither has a meaning.
    pub tls: Option<TlsState>,
    /// Who connected.
    pub from: Option<IpAddr>,
    /// Whose name server, of a query.
    pub server: Option<&'a str>,
    /// `UDP` or `TCP`, of a query.
    pub over: Option<&'a str>,
    /// The reply to it.
    pub reply: Option<Reply>,
    /// Recipients that it is about.
    pub recipients: Vec<String>,
    /// Messages that it may be about.
    pub messages: Vec<&'a str>,
    /// What a notification says, of the kind that was asked for.
    pub notices: Vec<RecipientStatus>,
    /// What it was, in the trace's words.
    pub saw: String,
}

impl<'a> Judging<'a> {
    /// Every time that `subject` saw `thing`, in order.
    #[must_use]
    pub fn occurrences(&self, subject: &Subject, thing: &Thing) -> Vec<Occurrence<'a>> {
        if let Thing::Query { record_type, name } = thing {
            let server = match subject {
                Subject::Dns { server } => server.as_deref(),
                _ => None,
            };
            return self.queries(record_type, name, server);
        }
        let mut all = Vec::new();
        for place in self.sessions(subject) {
            self.in_session(place, thing, &mut all);
        }
        all.sort_by_key(|occurrence| occurrence.index);
        all
    }

    /// Places of the sessions that a subject sees.
    #[must_use]
    pub fn sessions(&self, subject: &Subject) -> Vec<usize> {
        let sees = |session: &Session<'_>| match subject {
            Subject::AnyHost => true,
            Subject::Dns { .. } => false,
            Subject::Host(name) => self.is_at(session, name),
        };
        let sessions = self.view.sessions.iter().enumerate();
        sessions.filter(|(_, session)| sees(session)).map(|(place, _)| place).collect()
    }

    fn queries(&self, record_type: &str, name: &str, server: Option<&str>) -> Vec<Occurrence<'a>> {
        let is_same = |query: &&Query<'a>| {
            query.record_type.eq_ignore_ascii_case(record_type)
                && query.name.trim_end_matches('.').eq_ignore_ascii_case(name.trim_end_matches('.'))
                && server.is_none_or(|own| {
                    if let Ok(address) = own.parse::<IpAddr>() {
                        return query.name_server.unwrap_or(RESOLVER_ADDRESS) == address;
                    }
                    query.server.eq_ignore_ascii_case(own) || query.server.split('.').next() == Some(own)
                })
        };
        let queries = self.view.queries.iter().filter(is_same);
        queries
            .map(|query| Occurrence {
                index: query.index,
                at_ms: query.at_ms,
                session: None,
                transaction: None,
                tls: None,
                from: None,
                server: Some(query.server),
                over: Some(query.over),
                reply: None,
                recipients: Vec::new(),
                messages: Vec::new(),
                notices: Vec::new(),
                saw: format!("a query for {} {} over {}", query.record_type, query.name, query.over),
            })
            .collect()
    }

    fn in_session(&self, place: usize, thing: &Thing, all: &mut Vec<Occurrence<'a>>) {
        let session = &self.view.sessions[place];
        match thing {
            Thing::Connection => all.push(self.connection(place)),
            Thing::Transaction => {
                for (number, transaction) in session.transactions.iter().enumerate() {
                    let step = &session.steps[transaction.mail];
                    let mut occurrence = self.at_step(place, step, "a transaction");
                    occurrence.transaction = Some(number);
                    if let StepKind::Command(command) = &step.kind {
                        occurrence.reply.clone_from(&command.reply);
                    }
                    all.push(occurrence);
                }
            }
            Thing::Tls(fact) => {
                for step in &session.steps {
                    if let StepKind::Handshake(outcome) = step.kind
                        && has_fact(outcome, fact.as_ref())
                    {
                        all.push(self.at_step(place, step, "a handshake"));
                    }
                }
            }
            Thing::Command { verb, argument } => {
                for (_, step, command) in session.commands() {
                    if command.verb == *verb && matches(argument.as_ref(), &with_capital_keyword(command.argument)) {
                        all.push(self.command(place, step, command));
                    }
                }
            }
            Thing::Credentials(secret) => {
                for step in &session.steps {
                    let pieces: Vec<&[u8]> = match &step.kind {
                        StepKind::Command(command) => vec![command.octets],
                        StepKind::Data(data) => data.wire.pieces(),
                        _ => continue,
                    };
                    if pieces.iter().any(|piece| content::holds_secret(piece, secret)) {
                        all.push(self.at_step(place, step, "the credentials"));
                    }
                }
            }
            _ => {
                for (_, step, data) in session.data() {
                    all.extend(self.in_message(place, step, data, thing));
                }
            }
        }
    }

    fn in_message(&self, place: usize, step: &Step<'a>, data: &Data<'a>, thing: &Thing) -> Option<Occurrence<'a>> {
        let saw = match thing {
            Thing::Message => data.is_taken().then(|| "a message".to_owned()),
            Thing::Notice(_) => data.is_taken().then(|| "a notification".to_owned()),
            Thing::Header { name, value } => {
                content::header(data, name, value, self.submitted_as(place, step, data).as_ref())
            }
            Thing::Body(pattern) => {
                content::body(data, pattern.as_ref(), self.submitted_as(place, step, data).as_ref())
            }
            Thing::Octets(pattern) => content::octets(data, pattern),
            _ => None,
        }?;
        let mut occurrence = self.at_step(place, step, &saw);
        occurrence.reply.clone_from(&data.reply);
        if let Thing::Notice(kind) = thing {
            let said = data.content.first().map(|content| notice::recipients(content)).unwrap_or_default();
            occurrence.notices = said.into_iter().filter(|notice| notice.kind == Some(*kind)).collect();
            occurrence.messages = self.noticed(data, &occurrence.notices);
            let first = occurrence.notices.first()?;
            occurrence.saw = format!("a notification for {} with {}", first.addresses.join(" and "), first.status);
        }
        Some(occurrence)
    }

    fn connection(&self, place: usize) -> Occurrence<'a> {
        let session = &self.view.sessions[place];
        let accepted = session.transactions.iter().flat_map(|transaction| &transaction.recipients);
        Occurrence {
            index: session.index,
            at_ms: session.at_ms,
            session: Some(place),
            transaction: None,
            tls: Some(if session.tls().is_some() { TlsState::Tls } else { TlsState::Clear }),
            from: Some(session.from),
            server: None,
            over: None,
            reply: session.greeting.clone(),
            recipients: accepted.map(|recipient| recipient.path.clone()).collect(),
            messages: session.transactions.iter().flat_map(|own| self.messages_of(place, own)).collect(),
            notices: Vec::new(),
            saw: format!("a connection to {} from {}", session.host, session.from),
        }
    }

    fn command(&self, place: usize, step: &Step<'a>, command: &Command<'a>) -> Occurrence<'a> {
        let line: String = command.octets.iter().map(|&octet| char::from(octet)).collect();
        let mut occurrence = self.at_step(place, step, &format!("`{}`", line.trim_end()));
        occurrence.reply.clone_from(&command.reply);
        if command.verb == "RCPT" {
            occurrence.recipients = vec![path(command.argument).0];
        }
        occurrence
    }

    fn at_step(&self, place: usize, step: &Step<'a>, what: &str) -> Occurrence<'a> {
        let session = &self.view.sessions[place];
        // MAIL without a positive reply, and what comes between transactions, are of none.
        let transaction = step.transaction.and_then(|number| session.transactions.get(number));
        let state = if step.tls { "under TLS" } else { "in the clear" };
        Occurrence {
            index: step.index,
            at_ms: step.at_ms,
            session: Some(place),
            transaction: step.transaction,
            tls: Some(if step.tls { TlsState::Tls } else { TlsState::Clear }),
            from: Some(session.from),
            server: None,
            over: None,
            reply: None,
            recipients: transaction.map(accepted).unwrap_or_default(),
            messages: transaction.map(|transaction| self.messages_of(place, transaction)).unwrap_or_default(),
            notices: Vec::new(),
            saw: format!("{what} at {} {state}", session.host),
        }
    }

    /// Names of the messages that a transaction may carry.
    fn messages_of(&self, place: usize, transaction: &Transaction) -> Vec<&'a str> {
        let session = &self.view.sessions[place];
        if let Some(step) = transaction.data {
            let taken = self.view.taken.iter().filter(|taken| taken.session == place && taken.step == step);
            let names: Vec<&'a str> = taken.filter_map(|taken| taken.message).collect();
            if !names.is_empty() {
                return names;
            }
            if let StepKind::Data(data) = &session.steps[step].kind
                && let Some(message) = self.submitted_as(place, &session.steps[step], data)
            {
                return vec![message.message];
            }
        }
        let is_for = |message: &&Submitted<'a>| transaction.recipients.iter().any(|own| message.is_for(&own.path));
        self.view.submitted.iter().filter(is_for).map(|message| message.message).collect()
    }

    /// Names of the messages that a notification is about: those for a recipient that it names; of several, those of
    /// which it quotes the subject or the Message-ID.
    fn noticed(&self, data: &Data<'a>, notices: &[RecipientStatus]) -> Vec<&'a str> {
        let is_named = |message: &&Submitted<'a>| {
            notices.iter().flat_map(|notice| &notice.addresses).any(|address| message.is_for(address))
        };
        let named: Vec<&Submitted<'a>> = self.view.submitted.iter().filter(is_named).collect();
        let quoted = |message: &&&Submitted<'a>| {
            fields(&message.facts.header.0)
                .iter()
                .filter(|field| field.is("Subject") || field.is("Message-ID"))
                .any(|field| data.content.iter().any(|piece| memchr::memmem::find(piece, field.octets).is_some()))
        };
        let several = named.iter().any(|message| message.name() != named[0].name());
        let known: Vec<&'a str> = named.iter().filter(quoted).map(|message| message.message).collect();
        if several && !known.is_empty() { known } else { named.iter().map(|message| message.message).collect() }
    }

    /// The message that mail data most likely is: of those for one of its recipients, the one it is most like. A
    /// notification is none.
    pub(super) fn submitted_as(&self, place: usize, step: &Step<'a>, data: &Data<'a>) -> Option<Submitted<'a>> {
        let session = &self.view.sessions[place];
        let transaction = session.transactions.get(step.transaction?)?;
        let candidates = self.view.submitted.iter().filter(|message| {
            message.index < step.index
                && (!transaction.reverse_path.is_empty() || message.reverse_path.is_empty())
                && message
                    .recipients
                    .iter()
                    .any(|own| transaction.recipients.iter().any(|theirs| same_mailbox(own, &theirs.path)))
        });
        candidates.max_by_key(|message| (likeness(data, message), std::cmp::Reverse(message.index))).copied()
    }
}

fn accepted(transaction: &Transaction) -> Vec<String> {
    let accepted = transaction.recipients.iter().filter(|recipient| recipient.accepted);
    accepted.map(|recipient| recipient.path.clone()).collect()
}

fn matches(pattern: Option<&Pattern>, octets: &[u8]) -> bool {
    pattern.is_none_or(|pattern| pattern.matches(octets))
}

/// The argument of MAIL or RCPT with its first word as patterns write it: letter case says nothing there (RFC 5321 §2.4).
fn with_capital_keyword(argument: &[u8]) -> Cow<'_, [u8]> {
    let keyword = ["FROM:", "TO:"]
        .into_iter()
        .find(|keyword| argument.get(..keyword.len()).is_some_and(|own| own.eq_ignore_ascii_case(keyword.as_bytes())));
    match keyword {
        Some(keyword) if !argument.starts_with(keyword.as_bytes()) => {
            Cow::Owned([keyword.as_bytes(), &argument[keyword.len()..]].concat())
        }
        _ => Cow::Borrowed(argument),
    }
}

fn has_fact(outcome: &HandshakeOutcome, fact: Option<&TlsFact>) -> bool {
    let HandshakeOutcome::Done { version, sni, client_certificate, .. } = outcome else { return false };
    match fact {
        None => true,
        Some(TlsFact::ClientCertificate(name)) => {
            client_certificate.iter().flatten().any(|own| own.eq_ignore_ascii_case(name))
        }
        Some(TlsFact::Sni(name)) => sni.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)),
        Some(TlsFact::Version(wanted)) => version == wanted,
    }
}
