//! The MTA lives on.

use super::Checked;
use crate::{claim::Judging, trace::Event};

/// No end but the one that the case makes. Where the case has met nobody, nothing was put to the test.
pub(super) fn check(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for (index, entry) in judging.view.trace.0.iter().enumerate() {
        match &entry.event {
            Event::Connect { .. } | Event::Submit { .. } => checked.note(index, None),
            Event::Died { why } => {
                checked.note(index, Some(format!("it ended by itself: {}", why.lines().next().unwrap_or_default())));
            }
            _ => {}
        }
    }
    checked
}
