//! A case of a section: shared and section fences, merged, filled in, read and resolved.

use std::{collections::BTreeSet, net::IpAddr, path::Path};

use mtaspec_fake_dns::rule as dns;

use super::{
    Case, Line, LineMistake,
    catalogue::Catalogue,
    claims,
    fence::{self, Head},
    grammar,
    host_lines::HostFences,
    hosts::Hosts,
    markdown::{Fence, Part, Section},
    message,
    model::{MessageSpec, ShellText, Stimulus, WorldSpec},
    name_servers::{self, NameServers},
    names::Names,
    shell::{self, Sheet},
    variants::Variant,
    words::{expecting, first_word, mistake, mistake_of, nearest, span_of},
    world,
    zones::{self, Timed},
};
use crate::claim::ast::Claim;

/// Where a fence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first section.
    Shared,
    /// In the section.
    Section,
}

/// A fence whose info string is read.
pub(super) struct Placed<'a, 'p> {
    pub(super) place: Place,
    pub(super) head: Head,
    pub(super) fence: &'a Fence<'p>,
}

/// What all cases of a page have in common.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) file: &'a Path,
    /// `area/topic`
    pub(super) page_id: &'a str,
    pub(super) shared: &'a Part<'a>,
    pub(super) catalogue: Catalogue<'a>,
    /// Which names it may use.
    pub(super) names: Names<'a>,
}

/// The id of a case: `area/topic#short-id`, and `/variant` behind it where there is one.
pub(super) fn id(page_id: &str, section: &Section<'_>, variant: &Variant) -> String {
    match &variant.name {
        Some(name) => format!("{page_id}#{}/{name}", section.id),
        None => format!("{page_id}#{}", section.id),
    }
}

/// Reads one case; its mistakes point at the lines with their cells filled in.
pub(super) fn case(
    context: Context<'_>,
    section: &Section<'_>,
    variant: &mut Variant,
    mistakes: &mut Vec<LineMistake>,
) -> Case {
    let id = id(context.page_id, section, variant);
    let mut reader = Reader { fences: Vec::new(), variant, names: context.names, mistakes, stimuli: Vec::new() };
    reader.heads(context.shared, Place::Shared);
    reader.heads(&section.part, Place::Section);
    let world = reader.world();
    let mut servers = NameServers::default();
    reader.zones(&world, &mut servers);
    servers.add_hosts_of(&world.organisation);
    let hosts = reader.hosts(&servers.records(), &world);
    reader.dns_faults(&world, &mut servers);
    let name_servers = servers.others(&world);
    let sheets = reader.sheets(&world);
    let messages = reader.messages(&world, &sheets);
    let claims = reader.claims();
    let commands = {
        let own: Vec<Claim> = claims.iter().map(|(claim, _)| claim.clone()).collect();
        shell::check(&sheets, &world, &own, context.names, reader.mistakes)
    };
    if claims.is_empty() && !reader.has_expect() {
        reader.mistakes.push(mistake_of(section.heading, "the case claims nothing: it has no `expect` fence"));
    }
    let named = claims::Named {
        world: &world,
        name_servers: &name_servers,
        hosts: &hosts,
        messages: &messages,
        commands: &commands,
        catalogue: context.catalogue,
    };
    for (claim, text) in &claims {
        named.check(claim, Line { text, number: claim.line }, reader.mistakes);
    }
    Case {
        id,
        title: section.title.to_owned(),
        file: context.file.to_owned(),
        line: section.heading.number,
        section_text: section.text.to_owned(),
        zones: zones::sets(&servers.usual_records()),
        world,
        dns_faults: servers.usual_faults(),
        name_servers,
        hosts: hosts.all,
        shell: sheets.into_iter().map(|sheet| sheet.text).collect(),
        commands,
        messages,
        claims: claims.into_iter().map(|(claim, _)| claim).collect(),
        stimuli: reader.stimuli,
    }
}

