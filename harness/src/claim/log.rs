//! `log agrees with HOST`: what the MTA logged of its sessions with a host is what the host recorded.
//!
//! Commands are compared one by one, and replies one by one; how the two interleave is the MTA's affair where it
//! pipelines, but no reply may stand before the command that it answers. Mail data and secrets are not compared, for a
//! log has neither; control characters and blanks are not, for a row cannot hold the one and need not keep the other.

use super::{Judging, finding::Finding};
use crate::{
    protocol_log::{LogSession, essence, sessions, whole_row},
    trace::{
        Event,
        event::{HandshakeOutcome, LogKind},
        view::{Session, StepKind},
        wire::ReplyReader,
    },
};

/// What a claim of this form found. Without any report of a log it was not put to the test.
pub(super) fn judge(judging: &Judging<'_>, host: &str) -> Finding {
    let lines = judging.view.trace.0.iter().enumerate().filter_map(|(index, entry)| match &entry.event {
        Event::LogRow { kind: LogKind::Row, file, row } if !is_of_dns(file) => Some((index, row)),
        _ => None,
    });
    let mut reports = false;
    let mut rows = Vec::new();
    for (index, line) in lines {
        reports = true;
        if line.starts_with('#') {
            continue;
        }
        if line.chars().any(char::is_control) {
            return Finding::broken(
                Some(index),
                format!("a control character stands in `{}`", line.escape_debug()),
                "",
            );
        }
        match whole_row(line, index) {
            Some(row) => rows.push(row),
            None => return Finding::broken(Some(index), format!("no row of nine fields: `{line}`"), ""),
        }
    }
    if !reports {
        return Finding::not_reached("the MTA reports no log", "");
    }
    let recorded: Vec<&Session<'_>> =
        judging.view.sessions.iter().filter(|session| judging.is_at(session, host)).collect();
    let Some(last) = recorded.last() else { return judging.missing("the host had no session") };
    let mut logged: Vec<LogSession> = sessions(rows);
    logged.retain(LogSession::is_connected);
    for session in &recorded {
        let is_with_it = |own: &LogSession| {
            own.rows
                .iter()
                .any(|row| row.host().is_some_and(|end| end.ip() == session.to && end.port() == session.port))
        };
        let candidates: Vec<usize> = (0..logged.len()).filter(|&place| is_with_it(&logged[place])).collect();
        let mut first = None;
        let found = candidates.iter().copied().find(|&place| match differs(&logged[place], session) {
            None => true,
            Some(difference) => {
                first.get_or_insert(difference);
                false
            }
        });
        match (found, first) {
            (Some(place), _) => drop(logged.remove(place)),
            (None, Some((at, saw))) => return Finding::broken(Some(at), saw, ""),
            (None, None) => return Finding::broken(Some(session.index), "a session that the log does not have", ""),
        }
    }
    Finding::held(Some(last.index), format!("{} sessions, as logged", recorded.len()))
}

/// A DNS log has other fields, and no sessions.
fn is_of_dns(file: &str) -> bool {
    file.rsplit('/').next().is_some_and(|name| name.starts_with("DNS"))
}

/// Where a logged session differs from the one that the host recorded: the event, and what is there.
fn differs(logged: &LogSession, session: &Session<'_>) -> Option<(usize, String)> {
    let said = said(session);
    let sent: Vec<_> = logged.sent().collect();
    for (place, (command, index)) in said.commands.iter().enumerate() {
        let Some(row) = sent.get(place) else {
            return Some((*index, format!("`{}` is not in the log", command.text())));
        };
        if !command.is_logged_as(&row.data) {
            return Some((row.line, format!("the log has `{}` for `{}`", row.data, command.text())));
        }
    }
    let is_cut = session.closed.as_ref().is_none_or(|closed| closed.by != "client");
    if let Some(more) = sent.get(said.commands.len()).filter(|_| !is_cut) {
        return Some((more.line, format!("the host never saw `{}`", more.data)));
    }
    let replies = logged.replies();
    for (place, reply) in said.replies.iter().enumerate() {
        let Some((row, logged)) = replies.get(place) else {
            // What a client does not wait for any more, it cannot log.
            let is_owed = !is_cut;
            return is_owed.then(|| (reply.index, format!("the reply {} is not in the log", reply.code)));
        };
        let is_same = logged.code == reply.code && (reply.is_secret || essence(&logged.text) == essence(&reply.text));
        if !is_same {
            return Some((row.line, format!("the log has `{}` for the reply {} {}", row.data, reply.code, reply.text)));
        }
    }
    if let Some((row, _)) = replies.get(said.replies.len()) {
        return Some((row.line, format!("the host never said `{}`", row.data)));
    }
    too_early(logged)
}

/// A reply, the greeting aside, that stands before the command that it answers.
fn too_early(logged: &LogSession) -> Option<(usize, String)> {
    let (mut sent, mut received) = (0_usize, 0_usize);
    let begins_with_greeting =
        logged.rows.iter().find(|row| matches!(row.event, '<' | '>')).map(|row| row.event) == Some('<');
    let answers_due = |sent: usize| sent + usize::from(begins_with_greeting);
    for row in &logged.rows {
        match row.event {
            '>' => sent += 1 + usize::from(row.data.eq_ignore_ascii_case("DATA")),
            '<' if !row.data.get(3..).is_some_and(|rest| rest.starts_with('-')) => {
                received += 1;
                if received > answers_due(sent) {
                    return Some((row.line, format!("`{}` stands before what it answers", row.data)));
                }
            }
            _ => {}
        }
    }
    None
}

