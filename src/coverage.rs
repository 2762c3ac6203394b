//! `mtaspec coverage`: each requirement with the cases that cite it, and where there is none, why.

use std::collections::BTreeMap;

use mtaspec_harness::{
    case::Case,
    report::json::CaseReport,
    requirement::{CaseRefs, Cited, CoverageRow, coverage as rows},
};

use crate::{
    args,
    exit::Failure,
    load,
    output::{Output, columns},
    stored,
};

/// Counts by area and basis, then the gaps; or every row as JSON.
pub(crate) fn coverage(args: &args::Coverage) -> Result<Output, Failure> {
    let suite = load::suite(&args.pages)?;
    let cases = load::cases(&suite, &[])?;
    let cited: Vec<CaseRefs> = match &args.run {
        None => cases.iter().map(|case| of_page(case)).collect(),
        Some(run) => stored::read_judged(run)?.iter().flat_map(|run| &run.cases).map(CaseReport::cited).collect(),
    };
    let rows = rows(suite.catalogue(), &cited);
    if args.json {
        return Output::json(&rows);
    }
    Ok(Output::of(format!("{}\n{}", counts(&rows), gaps(&rows))))
}

/// What a case cites, before any run.
fn of_page(case: &Case) -> CaseRefs {
    let cited = load::cited(case).map(|id| Cited { id: id.to_owned(), held: None }).collect();
    CaseRefs { id: case.id.clone(), cited }
}

/// How many requirements of an area there are, and what is known of them.
#[derive(Default)]
struct Counts {
    all: usize,
    with_case: usize,
    held: usize,
    broken: usize,
}

impl Counts {
    fn add(&mut self, row: &CoverageRow) {
        self.all += 1;
        self.with_case += usize::from(!row.cases.is_empty());
        self.held += usize::from(row.held == Some(true));
        self.broken += usize::from(row.held == Some(false));
    }

    fn cells(&self, name: &str, basis: &str) -> [String; 6] {
        let Self { all, with_case, held, broken } = self;
        let [all, with_case, held, broken] = [all, with_case, held, broken].map(|count| format!("{count:>5}"));
        [name.to_owned(), basis.to_owned(), all, with_case, held, broken]
    }
}

fn counts(rows: &[CoverageRow]) -> String {
    let mut areas: BTreeMap<(&str, String), Counts> = BTreeMap::new();
    let mut bases: BTreeMap<String, Counts> = BTreeMap::new();
    for row in rows {
        let basis = format!("{:?}", row.basis).to_lowercase();
        // `SEL-06` is of the area `SEL`, `R4954-14-1` of RFC 4954.
        let area = row.id.split('-').next().unwrap_or_default();
        areas.entry((area, basis.clone())).or_default().add(row);
        bases.entry(basis).or_default().add(row);
    }
    let mut table = vec![["area", "basis", "asked", "cases", " held", "broken"].map(str::to_owned)];
    table.extend(areas.iter().map(|((area, basis), counts)| counts.cells(area, basis)));
    table.extend(bases.iter().map(|(basis, counts)| counts.cells("all", basis)));
    columns(&table)
}

fn gaps(rows: &[CoverageRow]) -> String {
    let gap = |row: &CoverageRow| {
        let reason = row.reason.clone()?;
        Some([row.id.clone(), format!("{:?}", row.strength).to_uppercase(), reason])
    };
    let gaps: Vec<[String; 3]> = rows.iter().filter_map(gap).collect();
    if gaps.is_empty() {
        return "Every requirement has a case.\n".to_owned();
    }
    format!("Requirements without a case: {}\n\n{}", gaps.len(), columns(&gaps))
}
