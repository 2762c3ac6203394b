//! Ctrl-C: what was judged until then is told and stands in the reports.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

use crate::outcome::{Outcome, folder_with_page};

/// How often `/proc` is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// SIGINT in the mask of signals that `/proc/PID/status` has: the first bit is signal 1.
const SIGINT: u64 = 1 << 1;

/// The page that conforms, with a host that never greets: a sender waits five minutes for it (RFC 5321 §4.5.3.2.1), and
/// the case half of one.
fn silent() -> String {
    let silent =
        "```world\nobserve until 30s\n```\n\n```host relay.contoso.test\nconnect -> stall\n```\n\n```powershell\n";
    include_str!("pages/conforms/own/relay.md").replacen("```powershell\n", silent, 1)
}

/// A run that takes longer than anybody waits.
struct Run(Child);

impl Run {
    fn start(words: &[&str]) -> Self {
        let program = cargo_bin("mtaspec");
        // Whoever runs the tests in the background of a script is deaf to Ctrl-C, and what they start would be as well.
        let mut command = if is_in_mask("/proc/self", "SigIgn:") {
            let mut command = Command::new("env");
            command.arg("--default-signal=INT").arg(program);
            command
        } else {
            Command::new(program)
        };
        let child = command
            .arg("run")
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        Self(child)
    }

    /// Waits until `/proc/PID` says so.
    fn wait_until(&mut self, is_so: impl Fn(&str) -> bool) {
        let folder = format!("/proc/{}", self.0.id());
        while !is_so(&folder) {
            assert!(self.0.try_wait().expect("it can be asked").is_none(), "it ended by itself");
            thread::park_timeout(LOOK);
        }
    }

    fn press_ctrl_c(&self) {
        let pressed = Command::new("sh").args(["-c", &format!("kill -INT {}", self.0.id())]).status();
        assert!(pressed.expect("a shell").success());
    }

    /// The next line of standard error.
    fn complaint(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stderr.as_mut().expect("it is read")).read_line(&mut line).expect("a line");
        line
    }

    fn end(mut self) -> Outcome {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.0.stdout.take().expect("it is read").read_to_string(&mut stdout).expect("the program writes UTF-8");
        self.0.stderr.take().expect("it is read").read_to_string(&mut stderr).expect("the program writes UTF-8");
        Outcome { status: self.0.wait().expect("it ends").code().expect("no signal ends the program"), stdout, stderr }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // One that has ended needs no end.
        let _killed = self.0.kill();
        let _waited = self.0.wait();
    }
}

fn hears_ctrl_c(folder: &str) -> bool {
    is_in_mask(folder, "SigCgt:")
}

/// Whether SIGINT is in this mask of the process whose folder this is.
fn is_in_mask(folder: &str, mask: &str) -> bool {
    let status = fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix(mask));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & SIGINT != 0)
}

/// Whether it has worked for two seconds, in ticks of a hundredth: longer than it reads pages for.
fn has_worked(folder: &str) -> bool {
    let stat = fs::read_to_string(format!("{folder}/stat")).unwrap_or_default();
    let user = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(11)?.parse::<u64>().ok());
    user.is_some_and(|ticks| ticks >= 200)
}

fn has_sockets(folder: &str) -> bool {
    let files = fs::read_dir(format!("{folder}/fd")).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_link(file.path()).ok()).any(|to| to.to_string_lossy().starts_with("socket:"))
}

#[test]
fn what_was_judged_is_told_and_reported_with_130() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let file = folder.path().join("run.json").display().to_string();
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/pages/conforms");
    let report = format!("json={file}");
    let mut run = Run::start(&["--cases", pages, "--no-snapshots", "--repeat", "1000000", "--report", &report]);
    run.wait_until(|folder| hears_ctrl_c(folder) && has_worked(folder));
    run.press_ctrl_c();
    let done = run.end();
    assert_eq!(done.status, 130, "{done:?}");
    assert_eq!(done.stderr, "mtaspec: cases that run are waited for; Ctrl-C once more ends at once\n");
    assert!(done.stdout.starts_with("reference 0.1.0: 1 case: 1 conform\n"), "{}", done.stdout);
    assert!(done.stdout.contains("\ninterrupted: ") && done.stdout.ends_with(" of 1000000 cases judged\n"), "{done:?}");
    let report: Value = serde_json::from_str(&fs::read_to_string(file).expect("a report")).expect("JSON");
    assert_eq!(report["cases"][0]["verdict"], "conforms");
}

#[test]
fn the_second_time_nothing_is_waited_for() {
    let folder = folder_with_page(silent());
    let pages = folder.path().join("pages").display().to_string();
    let mut run = Run::start(&["--cases", &pages, "--no-snapshots", "--network", "loopback"]);
    run.wait_until(|folder| hears_ctrl_c(folder) && has_sockets(folder));
    run.press_ctrl_c();
    assert!(run.complaint().contains("once more"));
    assert!(run.0.try_wait().expect("it can be asked").is_none(), "it waits for the case");
    run.press_ctrl_c();
    let done = run.end();
    assert_eq!((done.status, done.stdout.as_str()), (130, ""));
}
