//! The tests.

use std::{
    env,
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Command, ExitCode},
    thread,
};

use libtest_mimic::{Arguments, Trial};
use mtaspec_harness::{
    mta::StartError,
    sandbox,
    trace::{Event, event::EndCause},
    verdict::{Judged, Lack, Verdict},
    world::Observation,
};

use crate::{
    command,
    daemon::same_as_in_memory,
    errand::{errand, observe, observe_with, rule, suite},
    evidence,
    machine::{kill, mounts, processes, wait_until},
    mtas, probe, several,
};

const DELIVERS: &str = "own/page#delivers";
const LASTS: &str = "own/page#lasts";

/// All tests by name.
const TRIALS: [(&str, fn()); 21] = [
    ("a_case_longer_than_30_s_is_unsupported", too_long),
    ("a_dead_worker_loses_the_case_and_leaves_nothing", dead_worker),
    ("a_failure_shows_log_and_configuration", evidence::shown),
    ("a_notice_without_a_way_home_is_unsupported", notice_without_a_way),
    ("a_program_that_is_not_there_is_inconclusive", || inconclusive("missing", "no-such-mta")),
    ("an_unpacked_tree_lies_over_the_machine_and_stays_as_it_is", unpacked),
    ("an_mta_that_dies_at_once_is_inconclusive_with_its_log", || inconclusive("dies-at-once", "it cannot live here")),
    ("an_mta_that_dies_in_the_middle_breaks_an_invariant_and_the_case_says_no_more", dies),
    ("an_mta_that_loses_mail_violates", loses_mail),
    ("an_mta_that_never_greets_is_inconclusive_with_its_log", || inconclusive("hangs", "it thinks")),
    ("an_mta_that_never_stops_is_inconclusive", || inconclusive("deaf", "did not stop within 500ms")),
    ("maps_that_cannot_be_made_are_inconclusive", || inconclusive("unprepared", "no map today")),
    ("nothing_gets_out", nothing_gets_out),
    ("preparation_without_end_is_inconclusive", || inconclusive("prepares-for-ever", "did not end within 5s")),
    ("several_mtas_end_in_one_table", several::one_table),
    ("the_reference_conforms", || drop(conforms("reference"))),
    ("log_configuration_and_trace_are_kept", evidence::kept),
    ("the_reference_as_a_daemon_does_what_it_does_in_memory", same_as_in_memory),
    ("the_version_is_asked_in_a_sandbox", version),
    ("with_the_parent_everything_goes", dead_parent),
    ("without_root_the_program_says_so_and_ends_with_69", needs_root),
];

#[expect(clippy::print_stderr, reason = "nobody may think that these have run")]
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let is_root = sandbox::check().is_ok();
    if !is_root && !arguments.list {
        eprintln!("needs root: skipped");
    }
    let missing = command::missing();
    for (name, program) in missing.iter().filter(|_| !arguments.list) {
        eprintln!("{program} is not on this machine: {name} is skipped");
    }
    let trials = TRIALS.into_iter().chain(command::TRIALS).map(|(name, run)| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
        .with_ignored_flag(!is_root || missing.contains_key(name))
    });
    let killed = mtas::fetched().into_iter().map(|(mta, is_fetched)| {
        if !is_fetched && !arguments.list {
            eprintln!("{mta} is not fetched: skipped");
        }
        let killed = move || {
            mtas::killed(mta);
            Ok(())
        };
        Trial::test(format!("with_the_parent_{mta}_goes"), killed).with_ignored_flag(!is_root || !is_fetched)
    });
    libtest_mimic::run(&arguments, trials.chain(killed).collect()).exit_code()
}

#[track_caller]
fn conforms(mta: &str) -> Observation {
    let seen = observe(mta, DELIVERS);
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Conforms, "{}\n{}", ruling.reason, seen.evidence.log);
    seen
}

#[track_caller]
fn inconclusive(mta: &str, why: &str) {
    let seen = observe(mta, DELIVERS);
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Inconclusive, "{}", ruling.reason);
    assert!(ruling.reason.contains(why), "{}", ruling.reason);
    assert!(seen.evidence.configuration.iter().any(|(file, _)| file == "/etc/own/routes"));
    wait_until("nothing is left", || processes(mta).is_empty());
}

/// The words of its plan for a notice are in the log, and it has one way out for everything.
fn notice_without_a_way() {
    let seen = observe("gives-up:notice", DELIVERS);
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Unsupported, "{}", ruling.reason);
    assert!(ruling.reason.contains("a way of its own for the accepted domains"), "{}", ruling.reason);
}

fn dies() {
    let suite = suite();
    let result =
        suite.result(suite.case(DELIVERS).expect("a case"), observe("dies", DELIVERS), Judged::ThirdParty, None);
    let broken: Vec<&str> =
        result.invariants.iter().filter(|(_, checked)| !checked.breaches.is_empty()).map(|(id, _)| *id).collect();
    assert_eq!(broken, ["stays-up"]);
    assert_eq!(result.ruling.lack, Some(Lack::DidNotArise), "{}", result.ruling.reason);
    assert!(result.ruling.reason.contains("it died: `"), "{}", result.ruling.reason);
}

fn loses_mail() {
    let seen = observe("swallows:loses-mail", DELIVERS);
    assert_eq!(rule(DELIVERS, &seen).verdict, Verdict::Violates);
    assert_eq!(cause(&seen), Some(EndCause::Horizon), "nobody tried, so nothing settled");
}

