//! `reference-transport run --typed`: shell text that comes while it works, on standard input.

use std::io::{self, BufRead as _};

use mtaspec_reference_transport::{json_lines, told::ToldText, transport::Transport};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{say, tell};

/// Lines of standard input as they come. A thread of its own reads them, for standard input cannot be waited for in any
/// other way that every platform has; it ends with the process.
fn lines() -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Runs every text that comes. What cannot be run is said, and changes nothing; it never ends, for a daemon goes on when
/// nobody types any more.
pub(crate) async fn listen(transport: &Transport, report: bool) {
    let mut lines = lines();
    while let Some(line) = lines.recv().await {
        match ToldText::parse_lines(&line) {
            Ok(texts) => texts.iter().for_each(|text| run(transport, text, report)),
            Err(error) => say(&format!("a line of standard input is no text for the shell: {error}")),
        }
        if report {
            tell(&json_lines::told());
        }
    }
    std::future::pending().await
}

fn run(transport: &Transport, text: &ToldText, report: bool) {
    let outcomes = match transport.tell(text) {
        Ok(outcomes) => outcomes,
        Err(error) => return say(&error.to_string()),
    };
    for outcome in outcomes {
        match outcome.result.as_deref() {
            result if report => tell(&json_lines::shell(&outcome.text, result)),
            Ok(_) if outcome.console.is_empty() => {}
            Ok(_) => tell(&outcome.console),
            Err(error) => say(&format!("`{}`: {error}", outcome.text)),
        }
    }
}
