//! Nothing leaves the world.
//!
//! A query for a name outside of the zones is answered NXDOMAIN and stands in the trace; it is no breach, for MTAs look
//! up names of their own.

use super::Checked;
use crate::{claim::Judging, trace::Event};

/// No connection to an address that nobody has.
pub(super) fn check(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for (index, entry) in judging.view.trace.0.iter().enumerate() {
        match &entry.event {
            Event::Connect { .. } => checked.note(index, None),
            Event::Refused { host, to, port } => {
                checked.note(index, host.is_empty().then(|| format!("a connection to {to}, port {port}")));
            }
            _ => {}
        }
    }
    checked
}
