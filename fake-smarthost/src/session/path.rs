//! Paths (RFC 5321 §4.1.2), with UTF-8 (RFC 6531 §3.3).

/// A reverse-path or a forward-path, without its angle brackets and without a source route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// `julia@contoso.test`; empty is the null path.
    pub(crate) mailbox: String,
}

/// Takes a path from the start of `text`, and gives what stands behind it.
pub(crate) fn parse_path(text: &str) -> Option<(Path, &str)> {
    let inner = text.strip_prefix('<')?;
    if let Some(rest) = inner.strip_prefix('>') {
        return Some((Path { mailbox: String::new() }, rest));
    }
    let inner = without_source_route(inner)?;
    let local = local_part(inner)?;
    let after = &inner[local.len()..];
    if let Some(rest) = after.strip_prefix('>') {
        // The one mailbox that needs no domain: RFC 5321 §4.5.1.
        return local.eq_ignore_ascii_case("postmaster").then(|| (Path { mailbox: local.to_owned() }, rest));
    }
    let domain = domain(after.strip_prefix('@')?)?;
    let rest = after[1 + domain.len()..].strip_prefix('>')?;
    Some((Path { mailbox: format!("{local}@{domain}") }, rest))
}

/// `@a.test,@b.test:` is accepted and thrown away (RFC 5321 §4.1.1.3, appendix C).
fn without_source_route(text: &str) -> Option<&str> {
    if !text.starts_with('@') {
        return Some(text);
    }
    let (route, rest) = text.split_once(':')?;
    let lawful = route.split(',').all(|hop| hop.strip_prefix('@').is_some_and(|name| domain(name) == Some(name)));
    lawful.then_some(rest)
}

fn local_part(text: &str) -> Option<&str> {
    if !text.starts_with('"') {
        let end = text.find(|one| !(is_atext(one) || one == '.')).unwrap_or(text.len());
        let local = &text[..end];
        let lawful = local.split('.').all(|atom| !atom.is_empty());
        return lawful.then_some(local);
    }
    let mut escaped = false;
    for (at, one) in text.char_indices().skip(1) {
        match one {
            _ if one.is_ascii_control() => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(&text[..=at]),
            _ => {}
        }
    }
    None
}

fn is_atext(one: char) -> bool {
    one.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(one) || !one.is_ascii()
}

/// A domain or an address literal.
fn domain(text: &str) -> Option<&str> {
    if text.starts_with('[') {
        let end = text.find(']')?;
        let literal = &text[1..end];
        let lawful = !literal.is_empty() && literal.chars().all(|one| one.is_ascii_graphic() && one != '[');
        return lawful.then_some(&text[..=end]);
    }
    let end = text.find(|one: char| !(one.is_ascii_alphanumeric() || "-._".contains(one) || !one.is_ascii()));
    let name = &text[..end.unwrap_or(text.len())];
    (!name.is_empty() && name.split('.').all(|label| !label.is_empty())).then_some(name)
}

/// The mailbox of a path that stands somewhere in an argument, lawful or not, for rules that name one.
pub(crate) fn mailbox_in(argument: &[u8]) -> Option<&[u8]> {
    let from = memchr::memchr(b'<', argument)? + 1;
    let length = memchr::memrchr(b'>', &argument[from..])?;
    let inside = &argument[from..from + length];
    let inside = match memchr::memchr(b'>', inside) {
        // A quoted local-part may hold an angle bracket; else the first one ends the path.
        Some(first) if !inside.starts_with(b"\"") => &inside[..first],
        _ => inside,
    };
    match inside {
        [b'@', ..] => memchr::memchr(b':', inside).map(|at| &inside[at + 1..]),
        _ => Some(inside),
    }
}

/// Whether two mailboxes are one: domains are compared without regard to case, local-parts octet for octet.
pub(crate) fn same_mailbox(one: &[u8], other: &[u8]) -> bool {
    let split = |mailbox: &[u8]| memchr::memrchr(b'@', mailbox).unwrap_or(mailbox.len());
    let (at, other_at) = (split(one), split(other));
    one[..at] == other[..other_at] && one[at..].eq_ignore_ascii_case(&other[other_at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let parsed = parse_path(text);
        let parsed = parsed.as_ref().map(|(path, rest)| (path.mailbox.as_str(), *rest));
        assert_eq!(parsed, expected, "{text}");
    }

    #[test]
    fn a_path_is_what_the_grammar_says() {
        check("<>", Some(("", "")));
        check("<a.b+c@contoso.test> SIZE=1", Some(("a.b+c@contoso.test", " SIZE=1")));
        check("<@relay.test,@b.test:a@contoso.test>", Some(("a@contoso.test", "")));
        check(r#"<"a >\"b"@contoso.test>"#, Some((r#""a >\"b"@contoso.test"#, "")));
        check("<a@[192.0.2.1]>", Some(("a@[192.0.2.1]", "")));
        check("<bücher@bücher.test>", Some(("bücher@bücher.test", "")));
        check("<postMaster>", Some(("postMaster", "")));
        for wrong in
            ["", "a@b.test", "<a>", "<@b.test>", "<a@>", "<a..b@c.test>", "<a@b..test>", "<a@b.test", "<a b@c.test>"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn a_mailbox_is_found_in_an_argument_however_wrong_that_is() {
        assert_eq!(mailbox_in(b"TO:<a@b.test> NOTIFY=<x>"), Some(b"a@b.test".as_slice()));
        assert_eq!(mailbox_in(b"TO: <@r.test:a@b.test>"), Some(b"a@b.test".as_slice()));
        assert_eq!(mailbox_in(b"FROM:<>"), Some(b"".as_slice()));
        assert_eq!(mailbox_in(b"FROM:a@b.test"), None);
        assert!(same_mailbox(b"Julia@contoso.test", b"Julia@CONTOSO.test"));
        assert!(!same_mailbox(b"julia@contoso.test", b"Julia@contoso.test"));
    }
}
