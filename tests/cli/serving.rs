//! `mtaspec serve`: what its help teaches, and what it refuses before anything is written or sent.

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::outcome::mtaspec;

/// A plan of one page, with what it is asked for in other words.
fn plan(more: &[&str]) -> crate::outcome::Outcome {
    let folder = TempDir::new().unwrap();
    let state = folder.path().join("lab").display().to_string();
    let mut words = vec!["serve", "plan", "transparency/dots", "--state", &state];
    words.extend(more);
    let done = mtaspec(&words);
    assert_eq!(done.status == 0, folder.path().join("lab").exists(), "nothing is written by a plan that is refused");
    done
}

const GIVEN: [&str; 6] = ["--below", "m.contoso.com", "--mta-name", "mail01.contoso.com", "--dns", "10.0.0.5"];

#[test]
fn the_help_teaches_both_steps() {
    let help = mtaspec(&["serve", "--help"]);
    assert_eq!((help.status, help.stderr.as_str()), (0, ""));
    assert_snapshot!(help.stdout);
}

#[test]
fn a_plan_says_what_is_served_and_what_comes_next() {
    let done = plan(&[&GIVEN[..], &["--address", "10.0.0.5"]].concat());
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(done.stdout.contains(" can be served, by ") && done.stdout.contains("next: "), "{}", done.stdout);
}

#[test]
fn what_makes_no_plan_is_64_and_says_why() {
    let address = ["--address", "10.0.0.5"];
    let wrong: [(&[&str], &str); 6] = [
        (&["--below", "contoso", "--mta-name", "mail01.contoso.com", "--address", "10.0.0.5"], "a domain of your own"),
        (&["--below", "m.contoso.com", "--mta-name", "*", "--address", "10.0.0.5"], "what the MTA says in EHLO"),
        (&[&GIVEN[..], &["--address", "0.0.0.0"]].concat(), "to which the MTA can connect"),
        (&[&GIVEN[..], &address, &address].concat(), "is given twice"),
        (&[&GIVEN[..], &address, &["--ports", "20-30"]].concat(), "is one of `--ports`"),
        (&[&GIVEN[..], &address, &["--ports", "20000-20000"]].concat(), "two ports at least"),
    ];
    for (words, why) in wrong {
        let done = plan(words);
        assert_eq!(done.status, 64, "{words:?}: {}", done.stderr);
        assert!(done.stderr.contains(why), "{words:?}: {}", done.stderr);
    }
}

#[test]
fn a_run_without_a_plan_and_one_that_calls_itself_the_reference_are_refused() {
    let folder = TempDir::new().unwrap();
    let state = folder.path().display().to_string();
    let run =
        |more: &[&str]| mtaspec(&[&["serve", "run", "--state", &state, "--submit-to", "127.0.0.1:1"], more].concat());
    assert_eq!(run(&[]).status, 65);
    assert!(run(&[]).stderr.contains("holds no plan"));
    assert_eq!(run(&["--mta", "reference"]).status, 64);
}
