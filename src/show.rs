//! `mtaspec show`: a case as a person reads it.

use mtaspec_harness::{case::Case, requirement::Catalogue, suite::Suite};

use crate::{
    args,
    exit::Failure,
    load,
    output::{Output, columns},
};

/// The section of the page with the world that it shares, and the sentences that its claims cite.
pub(crate) fn show(args: &args::Show) -> Result<Output, Failure> {
    let suite = load::suite(&args.pages)?;
    let case = load::case(&suite, &args.case)?;
    let Case { id, file, line, section_text, .. } = case;
    let mut text = format!("{id}\n{}:{line}\n\n", file.display());
    text.push_str(&shared(&suite, case));
    text.push_str(section_text.trim_end());
    text.push_str("\n\n");
    text.push_str(&sentences(suite.catalogue(), case));
    Ok(Output::of(text))
}

/// What stands on the page before its first section: all its cases share it.
fn shared(suite: &Suite, case: &Case) -> String {
    let Some(page) = suite.corpus().pages().iter().find(|page| page.file() == case.file) else { return String::new() };
    let first = page.headings().first().map_or(1, |heading| heading.line);
    let lines = usize::try_from(first).unwrap_or(usize::MAX).saturating_sub(1);
    let text = String::from_utf8_lossy(page.octets());
    let shared: Vec<&str> = text.lines().take(lines).collect();
    format!("{}\n\n", shared.join("\n").trim_end())
}

/// Requirements and faults, each once, in the order in which the claims cite them.
fn sentences(catalogue: &Catalogue, case: &Case) -> String {
    let mut ids: Vec<&str> = Vec::new();
    for id in load::cited(case) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let rows: Vec<[String; 3]> = ids.iter().map(|id| row(catalogue, id)).collect();
    format!("What its claims rest on:\n\n{}", columns(&rows))
}

fn row(catalogue: &Catalogue, id: &str) -> [String; 3] {
    let (strength, words) = match (catalogue.get(id), catalogue.fault(id)) {
        (Some(requirement), _) => {
            let strength = format!("{:?}", requirement.strength).to_uppercase();
            (strength, format!("{} ({})", requirement.sentence, requirement.source))
        }
        (None, Some(fault)) => ("fault".to_owned(), fault.summary.clone()),
        (None, None) => (String::new(), String::new()),
    };
    [id.to_owned(), strength, words]
}
