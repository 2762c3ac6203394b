//! What a person sees at the end of a run: a summary that fits a screen, and the failures.

use std::collections::BTreeMap;

use super::{
    dialogue,
    json::{CaseReport, ClaimReport, RunReport},
};
use crate::{
    case::Case,
    claim::Outcome,
    requirement::Basis,
    verdict::{ClaimSum, Judged, Lack, Verdict},
    world::BEYOND_SOCKETS,
};

/// Whether text may carry the escapes of a terminal.
#[expect(clippy::exhaustive_enums, reason = "text has colour or it has none")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// ANSI escapes.
    Ansi,
    /// None.
    #[default]
    Plain,
}

impl Colour {
    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Self::Plain => text.to_owned(),
        }
    }

    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Conforms => "32",
            Verdict::Departs => "33",
            Verdict::Inconclusive => "35",
            Verdict::Unsupported => "36",
            Verdict::Violates => "1;31",
        };
        self.paint(code, text)
    }
}

/// Cases listed in the summary by name.
const CASES_LISTED_MAX: usize = 20;
/// Settings listed in the summary by name.
const SETTINGS_LISTED_MAX: usize = 8;
/// Lines of the MTA's own log that a failure shows: the last ones.
const LOG_LINES_MAX: usize = 30;
/// Lines of each file of its configuration that a failure shows: the first ones.
const CONFIGURATION_LINES_MAX: usize = 60;

/// A run on one screen. For a third party its first line is what it makes of the RFCs.
#[must_use]
pub fn summary(report: &RunReport, judged: Judged, colour: Colour) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    let bases = bases(report);
    if judged == Judged::ThirdParty {
        line(bases.clone());
    }
    let totals = &report.totals;
    let counts = [
        (Verdict::Conforms, totals.conforms, "conform"),
        (Verdict::Departs, totals.departs, "depart"),
        (Verdict::Violates, totals.violates, "violate"),
        (Verdict::Unsupported, totals.unsupported.setting, "unsupported setting"),
        (Verdict::Unsupported, totals.unsupported.did_not_arise, "did not arise"),
        (Verdict::Inconclusive, totals.inconclusive, "inconclusive"),
    ];
    let counts = counts.into_iter().filter(|(verdict, count, _)| *count > 0 || *verdict == Verdict::Conforms);
    let counts: Vec<String> =
        counts.map(|(verdict, count, word)| colour.verdict(verdict, &format!("{count} {word}"))).collect();
    let mta = format!("{} {}", report.mta.name, report.mta.version);
    let cases = if totals.sum() == 1 { "1 case".to_owned() } else { format!("{} cases", totals.sum()) };
    line(format!("{}: {cases}: {}", mta.trim_end(), counts.join(", ")));
    if judged == Judged::Reference {
        line(bases);
    }
    if let Some(reasons) = unsupported(report) {
        line(reasons);
    }
    let flaky = report.cases.iter().filter(|case| case.known_flaky).count();
    if flaky > 0 {
        line(format!("{flaky} known to be flaky, counted neither way"));
    }
    for row in report.invariants.iter().filter(|row| row.verdict == Verdict::Violates) {
        let cases = row.cases.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = row.cases.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        line(format!("{} {}: {} ({cases}{more})", colour.paint("33", "invariant"), row.id, row.sentence));
    }
    let unexpected: Vec<&CaseReport> = report.unexpected().collect();
    for case in unexpected.iter().take(CASES_LISTED_MAX) {
        line(format!("  {:<24}{}", colour.verdict(case.verdict, case.verdict.word()), case.id));
    }
    if let Some(more) = unexpected.len().checked_sub(CASES_LISTED_MAX).filter(|more| *more > 0) {
        line(format!("  ... {more} more"));
    }
    text
}

/// `unsupported: 42 for -SourceIPAddress, 23 for DNS routing`: what the MTA could not be asked, the most frequent
/// setting first.
fn unsupported(report: &RunReport) -> Option<String> {
    let lacking = |case: &&CaseReport| case.lack == Some(Lack::Setting);
    let mut settings: BTreeMap<&str, usize> = BTreeMap::new();
    for case in report.cases.iter().filter(lacking) {
        *settings.entry(setting(&case.reason)).or_default() += 1;
    }
    let mut settings: Vec<(&str, usize)> = settings.into_iter().collect();
    settings.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<String> =
        settings.iter().take(SETTINGS_LISTED_MAX).map(|(setting, count)| format!("{count} for {setting}")).collect();
    let rest: usize = settings.iter().skip(SETTINGS_LISTED_MAX).map(|(_, count)| count).sum();
    let rest = if rest > 0 { format!(", {rest} for other settings") } else { String::new() };
    (!words.is_empty()).then(|| format!("unsupported: {}{rest}", words.join(", ")))
}

/// The setting that a case lacks; all horizons are one.
fn setting(reason: &str) -> &str {
    if reason.ends_with(BEYOND_SOCKETS) { "more world time than sockets have" } else { reason }
}

