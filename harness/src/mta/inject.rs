//! Hands a message over to an MTA that takes no SMTP: by a command of its own, with the message on standard input.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::{Child, Stdio},
};

use super::{
    EnvelopeForm, NullPath, PlannedInjection, Says, Submission,
    process::{OUTPUT, command},
};
use crate::mta::StartError;

/// The exit status that says: not now (`EX_TEMPFAIL` of sysexits.h).
const NOT_NOW: i32 = 75;

/// A command that has a message, and where it complains.
pub(super) struct Injecting {
    pub(super) child: Child,
    pub(super) complaints: PathBuf,
}

/// What a command said of its message by ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Injected {
    /// It is in the queue.
    Queued,
    /// The next hop took it.
    Delivered,
    /// It could not be sent now, and is forgotten; why.
    Deferred(String),
    /// It is refused for good; why.
    Failed(String),
}

/// Starts the command of the plan with this message.
pub(super) fn start(planned: &PlannedInjection, message: &Submission) -> Result<Injecting, StartError> {
    planned.takes(message)?;
    let mut own = planned.command.clone();
    let mut input = Vec::new();
    match planned.envelope {
        EnvelopeForm::Arguments => {
            own.arguments.push("-f".to_owned());
            own.arguments.push(message.reverse_path.clone());
            own.arguments.push("--".to_owned());
            own.arguments.extend(message.recipients.iter().cloned());
        }
        EnvelopeForm::Lines => {
            for path in std::iter::once(&message.reverse_path).chain(&message.recipients) {
                input.extend_from_slice(path.as_bytes());
                input.push(b'\n');
            }
            input.push(b'\n');
        }
    }
    // What reads from standard input has lines as this system does.
    input.extend(message.octets.iter().filter(|&&octet| octet != b'\r'));
    let name = |end: &str| PathBuf::from(OUTPUT).join(format!("message-{}.{end}", file_name(&message.name)));
    let (text, complaints) = (name("eml"), name("log"));
    let opened = || -> io::Result<(File, File)> {
        fs::write(&text, &input)?;
        Ok((File::open(&text)?, File::create(&complaints)?))
    };
    let (stdin, log) = opened().map_err(StartError::failed)?;
    let both = log.try_clone().map_err(StartError::failed)?;
    let mut command = command(&own)?;
    let child = command.stdin(stdin).stdout(Stdio::from(both)).stderr(log).spawn();
    let child = child.map_err(|error| StartError::failed(format!("`{}`: {error}", own.program.display())))?;
    Ok(Injecting { child, complaints })
}

