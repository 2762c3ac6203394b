//! Mail data in chunks: BDAT (RFC 3030 §2), for content that DATA cannot carry.
//!
//! One chunk is on its way at a time: the reply to each is read before the next, so that a refusal ends the matter at
//! once (RFC 3030 §2).

use super::{Content, Session, SessionError, Verdict, transaction::refuse};
use crate::{
    limits::BDAT_CHUNK_OCTETS,
    reply::{Reply, Severity},
    wire::{Command, command_line},
};

impl Session {
    /// A transaction whose content goes by BDAT.
    pub(super) async fn run_chunked(
        &mut self,
        content: &Content,
        mail: Vec<u8>,
        rcpts: &[(usize, Vec<u8>)],
        verdicts: &mut [Verdict],
    ) -> Result<(), SessionError> {
        let accepted = self.paths_step_by_step(mail, rcpts, verdicts).await?;
        if accepted.is_empty() {
            return Ok(());
        }
        let mut left = content.size();
        let [head, body] = content.parts();
        // The header goes with what of the body fits: a chunk of its own would cost a round trip.
        let (beside_head, rest) = body.split_at(body.len().min(BDAT_CHUNK_OCTETS.saturating_sub(head.len())));
        let first = [head, beside_head].concat();
        for chunk in std::iter::once(first.as_slice()).chain(rest.chunks(BDAT_CHUNK_OCTETS)) {
            left -= chunk.len() as u64;
            let is_last = left == 0;
            match self.chunk(chunk, is_last).await {
                Ok(reply) if reply.severity() != Severity::PositiveCompletion => {
                    refuse(verdicts, &accepted, Command::EndOfData, &reply);
                    // RFC 3030 §2: nothing else is said before the failed transaction is cleared.
                    return self.reset().await;
                }
                Ok(reply) if is_last => {
                    accepted.iter().for_each(|&at| verdicts[at] = Verdict::Accepted(reply.clone()));
                    return Ok(());
                }
                Ok(_) => {}
                Err(error @ SessionError::Refused { .. }) => return Err(error),
                Err(error) => {
                    if is_last {
                        accepted.iter().for_each(|&at| verdicts[at] = Verdict::Unknown);
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn chunk(&mut self, octets: &[u8], is_last: bool) -> Result<Reply, SessionError> {
        let size = octets.len().to_string();
        let words: &[&str] = if is_last { &["BDAT", &size, "LAST"] } else { &["BDAT", &size] };
        let mut line =
            command_line(words).map_err(|source| SessionError::Unwritable { command: Command::Data, source })?;
        if let Some(log) = &mut self.channel.log {
            // What follows the command in the same write is mail data, and no part of the log.
            log.sent(&line, Command::Data);
        }
        line.extend_from_slice(octets);
        self.channel.write(&line, Command::EndOfData, self.timeouts.data_block).await?;
        self.channel.reply(Command::EndOfData, self.timeouts.data_termination).await
    }
}
