//! The part for machines: message/delivery-status (RFC 3464 §2).

use super::{
    Line, Occasion, Reporter,
    text::{plain_line, quotation},
};
use crate::message::{Message, date_time};

/// The second part, with its header.
pub(super) fn part(message: &Message, occasion: Occasion, entries: &[Line<'_>], reporter: Reporter<'_>) -> Vec<u8> {
    let mut text = String::from("Content-Type: message/delivery-status\r\n\r\n");
    // It is there if and only if ENVID was: RFC 3461 §6.3.
    if let Some(id) = &message.dsn.envelope_id {
        text.push_str(&format!("Original-Envelope-Id: {}\r\n", id.decoded()));
    }
    text.push_str(&format!(
        "Reporting-MTA: dns; {}\r\nArrival-Date: {}\r\n",
        reporter.server,
        date_time(message.arrived)
    ));
    for entry in entries {
        recipient(&mut text, occasion, entry);
    }
    text.into_bytes()
}

/// The fields of one recipient, behind the empty line that parts them from what stands before.
fn recipient(text: &mut String, occasion: Occasion, entry: &Line<'_>) {
    text.push_str("\r\n");
    if let Some(original) = &entry.asked.original {
        text.push_str(&format!("Original-Recipient: {}\r\n", original.shown()));
    }
    // RFC 6533 §3: an international address in a part of 7 bits is of the type utf-8, and escaped.
    let kind = if entry.recipient.is_ascii() { "rfc822" } else { "utf-8" };
    text.push_str(&format!(
        "Final-Recipient: {kind}; {}\r\nAction: {}\r\nStatus: {}\r\n",
        plain_line(entry.recipient),
        occasion.action(),
        entry.status
    ));
    if let Some(host) = entry.remote {
        text.push_str(&format!("Remote-MTA: dns; {}\r\n", plain_line(host)));
    }
    // Our own words are no SMTP reply, and do not pass for one.
    let kind = if entry.remote.is_some() { "smtp" } else { "x-local" };
    text.push_str(&format!("Diagnostic-Code: {kind}; {}\r\n", quotation(&entry.quoted).join("\r\n ")));
    if let Occasion::Delayed { retried_until } = occasion {
        text.push_str(&format!("Will-Retry-Until: {}\r\n", date_time(retried_until)));
    }
}
