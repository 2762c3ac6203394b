//! Durations: `2d1h`, `26h10m`, `500ms`.

use std::time::Duration;

/// Units with their length in milliseconds; a unit stands before each that it begins with.
const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// The duration that `text` is, or `None`: one or more of digits and a unit (`ms`, `s`, `m`, `h`, `d`), which add up.
/// At most 2^64 - 1 milliseconds.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    if text.is_empty() {
        return None;
    }
    let mut total_ms: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        let behind = rest.get(digits..)?;
        let (unit, ms) = UNITS.into_iter().find(|(unit, _)| behind.starts_with(unit))?;
        total_ms = total_ms.checked_add(count.checked_mul(ms)?)?;
        rest = behind.get(unit.len()..)?;
    }
    Some(Duration::from_millis(total_ms))
}
