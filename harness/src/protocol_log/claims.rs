//! What a log can be judged by, without a world: rules of the log itself, and of what was said.
//!
//! # Not here
//!
//! Whatever needs the host's side: what was offered and not used, what the message was, whether the log is true.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{LogSession, Row};
use crate::claim::ast::Level;

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// A short name, stable.
    pub id: &'static str,
    /// What must be so.
    pub text: &'static str,
    /// How firmly it is asked.
    pub level: Level,
    /// The requirements that it speaks for.
    pub requirements: &'static [&'static str],
    /// Whether it is put to the test in a session, and the row that breaks it, with what is wrong there.
    judge: fn(&LogSession) -> Judged,
}

/// `None`: not put to the test. `Some(None)`: it held.
type Judged = Option<Option<(usize, String)>>;

/// What a log is judged by.
pub const CHECKS: [Check; 7] = [
    Check {
        id: "sequence",
        text: "the rows of a session are numbered from 0, without a gap",
        level: Level::Must,
        requirements: &["LOG-08"],
        judge: sequence,
    },
    Check {
        id: "time",
        text: "no row is earlier than the one before it",
        level: Level::Must,
        requirements: &["LOG-07"],
        judge: time,
    },
    Check {
        id: "ends",
        text: "a session that connected begins with + and ends with -",
        level: Level::Must,
        requirements: &["LOG-10"],
        judge: ends,
    },
    Check {
        id: "credential",
        text: "no credential is in the log, raw or in base64",
        level: Level::Must,
        requirements: &["AUT-24"],
        judge: credential,
    },
    Check {
        id: "closing",
        text: "after a 421 nothing is said but QUIT",
        level: Level::Must,
        requirements: &["FAIL-05"],
        judge: closing,
    },
    Check {
        id: "quit",
        text: "a session that its client ends is ended by QUIT",
        level: Level::Should,
        requirements: &["SES-08"],
        judge: quit,
    },
    Check {
        id: "ehlo-after-tls",
        text: "what follows STARTTLS and its 220 is EHLO, HELO or QUIT",
        level: Level::Should,
        requirements: &["TLS-17"],
        judge: ehlo_after_tls,
    },
];

/// What one rule found in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFinding {
    /// The rule's id, in words joined by hyphens: `ehlo-after-tls`.
    pub id: &'static str,
    /// What the rule says, in a sentence.
    pub text: &'static str,
    /// How much it weighs that the rule is broken.
    pub level: Level,
    /// Ids of the requirements from which the rule follows.
    pub requirements: &'static [&'static str],
    /// Sessions in which it was put to the test.
    pub sessions: usize,
    /// Where it was broken: session, line of the file, what is there.
    pub broken: Vec<(String, usize, String)>,
}

/// Puts every rule to every session.
#[must_use]
pub fn check(sessions: &[LogSession]) -> Vec<LogFinding> {
    let one = |check: &Check| {
        let judged = sessions.iter().filter_map(|session| Some((session, (check.judge)(session)?)));
        let judged: Vec<_> = judged.collect();
        let Check { id, text, level, requirements, .. } = *check;
        let broken = judged.iter().filter_map(|(session, judged)| {
            let (line, what) = judged.clone()?;
            Some((session.id.clone(), line, what))
        });
        LogFinding { id, text, level, requirements, sessions: judged.len(), broken: broken.collect() }
    };
    CHECKS.iter().map(one).collect()
}

/// A session that began in an earlier file is counted on from where it is.
fn sequence(session: &LogSession) -> Judged {
    let begins_here = session.rows.iter().any(|row| row.event == '+');
    let first = if begins_here { 0 } else { session.rows.first()?.sequence };
    let wrong = (first..).zip(&session.rows).find(|(wanted, row)| row.sequence != *wanted);
    Some(wrong.map(|(wanted, row)| (row.line, format!("number {} stands where {wanted} is due", row.sequence))))
}

