//! What is wrong with a page is shown with its place, all at once, before anything starts; the status is 65.

use std::fs;

use tempfile::TempDir;

use crate::outcome::{folder_with_page, mtaspec_in};

/// A page without a mistake.
const PAGE: &str = r#"mtaspec: 1

# A page of one's own

```zone
relay.contoso.test.  A  192.0.2.20
```

```powershell
New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts relay.contoso.test
```

```eml to=u@fabrikam.test
Subject: minutes
```

## It arrives {#arrives}

```expect
MUST  u@fabrikam.test is delivered to relay.contoso.test  [SEL-11]
```
"#;

/// What the program says of [`PAGE`] with `good` replaced by `bad`; `run` and `list` say the same.
#[track_caller]
fn complaint(good: &str, bad: &str) -> String {
    assert!(PAGE.contains(good), "{good:?}");
    complaint_of(PAGE.replacen(good, bad, 1))
}

#[track_caller]
fn complaint_of(page: impl AsRef<[u8]>) -> String {
    let folder = folder_with_page(page);
    let listed = mtaspec_in(folder.path(), &["list", "--cases", "pages"]);
    let run = mtaspec_in(folder.path(), &["run", "--cases", "pages"]);
    assert_eq!((listed.status, listed.stdout.as_str()), (65, ""));
    assert_eq!((run.status, run.stdout.as_str()), (65, ""));
    assert_eq!(listed.stderr, run.stderr);
    listed.stderr
}

#[test]
fn the_page_itself_is_good() {
    let listed = mtaspec_in(folder_with_page(PAGE).path(), &["list", "--cases", "pages"]);
    assert_eq!((listed.status, listed.stdout.as_str()), (0, "own/page#arrives  It arrives\n"), "{}", listed.stderr);
}

