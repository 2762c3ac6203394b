//! A message that the transport has accepted: its envelope, its header with our trace field on top, its body.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    connector::{CrossPremises, HeaderRights},
    dsn, header_firewall,
    session::{Body, Content},
    store::{Data, Stored},
    wire::wire_size,
};

/// A message as it is handed in.
#[derive(Clone, Debug)]
pub struct Submission {
    /// A name for reports.
    pub name: String,
    /// Without brackets; empty is the null one.
    pub reverse_path: String,
    /// Forward-paths without brackets.
    pub recipients: Vec<String>,
    /// The mail data, without transparency. Shared, never copied as a whole.
    pub data: Arc<Vec<u8>>,
    /// Who hands it in.
    pub via: Via,
    /// What the sender asks about notifications.
    pub dsn: dsn::Request,
}

/// Who hands a message in, and so what is believed of its header.
#[expect(clippy::exhaustive_enums, reason = "mail comes from a mailbox or from another transport")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A mailbox: the three header families are removed (HDR-15), `Date` and `Message-ID` are added where they are
    /// missing.
    Submission,
    /// Another transport: the header is kept as it is.
    Transport,
}

/// Where and when a message was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Our name.
    pub server: &'a str,
    /// Our address.
    pub address: IpAddr,
    /// The world's time.
    pub now: SystemTime,
    /// A number of the message's own.
    pub id: u64,
}

/// A message that the transport is responsible for.
#[derive(Clone, Debug)]
pub struct Message {
    /// A name for reports.
    pub name: String,
    /// Without brackets; empty is the null one.
    pub reverse_path: String,
    /// Without brackets.
    pub recipients: Vec<String>,
    /// What the sender asks about notifications, by place among the recipients.
    pub dsn: dsn::Request,
    /// Who handed it in. It is not stored: after a restart a message counts as a mailbox's.
    pub via: Via,
    /// When it was accepted.
    pub arrived: SystemTime,
    /// Octets on the wire as it was handed in: what limits are compared with (SIZ-03, SIZ-04).
    pub size: u64,
    /// Fields, each line ended by CRLF, without the empty line that ends them.
    header: Vec<u8>,
    body: Body,
}

impl Message {
    /// Accepts a message: a `Received` field goes on top (SES-07).
    #[must_use]
    pub fn accept(submission: Submission, stamp: Stamp<'_>) -> Self {
        let Submission { name, reverse_path, recipients, data, via, dsn } = submission;
        let (mut given, body_start) = header_of(&data);
        let date = date_time(stamp.now);
        let mut header = format!(
            "Received: from {server} ({literal}) by {server}\r\n\tid {id:016x}; {date}\r\n",
            server = stamp.server,
            literal = literal(stamp.address),
            id = stamp.id,
        )
        .into_bytes();
        if via == Via::Submission {
            given = header_firewall::filter(&given, NO_RIGHTS);
        }
        // A mailbox's word on what the size was is gone by now (HDR-15).
        let body = Body::new(data, body_start);
        let size = wire_size(&[&body.whole().0[..body_start]]) + body.size();
        let size = original_size(&given).map_or(size, |original| original.min(size));
        header.extend_from_slice(&given);
        if via == Via::Submission {
            if field(&given, "Date").is_none() {
                header.extend_from_slice(format!("Date: {date}\r\n").as_bytes());
            }
            if field(&given, "Message-ID").is_none() {
                header.extend_from_slice(format!("Message-ID: <{:016x}@{}>\r\n", stamp.id, stamp.server).as_bytes());
            }
        }
        Self { name, reverse_path, recipients, dsn, via, arrived: stamp.now, size, header, body }
    }

    /// The message as a session with these rights sends it (HDR-12).
    #[must_use]
    pub fn content(&self, rights: HeaderRights, cross_premises: CrossPremises) -> Content {
        self.headed(header_firewall::outgoing(&self.header, rights, cross_premises))
    }

    /// What a store keeps: the message with its trace field, and those recipients, by place, who are still to be
    /// served. It is no notice, unless whoever keeps it says so.
    #[must_use]
    pub fn stored(&self, left: Vec<usize>) -> Stored {
        let (octets, start) = self.body.whole();
        Stored {
            name: self.name.clone(),
            reverse_path: self.reverse_path.clone(),
            recipients: self.recipients.clone(),
            dsn: self.dsn.clone(),
            left,
            is_notice: false,
            arrived: self.arrived,
            size: self.size,
            data: Data::new([&self.header[..], b"\r\n"].concat(), Arc::clone(octets), start),
        }
    }

