//! The corpus on the reference transport: one test a case, named as the case, and one a section for its snapshot.
//!
//! A test reads only the page that its name is of, so each is as cheap in a process of its own as among all. A snapshot
//! that differs is reviewed with `cargo insta review`, or accepted with `mtaspec run --accept`.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
};

use insta::Settings as Insta;
use libtest_mimic::{Arguments, Failed, Trial};
use mtaspec_harness::{
    case::Case,
    mta::Reference,
    report::dialogue,
    snapshot::{self, Layout, Shown},
    suite::{
        Suite,
        run::{CaseResult, Haste, Plan},
    },
    verdict::Verdict,
    world::{NetworkKind, Settings},
};

const PLAN: Plan = Plan {
    settings: Settings { seed: 0, network: NetworkKind::Memory },
    jobs: NonZeroUsize::MIN,
    basis: None,
    haste: Haste::AllCases,
};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite: &'static Suite = match mtaspec::suite() {
        Ok(suite) => Box::leak(Box::new(suite)),
        Err(error) => panic!("{error}"),
    };
    let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut trials = Vec::new();
    for id in suite.corpus().list() {
        sections.entry(section(&id).to_owned()).or_default().push(id.clone());
        trials.push(Trial::test(id.clone(), move || conforms(suite, &id)));
    }
    for (section, ids) in sections {
        trials.push(Trial::test(format!("snapshot of {section}"), move || is_as_accepted(suite, &section, &ids)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The id of a case without its variant.
fn section(id: &str) -> &str {
    let short_id = id.find('#').unwrap_or(0);
    id[short_id..].find('/').map_or(id, |variant| &id[..short_id + variant])
}

fn run<'a>(suite: &'a Suite, id: &str) -> Result<CaseResult<'a>, Failed> {
    let case: &'a Case = suite.case(id).map_err(|error| error.to_string())?;
    Ok(suite.run_case(case, &Reference, PLAN))
}

fn conforms(suite: &Suite, id: &str) -> Result<(), Failed> {
    let result = run(suite, id)?;
    if result.ruling.verdict == Verdict::Conforms {
        return Ok(());
    }
    let place = format!("{}:{}", result.case.file.display(), result.case.line);
    let dialogue: Vec<String> = result.trace.0.iter().flat_map(|entry| dialogue::lines(&entry.event)).collect();
    let (verdict, reason) = (result.ruling.verdict.word(), &result.ruling.reason);
    Err(format!("{place}: {verdict}: {reason}\n{}", dialogue.join("\n")).into())
}

fn is_as_accepted(suite: &Suite, section: &str, ids: &[String]) -> Result<(), Failed> {
    let results = ids.iter().map(|id| run(suite, id)).collect::<Result<Vec<_>, _>>()?;
    let shown: Vec<Shown<'_>> =
        results.iter().map(|result| Shown { id: &result.case.id, trace: &result.trace }).collect();
    let text = snapshot::render(&shown, Layout::Memory);
    let page = results.first().map(|result| result.case.file.clone()).unwrap_or_default();
    let file = PathBuf::from(snapshot::file::file_name(section));
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut insta = Insta::new();
    insta.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(page.parent().unwrap_or(&page)));
    insta.set_prepend_module_to_snapshot(false);
    insta.set_omit_expression(true);
    insta.bind(|| insta::assert_snapshot!(name, text));
    Ok(())
}
