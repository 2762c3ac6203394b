//! `--keep DIR`: what a case left behind, in a folder of its own, for whoever looks into it.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use mtaspec_harness::suite::run::CaseResult;

use crate::exit::Failure;

/// Writes trace, log and configuration of each case below `folder`; the folder of a case is its id.
pub(crate) fn keep(folder: &Path, results: &[CaseResult<'_>]) -> Result<(), Failure> {
    results.iter().try_for_each(|result| {
        keep_one(&folder.join(result.case.id.replace('#', "/")), result)
            .map_err(|error| Failure::page(format!("`{}` cannot be written: {error}", folder.display())))
    })
}

fn keep_one(folder: &Path, result: &CaseResult<'_>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("trace.jsonl"), result.trace.to_json_lines()?)?;
    if !result.evidence.log.is_empty() {
        fs::write(folder.join("log.txt"), &result.evidence.log)?;
    }
    for (path, contents) in &result.evidence.configuration {
        // The path is one of the sandbox; only its names are taken, so nothing is written beside the folder.
        let names = Path::new(path).components().filter(|part| matches!(part, Component::Normal(_)));
        let file = folder.join("configuration").join(names.collect::<PathBuf>());
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(file, contents)?;
    }
    Ok(())
}
