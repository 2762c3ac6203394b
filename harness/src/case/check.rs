//! What must hold of any page: one body for a fuzzer and for a property test alike.

use std::path::Path;

use super::{Catalogue, IdKind, diagnostic, page};
use crate::requirement::Strength;

/// A page of any octets is read, or refused with mistakes that lie in it and can be shown; and the same page is read the
/// same way twice.
///
/// # Panics
///
/// If a mistake lies outside of the page, cannot be shown, or comes and goes.
pub fn page(octets: &[u8]) {
    let known: Catalogue<'_> = &catalogue;
    let read = || page::read(Path::new("cases/area/topic.md"), octets, known);
    let lines = octets.split(|&octet| octet == b'\n').count();
    match read() {
        Ok(cases) => {
            let again = read().expect("it was a page a moment ago");
            let ids = |cases: &[super::Case]| cases.iter().map(|case| case.id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&cases), ids(&again));
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "refused for nothing");
            for mistake in &mistakes {
                let line = usize::try_from(mistake.line).unwrap_or(usize::MAX);
                assert!((1..=lines).contains(&line), "line {line} of {lines}: {}", mistake.message);
            }
            assert!(!diagnostic::render(&mistakes, octets).is_empty());
        }
    }
}

/// Every id is one of the catalogue.
fn catalogue(id: &str) -> Option<IdKind> {
    let is_fault = id.starts_with("SF-");
    Some(if is_fault { IdKind::Fault } else { IdKind::Requirement(Strength::Must) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::page;

    const PAGES: [&str; 6] = [
        include_str!("tests/pages/certificates.md"),
        include_str!("tests/pages/equal-connectors.md"),
        include_str!("tests/pages/header-firewall.md"),
        include_str!("tests/pages/injected-words.md"),
        include_str!("tests/pages/name-server-ill.md"),
        include_str!("tests/pages/too-many-recipients.md"),
    ];

    /// Lines that the pages lack.
    const LINES: [&str; 24] = [
        "```world",
        "```zone 192.0.2.54",
        "```dns",
        "```host mx1.contoso.test",
        "```dialogue mx1.contoso.test connection 2",
        "```eml octets to=r{1..3}@contoso.test notify=NEVER",
        "```expect",
        "```powershell at=5m",
        "```",
        "| variant | a | b |",
        "|---|---|---|",
        "| one | `x\\|y` | {a} |",
        "## A heading {#id}",
        "# Another title",
        "mtaspec: 1",
        "server mbx1.sender.test 192.0.2.1 roles=front-end",
        "key DnsFaultTolerance=Normal",
        "mailbox u@sender.test on mbx2",
        "subscribe edge1 to Paris",
        "auth BasicAuth \"u\" \"s3cret-9f2ab1d7\"",
        "any contoso.test -> drop; SERVFAIL (first 2, over UDP)",
        "<fill 3KB>",
        "\\x0d\\n\\q",
        "\u{feff}\u{2028}\0",
    ];

    #[derive(Clone, Debug)]
    enum Change {
        /// These octets take the place of others.
        Octets(usize, usize, Vec<u8>),
        /// This line comes in.
        Line(usize, &'static str),
        /// A line goes.
        Without(usize),
        /// A line of another page comes in.
        Foreign(usize, usize, usize),
    }

    fn change() -> impl Strategy<Value = Change> {
        let place = 0_usize..4_000;
        prop_oneof![
            (place.clone(), 0_usize..6, proptest::collection::vec(any::<u8>(), 0..4))
                .prop_map(|(at, length, octets)| Change::Octets(at, length, octets)),
            (place.clone(), proptest::sample::select(&LINES[..])).prop_map(|(at, line)| Change::Line(at, line)),
            place.clone().prop_map(Change::Without),
            (place.clone(), 0_usize..PAGES.len(), place).prop_map(|(at, page, line)| Change::Foreign(at, page, line)),
        ]
    }

    fn changed(page: &str, changes: Vec<Change>) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> = page.lines().map(|line| line.as_bytes().to_vec()).collect();
        for change in changes {
            let count = lines.len().max(1);
            match change {
                Change::Line(at, line) => lines.insert(at % count, line.as_bytes().to_vec()),
                Change::Without(at) if !lines.is_empty() => drop(lines.remove(at % count)),
                Change::Foreign(at, page, line) => {
                    let foreign: Vec<&str> = PAGES[page].lines().collect();
                    lines.insert(at % count, foreign[line % foreign.len()].as_bytes().to_vec());
                }
                Change::Octets(at, length, octets) if !lines.is_empty() => {
                    let line = &mut lines[at % count];
                    let start = (at / count) % (line.len() + 1);
                    let end = (start + length).min(line.len());
                    line.splice(start..end, octets);
                }
                _ => {}
            }
        }
        lines.join(&b'\n')
    }

    proptest! {
        #[test]
        fn any_page_is_read_or_shown_to_be_wrong(
            which in 0_usize..PAGES.len(),
            changes in proptest::collection::vec(change(), 0..8),
        ) {
            page(&changed(PAGES[which], changes));
        }
    }
}
