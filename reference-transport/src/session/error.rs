//! Why a session did not end in full success, and how far that reaches.

use std::io;

use crate::{
    reply::{EnhancedCode, Reply, ReplyCode, Severity},
    wire::{Command, CommandError, ReplyError},
};

/// Why a session with one host ended without full success. The variants are the kinds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The credential was not accepted, or the exchange went astray (AUT-19, AUT-22).
    #[error("authentication failed: {why}")]
    Authentication {
        /// The reply, or our own words.
        why: String,
    },
    /// TCP or TLS went away, or a timeout of RFC 5321 §4.5.3.2 ran out.
    #[error("connection lost at {during}: {}", in_words(source))]
    Connection {
        /// What was awaited.
        during: Command,
        /// Why.
        source: io::Error,
    },
    /// The connector or the message needs an extension that this host does not offer.
    #[error("host does not offer {keyword}, which {needed_by} needs")]
    Extension {
        /// The EHLO keyword.
        keyword: &'static str,
        /// The connector, or the message.
        needed_by: Need,
    },
    /// The TLS handshake failed: a certificate that is not good enough, an alert, octets that are no TLS.
    #[error("TLS handshake failed: {}", in_words(source))]
    Handshake {
        /// Why.
        source: io::Error,
    },
    /// The certificate that the connector names is not ours to show (TLS-26).
    #[error("no certificate of ours is `{name}`")]
    NoCertificate {
        /// As the connector has it.
        name: String,
    },
    /// Mutual TLS was called for, and the host did not want to know who we are (TLS-21).
    #[error("the host asked for no certificate, so TLS is not mutual")]
    OneSided,
    /// The host and we did not come to trust each other as Exchange servers (AUT-15).
    #[error("451 5.7.3 Cannot achieve Exchange Server authentication: {why}")]
    ExchangeServer {
        /// What was missing.
        why: String,
    },
    /// The message is larger than the host takes (SIZ-07).
    #[error("message of {size} octets is larger than the {max} that the host takes")]
    Oversize {
        /// Of the message, in octets.
        size: u64,
        /// What the host takes.
        max: u64,
    },
    /// The host sent octets that are no reply.
    #[error("host broke the protocol after {during}: {source}")]
    Protocol {
        /// What was awaited.
        during: Command,
        /// Why.
        source: ReplyError,
    },
    /// The host said no, or something that is no answer to what was said.
    #[error("{command} refused: {reply}")]
    Refused {
        /// What was refused.
        command: Command,
        /// With what.
        reply: Reply,
    },
    /// An argument cannot be written as SMTP; nothing was sent.
    #[error("{command} cannot be written: {source}")]
    Unwritable {
        /// The command.
        command: Command,
        /// Why.
        source: CommandError,
    },
}

/// An error of the network by its kind, for every machine has a number and words of its own; one that a library made in
/// the library's words.
fn in_words(error: &io::Error) -> String {
    error.get_ref().map_or_else(|| error.kind().to_string(), ToString::to_string)
}

/// Who needs an extension.
#[expect(clippy::exhaustive_enums, reason = "settings and mail are all that a session is given")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The settings: it reaches every message of the connector.
    Connector,
    /// What is sent.
    Message,
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connector => "the connector",
            Self::Message => "the message",
        })
    }
}

/// How far a failure reaches, and so what to try next.
#[expect(clippy::exhaustive_enums, reason = "a new reach is a new rule of delivery")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This recipient alone; the others of the message go on.
    Recipient,
    /// This message; later messages to the host go on.
    Message,
    /// This host; try the next one in MX order (RFC 5321 §5.1).
    Host,
}

impl SessionError {
    /// How far the failure reaches.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            // 421 closes the channel, whatever it answers: RFC 5321 §3.8.
            Self::Refused { reply, .. } if reply.code == ReplyCode::SERVICE_CLOSING => Reach::Host,
            Self::Refused { command: Command::Rcpt, .. } | Self::Unwritable { command: Command::Rcpt, .. } => {
                Reach::Recipient
            }
            Self::Refused { command: Command::Mail | Command::Data | Command::EndOfData, .. }
            | Self::Unwritable { command: Command::Mail, .. }
            | Self::Extension { needed_by: Need::Message, .. }
            | Self::Oversize { .. } => Reach::Message,
            Self::Authentication { .. }
            | Self::Connection { .. }
            | Self::ExchangeServer { .. }
            | Self::Extension { .. }
            | Self::NoCertificate { .. }
            | Self::OneSided
            | Self::Handshake { .. }
            | Self::Protocol { .. }
            | Self::Refused { .. }
            | Self::Unwritable { .. } => Reach::Host,
        }
    }

    /// Whether trying again is pointless (RFC 5321 §4.2.1). What is wrong with our settings is not the message's
    /// fault, so that is never permanent, whatever the host says (AUT-20, AMB-38).
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            // A refusal of STARTTLS, AUTH or RSET says nothing of the mail.
            Self::Refused { command: Command::StartTls | Command::Auth | Command::Rset | Command::Quit, .. } => false,
            Self::Refused { reply, .. } => reply.severity() == Severity::PermanentNegative,
            Self::Extension { needed_by, .. } => *needed_by == Need::Message,
            Self::Oversize { .. } | Self::Unwritable { .. } => true,
            Self::Authentication { .. }
            | Self::Connection { .. }
            | Self::ExchangeServer { .. }
            | Self::Handshake { .. }
            | Self::NoCertificate { .. }
            | Self::OneSided
            | Self::Protocol { .. } => false,
        }
    }

    /// The enhanced status code for reports: the host's own if it gave one, else ours (RFC 3463 §3).
    #[must_use]
    pub fn status(&self) -> EnhancedCode {
        let class = if self.is_permanent() { 5 } else { 4 };
        let (subject, detail) = match self {
            Self::Refused { reply, .. } => match reply.enhanced().filter(|code| code.class == class) {
                Some(code) => return code,
                // 552 is about size, at MAIL and after the mail data (SIZ-06, SIZ-09).
                None if reply.code.value() == 552 => (3, 4),
                None => (0, 0),
            },
            Self::Authentication { .. } => (7, 8),
            Self::Connection { during: Command::Connect, .. } => (4, 1),
            Self::Connection { .. } => (4, 2),
            Self::Extension { keyword: "8BITMIME" | "BINARYMIME" | "CHUNKING", .. } => (6, 3),
            Self::Extension { keyword: "SMTPUTF8", .. } => (6, 7),
            Self::Extension { .. } => (7, 4),
            Self::ExchangeServer { .. } => (7, 3),
            Self::Handshake { .. } | Self::NoCertificate { .. } | Self::OneSided => (7, 5),
            Self::Oversize { .. } => (3, 4),
            Self::Protocol { .. } => (5, 0),
            Self::Unwritable { .. } => (1, 3),
        };
        EnhancedCode::new(class, subject, detail)
    }

    /// The host's reply, if that is what it is about.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Refused { reply, .. } => Some(reply),
            _ => None,
        }
    }
}
