//! `--report`: the kinds of files that a run is written to.

use std::fs;

use tempfile::TempDir;

use crate::outcome::mtaspec;

/// The reports of a run of the tests' own pages, as JUnit XML and as Markdown.
fn written() -> (String, String) {
    let folder = TempDir::new().expect("a temporary folder");
    let (junit, markdown) = (folder.path().join("run.xml"), folder.path().join("run.md"));
    let (as_junit, as_markdown) = (format!("junit={}", junit.display()), format!("markdown={}", markdown.display()));
    let words = ["run", "--cases", "pages", "--no-snapshots", "--report", &as_junit, "--report", &as_markdown];
    let done = mtaspec(&words);
    assert_eq!((done.status, done.stderr.as_str()), (2, ""));
    (fs::read_to_string(junit).expect("a report"), fs::read_to_string(markdown).expect("a report"))
}

#[test]
fn a_run_is_written_as_junit_and_as_markdown_at_once() {
    let (junit, markdown) = written();
    for part in [
        "<testsuite name=\"own\"",
        "<testcase name=\"own/relay#arrives\" classname=\"own/relay\" time=\"0.000\"/>",
        "<failure message=\"line 22: MUST u@fabrikam.test is delivered to origin: ",
        "<skipped message=\"unsupported: did not arise: ",
    ] {
        assert!(junit.contains(part), "`{part}` is missing in\n{junit}");
    }
    assert!(markdown.starts_with("RFC: "), "{markdown}");
    for part in ["| <code>own</code> | 1 | **1** | **1** | **1** | 0 |", "<code>own/relay#elsewhere</code></summary>"] {
        assert!(markdown.contains(part), "`{part}` is missing in\n{markdown}");
    }
}

#[test]
fn the_same_run_is_the_same_files() {
    assert!(written() == written());
}

#[test]
fn a_kind_that_is_not_there_is_64_and_those_that_are_there_are_named() {
    let done = mtaspec(&["run", "--report", "pdf=run.pdf"]);
    assert_eq!((done.status, done.stdout.as_str()), (64, ""));
    assert_eq!(
        done.stderr,
        "mtaspec: `--report pdf=run.pdf`: no report is of the kind `pdf`; there is: github, html, json, junit, markdown\n"
    );
    for wrong in ["run.json", "junit="] {
        let done = mtaspec(&["judge", "run.json", "--report", wrong]);
        assert_eq!((done.status, done.stdout.as_str()), (64, ""));
        assert!(
            done.stderr.ends_with("`KIND=FILE`; the kinds are: github, html, json, junit, markdown\n"),
            "{}",
            done.stderr
        );
    }
}

#[test]
fn what_goes_to_standard_output_stands_behind_the_summary() {
    let done = mtaspec(&["run", "--cases", "pages", "--no-snapshots", "--report", "github=-"]);
    let commands: Vec<&str> = done.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!((done.status, commands.len()), (2, 3), "{}", done.stdout);
    let start =
        "::error file=pages/violates/own/relay.md,line=22,title=reference 0.1.0%3A violates own/relay#elsewhere::MUST";
    assert!(commands.iter().any(|line| line.starts_with(start)), "{commands:?}");
    assert!(commands.iter().any(|line| line.starts_with("::warning ")), "{commands:?}");
}

#[test]
fn a_page_of_html_is_written() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("run.html");
    mtaspec(&["run", "--cases", "pages", "--no-snapshots", "--report", &format!("html={}", file.display())]);
    let html = fs::read_to_string(file).expect("a page");
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">") && html.contains("own/relay#elsewhere"), "{html}");
}
