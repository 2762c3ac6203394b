use std::{fs, path::Path};

use super::{Basis, CaseRefs, Catalogue, CatalogueError, Cited, Strength, Surface, coverage};

const SMALL: &str = r#"
[[requirement]]
id = "SEL-11"
strength = "MUST"
basis = "exchange"
surface = ["W"]
sentence = "The lowest cost wins."
source = "Send connectors"

[[requirement]]
id = "R5321-5.1-10"
strength = "MUST"
basis = "rfc"
surface = ["W", "L"]
sentence = "Lower preference numbers go first."
source = "RFC 5321 §5.1"
same = ["SEL-11", "SF-DNS-08"]
conflicts = ["CF-01"]

[[requirement]]
id = "MOD-06"
strength = "DEFAULT"
basis = "ours"
surface = ["M"]
exempt = "seen in five others"
sentence = "Five settings."
source = "this project"

[[conflict]]
id = "CF-01"
title = "order"
clash = "one and two"
ruling = "one"
"#;

const FAULTS: &str = r#"fault = [{ id = "SF-DNS-08", severity = "high", summary = "The wrong order." }]"#;

fn small() -> Catalogue {
    Catalogue::from_toml([("b.toml", FAULTS), ("a.toml", SMALL)]).expect("the catalogue is whole")
}

fn refused(text: &str) -> CatalogueError {
    Catalogue::from_toml([("a.toml", SMALL), ("b.toml", FAULTS), ("c.toml", text)]).expect_err("it is refused")
}

#[test]
fn an_id_names_one_kind_of_entry() {
    let catalogue = small();
    assert_eq!(catalogue.get("SEL-11").map(|found| found.basis), Some(Basis::Exchange));
    assert!(catalogue.get("SF-DNS-08").is_none());
    assert_eq!(catalogue.fault("SF-DNS-08").map(|found| found.summary.as_str()), Some("The wrong order."));
    assert_eq!(catalogue.conflict("CF-01").map(|found| found.ruling.as_str()), Some("one"));
}

#[test]
fn the_order_does_not_depend_on_the_order_of_the_files() {
    let other = Catalogue::from_toml([("a.toml", SMALL), ("b.toml", FAULTS)]).expect("the catalogue is whole");
    assert!(other.requirements().eq(small().requirements()));
}

#[test]
fn an_id_that_stands_twice_is_refused() {
    let again = FAULTS.replace("SF-DNS-08", "SEL-11");
    let CatalogueError::Duplicate { id, file } = refused(&again) else { panic!("another error") };
    assert_eq!((id.as_str(), file.as_str()), ("SEL-11", "c.toml"));
}

#[test]
fn a_reference_that_names_nothing_is_refused() {
    let text = SMALL.replace("SEL-11", "SEL-12").replace("R5321-5.1-10", "R5321-5.1-11");
    let text = text.replace("MOD-06", "MOD-07").replace("id = \"CF-01\"", "id = \"CF-02\"").replace("DNS-08", "DNS-99");
    let CatalogueError::Dangling { id, reference } = refused(&text) else { panic!("another error") };
    assert_eq!((id.as_str(), reference.as_str()), ("R5321-5.1-11", "SF-DNS-99"));
}

#[test]
fn an_unknown_strength_is_refused_with_the_file() {
    let text = SMALL.replace("DEFAULT", "PERHAPS");
    let CatalogueError::Unreadable { file, source } = refused(&text) else { panic!("another error") };
    assert_eq!(file, "c.toml");
    assert!(source.to_string().contains("PERHAPS"), "{source}");
}

#[test]
fn only_firm_strengths_carry_a_must_claim() {
    let firm = [Strength::Default, Strength::May, Strength::Must, Strength::Should].map(Strength::carries_must);
    assert_eq!(firm, [true, false, true, false]);
}

fn case(id: &str, cited: &[(&str, Option<bool>)]) -> CaseRefs {
    let cited = cited.iter().map(|(id, held)| Cited { id: (*id).to_owned(), held: *held }).collect();
    CaseRefs { id: id.to_owned(), cited }
}

#[test]
fn one_broken_claim_outweighs_the_others() {
    let cases = [
        case("a/b#c", &[("SEL-11", Some(true)), ("SEL-11", Some(true))]),
        case("a/b#d", &[("SEL-11", Some(false)), ("SEL-11", None), ("SEL-11", Some(true))]),
    ];
    let rows = coverage(&small(), &cases);
    assert_eq!(rows[0].cases, ["a/b#c", "a/b#d"]);
    assert_eq!(rows[0].held, Some(false));
    assert_eq!(rows[0].reason, None);
}

#[test]
fn a_requirement_without_a_case_says_why() {
    let rows = coverage(&small(), &[case("a/b#c", &[("SEL-11", None)])]);
    assert_eq!(rows[0].held, None);
    assert_eq!(rows[1].reason.as_deref(), Some("no case of its own: the cases of SEL-11 ask the same"));
    assert_eq!(rows[2].reason.as_deref(), Some("exempt: seen in five others"));
    let rows = coverage(&small(), &[]);
    assert_eq!(rows[0].reason.as_deref(), Some("no case yet"));
}

#[test]
fn a_row_has_the_documented_json_shape() {
    let rows = coverage(&small(), &[case("a/b#c", &[("SEL-11", Some(true))])]);
    let json = serde_json::to_string(&rows[0]).expect("it is JSON");
    let expected =
        r#"{"id":"SEL-11","strength":"MUST","basis":"exchange","surface":["W"],"cases":["a/b#c"],"held":true}"#;
    assert_eq!(json, expected);
    let json = serde_json::to_string(&rows[2]).expect("it is JSON");
    assert!(json.ends_with(r#""held":null,"reason":"exempt: seen in five others"}"#), "{json}");
}

/// The files of the catalogue by name and text, where the workspace has them; a package that was taken out of it has
/// none.
pub(super) fn catalogue_files() -> Option<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/requirements");
    let files = fs::read_dir(&folder)
        .ok()?
        .map(|entry| entry.expect("the folder can be listed").path())
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("the file can be read")))
        .collect();
    Some(files)
}

#[test]
fn the_catalogue_of_the_corpus_is_whole() {
    let Some(files) = catalogue_files() else { return };
    let catalogue = Catalogue::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .unwrap_or_else(|error| panic!("{error}"));
    let of_rfcs = catalogue.requirements().filter(|found| is_rfc_id(&found.id)).count();
    assert_eq!(of_rfcs, 382);
    assert_eq!(catalogue.requirements().len() - of_rfcs, 381);
    assert_eq!(catalogue.faults().len(), 170);
    assert_eq!(catalogue.conflicts().len(), 30);
    assert!(catalogue.requirements().all(|found| !found.sentence.is_empty() && !found.source.is_empty()));
    assert!(catalogue.requirements().any(|found| found.surface == [Surface::Management]));
}

fn is_rfc_id(id: &str) -> bool {
    id.strip_prefix('R').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}
