//! A suite: pages, the requirement catalogue, and what running and judging them takes.
//!
//! Start at [`Suite`]: made of files (the built-in corpus, or pages of one's own), it gives cases; [`run`] runs them
//! on an MTA and judges what it did.

pub mod filter;
pub mod judge;
pub mod parallel;
pub mod run;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

pub use filter::Filter;
pub use judge::Judgement;

use crate::{
    case::{Case, Corpus, Mistake, corpus::Page, diagnostic, moving::Destination},
    requirement::{Catalogue, CatalogueError},
};

/// Pages, and the catalogue that their claims cite.
#[derive(Debug)]
pub struct Suite {
    corpus: Corpus,
    catalogue: Catalogue,
    snapshots: BTreeMap<PathBuf, Cow<'static, str>>,
}

/// Why files make no suite.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// The catalogue cannot be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A file that must be text is not.
    #[error("`{}` is not UTF-8", file.display())]
    NotText {
        /// Which.
        file: PathBuf,
    },
    /// Pages have mistakes.
    #[error("{rendered}")]
    Pages {
        /// All mistakes of all pages that were read, as a person reads them.
        rendered: String,
        /// How many.
        count: usize,
    },
}

impl Suite {
    /// A suite of a corpus's files: pages (`AREA/TOPIC.md`), `requirements/*.toml`, snapshots (`*.snap`). Others are
    /// passed over.
    ///
    /// # Errors
    ///
    /// If the catalogue cannot be read. Pages are read later, when their cases are asked for.
    pub fn from_files(files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Result<Self, SuiteError> {
        Self::of(files.into_iter().map(|(file, octets)| (file, Cow::Owned(octets))))
    }

    /// As [`Suite::from_files`], of files that are part of the program: they are not copied.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn built_in(files: impl IntoIterator<Item = (PathBuf, &'static [u8])>) -> Result<Self, SuiteError> {
        Self::of(files.into_iter().map(|(file, octets)| (file, Cow::Borrowed(octets))))
    }

    fn of(files: impl Iterator<Item = (PathBuf, Cow<'static, [u8]>)>) -> Result<Self, SuiteError> {
        let (mut pages, mut tables, mut snapshots) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (file, octets) in files {
            match kind(&file) {
                Kind::Page => pages.push((file, octets)),
                Kind::Requirements => tables.push((file.display().to_string(), text(&file, octets)?)),
                Kind::Snapshot => {
                    let snapshot = text(&file, octets)?;
                    snapshots.insert(file, snapshot);
                }
                Kind::Other => {}
            }
        }
        let tables = tables.iter().map(|(file, text)| (file.as_str(), text.as_ref()));
        Ok(Self { corpus: Corpus::new(pages), catalogue: Catalogue::from_toml(tables)?, snapshots })
    }

    /// The same catalogue with other pages and snapshots.
    ///
    /// # Errors
    ///
    /// If a snapshot is no text.
    pub fn with_pages(self, files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Result<Self, SuiteError> {
        let own = Self::from_files(files.into_iter().filter(|(file, _)| kind(file) != Kind::Requirements))?;
        Ok(Self { catalogue: self.catalogue, ..own })
    }

    /// The same with each case moved below a domain: [`crate::case::moving`]. No snapshot is of such a case.
    #[must_use]
    pub fn moved(self, to: &Destination) -> Self {
        Self { corpus: self.corpus.moved(to), catalogue: self.catalogue, snapshots: BTreeMap::new() }
    }

    /// The requirement catalogue.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The pages.
    #[must_use]
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// The stored snapshot at this path.
    #[must_use]
    pub fn snapshot(&self, file: &Path) -> Option<&str> {
        self.snapshots.get(file).map(AsRef::as_ref)
    }

    /// The cases that any of the filters means; all of them if there is no filter. All pages are read.
    ///
    /// # Errors
    ///
    /// [`SuiteError::Pages`] with the mistakes of every page.
    pub fn cases(&self, filters: &[Filter]) -> Result<Vec<&Case>, SuiteError> {
        let lookup = |id: &str| self.catalogue.kind(id);
        let (mut cases, mut wrong): (Vec<&Case>, Vec<(&Page, &[Mistake])>) = (Vec::new(), Vec::new());
        for page in self.corpus.pages() {
            match page.cases(&lookup) {
                Ok(read) => cases.extend(read),
                Err(mistakes) => wrong.push((page, mistakes)),
            }
        }
        if !wrong.is_empty() {
            let count = wrong.iter().map(|(_, mistakes)| mistakes.len()).sum();
            let rendered: Vec<String> =
                wrong.iter().map(|(page, mistakes)| diagnostic::render(mistakes, page.octets())).collect();
            return Err(SuiteError::Pages { rendered: rendered.join("\n"), count });
        }
        let means = |case: &&Case| {
            let cited = || case.claims.iter().flat_map(|claim| claim.ids.iter().map(String::as_str));
            filters.is_empty() || filters.iter().any(|filter| filter.means(&case.id, cited()))
        };
        cases.retain(means);
        Ok(cases)
    }

    /// Reads all pages, `jobs` at a time: what [`Suite::cases`] does one after the other.
    pub fn read_pages(&self, jobs: NonZeroUsize) {
        parallel::map(self.corpus.pages(), jobs, |page| {
            // Mistakes are for whoever asks for the cases.
            let _ = page.cases(&|id| self.catalogue.kind(id));
        });
    }

    /// One case; only its page is read.
    ///
    /// # Errors
    ///
    /// No page has it, or its page has mistakes.
    pub fn case(&self, id: &str) -> Result<&Case, crate::case::CaseError> {
        self.corpus.case(id, &|id| self.catalogue.kind(id))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Other,
    Page,
    Requirements,
    Snapshot,
}

/// What a file of a corpus is, by its name: pages stand in the folder of their area.
fn kind(file: &Path) -> Kind {
    let folder = file.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let capitals = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '-' || c == '_');
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    match file.extension().and_then(|extension| extension.to_str()) {
        // FORMAT.md and README.md are for readers.
        Some("md") if !capitals(stem) => Kind::Page,
        Some("snap") => Kind::Snapshot,
        Some("toml") if folder == "requirements" => Kind::Requirements,
        _ => Kind::Other,
    }
}

fn text(file: &Path, octets: Cow<'static, [u8]>) -> Result<Cow<'static, str>, SuiteError> {
    let text = match octets {
        Cow::Borrowed(octets) => str::from_utf8(octets).ok().map(Cow::Borrowed),
        Cow::Owned(octets) => String::from_utf8(octets).ok().map(Cow::Owned),
    };
    text.ok_or_else(|| SuiteError::NotText { file: file.to_owned() })
}
