//! Which of the cases that the filters mean are run: those that failed before, and those of one shard.

use std::{collections::BTreeSet, num::NonZeroUsize, str::FromStr};

use mtaspec_harness::case::Case;

use crate::{args, exit::Failure, stored};

/// One of several parts of a run, `K/N`, from 1. Every Nth case, so that no shard gets all the long ones of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    part: NonZeroUsize,
    of: NonZeroUsize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no shard: write `2/5` for the second of five");
        let (part, of) = text.split_once('/').ok_or_else(wrong)?;
        let shard = Self { part: part.parse().map_err(|_| wrong())?, of: of.parse().map_err(|_| wrong())? };
        if shard.part > shard.of { Err(wrong()) } else { Ok(shard) }
    }
}

/// What is left of the cases.
///
/// # Errors
///
/// Nothing is left, or the stored run cannot be read.
pub(crate) fn selected<'a>(args: &args::Run, mut cases: Vec<&'a Case>) -> Result<Vec<&'a Case>, Failure> {
    if let Some(file) = &args.failed_in {
        let runs = stored::read_judged(file)?;
        let failed: BTreeSet<&str> =
            runs.iter().flat_map(|run| run.unexpected()).map(|case| case.id.as_str()).collect();
        cases.retain(|case| failed.contains(case.id.as_str()));
        if cases.is_empty() {
            let file = file.display();
            return Err(Failure::nothing_judged(format!("nothing to run: no case that is meant failed in `{file}`")));
        }
    }
    if let Some(Shard { part, of }) = args.shard {
        cases = cases.into_iter().skip(part.get() - 1).step_by(of.get()).collect();
        if cases.is_empty() {
            return Err(Failure::nothing_judged(format!("nothing to run: shard {part} of {of} has no case")));
        }
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::Shard;

    #[test]
    fn a_shard_is_one_of_as_many() {
        assert!("1/1".parse::<Shard>().is_ok() && "2/5".parse::<Shard>().is_ok());
        for wrong in ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err_and(|error| error.contains("second of five")), "{wrong}");
        }
    }
}