/// `RFC: 212 held, 1 broken. Send connector: 88 held, 3 broken.`
pub(super) fn bases(report: &RunReport) -> String {
    let sum = |(basis, sum): (&Basis, &ClaimSum)| {
        let not_reached =
            if sum.not_reached > 0 { format!(", {} not reached", sum.not_reached) } else { String::new() };
        format!("{}: {} held, {} broken{not_reached}.", basis_name(*basis), sum.held, sum.broken)
    };
    report.basis.iter().rev().map(sum).collect::<Vec<_>>().join(" ")
}

/// Who asks, in the words of a summary.
pub(super) fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Exchange => "Send connector",
        Basis::Ours => "ours",
        Basis::Rfc => "RFC",
    }
}

/// What is wrong with a case: for each claim that did not hold the sentence of its requirement, what was expected and
/// what was seen, the dialogue around, where it stands, and how to see it again. `sentence` gives the words of a
/// requirement; `options` is what the command needs beside the case, the MTA and the seed: ` --cases pages`.
#[must_use]
pub fn failure(
    report: &RunReport,
    found: &CaseReport,
    case: &Case,
    sentence: &dyn Fn(&str) -> Option<String>,
    options: &str,
    colour: Colour,
) -> String {
    let mut text = String::new();
    let heading = format!("{} {}", colour.verdict(found.verdict, found.verdict.word()), found.id);
    text.push_str(&format!("{heading}\n  {}\n", case.title));
    let wrong = |claim: &&ClaimReport| claim.finding != Outcome::Held && claim.deviation.is_none();
    let first = if found.claims.iter().any(|claim| claim.finding == Outcome::Broken) {
        Outcome::Broken
    } else {
        Outcome::NotReached
    };
    for claim in found.claims.iter().filter(wrong).filter(|claim| claim.finding == first) {
        text.push_str(&of_claim(found, case, claim, sentence));
    }
    if matches!(found.verdict, Verdict::Inconclusive | Verdict::Unsupported) {
        text.push_str(&format!("\n  {}\n", found.reason));
    }
    for note in &found.notes {
        text.push_str(&format!("\n  note: {}: {}\n", note.invariant, note.saw));
    }
    // The reason of an inconclusive case has the log in it where there is one.
    if found.verdict != Verdict::Inconclusive && !found.log.is_empty() {
        let lines = found.log.lines().rev().take(LOG_LINES_MAX).collect::<Vec<_>>().into_iter().rev();
        let lines: Vec<String> = lines.map(|line| format!("    {line}\n")).collect();
        text.push_str(&format!("\n  its own log:\n{}", lines.concat()));
    }
    text.push_str(&configuration(found));
    text.push_str(&format!("\n  again: {}\n", again(report, found, options)));
    text
}

/// The files that configured the MTA, without blank lines and comments.
fn configuration(found: &CaseReport) -> String {
    let mut text = String::new();
    for (path, contents) in &found.configuration {
        let said = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
        let mut lines = contents.lines().filter(said);
        let shown: Vec<String> =
            lines.by_ref().take(CONFIGURATION_LINES_MAX).map(|line| format!("      {line}\n")).collect();
        if shown.is_empty() {
            continue;
        }
        text.push_str(&format!("    {path}\n{}", shown.concat()));
        let more = lines.count();
        if more > 0 {
            text.push_str(&format!("      ... {more} more lines\n"));
        }
    }
    if text.is_empty() { text } else { format!("\n  its configuration:\n{text}") }
}

fn of_claim(found: &CaseReport, case: &Case, claim: &ClaimReport, sentence: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = format!("\n  {}:{}: {} {}\n", case.file.display(), claim.line, claim.level, plain(claim));
    for id in &claim.requirements {
        if let Some(sentence) = sentence(id) {
            text.push_str(&format!("    {id}: {sentence}\n"));
        }
    }
    if !claim.wanted.is_empty() && claim.wanted != claim.text {
        text.push_str(&format!("    expected: {}\n", claim.wanted));
    }
    text.push_str(&format!("    seen:     {}\n", claim.saw));
    if let Some(at) = claim.at {
        text.push('\n');
        for line in dialogue::around(&found.trace, at) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// The claim's words without its level.
pub(super) fn plain(claim: &ClaimReport) -> &str {
    claim.text.strip_prefix(&claim.level).map_or(claim.text.as_str(), str::trim_start)
}

/// The command that runs the case again.
fn again(report: &RunReport, found: &CaseReport, options: &str) -> String {
    if report.moved.is_some() {
        return format!("mtaspec serve run '{}'{options}", found.id);
    }
    // The reference is what is judged by default; one behind a command goes by that, not by its name.
    let named = report.mta.name != "reference" && !options.contains(" --mta-command ");
    let mta = if named { format!(" --mta {}", report.mta.name) } else { String::new() };
    let seed = if report.seed == 0 { String::new() } else { format!(" --seed {}", report.seed) };
    format!("mtaspec run '{}'{mta}{seed}{options}", found.id)
}
