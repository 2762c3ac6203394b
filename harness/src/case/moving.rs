//! A case moved below one domain of its user's: for an MTA that has mail of its own to deliver, and whose name servers
//! know the real world.
//!
//! Every name of the page gets a label of the case and the domain behind it: `mx.contoso.test` becomes
//! `mx.contoso.test.c4k2m7a.mtaspec.contoso.com`. What was a subdomain stays one, what was equally close stays so, and
//! no name of one case is a name of another. The moved lines are read as any others, so whatever works on a case works
//! on a moved one: its world, its claims and the judge see nothing but its names.
//!
//! # Invariants
//!
//! Addresses, ports, times and numbers stay as the page has them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::model::WorldSpec;

/// Where cases are moved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The domain below which all names are: `mtaspec.contoso.com`. In lower case, without a final dot.
    pub below: String,
    /// What the MTA calls itself: `mail01.contoso.com`. It takes the place of the judged server's name.
    pub server: String,
}

/// How one case is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    /// What stands behind each name: `.c4k2m7a.mtaspec.contoso.com`.
    suffix: String,
    /// The judged server's name on the page.
    page_server: String,
    /// Its real name.
    pub(super) server: String,
}

/// Top-level domains of pages (RFC 2606 §2).
const TOP_LEVELS: [&str; 3] = [".test", ".example", ".invalid"];

/// Letters and digits of a label: RFC 4648 §6, in lower case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Characters of a label behind its `c`. Cases by the thousand get labels of their own; [`clash`] sees to it.
const LABEL_CHARACTERS: usize = 6;

/// The label of a case: always the same for the same id, so that nobody has to remember which was given to which.
#[must_use]
pub fn label(id: &str) -> String {
    let digest = Sha256::digest(id.as_bytes());
    let letter = |octet: &u8| char::from(ALPHABET[usize::from(octet % 32)]);
    std::iter::once('c').chain(digest.iter().take(LABEL_CHARACTERS).map(letter)).collect()
}

/// Two cases whose labels are the same, if there are any: they cannot be told apart, and one of them must not be moved.
#[must_use]
pub fn clash<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    ids.into_iter().find_map(|id| known.insert(label(id), id).map(|other| (other, id)))
}

impl Destination {
    /// Below which names of a case are: `c4k2m7a.mtaspec.contoso.com`.
    #[must_use]
    pub fn domain_of(&self, id: &str) -> String {
        format!("{}.{}", label(id), self.below)
    }

    /// How the case with this id, whose judged server has this name, is moved.
    pub(super) fn moving(&self, id: &str, page_server: &str) -> Moving {
        Moving {
            suffix: format!(".{}", self.domain_of(id)),
            page_server: page_server.to_owned(),
            server: self.server.to_ascii_lowercase(),
        }
    }
}

impl Moving {
    /// A text of the page, moved.
    pub(super) fn text(&self, text: &str) -> String {
        let mut moved = String::with_capacity(text.len() + self.suffix.len());
        let mut done = 0;
        for end in ends_of_names(text) {
            if let Some(start) = self.server_before(text, end).filter(|start| *start >= done) {
                moved.push_str(&text[done..start]);
                moved.push_str(&self.server);
            } else {
                moved.push_str(&text[done..end]);
                moved.push_str(&self.suffix);
            }
            done = end;
        }
        moved.push_str(&text[done..]);
        moved
    }

    /// Whether this is a name that was moved.
    pub(super) fn is_moved(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let before = name.strip_suffix(&self.suffix);
        before.is_some_and(|before| TOP_LEVELS.iter().any(|top| before.ends_with(top) || before == &top[1..]))
    }

    /// Moves what a page says without a word: the defaults of its world.
    pub(super) fn move_world(&self, world: &mut WorldSpec) {
        for name in world.accepts.iter_mut().chain([&mut world.reverse_path]) {
            *name = self.text(name);
        }
        world.server.clone_from(&self.server);
        for server in &mut world.organisation.servers {
            server.name.clone_from(&self.server);
        }
    }

    /// Where the judged server's name begins, if it ends here: all of a name, and no domain of a mailbox.
    fn server_before(&self, text: &str, end: usize) -> Option<usize> {
        let start = end.checked_sub(self.page_server.len())?;
        let is_it = text.get(start..end)?.eq_ignore_ascii_case(&self.page_server);
        let before = text[..start].chars().next_back();
        (is_it && before.is_none_or(|before| !is_of_name(before) && !matches!(before, '@' | '.'))).then_some(start)
    }
}