/// The name of a message as that of a file.
fn file_name(message: &str) -> String {
    message.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// What the end of the command means; `complaint` is what it printed.
pub(super) fn meaning(says: Says, status: Option<i32>, complaint: &str) -> Injected {
    let why = || {
        let status = status.map_or_else(|| "a signal".to_owned(), |status| format!("exit status {status}"));
        let lines: Vec<&str> = complaint.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        format!("{status}: {}", lines.join("; "))
    };
    match (says, status) {
        (Says::Queued, Some(0)) => Injected::Queued,
        (Says::Fate, Some(0)) => Injected::Delivered,
        (_, Some(NOT_NOW)) => Injected::Deferred(why()),
        _ => Injected::Failed(why()),
    }
}

impl PlannedInjection {
    /// Whether a message can be handed over as it is. Files and pipes of this system have lines that end in LF, and an
    /// envelope that is written in arguments or lines has no blanks.
    fn takes(&self, message: &Submission) -> Result<(), StartError> {
        if !message.dsn.is_empty() {
            return Err(StartError::unsupported(message.dsn.in_words()));
        }
        if message.reverse_path.is_empty() && self.null_path == NullPath::Replaced {
            return Err(StartError::unsupported("a message from `<>`"));
        }
        if let Some(most) = self.recipients_max.filter(|most| message.recipients.len() > *most) {
            return Err(StartError::unsupported(format!("a message for more than {most} recipients")));
        }
        if message.octets.contains(&0) || has_half_line_ends(&message.octets) {
            return Err(StartError::unsupported("a message with octets that standard input does not carry"));
        }
        let mut paths = std::iter::once(&message.reverse_path).chain(&message.recipients);
        if paths.any(|path| path.contains(char::is_control)) {
            return Err(StartError::unsupported("a mailbox with control characters"));
        }
        Ok(())
    }
}

/// Whether a CR or LF ends no line.
fn has_half_line_ends(octets: &[u8]) -> bool {
    (0..octets.len()).any(|at| match octets[at] {
        b'\n' => at == 0 || octets[at - 1] != b'\r',
        b'\r' => octets.get(at + 1) != Some(&b'\n'),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        case::{dsn::Dsn, model::Via},
        mta::{EnvelopeForm, NextHop, PlannedCommand},
        reference::connector::Connector,
    };

    fn planned(null_path: NullPath, recipients_max: Option<usize>) -> PlannedInjection {
        let (command, connector) = (PlannedCommand::new("/usr/sbin/own", [""; 0]), Connector::named("Relay"));
        let way = NextHop { connector, name: String::new(), dial: ([127, 0, 0, 1], 1).into(), accepted: Vec::new() };
        let (envelope, says) = (EnvelopeForm::Arguments, Says::Queued);
        PlannedInjection { command, envelope, says, null_path, recipients_max, way }
    }

    fn message(reverse_path: &str, recipients: usize) -> Submission {
        Submission {
            name: "1".to_owned(),
            reverse_path: reverse_path.to_owned(),
            recipients: vec!["u@fabrikam.test".to_owned(); recipients],
            dsn: Dsn::default(),
            octets: Arc::new(b"Subject: a\r\n\r\n".to_vec()),
            via: Via::Submission,
        }
    }

    #[test]
    fn a_message_for_more_than_it_makes_processes_for_is_not_handed_over() {
        let takes = |most, recipients| planned(NullPath::Kept, most).takes(&message("sender@sender.test", recipients));
        assert_eq!(takes(Some(100), 100), Ok(()));
        assert_eq!(takes(None, 101), Ok(()));
        let refusal = StartError::unsupported("a message for more than 100 recipients");
        assert_eq!(takes(Some(100), 101), Err(refusal));
    }

    #[test]
    fn a_message_from_nobody_is_not_handed_over_to_who_would_put_somebody_there() {
        let takes = |null_path, reverse_path: &str| planned(null_path, None).takes(&message(reverse_path, 1));
        assert_eq!(takes(NullPath::Kept, ""), Ok(()));
        assert_eq!(takes(NullPath::Replaced, "sender@sender.test"), Ok(()));
        assert_eq!(takes(NullPath::Replaced, ""), Err(StartError::unsupported("a message from `<>`")));
    }

    #[test]
    fn only_75_says_not_now() {
        let fate = |status| meaning(Says::Fate, status, "a: b\n\nc\n");
        assert_eq!(fate(Some(0)), Injected::Delivered);
        assert_eq!(fate(Some(75)), Injected::Deferred("exit status 75: a: b; c".to_owned()));
        assert_eq!(fate(Some(69)), Injected::Failed("exit status 69: a: b; c".to_owned()));
        assert_eq!(fate(None), Injected::Failed("a signal: a: b; c".to_owned()));
        assert_eq!(meaning(Says::Queued, Some(0), ""), Injected::Queued);
    }

    #[test]
    fn a_line_ends_in_cr_and_lf_or_not_at_all() {
        assert!(!has_half_line_ends(b"a\r\n\r\nb") && !has_half_line_ends(b""));
        assert!([&b"\n"[..], b"a\nb", b"a\r", b"\rb\r\n"].into_iter().all(has_half_line_ends));
    }
}
