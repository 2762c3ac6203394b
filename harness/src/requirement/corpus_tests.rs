//! The corpus as it stands on disk: every page can be read, and the requirements of the first release are cited.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{CaseRefs, Catalogue, Cited, coverage, tests::catalogue_files};
use crate::case::{Case, Corpus, diagnostic};

/// What cases of the first release speak for.
const HELD: &str = "MOD-10 MOD-20 MOD-21 MOD-22 MOD-23 MOD-24 ADR-05 ADR-06 ADR-07 ADR-09 SEL-02 SEL-03 SEL-05 SEL-06 \
     SEL-07 SEL-08 SEL-11 SEL-14 DNS-01 DNS-02 DNS-04 DNS-05 DNS-07 SMH-01 SMH-02 SMH-03 SMH-04 SMH-08 SMH-09 SMH-13 \
     AUT-03 AUT-06 AUT-07 AUT-09 AUT-10 AUT-11 AUT-17 AUT-19 AUT-23 TLS-01 TLS-02 TLS-05 TLS-07 TLS-08 TLS-10 TLS-11 \
     TLS-12 TLS-17 TLS-18 TLS-20 HDR-01 HDR-02 HDR-06 HDR-07 HDR-08 HDR-09 HDR-10 SIZ-01 SIZ-08 FAIL-01 FAIL-03 \
     SES-02 SES-03 SES-04 FEP-01";

fn pages(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let octets = fs::read(&path).expect("the page can be read");
            found.push((path, octets));
        }
    }
}

/// The corpus beside this package; none where the package stands alone.
fn corpus() -> Option<(Corpus, Catalogue)> {
    let files = catalogue_files()?;
    let catalogue = Catalogue::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .unwrap_or_else(|error| panic!("{error}"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let mut found = Vec::new();
    for entry in fs::read_dir(root).expect("the folder can be listed") {
        let area = entry.expect("the folder can be listed").path();
        if area.is_dir() {
            pages(&area, &mut found);
        }
    }
    Some((Corpus::new(found), catalogue))
}

fn cases<'a>(corpus: &'a Corpus, catalogue: &Catalogue) -> Vec<&'a Case> {
    let mut found = Vec::new();
    let mut wrong = String::new();
    for page in corpus.pages() {
        match page.cases(&|id| catalogue.kind(id)) {
            Ok(cases) => found.extend(cases),
            Err(mistakes) => {
                wrong.push_str(&diagnostic::render(mistakes, page.octets()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    found
}

#[test]
fn every_page_of_the_corpus_can_be_read() {
    let Some((corpus, catalogue)) = corpus() else { return };
    let ids: BTreeSet<&str> = cases(&corpus, &catalogue).into_iter().map(|case| case.id.as_str()).collect();
    assert!(ids.len() >= 52, "{} cases", ids.len());
}

#[test]
fn the_requirements_of_the_first_release_have_cases() {
    let Some((corpus, catalogue)) = corpus() else { return };
    let refs: Vec<CaseRefs> = cases(&corpus, &catalogue)
        .into_iter()
        .map(|case| CaseRefs {
            id: case.id.clone(),
            cited: case
                .claims
                .iter()
                .flat_map(|claim| &claim.ids)
                .map(|id| Cited { id: id.clone(), held: None })
                .collect(),
        })
        .collect();
    let rows = coverage(&catalogue, &refs);
    let without: Vec<&str> =
        HELD.split_whitespace().filter(|id| !rows.iter().any(|row| row.id == *id && !row.cases.is_empty())).collect();
    assert!(without.is_empty(), "no case cites {without:?}");
}
