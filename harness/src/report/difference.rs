//! What two sets of dialogues have differently, folded: the same difference in many cases is told once.

use std::collections::BTreeMap;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

/// One difference, and every case that has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Lines of the old dialogue that are not in the new one, from the first of the cases.
    pub gone: Vec<String>,
    /// Lines of the new one that are not in the old one.
    pub new: Vec<String>,
    /// The last line above that both have, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// Ids of cases, each once.
    pub cases: Vec<String>,
}

/// Dialogues of one case, old and new.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The case.
    pub id: String,
    /// Its dialogues before.
    pub old: Vec<String>,
    /// Its dialogues now.
    pub new: Vec<String>,
}

/// The differences of all pairs, those of most cases first. Two are the same if they are but for mailboxes, hosts'
/// addresses and how often a line repeats.
#[must_use]
pub fn differences(pairs: &[Pair]) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    let mut places: BTreeMap<(Vec<String>, Vec<String>), usize> = BTreeMap::new();
    for pair in pairs {
        for difference in of_pair(pair) {
            let key = (shapes(&difference.gone), shapes(&difference.new));
            let place = *places.entry(key).or_insert(found.len());
            match found.get_mut(place) {
                None => found.push(difference),
                Some(own) if own.cases.last() != Some(&pair.id) => own.cases.push(pair.id.clone()),
                Some(_) => {}
            }
        }
    }
    found.sort_by_key(|difference| std::cmp::Reverse(difference.cases.len()));
    found
}

/// Each run of changed lines of one case.
fn of_pair(pair: &Pair) -> Vec<Difference> {
    let old: Vec<&str> = pair.old.iter().map(String::as_str).collect();
    let new: Vec<&str> = pair.new.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&old, &new);
    let mut found: Vec<Difference> = Vec::new();
    let (mut behind, mut is_open) = (None, false);
    for change in diff.iter_all_changes() {
        let line = change.value().to_owned();
        if change.tag() == ChangeTag::Equal {
            (behind, is_open) = (Some(line), false);
            continue;
        }
        if !is_open {
            let behind = behind.clone();
            found.push(Difference { gone: Vec::new(), new: Vec::new(), behind, cases: vec![pair.id.clone()] });
            is_open = true;
        }
        if let Some(own) = found.last_mut() {
            let lines = if change.tag() == ChangeTag::Delete { &mut own.gone } else { &mut own.new };
            lines.push(line);
        }
    }
    found
}

/// Lines without what belongs to one case alone; equal ones in a row are one.
fn shapes(lines: &[String]) -> Vec<String> {
    let mut shapes: Vec<String> = lines.iter().map(|line| shape(line)).collect();
    shapes.dedup();
    shapes
}

fn shape(line: &str) -> String {
    match line.split_once(' ') {
        Some((word @ ("connect" | "query"), _)) => word.to_owned(),
        _ => line.split(' ').map(|word| if word.contains('@') { "@" } else { word }).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::{Pair, differences};

    fn pair(id: &str, old: &[&str], new: &[&str]) -> Pair {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Pair { id: id.to_owned(), old: lines(old), new: lines(new) }
    }

    #[test]
    fn the_same_difference_in_many_cases_is_told_once() {
        let found = differences(&[
            pair("a", &["C: MAIL", "C: RCPT TO:<u@x> (early)"], &["C: MAIL", "C: RCPT TO:<u@x>"]),
            pair(
                "b",
                &["C: RCPT TO:<v@y> (early)", "C: RCPT TO:<w@y> (early)"],
                &["C: RCPT TO:<v@y>", "C: RCPT TO:<w@y>"],
            ),
            pair("c", &["C: QUIT"], &["C: QUIT"]),
            pair("d", &["<TLS 1.3>"], &["<TLS 1.2>"]),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(
            (found[0].cases.as_slice(), found[0].behind.as_deref()),
            (&["a".to_owned(), "b".to_owned()][..], Some("C: MAIL"))
        );
        assert_eq!(
            (found[1].gone.as_slice(), found[1].new.as_slice()),
            (&["<TLS 1.3>".to_owned()][..], &["<TLS 1.2>".to_owned()][..])
        );
    }

    #[test]
    fn two_differences_of_one_case_are_two() {
        let found = differences(&[pair("a", &["1", "same", "2"], &["one", "same", "two"])]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].behind.as_deref(), Some("same"));
    }
}
