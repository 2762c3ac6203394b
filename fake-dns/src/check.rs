//! What must hold of any line of a zone: one body for a fuzzer and for a property test alike.

use crate::zone::{parse_record, record_line};

/// Types of record that are written as they are read.
const WRITTEN: [&str; 8] = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"];

/// A line of any text is read, or refused with the place of what is wrong in it; what is read is written as a line that
/// means the same, if it is of a type of which that is promised.
///
/// # Panics
///
/// If what is wrong lies outside of the line, or the line that is written means something else.
pub fn record(line: &str) {
    match parse_record(line) {
        Ok(record) => {
            let written = record_line(&record);
            let kind = record.record_type().to_string();
            // Text beyond ASCII is written in escapes, which are read in another way.
            let is_escaped =
                kind == "TXT" && written.as_bytes().windows(2).any(|two| two[0] == b'\\' && two[1] != b'"');
            if !WRITTEN.contains(&kind.as_str()) || is_escaped {
                return;
            }
            let again = parse_record(&written).map(|again| record_line(&again));
            assert_eq!(again.as_ref().ok(), Some(&written), "{line:?}: {again:?}");
        }
        Err(error) => {
            if let Some(span) = error.span() {
                assert!(line.get(span.clone()).is_some(), "{span:?} is no part of {line:?}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: [&str; 40] = [
        "contoso.test",
        "contoso.test.",
        "*.a.test",
        "_25._tcp.mx.a.test",
        "@",
        ".",
        "a..test",
        "xn--bcher-kva.test",
        "bücher.test",
        "IN",
        "CH",
        "60",
        "1h30m",
        "4294967296",
        "A",
        "AAAA",
        "CAA",
        "CNAME",
        "MX",
        "NS",
        "PTR",
        "SOA",
        "SRV",
        "SSHFP",
        "TLSA",
        "TXT",
        "NAPTR",
        "192.0.2.1",
        "2001:db8::1",
        "::ffff:192.0.2.1",
        "10",
        "65536",
        "-1",
        "\"v=spf1; -all\"",
        "\"",
        "\\",
        "\\065",
        "; says who",
        "(",
        "d2abde24",
    ];

    proptest! {
        #[test]
        fn any_words_are_a_record_or_none(
            words in proptest::collection::vec((proptest::sample::select(&WORDS[..]), "[ \t]{0,2}"), 0..9),
        ) {
            let line: String = words.into_iter().flat_map(|(word, blank)| [word.to_owned(), blank]).collect();
            record(&line);
        }

        #[test]
        fn any_line_is_a_record_or_none(line in "\\PC{0,60}") {
            record(&line);
        }

        #[test]
        fn any_data_are_those_of_a_record_or_none(
            kind in proptest::sample::select(&WORDS[14..27]),
            data in "[ -~]{0,40}",
        ) {
            record(&format!("a.test {kind} {data}"));
        }
    }
}
