//! Hands a message over to an MTA by SMTP: a plain client (RFC 5321), shared with nothing that is judged.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use super::{Reporter, StartError, Submission};
use crate::trace::event::{REFUSED_AT_SUBMISSION, ReportedFate};

/// How long one reply may take, in real time.
const REPLY_MAX: Duration = Duration::from_secs(10);
/// Longest reply line, in octets: four times what RFC 5321 §4.5.3.1.5 asks for.
const REPLY_LINE_OCTETS_MAX: u64 = 2048;
/// Lines of one reply.
const REPLY_LINES_MAX: usize = 128;

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Submitted {
    /// It is in the queue of the MTA, but for these recipients, each refused for good with this reply.
    Taken {
        refused: Vec<(String, String)>,
        /// What it said to the end of mail data; empty if there was none.
        reply: String,
    },
    /// The whole message was refused for good, with this reply.
    Refused(String),
}

/// Why no message could be handed over.
#[derive(Debug, thiserror::Error)]
pub(super) enum SubmitError {
    /// The connection failed.
    #[error("its submission port: {0}")]
    Connection(#[from] std::io::Error),
    /// It said what is no reply.
    #[error("its submission port said `{line}`")]
    NoReply { line: String },
    /// It does not offer SMTPUTF8, and a mailbox of the envelope needs it.
    #[error("its submission port does not offer SMTPUTF8")]
    NoUtf8,
    /// It does not offer DSN, and the message asks for it.
    #[error("its submission port does not offer DSN")]
    NoDsn,
    /// It said: not now.
    #[error("it takes no message now: `{command}` was answered `{reply}`")]
    NotNow { command: String, reply: String },
    /// It said nothing.
    #[error("its submission port did not reply within {REPLY_MAX:?}")]
    Silent,
}

impl SubmitError {
    /// What the MTA has no way to be asked, if that is why it was not handed this message.
    pub(super) fn lack(&self, message: &Submission) -> Option<StartError> {
        match self {
            Self::NoUtf8 => Some(StartError::unsupported("a mailbox beyond ASCII")),
            Self::NoDsn => Some(StartError::unsupported(message.dsn.in_words())),
            _ => None,
        }
    }
}

/// Submits one message, and reports the recipients that are refused for good. What was said to the end of mail data, empty
/// if there was none; `None`: the whole message was refused.
pub(super) async fn hand_over(
    to: SocketAddr,
    client: &str,
    message: &Submission,
    reporter: &dyn Reporter,
) -> Result<Option<String>, SubmitError> {
    match submit(to, client, message).await? {
        Submitted::Refused(reply) => {
            report_refused(reporter, message, &reply);
            Ok(None)
        }
        Submitted::Taken { refused, reply } => {
            refused.iter().for_each(|(recipient, reply)| report(reporter, message, recipient, reply));
            Ok(Some(reply))
        }
    }
}

/// Reports that a reply refused the whole message for good.
pub(super) fn report_refused(reporter: &dyn Reporter, message: &Submission, reply: &str) {
    message.recipients.iter().for_each(|recipient| report(reporter, message, recipient, reply));
}

fn report(reporter: &dyn Reporter, message: &Submission, recipient: &str, reply: &str) {
    let reason = format!("{REFUSED_AT_SUBMISSION}{reply}");
    reporter.fate(&message.name, recipient, ReportedFate::Failed, &reason);
}

async fn submit(to: SocketAddr, client: &str, message: &Submission) -> Result<Submitted, SubmitError> {
    let mut session = Session::open(to).await?;
    let offered = session.ask(&format!("EHLO {client}")).await?;
    if !offered.is_positive() {
        return offered.refusal("EHLO");
    }
    if !message.dsn.is_empty() && !offered.offers("DSN") {
        session.quit().await;
        return Err(SubmitError::NoDsn);
    }
    if is_international(message) && !offered.offers("SMTPUTF8") {
        session.quit().await;
        return Err(SubmitError::NoUtf8);
    }
    let mail = mail_command(message, &offered);
    let reply = session.ask(&mail).await?;
    if !reply.is_positive() {
        return reply.refusal(&mail);
    }
    let mut refused = Vec::new();
    for (at, recipient) in message.recipients.iter().enumerate() {
        let rcpt = with(format!("RCPT TO:<{recipient}>"), &message.dsn.of_rcpt(at));
        let reply = session.ask(&rcpt).await?;
        match reply.severity() {
            b'2' => {}
            b'5' => refused.push((recipient.clone(), reply.text())),
            _ => return reply.refusal(&rcpt),
        }
    }
    if refused.len() == message.recipients.len() {
        session.quit().await;
        return Ok(Submitted::Taken { refused, reply: String::new() });
    }
    let reply = if must_be_counted(&message.octets) && offered.offers("CHUNKING") {
        session.send(&last_chunk(&message.octets)).await?
    } else {
        let reply = session.ask("DATA").await?;
        if reply.severity() != b'3' {
            return reply.refusal("DATA");
        }
        session.send(&mail_data(&message.octets)).await?
    };
    session.quit().await;
    if !reply.is_positive() {
        return reply.refusal("the end of mail data");
    }
    Ok(Submitted::Taken { refused, reply: reply.text() })
}

/// Whether somebody greets there.
#[cfg(target_os = "linux")]
pub(super) async fn greets(to: SocketAddr) -> Result<(), SubmitError> {
    Session::open(to).await?.quit().await;
    Ok(())
}

/// Whether a message has a CR or LF that ends no line, or a NUL: where such a message ends, servers that look for its end
/// do not agree.
fn must_be_counted(octets: &[u8]) -> bool {
    let is_bare = |at: usize| match octets[at] {
        b'\n' => at == 0 || octets[at - 1] != b'\r',
        b'\r' => octets.get(at + 1) != Some(&b'\n'),
        _ => true,
    };
    memchr::memchr3_iter(b'\n', b'\r', 0, octets).any(is_bare)
}

/// BDAT with the whole message (RFC 3030 §2).
fn last_chunk(octets: &[u8]) -> Vec<u8> {
    let mut chunk = format!("BDAT {} LAST\r\n", octets.len()).into_bytes();
    chunk.extend_from_slice(octets);
    chunk
}

/// MAIL with the parameters that the message needs and the server offers (RFC 3030, RFC 6152, RFC 6531).
fn mail_command(message: &Submission, offered: &Reply) -> String {
    let mut command = format!("MAIL FROM:<{}>", message.reverse_path);
    let international = is_international(message);
    if must_be_counted(&message.octets) && offered.offers("BINARYMIME") && offered.offers("CHUNKING") {
        command.push_str(" BODY=BINARYMIME");
    } else if (!message.octets.is_ascii() || international) && offered.offers("8BITMIME") {
        command.push_str(" BODY=8BITMIME");
    }
    if international {
        command.push_str(" SMTPUTF8");
    }
    with(command, &message.dsn.of_mail())
}

/// Whether the envelope has a mailbox beyond ASCII (RFC 6531 §3.1).
fn is_international(message: &Submission) -> bool {
    !std::iter::once(&message.reverse_path).chain(&message.recipients).all(|path| path.is_ascii())
}

/// A command with parameters behind it.
fn with(mut command: String, parameters: &[String]) -> String {
    for parameter in parameters {
        command.push(' ');
        command.push_str(parameter);
    }
    command
}

/// The message with transparency (RFC 5321 §4.5.2) and the end of mail data.
fn mail_data(octets: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(octets.len() + 64);
    let mut begins = 0;
    for at in memchr::memmem::find_iter(octets, b"\r\n.").map(|at| at + 2).chain([octets.len()]) {
        let line = &octets[begins..at];
        if line.first() == Some(&b'.') {
            data.push(b'.');
        }
        data.extend_from_slice(line);
        begins = at;
    }
    if !data.is_empty() && !data.ends_with(b"\r\n") {
        data.extend_from_slice(b"\r\n");
    }
    data.extend_from_slice(b".\r\n");
    data
}

struct Session {
    stream: BufReader<TcpStream>,
}

impl Session {
    /// Connects and waits for the greeting.
    async fn open(to: SocketAddr) -> Result<Self, SubmitError> {
        let mut session = Self { stream: BufReader::new(TcpStream::connect(to).await?) };
        let greeting = session.reply().await?;
        match greeting.refusal("the greeting") {
            _ if greeting.is_positive() => Ok(session),
            Err(error) => Err(error),
            Ok(_) => Err(SubmitError::NoReply { line: greeting.text() }),
        }
    }

