//! The `world` fence: the judged server, its organisation and domains, and how long it is watched.

mod organisation;

use std::net::IpAddr;

use super::{
    Line, LineMistake, grammar,
    model::{RESOLVER_ADDRESS, WorldSpec},
    names::{DOCUMENTATION_RANGES, Names, RESERVED_NAMES, address_fault, host_name},
    organisation::{Profile, RelayKind, RelaySpec},
    words::{Word, expecting, mistake_at, nearest, words},
};

/// The words that a line of a `world` fence begins with, each with its form.
const FORMS: [(&str, &str); 12] = [
    ("accepts", "accepts DOMAIN... [Authoritative|InternalRelay|ExternalRelay]"),
    ("key", "key NAME=VALUE"),
    ("link", "link SITE SITE cost=N"),
    ("mailbox", "mailbox MAILBOX on SERVER"),
    ("name-servers", "name-servers ADDRESS..."),
    ("observe", "observe until DURATION"),
    ("profile", "profile e2016|e2013|edge|rfc"),
    ("reverse-path", "reverse-path MAILBOX"),
    ("server", "server NAME ADDRESS [site=SITE] [roles=ROLE,...]"),
    ("site", "site NAME"),
    ("size-limits", "size-limits default"),
    ("subscribe", "subscribe SERVER to SITE [no-internet] [no-inbound]"),
];

/// Words with which one line of a world begins at most.
const ONCE: [&str; 5] = ["name-servers", "observe", "profile", "reverse-path", "size-limits"];

/// In which order lines are read: what is named stands before what names it, wherever it stands in the page.
const ROUNDS: [&[&str]; 3] = [
    &["accepts", "key", "name-servers", "observe", "profile", "reverse-path", "site", "size-limits"],
    &["link", "server"],
    &["mailbox", "subscribe"],
];

/// What accepted domains can be; `None` is authoritative.
const KINDS: [(&str, Option<RelayKind>); 3] = [
    ("Authoritative", None),
    ("ExternalRelay", Some(RelayKind::External)),
    ("InternalRelay", Some(RelayKind::Internal)),
];

/// Puts what the lines say in place of the defaults.
pub(super) fn read(lines: &[(u32, String)], names: Names<'_>, mistakes: &mut Vec<LineMistake>) -> WorldSpec {
    let mut builder = Builder::of(names);
    let mut seen: Vec<&str> = Vec::new();
    for round in ROUNDS {
        for (number, text) in lines {
            let line = Line { text, number: *number };
            let all = words(text);
            let Some((first, rest)) = all.split_first().filter(|(first, _)| round.contains(&first.text)) else {
                continue;
            };
            if ONCE.contains(&first.text) && seen.contains(&first.text) {
                mistakes.push(mistake_at(line, *first, format!("a second line begins with `{}`", first.text)));
                continue;
            }
            seen.push(first.text);
            if let Err(wrong) = builder.set(line, *first, rest) {
                mistakes.push(wrong);
            }
        }
    }
    for (number, text) in lines {
        let first = words(text).first().copied().filter(|first| FORMS.iter().all(|(word, _)| *word != first.text));
        let Some(first) = first else { continue };
        let message = format!("no line of a world begins with `{}`", first.text);
        let wrong = mistake_at(Line { text, number: *number }, first, message);
        mistakes.push(expecting(wrong, nearest(first.text, FORMS.map(|(word, _)| word))));
    }
    builder.world
}

/// A world while its lines are read.
struct Builder<'a> {
    names: Names<'a>,
    world: WorldSpec,
    /// Whether domains, servers were named: the first takes the place of the default.
    has_domains: bool,
    has_servers: bool,
}

impl<'a> Builder<'a> {
    /// With the defaults, moved as the rest of the case.
    fn of(names: Names<'a>) -> Self {
        let mut world = WorldSpec::default();
        if let Some(moving) = names.0 {
            moving.move_world(&mut world);
        }
        Self { names, world, has_domains: false, has_servers: false }
    }

