//! One connector as one mailer.

use mtaspec_reference_transport::connector::{Connector, Hello, Routing};

use super::files::unsupported;
use crate::mta::{StartError, brief::SMTPS};

/// Longest line of a message, without its end, in octets: RFC 5321 §4.5.3.1.6 less two.
const LINE_OCTETS_MAX: usize = 998;

/// Recipients of one mail transaction: as many as the host takes.
const RECIPIENTS_MAX: usize = 10_000;

/// The line of a mailer without settings of its own: our own domains, at this port.
pub(super) fn plain(name: &str, port: u16) -> String {
    line(name, "aT", "", port)
}

/// The line of a mailer whose messages wait: only a queue run that names them would try them (flag `%`).
pub(super) fn held(name: &str) -> String {
    line(name, "a%", "", 25)
}

/// The line of one connector. `size_limit` is what its messages may have, in octets.
pub(super) fn of_connector(name: &str, connector: &Connector, size_limit: Option<u64>) -> Result<String, StartError> {
    let mut flags = String::new();
    flags.push(if connector.hello == Hello::Helo { '2' } else { 'a' });
    // Our own flag: whether the trace of its own goes along.
    if connector.header_rights.routing {
        flags.push('T');
    }
    let mut fields = String::new();
    if connector.messages_per_connection_max > 0 {
        fields += &format!(" m={},", connector.messages_per_connection_max);
    }
    if let Some(limit) = size_limit {
        fields += &format!(" M={limit},");
    }
    let port = match connector.routing {
        Routing::SmartHosts(_) => connector.port,
        _ => 25,
    };
    let is_required = super::security::is_required(connector);
    if port == SMTPS && is_required {
        return Err(unsupported("TLS from the first octet (port 465)"));
    }
    Ok(line(name, &flags, &fields, port))
}

fn line(name: &str, flags: &str, fields: &str, port: u16) -> String {
    format!(
        "M{name}, P=[IPC], F=mDFMuX!{flags}, S=qualify, R=0/qualify, E=\\r\\n, L={LINE_OCTETS_MAX}, r={RECIPIENTS_MAX},{fields} \
         A=TCP $h {port}\n"
    )
}
