//! Pages with mistakes: each points at its word.

use std::path::Path;

use super::{
    super::{diagnostic, page},
    catalogue,
};

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
        ("```eml to=a@b.test ret=ALL\n```", &["17:24 `ALL` cannot stand here"]),
        ("```eml to=a@b.test envid=a=b\n```", &["17:26 `a=b` is no xtext of 1 to 100 octets"]),
        ("```eml to=a@b.test notify=DELAY,NEVER\n```", &["17:33 `NEVER` cannot stand here"]),
        ("```eml notify=NEVER to=a@b.test\n```", &["17:8 `notify=` stands behind the `to=`"]),
        ("```eml to=a@b.test orcpt=a@b.test\n```", &["17:26 `a@b.test` is no address with its type"]),
        ("```eml to=a@b.test orcpt=rfc822;a@contoso.com\n```", &["17:33 `contoso.com` could really be mailed"]),
        ("```eml to=a@b.test orcpt=rfc822;a+b@b.test\n```", &["17:33 `a+b@b.test` is no xtext"]),
        ("```eml a b to=a@b.test\n```", &["17:10 `b` cannot stand here"]),
        ("```eml 1 to=a@b.test\n```", &["17:8 a second message is called `1`"]),
        ("```eml octets to=a@b.test\nA: \\q\n```", &["18:4 `\\q` is no escape"]),
        ("```powershell\nSet-SendConnector A -SmartHosts mx.real.com\n```", &["18:33 `mx.real.com` could really"]),
        (
            "```powershell\n$c = 1\nSet-SendConnector A -SmartHosts mx1.contoso.test -Costs 5\n```",
            &["19:50 `Set-SendConnector` has no parameter `-Costs`"],
        ),
        ("```powershell\nSet-SentConnector A\n```", &["18:1 no cmdlet"]),
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

#[test]
fn a_mistake_in_a_cell_is_shown_where_the_line_uses_it() {
    let text = page_with(
        "| variant | kind |\n|---|---|\n| right | valid |\n| slip | vallid |\n\n\
         ```host mx1.contoso.test\ncertificate {kind} for mx1.contoso.test\n```",
    );
    let found = page::read(Path::new("cases/area/topic.md"), text.as_bytes(), &catalogue).err().unwrap_or_default();
    let spans: Vec<_> = found.iter().map(|wrong| (wrong.line, wrong.span.clone())).collect();
    assert_eq!(spans, [(23, 12..18)]);
    assert!(found[0].message.contains("`vallid`"), "{}", found[0].message);
}

#[test]
fn a_cell_that_changes_what_is_claimed_is_a_mistake() {
    let page = page_with("| variant | outcome |\n|---|---|\n| one | delivered |\n| two | deferred |\n");
    let page = page.replace("is delivered", "is {outcome}");
    let message = "a cell fills in names and values, and here it changes what is claimed: that is another section";
    assert_eq!(mistakes(page.as_bytes()), [format!("24:1 {message}")]);
}

proptest::proptest! {
    #[test]
    fn a_page_that_somebody_mangled_is_read_or_refused_but_never_panics(
        which in 0_usize..3,
        cuts in proptest::collection::vec((0_usize..4_000, 0_usize..6, proptest::prelude::any::<u8>()), 1..6),
    ) {
        let page = [
            include_str!("pages/certificates.md"),
            include_str!("pages/injected-words.md"),
            include_str!("pages/too-many-recipients.md"),
        ][which];
        let mut octets = page.as_bytes().to_vec();
        for (at, length, octet) in cuts {
            let start = at % octets.len();
            let end = (start + length).min(octets.len());
            octets.splice(start..end, [octet]);
        }
        if let Err(mistakes) = page::read(Path::new("cases/area/topic.md"), &octets, &catalogue) {
            proptest::prop_assert!(!diagnostic::render(&mistakes, &octets).is_empty());
        }
    }
}

/// What a person sees of a page with one mistake; `extra` stands at line 17.
#[track_caller]
fn check_shown(extra: &str, expected: &str) {
    let text = page_with(extra);
    let found = page::read(Path::new("cases/area/topic.md"), text.as_bytes(), &catalogue).err().unwrap_or_default();
    assert_eq!(diagnostic::render(&found, text.as_bytes()), expected);
}

#[test]
fn mistakes_are_shown_with_line_caret_and_the_nearest_words() {
    check_shown(
        "```powershel at=5m\nSet-SendConnector A -Enabled $false\n```",
        r#"error: no fence is called `powershel`
  --> cases/area/topic.md:17:4
   |
17 | ```powershel at=5m
   |    ^^^^^^^^^
   |
   = help: expected `powershell`, `console`, `eml`, `host`, `world`, `zone`
"#,
    );
    check_shown(
        "```powershell\nSet-SendConnector A -SmartHots mx1.contoso.test\n```",
        r#"error: `Set-SendConnector` has no parameter `-SmartHots`
  --> cases/area/topic.md:18:21
   |
18 | Set-SendConnector A -SmartHots mx1.contoso.test
   |                     ^^^^^^^^^^
   |
   = help: expected `SmartHosts`
"#,
    );
    check_shown(
        "```host mx1.contoso.test\nRPCT -> 550 5.1.1 No such mailbox\n```",
        r#"error: `RPCT` is not a property or a trigger of a rule
  --> cases/area/topic.md:18:1
   |
18 | RPCT -> 550 5.1.1 No such mailbox
   | ^^^^
   |
   = help: expected `RCPT`, `RSET`, `port`, `BDAT`, `QUIT`, `auth`
"#,
    );
    check_shown(
        "```zone\nmx.bücher.test. A 10.0.0.1\n```",
        r#"error: `10.0.0.1` could really be dialled
  --> cases/area/topic.md:18:19
   |
18 | mx.bücher.test. A 10.0.0.1
   |                   ^^^^^^^^
   |
   = help: expected `192.0.2.0/24`, `198.51.100.0/24`, `203.0.113.0/24`, `2001:db8::/32`
"#,
    );
    check_shown(
        "```expect\nMUST  mx1.contoso.test never sees AUTH  [SEL-01]\n```",
        r#"error: nothing in the page shows that this can happen: no claim that it is seen
  --> cases/area/topic.md:18:24
   |
18 | MUST  mx1.contoso.test never sees AUTH  [SEL-01]
   |                        ^^^^^
"#,
    );
}
