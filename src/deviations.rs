//! What an MTA is known to do otherwise: a file of the user's, or the one that is built in.

use std::{fs, io::Write as _, path::Path};

use mtaspec_harness::{deviation::Deviations, report::json::RunReport};

use crate::{exit::Failure, load, mtas::MTAS, output::counted};

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

/// Refuses a file that is there: reasons that somebody wrote are not to be lost.
///
/// # Errors
///
/// It is there.
pub(crate) fn must_be_new(file: &Path) -> Result<(), Failure> {
    if file.exists() {
        let words = format!("`{}` is there already, and a draft does not replace it", file.display());
        return Err(Failure::command_line(words));
    }
    Ok(())
}

/// Writes a draft for everything that is not as expected, and says so.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn write_draft(file: &Path, run: &RunReport) -> Result<String, Failure> {
    let draft = Deviations::draft(run);
    let text = draft.to_toml().map_err(|error| Failure::bug(format!("the draft of deviations: {error}")))?;
    fs::File::create_new(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::page(format!("`{}` cannot be written: {error}", file.display())))?;
    let count = counted(draft.deviation.len(), "deviation", "deviations");
    Ok(format!("drafted {count} in {}: give each its reason, then say --deviations\n", file.display()))
}
