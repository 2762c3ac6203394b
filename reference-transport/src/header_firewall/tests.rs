use proptest::prelude::*;

use super::*;

const NONE: HeaderRights = HeaderRights { forest: false, organization: false, routing: false };
const ALL: HeaderRights = HeaderRights { forest: true, organization: true, routing: true };

#[track_caller]
fn check(rights: HeaderRights, header: &str, expected: &str) {
    assert_eq!(String::from_utf8_lossy(&filter(header.as_bytes(), rights)), expected);
}

#[track_caller]
fn check_split(message: &str, header: &str, rest: &str) {
    assert_eq!(split(message.as_bytes()), (header.as_bytes(), rest.as_bytes()));
}

#[test]
fn each_right_covers_its_own_family() {
    let header = "X-MS-Exchange-Forest-A: 1\r\nX-MS-Exchange-Organization-B: 2\r\nReceived: 3\r\nResent-Bcc: 4\r\n";
    check(NONE, header, "");
    check(ALL, header, header);
    check(HeaderRights { forest: true, ..NONE }, header, "X-MS-Exchange-Forest-A: 1\r\n");
    check(HeaderRights { organization: true, ..NONE }, header, "X-MS-Exchange-Organization-B: 2\r\n");
    check(HeaderRights::ANONYMOUS, header, "Received: 3\r\nResent-Bcc: 4\r\n");
}

#[test]
fn the_mark_of_a_journal_report_leaves_under_another_name() {
    let header =
        "A: 1\r\nx-ms-exchange-organization-journal-REPORT:\r\n yes\r\nX-MS-Exchange-Organization-Journal: no\r\n";
    let sent =
        |rights| String::from_utf8_lossy(&outgoing(header.as_bytes(), rights, CrossPremises::Removed)).into_owned();
    assert_eq!(sent(NONE), "A: 1\r\nX-MS-Journal-Report:\r\n yes\r\n");
    assert_eq!(sent(HeaderRights { organization: true, ..NONE }), header);
    check(NONE, header, "A: 1\r\n");
}

#[test]
fn what_is_known_of_a_sender_crosses_under_another_name() {
    let header = "X-MS-Exchange-Organization-authas:\r\n Internal\r\nX-MS-Exchange-CrossPremises-Old:\r\n yes\r\n\
                  X-MS-Exchange-Organization-Other: 1\r\nA: 2\r\n";
    let sent = |rights, cross| String::from_utf8_lossy(&outgoing(header.as_bytes(), rights, cross)).into_owned();
    assert_eq!(
        sent(NONE, CrossPremises::Renamed),
        "X-MS-Exchange-CrossPremises-authas:\r\n Internal\r\nX-MS-Exchange-CrossPremises-Old:\r\n yes\r\nA: 2\r\n"
    );
    assert_eq!(sent(NONE, CrossPremises::Removed), "A: 2\r\n");
    assert_eq!(sent(ALL, CrossPremises::Renamed), header);
    assert_eq!(sent(ALL, CrossPremises::Kept), header);
    assert_eq!(
        sent(ALL, CrossPremises::Removed),
        "X-MS-Exchange-Organization-authas:\r\n Internal\r\nX-MS-Exchange-Organization-Other: 1\r\nA: 2\r\n"
    );
}

#[test]
fn names_are_compared_without_case() {
    check(NONE, "x-ms-exchange-ORGANIZATION-scl: 1\r\nRECEIVED : 2\r\nA: 3\r\n", "A: 3\r\n");
}

#[test]
fn folded_lines_go_with_their_field() {
    let header = "A: 1\r\n a\r\nReceived: 2\r\n\tb\r\n  Subject: c\r\n \r\nB: 3\r\n\tb\r\n";
    check(NONE, header, "A: 1\r\n a\r\nB: 3\r\n\tb\r\n");
}

#[test]
fn a_name_cannot_hide_its_colon_in_a_folded_line() {
    check(NONE, "X-MS-Exchange-Organization-SCL\r\n : -1\r\nA: 1\r\n", "A: 1\r\n");
}

#[test]
fn near_misses_stay() {
    let header = "X-MS-Exchange-Organization: 1\r\nX-MS-Exchange-CrossTenant-Id: 2\r\nX-MS-ExchangeOrganization-A: 3\r\n\
                  Received-SPF: 4\r\nResent: 5\r\nX-Received: 6\r\nX-MS-Exchange-Organisation-A: 7\r\nno colon\r\n";
    check(NONE, header, header);
}

#[test]
fn the_separator_and_the_body_are_no_header() {
    check_split("A: 1\r\n\r\nReceived: x\r\n", "A: 1\r\n", "\r\nReceived: x\r\n");
    check_split("\r\nbody\r\n", "", "\r\nbody\r\n");
    check_split("A: 1\r\n", "A: 1\r\n", "");
    check_split("A: 1\n\nbody", "A: 1\n", "\nbody");
    check_split("A: 1\r\n \r\nB: 2\r\n\r\n", "A: 1\r\n \r\nB: 2\r\n", "\r\n");
    check_split("", "", "");
}

/// Unfolds into fields, judges each by its lower-case text, joins again.
fn model(header: &str, rights: HeaderRights) -> String {
    let mut fields: Vec<String> = Vec::new();
    for line in header.split_inclusive('\n') {
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    fields.retain(|field| {
        let first_line = field.lines().next().unwrap_or_default();
        let name = first_line.split(':').next().unwrap_or_default().to_lowercase();
        if name.starts_with("x-ms-exchange-forest-") {
            rights.forest
        } else if name.starts_with("x-ms-exchange-organization-") {
            rights.organization
        } else if name == "received" || name.starts_with("resent-") {
            rights.routing
        } else {
            true
        }
    });
    fields.concat()
}

fn any_line() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("X-MS-Exchange-Forest-A"),
        Just("x-ms-exchange-organization-B"),
        Just("X-MS-Exchange-Organization"),
        Just("Received"),
        Just("ReceivedX"),
        Just("Resent-To"),
        Just(" folded"),
        Just("\t"),
        Just("Subject"),
    ];
    (name, prop_oneof![Just(": value"), Just(""), Just(":")], prop_oneof![Just("\r\n"), Just("\n")])
        .prop_map(|(name, value, end)| format!("{name}{value}{end}"))
}

proptest! {
    #[test]
    fn the_firewall_agrees_with_the_model(
        first in "[A-Z]{1,3}: x\r\n",
        lines in proptest::collection::vec(any_line(), 0..12),
        (forest, organization, routing) in any::<(bool, bool, bool)>(),
    ) {
        let header = first + &lines.concat();
        let rights = HeaderRights { forest, organization, routing };
        prop_assert_eq!(String::from_utf8(filter(header.as_bytes(), rights)), Ok(model(&header, rights)));
    }

    #[test]
    fn nothing_is_lost_by_splitting(message in proptest::collection::vec(any::<u8>(), 0..64)) {
        let (header, rest) = split(&message);
        prop_assert_eq!([header, rest].concat(), message.clone());
        prop_assert!(rest.is_empty() || rest.starts_with(b"\r\n") || rest.starts_with(b"\n"));
    }
}
