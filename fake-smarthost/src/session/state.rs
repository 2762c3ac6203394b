//! What a session has come to, what a correct server answers next, and how a reply moves it on.
//!
//! # Invariants
//!
//! Only the code of the reply that was really sent moves the state, whether the correct server or a rule chose it.

use super::{
    answer::{Answer, Enhanced},
    auth::{self, Exchange},
    command::{Details, Parameter, Request, Verb},
};
use crate::{
    host::{Credential, Posture, PropertyValue},
    rule::{Reply, TlsState},
    running::{Keyword, Moment, RunningHost},
};

/// What a session has come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    greeted: Greeted,
    authenticated: bool,
    pub(crate) exchange: Option<Exchange>,
    pub(crate) transaction: Option<Transaction>,
    /// The greeting refused service: RFC 5321 §3.1.
    refusing: bool,
}

#[derive(Clone, Debug, Default)]
enum Greeted {
    /// By EHLO, and this was offered in return.
    Extended(Vec<Keyword>),
    Hello,
    #[default]
    No,
}

/// A mail transaction that is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transaction {
    recipients: u32,
    utf8: bool,
    binary: bool,
    /// A chunk has come.
    chunks: bool,
    /// A chunk was refused, and so are all others until RSET (RFC 3030 §2).
    broken: bool,
}

/// What a reply brings with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Close,
    Data,
    Handshake,
    None,
}

/// Where a question about the state is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) host: &'a RunningHost,
    pub(crate) moment: Moment,
    pub(crate) peer: std::net::IpAddr,
    /// Octets of the message that has just ended.
    pub(crate) size: u64,
}

impl Context<'_> {
    fn credential(&self) -> Option<&Credential> {
        match self.host.posture(self.moment)? {
            Posture::BasicAuth(credential) | Posture::BasicAuthRequireTls(credential) => Some(credential),
            Posture::None(credential) => credential.as_ref(),
            Posture::ExchangeServer | Posture::ExternalAuthoritative(_) => None,
        }
    }
}

impl State {
    /// The reply of a correct server.
    pub(crate) fn correct(&self, request: &Request, context: &Context<'_>) -> Reply {
        if matches!(request.verb, Verb::Ehlo) && request.details.is_ok() && !self.refusing {
            let offers = context.host.offers(context.moment).into_iter();
            let keywords = offers.map(|(keyword, parameters)| [vec![keyword], parameters].concat().join(" "));
            let texts: Vec<String> = [context.host.host().name.clone()].into_iter().chain(keywords).collect();
            let mark = |at: usize| if at + 1 == texts.len() { ' ' } else { '-' };
            return Reply {
                lines: texts.iter().enumerate().map(|(at, text)| format!("250{}{text}", mark(at))).collect(),
            };
        }
        let enhanced = if self.offers("ENHANCEDSTATUSCODES", context).is_some() { Enhanced::On } else { Enhanced::Off };
        self.answer(request, context).reply(enhanced)
    }

    fn answer(&self, request: &Request, context: &Context<'_>) -> Answer {
        if self.refusing && request.verb != Verb::Quit {
            return Answer::new(503, "5.5.1", "No SMTP service here");
        }
        let details = match &request.details {
            Ok(details) => details,
            Err(fault) => return fault.clone(),
        };
        match (request.verb, details) {
            (Verb::Connect, _) => Answer::new(220, "", format!("{} ESMTP", context.host.host().name)),
            (Verb::Ehlo | Verb::Helo, _) => Answer::new(250, "", context.host.host().name.clone()),
            (Verb::Auth | Verb::Exps, Details::Auth { mechanism, initial }) => {
                self.auth(request.verb, mechanism, initial.as_deref(), context).0
            }
            (Verb::AuthLine, Details::AuthLine(line)) => self.auth_line(line, context).0,
            (Verb::Mail, Details::Mail { path, parameters }) => self.mail(&path.mailbox, parameters, context),
            (Verb::Rcpt, Details::Rcpt { path, parameters }) => self.rcpt(&path.mailbox, parameters, context),
            (Verb::Data, _) => self.data(),
            (Verb::Bdat, Details::Bdat { last, .. }) => self.bdat(*last, context),
            (Verb::EndOfData, _) => self.end_of_data(context),
            (Verb::AnonymousTls, _) => self.start_tls("X-ANONYMOUSTLS", context),
            (Verb::StartTls, _) => self.start_tls("STARTTLS", context),
            (Verb::Expn, _) => Answer::new(502, "5.5.1", "EXPN not implemented"),
            (Verb::Help, _) => Answer::new(214, "2.0.0", "See RFC 5321"),
            (Verb::Noop | Verb::Rset, _) => Answer::new(250, "2.0.0", "OK"),
            (Verb::Quit, _) => Answer::new(221, "2.0.0", format!("{} closing", context.host.host().name)),
            (Verb::Vrfy, _) => Answer::new(252, "2.0.0", "Send mail and see"),
            _ => Answer::new(500, "5.5.1", "Command not recognized"),
        }
    }

