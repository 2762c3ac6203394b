//! One session as the log has it.

use std::{net::SocketAddr, sync::Arc};

use super::{LogService, Mark, ProtocolLog, Row, Secrets, certificate};
use crate::{
    connector::HeaderRights,
    reply::{Reply, ReplyCode},
    wire::Command,
};

/// What stands for a response of an authentication exchange, and for a challenge.
const RESPONSE: &str = "<authentication response>";
const CHALLENGE: &str = "<authentication challenge>";

/// A session that is logged. Its last row is written when it is dropped, so there is one however the session ends.
pub struct Conversation {
    log: Arc<ProtocolLog>,
    service: LogService,
    connector: String,
    session: u64,
    remote: SocketAddr,
    local: Option<SocketAddr>,
    sequence: u64,
    rights: HeaderRights,
    secrets: Secrets,
    is_lost: bool,
}

/// Which session.
pub(super) struct Name<'a> {
    pub(super) service: LogService,
    pub(super) connector: &'a str,
    pub(super) session: u64,
    pub(super) remote: SocketAddr,
}

impl Conversation {
    /// Writes that a connection is tried (LOG-21).
    pub(super) fn new(log: Arc<ProtocolLog>, name: Name<'_>, rights: HeaderRights, secrets: Secrets) -> Self {
        let Name { service, connector, session, remote } = name;
        let connector = connector.to_owned();
        let (local, sequence, is_lost) = (None, 0, false);
        let mut own = Self { log, service, connector, session, remote, local, sequence, rights, secrets, is_lost };
        own.write(Mark::Information, "", &format!("attempting to connect to {remote}"));
        own
    }

    /// There is a connection, and this is our end of it.
    pub fn connected(&mut self, local: Option<SocketAddr>) {
        self.local = local;
        self.write(Mark::Connect, "", "");
        let HeaderRights { forest, organization, routing } = self.rights;
        let tokens =
            [(routing, "SendRoutingHeaders"), (forest, "SendForestHeaders"), (organization, "SendOrganizationHeaders")];
        let tokens: Vec<&str> = tokens.iter().filter(|(may, _)| *may).map(|(_, token)| *token).collect();
        let data = if tokens.is_empty() { "None".to_owned() } else { tokens.join(" ") };
        self.write(Mark::Information, &data, "Set Session Permissions");
    }

    /// Lines were sent. Mail data is not logged, whatever it looks like.
    pub(crate) fn sent(&mut self, lines: &[u8], command: Command) {
        if command == Command::EndOfData {
            return;
        }
        for line in lines.split(|&octet| octet == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(line);
            let shown = if command == Command::Auth { exchange(&text) } else { text.into_owned() };
            let shown = self.secrets.hidden(shown);
            self.write(Mark::Sent, &shown, "");
        }
    }

    /// A reply was read: one row, however many lines it has (LOG-22).
    pub(crate) fn received(&mut self, reply: &Reply, command: Command) {
        let text = match reply.code {
            ReplyCode::CHALLENGE if command == Command::Auth => format!("{} {CHALLENGE}", reply.code),
            _ => reply.to_string(),
        };
        let text = self.secrets.hidden(text);
        self.write(Mark::Received, &text, "");
    }

    /// Something that is neither said nor heard.
    pub fn inform(&mut self, context: &str) {
        let context = self.secrets.hidden(context.to_owned());
        self.write(Mark::Information, "", &context);
    }

    /// The connection is gone; the last row says that it was not our doing.
    pub fn lost(&mut self, why: &str) {
        self.is_lost = true;
        self.inform(why);
    }

    /// TLS stands: what the host's certificate says of itself (LOG-13).
    pub(crate) fn secured(&mut self, certificate: Option<&[u8]>) {
        for (value, what) in certificate.map(certificate::facts).unwrap_or_default() {
            self.write(Mark::Information, &value, what);
        }
    }

    /// TLS could not be had (LOG-13).
    pub(crate) fn not_secured(&mut self, why: &str) {
        self.inform(&format!("TLS negotiation failed: {why}"));
    }

    fn write(&mut self, mark: Mark, data: &str, context: &str) {
        let Self { connector, session, sequence, local, remote, .. } = &*self;
        let (session, sequence, local, remote) = (*session, *sequence, *local, *remote);
        self.log.write(self.service, &Row { connector, session, sequence, local, remote, mark, data, context });
        self.sequence += 1;
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        let context = if self.is_lost { "Remote" } else { "Local" };
        self.write(Mark::Disconnect, "", context);
    }
}

/// A line of an authentication exchange, without what it gives away: verb and mechanism are left.
fn exchange(line: &str) -> String {
    let mut words = line.split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some(verb @ ("AUTH" | "X-EXPS")), Some(mechanism), None) => format!("{verb} {mechanism}"),
        (Some(verb @ ("AUTH" | "X-EXPS")), Some(mechanism), Some(_)) => format!("{verb} {mechanism} {RESPONSE}"),
        (Some("*"), None, None) => "*".to_owned(),
        _ => RESPONSE.to_owned(),
    }
}
