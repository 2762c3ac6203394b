//! Reads the catalogue and answers for ids.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::model::{Conflict, Fault, Requirement};
use crate::case::IdKind;

/// All requirements, conflicts and faults.
///
/// # Invariants
///
/// No id stands twice, and every reference names an entry.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    requirements: Vec<Requirement>,
    conflicts: Vec<Conflict>,
    faults: Vec<Fault>,
    /// What an id names.
    index: BTreeMap<String, Entry>,
}

/// What an id names, and where in its list.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Conflict(usize),
    Fault(usize),
    Requirement(usize),
}

/// Why texts are no catalogue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// A reference names nothing.
    #[error("`{id}` refers to `{reference}`, which does not exist")]
    Dangling {
        /// Who refers.
        id: String,
        /// To what.
        reference: String,
    },
    /// Two entries share an id.
    #[error("`{id}` stands twice, the second time in {file}")]
    Duplicate {
        /// The id.
        id: String,
        /// Where it stands again.
        file: String,
    },
    /// A requirement that can be seen nowhere.
    #[error("`{id}` has no surface")]
    NoSurface {
        /// The id.
        id: String,
    },
    /// The text is not TOML, or not of this shape.
    #[error("{file} cannot be read")]
    Unreadable {
        /// Which.
        file: String,
        /// What TOML says.
        source: Box<toml::de::Error>,
    },
}

/// One file of the catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default)]
    requirement: Vec<Requirement>,
    #[serde(default)]
    conflict: Vec<Conflict>,
    #[serde(default)]
    fault: Vec<Fault>,
}

impl Catalogue {
    /// Reads files, given as name and text, in any order: entries stand by file name, then as in the file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, an id that stands twice, a reference that names nothing, an empty surface.
    pub fn from_toml<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CatalogueError> {
        let files: BTreeMap<&str, &str> = files.into_iter().collect();
        let mut catalogue = Self::default();
        for (file, text) in files {
            let page: Page = toml::from_str(text)
                .map_err(|source| CatalogueError::Unreadable { file: file.to_owned(), source: Box::new(source) })?;
            catalogue.add(file, page)?;
        }
        catalogue.check()?;
        Ok(catalogue)
    }

    /// The requirement with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        match self.index.get(id)? {
            Entry::Requirement(at) => self.requirements.get(*at),
            Entry::Conflict(_) | Entry::Fault(_) => None,
        }
    }

    /// The fault with this id.
    #[must_use]
    pub fn fault(&self, id: &str) -> Option<&Fault> {
        match self.index.get(id)? {
            Entry::Fault(at) => self.faults.get(*at),
            Entry::Conflict(_) | Entry::Requirement(_) => None,
        }
    }

    /// The conflict with this id.
    #[must_use]
    pub fn conflict(&self, id: &str) -> Option<&Conflict> {
        match self.index.get(id)? {
            Entry::Conflict(at) => self.conflicts.get(*at),
            Entry::Fault(_) | Entry::Requirement(_) => None,
        }
    }

    /// What an id in a claim names, as the reader of pages asks for it: `&|id| catalogue.kind(id)`.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<IdKind> {
        match self.get(id) {
            Some(requirement) => Some(IdKind::Requirement(requirement.strength)),
            None => self.fault(id).map(|_| IdKind::Fault),
        }
    }

    /// All requirements, by file name, then as in the file.
    pub fn requirements(&self) -> impl ExactSizeIterator<Item = &Requirement> {
        self.requirements.iter()
    }

    /// All faults, in the same order.
    pub fn faults(&self) -> impl ExactSizeIterator<Item = &Fault> {
        self.faults.iter()
    }

    /// All conflicts, in the same order.
    pub fn conflicts(&self) -> impl ExactSizeIterator<Item = &Conflict> {
        self.conflicts.iter()
    }

    fn add(&mut self, file: &str, page: Page) -> Result<(), CatalogueError> {
        for requirement in page.requirement {
            self.name(file, &requirement.id, Entry::Requirement(self.requirements.len()))?;
            self.requirements.push(requirement);
        }
        for conflict in page.conflict {
            self.name(file, &conflict.id, Entry::Conflict(self.conflicts.len()))?;
            self.conflicts.push(conflict);
        }
        for fault in page.fault {
            self.name(file, &fault.id, Entry::Fault(self.faults.len()))?;
            self.faults.push(fault);
        }
        Ok(())
    }

    fn name(&mut self, file: &str, id: &str, entry: Entry) -> Result<(), CatalogueError> {
        match self.index.insert(id.to_owned(), entry) {
            None => Ok(()),
            Some(_) => Err(CatalogueError::Duplicate { id: id.to_owned(), file: file.to_owned() }),
        }
    }

    fn check(&self) -> Result<(), CatalogueError> {
        for requirement in &self.requirements {
            let id = &requirement.id;
            if requirement.surface.is_empty() {
                return Err(CatalogueError::NoSurface { id: id.clone() });
            }
            let neighbours = requirement.same.iter().chain(&requirement.near);
            let missing = neighbours
                .filter(|reference| self.get(reference).is_none() && self.fault(reference).is_none())
                .chain(requirement.conflicts.iter().filter(|reference| self.conflict(reference).is_none()))
                .next();
            if let Some(reference) = missing {
                return Err(CatalogueError::Dangling { id: id.clone(), reference: reference.clone() });
            }
        }
        Ok(())
    }
}