    /// The message that was stored, as it was.
    #[must_use]
    pub fn restored(stored: Stored) -> Self {
        let Stored { name, reverse_path, recipients, dsn, arrived, size, data, .. } = stored;
        let data = data.whole();
        let (header, body_start) = header_of(&data);
        let body = Body::new(data, body_start);
        Self { name, reverse_path, recipients, dsn, via: Via::Submission, arrived, size, header, body }
    }

    fn headed(&self, mut head: Vec<u8>) -> Content {
        head.extend_from_slice(b"\r\n");
        Content::new(head, self.body.clone())
    }

    /// How often it came through `server`, by the `Received` fields that say so; this time counts.
    #[must_use]
    pub fn passages(&self, server: &str) -> usize {
        let fields = fields(&self.header, "Received");
        let is_own = |value: &String| {
            let words: Vec<&str> = value.split_ascii_whitespace().collect();
            words.windows(2).any(|pair| {
                pair[0].eq_ignore_ascii_case("by") && pair[1].trim_end_matches(';').eq_ignore_ascii_case(server)
            })
        };
        fields.iter().filter(|value| is_own(value)).count()
    }

    /// Its header without any of the three families, as a notice shows it (HDR-16).
    #[must_use]
    pub fn public_header(&self) -> Vec<u8> {
        header_firewall::filter(&self.header, NO_RIGHTS)
    }

    /// All of it, with such a header.
    #[must_use]
    pub fn public_content(&self) -> Content {
        self.headed(self.public_header())
    }

    /// What stands in its `Message-ID`, with its brackets.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        field(&self.header, "Message-ID").filter(|id| !id.is_empty())
    }
}

const NO_RIGHTS: HeaderRights = HeaderRights { forest: false, organization: false, routing: false };

/// The header with every line end as CRLF, and where the body starts in `data`.
///
/// CR, LF and CRLF all end a line here, because all of them end one on the wire: a field that hides behind a bare CR
/// must be a field to the header firewall, too.
fn header_of(data: &[u8]) -> (Vec<u8>, usize) {
    let (mut header, mut at) = (Vec::new(), 0);
    while at < data.len() {
        let rest = &data[at..];
        let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        let line_end = match rest.get(end..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([_, ..]) => 1,
            _ => 0,
        };
        if line.is_empty() {
            return (header, at + line_end);
        }
        if at == 0 && !is_field(line) {
            // No header at all.
            return (header, 0);
        }
        header.extend_from_slice(line);
        header.extend_from_slice(b"\r\n");
        at += end + line_end;
    }
    (header, at)
}

fn is_field(line: &[u8]) -> bool {
    memchr::memchr(b':', line).is_some_and(|colon| {
        let name = line[..colon].trim_ascii_end();
        !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
    })
}

/// The value of the first field of that name, unfolded.
fn field(header: &[u8], name: &str) -> Option<String> {
    fields(header, name).into_iter().next()
}

/// The values of all fields of that name, unfolded.
fn fields(header: &[u8], name: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let mut is_wanted = false;
    for line in header.split(|&octet| octet == b'\n') {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(value) = values.last_mut().filter(|_| is_wanted) {
                value.push_str(&String::from_utf8_lossy(line));
            }
            continue;
        }
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        is_wanted = line[..colon].trim_ascii_end().eq_ignore_ascii_case(name.as_bytes());
        if is_wanted {
            values.push(String::from_utf8_lossy(&line[colon + 1..]).into_owned());
        }
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

fn original_size(header: &[u8]) -> Option<u64> {
    field(header, "X-MS-Exchange-Organization-OriginalSize")?.parse().ok()
}

/// An address literal: RFC 5321 §4.1.3.
pub(crate) fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}

