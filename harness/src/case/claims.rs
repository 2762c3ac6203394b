//! Names in claims: hosts, recipients, messages, servers and ids must exist, so that no claim is held by a slip of
//! the pen.

use std::net::IpAddr;

use super::{
    Line, LineMistake,
    catalogue::{Catalogue, IdKind},
    hosts::Hosts,
    model::{MessageSpec, NameServerSpec, RESOLVER_ADDRESS, WorldSpec},
    names::folded_mailbox,
    shell::PASSWORD_CHARACTERS_MIN,
    words::{expecting, mistake, mistake_of, nearest, span_of},
};
use crate::claim::ast::{Body, Claim, CommandRef, Fate, Level, Outcome, Qualifier, Seen, Subject, Thing};

/// Most names of a kind that are written out in a mistake's search for the nearest.
const NAMES_SEARCHED_MAX: usize = 1_000;

/// What a claim can name.
pub(super) struct Named<'a> {
    pub(super) world: &'a WorldSpec,
    pub(super) name_servers: &'a [NameServerSpec],
    pub(super) hosts: &'a Hosts,
    pub(super) messages: &'a [MessageSpec],
    /// Commands of the shell, in the order in which they are run.
    pub(super) commands: &'a [String],
    pub(super) catalogue: Catalogue<'a>,
}

