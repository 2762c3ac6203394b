//! What an MTA leaves behind is shown beside a failure, and kept where the user says.

use std::{fs, path::Path, process::Command};

use mtaspec_harness::{
    report::{
        json::MtaName,
        terminal::{self, Colour},
    },
    suite::run::{Haste, Plan, judged},
    verdict::Judged,
    world::{NetworkKind, Settings},
};

use crate::errand::{errand, observe, suite};

/// An MTA that loses mail: its log and its configuration stand beside the claim that broke.
pub(crate) fn shown() {
    let (suite, id) = (suite(), "own/page#delivers");
    let case = suite.case(id).expect("the page is right");
    let errand = errand("swallows:shown");
    let result = suite.result(case, observe(&errand.mta, id), Judged::ThirdParty, None);
    let plan = Plan {
        settings: Settings { seed: 0, network: NetworkKind::Sandbox { now: errand.now } },
        jobs: std::num::NonZeroUsize::MIN,
        basis: None,
        haste: Haste::AllCases,
    };
    assert_eq!(judged("own"), Judged::ThirdParty);
    let mta = MtaName { name: "own".to_owned(), version: "1".to_owned() };
    let run = suite.report_of(mta, plan, vec![result]);
    let text = terminal::failure(&run, &run.cases[0], case, &|_| None, "", Colour::Plain);
    let says = |line: &str| assert!(text.lines().any(|own| own.trim() == line), "no `{line}` in:\n{text}");
    says("its own log:");
    says("it swallows a message");
    says("its configuration:");
    says("/etc/own/routes");
    says("sender.test=192.0.2.2:25");
}

/// `--keep` has the log, the configuration and the trace of each case.
pub(crate) fn kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/pages/conforms");
    let output = Command::new(env!("CARGO_BIN_EXE_mtaspec"))
        .args(["run", "--mta", "reference-daemon", "--cases"])
        .arg(pages)
        .arg("--keep")
        .arg(folder.path())
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |file: &str| {
        let mut found = Vec::new();
        find(folder.path(), file, &mut found);
        assert_eq!(found.len(), 1, "{file}");
        found.remove(0)
    };
    assert!(read("connectors.jsonl").contains("New-SendConnector"));
    assert!(read("log.txt").contains("listening on 192.0.2.1:2525"));
    assert!(read("trace.jsonl").contains("\"event\":\"end\""));
}

/// The contents of every file of this name below a folder.
fn find(folder: &Path, name: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            find(&entry.path(), name, found);
        } else if entry.file_name() == name {
            found.push(fs::read_to_string(entry.path()).expect("text"));
        }
    }
}
