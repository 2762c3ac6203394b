//! Runs the program and keeps what it did.

use std::{fs, path::Path};

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

/// What one run of the program did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program with these words, in `folder`.
pub(crate) fn mtaspec_in(folder: &Path, words: &[&str]) -> Outcome {
    let output = cargo_bin_cmd!("mtaspec").args(words).current_dir(folder).output().expect("the program starts");
    let text = |octets| String::from_utf8(octets).expect("the program writes UTF-8");
    let status = output.status.code().expect("no signal ends the program");
    Outcome { status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the program with these words, in a folder of the tests' own pages.
pub(crate) fn mtaspec(words: &[&str]) -> Outcome {
    mtaspec_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli"), words)
}

/// A folder with one page, `pages/own/page.md`.
pub(crate) fn folder_with_page(page: impl AsRef<[u8]>) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let pages = folder.path().join("pages/own");
    fs::create_dir_all(&pages).expect("a folder of pages");
    fs::write(pages.join("page.md"), page).expect("a page");
    folder
}
