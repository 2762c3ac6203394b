use std::{net::Ipv4Addr, time::Duration};

use hickory_server::proto::{
    op::{Edns, Query},
    rr::{DNSClass, Name},
};
use proptest::{collection::vec, prelude::any};

use super::*;
use crate::{
    record::{parse_record, record_line},
    rule::{Conditions, Tag, Which},
};

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const ID: u16 = 0x1234;

/// Keeps every event.
#[derive(Default)]
struct Events(Mutex<Vec<Event>>);

impl Sink for Events {
    fn report(&self, event: Event) {
        self.0.lock().expect("nobody panicked").push(event);
    }
}

/// A server of the records that most tests ask for, and what it reports.
struct Bench {
    dns: Arc<FakeDns>,
    events: Arc<Events>,
}

impl Bench {
    fn new(faults: Vec<Fault>) -> Self {
        let long = format!("long.test TXT {}", vec!["0123456789".repeat(20); 10].join(" "));
        let mut zones = Zones::new(
            [
                "contoso.test MX 10 mx.contoso.test",
                "mx.contoso.test A 192.0.2.25",
                "gone.test CNAME nowhere.test",
                &long,
            ]
            .map(|line| parse_record(line).expect("a record")),
        );
        zones.add(Duration::from_secs(3600), [parse_record("contoso.test MX 5 later.test").expect("a record")]);
        Self::of(zones, faults)
    }

    fn of(zones: Zones, faults: Vec<Fault>) -> Self {
        let events = Arc::new(Events::default());
        Self { dns: FakeDns::new(zones, faults, events.clone()), events }
    }

    /// What a question such as `contoso.test. MX` gets.
    async fn ask(&self, question: &str, transport: Transport) -> Outcome {
        self.dns.answer(&octets(&query(question)), PEER, transport).await
    }

    async fn message(&self, question: &str, transport: Transport) -> Message {
        match self.ask(question, transport).await {
            Outcome::Octets(octets) => Message::from_vec(&octets).expect("a message"),
            outcome => panic!("{outcome:?}"),
        }
    }

    /// The code, and then the answer's records.
    #[track_caller]
    fn check_answered(&self, number: u64, expected: &[&str]) {
        let events = self.events.0.lock().expect("nobody panicked");
        let found = events.iter().find_map(|event| match event {
            Event::Answered { query, answer: Answer::Message { rcode, records, .. } } if *query == number => {
                Some(std::iter::once(rcode).chain(records).cloned().collect::<Vec<_>>())
            }
            _ => None,
        });
        assert_eq!(found.expect("an answer"), expected);
    }

    fn events(&self) -> Vec<Event> {
        self.events.0.lock().expect("nobody panicked").clone()
    }

    fn answers(&self) -> Vec<Answer> {
        let answer = |event| if let Event::Answered { answer, .. } = event { Some(answer) } else { None };
        self.events().into_iter().filter_map(answer).collect()
    }

    fn codes(&self) -> Vec<String> {
        let code = |answer| if let Answer::Message { rcode, .. } = answer { Some(rcode) } else { None };
        self.answers().into_iter().filter_map(code).collect()
    }
}

fn query(question: &str) -> Message {
    let (name, record_type) = question.split_once(' ').expect("a name and a type");
    let mut message = Message::new(ID, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).expect("a name"), record_type.parse().expect("a type")));
    message
}

fn octets(message: &Message) -> Vec<u8> {
    message.to_vec().expect("octets")
}

fn fault(actions: Vec<Action>, conditions: Conditions) -> Fault {
    let name = "contoso.test.".parse().expect("a name");
    Fault { name, record_type: Some(RecordType::MX), actions, conditions, tag: Some(Tag(7)) }
}

fn serv_fail(conditions: Conditions) -> Fault {
    fault(vec![Action::Rcode(ResponseCode::ServFail)], conditions)
}

