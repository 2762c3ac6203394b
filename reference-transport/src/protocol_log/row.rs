//! One row: nine fields, separated by commas, quoted where a field has a comma or a quotation mark (LOG-06, LOG-12).

use std::{fmt::Write as _, net::SocketAddr, time::SystemTime};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// The fields, in their order (LOG-06).
pub(super) const FIELDS: &str =
    "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context";

/// LOG-07.
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// What happened (LOG-10).
#[expect(clippy::exhaustive_enums, reason = "the log has these five")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `+`.
    Connect,
    /// `-`.
    Disconnect,
    /// `*`.
    Information,
    /// `<`.
    Received,
    /// `>`.
    Sent,
}

impl Mark {
    /// The field `event`.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Connect => '+',
            Self::Disconnect => '-',
            Self::Information => '*',
            Self::Received => '<',
            Self::Sent => '>',
        }
    }
}

/// A row, but for its time.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The connector's name (AMB-27).
    pub connector: &'a str,
    /// 16 hexadecimal digits in the log.
    pub session: u64,
    /// From 0 (LOG-08).
    pub sequence: u64,
    /// Our end, once there is one (LOG-09).
    pub local: Option<SocketAddr>,
    /// The host's end.
    pub remote: SocketAddr,
    /// What happened.
    pub mark: Mark,
    /// What was said.
    pub data: &'a str,
    /// What there is to say about it.
    pub context: &'a str,
}

impl Row<'_> {
    /// The row as it is written, without its line end.
    #[must_use]
    pub fn line(&self, now: SystemTime) -> String {
        let mut line = date_time(now);
        line.push(',');
        field(&mut line, self.connector);
        let local = self.local.map_or_else(String::new, |local| local.to_string());
        let (session, sequence, remote, sign) = (self.session, self.sequence, self.remote, self.mark.sign());
        // Writing into a string cannot fail.
        let _written = write!(line, ",{session:016X},{sequence},{local},{remote},{sign},");
        field(&mut line, self.data);
        line.push(',');
        field(&mut line, self.context);
        line
    }
}

/// `2030-01-07T10:00:00.000Z`
pub(super) fn date_time(now: SystemTime) -> String {
    OffsetDateTime::from(now).format(TIME).unwrap_or_default()
}

/// One field. A control character would end the row, or hide what follows it from whoever reads it (LOG-22).
pub(super) fn field(line: &mut String, text: &str) {
    let visible = text.chars().map(|c| if is_hidden(c) { ' ' } else { c });
    if !text.contains([',', '"']) {
        line.extend(visible);
        return;
    }
    line.push('"');
    for c in visible {
        if c == '"' {
            line.push('"');
        }
        line.push(c);
    }
    line.push('"');
}

/// Control characters, and what some programs take for a line end.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}
