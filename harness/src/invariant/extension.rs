//! Extensions are used where they are offered, PIPELINING too.

use super::{
    Checked,
    offers::{Keywords, Offers, at_commands},
};
use crate::{
    claim::Judging,
    trace::{
        view::{Command, StepKind},
        wire::path,
    },
};

/// No command before the pending reply.
pub(super) fn pipelining(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        let offers = Offers::of(session);
        for (place, offered) in at_commands(session, &offers) {
            let step = &session.steps[place];
            let StepKind::Command(command) = &step.kind else { continue };
            let early = command.early && !offered.contains_key("PIPELINING");
            checked.step(step, early.then(|| format!("{} before the reply to what went before", command.verb)));
        }
        for step in &session.steps {
            if let StepKind::Command(command) = &step.kind
                && command.auth_response
            {
                checked.step(step, command.early.then(|| "a response before its challenge".to_owned()));
            }
        }
    }
    checked
}

/// Verbs and parameters only of extensions that were offered.
pub(super) fn offered(judging: &Judging<'_>) -> Checked {
    let mut checked = Checked::default();
    for session in &judging.view.sessions {
        let offers = Offers::of(session);
        for (place, offered) in at_commands(session, &offers) {
            let step = &session.steps[place];
            let StepKind::Command(command) = &step.kind else { continue };
            let used = used(command);
            if used.is_empty() {
                continue;
            }
            let missing = used.into_iter().find(|keyword| !is_offered(keyword, offered));
            checked.step(step, missing.map(|keyword| format!("{} uses {keyword}, which is not offered", command.verb)));
        }
    }
    checked
}

fn is_offered(used: &str, offered: &Keywords) -> bool {
    match used.split_once(' ') {
        Some((keyword, parameter)) => {
            offered.get(keyword).is_some_and(|parameters| parameters.iter().any(|own| own == parameter))
        }
        None => offered.contains_key(used),
    }
}

/// EHLO keywords that a command needs; `AUTH PLAIN` is a keyword with that parameter.
fn used(command: &Command<'_>) -> Vec<String> {
    let argument: String = command.argument.iter().map(|&octet| char::from(octet)).collect();
    match command.verb.as_str() {
        "AUTH" => {
            let mechanism = argument.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            vec![format!("AUTH {mechanism}")]
        }
        "BDAT" => vec!["CHUNKING".to_owned()],
        "ETRN" | "STARTTLS" => vec![command.verb.clone()],
        "MAIL" | "RCPT" => path(command.argument).1.iter().map(|parameter| keyword(parameter)).collect(),
        verb if verb.starts_with('X') => vec![verb.to_owned()],
        _ => Vec::new(),
    }
}

/// The keyword that allows a parameter of MAIL or RCPT; an unknown one is taken to be its own.
fn keyword(parameter: &str) -> String {
    let parameter = parameter.to_ascii_uppercase();
    let (name, value) = parameter.split_once('=').unwrap_or((&parameter, ""));
    let keyword = match name {
        "BODY" if value == "BINARYMIME" => "BINARYMIME",
        "BODY" => "8BITMIME",
        "BY" => "DELIVERBY",
        "ENVID" | "NOTIFY" | "ORCPT" | "RET" => "DSN",
        "HOLDFOR" | "HOLDUNTIL" => "FUTURERELEASE",
        name => name,
    };
    keyword.to_owned()
}
