//! What could have been meant by a word that names nothing.

use mtaspec_harness::nearest::{SUGGESTIONS_MAX, distance};

/// At most [`SUGGESTIONS_MAX`] of `candidates`: those that hold a part of `written` between `/` and `#` come first, then
/// by how much has to be changed.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let parts: Vec<String> =
        written.split(['/', '#', '*']).filter(|part| part.len() > 2).map(str::to_ascii_lowercase).collect();
    let rank = |candidate: &str| {
        let lower = candidate.to_ascii_lowercase();
        let shared = parts.iter().filter(|part| lower.contains(*part)).count();
        (parts.len() - shared, distance(written, candidate))
    };
    let mut ranked: Vec<_> = candidates.into_iter().map(|candidate| (rank(candidate), candidate)).collect();
    ranked.sort_unstable();
    ranked.dedup_by_key(|(_, candidate)| *candidate);
    ranked.into_iter().take(SUGGESTIONS_MAX).map(|(_, candidate)| candidate).collect()
}

/// A line that offers what is nearest; empty if there is nothing to offer.
pub(crate) fn offer<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(written, candidates);
    if near.is_empty() { String::new() } else { format!("\nnearest: {}", near.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_shared_part_comes_before_a_small_distance() {
        let known = ["dns/mx#order", "routing/equal-connectors#tie", "routing/split#two"];
        assert_eq!(nearest("routing/equal-conectors#tie", known)[0], "routing/equal-connectors#tie");
        assert_eq!(nearest("dsn/mx#ordre", known)[0], "dns/mx#order");
        assert_eq!(nearest("split", known)[0], "routing/split#two");
    }
}
