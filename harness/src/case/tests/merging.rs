//! What shared and section fences make together.

use std::{net::IpAddr, time::Duration};

use mtaspec_fake_smarthost::{
    host::{CertificateKind, PropertyValue},
    rule::Tag,
};

use super::read;
use crate::case::{Case, model::HostSpec};

/// A page with these shared and section fences around a connector, a message and a claim.
fn case(shared: &str, section: &str) -> Case {
    let text = format!(
        "# T\n\n{shared}\n\n```eml to=julia@contoso.test\nSubject: x\n```\n\n## One {{#one}}\n\n{section}\n\n\
         ```expect\nMUST  julia@contoso.test is delivered [SEL-01]\n```\n"
    );
    read("cases/area/topic.md", &text).remove(0)
}

fn names(case: &Case) -> Vec<Vec<&str>> {
    case.hosts.iter().map(|host| host.names.iter().map(String::as_str).collect()).collect()
}

fn certificates(host: &HostSpec) -> Vec<(CertificateKind, Vec<String>, Option<Tag>)> {
    let specs = host.host.properties.iter().filter_map(|property| match &property.value {
        PropertyValue::Certificate(spec) => Some((spec.kind, spec.names.clone(), property.tag)),
        _ => None,
    });
    specs.collect()
}

const MX: &str = "```zone\nmx.contoso.test. A 192.0.2.11\n```";

#[test]
fn names_that_share_an_address_share_the_host_and_its_certificate() {
    let case = case(
        "```zone\nmx1.contoso.test. A 192.0.2.11\nmx2.contoso.test. A 192.0.2.12\nmx1.contoso.test. AAAA 2001:db8::11\n\
         alias.contoso.test. CNAME mx1.contoso.test.\nother.contoso.test. A 192.0.2.11\n```",
        "",
    );
    let first = ["mx1.contoso.test", "other.contoso.test", "alias.contoso.test"];
    assert_eq!(names(&case), [first.to_vec(), vec!["mx2.contoso.test"], vec!["origin"]]);
    assert_eq!(case.hosts[0].addresses.len(), 2);
    let certificate = (CertificateKind::Valid, first.map(str::to_owned).to_vec(), None);
    assert_eq!(certificates(&case.hosts[0]), [certificate]);
}

#[test]
fn an_address_with_a_fence_of_its_own_is_a_host_of_its_own() {
    let case = case(
        "```zone\nmx.contoso.test. A 192.0.2.11\nmx.contoso.test. A 192.0.2.12\n```",
        "```host 192.0.2.12\ndown (optional)\n```",
    );
    assert_eq!(names(&case), [vec!["mx.contoso.test"], vec![], vec!["origin"]]);
    assert_eq!(case.hosts[1].addresses, [IpAddr::from([192, 0, 2, 12])]);
    assert_eq!(certificates(&case.hosts[1])[0].1, ["mx.contoso.test"]);
    assert!(case.stimuli[0].optional);
}

#[test]
fn a_name_that_moves_later_leaves_its_old_host_behind() {
    let case =
        case("```zone\nmx.contoso.test. A 192.0.2.11\n```\n\n```zone at=1h\nmx.contoso.test. A 192.0.2.12\n```", "");
    assert_eq!(names(&case), [vec!["mx.contoso.test"], vec![], vec!["origin"]]);
    let times: Vec<Duration> = case.zones.iter().map(|set| set.at).collect();
    assert_eq!(times, [Duration::ZERO, Duration::from_secs(3600)]);
}

#[test]
fn a_property_of_the_section_replaces_shared_lines_with_the_same_word() {
    let case = case(
        &format!("{MX}\n\n```host mx.contoso.test\ncertificate expired for mx.contoso.test\nwithholds DSN\n```"),
        "```host mx.contoso.test\ncertificate self-signed for mx.contoso.test\n```",
    );
    let kinds: Vec<_> = certificates(&case.hosts[0]).into_iter().map(|(kind, _, tag)| (kind, tag)).collect();
    assert_eq!(kinds, [(CertificateKind::Valid, None), (CertificateKind::SelfSigned, Some(Tag(0)))]);
    assert_eq!(case.hosts[0].host.properties.len(), 3, "the shared line with another word stays");
}

