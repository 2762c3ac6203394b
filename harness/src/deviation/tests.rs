use super::{Applied, Deviations, Extent};
use crate::{
    claim::{
        ast::{Body, Level},
        fixture::{case, claim, command, sees},
    },
    invariant::Tally,
    report::json::{CaseReport, MtaName, RunHead, RunReport},
    requirement::Basis,
    trace::dialogue::trace,
    verdict::{Judged, Terms},
};

fn rfc(_: &str) -> Option<Basis> {
    Some(Basis::Rfc)
}

/// A run of one case whose claims are that `mx.test` sees AUTH and that it sees STARTTLS.
fn run(text: &str) -> RunReport {
    let named = |verb: &str| {
        let body: Body = sees("mx.test", command(verb), &[]);
        crate::claim::ast::Claim { text: format!("MUST  mx.test sees {verb}"), ..claim(Level::Must, body, &["R1"]) }
    };
    let case = case(&[("m1", &["u@contoso.test"], 1)], vec![named("AUTH"), named("STARTTLS")]);
    let terms = Terms { basis_of: &rfc, only: None, judged: Judged::ThirdParty };
    let (report, found) = CaseReport::judge(&case, trace(text), terms);
    let mut tally = Tally::default();
    tally.add(&report.id, &found);
    let mta = MtaName { name: "postfix".to_owned(), version: "3.1.4".to_owned() };
    RunReport::new(RunHead { suite: "0".to_owned(), seed: 0, mta }, vec![report], tally.into_rows())
}

const NEITHER: &str = "connect mx.test\nS: 220 x\nC: EHLO a\nS: 250 a\nC: QUIT\nclose client\nend settled";
const TLS_ALONE: &str = "connect mx.test\nS: 220 x\nC: STARTTLS\nC: QUIT\nclose client\nend settled";
const AUTH_TOO: &str = "connect mx.test\nS: 220 x\nC: STARTTLS\nC: AUTH PLAIN x\nC: QUIT\nclose client\nend settled";

const NO_AUTH: &str = r#"version = 1
mta = "postfix"

[[deviation]]
case = "area/topic#case"
claim = "MUST mx.test sees AUTH"
finding = "broken"
event = "end: settled"
reason = "It knows no AUTH."
versions = ["3.1.*"]
"#;

#[track_caller]
fn apply(toml: &str, text: &str) -> (Applied, RunReport) {
    let mut report = run(text);
    let applied = Deviations::from_toml("postfix.toml", toml).expect("it is a file").apply(&mut report);
    (applied, report)
}

#[test]
fn a_known_deviation_is_expected_and_anything_else_is_not() {
    let (applied, report) = apply(NO_AUTH, TLS_ALONE);
    assert_eq!((applied.used, report.cases[0].expected), (1, true));
    assert_eq!(report.cases[0].claims[0].deviation.as_deref(), Some("It knows no AUTH."));
    let (applied, report) = apply(NO_AUTH, NEITHER);
    assert_eq!((applied.used, report.cases[0].expected), (1, false));
}

#[test]
fn another_event_or_another_version_is_no_known_deviation() {
    for changed in [
        NO_AUTH.replace("end: settled", "C: RSET"),
        NO_AUTH.replace("3.1.*", "3.10.*"),
        NO_AUTH.replace("3.1.*", "3.1"),
    ] {
        let (applied, report) = apply(&changed, TLS_ALONE);
        assert_eq!((applied.used, report.cases[0].expected, applied.stale.len()), (0, false, 0), "{changed}");
    }
}

#[test]
fn a_deviation_is_stale_once_its_claim_holds_in_a_case_that_settled() {
    assert_eq!(apply(NO_AUTH, AUTH_TOO).0.stale, ["area/topic#case: `MUST mx.test sees AUTH` holds now"]);
    let cut = AUTH_TOO.replace("end settled", "end lost");
    assert!(apply(NO_AUTH, &cut).0.stale.is_empty(), "a trace that was cut short shows nothing");
    let renamed = NO_AUTH.replace("sees AUTH", "sees AUTHOR");
    assert_eq!(apply(&renamed, TLS_ALONE).0.stale, ["area/topic#case: it has no claim `MUST mx.test sees AUTHOR`"]);
}

#[test]
fn a_version_is_exact_or_has_a_star() {
    for version in ["3.1.4", "3.*", "*"] {
        assert_eq!(apply(&NO_AUTH.replace("3.1.*", version), TLS_ALONE).0.used, 1, "{version}");
    }
}

#[test]
fn what_is_known_to_be_flaky_is_neither_green_nor_red() {
    let flaky = format!("{NO_AUTH}known_flaky = true\n").replace("end: settled", "C: RSET");
    for text in [TLS_ALONE, AUTH_TOO] {
        let (applied, report) = apply(&flaky, text);
        assert_eq!((applied.flaky, applied.stale.len(), report.unexpected().count()), (1, 0, 0));
    }
    let (applied, report) = apply(&flaky, NEITHER);
    assert_eq!((applied.flaky, report.unexpected().count()), (1, 1), "what else is wrong in the case counts");
}

