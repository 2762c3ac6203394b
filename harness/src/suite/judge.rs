//! The short way: all cases of a suite on an MTA of one's own, over the loopback interface, and what came of it.

use std::{fmt, num::NonZeroUsize, time::SystemTime};

use super::{
    Suite, SuiteError,
    run::{CaseResult, Haste, Plan, judged},
};
use crate::{
    invariant::Tally,
    mta::Mta,
    report::{
        json::{CaseReport, MtaName, RunHead, RunReport},
        terminal::{Colour, summary},
    },
    world::{NetworkKind, Settings},
};

/// Octets of an MTA's own log that stand in a report: the last ones.
const LOG_OCTETS_MAX: usize = 8 * 1024;

/// Cases at the same time on sockets. A case there mostly waits, so they may be more than the processors.
const JOBS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// A run of [`Suite::judge`]; displayed, it is the summary that fits a screen.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Everything that was found, traces included.
    pub report: RunReport,
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&summary(&self.report, judged(&self.report.mta.name), Colour::Plain))
    }
}

impl Suite {
    /// Runs every case on this MTA over the loopback interface, many at a time, and judges what it did. The worlds
    /// begin now. What the MTA cannot be asked is counted as an unsupported setting.
    ///
    /// # Errors
    ///
    /// [`SuiteError::Pages`] with the mistakes of every page; then nothing was run.
    pub fn judge(&self, mta: &dyn Mta) -> Result<Judgement, SuiteError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "on sockets the machine's time is the world's, and it enters here"
        )]
        let now = SystemTime::now();
        let settings = Settings { seed: 0, network: NetworkKind::Loopback { now } };
        let plan = Plan { settings, jobs: JOBS, basis: None, haste: Haste::AllCases };
        let cases = self.cases(&[])?;
        let results = self.run(&cases, mta, plan, &());
        Ok(Judgement { report: self.report(mta, plan, results) })
    }

    /// Sums up the results of a run.
    #[must_use]
    pub fn report(&self, mta: &dyn Mta, plan: Plan, results: Vec<CaseResult<'_>>) -> RunReport {
        self.report_of(MtaName { name: mta.name(), version: mta.version() }, plan, results)
    }

    /// As [`Suite::report`], for an MTA that said elsewhere which version it is.
    #[must_use]
    pub fn report_of(&self, mta: MtaName, plan: Plan, results: Vec<CaseResult<'_>>) -> RunReport {
        let mut tally = Tally::default();
        let mut reports = Vec::new();
        for CaseResult { case, trace, evidence, ruling, invariants } in results {
            let mut report = CaseReport::new(&case.id, ruling, &invariants, trace, judged(&mta.name));
            if !report.expected {
                evidence.log_tail(LOG_OCTETS_MAX).clone_into(&mut report.log);
                report.configuration = evidence.readable_configuration();
            }
            tally.add(&report.id, &invariants);
            reports.push(report);
        }
        let head = RunHead { suite: env!("CARGO_PKG_VERSION").to_owned(), seed: plan.settings.seed, mta };
        RunReport { only: plan.basis, ..RunReport::new(head, reports, tally.into_rows()) }
    }
}
