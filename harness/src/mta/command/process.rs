//! The process of a command: its environment, its end, and whatever it has started in its group.

use std::{
    fs, io,
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{CommandLine, FOLDER};

/// How often the end of a process is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// Starts the program for a task, `about` or `run`, in a process group of its own.
pub(super) fn spawn(line: &CommandLine, task: &str) -> io::Result<Child> {
    fs::create_dir_all(FOLDER)?;
    let mut command = Command::new(&line.program);
    command.args(&line.arguments).arg(task).current_dir(&line.folder).process_group(0).env_clear();
    command.env("PATH", &line.path).env("HOME", FOLDER).env("TMPDIR", FOLDER).env("LC_ALL", "C.UTF-8");
    command.env("MTASPEC_FOLDER", FOLDER);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn()
}

/// Waits for the end of a process without a thread for it.
pub(super) async fn ended(child: &std::sync::Mutex<Child>) -> io::Result<ExitStatus> {
    loop {
        let looked = child.lock().unwrap_or_else(std::sync::PoisonError::into_inner).try_wait()?;
        if let Some(status) = looked {
            return Ok(status);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Sends a signal to the program and to what it has started in its group.
pub(super) fn signal(child: &std::sync::Mutex<Child>, signal: Signal) {
    let id = child.lock().unwrap_or_else(std::sync::PoisonError::into_inner).id();
    // A group that has ended needs no signal.
    let _done = i32::try_from(id).ok().and_then(Pid::from_raw).map(|group| kill_process_group(group, signal));
}