    /// The parameters of a keyword, if it is offered: what EHLO was answered with counts, and before EHLO what it
    /// would be answered with.
    fn offers(&self, keyword: &str, context: &Context<'_>) -> Option<Vec<String>> {
        let find = |offers: &[Keyword]| {
            offers.iter().find(|(offered, _)| offered == keyword).map(|(_, parameters)| parameters.clone())
        };
        match &self.greeted {
            Greeted::Extended(offers) => find(offers),
            Greeted::Hello | Greeted::No => find(&context.host.offers(context.moment)),
        }
    }

    /// The same, for what needs EHLO first.
    fn extension(&self, keyword: &str) -> Option<&[String]> {
        match &self.greeted {
            Greeted::Extended(offers) => {
                offers.iter().find(|(offered, _)| offered == keyword).map(|(_, parameters)| parameters.as_slice())
            }
            Greeted::Hello | Greeted::No => None,
        }
    }

    fn auth(&self, verb: Verb, mechanism: &str, initial: Option<&[u8]>, context: &Context<'_>) -> auth::Step {
        let no = |code, enhanced, text: &'static str| (Answer::new(code, enhanced, text), None);
        let Some(mechanisms) = self.extension(if verb == Verb::Exps { "X-EXPS" } else { "AUTH" }) else {
            let posture = context.host.posture(context.moment);
            return match (posture, context.moment.tls) {
                (Some(Posture::BasicAuthRequireTls(_)), TlsState::Clear) => {
                    no(530, "5.7.0", "Must issue a STARTTLS command first")
                }
                (Some(_), _) if matches!(self.greeted, Greeted::No) => no(503, "5.5.1", "EHLO first"),
                _ => no(502, "5.5.1", "AUTH not offered"),
            };
        };
        if self.authenticated {
            return no(503, "5.5.1", "Already authenticated");
        }
        if self.transaction.is_some() {
            return no(503, "5.5.1", "Not in a mail transaction");
        }
        if !mechanisms.iter().any(|offered| offered.eq_ignore_ascii_case(mechanism)) {
            return no(504, "5.5.4", "Unrecognized authentication mechanism");
        }
        auth::begin(mechanism, initial, context.credential())
    }

    fn auth_line(&self, line: &[u8], context: &Context<'_>) -> auth::Step {
        auth::go_on(self.exchange.as_ref().unwrap_or(&Exchange::Unknown), line, context.credential())
    }

    fn mail(&self, mailbox: &str, parameters: &[Parameter], context: &Context<'_>) -> Answer {
        if matches!(self.greeted, Greeted::No) {
            return Answer::new(503, "5.5.1", "EHLO first");
        }
        if self.transaction.is_some() {
            return Answer::new(503, "5.5.1", "Nested MAIL command");
        }
        if let Some(refusal) = self.refuses_sender(context) {
            return refusal;
        }
        let check = super::parameters::mail(parameters, mailbox, |keyword| self.extension(keyword));
        check.unwrap_or_else(|| Answer::new(250, "2.1.0", "OK"))
    }

