//! What must hold of any command line, and of any mail data: bodies for a fuzzer and for a property test alike.

use super::command::{Details, Line};
use crate::mail_data::Recorder;

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

/// Mail data of any octets comes to the same facts however it is cut. The first octet says how long the pieces are.
///
/// # Panics
///
/// If pieces are read otherwise than the whole, or the facts contradict each other.
pub fn mail_data(octets: &[u8]) {
    let Some((&piece, wire)) = octets.split_first() else { return };
    for new in [Recorder::dotted, Recorder::chunked] {
        let read = |piece: usize| {
            let mut recorder = new();
            wire.chunks(piece).for_each(|piece| recorder.take(piece));
            recorder.finish()
        };
        let whole = read(wire.len().max(1));
        assert_eq!(read(usize::from(piece).max(1)), whole, "in pieces of {piece}");
        assert!(whole.size <= wire.len() as u64 && whole.longest_line <= whole.size, "octets out of nothing");
        assert!(whole.body_size + whole.header.len() as u64 <= whole.size, "a part that is larger than the whole");
        assert!(whole.bare_cr + whole.bare_lf + whole.above_127 <= whole.size, "octets that are counted twice");
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

        #[test]
        fn any_mail_data_is_the_same_in_pieces(
            wire in proptest::collection::vec(
                prop_oneof![9 => proptest::sample::select(b"\r\n\r\n..ab:".to_vec()), 1 => any::<u8>()], 0..300),
        ) {
            mail_data(&wire);
        }
    }
}
