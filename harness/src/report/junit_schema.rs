//! What the Surefire report schema asks of a document, element by element: a test's own reading of it.

/// Element, where it may stand, attributes that it must have, attributes that it may have.
type Rule = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const RULES: &[Rule] = &[
    // Around the suites, as every reader of several suites knows it; the schema itself begins at one suite.
    ("testsuites", "", &["name", "tests", "failures", "errors"], &["skipped"]),
    ("testsuite", "testsuites", &["name", "tests", "errors", "skipped", "failures"], &["time", "group"]),
    ("properties", "testsuite", &[], &[]),
    ("property", "properties", &["name", "value"], &[]),
    ("testcase", "testsuite", &["name", "time"], &["classname", "group"]),
    ("failure", "testcase", &["type"], &["message"]),
    ("skipped", "testcase", &[], &["message"]),
    ("error", "testcase", &["type"], &["message"]),
    ("system-out", "testcase", &[], &[]),
];

/// What the children of a test case stand in.
const ORDER: [&str; 4] = ["failure", "skipped", "error", "system-out"];

/// Every way in which the document is not as the schema asks.
pub(super) fn mistakes(xml: &str) -> Vec<String> {
    let (mut open, mut mistakes): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    let mut last_child = 0;
    for tag in xml.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag) {
        if tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                mistakes.push(format!("`{name}` ends where it has not begun"));
            }
            continue;
        }
        let name = tag.split([' ', '/', '\n']).next().unwrap_or_default();
        let parent = open.last().copied().unwrap_or_default();
        let attributes: Vec<&str> = attributes(&tag[name.len()..]);
        match RULES.iter().find(|(own, above, ..)| (*own, *above) == (name, parent)) {
            None => mistakes.push(format!("no `{name}` may stand in `{parent}`")),
            Some((.., must, may)) => {
                let missing = must.iter().filter(|own| !attributes.contains(own));
                mistakes.extend(missing.map(|own| format!("`{name}` has no `{own}`")));
                let other = attributes.iter().filter(|own| !must.contains(own) && !may.contains(own));
                mistakes.extend(other.map(|own| format!("`{name}` may have no `{own}`")));
            }
        }
        if name == "testcase" {
            last_child = 0;
        }
        if let Some(place) = ORDER.iter().position(|own| *own == name) {
            if place < last_child {
                mistakes.push(format!("`{name}` stands behind what must stand behind it"));
            }
            last_child = place;
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    mistakes.extend(open.iter().map(|name| format!("`{name}` does not end")));
    mistakes
}

/// The names of attributes; values are quoted, and hold no quotes of their own.
fn attributes(text: &str) -> Vec<&str> {
    text.split('"').step_by(2).filter_map(|part| part.trim().strip_suffix('=')).collect()
}

#[test]
fn the_reading_of_the_schema_finds_what_is_wrong() {
    let found =
        mistakes("<testsuites name=\"a\" tests=\"1\" failures=\"0\" errors=\"0\"><testcase name=\"x\"/></testsuite>");
    assert_eq!(found, ["no `testcase` may stand in `testsuites`", "`testsuite` ends where it has not begun"]);
    let suite = "<testsuites name=\"a\" tests=\"1\" failures=\"0\" errors=\"0\"><testsuite name=\"a\" tests=\"1\" errors=\"0\" \
                 skipped=\"0\" failures=\"0\">";
    let found =
        mistakes(&format!("{suite}<testcase name=\"x\"><system-out>x</system-out><skipped type=\"y\"/></testcase>"));
    assert_eq!(
        found,
        [
            "`testcase` has no `time`",
            "`skipped` may have no `type`",
            "`skipped` stands behind what must stand behind it",
            "`testsuites` does not end",
            "`testsuite` does not end",
        ]
    );
}
