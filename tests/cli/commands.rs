//! `run --mta-command`: what is refused before anything starts. What a command does in a sandbox is in `tests/sandbox`.

use crate::outcome::mtaspec;

#[test]
fn a_command_with_an_open_quote_is_64() {
    let done = mtaspec(&["run", "--mta-command", "shim 'a b"]);
    assert_eq!((done.status, done.stdout.as_str()), (64, ""));
    assert_eq!(done.stderr, "mtaspec: `--mta-command shim 'a b` is no command line: `'` is opened and never closed\n");
}

#[test]
fn a_command_without_words_is_64() {
    let done = mtaspec(&["run", "--mta-command", "  "]);
    assert_eq!(
        (done.status, done.stderr.as_str()),
        (64, "mtaspec: `--mta-command   ` is no command line: it names no program\n")
    );
}

#[test]
fn a_command_that_is_not_there_is_69() {
    let done = mtaspec(&["run", "--mta-command", "no-such-program-of-anybody run"]);
    assert_eq!((done.status, done.stdout.as_str()), (69, ""));
    assert!(done.stderr.starts_with("mtaspec: `no-such-program-of-anybody` is no program"), "{}", done.stderr);
    assert!(done.stderr.ends_with("it is looked for in PATH\n"), "{}", done.stderr);
    let done = mtaspec(&["run", "--mta-command", "./outcome.rs"]);
    assert_eq!(done.status, 69);
    assert!(done.stderr.ends_with("it is looked for as a file\n"), "{}", done.stderr);
}

#[test]
fn an_mta_has_a_name_or_a_command_and_not_both() {
    let done = mtaspec(&["run", "--mta", "postfix", "--mta-command", "sh"]);
    assert_eq!(done.status, 64);
    assert!(done.stderr.contains("cannot be used with"), "{}", done.stderr);
}
