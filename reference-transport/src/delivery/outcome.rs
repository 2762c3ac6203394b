//! What became of a recipient, in the words that a report and a notice need.

use crate::{
    reply::{EnhancedCode, Reply},
    resolver::ResolveError,
    session::SessionError,
};

/// What an attempt came to for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// To be tried again.
    Deferred(Problem),
    /// The host took responsibility.
    Delivered {
        /// The host.
        host: String,
        /// Its reply to the end of mail data.
        reply: Reply,
        /// Whether it offered DSN, and so answers for what the sender asked (RFC 3461 §5.2.1).
        offers_dsn: bool,
    },
    /// Given up.
    Failed(Problem),
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// One for each recipient, in order.
    pub outcomes: Vec<Outcome>,
    /// Whether a host took its transactions to their end, whatever it said in them: then it is the message that is
    /// tried again, and else the next hop (FAIL-08, FAIL-13).
    pub was_host_there: bool,
}

/// Why a recipient was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// RFC 3463; its class agrees with what becomes of the recipient.
    pub status: EnhancedCode,
    /// A reply, `452 4.5.3 Too many recipients`, or our own words in that form.
    pub text: String,
    /// The host that said so; `None`: nobody but us.
    pub host: Option<String>,
    /// The reply of `host` that `text` is; `None`: it did not come to one.
    pub reply: Option<Reply>,
}

impl Problem {
    /// Our own words.
    #[must_use]
    pub fn own(status: EnhancedCode, text: &str) -> Self {
        let code = if status.class == 5 { 550 } else { 451 };
        Self { status, text: format!("{code} {status} {text}"), host: None, reply: None }
    }

    /// What a session with `host` came to.
    #[must_use]
    pub fn of_session(error: &SessionError, host: &str) -> Self {
        match error.reply() {
            Some(reply) => {
                let (text, reply) = (reply.to_string(), Some(reply.clone()));
                Self { status: error.status(), text, host: Some(host.to_owned()), reply }
            }
            None => Self { host: Some(host.to_owned()), ..Self::own(error.status(), &error.to_string()) },
        }
    }

    /// Too many recipients for one transaction: transient, whichever of its two codes the host used.
    #[must_use]
    pub fn too_many(reply: &Reply, host: &str) -> Self {
        Self {
            status: EnhancedCode::new(4, 5, 3),
            text: reply.to_string(),
            host: Some(host.to_owned()),
            reply: Some(reply.clone()),
        }
    }

    /// What a lookup came to.
    #[must_use]
    pub fn of_lookup(error: &ResolveError) -> Self {
        Self::own(error.status(), &error.to_string())
    }

    /// The same, to be tried again: what is wrong is our own settings, or only one of several hosts.
    #[must_use]
    pub fn transient(self) -> Self {
        if self.status.class == 4 || self.reply.is_some() {
            return Self { status: EnhancedCode { class: 4, ..self.status }, ..self };
        }
        let status = EnhancedCode { class: 4, ..self.status };
        let words = self.text.splitn(3, ' ').nth(2).unwrap_or_default();
        Self { host: self.host, ..Self::own(status, words) }
    }

    /// Whether trying again is pointless.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.status.class == 5
    }
}
