//! The page of a run in a real browser: filters, links, no script error, no request, nothing that scrolls sideways.
//!
//! Chromium is driven by a script that stands in a copy of the page. Where there is none the tests say so, and claim
//! nothing.

#[path = "../cli/outcome.rs"]
#[expect(dead_code, reason = "the tests of the program use the rest")]
mod outcome;
mod page;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use page::{HOSTILE, Matrix};

const PROBE: &str = include_str!("probe.js");
/// Before everything else: what goes wrong is kept.
const WATCH: &str = "<script>window.probeErrors = []; window.probeViolations = [];
addEventListener('error', (event) => window.probeErrors.push(event.message));
addEventListener('securitypolicyviolation', (event) => window.probeViolations.push(event.blockedURI));</script>";

/// A window is never as narrow as a phone, so the page stands in a frame.
const OUTER: &str = "<!doctype html><script>addEventListener('message', (event) => {
const left = document.createElement('pre'); left.id = 'probe'; left.textContent = event.data; document.body.append(left); });
</script><body><iframe src='page.html' style='width: WIDTHpx; height: 900px; border: 0'></iframe></body>";

/// How the browser shows the page.
struct Screen {
    width: u32,
    dark: bool,
}

/// The browser of this machine.
#[expect(clippy::disallowed_methods, reason = "a test looks for a program of the machine")]
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let found = found.into_iter().find(|file| file.is_file());
    if found.is_none() {
        // Not captured, so that it is read also where the test passes.
        drop(writeln!(std::io::stderr(), "\nnot installed: Chromium; the page was looked at by no browser"));
    }
    found
}

/// What the probe saw of the page.
fn probed(browser: &Path, html: &str, screen: &Screen) -> Value {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("page.html");
    let (before, policy) = html.split_once("script-src '").expect("a policy");
    let (_, behind) = policy.split_once('\'').expect("its end");
    let copy = format!("{before}script-src 'unsafe-inline{}{behind}", "'");
    let copy = copy.replacen("<style>", &format!("{WATCH}<style>"), 1);
    let copy = copy.replacen("</body>", &format!("<script>{PROBE}</script></body>"), 1);
    std::fs::write(&file, copy).expect("a page");
    let outer = folder.path().join("outer.html");
    std::fs::write(&outer, OUTER.replace("WIDTH", &screen.width.to_string())).expect("a page");
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let scheme = format!("--blink-settings=preferredColorScheme={}", if screen.dark { 0 } else { 1 });
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--dump-dom",
            "--window-size=1400,950",
        ])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args([&profile, &scheme, "--virtual-time-budget=60000", &format!("file://{}", outer.display())])
        .output()
        .expect("the browser starts");
    let dom = String::from_utf8_lossy(&output.stdout);
    let probe = dom.split("<pre id=\"probe\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let probe = probe.unwrap_or_else(|| panic!("the probe left nothing: {}", String::from_utf8_lossy(&output.stderr)));
    let text = probe.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    serde_json::from_str(&text).expect("JSON")
}

#[track_caller]
fn is_empty(seen: &Value, what: &str) {
    assert_eq!(seen[what], Value::Array(Vec::new()), "{what}");
}

#[test]
fn a_person_can_filter_follow_and_read() {
    let Some(browser) = chromium() else { return };
    let matrix = Matrix::two();
    let html = matrix.html();
    for screen in [Screen { width: 1280, dark: false }, Screen { width: 390, dark: true }] {
        let seen = probed(&browser, &html, &screen);
        for what in ["errors", "violations", "requests", "badLinks", "landmarks", "duplicates"] {
            is_empty(&seen, what);
        }
        assert_eq!((&seen["width"], &seen["dark"]), (&screen.width.into(), &screen.dark.into()));
        for (view, found) in seen["views"].as_object().expect("views") {
            assert!(found["texts"].as_u64() > Some(3), "{view}: {found}");
            for what in ["sideways", "faint", "nameless"] {
                assert_eq!(found[what], Value::Array(Vec::new()), "{view}: {what}");
            }
        }
        for verdict in ["conforms", "violates", "departs"] {
            assert_eq!(seen["filters"][verdict], matrix.with(verdict), "{verdict}");
        }
        assert_eq!((&seen["rows"], &seen["rowsAfter"]), (&matrix.len(), &matrix.len()));
        assert_eq!(seen["filters"]["area=routing"], matrix.in_area("routing"));
        assert_eq!((&seen["filters"]["text=no such case"], &seen["filters"]["differs"]), (&0.into(), &2.into()));
        assert!(seen["filters"]["text=sel-14"].as_u64() > Some(0) && seen["cited"] == seen["filters"]["text=sel-14"]);
        // The broken claim stands at its event, and the hostile text as text.
        let why = seen["marked"][0].as_str().expect("a mark");
        assert!(why.starts_with("✗ line ") && why.contains("MUST"), "{why}");
        assert!(
            seen["markedEvent"][0].as_str().is_some_and(|event| event.contains(HOSTILE)),
            "{}",
            seen["markedEvent"]
        );
        assert_eq!((&seen["dialogues"], &seen["scripts"]), (&2.into(), &4.into()));
        assert!(seen["lanes"].as_str().is_some_and(|lanes| lanes.starts_with("DNS")), "{}", seen["lanes"]);
        assert!(seen["unknown"].as_str().is_some_and(|text| text.contains("No run has this case")));
    }
}

#[test]
fn ten_mtas_and_a_thousand_cases_are_a_page_that_answers_at_once() {
    let html = page::ten_by_a_thousand();
    assert!(html.len() < 15_000_000, "{} octets", html.len());
    let Some(browser) = chromium() else { return };
    let seen = probed(&browser, &html, &Screen { width: 1280, dark: false });
    is_empty(&seen, "errors");
    assert_eq!(seen["rows"], 1000);
    let ms = seen["filterMs"].as_f64().expect("a time");
    drop(writeln!(std::io::stderr(), "\nten MTAs, 1000 cases: {} octets, a filter answers in {ms:.0} ms", html.len()));
}
