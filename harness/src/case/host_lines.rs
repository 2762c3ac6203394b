//! The `host` and `dialogue` fences of a case, put onto its hosts.

use std::net::IpAddr;

use mtaspec_fake_smarthost::{
    host::{Posture, Property, PropertyValue},
    rule::Tag,
};

use super::{
    Line,
    fence::Head,
    grammar::{self, host::HostLine},
    hosts::Hosts,
    names::is_documentation_address,
    section::{Place, Reader},
    words::{first_word, mistake, mistake_of, span_of},
};

/// The words that a property begins with: one of the section replaces shared lines with the same word.
const PROPERTY_WORDS: [&str; 9] =
    ["auth", "certificate", "client-certificate", "down", "offers", "port", "takes-from", "tls", "withholds"];

/// Puts fences onto hosts.
pub(super) struct HostFences<'h> {
    pub(super) hosts: &'h mut Hosts,
}

impl HostFences<'_> {
    /// Reads all of them.
    pub(super) fn read(mut self, reader: &mut Reader<'_, '_>) {
        let called = self.check_names(reader);
        for at in 0..self.hosts.all.len() {
            let is_mine = |head: &Head| match head {
                Head::Host { host } => called.iter().any(|(name, host_at)| name == host && *host_at == at),
                _ => false,
            };
            let own = reader.lines(Place::Section, is_mine);
            let mut shared = reader.lines(Place::Shared, is_mine);
            shared.retain(|line| {
                let word = first_word(line.text);
                !PROPERTY_WORDS.contains(&word) || !own.iter().any(|own| first_word(own.text) == word)
            });
            // Rules of the section are tried first; its properties win because they come last.
            let shared = reader.fill(&shared);
            let own = reader.fill(&own);
            self.lines(reader, at, &own, Kind::Rules);
            self.lines(reader, at, &shared, Kind::All);
            self.lines(reader, at, &own, Kind::Properties);
        }
        self.dialogues(reader, &called);
    }

    /// The hosts that fences name; a name that no host has is a mistake.
    fn check_names(&self, reader: &mut Reader<'_, '_>) -> Vec<(String, usize)> {
        let mut called = Vec::new();
        let named: Vec<(Line<'_>, String)> = reader
            .fences
            .iter()
            .filter_map(|placed| match &placed.head {
                Head::Host { host } | Head::Dialogue { host, .. } => Some((placed.fence.head, host.clone())),
                _ => None,
            })
            .collect();
        for (line, name) in named {
            match self.hosts.position(&name) {
                Some(at) => called.push((name, at)),
                None => reader.unknown_host(line, &name, self.hosts),
            }
        }
        called
    }

    fn lines(&mut self, reader: &mut Reader<'_, '_>, at: usize, lines: &[(u32, String)], kind: Kind) {
        for (number, text) in lines {
            let is_property = PROPERTY_WORDS.contains(&first_word(text));
            let skipped = match kind {
                Kind::All => false,
                Kind::Properties => !is_property,
                Kind::Rules => is_property,
            };
            if skipped || text.trim().is_empty() {
                continue;
            }
            let line = Line { text, number: *number };
            match grammar::host::parse(line) {
                Ok(HostLine::Port(port)) => {
                    self.hosts.all[at].port = port;
                    self.hosts.all[at].further_ports.clear();
                }
                Ok(HostLine::Property { properties, .. }) => {
                    for property in properties {
                        self.property(reader, at, line, property);
                    }
                }
                Ok(HostLine::Rule(mut rule)) => {
                    rule.tag = Some(Tag(reader.stimulus(text, *number, rule.conditions.optional)));
                    self.hosts.all[at].host.rules.push(rule);
                }
                Err(wrong) => reader.mistakes.push(wrong),
            }
        }
    }

    fn property(&mut self, reader: &mut Reader<'_, '_>, at: usize, line: Line<'_>, mut property: Property) {
        let is_stimulus = matches!(
            property.value,
            PropertyValue::Certificate(_) | PropertyValue::ClientCertificate(_) | PropertyValue::Down
        );
        if is_stimulus {
            property.tag = Some(Tag(reader.stimulus(line.text, line.number, property.conditions.optional)));
        }
        let taken_from = match &property.value {
            PropertyValue::Auth(Posture::ExternalAuthoritative(addresses)) => addresses.as_slice(),
            PropertyValue::TakesFrom(addresses) => addresses,
            _ => &[],
        };
        check_addresses(reader, line, taken_from);
        self.hosts.all[at].host.properties.push(property);
    }

    /// A dialogue of the section takes the place of the shared one for the same connection.
    fn dialogues(&mut self, reader: &mut Reader<'_, '_>, called: &[(String, usize)]) {
        let mut taken: Vec<(usize, Option<u32>, Place)> = Vec::new();
        for place in [Place::Section, Place::Shared] {
            for index in 0..reader.fences.len() {
                let Head::Dialogue { host, connection } = reader.fences[index].head.clone() else { continue };
                let found = called.iter().find(|(name, _)| *name == host);
                let (true, Some((_, at))) = (reader.fences[index].place == place, found) else { continue };
                let fence = reader.fences[index].fence;
                if let Some((_, _, other)) = taken.iter().find(|(host, over, _)| host == at && *over == connection) {
                    if *other == place {
                        let message = "a second dialogue is for the same host and connection";
                        reader.mistakes.push(mistake_of(fence.head, message));
                    }
                    continue;
                }
                taken.push((*at, connection, place));
                let filled = reader.fill(&fence.lines);
                let lines: Vec<Line<'_>> = filled.iter().map(|(number, text)| Line { text, number: *number }).collect();
                match grammar::dialogue::parse(&lines, connection) {
                    Ok(mut script) => {
                        let text = fence.head.text.trim().trim_start_matches('`');
                        script.tag = Some(Tag(reader.stimulus(text, fence.head.number, false)));
                        self.hosts.all[*at].host.scripts.push(script);
                    }
                    Err(wrong) => reader.mistakes.extend(wrong),
                }
            }
        }
    }
}

/// Which lines of a fence are read.
#[derive(Clone, Copy)]
enum Kind {
    All,
    Properties,
    Rules,
}

fn check_addresses(reader: &mut Reader<'_, '_>, line: Line<'_>, addresses: &[IpAddr]) {
    for address in addresses.iter().filter(|address| !is_documentation_address(**address)) {
        let span = span_of(line.text, &address.to_string());
        reader.mistakes.push(mistake(line, span, format!("`{address}` could really be dialled")));
    }
}
