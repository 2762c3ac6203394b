use super::{Judged, Lack, Terms, Totals, Verdict, by_basis, rule};
use crate::{
    case::Case,
    claim::{
        ast::{Claim, Level},
        fixture::{case, claim, command, never, sees, stimulus},
    },
    requirement::Basis,
    trace::{Event, dialogue::trace},
};

fn basis_of(id: &str) -> Option<Basis> {
    match id.split_at_checked(1)?.0 {
        "R" => Some(Basis::Rfc),
        "S" => Some(Basis::Exchange),
        "O" => Some(Basis::Ours),
        _ => None,
    }
}

const THIRD: Terms<'static> = Terms { basis_of: &basis_of, only: None, judged: Judged::ThirdParty };

fn sees_auth(level: Level, id: &str) -> Claim {
    claim(level, sees("mx.test", command("AUTH"), &[]), &[id])
}

fn sees_quit(level: Level) -> Claim {
    claim(level, sees("mx.test", command("QUIT"), &[]), &["R1"])
}

fn with(claims: Vec<Claim>) -> Case {
    case(&[("m1", &["u@contoso.test"], 1)], claims)
}

#[track_caller]
fn check(case: &Case, end: &str, outside: Option<Event>, wanted: (Verdict, Option<Lack>)) {
    let trace = trace(&format!("connect mx.test\nS: 220 x\nC: QUIT\n{end}"));
    let trace = trace.with(outside);
    let ruling = rule(case, &trace, THIRD);
    assert_eq!((ruling.verdict, ruling.lack), wanted, "{ruling:?}");
    assert_eq!(ruling.reason.is_empty(), wanted.0 == Verdict::Conforms, "{ruling:?}");
}

#[test]
fn the_first_row_that_applies_is_the_verdict() {
    let (must, should) = (|| sees_auth(Level::Must, "R1"), || sees_auth(Level::Should, "R1"));
    let unfired = |mut case: Case| {
        case.stimuli.push(stimulus("EHLO -> 500"));
        case
    };
    let did_not_arise = (Verdict::Unsupported, Some(Lack::DidNotArise));
    let lost = || Some(Event::Failure { why: "the canary died".to_owned() });
    check(&with(vec![should(), must()]), "end settled", lost(), (Verdict::Violates, None));
    check(&with(vec![sees_quit(Level::Must), should()]), "end settled", lost(), (Verdict::Departs, None));
    check(&unfired(with(vec![sees_quit(Level::Must)])), "end settled", lost(), (Verdict::Inconclusive, None));
    check(&unfired(with(vec![sees_quit(Level::Must)])), "end limit", None, (Verdict::Inconclusive, None));
    check(&with(vec![sees_quit(Level::Must)]), "", None, (Verdict::Inconclusive, None));
    check(&unfired(with(vec![sees_quit(Level::Must)])), "end settled", None, did_not_arise);
    check(&with(vec![sees_quit(Level::Must)]), "end settled", None, (Verdict::Conforms, None));
    let died = || Some(Event::Died { why: "`mta` ended with signal: 6 (SIGABRT)".to_owned() });
    check(&with(vec![must()]), "end lost", died(), (Verdict::Unsupported, Some(Lack::DidNotArise)));
    check(&with(vec![must()]), "end settled", died(), (Verdict::Violates, None));
    let setting = Some(Event::Unsupported { setting: "address-space cost".to_owned() });
    check(&with(vec![must()]), "", setting, (Verdict::Unsupported, Some(Lack::Setting)));
}

#[test]
fn a_claim_that_was_not_reached_did_not_arise() {
    let mut claim = claim(Level::Should, never("mx.test", command("AUTH"), &[]), &["R1"]);
    claim.when = Some(crate::claim::fixture::seen("mx.test", command("STARTTLS"), &[]));
    check(&with(vec![claim]), "end settled", None, (Verdict::Unsupported, Some(Lack::DidNotArise)));
}

#[test]
fn a_stimulus_that_did_not_fire_is_named_with_its_line() {
    let mut case = with(vec![sees_quit(Level::Must)]);
    case.stimuli.push(stimulus("EHLO -> 500"));
    let trace = trace("connect mx.test\nS: 220 x\nC: QUIT\noffscript 44\nend settled");
    let reason = rule(&case, &trace, THIRD).reason;
    assert_eq!(reason, "line 12: `EHLO -> 500` did not fire; a session went off script at line 44");
}

#[test]
fn a_requirement_of_ours_is_at_most_departs_on_a_third_party() {
    let trace = trace("connect mx.test\nend settled");
    let verdict = |ids: &[&str], judged| {
        let mut claim = sees_auth(Level::Must, "O1");
        claim.ids = ids.iter().map(|&id| id.to_owned()).collect();
        rule(&with(vec![claim]), &trace, Terms { judged, ..THIRD }).verdict
    };
    assert_eq!(verdict(&["O1", "fault"], Judged::ThirdParty), Verdict::Departs);
    assert_eq!(verdict(&["O1"], Judged::Reference), Verdict::Violates);
    assert_eq!(verdict(&["O1", "S1"], Judged::ThirdParty), Verdict::Violates);
}

#[test]
fn claims_are_summed_under_each_of_their_bases() {
    let mut both = sees_quit(Level::Must);
    both.ids.push("S1".to_owned());
    let case = with(vec![both, sees_auth(Level::Must, "S2")]);
    let trace = trace("connect mx.test\nS: 220 x\nC: QUIT\nend settled");
    let sums = by_basis([&rule(&case, &trace, THIRD)]);
    assert_eq!((sums[&Basis::Rfc].held, sums[&Basis::Rfc].broken), (1, 0));
    assert_eq!((sums[&Basis::Exchange].held, sums[&Basis::Exchange].broken), (1, 1));
    let rfc = rule(&case, &trace, Terms { only: Some(Basis::Rfc), ..THIRD });
    assert_eq!((rfc.verdict, rfc.claims.len()), (Verdict::Conforms, 1));
}

#[test]
fn totals_count_every_case_once() {
    let mut totals = Totals::default();
    totals.add(Verdict::Unsupported, Some(Lack::Setting));
    totals.add(Verdict::Unsupported, Some(Lack::DidNotArise));
    totals.add(Verdict::Violates, None);
    assert_eq!((totals.sum(), totals.unsupported.setting, totals.violates), (3, 1, 1));
}