/// Where the names of a text end that are under a top-level domain of pages, short of a final dot.
fn ends_of_names(text: &str) -> Vec<usize> {
    let lower = text.to_ascii_lowercase();
    let mut ends: Vec<usize> = TOP_LEVELS
        .iter()
        .flat_map(|top| lower.match_indices(top).map(|(at, top)| (at, at + top.len())))
        .filter(|&(start, end)| begins_name(&text[..start]) && ends_name(&text[end..]))
        .map(|(_, end)| end)
        .collect();
    ends.sort_unstable();
    ends
}

/// Whether the last label of a name can stand behind this.
fn begins_name(before: &str) -> bool {
    before.chars().next_back().is_some_and(|last| is_of_name(last) || last == '*')
}

/// Whether a name ends where this goes on: neither a longer label nor another one follows.
fn ends_name(after: &str) -> bool {
    let mut rest = after.chars();
    match rest.next() {
        None => true,
        Some('.') => rest.next().is_none_or(|next| !is_of_name(next)),
        Some(next) => !is_of_name(next),
    }
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination() -> Destination {
        Destination { below: "suite.contoso.com".to_owned(), server: "Mail01.contoso.com".to_owned() }
    }

    #[track_caller]
    fn check(page: &str, moved: &str) {
        let moving = destination().moving("area/topic#case", "mta.sender.test");
        let label = label("area/topic#case");
        assert_eq!(moving.text(page), moved.replace('~', &format!(".{label}.suite.contoso.com")));
    }

    #[test]
    fn the_domain_stands_behind_every_name_and_before_its_final_dot() {
        check("contoso.test. 60 MX 10 mx.Contoso.TEST.", "contoso.test~. 60 MX 10 mx.Contoso.TEST~.");
        check("MUST a@contoso.test is delivered to 192.0.2.7", "MUST a@contoso.test~ is delivered to 192.0.2.7");
        check(
            "to=a@one.test,r{1..9}@two.example,c@three.invalid",
            "to=a@one.test~,r{1..9}@two.example~,c@three.invalid~",
        );
        check("-AddressSpaces *.contoso.test;10,*.test", "-AddressSpaces *.contoso.test~;10,*.test~");
        check("RCPT <a+40b.test@bücher.test>", "RCPT <a+40b.test~@bücher.test~>");
    }

    #[test]
    fn what_only_looks_like_a_name_stays() {
        for text in ["a .test. of it", "contoso.test.contoso.com", "contoso.tests", "contoso.test-x", "latest", ".test"]
        {
            check(text, text);
        }
    }

    #[test]
    fn the_judged_server_gets_its_real_name_and_its_mailboxes_do_not() {
        check("EHLO \"mta.sender.test\"", "EHLO \"mail01.contoso.com\"");
        check("mta.sender.test. \"*mta.sender.test*\"", "mail01.contoso.com. \"*mail01.contoso.com*\"");
        check("root@mta.sender.test", "root@mta.sender.test~");
        check(
            "old.mta.sender.test, *.mta.sender.test, xmta.sender.test",
            "old.mta.sender.test~, *.mta.sender.test~, xmta.sender.test~",
        );
    }

    #[test]
    fn only_names_of_the_same_case_count_as_moved() {
        let moving = destination().moving("area/topic#case", "mta.sender.test");
        let own = label("area/topic#case");
        assert!(moving.is_moved(&format!("MX.contoso.test.{own}.suite.contoso.com")));
        let other = label("area/topic#other");
        for name in [
            format!("mx.contoso.test.{other}.suite.contoso.com"),
            format!("mx.contoso.com.{own}.suite.contoso.com"),
            format!("{own}.suite.contoso.com"),
            "suite.contoso.com".to_owned(),
            "mail01.contoso.com".to_owned(),
        ] {
            assert!(!moving.is_moved(&name), "{name}");
        }
    }

    #[test]
    fn labels_are_names_and_two_that_are_the_same_are_found() {
        assert!(label("a/b#c").starts_with('c') && label("a/b#c").len() == LABEL_CHARACTERS + 1);
        assert_eq!(label("a/b#c"), label("a/b#c"));
        assert_eq!(clash(["a/b#c", "a/b#d"]), None);
        assert_eq!(clash(["a/b#c", "a/b#d", "a/b#c"]), Some(("a/b#c", "a/b#c")));
    }
}
