//! One mail transaction: MAIL, RCPT for each recipient, DATA, mail data (RFC 5321 §3.3).

use std::{borrow::Cow, io, sync::Arc};

use super::{BodyType, Content, Need, Session, SessionError, accept, unwritable};
use crate::{
    domain::Mailbox,
    dsn::{OriginalRecipient, Request},
    limits::MAIL_DATA_BLOCK_OCTETS,
    reply::{Reply, ReplyCode, Severity},
    wire::{Command, CommandError, END_OF_MAIL_DATA, Transparency, command_line_with, path_argument},
};

/// Who sends, and who shall receive.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The reverse-path without brackets; empty is the null one.
    pub reverse_path: &'a str,
    /// Forward-paths without brackets.
    pub recipients: &'a [&'a str],
    /// What the sender asks about notifications; passed on to a host that offers DSN, and to no other (FAIL-24).
    pub dsn: &'a Request,
}

/// What became of one recipient in one transaction.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The host took responsibility for the message.
    Accepted(Reply),
    /// This transaction has enough recipients; another one may have room (FAIL-04).
    Another(Reply),
    /// No, for this recipient or for the message.
    Refused(Arc<SessionError>),
    /// The connection went away after all of the mail data and before the reply: the host may or may not have it
    /// (FAIL-07).
    Unknown,
    /// The session ended before it came to that.
    Untried,
}

/// What became of a transaction.
#[derive(Debug)]
pub struct Transacted {
    /// One for each recipient, in order.
    pub verdicts: Vec<Verdict>,
    /// Whether the session can go on; if not, why.
    pub session: Result<(), SessionError>,
    /// Whether the host offers DSN, and so answers for what the sender asked.
    pub offers_dsn: bool,
}

impl Session {
    /// Offers one message to the host.
    pub async fn transact(&mut self, envelope: Envelope<'_>, content: &Content) -> Transacted {
        let rewritten: Vec<Cow<'_, str>> = envelope.recipients.iter().map(|path| self.path(path)).collect();
        let recipients: Vec<&str> = rewritten.iter().map(AsRef::as_ref).collect();
        let reverse_path = self.path(envelope.reverse_path);
        let envelope = Envelope { reverse_path: &reverse_path, recipients: &recipients, ..envelope };
        let mut verdicts: Vec<Verdict> = envelope.recipients.iter().map(|_| Verdict::Untried).collect();
        let session = match self.mail_line(envelope, content) {
            Ok(mail) => self.run(envelope, content, mail, &mut verdicts).await,
            Err(error) => {
                refuse_all(&mut verdicts, error);
                Ok(())
            }
        };
        if session.is_err() {
            for verdict in verdicts.iter_mut().filter(|verdict| matches!(verdict, Verdict::Another(_))) {
                *verdict = Verdict::Untried;
            }
        }
        Transacted { verdicts, session, offers_dsn: self.extensions.offers("DSN") }
    }

