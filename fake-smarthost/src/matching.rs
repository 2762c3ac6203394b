//! Whether a trigger, an argument or a condition fits what is happening.

use std::time::Duration;

use crate::{
    rule::{Argument, Conditions, TlsState, Trigger},
    session::path::{mailbox_in, same_mailbox},
};

/// What is happening, for rules.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Occasion<'a> {
    /// A line of an AUTH exchange.
    AuthLine,
    Command {
        verb: &'a str,
        argument: &'a [u8],
        /// It is a last chunk, and so the end of mail data, too.
        ends_data: EndsData,
    },
    Connect,
    /// Mail data has come as far as the rule at this place in the list waits for.
    Data(usize),
    EndOfData,
    Handshake,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndsData {
    No,
    Yes,
}

/// Whether the trigger of the rule at `index` waits for this.
pub(crate) fn occurs(trigger: &Trigger, index: usize, occasion: &Occasion<'_>) -> bool {
    match (trigger, *occasion) {
        (Trigger::Any, Occasion::AuthLine | Occasion::Command { .. })
        | (Trigger::Connect, Occasion::Connect)
        | (Trigger::EndOfData, Occasion::EndOfData | Occasion::Command { ends_data: EndsData::Yes, .. })
        | (Trigger::Handshake, Occasion::Handshake) => true,
        (Trigger::Command { verb, argument }, Occasion::Command { verb: said, argument: with, .. }) => {
            verb == said && fits(argument, with)
        }
        (Trigger::Data, Occasion::Data(waiting)) => waiting == index,
        _ => false,
    }
}

/// Whether what stands behind a verb is what a rule or a script asks for.
pub(crate) fn fits(argument: &Argument, said: &[u8]) -> bool {
    match argument {
        Argument::Anything => true,
        Argument::Mailbox(mailbox) => mailbox_in(said).is_some_and(|inside| same_mailbox(inside, mailbox.as_bytes())),
        Argument::Pattern(pattern) => pattern.matches(said),
    }
}

/// Whether all conditions hold but the count and the octets of mail data.
pub(crate) fn holds(conditions: &Conditions, tls: TlsState, elapsed: Duration) -> bool {
    conditions.tls.is_none_or(|asked| asked == tls)
        && conditions.until.is_none_or(|until| elapsed < until)
        && conditions.since.is_none_or(|since| elapsed >= since)
}
