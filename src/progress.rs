//! The line that shows a person how far a run is, and which case has been running for longest.

use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use mtaspec_harness::suite::run::{CaseResult, Progress};

/// The line as it is drawn; the message is the case that has been running for longest.
const TEMPLATE: &str = "{prefix}{pos}/{len} cases  {elapsed}  {wide_msg}";

/// Draws a line for each case that begins or ends.
pub(crate) struct Watched {
    bar: ProgressBar,
    /// Cases that run, oldest first.
    running: Mutex<Vec<String>>,
}

/// One line below the other, for what runs at the same time.
pub(crate) struct Lines(MultiProgress);

impl Lines {
    /// None so far.
    pub(crate) fn new(target: ProgressDrawTarget) -> Self {
        Self(MultiProgress::with_draw_target(target))
    }

    /// Another line, for so many cases, behind these words.
    pub(crate) fn watched(&self, prefix: String, cases: usize) -> Watched {
        Watched::new(self.0.add(ProgressBar::new(cases as u64).with_prefix(prefix)))
    }
}

impl Watched {
    fn new(bar: ProgressBar) -> Self {
        // A template that is refused leaves the line as indicatif draws it.
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        Self { bar, running: Mutex::default() }
    }

    /// Takes the line away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn change(&self, change: impl FnOnce(&mut Vec<String>)) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut running);
        self.bar.set_message(running.first().cloned().unwrap_or_default());
    }
}

impl Progress for Watched {
    fn begins(&self, case: &str) {
        self.change(|running| running.push(case.to_owned()));
    }

    fn ends(&self, result: &CaseResult<'_>) {
        self.change(|running| running.retain(|case| *case != result.case.id));
        self.bar.inc(1);
    }
}