    /// A path as this host can read it: without SMTPUTF8 a domain beyond ASCII is written in A-labels
    /// (RFC 6531 §3.7).
    fn path<'a>(&self, path: &'a str) -> Cow<'a, str> {
        if path.is_ascii() || self.extensions.offers("SMTPUTF8") {
            return Cow::Borrowed(path);
        }
        Mailbox::parse(path).map_or(Cow::Borrowed(path), |mailbox| Cow::Owned(mailbox.to_string()))
    }

    /// The MAIL line, if this host can take this message at all. Only what it offered is used (SES-03).
    fn mail_line(&self, envelope: Envelope<'_>, content: &Content) -> Result<Vec<u8>, SessionError> {
        let missing = |keyword| SessionError::Extension { keyword, needed_by: Need::Message };
        if let Some(max) = self.extensions.size_max().filter(|&max| content.size() > max) {
            return Err(SessionError::Oversize { size: content.size(), max });
        }
        let path = path_argument("FROM", envelope.reverse_path).map_err(|source| unwritable(Command::Mail, source))?;
        let size = format!("SIZE={}", content.size());
        let mut words = vec!["MAIL", &path];
        if self.extensions.offers("SIZE") {
            words.push(&size);
        }
        match content.body_type() {
            BodyType::SevenBit => {}
            BodyType::EightBit if !self.extensions.offers("8BITMIME") => return Err(missing("8BITMIME")),
            BodyType::EightBit => words.push("BODY=8BITMIME"),
            BodyType::Binary if !self.extensions.offers("BINARYMIME") => return Err(missing("BINARYMIME")),
            // Binary content goes by BDAT alone (RFC 3030 §3).
            BodyType::Binary if !self.extensions.offers("CHUNKING") => return Err(missing("CHUNKING")),
            BodyType::Binary => words.push("BODY=BINARYMIME"),
        }
        let is_ascii = envelope.reverse_path.is_ascii() && envelope.recipients.iter().all(|path| path.is_ascii());
        if !is_ascii || !content.head().is_ascii() {
            if !self.extensions.offers("SMTPUTF8") {
                return Err(missing("SMTPUTF8"));
            }
            words.push("SMTPUTF8");
        }
        if self.is_authenticated {
            // Nobody vouches for whoever wrote it (RFC 4954 §5).
            words.push("AUTH=<>");
        }
        let mut parameters = Vec::new();
        if self.extensions.offers("DSN") {
            parameters.extend(envelope.dsn.ret.map(|ret| format!("RET={}", ret.value())));
            parameters.extend(envelope.dsn.envelope_id.as_ref().map(|id| format!("ENVID={}", id.value())));
        }
        command_line_with(&words, &parameters).map_err(|source| unwritable(Command::Mail, source))
    }

    /// Whether MAIL has SMTPUTF8 (RFC 6531 §3.4).
    fn is_international(&self, envelope: Envelope<'_>, content: &Content) -> bool {
        let mut paths = envelope.recipients.iter().chain([&envelope.reverse_path]);
        self.extensions.offers("SMTPUTF8") && !(paths.all(|path| path.is_ascii()) && content.head().is_ascii())
    }

    /// The RCPT line of the recipient at this place of the envelope.
    fn rcpt_line(&self, envelope: Envelope<'_>, at: usize, content: &Content) -> Result<Vec<u8>, CommandError> {
        let path = path_argument("TO", envelope.recipients[at])?;
        let asked = envelope.dsn.recipient(at);
        let mut parameters = Vec::new();
        if self.extensions.offers("DSN") {
            parameters.extend(asked.notify.as_ref().map(|notify| format!("NOTIFY={}", notify.value())));
            let original = |original: &OriginalRecipient| match self.is_international(envelope, content) {
                true => format!("ORCPT={}", original.value()),
                false => format!("ORCPT={}", original.ascii_value()),
            };
            parameters.extend(asked.original.as_ref().map(original));
        }
        command_line_with(&["RCPT", &path], &parameters)
    }

    async fn run(
        &mut self,
        envelope: Envelope<'_>,
        content: &Content,
        mail: Vec<u8>,
        verdicts: &mut [Verdict],
    ) -> Result<(), SessionError> {
        let mut rcpts = Vec::new();
        for (at, verdict) in verdicts.iter_mut().enumerate() {
            match self.rcpt_line(envelope, at, content) {
                Ok(line) => rcpts.push((at, line)),
                Err(source) => *verdict = Verdict::Refused(Arc::new(unwritable(Command::Rcpt, source))),
            }
        }
        if rcpts.is_empty() {
            return Ok(());
        }
        if content.body_type() == BodyType::Binary {
            return self.run_chunked(content, mail, &rcpts, verdicts).await;
        }
        let accepted = if self.extensions.offers("PIPELINING") {
            self.envelope_in_one_batch(mail, &rcpts, verdicts).await?
        } else {
            self.envelope_step_by_step(mail, &rcpts, verdicts).await?
        };
        if accepted.is_empty() {
            return Ok(());
        }
        match self.mail_data(content).await {
            Ok(reply) if reply.severity() == Severity::PositiveCompletion => {
                for at in accepted {
                    verdicts[at] = Verdict::Accepted(reply.clone());
                }
                Ok(())
            }
            Ok(reply) => {
                refuse(verdicts, &accepted, Command::EndOfData, &reply);
                Ok(())
            }
            Err(DataError::Answered(reply)) => {
                refuse(verdicts, &accepted, Command::EndOfData, &reply);
                Err(lost(Command::EndOfData, "the host answered before the end of mail data"))
            }
            Err(DataError::BeforeEnd(error)) => Err(error),
            Err(DataError::AfterEnd(error)) => {
                for at in accepted {
                    verdicts[at] = Verdict::Unknown;
                }
                Err(error)
            }
        }
    }

    /// MAIL, RCPTs and DATA in one write, then their replies in order (RFC 2920 §3.1). Gives the recipients that were
    /// accepted, if DATA may follow for them.
    async fn envelope_in_one_batch(
        &mut self,
        mail: Vec<u8>,
        rcpts: &[(usize, Vec<u8>)],
        verdicts: &mut [Verdict],
    ) -> Result<Vec<usize>, SessionError> {
        let mut batch = mail;
        rcpts.iter().for_each(|(_, line)| batch.extend_from_slice(line));
        batch.extend_from_slice(b"DATA\r\n");
        self.channel.write(&batch, Command::Mail, self.timeouts.data_block).await?;
        let mail = self.channel.reply(Command::Mail, self.timeouts.mail).await?;
        let mut accepted = Vec::new();
        for &(at, _) in rcpts {
            let reply = self.channel.reply(Command::Rcpt, self.timeouts.rcpt).await?;
            if let Some(verdict) = rcpt_verdict(reply) {
                verdicts[at] = verdict;
            } else {
                accepted.push(at);
            }
        }
        let data = self.channel.reply(Command::Data, self.timeouts.data_initiation).await?;
        let may_send = data.code == ReplyCode::START_MAIL_INPUT;
        if let Err(error) = accept(Command::Mail, mail) {
            refuse_all(verdicts, error);
            if may_send {
                // Mail data of a transaction that was refused: any end of it could be taken for a message.
                return Err(lost(Command::Data, "the host refused MAIL and asks for mail data"));
            }
            return Ok(Vec::new());
        }
        match (accepted.is_empty(), may_send) {
            (false, true) => return Ok(accepted),
            (true, true) => {
                // Nobody is to receive it, but the host waits for mail data: RFC 2920 §3.1 has us send the end of it.
                self.channel.write(END_OF_MAIL_DATA, Command::EndOfData, self.timeouts.command).await?;
                self.channel.reply(Command::EndOfData, self.timeouts.data_termination).await?;
            }
            (false, false) => refuse(verdicts, &accepted, Command::Data, &data),
            (true, false) => {}
        }
        self.reset().await?;
        Ok(Vec::new())
    }

    async fn envelope_step_by_step(
        &mut self,
        mail: Vec<u8>,
        rcpts: &[(usize, Vec<u8>)],
        verdicts: &mut [Verdict],
    ) -> Result<Vec<usize>, SessionError> {
        let accepted = self.paths_step_by_step(mail, rcpts, verdicts).await?;
        if !accepted.is_empty() {
            self.channel.write(b"DATA\r\n", Command::Data, self.timeouts.data_initiation).await?;
            let data = self.channel.reply(Command::Data, self.timeouts.data_initiation).await?;
            if data.code == ReplyCode::START_MAIL_INPUT {
                return Ok(accepted);
            }
            refuse(verdicts, &accepted, Command::Data, &data);
            self.reset().await?;
        }
        Ok(Vec::new())
    }

    /// MAIL and each RCPT, one reply at a time. Gives the recipients that were accepted; if none was, the transaction
    /// has been ended.
    pub(super) async fn paths_step_by_step(
        &mut self,
        mail: Vec<u8>,
        rcpts: &[(usize, Vec<u8>)],
        verdicts: &mut [Verdict],
    ) -> Result<Vec<usize>, SessionError> {
        self.channel.write(&mail, Command::Mail, self.timeouts.mail).await?;
        let reply = self.channel.reply(Command::Mail, self.timeouts.mail).await?;
        if let Err(error) = accept(Command::Mail, reply) {
            refuse_all(verdicts, error);
            return Ok(Vec::new());
        }
        let mut accepted = Vec::new();
        for (at, line) in rcpts {
            self.channel.write(line, Command::Rcpt, self.timeouts.rcpt).await?;
            let reply = self.channel.reply(Command::Rcpt, self.timeouts.rcpt).await?;
            if let Some(verdict) = rcpt_verdict(reply) {
                verdicts[*at] = verdict;
            } else {
                accepted.push(*at);
            }
        }
        if accepted.is_empty() {
            self.reset().await?;
        }
        Ok(accepted)
    }

    /// Ends a transaction that came to nothing.
    pub(super) async fn reset(&mut self) -> Result<(), SessionError> {
        let reply = self.ask(Command::Rset, &["RSET"]).await?;
        accept(Command::Rset, reply).map(drop)
    }

    async fn mail_data(&mut self, content: &Content) -> Result<Reply, DataError> {
        if let Err(error) = self.write_mail_data(content).await {
            // A host that has closed may have said why.
            return match self.channel.reply(Command::EndOfData, self.timeouts.quit).await {
                Ok(reply) => Err(DataError::Answered(reply)),
                Err(said @ SessionError::Refused { .. }) => Err(DataError::BeforeEnd(said)),
                Err(_) => Err(DataError::BeforeEnd(error)),
            };
        }
        self.channel.reply(Command::EndOfData, self.timeouts.data_termination).await.map_err(|error| match error {
            SessionError::Refused { .. } => DataError::BeforeEnd(error),
            _ => DataError::AfterEnd(error),
        })
    }

    /// In blocks, so that a large message costs no second copy of itself.
    async fn write_mail_data(&mut self, content: &Content) -> Result<(), SessionError> {
        let mut block = Vec::with_capacity(2 * MAIL_DATA_BLOCK_OCTETS);
        let mut transparency = Transparency::new();
        for part in content.parts() {
            for piece in part.chunks(MAIL_DATA_BLOCK_OCTETS) {
                transparency.push(piece, &mut |octets| block.extend_from_slice(octets));
                if block.len() >= MAIL_DATA_BLOCK_OCTETS {
                    self.channel.write(&block, Command::EndOfData, self.timeouts.data_block).await?;
                    block.clear();
                }
            }
        }
        transparency.finish(&mut |octets| block.extend_from_slice(octets));
        block.extend_from_slice(END_OF_MAIL_DATA);
        self.channel.write(&block, Command::EndOfData, self.timeouts.data_block).await
    }
}

