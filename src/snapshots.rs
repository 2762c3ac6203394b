//! Snapshots of a run: compared with those that are stored, and stored once the user has accepted them.
//!
//! Beside the pages stand those of the reference in memory with seed 0; those of any other MTA stand in a folder of their
//! own, without what varies from run to run. A section whose variants did not all run, or that could not be
//! judged, has none in this run.

use std::{
    collections::BTreeMap,
    fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use mtaspec_harness::{
    report::json::{CaseReport, RunReport},
    snapshot::{
        Layout, Shown,
        compared::{Detail, compared},
        file::{self, Comparison},
        render,
    },
    suite::{Suite, parallel},
    verdict::Verdict,
};

use crate::{
    args::{self, Network},
    exit::Failure,
    load,
};

/// What is done with snapshots.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Those of the run are written, beside the pages or in this folder.
    Accept(Place),
    /// Those of the run are compared with the stored ones.
    Compare(Place),
    /// Nothing.
    Ignore,
}

/// Where snapshots stand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the folder of their page.
    BesidePages,
    /// In a folder of their own, by area.
    Folder(PathBuf),
}

/// How a run's snapshots are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// With times and everything else: in memory nothing varies.
    Memory,
    /// As two runs are compared.
    Sockets,
}

impl Form {
    /// Of a run on this network.
    pub(crate) fn of(network: Network) -> Self {
        if network == Network::Memory { Self::Memory } else { Self::Sockets }
    }
}

/// What became of the snapshots of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Files that were written.
    pub(crate) accepted: Vec<PathBuf>,
    /// Files that differ, with the difference.
    pub(crate) differ: Vec<(PathBuf, String)>,
    /// How many sections have no stored snapshot.
    pub(crate) new: usize,
}

/// What the command line asks for.
///
/// # Errors
///
/// Snapshots are to be accepted, and it is not clear where they stand, or of what they would be.
pub(crate) fn asked_for(args: &args::Run, network: Network) -> Result<Use, Failure> {
    // In memory the seed is all that could vary; on sockets what varies is left out, and they stand where one says.
    let usual = args.seed == 0 && (network == Network::Memory || args.snapshots.is_some());
    if args.accept && !usual {
        return Err(Failure::command_line(
            "snapshots are of seed 0, and of runs in memory: those of any other run need a folder of their own, \
             `--snapshots DIR`",
        ));
    }
    if args.no_snapshots || !usual {
        return Ok(Use::Ignore);
    }
    let place = args.snapshots.clone().map_or(Place::BesidePages, Place::Folder);
    if !args.accept {
        return Ok(Use::Compare(place));
    }
    let in_tree = Path::new("cases/FORMAT.md").is_file();
    if place == Place::BesidePages && args.pages.cases.is_none() && !in_tree {
        return Err(Failure::command_line(
            "the built-in pages stand in no folder here: say `--snapshots DIR`, or `--cases DIR` for pages of your own, \
             or run in the source tree of mtaspec",
        ));
    }
    Ok(Use::Accept(place))
}

/// Compares or writes the snapshots of a run; `jobs` of them are rendered at a time.
pub(crate) fn settle(
    asked: &Use,
    form: Form,
    suite: &Suite,
    run: &RunReport,
    jobs: NonZeroUsize,
) -> Result<Found, Failure> {
    let mut found = Found::default();
    let (place, accept) = match asked {
        Use::Accept(place) => (place, true),
        Use::Compare(place) => (place, false),
        Use::Ignore => return Ok(found),
    };
    let sections: Vec<(&str, Vec<&CaseReport>)> = whole_sections(suite, run).into_iter().collect();
    for section in parallel::map(&sections, jobs, |(section, cases)| of_section(place, form, suite, section, cases)) {
        let Some(Section { page, path, text, comparison }) = section? else { continue };
        match comparison {
            Comparison::Same => {}
            _ if accept => {
                write(&path, &file::write(&page.display().to_string(), &text))?;
                found.accepted.push(path);
            }
            Comparison::Differs { diff } => found.differ.push((path, diff)),
            _ => found.new += 1,
        }
    }
    Ok(found)
}

/// The snapshot of a section as it is now, and how it compares with the stored one.
struct Section<'a> {
    page: &'a Path,
    path: PathBuf,
    text: String,
    comparison: Comparison,
}

/// `None`: no page has the section any more.
fn of_section<'a>(
    place: &Place,
    form: Form,
    suite: &'a Suite,
    section: &str,
    cases: &[&CaseReport],
) -> Result<Option<Section<'a>>, Failure> {
    let Ok(case) = suite.case(&cases[0].id) else { return Ok(None) };
    let shown: Vec<Shown<'_>> = cases.iter().map(|case| Shown { id: &case.id, trace: &case.trace }).collect();
    let text = match form {
        Form::Memory => render(&shown, Layout::Memory),
        Form::Sockets => without_what_varies(&shown),
    };
    let path = path(place, &case.file, section);
    let comparison = match place {
        Place::BesidePages => file::compare(suite.snapshot(&path), &text),
        Place::Folder(_) => file::compare(read(&path)?.as_deref(), &text),
    };
    Ok(Some(Section { page: &case.file, path, text, comparison }))
}

/// The dialogues of a section as text that is the same in each run of the same MTA.
fn without_what_varies(cases: &[Shown<'_>]) -> String {
    let of = |case: &Shown<'_>| format!("# {}\n\n{}\n", case.id, compared(case.trace, Detail::Whole).join("\n"));
    cases.iter().map(of).collect::<Vec<_>>().join("\n")
}

/// Sections of which every variant ran and could be judged.
fn whole_sections<'a>(suite: &Suite, run: &'a RunReport) -> BTreeMap<&'a str, Vec<&'a CaseReport>> {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for id in suite.corpus().list() {
        *sizes.entry(section(&id).to_owned()).or_default() += 1;
    }
    let mut sections: BTreeMap<&str, Vec<&CaseReport>> = BTreeMap::new();
    for case in &run.cases {
        sections.entry(section(&case.id)).or_default().push(case);
    }
    let judged = |case: &&CaseReport| !matches!(case.verdict, Verdict::Inconclusive | Verdict::Unsupported);
    sections.retain(|section, cases| sizes.get(*section) == Some(&cases.len()) && cases.iter().all(judged));
    sections
}

/// The id of a section: that of its case, or that of its variants short of their names.
fn section(id: &str) -> &str {
    let Some(short_id) = id.find('#') else { return id };
    id[short_id..].find('/').map_or(id, |variant| &id[..short_id + variant])
}

fn path(place: &Place, page: &Path, section: &str) -> PathBuf {
    let name = file::file_name(section);
    match place {
        Place::BesidePages => page.with_file_name(name),
        Place::Folder(folder) => folder.join(section.split('/').next().unwrap_or_default()).join(name),
    }
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(load::unreadable(path, &error)),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|error| Failure::page(format!("`{}` cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn variants_share_the_snapshot_of_their_section() {
        assert_eq!(section("dns/mx#order/two-hosts"), "dns/mx#order");
        assert_eq!(section("dns/mx#order"), "dns/mx#order");
    }
}
