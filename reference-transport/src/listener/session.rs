//! One session of a client that submits.

use std::{io, sync::Arc};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::{Desk, LINE_OCTETS_MAX, MESSAGE_OCTETS_MAX, RECIPIENTS_MAX, SILENCE_MAX, TAKEN_AS, parameters};
use crate::{dsn::Request, message::Submission, network::Stream};

/// What a client may use. SIZE is [`MESSAGE_OCTETS_MAX`].
const EXTENSIONS: [&str; 6] = ["PIPELINING", "SIZE 167772160", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"];

/// Serves one client until it leaves.
///
/// # Errors
///
/// As the stream; and [`io::ErrorKind::TimedOut`] if the client says nothing for [`SILENCE_MAX`].
pub async fn converse(stream: impl Stream, desk: &Desk) -> io::Result<()> {
    let mut session = Session { stream: BufReader::new(stream), desk, mail: None };
    session.reply(&format!("220 {} ESMTP", desk.server)).await?;
    while let Some(line) = session.line().await? {
        let Ok(line) = String::from_utf8(line) else {
            session.reply("500 5.5.2 A command is text").await?;
            continue;
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => session.hello(&EXTENSIONS).await?,
            "HELO" => session.hello(&[]).await?,
            "MAIL" => session.mail(rest).await?,
            "RCPT" => session.rcpt(rest).await?,
            "DATA" => match session.data().await? {
                After::GoOn => {}
                After::Leave => return Ok(()),
            },
            "RSET" => {
                session.mail = None;
                session.reply("250 2.0.0 Forgotten").await?;
            }
            "NOOP" => session.reply("250 2.0.0 Done").await?,
            "VRFY" => session.reply("252 2.0.0 Send it, and see").await?,
            "QUIT" => return session.reply(&format!("221 2.0.0 {} closes", desk.server)).await,
            _ => session.reply("500 5.5.1 That command is not known").await?,
        }
    }
    Ok(())
}

/// A mail transaction that is open.
struct Mail {
    reverse_path: String,
    recipients: Vec<String>,
    dsn: Request,
}

struct Session<'a, S> {
    stream: BufReader<S>,
    desk: &'a Desk,
    mail: Option<Mail>,
}

/// Whether the session goes on.
enum After {
    GoOn,
    Leave,
}

/// Mail data that was received.
enum Data {
    Whole(Vec<u8>),
    TooLarge,
    /// The client went away before the end.
    Cut,
}

