//! A collection of pages: ids are known at once, a page is read when one of its cases is asked for.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::{
    Case, Mistake,
    catalogue::Catalogue,
    moving::Destination,
    page::{self, Heading},
};

/// Pages of cases.
#[derive(Debug, Default)]
pub struct Corpus {
    pages: Vec<Page>,
}

/// A page of a corpus.
#[derive(Debug)]
pub struct Page {
    file: PathBuf,
    octets: Cow<'static, [u8]>,
    /// Where its cases are moved to, if they are.
    moved: Option<Destination>,
    read: OnceLock<Result<Vec<Case>, Vec<Mistake>>>,
}

impl Page {
    /// How the reader knows it.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What it holds, for [`super::diagnostic::render`].
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Its cases by their headings, without reading them.
    #[must_use]
    pub fn headings(&self) -> Vec<Heading> {
        page::headings(&self.file, &self.octets)
    }

    /// The ids of its cases, without reading it if nobody has.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        match self.read.get() {
            Some(Ok(cases)) => cases.iter().map(|case| case.id.clone()).collect(),
            _ => self.headings().into_iter().map(|heading| heading.id).collect(),
        }
    }

    /// Its cases. The page is read once, with the catalogue of the first who asks.
    ///
    /// # Errors
    ///
    /// All mistakes of the page.
    pub fn cases(&self, catalogue: Catalogue<'_>) -> Result<&[Case], &[Mistake]> {
        let read = || match &self.moved {
            None => page::read(&self.file, &self.octets, catalogue),
            Some(to) => page::read_moved(&self.file, &self.octets, catalogue, to),
        };
        match self.read.get_or_init(read) {
            Ok(cases) => Ok(cases),
            Err(mistakes) => Err(mistakes),
        }
    }
}

/// Why a case cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// Its page has mistakes.
    #[error("`{}` has {} mistakes", file.display(), mistakes.len())]
    Mistakes {
        /// The page.
        file: PathBuf,
        /// All of them.
        mistakes: Vec<Mistake>,
    },
    /// No page has it.
    #[error("no case is called `{id}`")]
    Unknown {
        /// As asked for.
        id: String,
    },
}

impl Corpus {
    /// A corpus of these pages, sorted by path. A path's last folder and stem begin the ids of its cases.
    pub fn new<O: Into<Cow<'static, [u8]>>>(pages: impl IntoIterator<Item = (PathBuf, O)>) -> Self {
        let mut pages: Vec<Page> = pages
            .into_iter()
            .map(|(file, octets)| Page { file, octets: octets.into(), moved: None, read: OnceLock::new() })
            .collect();
        pages.sort_by(|one, other| one.file.cmp(&other.file));
        Self { pages }
    }

    /// The same pages, each case moved; see [`super::moving`]. Cases that cannot be stay as they are.
    #[must_use]
    pub fn moved(self, to: &Destination) -> Self {
        let page = |page: Page| Page { moved: Some(to.clone()), read: OnceLock::new(), ..page };
        Self { pages: self.pages.into_iter().map(page).collect() }
    }

    /// The pages, by path.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// The ids of all cases, in page order; of a page that nobody has read only headings and tables are looked at.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        self.pages.iter().flat_map(Page::ids).collect()
    }

    /// One case; only its page is read.
    ///
    /// # Errors
    ///
    /// No page has it, or its page has mistakes.
    pub fn case(&self, id: &str, catalogue: Catalogue<'_>) -> Result<&Case, CaseError> {
        let unknown = || CaseError::Unknown { id: id.to_owned() };
        let page_id = id.split_once('#').map_or(id, |(page, _)| page);
        for page in self.pages.iter().filter(|page| page::page_id(&page.file) == page_id) {
            let cases = page
                .cases(catalogue)
                .map_err(|mistakes| CaseError::Mistakes { file: page.file.clone(), mistakes: mistakes.to_vec() })?;
            if let Some(case) = cases.iter().find(|case| case.id == id) {
                return Ok(case);
            }
        }
        Err(unknown())
    }
}
