//! `mtaspec show-log` and `mtaspec judge --log`: SEND protocol logs, shown as dialogues and judged.

use std::{fs, path::PathBuf};

use mtaspec_harness::{
    claim::ast::Level,
    protocol_log::{Log, LogFinding, LogSession, Row, check, sessions},
    report::visible::visible,
};

use crate::{
    args,
    exit::{Failure, Status},
    load,
    output::{Output, counted},
};

/// Broken places that are shown of one rule.
const BROKEN_SHOWN_MAX: usize = 10;

/// Files, as one log.
struct Read {
    /// In the order of the files; each row with the file that it is of.
    logs: Vec<(String, Log)>,
}

impl Read {
    /// # Errors
    ///
    /// The first file that cannot be read, or the first line of one that is none of a log.
    fn of(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut logs = Vec::new();
        for file in files {
            let octets = fs::read(file).map_err(|error| load::unreadable(file, &error))?;
            let name = visible(&file.display().to_string());
            let log = Log::read(&octets)
                .map_err(|error| Failure::page(format!("`{name}` is no SEND protocol log: {error}")))?;
            logs.push((name, log));
        }
        Ok(Self { logs })
    }

    fn sessions(&self) -> Vec<LogSession> {
        sessions(self.logs.iter().flat_map(|(_, log)| log.rows.iter().cloned()))
    }

    /// What was odd, a line each.
    fn notes(&self) -> String {
        let notes = self.logs.iter().flat_map(|(name, log)| log.notes.iter().map(move |note| (name, note)));
        notes.map(|(name, note)| format!("note: {name}:{}: {}\n", note.line, visible(&note.what))).collect()
    }
}

/// What was said, session by session.
pub(crate) fn show(args: &args::ShowLog) -> Result<Output, Failure> {
    let read = Read::of(&args.files)?;
    let mut text = read.notes();
    for session in read.sessions() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&dialogue(&session));
    }
    Ok(Output::of(text))
}

fn dialogue(session: &LogSession) -> String {
    let Some(first) = session.rows.first() else { return String::new() };
    let mut text = format!(
        "session {} with {} by {}\n",
        visible(&session.id),
        visible(&first.remote),
        if first.connector.is_empty() { "-".to_owned() } else { visible(&first.connector) },
    );
    for row in &session.rows {
        text.push_str(&format!("{}  {}\n", visible(&row.time), line(row)));
    }
    text
}

fn line(row: &Row) -> String {
    let (data, context) = (visible(&row.data), visible(&row.context));
    let about = if context.is_empty() { String::new() } else { format!("  ({context})") };
    match row.event {
        '>' => format!("C: {data}{about}"),
        '<' => format!("S: {data}{about}"),
        '+' => format!("<connected from {}>{about}", visible(&row.local)),
        '-' => format!("<disconnected>{about}"),
        _ if data.is_empty() => format!("* {context}"),
        _ => format!("* {data}{about}"),
    }
}

/// Judges files as one log, by what a log can bear.
pub(crate) fn judge(files: &[PathBuf]) -> Result<Output, Failure> {
    let read = Read::of(files)?;
    let sessions = read.sessions();
    if sessions.is_empty() {
        return Err(Failure::nothing_judged("the log has no session"));
    }
    let findings = check(&sessions);
    let mut text = read.notes();
    findings.iter().for_each(|finding| text.push_str(&told(finding)));
    let broken = |level| findings.iter().filter(|own| own.level == level && !own.broken.is_empty()).count();
    let (must, should) = (broken(Level::Must), broken(Level::Should));
    let held = findings.iter().filter(|own| own.sessions > 0 && own.broken.is_empty()).count();
    let unasked = findings.iter().filter(|own| own.sessions == 0).count();
    text.push_str(&format!(
        "{}: {held} rules held, {} broken, {unasked} not reached\n",
        counted(sessions.len(), "session", "sessions"),
        must + should
    ));
    let status = match (must, should) {
        (0, 0) => Status::AsExpected,
        (0, _) => Status::Departs,
        _ => Status::Violates,
    };
    Ok(Output { text, status })
}

fn told(finding: &LogFinding) -> String {
    let level = if finding.level == Level::Must { "MUST" } else { "SHOULD" };
    let state = match (finding.sessions, finding.broken.len()) {
        (0, _) => "not reached".to_owned(),
        (sessions, 0) => format!("held in {}", counted(sessions, "session", "sessions")),
        (sessions, broken) => format!("broken in {broken} of {}", counted(sessions, "session", "sessions")),
    };
    let ids = finding.requirements.join(" ");
    let mut text = format!("{level} {} [{ids}]: {state}\n", finding.text);
    for (session, line, what) in finding.broken.iter().take(BROKEN_SHOWN_MAX) {
        text.push_str(&format!("  line {line}, session {}: {}\n", visible(session), visible(what)));
    }
    let more = finding.broken.len().saturating_sub(BROKEN_SHOWN_MAX);
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text
}