impl<S: Stream> Session<'_, S> {
    async fn hello(&mut self, extensions: &[&str]) -> io::Result<()> {
        self.mail = None;
        let mut lines = vec![self.desk.server.as_str()];
        lines.extend(extensions);
        let last = lines.len() - 1;
        let reply: Vec<String> =
            (0..).zip(lines).map(|(at, line)| format!("250{}{line}", if at == last { ' ' } else { '-' })).collect();
        self.reply(&reply.join("\r\n")).await
    }

    async fn mail(&mut self, rest: &str) -> io::Result<()> {
        let reply = match (&self.mail, path(rest, "FROM:")) {
            (Some(_), _) => "503 5.5.1 A transaction is open",
            (None, None) => "501 5.5.4 MAIL FROM:<reverse-path>",
            (None, Some((reverse_path, parameters))) => match parameters::of_mail(parameters) {
                Err(refusal) => return self.reply(&refusal.to_string()).await,
                Ok(dsn) => {
                    self.mail = Some(Mail { reverse_path: reverse_path.to_owned(), recipients: Vec::new(), dsn });
                    "250 2.1.0 Go on"
                }
            },
        };
        self.reply(reply).await
    }

    async fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        let reply = match (&mut self.mail, path(rest, "TO:")) {
            (None, _) => "503 5.5.1 MAIL comes first",
            (_, None | Some(("", _))) => "501 5.5.4 RCPT TO:<forward-path>",
            (Some(mail), _) if mail.recipients.len() >= RECIPIENTS_MAX => "452 4.5.3 Too many recipients",
            (Some(mail), Some((forward_path, parameters))) => match parameters::of_rcpt(parameters) {
                Err(refusal) => return self.reply(&refusal.to_string()).await,
                Ok(asked) => {
                    mail.recipients.push(forward_path.to_owned());
                    mail.dsn.recipients.push(asked);
                    "250 2.1.5 Go on"
                }
            },
        };
        self.reply(reply).await
    }

    async fn data(&mut self) -> io::Result<After> {
        let Some(mail) = self.mail.take_if(|mail| !mail.recipients.is_empty()) else {
            self.reply("503 5.5.1 RCPT comes first").await?;
            return Ok(After::GoOn);
        };
        self.reply("354 Go on").await?;
        match self.mail_data().await? {
            Data::Whole(octets) => {
                let taken = (self.desk.take)(Submission {
                    name: String::new(),
                    reverse_path: mail.reverse_path,
                    recipients: mail.recipients,
                    data: Arc::from(octets),
                    via: self.desk.via,
                    dsn: mail.dsn,
                });
                match taken {
                    Ok(name) => self.reply(&format!("250 2.0.0 {TAKEN_AS}{name}")).await?,
                    // RFC 5321 §4.2.3, RFC 3463 §3.4. What is wrong with our disk is not for a client to read.
                    Err(_) => self.reply("452 4.3.1 The message cannot be kept at the moment").await?,
                }
                Ok(After::GoOn)
            }
            Data::TooLarge => {
                self.reply("552 5.3.4 Too large").await?;
                Ok(After::Leave)
            }
            Data::Cut => Ok(After::Leave),
        }
    }

    /// Mail data without transparency (RFC 5321 §4.5.2). Only CRLF ends a line, so a bare CR or LF is passed on.
    async fn mail_data(&mut self) -> io::Result<Data> {
        let mut octets: Vec<u8> = Vec::new();
        loop {
            let starts = octets.len();
            let room = MESSAGE_OCTETS_MAX + 2 - starts;
            let mut limited = (&mut self.stream).take(u64::try_from(room).unwrap_or(u64::MAX));
            let read = tokio::time::timeout(SILENCE_MAX, limited.read_until(b'\n', &mut octets)).await??;
            if read == 0 {
                return Ok(if room == 0 { Data::TooLarge } else { Data::Cut });
            }
            let is_start = starts == 0 || octets[..starts].ends_with(b"\r\n");
            if is_start && octets[starts] == b'.' {
                if octets[starts..] == *b".\r\n" {
                    octets.truncate(starts);
                    return Ok(Data::Whole(octets));
                }
                octets.remove(starts);
            }
            if octets.len() > MESSAGE_OCTETS_MAX {
                return Ok(Data::TooLarge);
            }
        }
    }

    /// A command without its line end; `None` once the client has left, or sends what is no line.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(u64::try_from(LINE_OCTETS_MAX).unwrap_or(u64::MAX));
        tokio::time::timeout(SILENCE_MAX, limited.read_until(b'\n', &mut line)).await??;
        match line.strip_suffix(b"\r\n") {
            Some(command) => Ok(Some(command.to_vec())),
            None if line.is_empty() => Ok(None),
            None => {
                self.reply("500 5.5.2 A command ends in CRLF, and is not longer than 2048 octets").await?;
                Ok(None)
            }
        }
    }

    async fn reply(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }
}

/// The path between the brackets after `FROM:` or `TO:`, and the parameters behind it. A quoted local part may hold
/// brackets.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, tail) = rest.split_at_checked(keyword.len())?;
    let path = tail.trim_start().strip_prefix('<').filter(|_| head.eq_ignore_ascii_case(keyword))?;
    let (mut quoted, mut escaped) = (false, false);
    let end = path.char_indices().find(|(_, letter)| {
        let is_end = *letter == '>' && !quoted;
        quoted ^= *letter == '"' && !escaped;
        escaped = *letter == '\\' && !escaped;
        is_end
    })?;
    Some((&path[..end.0], path[end.0 + 1..].trim()))
}
