//! What of a trace belongs to no session: what went in, what the shell was told, and what the MTA reports. Messages that
//! go in at the same time, and reports of an MTA of several tasks, come in no certain order.

use crate::trace::Event;

/// Lines of no session, by what they are about.
#[derive(Debug, Default)]
pub(super) struct Others<'a> {
    lines: Vec<(About<'a>, String)>,
    /// Texts of the shell so far.
    texts: usize,
}

/// What a line is about. Their order is the one of the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About<'a> {
    /// The shell: the number of the command.
    Shell(usize),
    /// A message: its name in the page, its copy, and the recipient; none if it is the message as a whole.
    Message(&'a str, u32, Option<&'a str>),
    /// The case.
    Case,
}

impl<'a> Others<'a> {
    /// Takes the lines of an event that belongs to no session.
    pub(super) fn take(&mut self, event: &'a Event, lines: Vec<String>) {
        let about = match event {
            Event::Shell { .. } => {
                self.texts += 1;
                About::Shell(self.texts)
            }
            Event::Submit { message, .. } => of_message(message, None),
            Event::Fate { message, recipient, .. } | Event::Route { message, recipient, .. } => {
                of_message(message, Some(recipient))
            }
            _ => About::Case,
        };
        self.lines.extend(lines.into_iter().map(|line| (about.clone(), line)));
    }

    /// The lines in an order that does not vary; what is said of the same again and again stands once.
    pub(super) fn in_order(mut self) -> Vec<String> {
        // Stable: what is said of one recipient stays in the order of time.
        self.lines.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut lines: Vec<String> = self.lines.into_iter().map(|(_, line)| line).collect();
        lines.dedup();
        lines
    }
}

/// `m1.3` is the third copy of `m1`.
fn of_message<'a>(message: &'a str, recipient: Option<&'a str>) -> About<'a> {
    let copy = message.rsplit_once('.').and_then(|(name, copy)| Some((name, copy.parse().ok()?)));
    let (name, copy) = copy.unwrap_or((message, 0));
    About::Message(name, copy, recipient)
}

#[cfg(test)]
mod tests {
    use super::Others;
    use crate::trace::{Event, event::ReportedFate};

    fn fate(message: &str, recipient: &str, reason: &str) -> Event {
        let (message, recipient, reason) = (message.to_owned(), recipient.to_owned(), reason.to_owned());
        Event::Fate { message, recipient, fate: ReportedFate::Deferred, reason }
    }

    #[test]
    fn reports_stand_by_message_and_recipient_and_each_in_its_own_order() {
        let said = [
            ("m1.10", "a", "one"),
            ("m1.2", "b", "two"),
            ("m1.2", "a", "three"),
            ("m1.2", "b", "four"),
            ("m1.2", "b", "four"),
        ];
        let events = said.map(|(message, recipient, reason)| fate(message, recipient, reason));
        let mut others = Others::default();
        for (event, (.., reason)) in events.iter().zip(said) {
            others.take(event, vec![reason.to_owned()]);
        }
        assert_eq!(others.in_order(), ["three", "two", "four", "one"]);
    }
}