/// Why there is no reply to the end of mail data.
enum DataError {
    /// All of it was sent; the host may have the message.
    AfterEnd(SessionError),
    /// There is one, but it came before all was sent, and then the connection broke.
    Answered(Reply),
    /// The host cannot have it.
    BeforeEnd(SessionError),
}

/// What RCPT came to; `None`: accepted so far.
fn rcpt_verdict(reply: Reply) -> Option<Verdict> {
    if reply.severity() == Severity::PositiveCompletion {
        return None;
    }
    Some(if reply.is_too_many_recipients() {
        Verdict::Another(reply)
    } else {
        Verdict::Refused(Arc::new(SessionError::Refused { command: Command::Rcpt, reply }))
    })
}

pub(super) fn refuse(verdicts: &mut [Verdict], which: &[usize], command: Command, reply: &Reply) {
    let error = Arc::new(SessionError::Refused { command, reply: reply.clone() });
    for &at in which {
        verdicts[at] = Verdict::Refused(Arc::clone(&error));
    }
}

/// The connection is given up: nothing that could be said on it now would be understood.
fn lost(during: Command, why: &'static str) -> SessionError {
    SessionError::Connection { during, source: io::Error::other(why) }
}

/// The same answer for every recipient.
fn refuse_all(verdicts: &mut [Verdict], error: SessionError) {
    let error = Arc::new(error);
    for verdict in verdicts {
        *verdict = Verdict::Refused(Arc::clone(&error));
    }
}