#[test]
fn rules_of_the_section_are_tried_first_and_each_is_a_stimulus() {
    let case = case(
        &format!(
            "{MX}\n\n```host mx.contoso.test\nRCPT -> 450 4.2.1 shared\n```\n\n```dns\nMX a.test -> SERVFAIL\n```"
        ),
        "```host mx.contoso.test\nRCPT -> 550 5.1.1 own\n```\n\n```dns\nA  a.test -> drop (optional)\n```",
    );
    let texts: Vec<&str> = case.stimuli.iter().map(|stimulus| stimulus.text.as_str()).collect();
    assert_eq!(
        texts,
        ["RCPT -> 550 5.1.1 own", "RCPT -> 450 4.2.1 shared", "A a.test -> drop (optional)", "MX a.test -> SERVFAIL"]
    );
    let tags: Vec<_> = case.hosts[0].host.rules.iter().map(|rule| rule.tag).collect();
    assert_eq!(tags, [Some(Tag(0)), Some(Tag(1))]);
    let faults: Vec<_> = case.dns_faults.iter().map(|fault| fault.tag.map(|tag| tag.0)).collect();
    assert_eq!(faults, [Some(2), Some(3)]);
    assert!(case.stimuli[2].optional);
}

#[test]
fn a_dialogue_of_the_section_takes_the_place_of_the_shared_one_for_the_same_connection() {
    let case = case(
        &format!(
            "{MX}\n\n```dialogue mx.contoso.test\nC: EHLO\n```\n\n\
             ```dialogue mx.contoso.test connection 2\nC: MAIL\n```"
        ),
        "```dialogue mx.contoso.test\nC: RCPT\nS: 450 4.2.1 Later\n```",
    );
    let scripts = &case.hosts[0].host.scripts;
    let connections: Vec<_> = scripts.iter().map(|script| (script.connection, script.steps.len())).collect();
    assert_eq!(connections, [(None, 2), (Some(2), 1)]);
    assert_eq!(case.stimuli[0].text, "dialogue mx.contoso.test");
}

#[test]
fn lines_of_the_world_are_replaced_by_their_first_word() {
    let case = case(
        &format!("{MX}\n\n```world\nobserve until 1h\nserver out.sender.test 192.0.2.9\n```"),
        "```world\nobserve until 2h\n```",
    );
    assert_eq!((case.world.horizon, case.world.observe_until), (Duration::from_secs(7200), true));
    assert_eq!(case.world.server, "out.sender.test");
}

#[test]
fn what_is_asked_about_notifications_is_for_the_recipients_of_the_to_before_it() {
    let eml = "```eml ret=HDRS to=a@b.test,c@b.test notify=NEVER to=d@b.test orcpt=rfc822;e+2Bf@b.test envid=Q+2B1 \
        to=g@b.test\n```";
    let case = case("", eml);
    let message = case.messages.last().expect("a message");
    assert_eq!(message.recipients, ["a@b.test", "c@b.test", "d@b.test", "g@b.test"]);
    assert_eq!(message.dsn.of_mail(), ["RET=HDRS", "ENVID=Q+2B1"]);
    let asked: Vec<Vec<String>> = (0..4).map(|at| message.dsn.of_rcpt(at)).collect();
    assert_eq!(asked, [vec!["NOTIFY=NEVER"], vec!["NOTIFY=NEVER"], vec!["ORCPT=rfc822;e+2Bf@b.test"], vec![]]);
    assert_eq!(message.dsn.in_words(), "RET=HDRS ENVID=Q+2B1 NOTIFY=NEVER ORCPT=rfc822;e+2Bf@b.test");
}
