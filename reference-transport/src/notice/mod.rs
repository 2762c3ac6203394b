//! Notices: what a sender is told about mail that was given up, is late, or went where nobody will tell more.
//!
//! [`compose`] is the whole of it. Whoever keeps the queue decides when; what was asked for (RFC 3461) decides who is
//! named, and whether there is a notice at all. RFC 3464 gives the fields, RFC 6522 the report, RFC 5321 §6.1 the null
//! reverse-path.
//!
//! # Invariants
//!
//! - Nobody gets a notice about mail from nobody (FAIL-23), or about what NOTIFY leaves out (FAIL-24).
//! - A notice is ASCII, an international reverse-path in its `To` apart, in lines of at most 998 octets that end in
//!   CRLF: every way back can carry it (R6533-4.5-1). What came from outside is text in it, never structure.
//! - What is returned has passed the header firewall (HDR-16).
//!
//! # Limits
//!
//! [`RETURNED_OCTETS_MAX`], [`DIAGNOSTIC_OCTETS_MAX`].

mod returned;
mod status;
#[cfg(test)]
mod tests;
mod text;
mod words;

use std::{sync::Arc, time::SystemTime};

use self::text::{one_line, plain_line};
use crate::{
    delivery::Problem,
    dsn::{self, Event},
    message::{Message, Submission, Via, date_time},
    reply::{EnhancedCode, Reply},
};

/// Largest message that a notice returns whole, in octets; of a larger one it returns the header, whatever RET says
/// (RFC 3461 §6.2 leaves room for such a limit).
pub const RETURNED_OCTETS_MAX: usize = 10 * 1024 * 1024;

/// Most of a reply that a notice quotes, in octets; what follows is left out, and the quotation says so.
pub const DIAGNOSTIC_OCTETS_MAX: usize = 8 * 1024;

/// Our side of a notice.
#[derive(Clone, Copy, Debug)]
pub struct Reporter<'a> {
    /// Our name.
    pub server: &'a str,
    /// The domain whose postmaster reads what is written back: one that we accept mail for, if there is one.
    pub domain: &'a str,
    /// The world's time.
    pub now: SystemTime,
    /// A number of the notice's own; its boundary and its Message-ID come from it.
    pub id: u64,
}

/// What a notice is about. One notice has one occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occasion {
    /// Not delivered yet (FAIL-15).
    Delayed {
        /// When it will be given up.
        retried_until: SystemTime,
    },
    /// Tried for as long as a message may wait, and given up with 4.4.7 (FAIL-14).
    Expired,
    /// Given up.
    Failed,
    /// Handed to a host that does not offer DSN, for a recipient with NOTIFY=SUCCESS (RFC 3461 §5.2.2).
    Relayed,
}

impl Occasion {
    fn event(self) -> Event {
        match self {
            Self::Delayed { .. } => Event::Delay,
            Self::Expired | Self::Failed => Event::Failure,
            Self::Relayed => Event::Relay,
        }
    }

    /// `Action`: RFC 3464 §2.3.3.
    fn action(self) -> &'static str {
        match self {
            Self::Delayed { .. } => "delayed",
            Self::Expired | Self::Failed => "failed",
            Self::Relayed => "relayed",
        }
    }
}

/// One recipient, and what was said about it last.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its place among the recipients of the message.
    pub recipient: usize,
    /// The words to quote.
    pub said: Said<'a>,
}

/// Who said what.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Said<'a> {
    /// Why there is no delivery.
    Problem(&'a Problem),
    /// A host took the message.
    Reply {
        /// The host.
        host: &'a str,
        /// Its reply to the end of mail data.
        reply: &'a Reply,
    },
}

