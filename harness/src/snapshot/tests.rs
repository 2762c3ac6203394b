use super::{
    Layout, Shown,
    file::{Comparison, compare, file_name, read, write},
    render,
};
use crate::trace::dialogue::{delivery, trace};

#[track_caller]
fn shown(text: &str, layout: Layout) -> String {
    render(&[Shown { id: "area/topic#case", trace: &trace(text) }], layout)
}

#[test]
fn a_session_is_a_dialogue_with_times_to_the_second() {
    let text =
        shown("@1250ms\nconnect mx.test\nS: 220 mx.test\nTLS 1.3\nC: QUIT\nclose client\nend settled", Layout::Memory);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["# area/topic#case", "", "@ 1s"]);
    assert!(lines[3].starts_with("connect mx.test 198.51.100."), "{text}");
    assert_eq!(
        lines[4..],
        [
            "S: 220 mx.test",
            "<TLS 1.3, valid for mx.test, SNI mx.test, client certificate mta.sender.test>",
            "C: QUIT",
            "<close by client>",
            "",
            "end: settled"
        ]
    );
}

#[test]
fn sessions_that_interleave_are_written_one_after_the_other() {
    let mut interleaved = trace("connect a.test\nS: 220 a\nconnect b.test\nS: 220 b");
    interleaved.0.swap(1, 2);
    let text = render(&[Shown { id: "x", trace: &interleaved }], Layout::Memory);
    let places: Vec<_> = ["connect a", "S: 220 a", "connect b", "S: 220 b"].map(|part| text.find(part)).to_vec();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{text}");
}

#[test]
fn on_sockets_sessions_stand_by_host_and_without_times() {
    let text = shown("@3s\nconnect b.test\n@4s\nconnect a.test\nend settled", Layout::Sockets);
    assert!(text.find("connect a.test") < text.find("connect b.test") && !text.contains('@'), "{text}");
    assert!(text.ends_with("end: settled\n"), "{text}");
}

#[test]
fn equal_attempts_are_folded() {
    let attempt = "query MX contoso.test.\nanswer SERVFAIL\n";
    let text = shown(&format!("{attempt}@600s\n{attempt}@1200s\n{attempt}@1800s\n{attempt}"), Layout::Memory);
    assert_eq!(text.matches("SERVFAIL").count(), 1, "{text}");
    assert!(text.ends_with("\n... 3 more, every 10m\n"), "{text}");
    let uneven = shown(&format!("{attempt}@60s\n{attempt}@600s\n{attempt}"), Layout::Memory);
    assert!(uneven.ends_with("\n... 2 more, at 1m, 10m\n"), "{uneven}");
}

#[test]
fn what_varies_is_a_token_and_what_the_page_gave_is_not() {
    let received = "Received: from a by mta id 4ZxY7;|\\tMon, 7 Jan 2030 10:00:00 +0000|";
    let own = "Date: Mon, 7 Jan 2030 09:00:00 +0000|Message-ID: <own@sender.test>|";
    let other = "Content-Type: multipart/report; boundary=\"8fa1\"|Message-ID: <74f1@mta>|Date: Mon, 7 Jan 2030 10:00:01 +0000|";
    let message = delivery("mx.test", &["u@contoso.test"], &format!("{received}{own}{other}Subject: x||Hello.|"));
    let text = shown(&format!("submit m1 u@contoso.test {own}Subject: x||Hello.|\n{message}"), Layout::Memory);
    for part in [
        "   | Received: from a by mta id {QUEUE-ID};\n   | \\t{DATE}\n",
        "   | Date: Mon, 7 Jan 2030 09:00:00 +0000\n   | Message-ID: <own@sender.test>\n",
        "boundary=\"{BOUNDARY}\"\n   | Message-ID: {MESSAGE-ID}\n   | Date: {DATE}\n",
    ] {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
}

#[test]
fn a_file_is_read_as_it_was_written() {
    let file = write("cases/routing/equal-connectors.md", "# x\nS: 220\n");
    assert_eq!(file, "---\nsource: cases/routing/equal-connectors.md\n---\n# x\nS: 220\n");
    assert_eq!(read(&file), "# x\nS: 220\n");
    assert_eq!(compare(Some(&file), "# x\nS: 220"), Comparison::Same);
    assert_eq!(compare(Some(&file.replace('\n', "\r\n")), "# x\nS: 220"), Comparison::Same);
    assert_eq!(compare(None, "# x"), Comparison::New);
}

#[test]
fn a_difference_is_shown_as_a_diff() {
    let Comparison::Differs { diff } = compare(Some(&write("p", "a\nb\n")), "a\nc\n") else { panic!("they differ") };
    assert!(diff.contains("-b\n+c\n"), "{diff}");
}

#[test]
fn a_section_and_its_variants_share_a_file() {
    assert_eq!(file_name("routing/equal-connectors#tie"), "equal-connectors@tie.snap");
    assert_eq!(file_name("tls/certificate#refused/expired"), "certificate@refused.snap");
}