/// `Mon, 7 Jan 2030 10:00:00 +0000`: RFC 5322 §3.3. A time before 1970 is written as 1970.
pub(crate) fn date_time(time: SystemTime) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let time = time::OffsetDateTime::UNIX_EPOCH + since_epoch;
    let weekday = DAYS[usize::from(time.weekday().number_days_from_monday())];
    let month = MONTHS[usize::from(u8::from(time.month())) - 1];
    let (hour, minute, second) = time.to_hms();
    format!("{weekday}, {} {month} {} {hour:02}:{minute:02}:{second:02} +0000", time.day(), time.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(data: &str, via: Via) -> Message {
        let submission = Submission {
            name: "m".into(),
            reverse_path: "a@sender.test".into(),
            recipients: vec!["b@contoso.test".into()],
            data: data.as_bytes().to_vec().into(),
            via,
            dsn: dsn::Request::default(),
        };
        let now = UNIX_EPOCH + Duration::from_secs(1_894_010_400);
        Message::accept(submission, Stamp { server: "mta.sender.test", address: [192, 0, 2, 1].into(), now, id: 7 })
    }

    fn text(message: &Message, rights: HeaderRights) -> String {
        String::from_utf8(message.content(rights, CrossPremises::Removed).parts().concat()).expect("ASCII")
    }

    const RECEIVED: &str = "Received: from mta.sender.test ([192.0.2.1]) by mta.sender.test\r\n\tid 0000000000000007; \
                            Mon, 7 Jan 2030 10:00:00 +0000\r\n";

    #[test]
    fn a_relayed_message_gets_a_received_field_and_nothing_else() {
        let message = accept("Subject: x\r\n\r\nbody\r\n", Via::Transport);
        assert_eq!(text(&message, HeaderRights::ANONYMOUS), format!("{RECEIVED}Subject: x\r\n\r\nbody\r\n"));
        assert_eq!(message.size, 20);
    }

    #[test]
    fn a_submitted_message_gets_what_is_missing() {
        let message =
            accept("date: now\r\nReceived: forged\r\nX-MS-Exchange-Organization-SCL: -1\r\n\r\n", Via::Submission);
        let expected = format!("{RECEIVED}date: now\r\nMessage-ID: <0000000000000007@mta.sender.test>\r\n\r\n");
        assert_eq!(text(&message, HeaderRights { forest: true, organization: true, routing: true }), expected);
    }

    #[test]
    fn a_field_cannot_hide_behind_a_bare_line_end() {
        let message = accept("Subject: x\rX-MS-Exchange-Organization-SCL: -1\nTo: b\r\rbody", Via::Transport);
        assert_eq!(text(&message, HeaderRights::ANONYMOUS), format!("{RECEIVED}Subject: x\r\nTo: b\r\n\r\nbody"));
    }

    #[test]
    fn a_body_alone_stays_a_body() {
        let message = accept("Hello, you.\r\nBye: x\r\n", Via::Transport);
        assert_eq!(text(&message, HeaderRights::ANONYMOUS), format!("{RECEIVED}\r\nHello, you.\r\nBye: x\r\n"));
    }

    #[test]
    fn a_message_that_was_stored_is_sent_as_before() {
        for data in
            ["Subject: x\r\nReceived: a\r\n\r\nbody\r\n.\r\n", "no header\r\n\r\nat all", "", "A: b\r\n", "A: b\r\n\rx"]
        {
            let message = accept(data, Via::Transport);
            let again = Message::restored(message.stored(vec![0]));
            assert_eq!(text(&again, HeaderRights::ANONYMOUS), text(&message, HeaderRights::ANONYMOUS), "{data:?}");
            assert_eq!(
                (again.size, again.arrived, again.public_header()),
                (message.size, message.arrived, message.public_header())
            );
        }
    }

    #[test]
    fn passages_are_the_received_fields_that_name_this_server() {
        let data = "Received: from a\r\n\tby MTA.sender.test; yesterday\r\nReceived: from mta.sender.test by other.test\r\n\
                    Subject: by mta.sender.test\r\nReceived: by mta.sender.test with SMTP\r\n\r\n";
        assert_eq!(accept(data, Via::Transport).passages("mta.sender.test"), 3);
    }

    #[test]
    fn the_smaller_of_size_and_original_size_counts() {
        let message = accept("X-MS-Exchange-Organization-OriginalSize:\r\n 5\r\n\r\nlong body", Via::Transport);
        assert_eq!(message.size, 5);
    }

    #[test]
    fn a_mailbox_does_not_say_what_the_size_was() {
        let message = accept("X-MS-Exchange-Organization-OriginalSize: 5\r\n\r\nlong body", Via::Submission);
        // All of it, and the line end that it lacks.
        assert_eq!(message.size, 57);
    }
}
