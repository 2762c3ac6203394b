//! Mail data: DATA up to its end-of-data line, BDAT by its count.

use std::sync::Arc;

use super::{
    Session,
    end_of_data::{At, Scan, scan},
    wire::End,
};
use crate::{event::Event, mail_data::Recorder, matching::Occasion, stream::Stream};

/// A message that is on its way.
pub(crate) struct Incoming {
    pub(crate) recorder: Recorder,
    /// Rules that wait for octets of it, the last one first.
    waiting: Vec<(u64, usize)>,
}

impl Incoming {
    fn at(&self) -> At {
        if self.recorder.seam() == *b"\r\n" { At::LineStart } else { At::MidLine }
    }

    /// How many octets may come before the next rule is asked.
    fn room(&self) -> usize {
        let until = self.waiting.last().map_or(u64::MAX, |(octets, _)| *octets);
        usize::try_from(until.saturating_sub(self.recorder.octets())).unwrap_or(usize::MAX)
    }
}

impl<S: Stream> Session<S> {
    /// Reads mail data up to and with its end-of-data line.
    pub(super) async fn read_data(&mut self) -> Result<(), End> {
        self.expect_message(Recorder::dotted());
        loop {
            self.ask_data_rules().await?;
            let Some(incoming) = &mut self.incoming else { return Ok(()) };
            let octets = self.wire.unread();
            let data = match scan(octets, incoming.at()) {
                Scan::End(0, line) => {
                    self.wire.consume(line);
                    break;
                }
                // A rule stopped between CR and LF: the line begins behind the LF.
                _ if incoming.recorder.seam()[1] == b'\r' && octets.starts_with(b"\n") => 1,
                Scan::Data(data) | Scan::End(data, _) => data,
            };
            if data == 0 {
                self.wire.fill().await?;
                continue;
            }
            let taken = data.min(incoming.room());
            incoming.recorder.take(&octets[..taken]);
            self.wire.consume(taken);
        }
        self.end_message(Chunking::No);
        Ok(())
    }

    /// Reads one chunk. One that belongs to no message is thrown away.
    pub(super) async fn read_chunk(&mut self, size: u64, last: bool) -> Result<(), End> {
        let wanted = self.state.takes_chunks();
        if wanted && self.incoming.is_none() {
            self.expect_message(Recorder::chunked());
        }
        let mut left = size;
        loop {
            if wanted {
                self.ask_data_rules().await?;
            }
            if left == 0 {
                break;
            }
            if self.wire.unread().is_empty() {
                self.wire.fill().await?;
                continue;
            }
            let octets = self.wire.unread();
            let mut taken = octets.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if wanted && let Some(incoming) = &mut self.incoming {
                taken = taken.min(incoming.room());
                incoming.recorder.take(&octets[..taken]);
            }
            self.wire.consume(taken);
            left -= taken as u64;
        }
        self.message_size = self.incoming.as_ref().map_or(0, |incoming| incoming.recorder.size());
        if wanted && last {
            self.end_message(Chunking::Yes);
        }
        Ok(())
    }

    fn expect_message(&mut self, recorder: Recorder) {
        let mut waiting = self.host.data_rules();
        waiting.reverse();
        self.incoming = Some(Incoming { recorder, waiting });
    }

    fn end_message(&mut self, chunking: Chunking) {
        let Some(incoming) = self.incoming.take() else { return };
        self.message_size = incoming.recorder.size();
        self.wire.reporter.report(Event::MailDataEnded {
            data: incoming.recorder.finish(),
            tls: self.wire.tls(),
            chunking: chunking == Chunking::Yes,
        });
    }

    /// Uses the rules that have waited for as many octets as have come. Of those that wait for the same number, the
    /// first that matches is used.
    async fn ask_data_rules(&mut self) -> Result<(), End> {
        let mut used_at = None;
        loop {
            let Some(incoming) = &mut self.incoming else { return Ok(()) };
            if incoming.room() > 0 {
                return Ok(());
            }
            let Some((octets, index)) = incoming.waiting.pop() else { return Ok(()) };
            let chosen = self.host.choose(&Occasion::Data(index), self.moment(), &mut self.counts);
            if chosen.is_none() || used_at == Some(octets) {
                continue;
            }
            used_at = Some(octets);
            let host = Arc::clone(&self.host);
            let rule = &host.host().rules[index];
            self.used(rule.tag);
            if self.act(&rule.actions).await?.code() == Some(421) {
                return Err(End::BY_HOST);
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunking {
    No,
    Yes,
}