/// The notice about these recipients of a message, to be sent like any message; its limits of size do not apply
/// (SIZ-12). `None`: nobody is to be told, or nobody is there to be told.
#[must_use]
pub fn compose(
    message: &Message,
    occasion: Occasion,
    entries: &[Entry<'_>],
    reporter: Reporter<'_>,
) -> Option<Submission> {
    let wanted: Vec<Line<'_>> = entries
        .iter()
        .filter(|entry| message.dsn.recipient(entry.recipient).wants(occasion.event()))
        .filter_map(|entry| Line::of(message, occasion, entry))
        .collect();
    if message.reverse_path.is_empty() || wanted.is_empty() {
        return None;
    }
    Some(Submission {
        name: message.name.clone(),
        reverse_path: String::new(),
        recipients: vec![message.reverse_path.clone()],
        data: Arc::from(data(message, occasion, &wanted, reporter)),
        via: Via::Transport,
        dsn: dsn::Request::default(),
    })
}

/// A recipient with all that the parts of a notice say of it.
struct Line<'a> {
    recipient: &'a str,
    asked: &'a dsn::RecipientRequest,
    status: EnhancedCode,
    /// The host that replied; `None`: nobody did.
    remote: Option<&'a str>,
    /// The reply line by line, or our own words. Not yet safe to write.
    quoted: Vec<String>,
}

impl<'a> Line<'a> {
    fn of(message: &'a Message, occasion: Occasion, entry: &Entry<'a>) -> Option<Self> {
        let recipient = message.recipients.get(entry.recipient)?;
        let (own, remote, quoted) = match entry.said {
            Said::Reply { host, reply } => (reply.enhanced(), Some(host), lines(reply)),
            Said::Problem(problem) => match &problem.reply {
                Some(reply) => (Some(problem.status), problem.host.as_deref(), lines(reply)),
                None => (Some(problem.status), None, vec![problem.text.clone()]),
            },
        };
        let class = match occasion {
            Occasion::Delayed { .. } | Occasion::Expired => 4,
            Occasion::Failed => 5,
            Occasion::Relayed => 2,
        };
        let status = match (occasion, own) {
            (Occasion::Expired, _) => EnhancedCode::new(4, 4, 7),
            // RFC 3464 §2.3.4: the class says what became of it, and nothing else may.
            (_, Some(own)) => EnhancedCode { class, ..own },
            (_, None) => EnhancedCode::new(class, 0, 0),
        };
        Some(Self { recipient, asked: message.dsn.recipient(entry.recipient), status, remote, quoted })
    }
}

/// A reply as it stood on the wire, a line each.
fn lines(reply: &Reply) -> Vec<String> {
    let last = reply.text.len().saturating_sub(1);
    let line = |(at, text): (usize, &String)| match (at == last, text.as_str()) {
        (true, "") => reply.code.to_string(),
        (true, text) => format!("{} {text}", reply.code),
        (false, text) => format!("{}-{text}", reply.code),
    };
    if reply.text.is_empty() { vec![reply.code.to_string()] } else { reply.text.iter().enumerate().map(line).collect() }
}

/// The mail data: RFC 6522 §3.
fn data(message: &Message, occasion: Occasion, entries: &[Line<'_>], reporter: Reporter<'_>) -> Vec<u8> {
    let parts = [
        words::part(occasion, entries, reporter),
        status::part(message, occasion, entries, reporter),
        returned::part(message, occasion),
    ];
    let boundary = boundary(reporter.id, &parts);
    let mut data = header(message, occasion, reporter, &boundary).into_bytes();
    for part in &parts {
        data.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
        data.extend_from_slice(part);
    }
    data.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    data
}

/// One that none of the parts holds, whatever somebody put there: RFC 2046 §5.1.1.
fn boundary(id: u64, parts: &[Vec<u8>]) -> String {
    let mut boundary = format!("report-{id:016x}");
    while parts.iter().any(|part| memchr::memmem::find(part, boundary.as_bytes()).is_some()) {
        boundary.push('.');
    }
    boundary
}

fn header(message: &Message, occasion: Occasion, reporter: Reporter<'_>, boundary: &str) -> String {
    let Reporter { server, domain, now, id } = reporter;
    let mut header = format!(
        "Date: {date}\r\n\
         From: Mail Delivery System <postmaster@{domain}>\r\n\
         To: <{to}>\r\n\
         Subject: {subject}\r\n\
         Message-ID: <{id:016x}@{server}>\r\n",
        date = date_time(now),
        to = one_line(&message.reverse_path),
        subject = words::subject(occasion),
    );
    if let Some(original) = message.id() {
        header.push_str(&format!("In-Reply-To: {}\r\n", plain_line(&original)));
    }
    // RFC 3834 §5.2: a notice is auto-replied, never auto-generated.
    header.push_str(&format!(
        "Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n"
    ));
    header
}
