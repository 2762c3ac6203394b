//! Runs that were stored with `--report json=FILE`, read again.

use std::{fs, path::Path};

use mtaspec_harness::report::json::RunReport;

use crate::{exit::Failure, load};

/// Reads a stored run.
///
/// # Errors
///
/// A file that cannot be read, or that is no such run.
pub(crate) fn read(file: &Path) -> Result<RunReport, Failure> {
    let text = fs::read_to_string(file).map_err(|error| load::unreadable(file, &error))?;
    RunReport::from_json(&text).map_err(|error| {
        Failure::page(format!("`{}` is no run as `mtaspec run --report json=FILE` writes it: {error}", file.display()))
    })
}
