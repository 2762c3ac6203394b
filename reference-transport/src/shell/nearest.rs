//! Which known names a mistyped one is nearest to.

use super::ShellError;

/// Longest name that is compared: nobody mistypes more.
const NAME_OCTETS_MAX: usize = 128;

/// Most names that one is compared with.
const CANDIDATES_MAX: usize = 1_000;

/// The nearest of `known`, nearest first, at most [`ShellError::SUGGESTIONS_MAX`]; names that share less than half of
/// their letters are left out.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    if name.len() > NAME_OCTETS_MAX {
        return Vec::new();
    }
    let folded = name.to_ascii_lowercase();
    let mut ranked: Vec<_> = known
        .take(CANDIDATES_MAX)
        .filter(|candidate| candidate.len() <= NAME_OCTETS_MAX)
        .map(|candidate| (distance(&folded, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2)
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(ShellError::SUGGESTIONS_MAX).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// How many insertions, removals and replacements turn one text into the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, own) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(own != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, known: &[&str], expected: &[&str]) {
        assert_eq!(nearest(name, known.iter().copied()), expected);
    }

    #[test]
    fn the_nearest_name_comes_first() {
        check("SmartHots", &["SmartHostAuthMechanism", "SmartHosts", "Fqdn"], &["SmartHosts"]);
        check("abcd", &["abcx", "abcd", "abxx"], &["abcd", "abcx", "abxx"]);
        check("zzz", &["Name"], &[]);
    }

    #[test]
    fn six_are_enough() {
        let known = ["a1", "a2", "a3", "a4", "a5", "a6", "a7"];
        check("a0", &known, &known[..6]);
    }
}