fn cause(seen: &Observation) -> Option<EndCause> {
    match seen.trace.0.last()?.event {
        Event::End { cause, .. } => Some(cause),
        _ => None,
    }
}

fn nothing_gets_out() {
    let before = mounts();
    // A name that nobody else on this machine has: the file itself is gone again.
    let fresh = tempfile::Builder::new().prefix("written-by-a-sandbox-").tempfile().expect("a file");
    let name = fresh.path().file_name().expect("a name").to_string_lossy().into_owned();
    drop(fresh);
    let mta = format!("probes:{name}");
    let seen = conforms(&mta);
    assert_eq!(cause(&seen), Some(EndCause::Settled));
    let log = &seen.evidence.log;
    let says = |line: &str| assert!(log.lines().any(|own| own.starts_with(line)), "no `{line}` in:\n{log}");
    says("tcp 198.18.0.1:25: NetworkUnreachable");
    says("tcp 8.8.8.8:53: NetworkUnreachable");
    says("tcp [2001:4860::1]:25: NetworkUnreachable");
    says("udp 198.18.0.1:53: NetworkUnreachable");
    says("tcp 192.0.2.77:25: ConnectionRefused");
    let files = probe::files(&name);
    for (number, file) in files.iter().enumerate() {
        says(&format!("write {file}: {}", if number < 2 { "ReadOnlyFilesystem" } else { "done" }));
        assert!(!Path::new(file).exists(), "{file} is on this machine");
    }
    says("/etc/resolv.conf: \"nameserver 192.0.2.53\\n\"");
    says("/proc/sys/kernel/hostname: \"mta.sender.test\\n\"");
    says("/etc/own/password: \"sesame\\n\"");
    says("processes: Ok(2)");
    says(probe::LOG_LINE);
    assert_eq!(mounts(), before);
    wait_until("nothing is left", || processes(&mta).is_empty());
}

fn unpacked() {
    let tree = tempfile::tempdir().expect("a temporary folder");
    let program = tree.path().join("usr/sbin/of-the-tree");
    fs::create_dir_all(program.parent().expect("a folder")).expect("room for a tree");
    fs::write(&program, "#!/bin/sh\nstat -c '%A %G %n' \"$0\"\necho x > /usr/sbin/written-by-a-sandbox\n")
        .expect("room");
    fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("it is ours");
    let seen = observe_with(tree.path(), "unpacked:tree", DELIVERS);
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Conforms, "{}\n{}", ruling.reason, seen.evidence.log);
    assert!(seen.evidence.log.contains("-rwxr-sr-x postie /usr/sbin/of-the-tree"), "{}", seen.evidence.log);
    let mode = fs::metadata(&program).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o7777, 0o755);
    assert_eq!(fs::read_dir(tree.path().join("usr/sbin")).expect("it is there").count(), 1);
}

fn too_long() {
    let seen = observe("well", "own/page#lasts-too-long");
    let setting = "2d of world time".to_owned();
    assert_eq!(seen.refusal, Some(StartError::Unsupported { setting }));
}

fn version() {
    assert_eq!(sandbox::version(&errand("well")), Ok("version 7.11 of mta.sender.test".to_owned()));
}

/// The outer and the inner process of the worker, and the MTA.
const WHOLE_WORLD: usize = 3;

fn dead_worker() {
    let mta = "well:dead-worker";
    let observing = thread::spawn(move || observe(mta, LASTS));
    wait_until("the MTA is there", || processes(mta).len() == WHOLE_WORLD);
    kill(processes(mta)[0]);
    let seen = observing.join().expect("no panic");
    let ruling = rule(LASTS, &seen);
    assert_eq!(ruling.verdict, Verdict::Inconclusive, "{}", ruling.reason);
    assert!(ruling.reason.contains("signal: 9"), "{}", ruling.reason);
    wait_until("nothing is left", || processes(mta).is_empty());
}

fn dead_parent() {
    let mta = "well:dead-parent";
    let before = mounts();
    let mut parent = Command::new(env::current_exe().expect("this program"));
    let mut parent = parent.args(["__parent", mta, LASTS]).spawn().expect("this program");
    wait_until("the MTA is there", || processes(mta).len() == WHOLE_WORLD + 1);
    kill(parent.id());
    let status = parent.wait().expect("a child");
    assert!(!status.success());
    wait_until("nothing is left", || processes(mta).is_empty());
    assert_eq!(mounts(), before);
}

/// Nobody's id on every Linux.
const NOBODY: u32 = 65_534;

fn needs_root() {
    // The program is put where nobody can reach it, too.
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("it is ours");
    let program = folder.path().join("mtaspec");
    fs::copy(env!("CARGO_BIN_EXE_mtaspec"), &program).expect("room for the program");
    for words in [["--network", "sandbox", "starttls"], ["--mta", "reference-daemon", "starttls"]] {
        let mut command = Command::new(&program);
        // Other groups are dropped along with the user.
        let command = command.arg("run").args(words).current_dir("/").uid(NOBODY).gid(NOBODY);
        let output = command.output().expect("it starts");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(69), "{words:?}: {complaint}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{words:?}");
        assert_eq!(complaint.lines().count(), 1, "{words:?}: {complaint}");
        assert!(complaint.contains("needs root"), "{words:?}: {complaint}");
    }
}