#[test]
fn an_unknown_fence() {
    insta::assert_snapshot!(complaint("```eml", "```email"), @r#"
    error: no fence is called `email`
      --> pages/own/page.md:13:4
       |
    13 | ```email to=u@fabrikam.test
       |    ^^^^^
       |
       = help: expected `eml`, `dns`, `expect`, `host`, `world`, `zone`

    error: no message is for `u@fabrikam.test`
      --> pages/own/page.md:20:7
       |
    20 | MUST  u@fabrikam.test is delivered to relay.contoso.test  [SEL-11]
       |       ^^^^^^^^^^^^^^^

    mtaspec: 2 mistakes in 1 page; nothing has started
    "#);
}

#[test]
fn a_mistyped_claim() {
    insta::assert_snapshot!(complaint("is delivered to", "is delivered too"), @r#"
    error: `too` is not a qualifier
      --> pages/own/page.md:20:36
       |
    20 | MUST  u@fabrikam.test is delivered too relay.contoso.test  [SEL-11]
       |                                    ^^^
       |
       = help: expected `for`, `of`, `at`, `from`, `once`, `after`

    mtaspec: 1 mistake in 1 page; nothing has started
    "#);
}

#[test]
fn a_host_that_nobody_knows() {
    insta::assert_snapshot!(complaint("delivered to relay", "delivered to rely"), @r#"
    error: no host is called `rely.contoso.test`
      --> pages/own/page.md:20:39
       |
    20 | MUST  u@fabrikam.test is delivered to rely.contoso.test  [SEL-11]
       |                                       ^^^^^^^^^^^^^^^^^
       |
       = help: expected `relay.contoso.test`, `origin`

    mtaspec: 1 mistake in 1 page; nothing has started
    "#);
}

#[test]
fn a_mistake_in_a_zone() {
    insta::assert_snapshot!(complaint("  A  192.0.2.20", "  MX  mx.contoso.test."), @r#"
    error: data of the MX record cannot be read: error parsing number: invalid digit found in string
     --> pages/own/page.md:6:26
      |
    6 | relay.contoso.test.  MX  mx.contoso.test.
      |                          ^^^^^^^^^^^^^^^^

    error: no host is called `relay.contoso.test`
      --> pages/own/page.md:20:39
       |
    20 | MUST  u@fabrikam.test is delivered to relay.contoso.test  [SEL-11]
       |                                       ^^^^^^^^^^^^^^^^^^
       |
       = help: expected `192.0.2.2`, `origin`

    mtaspec: 2 mistakes in 1 page; nothing has started
    "#);
}

#[test]
fn an_unknown_parameter_of_a_connector() {
    insta::assert_snapshot!(complaint("-SmartHosts", "-SmartHots"), @r#"
    error: `New-SendConnector` has no parameter `-SmartHots`
      --> pages/own/page.md:10:82
       |
    10 | New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHots relay.contoso.test
       |                                                                                  ^^^^^^^^^^
       |
       = help: expected `SmartHosts`

    mtaspec: 1 mistake in 1 page; nothing has started
    "#);
}

#[test]
fn a_name_that_could_really_be_mailed() {
    insta::assert_snapshot!(complaint("to=u@fabrikam.test", "to=u@fabrikam.com"), @r#"
    error: `fabrikam.com` could really be mailed
      --> pages/own/page.md:13:11
       |
    13 | ```eml to=u@fabrikam.com
       |           ^^^^^^^^^^^^^^
       |
       = help: expected `.test`, `.example`, `.invalid`

    error: no message is for `u@fabrikam.test`
      --> pages/own/page.md:20:7
       |
    20 | MUST  u@fabrikam.test is delivered to relay.contoso.test  [SEL-11]
       |       ^^^^^^^^^^^^^^^

    mtaspec: 2 mistakes in 1 page; nothing has started
    "#);
}

#[test]
fn a_page_that_is_not_utf_8() {
    let mut page = PAGE.as_bytes().to_vec();
    let at = PAGE.find("minutes").expect("the subject");
    page[at] = 0xE9;
    insta::assert_snapshot!(complaint_of(page), @r#"
    error: the page is not UTF-8: octet 0xE9
      --> pages/own/page.md:14:10
       |
    14 | Subject: �inutes
       |          ^

    mtaspec: 1 mistake in 1 page; nothing has started
    "#);
}

#[test]
fn a_page_that_claims_nothing_but_absences() {
    insta::assert_snapshot!(complaint("u@fabrikam.test is delivered to relay.contoso.test", "relay.contoso.test never sees AUTH"), @r#"
    error: all claims of the case are absences, and an MTA that does nothing would keep them
      --> pages/own/page.md:17:1
       |
    17 | ## It arrives {#arrives}
       | ^^^^^^^^^^^^^^^^^^^^^^^^

    error: nothing in the page shows that this can happen: no claim that it is seen
      --> pages/own/page.md:20:26
       |
    20 | MUST  relay.contoso.test never sees AUTH  [SEL-11]
       |                          ^^^^^

    mtaspec: 2 mistakes in 1 page; nothing has started
    "#);
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = TempDir::new().expect("a temporary folder");
    for command in ["list", "run"] {
        let done = mtaspec_in(folder.path(), &[command, "--cases", "pages"]);
        assert_eq!((done.status, done.stdout.as_str()), (65, ""));
        assert!(done.stderr.starts_with("mtaspec: `pages` cannot be read: "), "{}", done.stderr);
    }
}

#[test]
fn a_folder_in_the_place_of_a_page() {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir_all(folder.path().join("pages/own/page.md")).expect("a folder");
    let done = mtaspec_in(folder.path(), &["list", "--cases", "pages"]);
    // It holds no pages, and is no page.
    assert_eq!((done.status, done.stdout.as_str()), (4, ""));
}

#[test]
fn a_file_in_the_place_of_the_folder() {
    let folder = folder_with_page(PAGE);
    let done = mtaspec_in(folder.path(), &["list", "--cases", "pages/own/page.md"]);
    assert_eq!((done.status, done.stdout.as_str()), (65, ""));
    assert!(done.stderr.starts_with("mtaspec: `pages/own/page.md` cannot be read: "), "{}", done.stderr);
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_back_to_itself() {
    let folder = folder_with_page(PAGE);
    std::os::unix::fs::symlink("..", folder.path().join("pages/own/again")).expect("a link");
    let done = mtaspec_in(folder.path(), &["list", "--cases", "pages"]);
    assert_eq!((done.status, done.stdout.as_str()), (65, ""));
    assert!(done.stderr.ends_with(" stands deeper than 16 folders\n"), "{}", done.stderr);
}

#[test]
fn a_folder_without_pages_is_4() {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("pages")).expect("a folder");
    let done = mtaspec_in(folder.path(), &["run", "--cases", "pages"]);
    assert_eq!((done.status, done.stdout.as_str()), (4, ""));
    assert_eq!(
        done.stderr,
        "mtaspec: `pages` holds no pages: a page is a file `AREA/TOPIC.md`, and `mtaspec new` makes one\n"
    );
}