/// Times compare as text: their form is fixed (LOG-07).
fn time(session: &LogSession) -> Judged {
    let wrong = session.rows.windows(2).find(|pair| pair[1].time < pair[0].time);
    Some(wrong.map(|pair| (pair[1].line, format!("{} comes after {}", pair[1].time, pair[0].time))))
}

/// One that goes on in another file, or was open when the file was copied, says nothing of its ends.
fn ends(session: &LogSession) -> Judged {
    let has = |event| session.rows.iter().any(|row| row.event == event);
    let is_first = session.rows.first().is_some_and(|row| row.sequence == 0);
    let early = session.rows.iter().find(|row| row.event != '*').filter(|row| !matches!(row.event, '+' | '-'));
    if let Some(row) = early.filter(|_| is_first) {
        return Some(Some((row.line, format!("`{}` stands before any +", row.event))));
    }
    let last = session.rows.last().filter(|_| has('-'))?;
    Some((last.event != '-').then(|| (last.line, format!("`{}` stands behind the -", last.event))))
}

/// A response of an exchange is base64 (RFC 4954 §4); what a log has in its place is not.
fn credential(session: &LogSession) -> Judged {
    let mut challenged = false;
    let mut is_tested = false;
    for row in &session.rows {
        match row.event {
            '>' => {
                let mut words = row.data.split_whitespace();
                let is_auth = words.next().is_some_and(|verb| verb.eq_ignore_ascii_case("AUTH"));
                let shown = if is_auth { words.nth(1) } else { Some(row.data.trim()).filter(|_| challenged) };
                is_tested |= is_auth;
                if shown.is_some_and(is_response) {
                    return Some(Some((row.line, "a response of the authentication stands in the row".to_owned())));
                }
                challenged = false;
            }
            '<' => challenged = row.data.starts_with("334"),
            _ => {}
        }
    }
    is_tested.then_some(None)
}

fn is_response(word: &str) -> bool {
    word.len() >= 4 && !matches!(word, "*" | "=") && STANDARD.decode(word).is_ok()
}

fn closing(session: &LogSession) -> Judged {
    let place = session.rows.iter().position(|row| row.event == '<' && row.data.starts_with("421"))?;
    let is_other = |row: &&Row| row.event == '>' && !is_verb(row, "QUIT");
    let wrong = session.rows[place..].iter().find(is_other);
    Some(wrong.map(|row| (row.line, format!("`{}` was said after the 421", row.data))))
}

fn quit(session: &LogSession) -> Judged {
    let last = session.rows.last().filter(|row| row.event == '-')?;
    let is_ours = last.context.eq_ignore_ascii_case("Local") && session.is_connected();
    let is_closing = session.rows.iter().any(|row| row.event == '<' && row.data.starts_with("421"));
    let is_failed = session.rows.iter().any(|row| row.event == '*' && row.context.contains("TLS negotiation failed"));
    if !is_ours || is_closing || is_failed {
        return None;
    }
    let said = session.sent().last();
    let wrong = said.is_none_or(|row| !is_verb(row, "QUIT"));
    Some(wrong.then(|| (last.line, "the client left without QUIT".to_owned())))
}

fn ehlo_after_tls(session: &LogSession) -> Judged {
    let mut rows = session.rows.iter().filter(|row| matches!(row.event, '>' | '<'));
    rows.find(|row| row.event == '>' && (is_verb(row, "STARTTLS") || is_verb(row, "X-ANONYMOUSTLS")))?;
    rows.next().filter(|reply| reply.event == '<' && reply.data.starts_with("220"))?;
    let next = rows.find(|row| row.event == '>')?;
    let is_right = ["EHLO", "HELO", "QUIT"].iter().any(|verb| is_verb(next, verb));
    Some((!is_right).then(|| (next.line, format!("`{}` follows the handshake", next.data))))
}

fn is_verb(row: &Row, verb: &str) -> bool {
    row.data.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case(verb))
}
