//! lettre, a mail library, on every page that it can be asked: over loopback sockets, by the adapter of the example.
//! What it is known to do otherwise stands in `deviations.toml`, each with its reason; anything else is a failure.

#[expect(dead_code, reason = "the example's own main")]
#[path = "../../examples/judge_lettre.rs"]
mod judge_lettre;
#[path = "../support/library.rs"]
mod library;

/// Sections of pages on which lettre is put to the test; fewer, and the adapter has lost something.
const SECTIONS_MIN: usize = 180;

#[test]
fn lettre_does_what_the_pages_ask_but_for_the_listed_deviations() {
    library::hold_to_the_corpus(&judge_lettre::LETTRE, include_str!("deviations.toml"), SECTIONS_MIN);
}