    fn set(&mut self, line: Line<'_>, first: Word<'_>, rest: &[Word<'_>]) -> Result<(), LineMistake> {
        let world = &mut self.world;
        match (first.text, rest) {
            ("accepts", [_, ..]) => return self.accepts(line, rest),
            ("name-servers", [_, ..]) => {
                let addresses: Result<_, _> = rest.iter().map(|address| name_server(line, *address)).collect();
                world.name_servers = addresses?;
            }
            ("observe", [until, time]) if until.text == "until" => {
                world.horizon = grammar::duration(time.text).ok_or_else(|| {
                    let wrong = mistake_at(line, *time, format!("`{}` is no duration", time.text));
                    expecting(wrong, ["90s", "26h10m", "2d1h"])
                })?;
                world.observe_until = true;
            }
            ("profile", [profile]) => {
                let found = Profile::WORDS.into_iter().find(|(word, _)| *word == profile.text);
                let (_, chosen) = found.ok_or_else(|| {
                    let wrong = mistake_at(line, *profile, format!("`{}` is no profile", profile.text));
                    expecting(wrong, Profile::WORDS.map(|(word, _)| word))
                })?;
                world.organisation.choose(chosen);
            }
            ("reverse-path", [mailbox]) => {
                let bare = if mailbox.text == "<>" { "" } else { mailbox.text };
                if let Some(fault) = self.names.mailbox_fault(bare).filter(|_| !bare.is_empty()) {
                    return Err(expecting(mistake_at(line, *mailbox, fault), RESERVED_NAMES));
                }
                world.reverse_path = bare.to_owned();
            }
            ("key", [setting]) => return world.organisation.set_key(line, *setting),
            ("site", [name]) => return world.organisation.add_site(line, *name),
            ("size-limits", [word]) if word.text == "default" => world.organisation.keeps_size_limits = true,
            ("mailbox", [mailbox, on, server]) if on.text == "on" => {
                return world.organisation.add_mailbox(line, *mailbox, *server, (&world.accepts, self.names));
            }
            ("link", [one, other, cost]) => return world.organisation.add_link(line, [*one, *other], *cost),
            ("server", [name, address, options @ ..]) => return self.server(line, *name, *address, options),
            ("subscribe", [edge, to, site, options @ ..]) if to.text == "to" => {
                return world.organisation.subscribe(line, *edge, *site, options);
            }
            (word, _) => {
                let form = FORMS.iter().find(|(known, _)| *known == word).map(|(_, form)| *form);
                let wrong = mistake_at(line, first, format!("the line does not have the form of `{word}`"));
                return Err(expecting(wrong, form));
            }
        }
        Ok(())
    }

    /// Domains, and what they are if the last word says so.
    fn accepts(&mut self, line: Line<'_>, rest: &[Word<'_>]) -> Result<(), LineMistake> {
        let kind = rest.last().and_then(|last| KINDS.into_iter().find(|(word, _)| *word == last.text));
        let domains = match (kind, rest) {
            (Some(_), [domains @ .., _]) => domains,
            _ => rest,
        };
        if !self.has_domains {
            self.world.accepts.clear();
            self.has_domains = true;
        }
        for word in domains {
            let domain = reserved_name(line, *word, self.names.may_use(word.text))?;
            if self.world.accepts.contains(&domain) {
                return Err(mistake_at(line, *word, format!("`{domain}` is accepted already")));
            }
            if let Some((_, Some(kind))) = kind {
                self.world.organisation.relays.push(RelaySpec { domain: domain.clone(), kind });
            }
            self.world.accepts.push(domain);
        }
        Ok(())
    }

    fn server(
        &mut self,
        line: Line<'_>,
        name: Word<'_>,
        address: Word<'_>,
        options: &[Word<'_>],
    ) -> Result<(), LineMistake> {
        let own_name = reserved_name(line, name, self.names.may_call_server(name.text))?;
        let own_address =
            address.text.parse().map_err(|_| mistake_at(line, address, format!("`{}` is no address", address.text)))?;
        if let Some(fault) = address_fault(own_address) {
            return Err(expecting(mistake_at(line, address, fault), DOCUMENTATION_RANGES));
        }
        if !self.has_servers {
            self.has_servers = true;
            self.world.organisation.servers.clear();
            self.world.server.clone_from(&own_name);
            self.world.address = own_address;
        }
        self.world.organisation.add_server(line, (name, own_name), (address, own_address), options)
    }
}

/// The address of a name server: the usual one's, or one of a documentation range.
fn name_server(line: Line<'_>, word: Word<'_>) -> Result<IpAddr, LineMistake> {
    match word.text.parse() {
        Ok(address) if address == RESOLVER_ADDRESS || address_fault(address).is_none() => Ok(address),
        _ => {
            let message = format!("`{}` is no address that a name server may have", word.text);
            Err(expecting(mistake_at(line, word, message), DOCUMENTATION_RANGES))
        }
    }
}

fn reserved_name(line: Line<'_>, name: Word<'_>, allowed: bool) -> Result<String, LineMistake> {
    if allowed {
        return Ok(host_name(name.text));
    }
    let message = format!("`{}` could really be mailed or dialled", name.text);
    Err(expecting(mistake_at(line, name, message), RESERVED_NAMES))
}
