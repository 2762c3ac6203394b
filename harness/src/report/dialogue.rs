//! Sessions as dialogues, in the notation in which pages write them.

/// World time as pages write durations, to the second: `26h10m`, `0s`.
#[must_use]
pub fn time(at_ms: u64) -> String {
    let seconds = at_ms / 1_000;
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let mut text = String::new();
    for (count, unit) in [(days, 'd'), (hours, 'h'), (minutes, 'm'), (rest, 's')] {
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
