//! When a queue is tried again: a function of the settings and of how often it failed.

use std::time::Duration;

use crate::directory::TransportService;

/// How long a queue waits after its `failures`-th failed attempt in a row, counted from 1.
///
/// First the glitch retries (FAIL-09), then the transient ones (FAIL-10), a count of 0 skips its stage (FAIL-12); then
/// evenly until the messages expire (FAIL-11).
#[must_use]
pub fn wait_after(failures: u32, settings: &TransportService) -> Duration {
    let glitches = settings.queue_glitch_retry_count;
    let transients = glitches.saturating_add(settings.transient_failure_retry_count);
    if failures <= glitches {
        settings.queue_glitch_retry_interval
    } else if failures <= transients {
        settings.transient_failure_retry_interval
    } else {
        settings.outbound_connection_failure_retry_interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes at which attempts are made, the first at 0, if all of them fail.
    #[track_caller]
    fn check(settings: &TransportService, minutes: &[u64]) {
        let mut at = 0;
        let mut found = vec![0];
        for failures in 1..minutes.len() {
            at += wait_after(u32::try_from(failures).expect("a small count"), settings).as_secs() / 60;
            found.push(at);
        }
        assert_eq!(found, minutes);
    }

    #[test]
    fn four_glitches_six_transients_then_every_ten_minutes() {
        check(&TransportService::default(), &[0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44, 54, 64]);
    }

    #[test]
    fn an_edge_server_waits_longer() {
        check(&TransportService::edge(), &[0, 1, 2, 3, 4, 14, 24, 34, 44, 54, 64, 94, 124]);
    }

    #[test]
    fn a_count_of_zero_skips_its_stage() {
        let settings = TransportService { transient_failure_retry_count: 0, ..Default::default() };
        check(&settings, &[0, 1, 2, 3, 4, 14, 24]);
        let settings = TransportService { queue_glitch_retry_count: 0, ..settings };
        check(&settings, &[0, 10, 20]);
    }
}