impl Named<'_> {
    /// Checks one claim, given the line that it was read from.
    pub(super) fn check(&self, claim: &Claim, line: Line<'_>, mistakes: &mut Vec<LineMistake>) {
        let mut found = Vec::new();
        if let Some(when) = &claim.when {
            self.seen(when, line, &mut found);
        }
        match &claim.body {
            Body::Fate(fate) => self.fate(fate, line, &mut found),
            Body::LogAgrees(host) => found.extend(self.host(host, line)),
            Body::Reported(_) => {}
            Body::Seen(seen) => self.seen(seen, line, &mut found),
            Body::Shell(shell) => found.extend(self.command(&shell.command, line)),
        }
        self.ids(claim, line, &mut found);
        mistakes.extend(found);
    }

    /// The command must be run, or the claim is never put to the test.
    fn command(&self, command: &CommandRef, line: Line<'_>) -> Option<LineMistake> {
        if (1..).zip(self.commands).any(|(number, text)| command.is(number, text)) {
            return None;
        }
        let count = self.commands.len();
        match command {
            CommandRef::Number(number) => {
                let span = span_of(line.text, &number.to_string());
                Some(mistake(
                    line,
                    span,
                    format!("the case has {count} commands for the shell, and no command {number}"),
                ))
            }
            CommandRef::Text(_) => {
                let start = line.text.find('"').unwrap_or(0);
                let end = line.text[start + 1..].find('"').map_or(line.text.len(), |length| start + length + 2);
                Some(mistake(
                    line,
                    start..end,
                    format!("none of the case's {count} commands for the shell is like this"),
                ))
            }
        }
    }

    fn fate(&self, fate: &Fate, line: Line<'_>, mistakes: &mut Vec<LineMistake>) {
        match &fate.recipient {
            Some(recipient) => mistakes.extend(self.recipient(recipient, line)),
            None if self.messages.is_empty() => {
                mistakes.push(mistake_of(line, "the case has no message, and so no recipient"));
            }
            None => {}
        }
        if let Outcome::Delivered { to: Some(host) } = &fate.outcome {
            mistakes.extend(self.host(host, line));
        }
        mistakes.extend(fate.message.iter().filter_map(|message| self.message(message, line)));
        self.qualifiers(&fate.qualifiers, line, mistakes);
    }

    fn seen(&self, seen: &Seen, line: Line<'_>, mistakes: &mut Vec<LineMistake>) {
        match &seen.subject {
            Subject::Host(host) => mistakes.extend(self.host(host, line)),
            Subject::Dns { server: Some(server) } => mistakes.extend(self.name_server(server, line)),
            _ => {}
        }
        self.thing(&seen.thing, line, mistakes);
        self.qualifiers(&seen.qualifiers, line, mistakes);
    }

    fn qualifiers(&self, qualifiers: &[Qualifier], line: Line<'_>, mistakes: &mut Vec<LineMistake>) {
        for qualifier in qualifiers {
            match qualifier {
                Qualifier::After(thing) | Qualifier::Before(thing) => self.thing(thing, line, mistakes),
                Qualifier::For(recipient) => mistakes.extend(self.recipient(recipient, line)),
                Qualifier::From(server) if server.parse::<IpAddr>().is_err() => {
                    mistakes.extend(self.server(server, line));
                }
                Qualifier::Of(message) => mistakes.extend(self.message(message, line)),
                _ => {}
            }
        }
    }

    /// Credentials are looked for everywhere, so they must be long enough to find no accident.
    fn thing(&self, thing: &Thing, line: Line<'_>, mistakes: &mut Vec<LineMistake>) {
        let Thing::Credentials(octets) = thing else { return };
        if octets.len() < PASSWORD_CHARACTERS_MIN {
            let start = line.text.find("credentials").unwrap_or(0);
            let message = format!("credentials that are looked for have at least {PASSWORD_CHARACTERS_MIN} characters");
            mistakes.push(mistake(line, start..(start + "credentials".len()).min(line.text.len()), message));
        }
    }

    fn host(&self, host: &str, line: Line<'_>) -> Option<LineMistake> {
        if self.hosts.position(host).is_some() {
            return None;
        }
        let wrong = mistake(line, span_of(line.text, host), format!("no host is called `{host}`"));
        Some(expecting(wrong, self.hosts.nearest(host)))
    }

    fn server(&self, server: &str, line: Line<'_>) -> Option<LineMistake> {
        if self.world.organisation.server(server).is_some() {
            return None;
        }
        let message = format!("no server of the world is called `{server}`");
        let known = self.world.organisation.servers.iter().map(|server| server.name.as_str());
        Some(expecting(mistake(line, span_of(line.text, server), message), nearest(server, known)))
    }

    /// A name server by its address, or by the name of the server whose it is.
    fn name_server(&self, called: &str, line: Line<'_>) -> Option<LineMistake> {
        let Ok(address) = called.parse::<IpAddr>() else { return self.server(called, line) };
        let known = || std::iter::once(RESOLVER_ADDRESS).chain(self.name_servers.iter().map(|server| server.address));
        if known().any(|known| known == address) {
            return None;
        }
        let wrong = mistake(line, span_of(line.text, called), format!("no name server has the address {address}"));
        Some(expecting(wrong, known().map(|known| known.to_string())))
    }

    fn recipient(&self, recipient: &str, line: Line<'_>) -> Option<LineMistake> {
        let wanted = folded_mailbox(recipient);
        let all = || self.messages.iter().flat_map(|message| message.recipients.iter());
        if all().any(|known| folded_mailbox(known) == wanted) {
            return None;
        }
        let known = nearest(recipient, all().take(NAMES_SEARCHED_MAX).map(String::as_str));
        let message = format!("no message is for `{recipient}`");
        Some(expecting(mistake(line, span_of(line.text, recipient), message), known))
    }

    fn message(&self, name: &str, line: Line<'_>) -> Option<LineMistake> {
        if self.messages.iter().any(|message| message.name == name) {
            return None;
        }
        let known = nearest(name, self.messages.iter().map(|message| message.name.as_str()));
        let wrong = mistake(line, span_of(line.text, name), format!("no message is called `{name}`"));
        Some(expecting(wrong, known))
    }

    fn ids(&self, claim: &Claim, line: Line<'_>, mistakes: &mut Vec<LineMistake>) {
        let ids_start = line.text.rfind('[').unwrap_or(0);
        let place = |id: &str| {
            let span = span_of(&line.text[ids_start..], id);
            span.start + ids_start..span.end + ids_start
        };
        let (mut cites_requirement, mut carries_must) = (false, false);
        let mut unknown = false;
        for id in &claim.ids {
            match (self.catalogue)(id) {
                Some(IdKind::Fault) => {}
                Some(IdKind::Requirement(strength)) => {
                    cites_requirement = true;
                    carries_must |= strength.carries_must();
                }
                None => {
                    unknown = true;
                    let message = format!("no requirement and no fault is called `{id}`");
                    mistakes.push(mistake(line, place(id), message));
                }
            }
        }
        let ids = ids_start..line.text.trim_end().len().max(ids_start);
        // An unknown id may have been the one that is wanted.
        if unknown {
            return;
        }
        if !cites_requirement {
            mistakes.push(mistake(line, ids, "a claim cites at least one requirement"));
        } else if claim.level == Level::Must && !carries_must {
            let message = "a MUST claim cites at least one requirement that is MUST or DEFAULT";
            mistakes.push(expecting(mistake(line, ids, message), ["SHOULD"]));
        }
    }
}