/// The fences of one case while they are read.
pub(super) struct Reader<'a, 'p> {
    pub(super) fences: Vec<Placed<'a, 'p>>,
    pub(super) variant: &'a mut Variant,
    names: Names<'a>,
    pub(super) mistakes: &'a mut Vec<LineMistake>,
    pub(super) stimuli: Vec<Stimulus>,
}

impl<'a, 'p> Reader<'a, 'p> {
    fn heads(&mut self, part: &'a Part<'p>, place: Place) {
        for fence in &part.fences {
            let text = self.names.moved(self.variant.fill(fence.head));
            match fence::head(Line { text: &text, number: fence.head.number }, fence.info_start, self.names) {
                Ok(head) => self.fences.push(Placed { place, head, fence }),
                Err(wrong) => self.mistakes.push(wrong),
            }
        }
    }

    /// Lines with their cells filled in, and their numbers.
    pub(super) fn fill(&mut self, lines: &[Line<'_>]) -> Vec<(u32, String)> {
        lines.iter().map(|line| (line.number, self.names.moved(self.variant.fill(*line)))).collect()
    }

    /// The fences that `wanted` picks, those of one place, in page order.
    pub(super) fn lines(&self, place: Place, wanted: impl Fn(&Head) -> bool) -> Vec<Line<'p>> {
        let fences = self.fences.iter().filter(|placed| placed.place == place && wanted(&placed.head));
        fences.flat_map(|placed| placed.fence.lines.iter().copied()).collect()
    }

    fn world(&mut self) -> WorldSpec {
        let is_world = |head: &Head| *head == Head::World;
        let own = self.lines(Place::Section, is_world);
        let mut lines = self.lines(Place::Shared, is_world);
        lines.retain(|line| !own.iter().any(|own| first_word(own.text) == first_word(line.text)));
        lines.extend(own);
        let filled = self.fill(&lines);
        world::read(&filled, self.names, self.mistakes)
    }

    fn zones(&mut self, world: &WorldSpec, servers: &mut NameServers) {
        for at in 0..self.fences.len() {
            let Head::Zone { server, at: time } = self.fences[at].head.clone() else { continue };
            let fence = self.fences[at].fence;
            let Some(server) = self.whose(fence, server.as_deref(), world) else { continue };
            let lines = self.fill(&fence.lines);
            let records = zones::read(&lines, time, self.names, self.mistakes);
            servers.add_records(server, records);
        }
    }

    /// Which name server a fence is of.
    fn whose(&mut self, fence: &Fence<'_>, called: Option<&str>, world: &WorldSpec) -> Option<IpAddr> {
        let text = self.names.moved(self.variant.fill(fence.head));
        name_servers::whose(Line { text: &text, number: fence.head.number }, called, world)
            .map_err(|wrong| self.mistakes.push(wrong))
            .ok()
    }

    fn hosts(&mut self, records: &[Timed], world: &WorldSpec) -> Hosts {
        let alone: Vec<IpAddr> = self
            .fences
            .iter()
            .filter_map(|placed| match &placed.head {
                Head::Host { host } | Head::Dialogue { host, .. } => host.parse().ok(),
                _ => None,
            })
            .collect();
        let mut hosts = Hosts::of(records, &alone);
        hosts.employ(&world.organisation);
        HostFences { hosts: &mut hosts }.read(self);
        hosts
    }

    fn dns_faults(&mut self, world: &WorldSpec, servers: &mut NameServers) {
        for place in [Place::Section, Place::Shared] {
            for at in 0..self.fences.len() {
                let Head::Dns { server } = self.fences[at].head.clone() else { continue };
                if self.fences[at].place != place {
                    continue;
                }
                let fence = self.fences[at].fence;
                let Some(server) = self.whose(fence, server.as_deref(), world) else { continue };
                for (number, text) in self.fill(&fence.lines) {
                    if text.trim().is_empty() {
                        continue;
                    }
                    match grammar::dns::parse(Line { text: &text, number }) {
                        Ok(mut fault) => {
                            let tag = self.stimulus(&text, number, fault.conditions.optional);
                            fault.tag = Some(dns::Tag(tag));
                            servers.add_fault(server, fault);
                        }
                        Err(wrong) => self.mistakes.push(wrong),
                    }
                }
            }
        }
    }

