//! The part for people: what happened, to whom, and who said so (FAIL-19).

use super::{
    Line, Occasion, Reporter,
    text::{plain_line, quotation},
};
use crate::message::date_time;

/// The subject of a notice.
pub(super) fn subject(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Delayed { .. } => "Delayed mail",
        Occasion::Expired | Occasion::Failed => "Undeliverable mail",
        Occasion::Relayed => "Relayed mail",
    }
}

/// The first part, with its header.
pub(super) fn part(occasion: Occasion, entries: &[Line<'_>], reporter: Reporter<'_>) -> Vec<u8> {
    let mut text = String::from("Content-Type: text/plain; charset=us-ascii\r\n\r\n");
    text.push_str(&opening(occasion));
    for entry in entries {
        text.push_str(&format!("\r\n  {}\r\n", plain_line(entry.recipient)));
        match entry.remote {
            Some(host) => text.push_str(&format!("    {} said:\r\n", plain_line(host))),
            None => text.push_str(&format!("    {} found:\r\n", reporter.server)),
        }
        for line in quotation(&entry.quoted) {
            text.push_str(&format!("      {line}\r\n"));
        }
        text.push_str(&format!("    Status code: {}\r\n", entry.status));
    }
    text.push_str(&format!("\r\nThis notice was written by {}. Below is what it is about.\r\n", reporter.server));
    text.into_bytes()
}

fn opening(occasion: Occasion) -> String {
    match occasion {
        Occasion::Delayed { retried_until } => format!(
            "Your message could not be delivered yet. There is nothing for you to do: it will be\r\n\
             tried again until {}. It still waits for:\r\n",
            date_time(retried_until)
        ),
        Occasion::Expired => {
            "Your message could not be delivered in time. It will not be tried again for:\r\n".to_owned()
        }
        Occasion::Failed => "Your message could not be delivered to:\r\n".to_owned(),
        Occasion::Relayed => {
            "Your message was taken by a server that does not confirm deliveries. You will hear no\r\n\
             more of it, unless it comes to grief, for:\r\n"
                .to_owned()
        }
    }
}