    /// Whether nobody, or not this client, may send.
    fn refuses_sender(&self, context: &Context<'_>) -> Option<Answer> {
        let stranger = || Answer::new(550, "5.7.1", "Not from your address");
        let unproven = |text: &'static str| (!self.authenticated).then(|| Answer::new(530, "5.7.0", text));
        let by_posture = match context.host.posture(context.moment) {
            Some(Posture::BasicAuth(_)) => unproven("Authentication required"),
            Some(Posture::BasicAuthRequireTls(_)) => match context.moment.tls {
                TlsState::Clear => Some(Answer::new(530, "5.7.0", "Must issue a STARTTLS command first")),
                TlsState::Tls => unproven("Authentication required"),
            },
            Some(Posture::ExchangeServer) => {
                (!self.authenticated).then(|| Answer::new(530, "5.7.1", "Client was not authenticated"))
            }
            Some(Posture::ExternalAuthoritative(from)) => (!from.contains(&context.peer)).then(stranger),
            Some(Posture::None(_)) | None => None,
        };
        let takes = context.host.property(context.moment, |value| match value {
            PropertyValue::TakesFrom(from) => Some(from),
            _ => None,
        });
        by_posture.or_else(|| takes.filter(|(from, _)| !from.contains(&context.peer)).map(|_| stranger()))
    }

    fn rcpt(&self, mailbox: &str, parameters: &[Parameter], _context: &Context<'_>) -> Answer {
        let Some(transaction) = &self.transaction else { return Answer::new(503, "5.5.1", "MAIL first") };
        if transaction.chunks {
            return Answer::new(503, "5.5.1", "Chunks have come already");
        }
        if !mailbox.is_ascii() && !transaction.utf8 {
            return Answer::new(553, "5.6.7", "A mailbox beyond ASCII needs SMTPUTF8");
        }
        let check = super::parameters::rcpt(parameters, |keyword| self.extension(keyword));
        check.unwrap_or_else(|| Answer::new(250, "2.1.5", "OK"))
    }

    fn data(&self) -> Answer {
        match &self.transaction {
            None => Answer::new(503, "5.5.1", "MAIL first"),
            Some(transaction) if transaction.chunks || transaction.binary => {
                Answer::new(503, "5.5.1", "This transaction is for BDAT")
            }
            Some(transaction) if transaction.recipients == 0 => Answer::new(554, "5.5.1", "No valid recipients"),
            Some(_) => Answer::new(354, "", "Start mail input; end with <CRLF>.<CRLF>"),
        }
    }

    fn bdat(&self, last: bool, context: &Context<'_>) -> Answer {
        if self.extension("CHUNKING").is_none() {
            return Answer::new(502, "5.5.1", "BDAT not offered");
        }
        match &self.transaction {
            None => Answer::new(503, "5.5.1", "MAIL first"),
            Some(transaction) if transaction.broken => Answer::new(503, "5.5.1", "A chunk was refused: RSET first"),
            Some(transaction) if transaction.recipients == 0 => Answer::new(554, "5.5.1", "No valid recipients"),
            Some(_) if last => self.end_of_data(context),
            Some(_) => self.too_large(context).unwrap_or_else(|| Answer::new(250, "2.0.0", "OK")),
        }
    }

    fn end_of_data(&self, context: &Context<'_>) -> Answer {
        self.too_large(context).unwrap_or_else(|| Answer::new(250, "2.0.0", "OK"))
    }

    fn too_large(&self, context: &Context<'_>) -> Option<Answer> {
        let limit = super::parameters::size_limit(&self.offers("SIZE", context)?)?;
        (context.size > limit).then(super::parameters::too_large)
    }

    fn start_tls(&self, keyword: &str, context: &Context<'_>) -> Answer {
        if context.moment.tls == TlsState::Tls {
            return Answer::new(503, "5.5.1", "TLS is on already");
        }
        match &self.greeted {
            Greeted::No if self.offers(keyword, context).is_some() => Answer::new(503, "5.5.1", "EHLO first"),
            _ if self.extension(keyword).is_some() => Answer::new(220, "2.0.0", "Ready to start TLS"),
            _ => Answer::new(502, "5.5.1", format!("{keyword} not offered")),
        }
    }

