//! What rules and scripts make a host do instead of what is correct.

use std::{ops::Range, sync::Arc, time::Duration};

use super::{Session, handshake::alert_record, wire::End};
use crate::{
    limits::{AUTH_LINE_OCTETS_MAX, SESSION_COMMANDS_MAX},
    rule::Action,
    script::{Script, StepAction},
    stream::Stream,
};

/// What was said in place of the correct answer.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// All octets, of replies and others.
    pub(crate) octets: Vec<u8>,
    reply: Option<u16>,
    /// The handshake was run by a script.
    pub(crate) secured: bool,
    /// Anything at all took the place of the correct answer; pauses alone only put it off.
    pub(crate) instead: bool,
}

impl Said {
    pub(crate) fn reply(code: u16, octets: Vec<u8>) -> Self {
        Self { octets, reply: Some(code), secured: false, instead: true }
    }

    /// The code that moves the session on: the last reply's, or the three digits with which loose octets begin.
    pub(crate) fn code(&self) -> Option<u16> {
        self.reply.or_else(|| digits(&self.octets))
    }
}

fn digits(octets: &[u8]) -> Option<u16> {
    let digits = octets.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// How far a session has followed its script.
#[derive(Debug)]
pub(crate) struct Follow {
    /// Which script of the host.
    index: usize,
    /// The next step.
    next: usize,
    /// Steps at whose end the host has sent all.
    sends: usize,
    used: bool,
}

impl Follow {
    /// The script of this connection: one that is for it alone goes before one that is for all.
    pub(crate) fn choose(scripts: &[Script], connection: u32) -> Option<Self> {
        let own = scripts.iter().position(|script| script.connection == Some(connection));
        let index = own.or_else(|| scripts.iter().position(|script| script.connection.is_none()))?;
        let steps = &scripts[index].steps;
        let sends = |action: &StepAction| {
            matches!(
                action,
                StepAction::Close | StepAction::Octets(_) | StepAction::Reset | StepAction::Send(_) | StepAction::Stall
            )
        };
        let sends = steps.iter().rposition(|step| sends(&step.action)).map_or(steps.len(), |last| last + 1);
        Some(Self { index, next: 0, sends, used: false })
    }

    /// The steps up to the next one that waits.
    pub(crate) fn block(&self, scripts: &[Script]) -> Range<usize> {
        let steps = &scripts[self.index].steps[self.next..];
        let waits = steps.iter().position(|step| matches!(step.action, StepAction::Await { .. }));
        self.next..self.next + waits.unwrap_or(steps.len())
    }

    /// Goes past the step that waits, if it waits for this.
    pub(crate) fn meets(&mut self, scripts: &[Script], verb: &str, said: &[u8]) -> bool {
        let step = scripts[self.index].steps.get(self.next);
        let Some(StepAction::Await { verb: awaited, argument }) = step.map(|step| &step.action) else { return false };
        let met = awaited == verb && crate::matching::fits(argument, said);
        self.next += usize::from(met);
        met
    }

    /// The line of the first step that was not reached, unless the host has sent all.
    pub(crate) fn off_script(&self, scripts: &[Script]) -> Option<u32> {
        if self.used {
            return None;
        }
        scripts[self.index].steps.get(self.next).map(|step| step.line)
    }
}

impl<S: Stream> Session<S> {
    /// Does what a rule says.
    pub(super) async fn act(&mut self, actions: &[Action]) -> Result<Said, End> {
        let mut said = Said::default();
        for action in actions {
            said.instead |= !matches!(action, Action::Pause(_));
            match action {
                Action::Alert(name) => {
                    self.wire.send_raw(&alert_record(name)).await?;
                    return Err(End::BY_HOST);
                }
                Action::Close => return Err(End::BY_HOST),
                Action::Octets(octets) => self.say(octets, &mut said).await?,
                Action::Pause(duration) => self.pause(*duration).await?,
                Action::Reply(reply) => {
                    let octets = reply.octets();
                    self.wire.send(&octets).await?;
                    said.octets.extend(octets);
                    said.reply = Some(reply.code());
                }
                Action::Reset => return Err(End::RESET_BY_HOST),
                Action::Stall => return Err(self.overhear().await),
            }
        }
        Ok(said)
    }

    /// Does the steps of the script up to the next one that waits.
    pub(super) async fn follow(&mut self) -> Result<Said, End> {
        let mut said = Said::default();
        let host = Arc::clone(&self.host);
        let Some(follow) = &self.script else { return Ok(said) };
        let script = &host.host().scripts[follow.index];
        let block = follow.block(&host.host().scripts);
        let mut at = block.start;
        self.followed(script, at);
        while at < block.end {
            let action = &script.steps[at].action;
            said.instead |= !matches!(action, StepAction::Pause(_) | StepAction::Flush);
            match action {
                StepAction::Close | StepAction::Reset | StepAction::Stall => self.followed(script, at + 1),
                _ => {}
            }
            match action {
                StepAction::Await { .. } => {}
                StepAction::Close => return Err(End::BY_HOST),
                StepAction::Flush => self.wire.boundary(),
                StepAction::Octets(octets) => self.say(octets, &mut said).await?,
                StepAction::Pause(duration) => self.pause(*duration).await?,
                StepAction::Reset => return Err(End::RESET_BY_HOST),
                StepAction::Send(_) => at = self.send_lines(script, at..block.end, &mut said).await?,
                StepAction::Stall => return Err(self.overhear().await),
                StepAction::Tls => {
                    self.handshake().await?;
                    said.secured = true;
                }
            }
            at += 1;
            self.followed(script, at);
        }
        // After a 421 that ends the script, the host closes; a script that goes on says itself what comes.
        if said.code() == Some(421) && at == script.steps.len() {
            return Err(End::BY_HOST);
        }
        Ok(said)
    }

    /// Sends the lines that stand in a row from `steps.start` on, in one write; gives the last one's place.
    async fn send_lines(&mut self, script: &Script, steps: Range<usize>, said: &mut Said) -> Result<usize, End> {
        let mut octets = Vec::new();
        let mut last = steps.start;
        for at in steps {
            let StepAction::Send(line) = &script.steps[at].action else { break };
            octets.extend_from_slice(line.as_bytes());
            octets.extend_from_slice(b"\r\n");
            if line.as_bytes().get(3) != Some(&b'-') {
                said.reply = digits(line.as_bytes()).or(said.reply);
            }
            last = at;
        }
        self.wire.send(&octets).await?;
        said.octets.extend(octets);
        Ok(last)
    }

    /// Notes that the script was followed as far as `next`.
    fn followed(&mut self, script: &Script, next: usize) {
        let Some(follow) = &mut self.script else { return };
        follow.next = next;
        if next >= follow.sends && !follow.used {
            follow.used = true;
            self.used(script.tag);
        }
    }

    async fn say(&mut self, octets: &[u8], said: &mut Said) -> Result<(), End> {
        self.wire.boundary();
        self.wire.send(octets).await?;
        self.wire.boundary();
        said.octets.extend_from_slice(octets);
        Ok(())
    }

    /// Waits, and looks whether the client goes. One that goes in the midst of a pause ends the session there.
    async fn pause(&mut self, duration: Duration) -> Result<(), End> {
        let end = tokio::select! {
            biased;
            () = tokio::time::sleep(duration) => return Ok(()),
            end = self.wire.hold() => end,
        };
        self.take_lines();
        Err(end)
    }

    /// Listens without an answer until the client goes, and says how it went.
    pub(super) async fn overhear(&mut self) -> End {
        loop {
            self.take_lines();
            if let Err(end) = self.wire.fill().await {
                return end;
            }
        }
    }

    /// Reports the lines that have come, and answers none of them. Mail data is counted.
    pub(super) fn take_lines(&mut self) {
        if let Some(incoming) = &mut self.incoming {
            let octets = self.wire.unread();
            incoming.recorder.take(octets);
            let count = octets.len();
            self.wire.consume(count);
        }
        while !self.deaf
            && let Some(at) = memchr::memchr(b'\n', self.wire.unread())
        {
            let line = self.wire.unread()[..=at].to_vec();
            self.wire.consume(at + 1);
            self.take_line(line);
            self.deaf |= self.commands > SESSION_COMMANDS_MAX;
        }
        if self.deaf || self.wire.unread().len() > AUTH_LINE_OCTETS_MAX {
            let count = self.wire.unread().len();
            self.wire.consume(count);
        }
    }
}
