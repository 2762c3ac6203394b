//! Words of the command line, and how the program ends on them.

use crate::outcome::mtaspec;

#[test]
fn an_unknown_subcommand_is_64_and_offers_the_nearest() {
    let done = mtaspec(&["lst"]);
    assert_eq!((done.status, done.stdout.as_str()), (64, ""));
    insta::assert_snapshot!(done.stderr, @r"
    error: unrecognized subcommand 'lst'

      tip: a similar subcommand exists: 'list'

    Usage: mtaspec <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn help_and_version_are_no_mistakes() {
    let help = mtaspec(&["--help"]);
    assert_eq!((help.status, help.stderr.as_str()), (0, ""));
    assert!(help.stdout.contains("Exit status:\n  0  as expected"), "{}", help.stdout);
    let version = mtaspec(&["--version"]);
    assert_eq!((version.status, version.stdout), (0, format!("mtaspec {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn no_subcommand_shows_the_help_and_is_64() {
    let done = mtaspec(&[]);
    assert_eq!(done.status, 64);
    assert!(done.stderr.contains("Usage: mtaspec <COMMAND>"), "{}", done.stderr);
}

#[test]
fn a_filter_that_matches_nothing_is_4_and_offers_the_nearest() {
    let done = mtaspec(&["list", "cases", "routing/equal-conectors"]);
    assert_eq!((done.status, done.stdout.as_str()), (4, ""));
    assert!(
        done.stderr
            .starts_with("mtaspec: no case matches `routing/equal-conectors`\nnearest: routing/equal-connectors"),
        "{}",
        done.stderr
    );
}

#[test]
fn one_filter_that_matches_nothing_is_enough() {
    let done = mtaspec(&["list", "cases", "routing", "SEL-9999"]);
    assert_eq!((done.status, done.stdout.as_str()), (4, ""));
    assert!(done.stderr.starts_with("mtaspec: no case matches `SEL-9999`\nnearest: SEL-"), "{}", done.stderr);
}

#[test]
fn an_unknown_case_is_4_and_offers_the_nearest() {
    let done = mtaspec(&["show", "routing/equal-connectors#tye"]);
    assert_eq!((done.status, done.stdout.as_str()), (4, ""));
    assert!(
        done.stderr.starts_with(
            "mtaspec: no case is called `routing/equal-connectors#tye`\nnearest: routing/equal-connectors#tie, "
        ),
        "{}",
        done.stderr
    );
}
