//! Pages of the format's own, and pages with mistakes.

mod merging;
mod mistakes;
mod organisation;
mod shell;

use std::path::Path;

use super::{CaseError, Catalogue, Corpus, IdKind, diagnostic, page};
use crate::case::{
    Case,
    model::{ORIGIN_ADDRESS, Piece},
};
use crate::requirement::Strength;

/// Ids under `AMB` are SHOULD, `SF` are faults, `X` is nothing, all others are MUST.
fn catalogue(id: &str) -> Option<IdKind> {
    match id {
        _ if id.starts_with('X') => None,
        _ if id.starts_with("SF-") => Some(IdKind::Fault),
        _ if id.starts_with("AMB-") => Some(IdKind::Requirement(Strength::Should)),
        _ => Some(IdKind::Requirement(Strength::Must)),
    }
}

#[track_caller]
fn read(file: &str, text: &str) -> Vec<Case> {
    let known: Catalogue<'_> = &catalogue;
    match page::read(Path::new(file), text.as_bytes(), known) {
        Ok(cases) => cases,
        Err(mistakes) => panic!("{}", diagnostic::render(&mistakes, text.as_bytes())),
    }
}

fn ids(cases: &[Case]) -> Vec<&str> {
    cases.iter().map(|case| case.id.as_str()).collect()
}

#[test]
fn every_page_of_the_design_is_read() {
    let pages = [
        ("cases/routing/equal-connectors.md", include_str!("pages/equal-connectors.md")),
        ("cases/starttls/injected-words.md", include_str!("pages/injected-words.md")),
        ("cases/headers/header-firewall.md", include_str!("pages/header-firewall.md")),
        ("cases/failures/too-many-recipients.md", include_str!("pages/too-many-recipients.md")),
        ("cases/dns/name-server-ill.md", include_str!("pages/name-server-ill.md")),
        ("cases/auth/certificates.md", include_str!("pages/certificates.md")),
    ];
    for (file, text) in pages {
        let cases = read(file, text);
        let headings = page::headings(Path::new(file), text.as_bytes());
        let quick: Vec<&str> = headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids(&cases), quick, "the quick look at a page finds the same cases");
    }
}

#[test]
fn a_case_is_resolved() {
    let cases = read("cases/routing/equal-connectors.md", include_str!("pages/equal-connectors.md"));
    assert_eq!(ids(&cases), ["routing/equal-connectors#tie", "routing/equal-connectors#tie-control"]);
    let tie = &cases[0];
    assert_eq!(tie.title, "Cost first, then the lowest name, and never both");
    assert_eq!((tie.line, tie.shell.len(), tie.claims.len()), (18, 1, 4));
    assert!(tie.section_text.starts_with("## Cost first") && tie.section_text.ends_with("```"));
    assert_eq!(tie.zones[0].records[0], "alpha.relay.test. 60 IN A 192.0.2.11");
    let names: Vec<&str> = tie.hosts.iter().map(|host| host.host.name.as_str()).collect();
    assert_eq!(names, ["alpha.relay.test", "beta.relay.test", "gamma.relay.test", "origin"]);
    assert_eq!(tie.hosts[3].addresses, [ORIGIN_ADDRESS]);
    let message = &tie.messages[0];
    assert_eq!((message.name.as_str(), message.times, message.reverse_path.as_str()), ("1", 20, "sender@sender.test"));
    assert_eq!(message.content, [Piece::Octets(b"Subject: launch\r\n\r\nHello.\r\n".to_vec())]);
    let control = &cases[1];
    assert_eq!(control.shell[1].text, "Set-SendConnector Birch -Enabled $false\n");
    assert_eq!(control.shell[1].line, 38);
}

#[test]
fn the_example_of_the_format_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/FORMAT.md");
    let format = std::fs::read_to_string(path).unwrap_or_default();
    let example = format.split("````markdown\n").nth(1).and_then(|rest| rest.split("````").next()).unwrap_or_default();
    let cases = read("cases/routing/equal-connectors.md", example);
    assert_eq!(ids(&cases), ["routing/equal-connectors#tie", "routing/equal-connectors#tie-control"]);
}

#[test]
fn a_corpus_knows_its_ids_at_once_and_reads_only_the_page_that_is_asked_for() {
    let right = include_str!("pages/certificates.md").as_bytes().to_vec();
    let wrong = b"# T\n\n## One {#one}\n\n```expct\n```\n".to_vec();
    let pages = [("cases/b/wrong.md".into(), wrong), ("cases/a/right.md".into(), right)];
    let corpus = Corpus::new(pages);
    let ids = corpus.list();
    assert_eq!((ids[0].as_str(), ids.len()), ("a/right#accepted/exact", 10));
    assert_eq!(ids[8..], ["a/right#wildcard", "b/wrong#one"]);
    let case = corpus.case("a/right#refused/expired", &catalogue).map(|case| case.id.as_str());
    assert_eq!(case, Ok("a/right#refused/expired"));
    let unknown = corpus.case("a/right#refused/spired", &catalogue).err();
    assert_eq!(unknown, Some(CaseError::Unknown { id: "a/right#refused/spired".to_owned() }));
    let refused = corpus.case("b/wrong#one", &catalogue).err().map(|error| error.to_string());
    assert_eq!(refused.as_deref(), Some("`cases/b/wrong.md` has 2 mistakes"));
}