    /// Notes something that must fire; returns its number.
    pub(super) fn stimulus(&mut self, text: &str, line: u32, optional: bool) -> u32 {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.stimuli.push(Stimulus { text, line, optional });
        u32::try_from(self.stimuli.len() - 1).unwrap_or(u32::MAX)
    }

    fn sheets(&mut self, world: &WorldSpec) -> Vec<Sheet> {
        let mut sheets = Vec::new();
        for at in 0..self.fences.len() {
            let Head::Powershell { at: time, seed, origin, on } = self.fences[at].head.clone() else { continue };
            let fence = self.fences[at].fence;
            if let Some(server) = on.as_deref().filter(|server| world.organisation.server(server).is_none()) {
                let span = span_of(fence.head.text, server);
                let wrong = mistake(fence.head, span, format!("no server of the world is called `{server}`"));
                let known = world.organisation.servers.iter().map(|server| server.name.as_str());
                self.mistakes.push(expecting(wrong, nearest(server, known)));
            }
            let lines = self.fill(&fence.lines);
            let text: String = lines.iter().flat_map(|(_, text)| [text.as_str(), "\n"]).collect();
            sheets.push(Sheet { text: ShellText { at: time, text, line: fence.head.number + 1, origin, on }, seed });
        }
        // A stable sort: texts of one time are run in page order, shared ones first.
        sheets.sort_by_key(|sheet| sheet.text.at);
        sheets
    }

    fn messages(&mut self, world: &WorldSpec, sheets: &[Sheet]) -> Vec<MessageSpec> {
        let mut messages: Vec<MessageSpec> = Vec::new();
        let mut names = BTreeSet::new();
        for at in 0..self.fences.len() {
            let Head::Eml(envelope) = self.fences[at].head.clone() else { continue };
            let fence = self.fences[at].fence;
            if sheets.iter().any(|sheet| sheet.seed) {
                let message = "a case with `powershell seed` has no message: its names are real";
                self.mistakes.push(mistake_of(fence.head, message));
            }
            let lines = self.fill(&fence.lines);
            let content = match envelope.octets {
                true => message::octets(&lines, self.mistakes),
                false => message::text(&lines, self.mistakes),
            };
            let message = envelope.message(messages.len() + 1, &world.reverse_path, content);
            if !names.insert(message.name.clone()) {
                let text = format!("a second message is called `{}`", message.name);
                self.mistakes.push(mistake(fence.head, span_of(fence.head.text, &message.name), text));
            }
            messages.push(message);
        }
        messages
    }

    fn has_expect(&self) -> bool {
        self.fences.iter().any(|placed| placed.place == Place::Section && placed.head == Head::Expect)
    }

    /// The claims, each with its line as it was read.
    fn claims(&mut self) -> Vec<(Claim, String)> {
        for placed in self.fences.iter().filter(|placed| placed.place == Place::Shared && placed.head == Head::Expect) {
            let message = "claims stand in a section, and this fence stands before the first";
            self.mistakes.push(mistake_of(placed.fence.head, message));
        }
        let lines = self.lines(Place::Section, |head| *head == Head::Expect);
        let mut claims = Vec::new();
        for (number, text) in self.fill(&lines) {
            if text.trim().is_empty() {
                continue;
            }
            match grammar::expect::parse(Line { text: &text, number }) {
                Ok(claim) => claims.push((claim, text)),
                Err(wrong) => self.mistakes.push(wrong),
            }
        }
        claims
    }

    /// A host that no zone names.
    pub(super) fn unknown_host(&mut self, line: Line<'_>, called: &str, hosts: &Hosts) {
        let known = hosts.nearest(called);
        let wrong = mistake(line, span_of(line.text, called), format!("no host is called `{called}`"));
        self.mistakes.push(expecting(wrong, nearest(called, known.iter().map(String::as_str))));
    }
}
