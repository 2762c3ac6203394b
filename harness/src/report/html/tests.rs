use super::page;
use crate::{
    report::fixture::{HOSTILE, every_verdict, hostile},
    suite::Suite,
};

fn suite() -> Suite {
    Suite::from_files([]).expect("nothing is a suite")
}

fn of(runs: &[crate::report::json::RunReport]) -> String {
    page(&suite(), runs).expect("it is a page")
}

#[test]
fn every_verdict_has_its_place_in_the_matrix() {
    let html = of(&[every_verdict()]);
    for word in ["conforms", "departs", "violates", "unsupported", "inconclusive"] {
        assert!(html.contains(&format!("data-v=\"{word}\"")), "{word}");
    }
    assert!(html.contains("href=\"#case=routing/ties#name\""));
    assert_eq!(html, of(&[every_verdict()]));
}

#[test]
fn hostile_text_is_no_markup() {
    let html = of(&[hostile(), hostile()]);
    assert_eq!(html.matches("<script").count(), 2);
    assert!(!html.contains("</code></details><script>") && !html.contains('\u{202e}') && !html.contains('\0'));
    let json = html.split("application/json\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("data");
    assert!(!json.contains('<'), "{json}");
    let data: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let seen = crate::report::visible::visible(HOSTILE);
    assert!(data["texts"].as_array().expect("texts").iter().any(|text| *text == seen.as_str()));
}

#[test]
fn equal_dialogues_and_texts_are_stored_once() {
    let one = of(&[every_verdict()]);
    let many = of(&vec![every_verdict(); 10]);
    assert_eq!(many.matches("EHLO \\u003cmta.test>").count(), one.matches("EHLO \\u003cmta.test>").count());
    for html in [one, many] {
        let json = html.split("application/json\">").nth(1).and_then(|rest| rest.split("</script>").next());
        let data: serde_json::Value = serde_json::from_str(json.expect("data")).expect("JSON");
        assert_eq!(data["dialogues"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn nothing_is_asked_of_any_network() {
    let html = of(&[every_verdict()]);
    for part in ["http://", "https://", "src=", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML", "eval("] {
        assert!(!html.contains(part), "`{part}`");
    }
    assert!(html.contains("default-src 'none'"));
}
