//! `--mta-command`: an MTA behind a program of the user's, found and asked who it is.

use std::path::{Path, PathBuf};

use mtaspec_harness::mta::command::{CommandLine, split};

use crate::{exit::Failure, surroundings::Surroundings};

/// What the command line asks for: words of a program that is there.
///
/// # Errors
///
/// It is no command line (64), or there is no such program (69).
pub(crate) fn line(text: &str, around: Surroundings) -> Result<CommandLine, Failure> {
    let mut words = split(text)
        .map_err(|error| Failure::command_line(format!("`--mta-command {text}` is no command line: {error}")))?
        .into_iter();
    let program = words.next().unwrap_or_default();
    let folder = (around.folder)()
        .map_err(|error| Failure::missing(format!("the folder that this runs in is not to be had: {error}")))?;
    let path = (around.path)();
    let found = found(&program, &folder, &path).ok_or_else(|| {
        Failure::missing(format!(
            "`{program}` is no program that can be run here: it is looked for {}",
            if program.contains('/') { "as a file" } else { "in PATH" }
        ))
    })?;
    Ok(CommandLine { program: found, arguments: words.collect(), folder, path })
}

/// The command as a shell takes it again.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The program, by an absolute path: a path as it stands, a name in the folders of `PATH`.
fn found(program: &str, folder: &Path, path: &str) -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = if program.contains('/') {
        vec![folder.join(program)]
    } else {
        path.split(':').filter(|place| !place.is_empty()).map(|place| folder.join(place).join(program)).collect()
    };
    places.retain(|place| can_be_run(place));
    places.into_iter().next()
}

#[cfg(unix)]
fn can_be_run(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_be_run(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_command_is_kept() {
        assert_eq!(quoted("sh 'a b'"), r"'sh '\''a b'\'''");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_is_looked_for_in_path_and_a_path_is_not() {
        let found = |program: &str| found(program, Path::new("/"), "/nowhere::/usr/bin:/bin");
        assert!(found("sh").is_some_and(|place| place.is_absolute() && place.ends_with("bin/sh")));
        assert_eq!(found("bin/sh"), Some(PathBuf::from("/bin/sh")));
        assert_eq!((found("./sh"), found("etc"), found("/etc")), (None, None, None));
    }
}