    async fn ask(&mut self, command: &str) -> Result<Reply, SubmitError> {
        self.send(format!("{command}\r\n").as_bytes()).await
    }

    async fn send(&mut self, octets: &[u8]) -> Result<Reply, SubmitError> {
        self.stream.get_mut().write_all(octets).await?;
        self.reply().await
    }

    /// Says goodbye; what comes back no longer matters.
    async fn quit(mut self) {
        let _reply = self.ask("QUIT").await;
    }

    async fn reply(&mut self) -> Result<Reply, SubmitError> {
        tokio::time::timeout(REPLY_MAX, self.read_reply()).await.map_err(|_| SubmitError::Silent)?
    }

    async fn read_reply(&mut self) -> Result<Reply, SubmitError> {
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            (&mut self.stream).take(REPLY_LINE_OCTETS_MAX).read_until(b'\n', &mut line).await?;
            if line.is_empty() {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
            }
            let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
            let is_line = line.ends_with(b"\n") && line.len() >= 4 && line[..3].iter().all(u8::is_ascii_digit);
            if !is_line || lines.len() == REPLY_LINES_MAX {
                return Err(SubmitError::NoReply { line: text });
            }
            let goes_on = line[3] == b'-';
            lines.push(text);
            if !goes_on {
                return Ok(Reply { lines });
            }
        }
    }
}

