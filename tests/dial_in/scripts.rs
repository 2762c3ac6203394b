//! The scripts that a person runs: what they make and remove, for the whole corpus.

use mtaspec_harness::{
    case::Case,
    dial_in::{Plan, script},
};
use mtaspec_reference_transport::{connector::Connector, directory::Directory, routing::Pattern, shell::Shell};

use crate::table::{generous, moved};

fn check(look: impl FnOnce(&Plan<'_>)) {
    let suite = moved(&generous());
    let cases: Vec<&Case> = suite.cases(&[]).unwrap();
    look(&Plan::of(generous(), &cases).unwrap());
}

fn run(directory: &mut Directory, text: &str) {
    for outcome in Shell::new().run(directory, text) {
        assert!(outcome.result.is_ok(), "{}: {:?}", outcome.text, outcome.result);
    }
}

#[test]
fn a_shell_makes_of_the_script_just_the_connectors_that_were_planned() {
    check(|plan| {
        let mut directory = Directory::new(Vec::new());
        run(&mut directory, &script::connectors(plan));
        let mut wanted: Vec<&Connector> = plan.served().flat_map(|(_, layout)| &layout.connectors).collect();
        let mut made: Vec<Connector> =
            directory.connectors().iter().map(|own| Connector { source_servers: Vec::new(), ..own.clone() }).collect();
        made.retain(|own| wanted.iter().any(|wanted| wanted.name == own.name));
        made.sort_by(|one, other| one.name.cmp(&other.name));
        wanted.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!(directory.connectors().len(), made.len() + 2, "the catch-all and the canary beside those of cases");
        for (made, wanted) in made.iter().zip(&wanted) {
            assert_eq!(made, *wanted);
        }
        assert_eq!(made.len(), wanted.len());
    });
}

#[test]
fn whatever_is_made_is_removed_again_and_nothing_else() {
    check(|plan| {
        let mut directory = Directory::new(Vec::new());
        run(&mut directory, "New-SendConnector -Name 'To Internet' -AddressSpaces '*' -Internet");
        let before = directory.connectors().to_vec();
        run(&mut directory, &script::connectors(plan));
        assert!(directory.connectors().len() > 400);
        let whole = script::connectors(plan);
        let (_, back) = whole.split_once("# The way back").expect("it ends with the way back");
        let back: String = back.lines().skip(1).map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
        assert_eq!(script::removal(plan).split_once('\n').map(|(_, commands)| commands), Some(back.as_str()));
        run(&mut directory, &script::removal(plan));
        assert_eq!(directory.connectors(), before);
    });
}

#[test]
fn every_line_makes_a_connector_of_our_own_below_the_domain() {
    check(|plan| {
        let text = script::connectors(plan);
        let commands = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in commands {
            assert!(line.starts_with("New-SendConnector -Name 'mtaspec "), "{line}");
            assert!(!line.contains("'--'") && !line.contains("SMTP:*;") && !line.contains("SMTP:--"), "{line}");
        }
        for line in script::removal(plan).lines().filter(|line| !line.starts_with('#')) {
            assert!(line.starts_with("Remove-SendConnector -Identity 'mtaspec "), "{line}");
        }
        let mut directory = Directory::new(Vec::new());
        run(&mut directory, &text);
        for connector in directory.connectors() {
            assert!(connector.name.starts_with("mtaspec "), "{connector:?}");
            for space in &connector.address_spaces {
                let (Pattern::Domain(domain) | Pattern::DomainAndSubdomains(domain)) = &space.pattern else {
                    panic!("{} has {space}", connector.name)
                };
                let name = domain.to_string();
                assert!(name == "mtaspec.contoso.com" || name.ends_with(".mtaspec.contoso.com"), "{name}");
            }
        }
    });
}
