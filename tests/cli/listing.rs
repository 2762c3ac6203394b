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
    assert_eq!(printed(&["list", "--cases", "pages/conforms"]), "own/relay#arrives  It arrives\n");
}

#[test]
fn a_case_as_json_says_where_it_stands_and_what_it_cites() {
    let listed = json(&["list", "cases", "SEL-11", "--cases", "pages/conforms", "--json"]);
    let expected = serde_json::json!([{
        "id": "own/relay#arrives",
        "title": "It arrives",
        "file": "pages/conforms/own/relay.md",
        "line": 19,
        "requirements": ["SEL-11"],
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
    insta::assert_snapshot!(printed(&["show", "own/relay#arrives", "--cases", "pages/conforms"]), @r#"
    own/relay#arrives
    pages/conforms/own/relay.md:19

    mtaspec: 1

    # A page of the program's own tests

    The smart host takes everything.

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
    MUST    u@fabrikam.test is delivered to relay.contoso.test  [SEL-11]
    ```

    What its claims rest on:

    SEL-11  MUST  Among connectors with equally close spaces (same site), the lowest cost ("priority value") wins. (Send connectors (2016/2019))
    "#);
}

#[test]
fn the_built_in_corpus_is_listed_in_the_order_of_its_files() {
    let cases = json(&["list", "--json"]);
    let file = |case: &Value| case["file"].as_str().expect("a file").to_owned();
    let files: Vec<String> = cases.as_array().expect("an array").iter().map(file).collect();
    assert!(files.len() > 100 && files.is_sorted(), "{files:?}");
    assert!(files.iter().all(|file| file.starts_with("cases/")), "{files:?}");
}

#[test]
fn invariants_are_listed_with_their_sentences() {
    let rows = json(&["list", "invariants", "--json"]);
    let rows = rows.as_array().expect("an array");
    assert!(rows.iter().any(|row| row["id"] == "pipelining"), "{rows:?}");
    assert!(rows.iter().all(|row| row["sentence"].as_str().is_some_and(|words| words.ends_with('.'))), "{rows:?}");
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