    /// Whether a chunk of this request is part of a message, or thrown away.
    pub(crate) fn takes_chunks(&self) -> bool {
        self.extension("CHUNKING").is_some()
            && self.transaction.as_ref().is_some_and(|transaction| !transaction.broken && transaction.recipients > 0)
    }

    /// Moves on as `code` says; `text` is all that was sent with it.
    pub(crate) fn apply(&mut self, request: &Request, code: u16, text: &[u8], context: &Context<'_>) -> Effect {
        let good = (200..300).contains(&code);
        match request.verb {
            Verb::Connect => self.refusing = (400..600).contains(&code),
            Verb::Ehlo | Verb::Helo if good => {
                let extended = request.verb == Verb::Ehlo;
                self.greeted = if extended { Greeted::Extended(keywords(text)) } else { Greeted::Hello };
                self.transaction = None;
            }
            Verb::Auth | Verb::AuthLine | Verb::Exps => self.apply_auth(request, code, context),
            Verb::Mail if good => {
                let has = |keyword: &str, asked: Option<&str>| match &request.details {
                    Ok(Details::Mail { parameters, .. }) => parameters.iter().any(|one| {
                        one.keyword == keyword
                            && asked.is_none_or(|asked| {
                                one.value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case(asked))
                            })
                    }),
                    _ => false,
                };
                let (utf8, binary) = (has("SMTPUTF8", None), has("BODY", Some("BINARYMIME")));
                self.transaction = Some(Transaction { utf8, binary, ..Transaction::default() });
            }
            Verb::Rcpt if good => {
                if let Some(transaction) = &mut self.transaction {
                    transaction.recipients += 1;
                }
            }
            Verb::Data if code == 354 => return Effect::Data,
            Verb::Bdat => self.apply_bdat(request, code),
            Verb::EndOfData => self.transaction = None,
            Verb::Rset if good => self.transaction = None,
            Verb::AnonymousTls | Verb::StartTls if code == 220 => return Effect::Handshake,
            Verb::Quit if code == 221 => return Effect::Close,
            _ => {}
        }
        Effect::None
    }

    fn apply_auth(&mut self, request: &Request, code: u16, context: &Context<'_>) {
        let meant = match &request.details {
            Ok(Details::Auth { mechanism, initial }) => {
                self.auth(request.verb, mechanism, initial.as_deref(), context).1
            }
            Ok(Details::AuthLine(line)) => self.auth_line(line, context).1,
            _ => None,
        };
        let asked = match &request.details {
            // A rule that asks where the correct server would not: for the same thing once more.
            Ok(Details::Auth { mechanism, .. }) => auth::begin(mechanism, None, context.credential()).1,
            _ => None,
        };
        self.exchange = (code == 334).then(|| meant.or(asked).unwrap_or(Exchange::Unknown));
        self.authenticated |= code == 235;
    }

    fn apply_bdat(&mut self, request: &Request, code: u16) {
        let Ok(Details::Bdat { last, .. }) = request.details else { return };
        let Some(transaction) = &mut self.transaction else { return };
        if transaction.recipients == 0 || self.broken_before(last) {
            return;
        }
        if last {
            self.transaction = None;
        } else if let Some(transaction) = &mut self.transaction {
            transaction.chunks = true;
            transaction.broken |= code >= 400;
        }
    }

    fn broken_before(&self, last: bool) -> bool {
        last && self.transaction.as_ref().is_some_and(|transaction| transaction.broken)
    }
}

/// The keywords of an EHLO reply, whoever chose it.
fn keywords(text: &[u8]) -> Vec<Keyword> {
    let text = String::from_utf8_lossy(text);
    let words = |line: &str| -> Option<Keyword> {
        let mut words = line.get(4..)?.split_ascii_whitespace();
        Some((words.next()?.to_ascii_uppercase(), words.map(str::to_owned).collect()))
    };
    text.lines().skip(1).filter_map(words).collect()
}
