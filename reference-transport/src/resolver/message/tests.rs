use super::*;

fn question(kind: Kind) -> Question {
    let mut name = Name::from_ascii("contoso.test.").expect("a name");
    name.set_fqdn(true);
    Question { id: 0x1234, name, kind }
}

/// A message with the given flags, counts and what follows the question.
fn message(flags: [u8; 2], answers: u16, authorities: u16, rest: &[u8]) -> Vec<u8> {
    let mut octets = question(Kind::Mx).octets().expect("a query");
    octets[2..4].copy_from_slice(&flags);
    octets[6..8].copy_from_slice(&answers.to_be_bytes());
    octets[8..10].copy_from_slice(&authorities.to_be_bytes());
    octets.extend(rest);
    octets
}

/// A record whose owner is the question's name, by a pointer.
fn record(code: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("short data");
    [&[0xc0, 12][..], &code.to_be_bytes(), &IN.to_be_bytes(), &ttl.to_be_bytes(), &length.to_be_bytes(), data].concat()
}

const GOOD: [u8; 2] = [0x81, 0x80];
/// `10 mx.contoso.test.`
const MX_10: [u8; 7] = [0, 10, 2, b'm', b'x', 0xc0, 12];

#[track_caller]
fn exchanges(octets: &[u8]) -> Vec<(u32, Data)> {
    let reply = question(Kind::Mx).read(octets).expect("an answer");
    reply.records.into_iter().map(|record| (record.ttl, record.data)).collect()
}

fn mx_10(ttl: u32) -> (u32, Data) {
    (ttl, Data::Exchange { preference: 10, host: "mx.contoso.test".to_owned() })
}

#[test]
fn a_query_is_one_question_with_recursion_desired() {
    let octets = question(Kind::Aaaa).octets().expect("a query");
    let expected = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07contoso\x04test\x00\x00\x1c\x00\x01";
    assert_eq!(octets, expected);
}

#[test]
fn names_in_data_may_point_backwards() {
    assert_eq!(exchanges(&message(GOOD, 1, 0, &record(15, 60, &MX_10))), [mx_10(60)]);
}

#[test]
fn a_malformed_record_is_left_out_and_the_others_count() {
    // A label longer than the data, a pointer forwards, octets behind the name, half a preference.
    for bad in [&[0, 5, 9, b'm'][..], &[0, 5, 0xc0, 0xff], &[0, 5, 1, b'm', 0, 7], &[0]] {
        let rest = [record(15, 60, bad), record(15, 60, &MX_10)].concat();
        assert_eq!(exchanges(&message(GOOD, 2, 0, &rest)), [mx_10(60)], "{bad:?}");
    }
}

#[test]
fn records_of_other_types_and_classes_say_nothing() {
    let mut chaos = record(15, 60, &MX_10);
    chaos[5] = 3;
    let rest = [chaos, record(1, 60, &[192, 0, 2, 1]), record(15, 60, &MX_10)].concat();
    assert_eq!(exchanges(&message(GOOD, 3, 0, &rest)), [mx_10(60)]);
}

#[test]
fn a_time_to_live_with_its_sign_set_is_none() {
    assert_eq!(exchanges(&message(GOOD, 1, 0, &record(15, 0x8000_0001, &MX_10))), [mx_10(0)]);
}

#[test]
fn an_absence_holds_for_the_lesser_of_the_authoritys_two_times() {
    let soa = |ttl, minimum: u32| {
        let data = [&[0, 0][..], &[0; 16], &minimum.to_be_bytes()].concat();
        message([0x81, 0x83], 0, 1, &record(6, ttl, &data))
    };
    let read = |octets: &[u8]| question(Kind::Mx).read(octets).expect("an answer").negative_ttl;
    assert_eq!(read(&soa(30, 900)), Some(30));
    assert_eq!(read(&soa(900, 30)), Some(30));
    assert_eq!(read(&message([0x81, 0x83], 0, 0, &[])), None);
}

#[test]
fn what_is_no_answer_to_the_question_is_nobodys() {
    let good = message(GOOD, 0, 0, &[]);
    assert!(question(Kind::Mx).read(&good).is_some());
    let other_type = question(Kind::A).read(&good);
    let other_id = Question { id: 1, ..question(Kind::Mx) }.read(&good);
    let other_name =
        Question { name: Name::from_ascii("adatum.test.").expect("a name"), ..question(Kind::Mx) }.read(&good);
    let a_query = question(Kind::Mx).read(&message([0x01, 0], 0, 0, &[]));
    let a_status = question(Kind::Mx).read(&message([0x91, 0x80], 0, 0, &[]));
    let half = question(Kind::Mx).read(&good[..20]);
    for read in [other_type, other_id, other_name, a_query, a_status, half, question(Kind::Mx).read(&[])] {
        assert_eq!(read, None);
    }
}

#[test]
fn letter_case_of_the_question_does_not_count() {
    let mut octets = message(GOOD, 1, 0, &record(15, 60, &MX_10));
    octets.splice(13..20, *b"CONTOSO");
    assert_eq!(exchanges(&octets), [mx_10(60)]);
}

#[test]
fn a_refusal_need_not_repeat_the_question() {
    let header = [0x12, 0x34, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(question(Kind::Mx).read(&header).map(|reply| reply.code), Some(1));
    let without_a_reason = [0x12, 0x34, 0x81, 0x80, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(question(Kind::Mx).read(&without_a_reason), None);
}

#[test]
fn records_that_are_missing_are_an_answer_only_if_it_was_cut_short() {
    let rest = record(15, 60, &MX_10);
    assert_eq!(question(Kind::Mx).read(&message(GOOD, 2, 0, &rest)), None);
    let cut = question(Kind::Mx).read(&message([0x83, 0x80], 2, 0, &rest)).expect("an answer");
    assert!(cut.is_truncated);
}

proptest::proptest! {
    #[test]
    fn no_octets_are_too_strange(octets: Vec<u8>) {
        let framed = message(GOOD, 3, 2, &octets);
        let _ = question(Kind::Mx).read(&octets);
        let _ = question(Kind::Mx).read(&framed);
    }
}
