//! The Receive connectors by which the servers of an organisation take mail from one another. They are there with the
//! service that they belong to, and nothing here changes them.

use super::{Role, Server};

/// One of them.
#[expect(clippy::exhaustive_enums, reason = "what servers of one organisation listen on for each other (IMP-04)")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiveConnector {
    /// An Edge server's.
    Edge,
    /// A front end's, for mail that goes out by it (FEP-03).
    OutboundProxy,
    /// A Transport service's.
    Transport,
}

impl ReceiveConnector {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Edge, Self::OutboundProxy, Self::Transport];

    /// What it is named on a server (FEP-03).
    pub fn name(self, server: &str) -> String {
        match self {
            Self::Edge => format!("Default internal receive connector {server}"),
            Self::OutboundProxy => format!("Outbound Proxy Frontend {server}"),
            Self::Transport => format!("Default {server}"),
        }
    }

    /// Where it listens (FEP-04, IMP-04).
    pub fn port(self) -> u16 {
        match self {
            Self::Edge => 25,
            Self::OutboundProxy => 717,
            Self::Transport => 2525,
        }
    }

    /// Whether the server has it: it has what it belongs to.
    pub fn is_on(self, server: &Server) -> bool {
        server.roles.contains(&self.role())
    }

    fn role(self) -> Role {
        match self {
            Self::Edge => Role::Edge,
            Self::OutboundProxy => Role::FrontEnd,
            Self::Transport => Role::Transport,
        }
    }
}
