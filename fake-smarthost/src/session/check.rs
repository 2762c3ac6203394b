//! What must hold of any command line: one body for a fuzzer and for a property test alike.

use super::command::{Details, Line};

/// A line of any octets is taken apart without a panic, and a path in it holds no line end.
///
/// # Panics
///
/// If a path, or the verb, holds an octet that could end a line.
pub fn command(octets: &[u8]) {
    let line = Line::new(octets);
    let first = octets.split(|&octet| octet == b'\n').next().unwrap_or_default();
    if octets.strip_suffix(b"\n").unwrap_or(octets).contains(&b'\n') {
        // The reader of lines never hands one over that holds two.
        return;
    }
    assert!(line.verb.len() <= 3 * first.len().max(1), "a verb out of nothing");
    match line.request().details {
        Ok(Details::Mail { path, .. } | Details::Rcpt { path, .. }) => {
            assert!(!path.mailbox.contains('\n'), "a line end in {:?}", path.mailbox);
        }
        Ok(Details::Bdat { size, .. }) => {
            assert!(size.to_string().len() <= line.argument.len(), "a size out of nothing")
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_line_is_taken_apart(
            verb in prop_oneof![Just("MAIL FROM:"), Just("RCPT TO:"), Just("BDAT "), Just("AUTH "), Just("X-EXPS "), Just("")],
            rest in proptest::collection::vec(
                prop_oneof![9 => proptest::sample::select(b"<>@\"\\ :,=a1.\r".to_vec()), 1 => any::<u8>()], 0..60),
        ) {
            command(&[verb.as_bytes(), &rest].concat());
            command(&[verb.as_bytes(), &rest, b"\r\n"].concat());
        }
    }
}
