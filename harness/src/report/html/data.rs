//! What single cases are made of, as JSON: texts, dialogues and findings, each stored once.
//!
//! `texts` holds every text; everywhere else a text is its place in there. A dialogue is a list of lanes (who is spoken
//! to) and of rows, three numbers each: milliseconds since the row above, lane, and how far its text is behind that of
//! the row above, for most texts are first met in order. Lane 0 is the world itself. What
//! claims ask for is found in the same way, by its place in a list.

use std::collections::BTreeMap;

use serde::Serialize;

use super::VERDICTS;
use crate::{
    claim::Outcome,
    report::{
        dialogue::lines,
        json::{CaseReport, ClaimReport, Note, RunReport},
        visible::visible,
    },
    suite::Suite,
    trace::{Event, Trace, view::session_of},
};

/// Lines of one event that are shown; a header section may have thousands.
const EVENT_LINES_MAX: usize = 80;
/// Events of one dialogue that are shown.
const EVENTS_MAX: usize = 3_000;
/// Octets of the MTA's own log that are shown: the last ones.
const LOG_OCTETS_MAX: usize = 2_000;

#[derive(Serialize)]
struct Data<'a> {
    texts: Vec<String>,
    runs: &'a [String],
    cases: BTreeMap<String, CaseData>,
    requirements: BTreeMap<String, usize>,
    dialogues: Vec<Dialogue>,
    claims: Vec<ClaimData>,
}

#[derive(Default, Serialize)]
struct CaseData {
    title: usize,
    place: usize,
    /// What the page has before its first section.
    shared: usize,
    section: usize,
    /// By run.
    results: Vec<Option<ResultData>>,
}

/// Verdict, reason, dialogue, log; then for each claim its place in the list, finding, row or -1, what was seen, and the
/// known deviation; then row and text of each invariant that was broken. Without names, for there are ten thousand.
#[derive(Serialize)]
struct ResultData(usize, usize, usize, usize, Vec<Found>, Vec<(usize, usize)>);

/// Text, line, wanted, ids.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct ClaimData(usize, u32, usize, usize);

type Found = (usize, usize, i64, usize, usize);

/// Lanes and rows.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Dialogue(Vec<usize>, Vec<i64>);

/// Things, each once, by their place.
struct Once<T>(BTreeMap<T, usize>);

impl<T: Ord + Clone> Once<T> {
    fn place(&mut self, thing: T) -> usize {
        let next = self.0.len();
        *self.0.entry(thing).or_insert(next)
    }

    fn into_list(self) -> Vec<T> {
        let mut list: Vec<(T, usize)> = self.0.into_iter().collect();
        list.sort_by_key(|(_, place)| *place);
        list.into_iter().map(|(thing, _)| thing).collect()
    }
}

/// What is stored once.
struct Stored {
    texts: Once<String>,
    dialogues: Once<Dialogue>,
    claims: Once<ClaimData>,
}

impl Stored {
    fn place(&mut self, text: String) -> usize {
        self.texts.place(text)
    }

    fn lines(&mut self, text: &str) -> usize {
        let lines: Vec<String> = text.trim_end().lines().map(visible).collect();
        self.place(lines.join("\n"))
    }

    fn line(&mut self, text: &str) -> usize {
        self.place(visible(text))
    }
}

/// The JSON, fit to stand in a script element: no `<` is in it.
pub(super) fn of(suite: &Suite, runs: &[RunReport], labels: &[String]) -> Result<String, serde_json::Error> {
    let mut texts =
        Stored { texts: Once(BTreeMap::new()), dialogues: Once(BTreeMap::new()), claims: Once(BTreeMap::new()) };
    // The empty text is 0, so that 0 is nothing.
    texts.place(String::new());
    let mut cases: BTreeMap<String, CaseData> = BTreeMap::new();
    for (column, run) in runs.iter().enumerate() {
        for case in &run.cases {
            let data =
                cases.entry(visible(&case.id)).or_insert_with(|| of_page(suite, &case.id, runs.len(), &mut texts));
            data.results[column] = Some(of_result(case, &mut texts));
        }
    }
    let mut requirements = BTreeMap::new();
    for requirement in suite.catalogue().requirements() {
        let text = format!("{} ({})", requirement.sentence, requirement.source);
        requirements.insert(requirement.id.clone(), texts.line(&text));
    }
    for fault in suite.catalogue().faults() {
        requirements.insert(fault.id.clone(), texts.line(&fault.summary));
    }
    let Stored { texts, dialogues, claims } = texts;
    let (dialogues, claims) = (dialogues.into_list(), claims.into_list());
    let data = Data { texts: texts.into_list(), runs: labels, cases, requirements, dialogues, claims };
    Ok(serde_json::to_string(&data)?.replace('<', "\\u003c"))
}

fn of_page(suite: &Suite, id: &str, runs: usize, texts: &mut Stored) -> CaseData {
    let results = (0..runs).map(|_| None).collect();
    let Ok(case) = suite.case(id) else { return CaseData { results, ..CaseData::default() } };
    let page = suite.corpus().pages().iter().find(|page| page.file() == case.file);
    let shared = page.map(|page| {
        let first = page.headings().first().map_or(1, |heading| heading.line);
        let count = usize::try_from(first).unwrap_or(usize::MAX).saturating_sub(1);
        let text = String::from_utf8_lossy(page.octets());
        let lines: Vec<&str> = text.lines().take(count).collect();
        lines.join("\n")
    });
    CaseData {
        title: texts.line(&case.title),
        place: texts.line(&format!("{}:{}", case.file.display(), case.line)),
        shared: texts.lines(&shared.unwrap_or_default()),
        section: texts.lines(&case.section_text),
        results,
    }
}

