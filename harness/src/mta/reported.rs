//! What an MTA of its own processes reports on standard output, with the names that its messages have in the trace.

use std::{
    collections::BTreeMap,
    process::ChildStdout,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::unix::pipe,
    sync::Notify,
};

use super::{MtaReport, ReportReader, Reporter, ShellRefusal};

/// Reads reports and forwards them.
pub(super) struct Reported {
    reader: ReportReader,
    forwarding: Forwarding,
}

/// Forwards reports. What speaks of a message that is not known yet waits for its name: an MTA may be done with a
/// message before it has said that it took it.
pub(super) struct Forwarding {
    reporter: Arc<dyn Reporter>,
    state: Mutex<State>,
    /// A text that was typed has been run.
    told: Notify,
}

#[derive(Default)]
struct State {
    /// The MTA's name of a message, and the trace's.
    names: BTreeMap<String, String>,
    waiting: Vec<MtaReport>,
}

impl Reported {
    pub(super) fn new(reader: ReportReader, reporter: Arc<dyn Reporter>) -> Arc<Self> {
        Arc::new(Self { reader, forwarding: Forwarding::new(reporter) })
    }

    /// Reads reports until there are no more.
    pub(super) async fn listen(self: Arc<Self>, output: ChildStdout) -> std::io::Result<()> {
        let mut lines = BufReader::new(pipe::Receiver::from_owned_fd(output.into())?).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(report) = (self.reader.line)(&line) {
                self.forwarding.hear(report);
            }
        }
        Ok(())
    }

    /// Waits until a text that was typed has been run, and everything that it reports has been heard.
    pub(super) async fn told(&self) {
        self.forwarding.told.notified().await;
    }

    /// The message of this name in the trace was taken with this reply.
    pub(super) fn taken(&self, message: &str, reply: &str) {
        if let Some(name) = (self.reader.name)(reply) {
            self.forwarding.named(&name, message);
        }
    }
}

impl Forwarding {
    pub(super) fn new(reporter: Arc<dyn Reporter>) -> Self {
        Self { reporter, state: Mutex::default(), told: Notify::new() }
    }

    /// The MTA calls a message so; the second name is the one in the trace.
    pub(super) fn named(&self, own: &str, message: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.names.insert(own.to_owned(), message.to_owned());
        for report in std::mem::take(&mut state.waiting) {
            self.tell_or_keep(&mut state, report);
        }
    }

    /// Forwards a report, or keeps it until its message has a name.
    pub(super) fn hear(&self, report: MtaReport) {
        self.tell_or_keep(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner), report);
    }

    fn tell_or_keep(&self, state: &mut State, report: MtaReport) {
        match &report {
            MtaReport::Fate { message, recipient, fate, reason } => match state.names.get(message) {
                Some(name) => self.reporter.fate(name, recipient, *fate, reason),
                None => state.waiting.push(report),
            },
            MtaReport::Log { kind, file, row } => self.reporter.log(*kind, file, row),
            MtaReport::Queue(queue) => self.reporter.queue(queue.clone()),
            MtaReport::Route { message, recipient, connector, delivery } => match state.names.get(message) {
                Some(name) => self.reporter.route(name, recipient, connector.as_deref().unwrap_or_default(), delivery),
                None => state.waiting.push(report),
            },
            MtaReport::Shell { command, accepted, output, code } => {
                let refusal = || ShellRefusal { code: code.clone(), message: output.clone() };
                self.reporter.shell(command, if *accepted { Ok(output) } else { Err(refusal()) });
            }
            MtaReport::Told => self.told.notify_one(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::event::ReportedFate;

    /// Keeps what it is told of fates.
    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Reporter for Heard {
        fn fate(&self, message: &str, recipient: &str, _: ReportedFate, _: &str) {
            self.0.lock().expect("no panic").push(format!("{message} {recipient}"));
        }

        fn shell(&self, _: &str, _: Result<&str, crate::mta::ShellRefusal>) {}

        fn queue(&self, _: crate::mta::QueueReport) {}

        fn route(&self, _: &str, _: &str, _: &str, _: &str) {}
    }

    fn fate(message: &str, recipient: &str) -> MtaReport {
        let (message, recipient) = (message.to_owned(), recipient.to_owned());
        MtaReport::Fate { message, recipient, fate: ReportedFate::Delivered, reason: String::new() }
    }

    #[test]
    fn a_report_waits_for_the_name_of_its_message() {
        let heard = Arc::new(Heard::default());
        let reader = ReportReader { name: |reply| reply.strip_prefix("250 ").map(str::to_owned), line: |_| None };
        let reported = Reported::new(reader, Arc::clone(&heard) as Arc<dyn Reporter>);
        reported.forwarding.hear(fate("7", "a@b.test"));
        reported.taken("m2", "250 8");
        assert_eq!(*heard.0.lock().expect("no panic"), Vec::<String>::new());
        reported.taken("m1", "250 7");
        reported.forwarding.hear(fate("8", "c@b.test"));
        assert_eq!(*heard.0.lock().expect("no panic"), ["m1 a@b.test", "m2 c@b.test"]);
    }
}
