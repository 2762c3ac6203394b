//! `mtaspec list`: what there is, in columns or as JSON.

use mtaspec_harness::{
    case::{Case, model::Via},
    invariant::ALL,
    requirement::{Basis, Catalogue, Requirement, Strength, Surface},
    suite::Filter,
};
use serde::Serialize;

use crate::{
    args::{self, Listed},
    exit::Failure,
    load,
    mtas::MTAS,
    output::{Output, columns},
};

/// Lists what is asked for.
pub(crate) fn list(args: &args::List) -> Result<Output, Failure> {
    match args.what {
        Listed::Cases => cases(args),
        Listed::Invariants => invariants(args),
        Listed::Mtas => mtas(args),
        Listed::Requirements => requirements(args),
    }
}

/// A case, for programs. Fields may be added, never renamed.
#[derive(Serialize)]
struct CaseRow<'a> {
    id: &'a str,
    title: &'a str,
    file: String,
    line: u32,
    requirements: Vec<&'a str>,
    faults: Vec<&'a str>,
    needs: Vec<String>,
}

impl<'a> CaseRow<'a> {
    fn new(case: &'a Case, catalogue: &Catalogue) -> Self {
        let cited = |is_meant: &dyn Fn(&str) -> bool| {
            let mut ids: Vec<&str> = load::cited(case).filter(|id| is_meant(id)).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        Self {
            id: &case.id,
            title: &case.title,
            file: case.file.display().to_string(),
            line: case.line,
            requirements: cited(&|id| catalogue.get(id).is_some()),
            faults: cited(&|id| catalogue.fault(id).is_some()),
            needs: needs(case),
        }
    }
}

/// What an MTA has to be able to do for this case, beyond taking a message and sending it on.
fn needs(case: &Case) -> Vec<String> {
    let mut needs = Vec::new();
    if !case.dns_faults.is_empty() || !case.name_servers.is_empty() {
        needs.push("asks the name server of the world".to_owned());
    }
    if case.messages.iter().any(|message| message.via == Via::Transport) {
        needs.push("takes mail from other servers of its organisation".to_owned());
    }
    if case.shell.iter().any(|text| !text.at.is_zero()) {
        needs.push("changes its connectors at run time".to_owned());
    }
    if case.world.observe_until {
        needs.push(format!("{} s of world time", case.world.horizon.as_secs()));
    }
    needs
}

fn cases(args: &args::List) -> Result<Output, Failure> {
    let suite = load::suite(&args.pages)?;
    let cases = load::cases(&suite, &args.filters.filters)?;
    if args.json {
        return Output::json(&cases.iter().map(|case| CaseRow::new(case, suite.catalogue())).collect::<Vec<_>>());
    }
    let rows: Vec<[String; 2]> = cases.iter().map(|case| [case.id.clone(), case.title.clone()]).collect();
    Ok(Output::of(columns(&rows)))
}

/// A requirement, for programs. Fields may be added, never renamed.
#[derive(Serialize)]
struct RequirementRow<'a> {
    id: &'a str,
    strength: Strength,
    basis: Basis,
    surface: &'a [Surface],
    sentence: &'a str,
    source: &'a str,
}

impl<'a> From<&'a Requirement> for RequirementRow<'a> {
    fn from(requirement: &'a Requirement) -> Self {
        let Requirement { id, strength, basis, surface, sentence, source, .. } = requirement;
        Self { id, strength: *strength, basis: *basis, surface, sentence, source }
    }
}

fn requirements(args: &args::List) -> Result<Output, Failure> {
    let suite = load::suite(&args.pages)?;
    let filters: Vec<Filter> = args.filters.filters.iter().map(Filter::new).collect();
    let is_meant = |requirement: &&Requirement| {
        filters.is_empty() || filters.iter().any(|filter| filter.means(&requirement.id, []))
    };
    let meant: Vec<&Requirement> = suite.catalogue().requirements().filter(is_meant).collect();
    if args.json {
        return Output::json(&meant.into_iter().map(RequirementRow::from).collect::<Vec<_>>());
    }
    let row = |requirement: &&Requirement| {
        let strength = format!("{:?}", requirement.strength).to_uppercase();
        let basis = format!("{:?}", requirement.basis).to_lowercase();
        [requirement.id.clone(), strength, basis, requirement.sentence.clone()]
    };
    Ok(Output::of(columns(&meant.iter().map(row).collect::<Vec<_>>())))
}

fn mtas(args: &args::List) -> Result<Output, Failure> {
    if args.json {
        return Output::json(&MTAS);
    }
    let rows: Vec<[String; 2]> = MTAS.iter().map(|mta| [mta.name.to_owned(), mta.about.to_owned()]).collect();
    Ok(Output::of(columns(&rows)))
}

/// An invariant, for programs. Fields may be added, never renamed.
#[derive(Serialize)]
struct InvariantRow {
    id: &'static str,
    sentence: &'static str,
}

fn invariants(args: &args::List) -> Result<Output, Failure> {
    let rows: Vec<InvariantRow> =
        ALL.iter().map(|invariant| InvariantRow { id: invariant.id, sentence: invariant.sentence }).collect();
    if args.json {
        return Output::json(&rows);
    }
    let cells = |row: &InvariantRow| [row.id.to_owned(), row.sentence.to_owned()];
    Ok(Output::of(columns(&rows.iter().map(cells).collect::<Vec<_>>())))
}
