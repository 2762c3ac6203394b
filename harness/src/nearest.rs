//! What could have been meant: candidates by their distance from what was written.

/// Most suggestions of one mistake.
pub const SUGGESTIONS_MAX: usize = 6;

/// Longest word that is compared, in characters: what is longer resembles nothing.
const WORD_CHARS_MAX: usize = 96;

/// At most [`SUGGESTIONS_MAX`] of `candidates`, nearest to `written` first; equally near ones keep their order.
#[must_use]
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut by_distance: Vec<(usize, &str)> =
        candidates.into_iter().map(|candidate| (distance(written, candidate), candidate)).collect();
    by_distance.sort_by_key(|(distance, _)| *distance);
    by_distance.dedup_by_key(|(_, candidate)| *candidate);
    by_distance.into_iter().take(SUGGESTIONS_MAX).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// How many insertions, deletions, replacements and swaps of neighbours lead from one to the other, letter case aside.
#[must_use]
pub fn distance(written: &str, candidate: &str) -> usize {
    let a: Vec<char> = written.chars().take(WORD_CHARS_MAX).map(|c| c.to_ascii_lowercase()).collect();
    let b: Vec<char> = candidate.chars().take(WORD_CHARS_MAX).map(|c| c.to_ascii_lowercase()).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut next = vec![i + 1];
        for j in 0..b.len() {
            let replaced = row[j] + usize::from(a[i] != b[j]);
            let mut cost = replaced.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(before[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

/// Whether `written` is so near to `candidate` that it must be a slip.
pub(crate) fn is_slip(written: &str, candidate: &str) -> bool {
    let allowed = if candidate.len() > 4 { 2 } else { 1 };
    distance(written, candidate) <= allowed
}
