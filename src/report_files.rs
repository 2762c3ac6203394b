//! Reports that are written to files: `--report json=FILE`.

use std::{fs, path::PathBuf};

use mtaspec_harness::report::json::RunReport;

use crate::exit::Failure;

/// A report to write. JSON is the only kind of this version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ReportFile(PathBuf);

/// The reports that the command line asks for.
///
/// # Errors
///
/// What is not `json=FILE`.
pub(crate) fn asked_for(words: &[String]) -> Result<Vec<ReportFile>, Failure> {
    let report = |word: &String| match word.split_once('=') {
        Some(("json", file)) if !file.is_empty() => Ok(ReportFile(file.into())),
        Some((kind, file)) if kind != "json" && !file.is_empty() => Err(Failure::command_line(format!(
            "`--report {word}`: no report of the kind `{kind}`: json only in this version"
        ))),
        _ => Err(Failure::command_line(format!("`--report {word}`: a report is written as `json=FILE`"))),
    };
    words.iter().map(report).collect()
}

/// Writes all of them.
pub(crate) fn write(files: &[ReportFile], run: &RunReport) -> Result<(), Failure> {
    if files.is_empty() {
        return Ok(());
    }
    let text = run.to_json().map_err(|error| Failure::bug(format!("a bug of mtaspec: the run is no JSON: {error}")))?;
    for ReportFile(file) in files {
        fs::write(file, &text)
            .map_err(|error| Failure::page(format!("`{}` cannot be written: {error}", file.display())))?;
    }
    Ok(())
}
