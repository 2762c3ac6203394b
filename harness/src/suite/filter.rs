//! Which cases of a corpus are meant.

/// One word of a filter: a part of a case id, a glob over it, or the id of a requirement or fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// A filter of this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it means the case with this id, whose claims cite `cited`.
    ///
    /// A glob (`*` for any characters, `?` for one) must match the whole id; other text may stand anywhere in it.
    pub fn means<'a>(&self, case: &str, cited: impl IntoIterator<Item = &'a str>) -> bool {
        let Self(text) = self;
        let by_id =
            if text.contains(['*', '?']) { glob(text.as_bytes(), case.as_bytes()) } else { case.contains(text) };
        by_id || cited.into_iter().any(|id| id.eq_ignore_ascii_case(text))
    }
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skipped| glob(rest, &text[skipped..])),
        Some((b'?', rest)) => text.split_first().is_some_and(|(_, text)| glob(rest, text)),
        Some((octet, rest)) => text.split_first().is_some_and(|(first, text)| first == octet && glob(rest, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[track_caller]
    fn check(filter: &str, means: bool) {
        let cited = ["SEL-11", "SF-STL-01"];
        assert_eq!(Filter::new(filter).means("routing/equal-connectors#tie", cited), means, "{filter}");
    }

    #[test]
    fn a_filter_is_a_part_of_an_id_a_glob_or_a_cited_id() {
        check("routing", true);
        check("connectors#t", true);
        check("starttls", false);
        check("routing/*#tie", true);
        check("*#tie", true);
        check("routing/*#ti", false);
        check("r?uting/*", true);
        check("SEL-11", true);
        check("sf-stl-01", true);
        check("SEL-1", false);
    }
}
