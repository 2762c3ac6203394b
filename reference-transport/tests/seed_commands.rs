//! Every command that the documentation of Send connectors prints runs, and does what its text says (MOD-44).
//!
//! `seed-commands.txt` has the commands with what they come to. Where the environment variable `MTASPEC_SEEDS` names a
//! folder of the documentation's pages, the commands are also taken from there, and must be exactly those of the file.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    net::Ipv4Addr,
    path::Path,
};

use mtaspec_reference_transport::{
    directory::{Directory, Organisation, Server},
    shell::Shell,
};

const FILE: &str = include_str!("seed-commands.txt");

/// A printed command.
#[derive(Default)]
struct Entry {
    printed: String,
    given: Vec<String>,
    run: Vec<String>,
    shows: String,
    output: Vec<String>,
}

fn entries() -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in FILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(told) = line.strip_prefix("  ") else {
            entries.push(Entry { printed: line.to_owned(), ..Entry::default() });
            continue;
        };
        let entry = entries.last_mut().expect("a printed text comes first");
        match told.split_once(' ').expect("a word and a text") {
            ("given", text) => entry.given.push(text.to_owned()),
            ("run", text) => entry.run.push(text.to_owned()),
            ("shows", text) => entry.shows = text.to_owned(),
            ("|", text) => entry.output.push(text.to_owned()),
            (word, _) => panic!("`{word}` is no word of this file"),
        }
    }
    entries
}

/// Two Mailbox servers; the commands are run on the first.
fn directory() -> Directory {
    let first = Organisation::of_mailbox_server("mbx1.sender.test", Ipv4Addr::LOCALHOST.into());
    let second = Server { name: "mbx2.sender.test".to_owned(), ..first.servers[0].clone() };
    let organisation = Organisation { servers: [first.servers.clone(), vec![second]].concat(), ..first };
    Directory::of(organisation, "mbx1", Vec::new()).expect("an organisation")
}

#[test]
fn every_printed_command_does_what_its_text_says() {
    let entries = entries();
    assert_eq!(entries.len(), 15, "the pages print so many");
    for entry in entries {
        let (mut directory, mut shell) = (directory(), Shell::new());
        let mut take = |text: &str| {
            let outcomes = shell.run(&mut directory, text);
            assert_eq!(outcomes.len(), 1, "`{text}` is one command");
            let outcome = outcomes.into_iter().next().expect("there is one");
            assert_eq!(outcome.result.as_ref().err(), None, "`{text}`");
            outcome.console
        };
        for given in &entry.given {
            take(given);
        }
        let is_option = entry.printed.starts_with('-');
        let forms = if entry.run.is_empty() { vec![entry.printed.clone()] } else { entry.run.clone() };
        for form in forms {
            let whole =
                if is_option && !entry.printed.contains('<') { format!("{form} {}", entry.printed) } else { form };
            assert!(is_form_of(&whole, &entry.printed), "`{whole}` is not what `{}` says", entry.printed);
            take(&whole);
        }
        assert_eq!(take(&entry.shows), entry.output.join("\n"), "{}", entry.printed);
    }
}

/// Whether the fixed words of a printed text, outside `[what may be left out]`, stand in the form, in their order.
fn is_form_of(form: &str, printed: &str) -> bool {
    let mut rest = form;
    let mut fixed = String::new();
    let mut depth = 0_u32;
    for character in printed.replace("...", "").chars() {
        match character {
            '[' | '<' => depth += 1,
            ']' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                fixed.push(character);
                continue;
            }
            _ => {}
        }
        fixed.push('\n');
    }
    for words in fixed.split('\n').map(str::trim).filter(|words| !words.is_empty()) {
        match rest.find(words) {
            Some(at) => rest = &rest[at + words.len()..],
            None => return false,
        }
    }
    true
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever has the pages names their folder")]
fn the_file_has_exactly_what_the_pages_print() {
    let Ok(folder) = std::env::var("MTASPEC_SEEDS") else {
        drop(writeln!(io::stderr(), "MTASPEC_SEEDS is not given: the commands were not compared with the pages"));
        return;
    };
    let mut printed = BTreeSet::new();
    for page in fs::read_dir(Path::new(&folder)).expect("a folder") {
        let page = fs::read_to_string(page.expect("an entry").path()).expect("a page");
        printed.extend(commands(&page));
    }
    let known: BTreeSet<_> = entries().into_iter().map(|entry| entry.printed).collect();
    assert_eq!(printed, known);
    drop(writeln!(io::stderr(), "{} printed commands are those of the pages in {folder}", known.len()));
}

/// The lines of fenced blocks that begin with a verb and a noun, and inline code that is a parameter with something
/// beside it.
fn commands(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut is_block = false;
    for line in page.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            is_block = !is_block;
        } else if is_block {
            let is_cmdlet = line.split(' ').next().is_some_and(|word| word.contains('-'));
            commands.extend(Some(line.to_owned()).filter(|_| is_cmdlet));
        } else {
            let inline = line.split('`').skip(1).step_by(2);
            let is_option = |code: &&str| code.starts_with('-') && code.contains(['$', '<']);
            commands.extend(inline.filter(is_option).map(str::to_owned));
        }
    }
    commands
}
