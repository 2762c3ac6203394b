//! Durations and quoted patterns.

use std::time::Duration;

use mtaspec_fake_smarthost::rule::Pattern;

use super::super::{duration, quoted, unescaped};

#[test]
fn units_of_a_duration_add_up() {
    assert_eq!(duration("2d1h"), Some(Duration::from_hours(49)));
    assert_eq!(duration("26h10m"), Some(Duration::from_mins(26 * 60 + 10)));
    assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
    assert_eq!(duration("1m1ms"), Some(Duration::from_millis(60_001)));
}

#[test]
fn a_duration_needs_digits_before_a_unit_that_is_known() {
    for text in ["", "5", "m", "5min", "5m ", " 5m", "-5m", "5µs", "1h30", "99999999999999999999d", "213503982335d"] {
        assert_eq!(duration(text), None, "{text}");
    }
}

#[test]
fn a_bare_star_parts_a_pattern_and_an_escaped_one_does_not() {
    let pattern = Pattern { pieces: vec![b"".to_vec(), b" SIZE=".to_vec(), b"".to_vec()] };
    assert_eq!(quoted(r#""* SIZE=*""#), Some(pattern));
    assert_eq!(quoted(r#""2 \* 3""#), Some(Pattern::exact("2 * 3")));
}

#[test]
fn escapes_are_octets() {
    assert_eq!(quoted(r#""\r\n\t\x00\xfF\"\\""#), Some(Pattern::exact(b"\r\n\t\x00\xff\"\\".to_vec())));
    assert_eq!(unescaped(r"a*\x0a"), Some(b"a*\n".to_vec()));
    assert_eq!(unescaped(r"\q"), None);
}

#[test]
fn a_quoted_pattern_ends_with_its_quotation_mark() {
    for text in ["", "a", "\"", "\"a", "\"a\\\"", "\"a\" ", "\"\\q\"", "\"\\x0\""] {
        assert_eq!(quoted(text), None, "{text}");
    }
}
