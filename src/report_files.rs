//! Reports that are written to files: `--report KIND=FILE`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mtaspec_harness::{
    report::{github, html, joined, json::RunReport, junit, markdown},
    suite::Suite,
};

use crate::exit::Failure;

/// A report to write.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ReportFile {
    kind: Kind,
    file: PathBuf,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// For the log of a workflow of GitHub Actions.
    Github,
    /// For people: one page, with every dialogue.
    Html,
    /// The stored shape, with all traces.
    Json,
    /// For continuous integration.
    Junit,
    /// For a comment on a pull request.
    Markdown,
}

impl Kind {
    /// The kinds by the names that the command line has for them.
    const ALL: [(&str, Self); 5] = [
        ("github", Self::Github),
        ("html", Self::Html),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("markdown", Self::Markdown),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(own, _)| *own == name).map(|(_, kind)| kind)
    }

    /// Runs as this kind writes them.
    fn text(self, suite: &Suite, runs: &[RunReport]) -> Result<String, Failure> {
        let bug = |error: &dyn std::error::Error| Failure::bug(format!("a bug of mtaspec: no report: {error}"));
        match self {
            Self::Github => {
                let page = |id: &str| suite.case(id).ok().map(|case| (case.file.display().to_string(), case.line));
                Ok(github::commands(runs, &page))
            }
            Self::Html => html::page(suite, runs).map_err(|error| bug(&error)),
            Self::Json => joined::to_json(runs).map_err(|error| bug(&error)),
            Self::Junit => junit::document(runs).map_err(|error| bug(&error)),
            Self::Markdown => Ok(markdown::comment(runs)),
        }
    }
}

/// The reports that the command line asks for.
///
/// # Errors
///
/// What is not `KIND=FILE`, or of no kind that there is.
pub(crate) fn asked_for(words: &[String]) -> Result<Vec<ReportFile>, Failure> {
    let kinds = Kind::ALL.map(|(name, _)| name).join(", ");
    let report = |word: &String| match word.split_once('=') {
        Some((name, file)) if !file.is_empty() => match Kind::named(name) {
            Some(kind) => Ok(ReportFile { kind, file: file.into() }),
            None => Err(Failure::command_line(format!(
                "`--report {word}`: no report is of the kind `{name}`; there is: {kinds}"
            ))),
        },
        _ => Err(Failure::command_line(format!(
            "`--report {word}`: a report is written as `KIND=FILE`; the kinds are: {kinds}"
        ))),
    };
    words.iter().map(report).collect()
}

/// Writes all of them, and hands over what is for standard output: those whose file is `-`.
///
/// # Errors
///
/// The first that cannot be written; those before it are.
pub(crate) fn write(files: &[ReportFile], suite: &Suite, runs: &[RunReport]) -> Result<String, Failure> {
    let mut said = String::new();
    for ReportFile { kind, file } in files {
        let text = kind.text(suite, runs)?;
        if file == Path::new("-") {
            said.push_str(&text);
            continue;
        }
        fs::write(file, text)
            .map_err(|error| Failure::page(format!("`{}` cannot be written: {error}", file.display())))?;
    }
    Ok(said)
}
