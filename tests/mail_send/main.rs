//! mail-send, a mail library, on every page that it can be asked: over loopback sockets, by the translation beside this.
//! What it is known to do otherwise stands in `deviations.toml`, each with its reason; anything else is a failure.

use std::collections::BTreeSet;

use mtaspec_harness::claim::Outcome;

#[path = "../support/library.rs"]
mod library;
mod translate;

/// Sections of pages on which mail-send is put to the test; fewer, and the translation has lost something.
const SECTIONS_MIN: usize = 280;

/// Areas of the corpus of which it can be asked something, and does some of it as it should.
const AREAS: [&str; 16] = [
    "authentication",
    "envelope",
    "extensions",
    "front-end",
    "headers",
    "notices",
    "permissions",
    "pipelining",
    "queue",
    "replies",
    "routing",
    "session",
    "size",
    "smart-hosts",
    "starttls",
    "transparency",
];

#[test]
fn mail_send_does_what_the_pages_ask_but_for_the_listed_deviations() {
    let report = library::hold_to_the_corpus(&translate::MAIL_SEND, include_str!("deviations.toml"), SECTIONS_MIN);
    let held = library::put_to_the_test(&report)
        .filter(|case| case.claims.iter().any(|claim| claim.finding == Outcome::Held))
        .filter_map(|case| case.id.split_once('/'))
        .map(|(area, _)| area);
    assert_eq!(held.collect::<BTreeSet<_>>(), AREAS.into());
}
