//! A dialogue that a host follows, over the correct server.

use std::time::Duration;

use crate::rule::{Argument, Tag};

/// What a host says in one connection, or in each; commands that it does not name get the correct answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Only this connection of the host, counted from 1; `None`: each one.
    pub connection: Option<u32>,
    /// In order.
    pub steps: Vec<Step>,
    /// Reported once the host has sent all of the script in some session.
    pub tag: Option<Tag>,
}

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands, for [`crate::Event::OffScript`].
    pub line: u32,
    /// What it is.
    pub action: StepAction,
}

/// What one line of a script does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepAction {
    /// `C:` waits for the next command with this verb (in capitals). The steps that follow, up to the next `C:`,
    /// take the place of the correct answer; if there are none, the correct answer is given.
    Await {
        /// The verb in capitals. A lone dot is the end of mail data, a line of an AUTH exchange its own first word.
        verb: String,
        /// What must stand behind it.
        argument: Argument,
    },
    /// Closes the connection in order.
    Close,
    /// What was sent so far reaches the client apart from what follows.
    Flush,
    /// Sends octets as they are.
    Octets(Vec<u8>),
    /// Waits.
    Pause(Duration),
    /// Breaks the connection.
    Reset,
    /// `S:` sends one line, CRLF added. Lines in a row go out in one write.
    Send(String),
    /// Stays open and silent for ever.
    Stall,
    /// Runs the TLS handshake. What the client had sent in the clear before its first TLS record is refused.
    Tls,
}