#[tokio::test(start_paused = true)]
async fn a_query_and_its_answer_are_reported_without_id_or_port() {
    let bench = Bench::new(vec![]);
    bench.ask("Contoso.TEST. MX", Transport::Udp).await;
    let expected = [
        Event::Query {
            query: 0,
            name: "contoso.test.".to_owned(),
            record_type: RecordType::MX,
            transport: Transport::Udp,
            peer: PEER,
        },
        Event::Answered {
            query: 0,
            answer: Answer::Message {
                rcode: "NOERROR".to_owned(),
                records: vec!["contoso.test. 60 IN MX 10 mx.contoso.test.".to_owned()],
                truncated: false,
                additional: Vec::new(),
                wrong_id: false,
                wrong_source: false,
            },
        },
    ];
    assert_eq!(bench.events(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_answer_repeats_the_question_letter_by_letter() {
    let bench = Bench::new(vec![]);
    let answer = bench.message("CoNtOsO.test. MX", Transport::Udp).await;
    assert_eq!(answer.metadata.id, ID);
    assert!(answer.metadata.authoritative && answer.metadata.recursion_available);
    assert_eq!(answer.queries[0].name().to_ascii(), "CoNtOsO.test.");
}

#[tokio::test(start_paused = true)]
async fn a_zone_below_a_domain_says_whose_it_is_and_refuses_what_is_outside() {
    let zones = Zones::new([parse_record("mx.m.contoso.test. A 192.0.2.7").unwrap()]);
    let zones = zones.below("m.contoso.test.".parse().unwrap());
    let bench = Bench::of(zones, vec![]);
    let none = bench.message("mx.m.contoso.test. AAAA", Transport::Udp).await;
    assert_eq!(none.metadata.response_code, ResponseCode::NoError);
    assert_eq!(
        (none.authorities[0].record_type(), none.authorities[0].name.to_ascii()),
        (RecordType::SOA, "m.contoso.test.".to_owned())
    );
    let outside = bench.message("contoso.test. A", Transport::Udp).await;
    assert_eq!(outside.metadata.response_code, ResponseCode::Refused);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_told_from_what_has_no_such_record() {
    let bench = Bench::new(vec![]);
    let none = bench.message("nowhere.test. MX", Transport::Udp).await;
    assert_eq!(none.authorities[0].record_type(), RecordType::SOA);
    bench.ask("contoso.test. A", Transport::Udp).await;
    bench.ask("gone.test. A", Transport::Udp).await;
    bench.ask("elsewhere.example. A", Transport::Udp).await;
    bench.check_answered(0, &["NXDOMAIN"]);
    bench.check_answered(1, &["NOERROR"]);
    bench.check_answered(2, &["NXDOMAIN", "gone.test. 60 IN CNAME nowhere.test."]);
    bench.check_answered(3, &["NXDOMAIN"]);
}

#[tokio::test(start_paused = true)]
async fn later_records_hold_from_their_time_on() {
    let bench = Bench::new(vec![]);
    bench.ask("contoso.test. MX", Transport::Udp).await;
    tokio::time::advance(Duration::from_secs(3600)).await;
    bench.ask("contoso.test. MX", Transport::Udp).await;
    bench.check_answered(0, &["NOERROR", "contoso.test. 60 IN MX 10 mx.contoso.test."]);
    bench.check_answered(1, &["NOERROR", "contoso.test. 60 IN MX 5 later.test."]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_too_long_for_a_datagram_says_so() {
    let bench = Bench::new(vec![]);
    let short = bench.message("long.test. TXT", Transport::Udp).await;
    assert!(short.metadata.truncation && short.answers.is_empty());
    let long = bench.message("long.test. TXT", Transport::Tcp).await;
    assert!(!long.metadata.truncation);
    assert_eq!(long.answers.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_query_may_allow_longer_datagrams_up_to_a_limit() {
    let lines = (1..=40).map(|n| format!("many.test A 192.0.2.{n}"));
    let zones = Zones::new(lines.map(|line| parse_record(&line).expect("a record")));
    let dns = FakeDns::new(zones, vec![], Arc::new(Events::default()));
    for (payload, truncated) in [(512, true), (1232, false), (100, true)] {
        let mut message = query("many.test. A");
        message.edns = Some(Edns::new());
        message.edns.as_mut().expect("just set").set_max_payload(payload);
        let Outcome::Octets(answer) = dns.answer(&octets(&message), PEER, Transport::Udp).await else {
            panic!("no answer");
        };
        let answer = Message::from_vec(&answer).expect("a message");
        assert_eq!(answer.metadata.truncation, truncated, "{payload}");
        assert_eq!(answer.answers.is_empty(), truncated, "{payload}");
        assert!(answer.edns.is_some(), "{payload}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_reported_between_its_query_and_the_answer() {
    let bench = Bench::new(vec![serv_fail(Conditions::default())]);
    let answer = bench.message("contoso.test. MX", Transport::Udp).await;
    assert_eq!(answer.metadata.response_code, ResponseCode::ServFail);
    assert_eq!(answer.queries.len(), 1);
    assert_eq!(bench.events()[1], Event::Used(Tag(7)));
    bench.check_answered(0, &["SERVFAIL"]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_keeps_to_its_name_and_type() {
    let bench = Bench::new(vec![serv_fail(Conditions::default())]);
    bench.ask("contoso.test. A", Transport::Udp).await;
    bench.ask("mx.contoso.test. MX", Transport::Udp).await;
    assert_eq!(bench.codes(), ["NOERROR", "NOERROR"]);
    let any = Fault { record_type: None, ..serv_fail(Conditions::default()) };
    let bench = Bench::new(vec![any]);
    bench.ask("contoso.test. A", Transport::Udp).await;
    assert_eq!(bench.codes(), ["SERVFAIL"]);
}

#[tokio::test(start_paused = true)]
async fn a_code_leaves_no_records() {
    for code in [ResponseCode::NXDomain, ResponseCode::NoError, ResponseCode::Refused] {
        let bench = Bench::new(vec![fault(vec![Action::Rcode(code)], Conditions::default())]);
        let answer = bench.message("contoso.test. MX", Transport::Udp).await;
        assert_eq!(answer.metadata.response_code, code);
        assert!(answer.answers.is_empty() && answer.authorities.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_query_gets_nothing() {
    let bench = Bench::new(vec![fault(vec![Action::Drop], Conditions::default())]);
    assert_eq!(bench.ask("contoso.test. MX", Transport::Tcp).await, Outcome::Nothing);
    assert_eq!(bench.answers(), [Answer::Nothing]);
}

#[tokio::test(start_paused = true)]
async fn octets_follow_the_id_of_the_query() {
    let bench = Bench::new(vec![fault(vec![Action::Octets(b"\xff\x00".to_vec())], Conditions::default())]);
    let outcome = bench.ask("contoso.test. MX", Transport::Udp).await;
    assert_eq!(outcome, Outcome::Octets(vec![0x12, 0x34, 0xff, 0x00]));
    assert_eq!(bench.answers(), [Answer::Octets(vec![0xff, 0x00])]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_comes_before_what_follows_it() {
    let pause = Action::Pause(Duration::from_secs(9));
    let bench = Bench::new(vec![
        fault(vec![pause.clone()], Conditions { count: Some(Which::First(1)), ..Conditions::default() }),
        fault(vec![pause, Action::Rcode(ResponseCode::Refused)], Conditions::default()),
    ]);
    let began = Instant::now();
    bench.ask("contoso.test. MX", Transport::Udp).await;
    assert_eq!(began.elapsed(), Duration::from_secs(9));
    bench.ask("contoso.test. MX", Transport::Udp).await;
    assert_eq!(began.elapsed(), Duration::from_secs(18));
    assert_eq!(bench.codes(), ["NOERROR", "REFUSED"]);
}

#[tokio::test(start_paused = true)]
async fn truncation_is_for_datagrams_alone() {
    let bench = Bench::new(vec![fault(vec![Action::Truncate], Conditions::default())]);
    let cut = bench.message("contoso.test. MX", Transport::Udp).await;
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    let whole = bench.message("contoso.test. MX", Transport::Tcp).await;
    assert!(!whole.metadata.truncation);
    assert_eq!(whole.answers.len(), 1);
    assert_eq!(bench.events().iter().filter(|event| matches!(event, Event::Used(_))).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_id_goes_with_the_right_answer() {
    let bench = Bench::new(vec![fault(vec![Action::WrongId], Conditions::default())]);
    let answer = bench.message("contoso.test. MX", Transport::Udp).await;
    assert_ne!(answer.metadata.id, ID);
    assert_eq!(answer.answers.len(), 1);
    assert!(matches!(bench.answers()[0], Answer::Message { wrong_id: true, .. }));
}

#[tokio::test(start_paused = true)]
async fn counts_are_of_queries_that_match() {
    for (which, expected) in [
        (Which::First(2), ["SERVFAIL", "SERVFAIL", "NOERROR", "NOERROR"]),
        (Which::From(3), ["NOERROR", "NOERROR", "SERVFAIL", "SERVFAIL"]),
        (Which::Only(2), ["NOERROR", "SERVFAIL", "NOERROR", "NOERROR"]),
    ] {
        let bench = Bench::new(vec![serv_fail(Conditions { count: Some(which), ..Conditions::default() })]);
        for _ in 0..4 {
            // No match, so not counted.
            bench.ask("mx.contoso.test. A", Transport::Udp).await;
            bench.ask("contoso.test. MX", Transport::Udp).await;
        }
        let codes: Vec<String> = bench.codes().into_iter().skip(1).step_by(2).collect();
        assert_eq!(codes, expected, "{which:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_counts_queries_that_an_earlier_fault_took() {
    let refuse = fault(
        vec![Action::Rcode(ResponseCode::Refused)],
        Conditions { count: Some(Which::Only(2)), ..Conditions::default() },
    );
    let first = serv_fail(Conditions { count: Some(Which::First(1)), ..Conditions::default() });
    let bench = Bench::new(vec![first, refuse]);
    for _ in 0..3 {
        bench.ask("contoso.test. MX", Transport::Udp).await;
    }
    assert_eq!(bench.codes(), ["SERVFAIL", "REFUSED", "NOERROR"]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_may_begin_and_end_by_time() {
    let (since, until) = (Some(Duration::from_secs(10)), Some(Duration::from_secs(20)));
    let bench = Bench::new(vec![serv_fail(Conditions { since, until, ..Conditions::default() })]);
    for _ in 0..3 {
        bench.ask("contoso.test. MX", Transport::Udp).await;
        tokio::time::advance(Duration::from_secs(10)).await;
    }
    assert_eq!(bench.codes(), ["NOERROR", "SERVFAIL", "NOERROR"]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_may_keep_to_a_transport() {
    let over = Some(Transport::Tcp);
    let bench = Bench::new(vec![serv_fail(Conditions { over, ..Conditions::default() })]);
    bench.ask("contoso.test. MX", Transport::Udp).await;
    bench.ask("contoso.test. MX", Transport::Tcp).await;
    assert_eq!(bench.codes(), ["NOERROR", "SERVFAIL"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_query_is_refused_and_never_numbered() {
    let bench = Bench::new(vec![]);
    let mut update = query("contoso.test. SOA");
    update.metadata.op_code = OpCode::Update;
    let mut answer = query("contoso.test. MX");
    answer.metadata.message_type = MessageType::Response;
    let mut two = query("contoso.test. MX");
    two.add_query(Query::query(Name::root(), RecordType::NS));
    let refused = |code| Outcome::Octets(vec![0x12, 0x34, 0x81, code, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut update_refused = vec![0x12, 0x34, 0xa9, 4];
    update_refused.resize(12, 0);
    let cut = octets(&query("contoso.test. MX"))[..15].to_vec();
    for (octets, over_udp, over_tcp) in [
        (octets(&update), Outcome::Octets(update_refused.clone()), Outcome::Octets(update_refused)),
        (octets(&answer), Outcome::Nothing, Outcome::Close),
        (octets(&two), refused(1), refused(1)),
        (cut, refused(1), refused(1)),
        (vec![0; 11], Outcome::Nothing, Outcome::Close),
        (vec![], Outcome::Nothing, Outcome::Close),
    ] {
        assert_eq!(bench.dns.answer(&octets, PEER, Transport::Udp).await, over_udp, "{octets:?}");
        assert_eq!(bench.dns.answer(&octets, PEER, Transport::Tcp).await, over_tcp, "{octets:?}");
    }
    assert!(bench.events().iter().all(|event| matches!(event, Event::Unreadable { .. })));
    assert_eq!(bench.events().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn other_classes_and_transfers_are_refused() {
    let bench = Bench::new(vec![]);
    let mut chaos = query("version.bind. TXT");
    chaos.queries[0].set_query_class(DNSClass::CH);
    bench.dns.answer(&octets(&chaos), PEER, Transport::Udp).await;
    bench.ask(". AXFR", Transport::Tcp).await;
    let mut since = query("contoso.test. SOA");
    since.queries[0].set_query_type(RecordType::IXFR);
    bench.dns.answer(&octets(&since), PEER, Transport::Tcp).await;
    assert_eq!(bench.codes(), ["REFUSED", "REFUSED", "REFUSED"]);
}

proptest::proptest! {
    #[test]
    fn no_octets_make_the_server_panic(octets in vec(any::<u8>(), 0..80)) {
        answer_some(&octets);
    }

    #[test]
    fn no_damaged_query_makes_the_server_panic(damage in vec((0_usize..40, any::<u8>()), 1..6), length in 0_usize..40) {
        let mut message = octets(&query("contoso.test. MX"));
        message.resize(40, 0);
        for (at, octet) in damage {
            message[at] = octet;
        }
        answer_some(&message[..length]);
    }
}

fn answer_some(octets: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let dns = Bench::new(vec![]).dns;
    for transport in [Transport::Tcp, Transport::Udp] {
        let outcome = runtime.block_on(dns.answer(octets, PEER, transport));
        if let Outcome::Octets(answer) = outcome {
            assert_eq!(answer[..2], octets[..2]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_additional_record_stands_beside_the_right_answer() {
    let lie = parse_record("mx.contoso.test A 192.0.2.99").expect("a record");
    let bench = Bench::new(vec![fault(vec![Action::Additional(Box::new(lie))], Conditions::default())]);
    let answer = bench.message("contoso.test. MX", Transport::Udp).await;
    bench.check_answered(0, &["NOERROR", "contoso.test. 60 IN MX 10 mx.contoso.test."]);
    assert_eq!(answer.additionals.iter().map(record_line).collect::<Vec<_>>(), ["mx.contoso.test. 60 IN A 192.0.2.99"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_keeps_its_first_records_and_comes_whole_over_tcp() {
    let zones = Zones::new(
        ["a", "b", "c"].map(|host| parse_record(&format!("contoso.test MX 10 {host}.test")).expect("a record")),
    );
    let dns =
        FakeDns::new(zones, vec![fault(vec![Action::Cut(2)], Conditions::default())], Arc::new(Events::default()));
    for (transport, records, truncation) in [(Transport::Udp, 2, true), (Transport::Tcp, 3, false)] {
        let Outcome::Octets(answer) = dns.answer(&octets(&query("contoso.test. MX")), PEER, transport).await else {
            panic!("no answer over {transport:?}");
        };
        let answer = Message::from_vec(&answer).expect("a message");
        assert_eq!((answer.answers.len(), answer.metadata.truncation), (records, truncation));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_elsewhere_is_for_datagrams_alone() {
    let bench = Bench::new(vec![fault(vec![Action::WrongSource], Conditions::default())]);
    assert!(matches!(bench.ask("contoso.test. MX", Transport::Udp).await, Outcome::Elsewhere(_)));
    assert!(matches!(bench.ask("contoso.test. MX", Transport::Tcp).await, Outcome::Octets(_)));
}