/// A reply: at least one line, each with a code before it.
#[derive(Debug)]
struct Reply {
    lines: Vec<String>,
}

impl Reply {
    fn severity(&self) -> u8 {
        self.lines.last().and_then(|line| line.bytes().next()).unwrap_or_default()
    }

    fn is_positive(&self) -> bool {
        self.severity() == b'2'
    }

    fn text(&self) -> String {
        self.lines.join(" / ")
    }

    fn offers(&self, keyword: &str) -> bool {
        let keyword_of =
            |line: &String| line.get(4..).and_then(|rest| rest.split_ascii_whitespace().next()).map(str::to_owned);
        self.lines.iter().skip(1).filter_map(keyword_of).any(|own| own.eq_ignore_ascii_case(keyword))
    }

    /// What a reply that is not positive makes of the whole submission.
    fn refusal(&self, command: &str) -> Result<Submitted, SubmitError> {
        match self.severity() {
            b'5' => Ok(Submitted::Refused(self.text())),
            _ => Err(SubmitError::NotNow { command: command.to_owned(), reply: self.text() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_at_the_start_of_lines_are_doubled_and_no_others() {
        assert_eq!(mail_data(b".a\r\n..\r\nb.\r\n"), b"..a\r\n...\r\nb.\r\n.\r\n");
        assert_eq!(mail_data(b"a\n.b"), b"a\n.b\r\n.\r\n");
        assert_eq!(mail_data(b""), b".\r\n");
    }

    #[test]
    fn what_has_half_line_ends_is_counted() {
        assert!(!must_be_counted(b"a\r\n.\r\n") && !must_be_counted(b""));
        assert!([&b"\na"[..], b"a\nb\r\n", b"a\r", b"a\rb\r\n", b"\0"].into_iter().all(must_be_counted));
        assert_eq!(last_chunk(b"a\n.b"), b"BDAT 4 LAST\r\na\n.b");
    }

    #[test]
    fn a_keyword_is_offered_without_regard_to_case_and_never_by_the_greeting_line() {
        let lines = ["250-8bitmime hello", "250-PIPELINING", "250 8bitMIME"].map(str::to_owned).to_vec();
        let reply = Reply { lines: lines.clone() };
        assert!(reply.offers("8BITMIME") && !reply.offers("SIZE"));
        assert!(!Reply { lines: lines[..2].to_vec() }.offers("8BITMIME"));
    }
}
