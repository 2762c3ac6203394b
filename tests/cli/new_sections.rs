//! `new`: a section that can be run at once, and whose claim fails.

use std::fs;

use tempfile::TempDir;

use crate::outcome::mtaspec_in;

#[test]
fn a_page_is_made_and_then_gets_further_sections() {
    let folder = TempDir::new().expect("a temporary folder");
    let new = |title| mtaspec_in(folder.path(), &["new", "starttls/offers", title]);

    let made = new("Forgets the EHLO reply");
    assert_eq!((made.status, made.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(made.stdout, @r"
    cases/starttls/offers.md:8: a new page. Its claim fails as it stands: the mail goes to the smart host, not to `origin`.

    Next: write down the world and what must be so in it, then

      mtaspec run 'starttls/offers#forgets-the-ehlo-reply' --cases cases
    ");

    let appended = new("Asks twice");
    assert!(appended.stdout.contains(": a new section."), "{}", appended.stdout);
    let listed = mtaspec_in(folder.path(), &["list", "--cases", "cases"]);
    assert_eq!((listed.status, listed.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(listed.stdout, @r"
    starttls/offers#forgets-the-ehlo-reply  Forgets the EHLO reply
    starttls/offers#asks-twice              Asks twice
    ");
}

#[test]
fn a_new_section_violates_until_it_is_filled_in() {
    let folder = TempDir::new().expect("a temporary folder");
    for title in ["Forgets the EHLO reply", "Asks twice"] {
        assert_eq!(mtaspec_in(folder.path(), &["new", "starttls/offers", title]).status, 0);
    }
    let run = mtaspec_in(folder.path(), &["run", "--cases", "cases"]);
    assert_eq!((run.status, run.stderr.as_str()), (2, ""));
    assert!(run.stdout.contains("2 cases: 0 conform, 2 violate\n"), "{}", run.stdout);
}

#[test]
fn an_area_alone_gets_a_page_that_is_called_as_the_section() {
    let folder = TempDir::new().expect("a temporary folder");
    assert_eq!(mtaspec_in(folder.path(), &["new", "dns", "Two answers", "--cases", "own"]).status, 0);
    assert!(folder.path().join("own/dns/two-answers.md").is_file());
}

#[test]
fn a_page_of_the_corpus_needs_no_version() {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("cases")).expect("a folder");
    fs::write(folder.path().join("cases/FORMAT.md"), "").expect("a file");
    assert_eq!(mtaspec_in(folder.path(), &["new", "dns", "Two answers"]).status, 0);
    let page = fs::read_to_string(folder.path().join("cases/dns/two-answers.md")).expect("the page");
    assert!(page.starts_with("# Two answers\n"), "{page}");
}

#[test]
fn an_id_that_is_taken_is_refused_and_nothing_is_written() {
    let folder = TempDir::new().expect("a temporary folder");
    let new = || mtaspec_in(folder.path(), &["new", "dns/answers", "Two answers"]);
    assert_eq!(new().status, 0);
    let page = || fs::read_to_string(folder.path().join("cases/dns/answers.md")).expect("the page");
    let before = page();
    let again = new();
    assert_eq!((again.status, again.stdout.as_str()), (65, ""));
    assert_eq!(again.stderr, "mtaspec: `cases/dns/answers.md:8` is called `dns/answers#two-answers` already\n");
    assert_eq!(page(), before);
}

#[test]
fn what_cannot_be_an_id_is_64() {
    let folder = TempDir::new().expect("a temporary folder");
    let area = mtaspec_in(folder.path(), &["new", "StartTLS", "Asks twice"]);
    assert_eq!(area.status, 64);
    assert!(area.stderr.contains("as in `starttls`"), "{}", area.stderr);
    assert_eq!(mtaspec_in(folder.path(), &["new", "../out", "Asks twice"]).status, 64);
    assert_eq!(mtaspec_in(folder.path(), &["new", "dns", "?!"]).status, 64);
}
