use proptest::prelude::*;

use super::*;

/// The same facts, each by the plainest way over the whole message.
fn naive(message: &[u8], wire: &[u8]) -> MailData {
    let pairs: Vec<(u8, u8)> = message.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let crlfs = pairs.iter().filter(|pair| **pair == (b'\r', b'\n')).count() as u64;
    let count = |octet: u8| message.iter().filter(|one| **one == octet).count() as u64;
    let mut lines = vec![0_u64];
    let mut at = 0;
    while at < message.len() {
        if message[at..].starts_with(b"\r\n") {
            lines.push(0);
            at += 2;
        } else {
            *lines.last_mut().expect("never empty") += 1;
            at += 1;
        }
    }
    let (header, body): (&[u8], &[u8]) = if let Some(body) = message.strip_prefix(b"\r\n") {
        (b"", body)
    } else if let Some(at) = message.windows(4).position(|four| four == b"\r\n\r\n") {
        (&message[..at + 2], &message[at + 4..])
    } else {
        (message, b"")
    };
    MailData {
        size: message.len() as u64,
        sha256: Digest::of(message),
        header: header[..header.len().min(HEADER_OCTETS_MAX)].to_vec(),
        body_size: body.len() as u64,
        body_sha256: Digest::of(body),
        longest_line: lines.into_iter().max().unwrap_or(0),
        bare_cr: count(b'\r') - crlfs,
        bare_lf: count(b'\n') - crlfs,
        above_127: message.iter().filter(|octet| **octet > 127).count() as u64,
        wire: if wire.len() <= WHOLE_OCTETS_MAX {
            Kept::Whole(wire.to_vec())
        } else {
            Kept::Ends { head: wire[..HEAD_TAIL_OCTETS].to_vec(), tail: wire[wire.len() - HEAD_TAIL_OCTETS..].to_vec() }
        },
    }
}

/// Takes the dot away from each line that begins with one, octet by octet.
fn unstuffed(wire: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    for (at, octet) in wire.iter().enumerate() {
        let starts_line = at == 0 || wire[..at].ends_with(b"\r\n");
        if !(starts_line && *octet == b'.') {
            message.push(*octet);
        }
    }
    message
}

fn recorded(mut recorder: Recorder, wire: &[u8], cuts: &[usize]) -> MailData {
    let mut left = wire;
    for cut in cuts {
        let (piece, rest) = left.split_at((*cut).min(left.len()));
        recorder.take(piece);
        left = rest;
    }
    recorder.take(left);
    recorder.finish()
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(proptest::sample::select(b"\r\n\r\n..ab\xff".to_vec()), 0..60)
}

proptest! {
    #[test]
    fn facts_do_not_depend_on_how_the_octets_were_cut(wire in octets(), cuts in proptest::collection::vec(0_usize..6, 0..30)) {
        prop_assert_eq!(recorded(Recorder::chunked(), &wire, &cuts), naive(&wire, &wire));
        prop_assert_eq!(recorded(Recorder::dotted(), &wire, &cuts), naive(&unstuffed(&wire), &wire));
    }

    #[test]
    fn a_long_message_is_kept_by_its_ends(length in WHOLE_OCTETS_MAX - 3..WHOLE_OCTETS_MAX + 9000, cut in 1_usize..20_000) {
        let wire: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let cuts = vec![cut; 2 + length / cut];
        prop_assert_eq!(recorded(Recorder::chunked(), &wire, &cuts).wire, naive(&wire, &wire).wire);
    }
}

#[test]
fn a_header_that_is_too_long_is_cut_and_the_body_is_found_all_the_same() {
    for surplus in 0..6 {
        let header = [b"X: ".to_vec(), vec![b'a'; HEADER_OCTETS_MAX - 7 + surplus], b"\r\n".to_vec()].concat();
        let message = [header.as_slice(), b"\r\nbody\r\n"].concat();
        let data = MailData::of(&message);
        assert_eq!(data.body_size, 6);
        assert_eq!(data.header, header[..header.len().min(HEADER_OCTETS_MAX)]);
    }
}

#[test]
fn an_empty_message_has_no_octets_at_all() {
    assert_eq!(MailData::of(b""), naive(b"", b""));
}

/// Lines, most of which come again, of a message that is too large to be kept whole.
fn repeating() -> impl Strategy<Value = Vec<u8>> {
    let line =
        proptest::sample::select(vec!["x\r\n", "a: b\r\n", "\r\n", "..x\n", "yyyyyyyyyyyyyyyyyyyyyy\r\n", "no end"]);
    proptest::collection::vec((line, 0_usize..12_000), 0..8)
        .prop_map(|runs| runs.into_iter().map(|(line, times)| line.repeat(times)).collect::<String>().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn digests_that_are_put_off_are_those_of_the_octets(wire in repeating(), cut in 1_usize..20_000) {
        let body = wire.windows(4).position(|four| four == b"\r\n\r\n").map_or(wire.len(), |at| at + 4);
        let body = if wire.starts_with(b"\r\n") { 2 } else { body };
        let data = recorded(Recorder::chunked(), &wire, &vec![cut; 1 + wire.len() / cut]);
        prop_assert_eq!(&data.sha256, &Digest::of(&wire));
        prop_assert_eq!(&data.body_sha256, &Digest::of(&wire[body..]));
        prop_assert_eq!(&MailData::of(&wire).body_sha256, &data.body_sha256);
    }
}

#[test]
fn only_the_digests_of_a_large_message_that_repeats_itself_are_put_off() {
    let of = |message: &[u8]| MailData::of(message).sha256.is_known();
    let lines = b"0123456789\r\n".repeat(20_000);
    assert!(!of(&lines));
    assert!(of(&lines[..WHOLE_OCTETS_MAX]));
    let different: Vec<u8> = (0..20_000).flat_map(|line| format!("{line:010}\r\n").into_bytes()).collect();
    assert!(of(&different));
    assert_eq!(MailData::of(&different).sha256, Digest::of(&different));
    assert!(of(&[&lines[..], &different].concat()));
}
