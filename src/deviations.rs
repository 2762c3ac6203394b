//! What an MTA is known to do otherwise: a file of the user's, or the one that is built in.

use std::{fs, path::Path};

use mtaspec_harness::deviation::Deviations;

use crate::{exit::Failure, load, mtas::MTAS};

/// Reads the file that the command line names; if it names none, what is built in for the MTA of this name.
///
/// # Errors
///
/// It cannot be read, or an entry of it is wrong.
pub(crate) fn read(file: Option<&Path>, mta: &str) -> Result<Deviations, Failure> {
    let parsed = |name: &str, text: &str| Deviations::from_toml(name, text).map_err(|error| error.to_string());
    let Some(file) = file else {
        let built_in = MTAS.iter().find(|known| known.name == mta).map_or("", |known| known.deviations);
        if built_in.is_empty() {
            return Ok(Deviations::default());
        }
        return parsed(&format!("{mta}/deviations.toml"), built_in).map_err(Failure::bug);
    };
    let text = fs::read_to_string(file).map_err(|error| load::unreadable(file, &error))?;
    parsed(&file.display().to_string(), &text).map_err(|error| Failure::page(error.trim_end().to_owned()))
}
