//! `list`, `show` and `coverage`.

use serde_json::Value;

use crate::outcome::mtaspec;

/// What a successful command printed.
#[track_caller]
fn printed(words: &[&str]) -> String {
    let done = mtaspec(words);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{words:?}");
    done.stdout
}

#[track_caller]
fn json(words: &[&str]) -> Value {
    serde_json::from_str(&printed(words)).expect("JSON")
}

#[test]
fn a_case_stands_in_one_line_with_its_title() {
    insta::assert_snapshot!(printed(&["list", "cases", "routing/equal-connectors"]), @r"
    routing/equal-connectors#tie          The cheapest, and of these the first by name
    routing/equal-connectors#second-name  The other name, once the first is switched off
    routing/equal-connectors#dear-one     The dear one, once both are
    ");
}

#[test]
fn a_case_as_json_says_where_it_stands_and_what_it_cites() {
    let listed = json(&["list", "cases", "routing/equal-connectors#tie", "--json"]);
    let expected = serde_json::json!([{
        "id": "routing/equal-connectors#tie",
        "title": "The cheapest, and of these the first by name",
        "file": "cases/routing/equal-connectors.md",
        "line": 29,
        "requirements": ["SEL-11", "SEL-14", "SEL-16"],
        "faults": [],
        "needs": [],
    }]);
    assert_eq!(listed, expected);
}

#[test]
fn requirements_are_listed_with_strength_basis_and_sentence() {
    insta::assert_snapshot!(printed(&["list", "requirements", "SEL-11"]), @r#"SEL-11  MUST  exchange  Among connectors with equally close spaces (same site), the lowest cost ("priority value") wins."#);
    let listed = json(&["list", "requirements", "SEL-11", "--json"]);
    assert_eq!(listed[0]["surface"], serde_json::json!(["W"]));
    assert_eq!(listed[0]["basis"], "exchange");
}

#[test]
fn the_reference_is_an_mta() {
    assert_eq!(json(&["list", "mtas", "--json"])[0]["name"], "reference");
}

#[test]
fn a_case_is_shown_with_the_world_that_it_shares_and_the_sentences_that_it_rests_on() {
    let shown = printed(&["show", "routing/equal-connectors#tie"]);
    assert!(shown.starts_with("routing/equal-connectors#tie\ncases/routing/equal-connectors.md:29\n\n# Connectors"));
    for part in [
        "alpha.relay.test.  A  192.0.2.11",
        "## The cheapest, and of these the first by name {#tie}",
        "MUST  alpha.relay.test never sees a connection",
        "SEL-14  MUST  On equal hops the connector whose name sorts lowest alphanumerically wins.",
    ] {
        assert!(shown.contains(part), "no {part:?} in {shown}");
    }
    assert!(!shown.contains("#second-name"), "{shown}");
}

#[test]
fn every_requirement_has_cases_or_the_reason_why_there_is_none() {
    let rows = json(&["coverage", "--json"]);
    let rows = rows.as_array().expect("an array");
    assert!(rows.len() > 500, "{}", rows.len());
    for row in rows {
        let cases = row["cases"].as_array().expect("an array");
        assert_eq!(cases.is_empty(), row["reason"].is_string(), "{row}");
        assert_eq!(row["held"], Value::Null, "{row}");
    }
}

#[test]
fn coverage_counts_by_area_and_basis_and_lists_the_gaps() {
    let text = printed(&["coverage"]);
    assert!(text.starts_with("area   basis     asked  cases   held  broken\nADR    exchange"), "{text}");
    assert!(text.contains("\nRequirements without a case: "), "{text}");
}
