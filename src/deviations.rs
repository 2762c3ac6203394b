//! What an MTA is known to do otherwise: a file of the user's.

use std::{fs, path::Path};

use mtaspec_harness::deviation::Deviations;

use crate::{exit::Failure, load};

/// Reads the file that the command line names, if it names one.
///
/// # Errors
///
/// It cannot be read, or an entry of it is wrong.
pub(crate) fn read(file: Option<&Path>) -> Result<Deviations, Failure> {
    let Some(file) = file else { return Ok(Deviations::default()) };
    let text = fs::read_to_string(file).map_err(|error| load::unreadable(file, &error))?;
    Deviations::from_toml(&file.display().to_string(), &text)
        .map_err(|error| Failure::page(error.to_string().trim_end().to_owned()))
}
