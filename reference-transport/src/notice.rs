//! Notices of failure and of delay: a multipart/report of what was not delivered, why, and the header of what it was.
//!
//! RFC 3464 gives the fields, RFC 6522 the report, RFC 5321 §6.1 the null reverse-path. Nobody gets a notice about a
//! notice (FAIL-23).

use std::time::SystemTime;

use crate::{
    delivery::Problem,
    message::{Message, date_time},
};

/// Our side of a notice.
#[derive(Clone, Copy, Debug)]
pub struct Reporter<'a> {
    /// Our name.
    pub server: &'a str,
    /// The world's time.
    pub now: SystemTime,
    /// A number of the notice's own; its boundary and its Message-ID come from it.
    pub id: u64,
}

/// What a notice tells: RFC 3464 §2.3.3.
#[expect(clippy::exhaustive_enums, reason = "the actions that a sender is told of")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The message still waits (FAIL-15).
    Delay,
    /// It is given up.
    Failure,
}

impl Kind {
    /// Subject, the sentence before the recipients, and Action.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Delay => (
                "Delivery is delayed",
                "Your message could not be delivered yet, and need not be sent again. Delivery is still tried to:",
                "delayed",
            ),
            Self::Failure => ("Undeliverable mail", "Your message could not be delivered to:", "failed"),
        }
    }
}

/// The mail data of a notice about `failures`, recipients of `message`, each with why.
#[must_use]
pub fn compose(kind: Kind, message: &Message, failures: &[(&str, &Problem)], reporter: Reporter<'_>) -> Vec<u8> {
    let Reporter { server, now, id } = reporter;
    let (subject, sentence, _) = kind.words();
    let boundary = format!("report-{id:016x}");
    let date = date_time(now);
    let mut text = format!(
        "Date: {date}\r\n\
         From: Mail Delivery System <postmaster@{server}>\r\n\
         To: <{to}>\r\n\
         Subject: {subject}\r\n\
         Message-ID: <{id:016x}@{server}>\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\
         \r\n\
         {sentence}\r\n",
        to = one_line(&message.reverse_path),
    );
    for (recipient, problem) in failures {
        text.push_str(&format!("\r\n  {}\r\n", plain(recipient)));
        if let Some(host) = &problem.host {
            text.push_str(&format!("    {} said:\r\n", plain(host)));
        }
        text.push_str(&format!("    {}\r\n", plain(&problem.text)));
    }
    text.push_str(&format!("\r\nThis notice was written by {server}.\r\n\r\n--{boundary}\r\n"));
    text.push_str(&delivery_status(kind, message, failures, server));
    text.push_str(&format!("\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n"));
    let header = message.public_header();
    if !header.is_ascii() {
        text.push_str("Content-Transfer-Encoding: 8bit\r\n");
    }
    text.push_str("\r\n");
    let mut data = text.into_bytes();
    data.extend_from_slice(&header);
    data.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    data
}

/// The machine-readable part: RFC 3464 §2.
fn delivery_status(kind: Kind, message: &Message, failures: &[(&str, &Problem)], server: &str) -> String {
    let mut text = format!(
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; {server}\r\nArrival-Date: {}\r\n",
        date_time(message.arrived)
    );
    for (recipient, problem) in failures {
        let address_type = if recipient.is_ascii() { "rfc822" } else { "utf-8" };
        text.push_str(&format!(
            "\r\nFinal-Recipient: {address_type}; {}\r\nAction: {}\r\nStatus: {}\r\n",
            one_line(recipient),
            kind.words().2,
            problem.status
        ));
        if let Some(host) = &problem.host {
            text.push_str(&format!("Remote-MTA: dns; {}\r\n", plain(host)));
        }
        // Our own words are no SMTP reply, and do not pass for one.
        let diagnostic_type = if problem.is_reply { "smtp" } else { "x-local" };
        text.push_str(&format!("Diagnostic-Code: {diagnostic_type}; {}\r\n", plain(&problem.text)));
    }
    text
}

/// Nothing that could end a line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// ASCII, on one line.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::{
        message::{Stamp, Submission, Via},
        reply::EnhancedCode,
    };

    #[test]
    fn a_notice_says_who_and_why_and_shows_the_filtered_header() {
        let now = UNIX_EPOCH + Duration::from_secs(1_894_010_400);
        let data = "Subject: all hands\r\nX-MS-Exchange-Forest-A: secret\r\nReceived: inner\r\n\r\nbody\r\n";
        let submission = Submission {
            name: "m".into(),
            reverse_path: "sender@sender.test".into(),
            recipients: Vec::new(),
            data: data.as_bytes().into(),
            via: Via::Transport,
        };
        let stamp = Stamp { server: "mta.sender.test", address: [192, 0, 2, 1].into(), now, id: 1 };
        let message = Message::accept(submission, stamp);
        let problem = Problem {
            status: EnhancedCode::new(5, 1, 1),
            text: "550 5.1.1 No such m\u{e4}ilbox\r\nBcc: x".into(),
            host: Some("hub.contoso.test".into()),
            is_reply: true,
        };
        let reporter = Reporter { server: "mta.sender.test", now, id: 2 };
        let notice = String::from_utf8(compose(Kind::Failure, &message, &[("r7@contoso.test", &problem)], reporter))
            .expect("ASCII");
        let expected = "Date: Mon, 7 Jan 2030 10:00:00 +0000\r\n\
            From: Mail Delivery System <postmaster@mta.sender.test>\r\n\
            To: <sender@sender.test>\r\n\
            Subject: Undeliverable mail\r\n\
            Message-ID: <0000000000000002@mta.sender.test>\r\n\
            Auto-Submitted: auto-replied\r\n\
            MIME-Version: 1.0\r\n\
            Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"report-0000000000000002\"\r\n\
            \r\n\
            --report-0000000000000002\r\n\
            Content-Type: text/plain; charset=us-ascii\r\n\
            \r\n\
            Your message could not be delivered to:\r\n\
            \r\n  r7@contoso.test\r\n    hub.contoso.test said:\r\n    550 5.1.1 No such m?ilbox??Bcc: x\r\n\
            \r\nThis notice was written by mta.sender.test.\r\n\
            \r\n--report-0000000000000002\r\n\
            Content-Type: message/delivery-status\r\n\
            \r\n\
            Reporting-MTA: dns; mta.sender.test\r\n\
            Arrival-Date: Mon, 7 Jan 2030 10:00:00 +0000\r\n\
            \r\n\
            Final-Recipient: rfc822; r7@contoso.test\r\n\
            Action: failed\r\n\
            Status: 5.1.1\r\n\
            Remote-MTA: dns; hub.contoso.test\r\n\
            Diagnostic-Code: smtp; 550 5.1.1 No such m?ilbox??Bcc: x\r\n\
            \r\n--report-0000000000000002\r\n\
            Content-Type: text/rfc822-headers\r\n\
            \r\n\
            Subject: all hands\r\n\
            \r\n--report-0000000000000002--\r\n";
        assert_eq!(notice, expected);
    }
}
