//! Asks a command who it is, in the sandbox that this process has entered.

use std::{io, os::fd::OwnedFd, process::ExitStatus, sync::Mutex};

use rustix::process::Signal;
use tokio::{io::AsyncReadExt as _, net::unix::pipe};

use super::{ABOUT_MAX, About, CommandLine, process};
use crate::mta::StartError;

/// Octets of its answer, and of its log, that are read.
const ANSWER_OCTETS_MAX: u64 = 65_536;

/// What it says of itself.
///
/// # Errors
///
/// [`StartError::Failed`]: it could not be started, did not end in time or well, or its answer is of no use.
pub fn ask(line: &CommandLine) -> Result<About, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::failed)?;
    runtime.block_on(asked(line))
}

async fn asked(line: &CommandLine) -> Result<About, StartError> {
    let name = line.program.display();
    let mut child = process::spawn(line, "about").map_err(|error| StartError::failed(format!("`{name}`: {error}")))?;
    drop(child.stdin.take());
    let (from, log_from) = (child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from));
    let child = Mutex::new(child);
    let (mut output, mut log) = (Vec::new(), Vec::new());
    let whole = async { tokio::join!(process::ended(&child), read(from, &mut output), read(log_from, &mut log)) };
    let ended = tokio::time::timeout(ABOUT_MAX, whole).await;
    process::signal(&child, Signal::KILL);
    let output = String::from_utf8_lossy(&output);
    let failed = |why: String, said: &str| {
        let text = format!("{said}{}", String::from_utf8_lossy(&log));
        let colon = if text.trim().is_empty() { "" } else { "\nits output:\n" };
        StartError::Failed { why: format!("`{name} about` {why}{colon}{}", text.trim_end()) }
    };
    let Ok((status, ..)) = ended else {
        return Err(failed(format!("did not end within {ABOUT_MAX:?}"), &output));
    };
    let status: ExitStatus = status.map_err(StartError::failed)?;
    if !status.success() {
        return Err(failed(format!("ended with {status}"), &output));
    }
    About::parse(&output).map_err(|error| failed(format!("is of no use: {error}"), ""))
}

async fn read(from: Option<OwnedFd>, text: &mut Vec<u8>) -> io::Result<()> {
    let Some(from) = from else { return Ok(()) };
    pipe::Receiver::from_owned_fd(from)?.take(ANSWER_OCTETS_MAX).read_to_end(text).await.map(drop)
}
