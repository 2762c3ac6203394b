//! The `world` fence: the judged server, its domains, and how long it is watched.

use std::net::IpAddr;

use super::{
    Line, LineMistake, grammar,
    model::{RESOLVER_ADDRESS, WorldSpec},
    names::{DOCUMENTATION_RANGES, RESERVED_NAMES, address_fault, host_name, is_reserved_name, mailbox_fault},
    words::{Word, expecting, mistake_at, nearest, words},
};

/// The words that a line of a `world` fence begins with.
const WORDS: [&str; 5] = ["accepts", "name-servers", "observe", "reverse-path", "server"];
/// Words of the format that this version knows and does not understand yet.
const LATER_WORDS: [&str; 4] = ["link", "profile", "site", "subscribe"];

/// Puts what the lines say in place of the defaults.
pub(super) fn read(lines: &[(u32, String)], mistakes: &mut Vec<LineMistake>) -> WorldSpec {
    let mut world = WorldSpec::default();
    let mut seen: Vec<String> = Vec::new();
    for (number, text) in lines {
        let line = Line { text, number: *number };
        let all = words(text);
        let Some((first, rest)) = all.split_first() else { continue };
        if seen.iter().any(|word| word == first.text) {
            mistakes.push(mistake_at(line, *first, format!("a second line begins with `{}`", first.text)));
            continue;
        }
        seen.push(first.text.to_owned());
        if let Err(wrong) = set(&mut world, line, *first, rest) {
            mistakes.push(wrong);
        }
    }
    world
}

fn set(world: &mut WorldSpec, line: Line<'_>, first: Word<'_>, rest: &[Word<'_>]) -> Result<(), LineMistake> {
    match (first.text, rest) {
        ("accepts", [_, ..]) => {
            let domains: Result<_, _> = rest.iter().map(|domain| reserved_name(line, *domain)).collect();
            world.accepts = domains?;
        }
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
        ("reverse-path", [mailbox]) => {
            let bare = if mailbox.text == "<>" { "" } else { mailbox.text };
            if let Some(fault) = mailbox_fault(bare).filter(|_| !bare.is_empty()) {
                return Err(expecting(mistake_at(line, *mailbox, fault), RESERVED_NAMES));
            }
            world.reverse_path = bare.to_owned();
        }
        ("server", [name, address]) => {
            world.server = reserved_name(line, *name)?;
            world.address = address
                .text
                .parse()
                .map_err(|_| mistake_at(line, *address, format!("`{}` is no address", address.text)))?;
            if let Some(fault) = address_fault(world.address) {
                return Err(expecting(mistake_at(line, *address, fault), DOCUMENTATION_RANGES));
            }
        }
        (word, _) => return Err(wrong_line(line, first, word)),
    }
    Ok(())
}

fn wrong_line(line: Line<'_>, first: Word<'_>, word: &str) -> LineMistake {
    let form = match word {
        "accepts" => "accepts DOMAIN...",
        "name-servers" => "name-servers ADDRESS...",
        "observe" => "observe until DURATION",
        "reverse-path" => "reverse-path MAILBOX",
        "server" => "server NAME ADDRESS",
        _ if LATER_WORDS.contains(&word) => {
            let message = format!("`{word}` is not understood by this version");
            return expecting(mistake_at(line, first, message), WORDS);
        }
        _ => {
            let message = format!("no line of a world begins with `{word}`");
            return expecting(mistake_at(line, first, message), nearest(word, WORDS));
        }
    };
    expecting(mistake_at(line, first, format!("the line does not have the form of `{word}`")), [form])
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

fn reserved_name(line: Line<'_>, name: Word<'_>) -> Result<String, LineMistake> {
    if is_reserved_name(name.text) {
        return Ok(host_name(name.text));
    }
    let message = format!("`{}` could really be mailed or dialled", name.text);
    Err(expecting(mistake_at(line, name, message), RESERVED_NAMES))
}
