//! Which pages are read: the corpus that is built in, or a folder of the user's; and which of their cases are meant.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use mtaspec_harness::{
    case::{Case, CaseError, diagnostic},
    suite::{Filter, Suite, SuiteError},
};

use crate::{args::Pages, exit::Failure, nearest, output::counted};

/// How deep folders of pages may stand in each other. A link that leads upwards ends here.
const FOLDER_DEPTH_MAX: usize = 16;

/// The option that names these pages, with a blank before it; empty for those that are built in.
pub(crate) fn option(pages: &Pages) -> String {
    pages.cases.as_ref().map(|folder| format!(" --cases {}", folder.display())).unwrap_or_default()
}

/// The suite that the command line asks for.
pub(crate) fn suite(pages: &Pages) -> Result<Suite, Failure> {
    let built_in = mtaspec::suite().map_err(|error| Failure::bug(format!("a bug of mtaspec: its corpus: {error}")))?;
    let Some(folder) = &pages.cases else { return Ok(built_in) };
    let suite = built_in.with_pages(files(folder)?).map_err(|error| Failure::page(error.to_string()))?;
    if suite.corpus().pages().is_empty() {
        return Err(Failure::nothing_judged(format!(
            "`{}` holds no pages: a page is a file `AREA/TOPIC.md`, and `mtaspec new` makes one",
            folder.display()
        )));
    }
    Ok(suite)
}

/// The cases that the filters mean; every filter has to mean one.
pub(crate) fn cases<'a>(suite: &'a Suite, filters: &[String]) -> Result<Vec<&'a Case>, Failure> {
    let all = suite.cases(&[]).map_err(|error| mistakes(suite, error))?;
    for filter in filters {
        let meant = Filter::new(filter);
        if !all.iter().any(|case| meant.means(&case.id, cited(case))) {
            let offer = nearest::offer(filter, names(&all).iter().map(String::as_str));
            return Err(Failure::nothing_judged(format!("no case matches `{filter}`{offer}")));
        }
    }
    let filters: Vec<Filter> = filters.iter().map(Filter::new).collect();
    suite.cases(&filters).map_err(|error| mistakes(suite, error))
}

/// The case with this id; only its page is read.
pub(crate) fn case<'a>(suite: &'a Suite, id: &str) -> Result<&'a Case, Failure> {
    suite.case(id).map_err(|error| match error {
        CaseError::Mistakes { file, mistakes } => {
            let page = suite.corpus().pages().iter().find(|page| page.file() == file);
            let detail = diagnostic::render(&mistakes, page.map_or(&[], |page| page.octets()));
            let count = counted(mistakes.len(), "mistake", "mistakes");
            Failure { detail, ..Failure::page(format!("{count} in 1 page; nothing has started")) }
        }
        _ => {
            let ids = suite.corpus().list();
            let offer = nearest::offer(id, ids.iter().map(String::as_str));
            Failure::nothing_judged(format!("no case is called `{id}`{offer}"))
        }
    })
}

/// Ids that the claims of a case cite.
pub(crate) fn cited(case: &Case) -> impl Iterator<Item = &str> {
    case.claims.iter().flat_map(|claim| claim.ids.iter().map(String::as_str))
}

/// What a filter can name: areas, pages, cases, and the ids that they cite.
fn names(cases: &[&Case]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for case in cases {
        let page = case.id.split('#').next().unwrap_or_default();
        let area = page.split('/').next().unwrap_or_default();
        names.extend([area, page, &case.id].map(str::to_owned));
        names.extend(cited(case).map(str::to_owned));
    }
    names
}

/// Mistakes of pages, as the user reads them.
fn mistakes(suite: &Suite, error: SuiteError) -> Failure {
    let SuiteError::Pages { rendered, count } = error else { return Failure::page(error.to_string()) };
    // Every page has been read by now: what it holds is asked for again, and the lookup is not used.
    let wrong = suite.corpus().pages().iter().filter(|page| page.cases(&|_| None).is_err()).count();
    let (count, pages) = (counted(count, "mistake", "mistakes"), counted(wrong, "page", "pages"));
    Failure { detail: rendered, ..Failure::page(format!("{count} in {pages}; nothing has started")) }
}

/// Pages and snapshots below `folder`, by path.
fn files(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let mut paths = Vec::new();
    collect(folder, FOLDER_DEPTH_MAX, &mut paths)?;
    paths.sort();
    paths
        .into_iter()
        .map(|path| Ok((path.clone(), fs::read(&path).map_err(|error| unreadable(&path, &error))?)))
        .collect()
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if depth == 0 {
        return Err(Failure::page(format!("`{}` stands deeper than {FOLDER_DEPTH_MAX} folders", folder.display())));
    }
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_read = path.extension().is_some_and(|extension| extension == "md" || extension == "snap");
        if hidden {
            continue;
        } else if path.is_dir() {
            collect(&path, depth - 1, paths)?;
        } else if is_read {
            paths.push(path);
        }
    }
    Ok(())
}

/// A file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::page(format!("`{}` cannot be read: {error}", path.display()))
}
