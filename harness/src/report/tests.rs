use super::{
    dialogue::{around, escape, exact_time, lines, time},
    json::{CaseReport, MtaName, RunHead, RunReport},
    terminal::{Colour, failure, summary},
};
use crate::{
    case::Case,
    claim::{
        ast::{Level, Thing},
        fixture::{case, claim, command, sees},
    },
    invariant::Tally,
    requirement::Basis,
    trace::{
        Event, View,
        dialogue::{delivery, trace},
        rebuild,
    },
    verdict::{Judged, Terms, Verdict},
};

fn rfc(_: &str) -> Option<Basis> {
    Some(Basis::Rfc)
}

const TERMS: Terms<'static> = Terms { basis_of: &rfc, only: None, judged: Judged::ThirdParty };

fn pages() -> Case {
    let claims = vec![
        claim(Level::Must, sees("mx.test", Thing::Message, &[]), &["R5321-1"]),
        claim(Level::Must, sees("mx.test", command("STARTTLS"), &[]), &["R3207-1"]),
    ];
    case(&[("m1", &["u@contoso.test"], 1)], claims)
}

fn run(cases: &[(&Case, Option<Event>)]) -> RunReport {
    let text = format!("{}end settled", delivery("mx.test", &["u@contoso.test"], "Subject: x||Hello.|"));
    let mut tally = Tally::default();
    let mut reports = Vec::new();
    for (case, outside) in cases {
        let (report, found) = CaseReport::judge(case, trace(&text).with(outside.clone()), TERMS);
        tally.add(&report.id, &found);
        reports.push(report);
    }
    let mta = MtaName { name: "postfix".to_owned(), version: "3.10".to_owned() };
    RunReport::new(RunHead { suite: "0.1.0".to_owned(), seed: 7, mta }, reports, tally.into_rows())
}

#[test]
fn a_run_survives_json_and_both_directions_are_still_in_it() {
    let case = pages();
    let report = run(&[(&case, None)]);
    let json = report.to_json().expect("JSON holds it");
    let read = RunReport::from_json(&json).expect("it is a run");
    assert_eq!(read, report);
    assert!(json.contains("\"finding\": \"broken\"") && json.contains("\"rfc\": {"), "{json}");
    let directions = rebuild(&View::new(&read.cases[0].trace).sessions[0]);
    assert!(directions.client.ends_with(b"Hello.\r\n.\r\nQUIT\r\n") && directions.whole);
}

#[test]
fn a_stored_run_is_judged_again_to_the_same_verdicts() {
    let case = pages();
    let mut report = run(&[(&case, None), (&case, Some(Event::Unsupported { setting: "cost".to_owned() }))]);
    report.cases[0].log = "daemon started".to_owned();
    report.cases[0].configuration = vec![("/etc/mta.conf".to_owned(), "relay = yes".to_owned())];
    let again = report.judged_again(|_| Some(&case), TERMS).expect("its cases are there");
    assert_eq!(again, report);
    let error = report.judged_again(|_| None, TERMS).expect_err("no page has it");
    assert_eq!(error.to_string(), "no page has the case `area/topic#case`");
}

#[test]
fn the_summary_of_a_third_party_begins_with_the_rfcs() {
    let case = pages();
    let text = summary(&run(&[(&case, None)]), Judged::ThirdParty, Colour::Plain);
    assert_eq!(
        text,
        "RFC: 1 held, 1 broken.\npostfix 3.10: 1 case: 0 conform, 1 violate\n  violates                area/topic#case\n"
    );
    assert!(summary(&run(&[(&case, None)]), Judged::ThirdParty, Colour::Ansi).contains("\u{1b}[1;31mviolates"));
}

#[test]
fn a_failure_shows_sentence_dialogue_place_and_command() {
    let case = pages();
    let report = run(&[(&case, None)]);
    let sentence = |id: &str| Some(format!("The sentence of {id}."));
    let text = failure(&report, &report.cases[0], &case, &sentence, "", Colour::Plain);
    for part in [
        "violates area/topic#case",
        "cases/area/topic.md:30: MUST the claim",
        "R3207-1: The sentence of R3207-1.",
        "seen:     none",
        "end: settled",
        "mtaspec run 'area/topic#case' --mta postfix --seed 7",
    ] {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
    assert!(!text.contains("R5321-1"), "a claim that held is not shown\n{text}");
}

#[test]
fn a_case_that_cannot_be_asked_is_expected_of_a_third_party() {
    let case = pages();
    let report = run(&[(&case, Some(Event::Unsupported { setting: "address-space cost".to_owned() }))]);
    assert_eq!(report.cases[0].verdict, Verdict::Unsupported);
    assert_eq!((report.unexpected().count(), report.totals.unsupported.setting), (0, 1));
    assert!(report.basis.is_empty());
}

#[test]
fn the_dialogue_around_an_event_is_of_its_session_and_marks_it() {
    let trace = trace("connect a.test\nS: 220 a\n@1500ms\nconnect b.test\nS: 220-b|220 there\nC: QUIT");
    let lines = around(&trace, 3);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[1], ">       1.500s  S: 220-b");
    assert_eq!(lines[2], ">               S: 220 there");
    assert_eq!(lines[3], "        1.500s  C: QUIT");
}

#[test]
fn times_and_octets_are_written_as_pages_write_them() {
    assert_eq!((time(0).as_str(), time(94_200_999).as_str()), ("0s", "1d2h10m"));
    assert_eq!((exact_time(1_250).as_str(), exact_time(120_000).as_str()), ("1.250s", "2m0.000s"));
    assert_eq!(escape(b"a\r\n\xff\0"), "a\\r\\n\\xFF\\x00");
    let odd = trace("connect a.test\nline NOOP\\n");
    assert_eq!(lines(&odd.0[1].event), ["C: <octets \"NOOP\\n\">"]);
}

#[test]
fn the_summary_says_what_the_mta_could_not_be_asked() {
    let case = pages();
    let lacks = ["30m of world time", "-SourceIPAddress", "2d of world time"];
    let lacks = lacks.map(|setting| (&case, Some(Event::Unsupported { setting: setting.to_owned() })));
    let text = summary(&run(&lacks), Judged::ThirdParty, Colour::Plain);
    assert!(
        text.contains("\nunsupported: 2 for more world time than sockets have, 1 for -SourceIPAddress\n"),
        "{text}"
    );
    let many: Vec<_> =
        (0..9).map(|at| (&case, Some(Event::Unsupported { setting: format!("setting {at}") }))).collect();
    let text = summary(&run(&many), Judged::ThirdParty, Colour::Plain);
    assert!(text.contains(", 1 for setting 7, 1 for other settings\n"), "{text}");
}
