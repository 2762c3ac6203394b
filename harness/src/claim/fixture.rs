//! Cases for tests: the hosts `mx.test`, `backup.test` and `origin`, and whatever messages and claims are given.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use mtaspec_fake_smarthost::Host;

use super::ast::{Body, Claim, Fate, Level, Outcome, Pattern, Qualifier, Seen, Subject, Thing};
use crate::case::{
    Case,
    model::{HostSpec, MessageSpec, Stimulus, Via, WorldSpec},
};

pub(crate) fn case(messages: &[(&str, &[&str], u32)], claims: Vec<Claim>) -> Case {
    Case {
        id: "area/topic#case".to_owned(),
        title: "A case".to_owned(),
        file: PathBuf::from("cases/area/topic.md"),
        line: 7,
        section_text: String::new(),
        world: WorldSpec::default(),
        zones: Vec::new(),
        dns_faults: Vec::new(),
        name_servers: Vec::new(),
        hosts: vec![host("mx.test", 11), host("backup.test", 12), host("origin", 2)],
        shell: Vec::new(),
        commands: Vec::new(),
        messages: messages.iter().map(|(name, recipients, times)| message(name, recipients, *times)).collect(),
        claims,
        stimuli: Vec::new(),
    }
}

pub(crate) fn host(name: &str, last: u8) -> HostSpec {
    let host = Host { name: name.to_owned(), properties: Vec::new(), rules: Vec::new(), scripts: Vec::new() };
    HostSpec {
        names: vec![name.to_owned()],
        addresses: vec![IpAddr::from([192, 0, 2, last])],
        host,
        port: 25,
        further_ports: Vec::new(),
    }
}

fn message(name: &str, recipients: &[&str], times: u32) -> MessageSpec {
    MessageSpec {
        name: name.to_owned(),
        reverse_path: "sender@sender.test".to_owned(),
        recipients: recipients.iter().map(|&recipient| recipient.to_owned()).collect(),
        at: Duration::ZERO,
        times,
        every: Duration::ZERO,
        via: Via::Submission,
        dsn: crate::case::dsn::Dsn::default(),
        content: Vec::new(),
    }
}

pub(crate) fn stimulus(text: &str) -> Stimulus {
    Stimulus { text: text.to_owned(), line: 12, optional: false }
}

pub(crate) fn claim(level: Level, body: Body, ids: &[&str]) -> Claim {
    Claim {
        level,
        when: None,
        body,
        ids: ids.iter().map(|&id| id.to_owned()).collect(),
        text: "the claim".to_owned(),
        line: 30,
    }
}

pub(crate) fn must(body: Body) -> Claim {
    claim(Level::Must, body, &["R5321-1"])
}

pub(crate) fn sees(host: &str, thing: Thing, qualifiers: &[Qualifier]) -> Body {
    Body::Seen(seen(host, thing, qualifiers))
}

pub(crate) fn seen(host: &str, thing: Thing, qualifiers: &[Qualifier]) -> Seen {
    let subject = match host {
        "any host" => Subject::AnyHost,
        "dns" => Subject::Dns { server: None },
        name => Subject::Host(name.to_owned()),
    };
    Seen { subject, never: false, thing, qualifiers: qualifiers.to_vec() }
}

pub(crate) fn never(host: &str, thing: Thing, qualifiers: &[Qualifier]) -> Body {
    Body::Seen(Seen { never: true, ..seen(host, thing, qualifiers) })
}

pub(crate) fn fate(recipient: Option<&str>, outcome: Outcome, qualifiers: &[Qualifier]) -> Body {
    let recipient = recipient.map(str::to_owned);
    Body::Fate(Fate { recipient, message: None, outcome, qualifiers: qualifiers.to_vec() })
}

pub(crate) fn command(verb: &str) -> Thing {
    Thing::Command { verb: verb.to_owned(), argument: None }
}

pub(crate) fn command_with(verb: &str, argument: &str) -> Thing {
    Thing::Command { verb: verb.to_owned(), argument: Some(pattern(argument)) }
}

pub(crate) fn pattern(text: &str) -> Pattern {
    Pattern { pieces: text.split('*').map(|piece| piece.as_bytes().to_vec()).collect() }
}