/// A session by the host's own record.
#[derive(Default)]
struct Said {
    commands: Vec<(Line, usize)>,
    replies: Vec<HostReply>,
}

/// A line of the client's.
enum Line {
    Plain(String),
    /// It gives something away behind this.
    Secret(String),
}

struct HostReply {
    index: usize,
    code: String,
    text: String,
    /// It belongs to an authentication exchange.
    is_secret: bool,
}

fn said(session: &Session<'_>) -> Said {
    let mut said = Said::default();
    let mut reader = ReplyReader::default();
    let mut in_exchange = false;
    for step in &session.steps {
        match &step.kind {
            StepKind::Command(command) => {
                let text = String::from_utf8_lossy(command.octets).trim_end_matches(['\r', '\n']).to_owned();
                let is_auth = matches!(command.verb.as_str(), "AUTH" | "X-EXPS");
                in_exchange = is_auth || command.auth_response;
                let line = match (command.auth_response, is_auth) {
                    (true, _) => Line::Secret(String::new()),
                    (false, true) => Line::Secret(text.split(' ').take(2).collect::<Vec<_>>().join(" ")),
                    (false, false) => Line::Plain(text),
                };
                said.commands.push((line, step.index));
            }
            // What stood in the clear before is thrown away (RFC 3207 §4.2).
            StepKind::Handshake(HandshakeOutcome::Done { .. }) => reader = ReplyReader::default(),
            StepKind::Sent(octets) => {
                said.replies.extend(reader.read(octets).into_iter().map(|(code, lines)| HostReply {
                    index: step.index,
                    code: code.to_string(),
                    text: lines.concat(),
                    is_secret: in_exchange,
                }));
            }
            _ => {}
        }
    }
    said
}

impl Line {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Secret(text) => text,
        }
    }

    fn is_logged_as(&self, data: &str) -> bool {
        match self {
            Self::Plain(text) => essence(text) == essence(data),
            Self::Secret(head) => essence(data).starts_with(&essence(head)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        claim::{
            Outcome,
            ast::Body,
            fixture::{case, must},
            judge as judge_all,
        },
        trace::{Trace, dialogue::trace},
    };

    const WIRE: &str = "connect mx.test\nS: 220 mx.test ESMTP\nC: EHLO mta\nS: 250-mx.test|250 AUTH PLAIN\n\
        C: AUTH PLAIN AGEAcGFzc3dvcmQ=\nS: 235 2.7.0 ok\nC: QUIT\nS: 221 bye\nclose client\n";

    const ROWS: [&str; 9] = [
        "+,,",
        "<,220 mx.test ESMTP,",
        ">,EHLO mta,",
        "<,250 mx.test AUTH PLAIN,",
        ">,AUTH PLAIN <hidden>,",
        "<,235 2.7.0 ok,",
        ">,QUIT,",
        "<,221 bye,",
        "-,,Local",
    ];

    fn logged(rows: &[&str]) -> Trace {
        let wire = trace(WIRE);
        let to = wire.0.iter().find_map(|entry| match &entry.event {
            Event::Connect { to, .. } => Some(*to),
            _ => None,
        });
        let to = to.expect("a connection");
        let rows: Vec<String> = (0..)
            .zip(rows)
            .map(|(number, row)| format!("log 2030-01-07T10:00:00.000Z,Relay,0A,{number},192.0.2.1:4,{to}:25,{row}\n"))
            .collect();
        trace(&format!("{WIRE}{}end settled", rows.concat()))
    }

    #[track_caller]
    fn check(rows: &[&str], wanted: Outcome, saw: &str) {
        let case = case(&[], vec![must(Body::LogAgrees("mx.test".to_owned()))]);
        let finding = judge_all(&case, &logged(rows)).remove(0);
        assert_eq!((finding.outcome, finding.saw.as_str()), (wanted, saw));
    }

    fn with(place: usize, row: &'static str) -> [&'static str; 9] {
        let mut rows = ROWS;
        rows[place] = row;
        rows
    }

    #[test]
    fn a_log_that_has_it_all_agrees_by_row_or_by_line() {
        check(&ROWS, Outcome::Held, "1 sessions, as logged");
        let mut rows = ROWS.to_vec();
        rows.splice(3..4, ["<,250-mx.test,", "<,250 AUTH PLAIN,"]);
        check(&rows, Outcome::Held, "1 sessions, as logged");
    }

    #[test]
    fn whatever_is_missing_added_or_changed_breaks_it() {
        check(&[], Outcome::NotReached, "the MTA reports no log");
        check(&with(2, ">,EHLO other,"), Outcome::Broken, "the log has `EHLO other` for `EHLO mta`");
        check(&with(7, "<,250 bye,"), Outcome::Broken, "the log has `250 bye` for the reply 221 bye");
        check(&with(6, "*,,QUIT"), Outcome::Broken, "`QUIT` is not in the log");
        check(
            &with(1, "*,,"),
            Outcome::Broken,
            "the log has `250 mx.test AUTH PLAIN` for the reply 220 mx.testESMTP"
                .replace("mx.testESMTP", "mx.test ESMTP")
                .as_str(),
        );
        check(&with(0, "!,,"), Outcome::Broken, &no_row());
        let mut rows = ROWS;
        rows.swap(2, 3);
        check(&rows, Outcome::Broken, "`250 mx.test AUTH PLAIN` stands before what it answers");
    }

    fn no_row() -> String {
        let trace = logged(&with(0, "!,,"));
        let row = trace.0.iter().find_map(|entry| match &entry.event {
            Event::LogRow { row, .. } => Some(row.clone()),
            _ => None,
        });
        format!("no row of nine fields: `{}`", row.expect("a row"))
    }
}
