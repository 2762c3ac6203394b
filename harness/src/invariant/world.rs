//! Nothing leaves the world.
//!
//! A query for a name outside of the zones is answered NXDOMAIN and stands in the trace; it is no breach, for MTAs look
//! up names of their own. A name server that the page itself tells the MTA of may be one that is not there.

use std::net::IpAddr;

use super::Checked;
use crate::{claim::Judging, trace::Event};

/// No connection to an address that nobody has, and no query.
pub(super) fn check(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for (index, entry) in judging.view.trace.0.iter().enumerate() {
        match &entry.event {
            Event::Connect { .. } | Event::Query { .. } => checked.note(index, None),
            Event::Refused { host, to, port } => {
                checked.note(index, host.is_empty().then(|| format!("a connection to {to}, port {port}")));
            }
            Event::Stray { to, port } => {
                checked.note(index, (!is_told(judging, *to)).then(|| format!("a datagram to {to}, port {port}")));
            }
            _ => {}
        }
    }
    checked
}

/// Whether the page tells the MTA of this name server.
fn is_told(judging: &Judging<'_>, address: IpAddr) -> bool {
    let text = address.to_string();
    let is_typed = judging.case.shell.iter().any(|shell| shell.text.contains(&text));
    is_typed || judging.case.world.name_servers.contains(&address)
}