fn of_result(case: &CaseReport, texts: &mut Stored) -> ResultData {
    let (dialogue, rows) = dialogue(&case.trace, texts);
    let log: Vec<&str> = tail(&case.log).lines().collect();
    let verdict = VERDICTS.iter().position(|verdict| *verdict == case.verdict).unwrap_or_default();
    let claims = case.claims.iter().map(|claim| of_claim(claim, &rows, texts)).collect();
    let note = |note: &Note| (row_of(&rows, note.at), texts.line(&format!("{}: {}", note.invariant, note.saw)));
    let notes = case.notes.iter().map(note).collect();
    let dialogue = texts.dialogues.place(dialogue);
    ResultData(verdict, texts.line(&case.reason), dialogue, texts.lines(&log.join("\n")), claims, notes)
}

fn tail(log: &str) -> &str {
    let start = log.len().saturating_sub(LOG_OCTETS_MAX);
    (start..log.len()).find_map(|at| log.get(at..)).unwrap_or_default()
}

fn of_claim(claim: &ClaimReport, rows: &[usize], texts: &mut Stored) -> Found {
    let finding = match claim.finding {
        Outcome::Held => 0,
        Outcome::Broken => 1,
        Outcome::NotReached => 2,
    };
    let row = claim.at.and_then(|at| i64::try_from(row_of(rows, at)).ok()).unwrap_or(-1);
    let wanted = if claim.wanted == claim.text { "" } else { claim.wanted.as_str() };
    let asked =
        ClaimData(texts.line(&claim.text), claim.line, texts.line(wanted), texts.line(&claim.requirements.join(" ")));
    // What was seen of a claim that held is in the dialogue.
    let saw = if claim.finding == Outcome::Held { "" } else { claim.saw.as_str() };
    let place = texts.claims.place(asked);
    (place, finding, row, texts.line(saw), texts.line(claim.deviation.as_deref().unwrap_or_default()))
}

/// The row of an event, or of the last one before it that has one.
fn row_of(rows: &[usize], at: usize) -> usize {
    rows.get(at).or(rows.last()).copied().unwrap_or_default()
}

/// The dialogue, and the row of each event of the trace.
fn dialogue(trace: &Trace, texts: &mut Stored) -> (Dialogue, Vec<usize>) {
    let mut dialogue = Dialogue(vec![texts.line("world")], Vec::new());
    let mut sessions: BTreeMap<u64, u64> = BTreeMap::new();
    let (mut rows, mut last_ms, mut last_text) = (Vec::new(), 0, 0);
    for entry in &trace.0 {
        // As in snapshots: what an MTA says of its queues is told by what it does.
        let shown = if matches!(entry.event, Event::Queue { .. }) { Vec::new() } else { lines(&entry.event) };
        let count = dialogue.1.len() / 3;
        if shown.is_empty() || count >= EVENTS_MAX {
            rows.push(count.saturating_sub(1));
            continue;
        }
        let lane = match &entry.event {
            Event::Query { .. } | Event::Answer { .. } => lane(&mut dialogue, texts.line("DNS")),
            Event::Connect { session, host, .. } => {
                let lane = lane(&mut dialogue, texts.line(host));
                sessions.insert(*session, lane);
                lane
            }
            Event::Refused { host, to, .. } => {
                let name = if host.is_empty() { to.to_string() } else { host.clone() };
                lane(&mut dialogue, texts.line(&name))
            }
            event => session_of(event).and_then(|session| sessions.get(&session).copied()).unwrap_or_default(),
        };
        let whole = shortened(&shown);
        // A header section is a row a line, for most of its lines are those of other messages.
        let of_data = matches!(entry.event, Event::Data { .. });
        let parts = if of_data { whole.split('\n').collect() } else { vec![whole.as_str()] };
        for part in parts {
            let text = i64::try_from(texts.place(part.to_owned())).unwrap_or_default();
            let since = i64::try_from(entry.at_ms.saturating_sub(last_ms)).unwrap_or_default();
            dialogue.1.extend([since, i64::try_from(lane).unwrap_or_default(), text - last_text]);
            last_text = text;
            last_ms = last_ms.max(entry.at_ms);
        }
        rows.push(count);
    }
    (dialogue, rows)
}

/// The number of the lane of this name.
fn lane(dialogue: &mut Dialogue, name: usize) -> u64 {
    let known = dialogue.0.iter().skip(1).position(|own| *own == name).map(|place| place + 1);
    let place = known.unwrap_or_else(|| {
        dialogue.0.push(name);
        dialogue.0.len() - 1
    });
    u64::try_from(place).unwrap_or_default()
}

fn shortened(lines: &[String]) -> String {
    let shown: Vec<String> = lines.iter().take(EVENT_LINES_MAX).map(|line| visible(line)).collect();
    let more = lines.len() - shown.len();
    let more = if more > 0 { format!("\n... {more} more lines") } else { String::new() };
    format!("{}{more}", shown.join("\n"))
}
