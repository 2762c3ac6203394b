//! The corpus on the reference transport: one test a case, named as the case. A test reads only the page that its
//! name is of, so each is as cheap in a process of its own as among all.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use mtaspec_harness::{
    mta::Reference,
    suite::{Suite, run},
    world::{NetworkKind, Settings},
};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();

    let suite: &'static Suite = match mtaspec::suite() {
        Ok(suite) => Box::leak(Box::new(suite)),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(65);
        }
    };
    let trials = suite.corpus().list().into_iter().map(|id| Trial::test(id.clone(), move || check(suite, &id)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The case conforms, and its snapshot is as it was.
fn check(suite: &Suite, id: &str) -> Result<(), Failed> {
    let case = suite.case(id).map_err(|error| error.to_string())?;
    let settings = Settings { seed: 0, network: NetworkKind::Memory };
    let result = run::run_case(suite, case, &Reference, settings);
    match run::complaint(suite, case, &result) {
        None => Ok(()),
        Some(complaint) => Err(complaint.into()),
    }
}
