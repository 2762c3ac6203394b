//! Runs for the tests of reports: one with every verdict, and one whose text is hostile.

use super::json::{CaseReport, ClaimReport, MtaName, Note, RunHead, RunReport};
use crate::{
    claim::Outcome,
    invariant::InvariantRow,
    requirement::Basis,
    trace::dialogue::trace,
    verdict::{Lack, Verdict},
};

/// Markup of XML, HTML and Markdown, a mention, links, a formula, controls, and what reorders text.
pub(super) const HOSTILE: &str = "</code></details><script>alert('1')</script> ]]> &amp; \"q\" | `tick` ``two`` \\| *b* _i_ \
     [a](http://evil.test) www.evil.test @team #1 $x$ ~~s~~ \u{1b}[31m\0\r\n\n# heading\u{202e}\u{ffff}";

/// A run of postfix: each verdict as expected, where it can be, and not as expected.
pub(super) fn every_verdict() -> RunReport {
    let known = |claim: ClaimReport| ClaimReport { deviation: Some("It knows no cost.".to_owned()), ..claim };
    let mut flaky = case("starttls/offers#both", Verdict::Departs, vec![known(claim("SHOULD", Outcome::Broken))]);
    (flaky.known_flaky, flaky.expected) = (true, true);
    let mut steady = case("starttls/offers#none", Verdict::Conforms, vec![claim("SHOULD", Outcome::Held)]);
    steady.known_flaky = true;
    let mut setting = case("routing/cost#lowest", Verdict::Unsupported, vec![claim("MUST", Outcome::NotReached)]);
    setting.expected = true;
    let mut excused = case("routing/cost#scoped", Verdict::Violates, vec![known(claim("MUST", Outcome::Broken))]);
    excused.expected = true;
    let mut unsure = case("dns/mx#late", Verdict::Inconclusive, Vec::new());
    unsure.reason = "the limit of octets was reached".to_owned();
    let unknown = ClaimReport { line: 24, ..claim("MUST", Outcome::Broken) };
    let mut wrong = case(
        "routing/ties#name",
        Verdict::Violates,
        vec![known(claim("MUST", Outcome::Broken)), claim("MUST", Outcome::Held), unknown],
    );
    wrong.notes.push(note("pipelining", "DATA before the reply to RCPT"));
    let mut unmet = case("dns/mx#never", Verdict::Unsupported, vec![claim("MUST", Outcome::NotReached)]);
    unmet.lack = Some(Lack::DidNotArise);
    let departs = case("starttls/offers#twice", Verdict::Departs, vec![claim("SHOULD", Outcome::Broken)]);
    let conforms = case("routing/ties#none", Verdict::Conforms, vec![claim("MUST", Outcome::Held)]);
    let invariants = vec![
        row("one-session", Verdict::Conforms),
        row("pipelining", Verdict::Violates),
        InvariantRow { deviation: Some("It is bold.".to_owned()), ..row("extension-offered", Verdict::Violates) },
        row("clear-credential", Verdict::Unsupported),
    ];
    let cases = vec![conforms, wrong, setting, excused, unmet, unsure, departs, flaky, steady];
    RunReport::new(head("3.10.1"), cases, invariants)
}

/// A run in which all that comes from outside is [`HOSTILE`].
pub(super) fn hostile() -> RunReport {
    let hostile = || HOSTILE.to_owned();
    let claim = ClaimReport {
        text: hostile(),
        requirements: vec![hostile()],
        saw: hostile(),
        wanted: hostile(),
        ..claim("MUST", Outcome::Broken)
    };
    let mut found = case(&format!("{HOSTILE}/a#b"), Verdict::Violates, vec![claim]);
    found.reason = hostile();
    found.notes.push(note("pipelining", HOSTILE));
    let sentence = hostile();
    let row = InvariantRow { sentence, cases: vec![hostile()], ..row("pipelining", Verdict::Violates) };
    let mut head = head(HOSTILE);
    (head.suite, head.mta.name) = (hostile(), hostile());
    RunReport::new(head, vec![found], vec![row])
}

/// A case that nobody knows anything of, unless it conforms.
pub(super) fn case(id: &str, verdict: Verdict, claims: Vec<ClaimReport>) -> CaseReport {
    let shown = claims.iter().find(|claim| claim.finding != Outcome::Held);
    CaseReport {
        id: id.to_owned(),
        verdict,
        lack: (verdict == Verdict::Unsupported).then_some(Lack::Setting),
        expected: verdict == Verdict::Conforms,
        known_flaky: false,
        reason: shown.map(|claim| format!("line {}: {}: {}", claim.line, claim.text, claim.saw)).unwrap_or_default(),
        claims,
        notes: Vec::new(),
        trace: trace("connect mx.test\nS: 220 mx.test\nC: EHLO <mta.test>\nend settled"),
        log: String::new(),
        configuration: Vec::new(),
    }
}

fn claim(level: &str, finding: Outcome) -> ClaimReport {
    let saw = if finding == Outcome::Held { "as asked" } else { "EHLO <mta.test>" };
    ClaimReport {
        text: format!("{level} mx.test sees `EHLO mta.contoso.test`"),
        level: level.to_owned(),
        requirements: vec!["SEL-11".to_owned(), "R5321-1".to_owned()],
        basis: vec![Basis::Exchange, Basis::Rfc],
        finding,
        at: (finding == Outcome::Broken).then_some(2),
        saw: saw.to_owned(),
        wanted: "the name of the connector".to_owned(),
        line: 22,
        deviation: None,
    }
}

fn note(invariant: &str, saw: &str) -> Note {
    Note { invariant: invariant.to_owned(), at: 2, saw: saw.to_owned() }
}

fn row(id: &str, verdict: Verdict) -> InvariantRow {
    let cases = if verdict == Verdict::Violates { vec!["routing/ties#name".to_owned()] } else { Vec::new() };
    InvariantRow { id: id.to_owned(), sentence: format!("The sentence of {id}."), verdict, cases, deviation: None }
}

fn head(version: &str) -> RunHead {
    let mta = MtaName { name: "postfix".to_owned(), version: version.to_owned() };
    RunHead { suite: "0.1.0".to_owned(), seed: 7, mta }
}
