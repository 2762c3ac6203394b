//! Pages of the format's own, and pages with mistakes.

use std::path::Path;

use super::{Catalogue, IdKind, Strength, diagnostic, page};
use crate::case::{
    Case,
    model::{ORIGIN_ADDRESS, Piece},
};

/// Ids under `R` and `AMB` are SHOULD, `SF` are faults, `X` is nothing, all others are MUST.
fn catalogue(id: &str) -> Option<IdKind> {
    match id {
        _ if id.starts_with('X') => None,
        _ if id.starts_with("SF-") => Some(IdKind::Fault),
        _ if id.starts_with("AMB-") => Some(IdKind::Requirement(Strength::Should)),
        _ => Some(IdKind::Requirement(Strength::Must)),
    }
}

#[track_caller]
fn read(file: &str, text: &str) -> Vec<Case> {
    let known: Catalogue<'_> = &catalogue;
    match page::read(Path::new(file), text.as_bytes(), known) {
        Ok(cases) => cases,
        Err(mistakes) => panic!("{}", diagnostic::render(&mistakes, text.as_bytes())),
    }
}

fn ids(cases: &[Case]) -> Vec<&str> {
    cases.iter().map(|case| case.id.as_str()).collect()
}

#[test]
fn every_page_of_the_design_is_read() {
    let pages = [
        ("cases/routing/equal-connectors.md", include_str!("fixtures/equal-connectors.md")),
        ("cases/starttls/injected-words.md", include_str!("fixtures/injected-words.md")),
        ("cases/headers/header-firewall.md", include_str!("fixtures/header-firewall.md")),
        ("cases/failures/too-many-recipients.md", include_str!("fixtures/too-many-recipients.md")),
        ("cases/dns/name-server-ill.md", include_str!("fixtures/name-server-ill.md")),
        ("cases/auth/certificates.md", include_str!("fixtures/certificates.md")),
    ];
    for (file, text) in pages {
        let cases = read(file, text);
        let headings = page::headings(Path::new(file), text.as_bytes());
        let quick: Vec<&str> = headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids(&cases), quick, "the quick look at a page finds the same cases");
    }
}

#[test]
fn a_case_is_resolved() {
    let cases = read("cases/routing/equal-connectors.md", include_str!("fixtures/equal-connectors.md"));
    assert_eq!(ids(&cases), ["routing/equal-connectors#tie", "routing/equal-connectors#tie-control"]);
    let tie = &cases[0];
    assert_eq!(tie.title, "Cost first, then the lowest name, and never both");
    assert_eq!((tie.line, tie.shell.len(), tie.claims.len()), (18, 1, 4));
    assert!(tie.section_text.starts_with("## Cost first") && tie.section_text.ends_with("```"));
    assert_eq!(tie.zones[0].records[0], "alpha.relay.test. 60 IN A 192.0.2.11");
    let names: Vec<&str> = tie.hosts.iter().map(|host| host.host.name.as_str()).collect();
    assert_eq!(names, ["alpha.relay.test", "beta.relay.test", "gamma.relay.test", "origin"]);
    assert_eq!(tie.hosts[3].addresses, [ORIGIN_ADDRESS]);
    let message = &tie.messages[0];
    assert_eq!((message.name.as_str(), message.times, message.reverse_path.as_str()), ("1", 20, "sender@sender.test"));
    assert_eq!(message.content, [Piece::Octets(b"Subject: launch\r\n\r\nHello.\r\n".to_vec())]);
    let control = &cases[1];
    assert_eq!(control.shell[1].text, "Set-SendConnector Birch -Enabled $false\n");
    assert_eq!(control.shell[1].line, 38);
}

/// A page with one case that is right; `extra` stands at line 15, before the section's own fences.
fn page_with(extra: &str) -> String {
    format!(
        "# T\n\n```zone\nmx1.contoso.test. A 192.0.2.11\n```\n\n```powershell\n\
         New-SendConnector -Name A -AddressSpaces * -Internet\n```\n\n```eml to=julia@contoso.test\nSubject: x\n```\n\n\
         ## One {{#one}}\n\n{extra}\n\n```expect\nMUST  julia@contoso.test is delivered [SEL-01]\n```\n"
    )
}

#[track_caller]
fn mistakes(text: &[u8]) -> Vec<String> {
    let found = page::read(Path::new("cases/area/topic.md"), text, &catalogue).err().unwrap_or_default();
    found.iter().map(|wrong| format!("{}:{} {}", wrong.line, wrong.span.start + 1, wrong.message)).collect()
}

