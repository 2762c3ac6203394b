//! smoke
use mtaspec_harness::{mta::Reference, suite::run::Plan, world::{NetworkKind, Settings}};
fn main() {
    let suite = mtaspec::suite().unwrap();
    let filters: Vec<_> = std::env::args().skip(1).map(mtaspec_harness::suite::Filter::new).collect();
    let cases = match suite.cases(&filters) { Ok(c) => c, Err(e) => { println!("{e}"); return } };
    let t = std::time::Instant::now();
    let plan = Plan { settings: Settings { seed: 0, network: NetworkKind::Memory }, jobs: 2.try_into().unwrap(), basis: None, haste: Default::default() };
    let results = suite.run(&cases, &Reference, plan, &());
    println!("{:?} {}", t.elapsed(), results.len());
    for r in &results { if r.ruling.verdict != mtaspec_harness::verdict::Verdict::Conforms {
        println!("{} {:?} {}", r.case.id, r.ruling.verdict, r.ruling.reason);
        if !filters.is_empty() { for e in &r.trace.0 { let s = format!("{e:?}"); println!("   {}", &s.chars().take(300).collect::<String>()); } }
    } }
}
