//! Several MTAs in one run.

use std::{fs, path::Path, process::Command};

/// Each is judged and told, then stands in the table, in the report and in a folder of its own.
pub(crate) fn one_table() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (report, kept) = (folder.path().join("run.json"), folder.path().join("kept"));
    let output = Command::new(env!("CARGO_BIN_EXE_mtaspec"))
        .args(["run", "--mta", "reference,reference-daemon", "--no-snapshots", "--cases"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/pages/conforms"))
        .arg("--keep")
        .arg(&kept)
        .arg("--report")
        .arg(format!("json={}", report.display()))
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let table = text.split_once("\nMTA ").expect("a table").1;
    let runs: serde_json::Value = serde_json::from_slice(&fs::read(report).expect("a report")).expect("JSON");
    for (place, name) in ["reference", "reference-daemon"].into_iter().enumerate() {
        assert!(text.lines().any(|line| line.starts_with(&format!("{name} ")) && line.contains("conform")), "{text}");
        assert!(table.lines().any(|line| line.starts_with(&format!("{name} "))), "{table}");
        assert_eq!(runs["runs"][place]["mta"]["name"], name);
        assert!(kept.join(name).is_dir());
    }
}