#[test]
fn each_mistake_points_at_its_word() {
    assert_eq!(mistakes(page_with("").as_bytes()), [""; 0], "the page is right by itself");
    let table: &[(&str, &[&str])] = &[
        ("```expct\n```", &["17:4 no fence is called `expct`"]),
        ("```zone\n", &["17:1 a fence is not closed"]),
        ("```zone\nmx2.contoso.test. A 192.0.2\n```", &["18:21 data of the A record cannot be read"]),
        ("```zone\nmx2.contoso.com. A 192.0.2.12\n```", &["18:1 `mx2.contoso.com` could really be mailed or dialled"]),
        ("```zone\nmx2.contoso.test. A 10.0.0.1\n```", &["18:21 `10.0.0.1` could really be dialled"]),
        ("```zone\nmx2.contoso.test. A 192.0.2.53\n```", &["18:21 `192.0.2.53` is the address of the name server"]),
        ("```zone\ncontoso.test. MX 10 mx.real.org.\n```", &["18:21 `mx.real.org` could really"]),
        ("```zone mx9\n```", &["17:9 no server of the world is called `mx9`"]),
        ("```zone at=5\n```", &["17:12 `5` is no duration"]),
        ("```host mx2.contoso.test\n```", &["17:9 no host is called `mx2.contoso.test`"]),
        ("```world\nprofile e2013\n```", &["18:1 `profile` is not understood by this version"]),
        ("```world\nobserve for 1h\n```", &["18:1 the line does not have the form of `observe`"]),
        ("```world\nserver mta.test 192.0.2.2\n```", &["18:17 `192.0.2.2` is the address of the built-in host"]),
        ("```world\nobserve until 1h\nobserve until 2h\n```", &["19:1 a second line begins with `observe`"]),
        ("```eml\n```", &["17:4 a message has recipients"]),
        ("```eml to=a@contoso.com\n```", &["17:11 `contoso.com` could really be mailed"]),
        ("```eml to=r{9..1}@contoso.test\n```", &["17:11 a range counts upwards"]),
        ("```eml to=a@b.test via=smtp\n```", &["17:24 a message does not come in via `smtp`"]),
        ("```eml a b to=a@b.test\n```", &["17:10 `b` cannot stand here"]),
        ("```eml 1 to=a@b.test\n```", &["17:8 a second message is called `1`"]),
        ("```eml octets to=a@b.test\nA: \\q\n```", &["18:4 `\\q` is no escape"]),
        ("```powershell\nSet-SendConnector A -SmartHosts mx.real.com\n```", &["18:33 `mx.real.com` could really"]),
        ("```powershell seed\n```", &["11:1 a case with `powershell seed` has no message"]),
        ("## Two\n", &["15:1 the case claims nothing", "17:1 a heading of a case ends in its id"]),
        ("## Two {#one}\n", &["15:1 the case claims nothing", "17:10 a second case of the page is called `one`"]),
        ("| variant | kind |\n|---|---|\n| a | b |\n", &["17:13 nothing uses the column: no fence has `{kind}`"]),
        ("| variant |\n|---|\n| a | b |\n", &["19:1 the row has 2 cells, the table 1 columns"]),
        ("| variant |\n|---|\n| a |\n| a |\n", &["20:3 a second variant is called `a`"]),
        ("| variant |\n|---|\n| a |\n\n```zone\n{name} A 192.0.2.9\n```", &["22:1 the table has no column `name`"]),
        ("```expect\nMUST mx9.contoso.test sees EHLO [SEL-01]\n```", &["18:6 no host is called `mx9.contoso.test`"]),
        ("```expect\nMUST jim@contoso.test fails [SEL-01]\n```", &["18:6 no message is for `jim@contoso.test`"]),
        ("```expect\nMUST every recipient of m1 fails [SEL-01]\n```", &["18:25 no message is called `m1`"]),
        ("```expect\nMUST julia@contoso.test fails [XYZ-1]\n```", &["18:32 no requirement and no fault is called"]),
        ("```expect\nMUST julia@contoso.test fails [SF-STL-01]\n```", &["18:31 "]),
        ("```expect\nMUST julia@contoso.test fails [AMB-01]\n```", &["18:31 a MUST claim cites"]),
        (
            "```expect\nMUST mx1.contoso.test never sees AUTH [SEL-01]\n```",
            &["18:23 nothing in the page shows that this can happen"],
        ),
        ("```expect\nMUST mx1.contoso.test never sees MAIL [SEL-01]\n```", &[]),
    ];
    for (extra, expected) in table {
        let found = mistakes(page_with(extra).as_bytes());
        let agrees = found.len() == expected.len()
            && found.iter().zip(*expected).all(|(found, expected)| found.starts_with(expected));
        assert!(agrees, "{extra}\nexpected {expected:#?}\nfound {found:#?}");
    }
}

#[test]
fn a_page_that_claims_absences_alone_is_vacuous() {
    let page = page_with("").replace("is delivered", "is not delivered");
    let message = "15:1 all claims of the case are absences, and an MTA that does nothing would keep them";
    assert_eq!(mistakes(page.as_bytes()), [message]);
}

#[test]
fn octets_that_are_not_utf_8_have_a_place() {
    assert_eq!(mistakes(b"# T\n\nab\xFFc\n"), ["3:3 the page is not UTF-8: octet 0xFF"]);
}

#[test]
fn a_page_of_ones_own_states_the_version_of_the_format() {
    let page = page_with("");
    assert_eq!(mistakes(format!("mtaspec: 1\n\n{page}").as_bytes()), [""; 0]);
    assert_eq!(mistakes(format!("---\nmtaspec: 1\n---\n{page}").as_bytes()), [""; 0]);
    let later = "1:10 version `2` of the case format is not understood";
    assert_eq!(mistakes(format!("mtaspec: 2\n\n{page}").as_bytes()), [later]);
}

#[test]
fn all_mistakes_of_a_page_are_shown_at_once_in_page_order() {
    let text = page_with(
        "```world\nobserve until 1x\n```\n\n```zone\nmx2.contoso.test. A 192.0.2.12\n```\n\n\
         ```expect\nMUST  mx3.contoso.test sees EHLO  [SEL-01]\n```",
    );
    let found = page::read(Path::new("cases/area/topic.md"), text.as_bytes(), &catalogue).err().unwrap_or_default();
    let expected = "\
error: `1x` is no duration
  --> cases/area/topic.md:18:15
   |
18 | observe until 1x
   |               ^^
   |
   = help: expected `90s`, `26h10m`, `2d1h`

error: no host is called `mx3.contoso.test`
  --> cases/area/topic.md:26:7
   |
26 | MUST  mx3.contoso.test sees EHLO  [SEL-01]
   |       ^^^^^^^^^^^^^^^^
   |
   = help: expected `mx1.contoso.test`, `mx2.contoso.test`, `origin`
";
    assert_eq!(diagnostic::render(&found, text.as_bytes()), expected);
}
