//! The line that shows a person how far a run is, and which case has been running for longest.

use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use mtaspec_harness::suite::run::{CaseResult, Progress};

use crate::surroundings::Surroundings;

/// The line as it is drawn; the message is the case that has been running for longest.
const TEMPLATE: &str = "{prefix}{pos}/{len} cases  {elapsed}  {wide_msg}";

/// Draws a line for each case that begins or ends.
pub(crate) struct Watched {
    bar: ProgressBar,
    interrupted: fn() -> bool,
    /// Cases that run, oldest first.
    running: Mutex<Vec<String>>,
}

/// One line below the other, for what runs at the same time.
pub(crate) struct Lines {
    lines: MultiProgress,
    interrupted: fn() -> bool,
}

impl Lines {
    /// None so far.
    pub(crate) fn new(around: Surroundings) -> Self {
        Self { lines: MultiProgress::with_draw_target((around.draw)()), interrupted: around.interrupted }
    }

    /// Another line, for so many cases, behind these words.
    pub(crate) fn watched(&self, prefix: String, cases: usize) -> Watched {
        let bar = self.lines.add(ProgressBar::new(cases as u64).with_prefix(prefix));
        // A template that is refused leaves the line as indicatif draws it.
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        Watched { bar, interrupted: self.interrupted, running: Mutex::default() }
    }
}

impl Watched {
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

    fn goes_on(&self) -> bool {
        !(self.interrupted)()
    }
}