#[test]
fn where_a_part_was_judged_what_is_not_there_is_not_stale() {
    let entry = "version = 1\nmta = \"postfix\"\n[[deviation]]\ninvariant = \"pipelining\"\nreason = \"It is bold.\"\n";
    let renamed = NO_AUTH.replace("sees AUTH", "sees AUTHOR");
    for toml in [entry, &renamed] {
        let known = Deviations::from_toml("postfix.toml", toml).expect("it is a file");
        assert_eq!(known.apply_to(&mut run(TLS_ALONE), Extent::Part).stale.len(), 0, "{toml}");
        assert_eq!(known.apply_to(&mut run(TLS_ALONE), Extent::Whole).stale.len(), 1, "{toml}");
    }
}

#[test]
fn a_file_of_another_mta_excuses_nothing_and_says_so() {
    let (applied, report) = apply(&NO_AUTH.replace("postfix", "exim"), TLS_ALONE);
    assert_eq!(applied.stale, ["the file is of exim, and postfix was judged"]);
    assert_eq!((applied.used, report.unexpected().count()), (0, 1));
}

#[test]
fn a_known_invariant_carries_the_reason_and_is_stale_once_it_holds_again() {
    let entry =
        "version = 1\nmta = \"postfix\"\n[[deviation]]\ninvariant = \"extension-offered\"\nreason = \"It is bold.\"\n";
    assert_eq!(apply(entry, TLS_ALONE).0, Applied { used: 1, ..Applied::default() });
    let row = |text| apply(entry, text).1.invariants.into_iter().find(|row| row.id == "extension-offered");
    assert_eq!(row(TLS_ALONE).and_then(|row| row.deviation).as_deref(), Some("It is bold."));
    let offered = TLS_ALONE.replace("C: STARTTLS", "C: EHLO a\nS: 250-a|250 STARTTLS\nC: STARTTLS");
    assert_eq!(apply(entry, &offered).0.stale, ["invariant extension-offered: no case breaks it any more"]);
}

#[test]
fn a_file_is_refused_with_its_place() {
    for (toml, wanted) in [
        (NO_AUTH.replace("It knows no AUTH.", " "), "f.toml:4: the deviation of area/topic#case has no reason yet"),
        (
            NO_AUTH.replace("claim = \"MUST mx.test sees AUTH\"", ""),
            "f.toml:4: a deviation must name a case with its claim, or an invariant, and not both",
        ),
        (NO_AUTH.replace("reason", "reasons"), "f.toml: TOML parse error at line 9, column 1"),
        (NO_AUTH.replace("mta =", "# mta ="), "f.toml: TOML parse error at line 1, column 1"),
        (NO_AUTH.replace("version = 1", "version = 2"), "f.toml:1: version 2 of the format"),
    ] {
        let error = Deviations::from_toml("f.toml", &toml).expect_err("it is wrong").to_string();
        assert!(error.starts_with(wanted), "{error}");
    }
}

#[test]
fn a_draft_names_what_is_wrong_and_cannot_be_used_until_its_reasons_are_written() {
    let draft = Deviations::draft(&run(NEITHER)).to_toml().expect("TOML holds it");
    assert!(draft.contains("claim = \"MUST  mx.test sees STARTTLS\""), "{draft}");
    assert!(draft.starts_with("version = 1\nmta = \"postfix\"\n"), "{draft}");
    let error = Deviations::from_toml("d.toml", &draft).expect_err("it has no reasons").to_string();
    assert!(error.ends_with("has no reason yet"), "{error}");
    let written = draft.replace("reason = \"\"", "reason = \"So it is.\"");
    let (applied, report) = apply(&written, NEITHER);
    assert_eq!((applied.used, report.cases[0].expected), (2, true));
}

#[test]
fn an_invariant_may_be_known_for_single_cases() {
    let broken = "connect mx.test\nS: 220 x\nC: EHLO a\nS: 250 a\nclose client\nend settled";
    let entry = |case: &str| {
        format!(
            "version = 1\nmta = \"postfix\"\n[[deviation]]\ninvariant = \"session-end\"\n\
             cases = [\"{case}\"]\nreason = \"It leaves.\"\n"
        )
    };
    let reason = |report: &RunReport| {
        report.invariants.iter().find(|row| row.id == "session-end").and_then(|row| row.deviation.clone())
    };
    let (applied, report) = apply(&entry("area/topic#case"), broken);
    assert_eq!((applied.used, reason(&report).as_deref()), (1, Some("It leaves.")));
    let (applied, report) = apply(&entry("area/topic#other"), broken);
    assert_eq!((applied.used, applied.stale.len(), reason(&report)), (0, 0, None));
    let (applied, _) = apply(&entry("area/topic#case"), AUTH_TOO);
    assert_eq!(applied.stale, ["invariant session-end: area/topic#case does not break it any more"]);
}
