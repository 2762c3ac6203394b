use std::time::Duration;

use hickory_proto::op::ResponseCode;
use tokio::time::Instant;

use super::{
    testing::{FIRST, Names, SECOND, Says, Wires, records},
    *,
};

const INTERNAL: NameServers = NameServers::Internal;

/// Runs with a resolver that asks both servers, on a paused clock.
fn run<F: Future<Output = ()>>(names: &Arc<Names>, test: impl FnOnce(Arc<Resolver>) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let resolver = Arc::new(Resolver::new(&[FIRST, SECOND], Arc::new(Wires(Arc::clone(names)))));
    runtime.expect("a runtime").block_on(test(resolver));
}

fn patience() -> Patience {
    Patience::new(Duration::from_secs(60))
}

/// The addresses of `mx.test`, what was asked, and how many milliseconds it took.
#[track_caller]
fn check_addresses(names: &Arc<Names>, expected: Result<&[&str], &str>, asked: &[&str], took_ms: u128) {
    run(names, async |resolver| {
        let began = Instant::now();
        let found = resolver.addresses(INTERNAL, "mx.test", &patience()).await;
        let found = found.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        let expected = expected.map(|all| all.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned));
        assert_eq!(names.asked(), asked);
        assert_eq!(began.elapsed().as_millis(), took_ms);
    });
}

const NOTHING: Says = Says::Code(ResponseCode::NoError);
const BOTH: [&str; 2] = ["192.0.2.53 UDP A mx.test", "192.0.2.53 UDP AAAA mx.test"];

fn a() -> Says {
    records(&["60 A 192.0.2.1"])
}

#[test]
fn families_take_turns_and_ipv6_begins() {
    let names = Names::new(&[
        ("A mx.test", records(&["60 A 192.0.2.1", "60 A 192.0.2.2", "60 A 192.0.2.3"])),
        ("AAAA mx.test", records(&["60 AAAA 2001:db8::1", "60 AAAA 2001:db8::2"])),
    ]);
    let order = ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"];
    check_addresses(&names, Ok(&order), &BOTH, 0);
}

#[test]
fn a_host_of_either_family_alone_is_a_host() {
    check_addresses(&Names::new(&[("A mx.test", a()), ("AAAA mx.test", NOTHING)]), Ok(&["192.0.2.1"]), &BOTH, 0);
    let six = Names::new(&[("A mx.test", NOTHING), ("AAAA mx.test", records(&["60 AAAA 2001:db8::1"]))]);
    check_addresses(&six, Ok(&["2001:db8::1"]), &BOTH, 0);
}

#[test]
fn no_answer_for_one_family_does_not_spoil_the_other() {
    let silent = Names::new(&[("A mx.test", a()), ("AAAA mx.test", Says::Silence)]);
    check_addresses(&silent, Ok(&["192.0.2.1"]), &BOTH, 2_000);
    let missing = Names::new(&[("A mx.test", a())]);
    check_addresses(&missing, Ok(&["192.0.2.1"]), &BOTH, 0);
    let refused = Names::new(&[("A mx.test", a()), ("AAAA mx.test", Says::Code(ResponseCode::Refused))]);
    refused.say(SECOND, "AAAA mx.test", Says::Code(ResponseCode::NotImp));
    let asked = [BOTH[0], BOTH[1], "192.0.2.54 UDP AAAA mx.test"];
    check_addresses(&refused, Ok(&["192.0.2.1"]), &asked, 0);
}

#[test]
fn nobody_there_no_address_and_no_answer_are_three_things() {
    check_addresses(&Names::new(&[]), Err("the domain `mx.test` does not exist"), &BOTH, 0);
    let empty = Names::new(&[("A mx.test", NOTHING)]);
    check_addresses(&empty, Err("no address records for `mx.test`"), &BOTH, 0);
    let failing = Names::new(&[("A mx.test", Says::Code(ResponseCode::ServFail)), ("AAAA mx.test", NOTHING)]);
    failing.say(SECOND, "A mx.test", Says::Silence);
    let why = "DNS query failed: A mx.test: 192.0.2.53: SERVFAIL; 192.0.2.54: timed out";
    check_addresses(&failing, Err(why), &[BOTH[0], BOTH[1], "192.0.2.54 UDP A mx.test"], 5_000);
}

#[test]
fn a_silent_server_costs_five_seconds_and_the_next_is_asked() {
    let names = Names::new(&[("A mx.test", Says::Silence), ("AAAA mx.test", NOTHING)]);
    names.say(SECOND, "A mx.test", a());
    check_addresses(&names, Ok(&["192.0.2.1"]), &[BOTH[0], BOTH[1], "192.0.2.54 UDP A mx.test"], 5_000);
}

#[test]
fn an_answer_from_elsewhere_or_too_late_is_none() {
    let forged = Names::new(&[("A mx.test", Says::Forged(Box::new(a()))), ("AAAA mx.test", NOTHING)]);
    check_addresses(&forged, Ok(&["192.0.2.1"]), &BOTH, 0);
    let late = Says::Late(Duration::from_millis(5_001), Box::new(records(&["60 A 192.0.2.66"])));
    let names = Names::new(&[("A mx.test", late), ("AAAA mx.test", NOTHING)]);
    names.say(SECOND, "A mx.test", a());
    check_addresses(&names, Ok(&["192.0.2.1"]), &[BOTH[0], BOTH[1], "192.0.2.54 UDP A mx.test"], 5_000);
}

#[test]
fn an_answer_that_is_cut_short_comes_over_tcp() {
    let names = Names::new(&[("A mx.test", Says::Cut(Box::new(a()))), ("AAAA mx.test", NOTHING)]);
    check_addresses(&names, Ok(&["192.0.2.1"]), &[BOTH[0], BOTH[1], "192.0.2.53 TCP A mx.test"], 0);
    let silent = Names::new(&[("A mx.test", Says::Cut(Box::new(Says::Silence))), ("AAAA mx.test", NOTHING)]);
    silent.say(SECOND, "A mx.test", a());
    let asked = [BOTH[0], BOTH[1], "192.0.2.53 TCP A mx.test", "192.0.2.54 UDP A mx.test"];
    check_addresses(&silent, Ok(&["192.0.2.1"]), &asked, 5_000);
}

/// What the settings make of an answer over UDP that is cut short.
#[track_caller]
fn check_protocol(protocol: ProtocolOption, expected: Result<usize, &str>, asked: &[&str]) {
    let names = Names::new(&[("MX test", Says::Cut(Box::new(records(&["60 MX 10 a.test.", "60 MX 20 b.test."]))))]);
    run(&names, async |resolver| {
        let internal = SideSettings { adapter_enabled: false, servers: vec![FIRST.ip()], protocol };
        resolver.configure(&DnsSettings { internal, ..DnsSettings::default() });
        let found = resolver.mail_hosts(INTERNAL, "test", &patience()).await;
        assert_eq!(found.map(|hosts| hosts.len()).map_err(|error| error.to_string()), expected.map_err(str::to_owned));
        assert_eq!(names.asked(), asked);
    });
}

#[test]
fn the_protocol_option_says_over_what() {
    check_protocol(ProtocolOption::Any, Ok(2), &["192.0.2.53 UDP MX test", "192.0.2.53 TCP MX test"]);
    check_protocol(ProtocolOption::UseTcpOnly, Ok(2), &["192.0.2.53 TCP MX test"]);
    let cut = "DNS query failed: MX test: the answer was cut short";
    check_protocol(ProtocolOption::UseUdpOnly, Err(cut), &["192.0.2.53 UDP MX test"]);
}

#[test]
fn each_side_asks_its_own_servers_unless_the_adapter_is_on() {
    let names = Names::new(&[("MX test", records(&["60 MX 10 inside.test."]))]);
    names.say(SECOND, "MX test", records(&["60 MX 10 outside.test."]));
    run(&names, async |resolver| {
        let external = SideSettings { adapter_enabled: false, servers: vec![SECOND.ip()], ..SideSettings::default() };
        let ignored = SideSettings { servers: vec![SECOND.ip()], ..SideSettings::default() };
        resolver.configure(&DnsSettings { external, internal: ignored, ..DnsSettings::default() });
        for (side, host) in [(NameServers::External, "outside.test"), (INTERNAL, "inside.test")] {
            let found = resolver.mail_hosts(side, "test", &patience()).await.expect("a host");
            assert_eq!(found, [MailHost { name: host.to_owned(), preference: 10 }]);
        }
        assert_eq!(names.asked(), ["192.0.2.54 UDP MX test", "192.0.2.53 UDP MX test"]);
        let nobody = SideSettings { adapter_enabled: false, ..SideSettings::default() };
        resolver.configure(&DnsSettings { internal: nobody, ..DnsSettings::default() });
        let error = resolver.mail_hosts(INTERNAL, "test", &patience()).await.expect_err("nobody to ask");
        assert_eq!((error.is_permanent(), names.asked()), (false, Vec::new()));
    });
}

#[test]
fn patience_is_for_all_lookups_together() {
    let names = Names::new(&[("MX a.test", Says::Silence), ("MX b.test", Says::Silence)]);
    names.say(SECOND, "MX a.test", Says::Silence);
    names.say(SECOND, "MX b.test", Says::Silence);
    run(&names, async |resolver| {
        let (began, patience) = (Instant::now(), Patience::new(Duration::from_secs(12)));
        for (name, secs) in [("a.test", 10), ("b.test", 12), ("b.test", 12)] {
            let error = resolver.mail_hosts(INTERNAL, name, &patience).await.expect_err("silence");
            assert!(!error.is_permanent());
            assert_eq!(began.elapsed(), Duration::from_secs(secs));
        }
    });
}

#[test]
fn aliases_are_followed_in_one_message_or_over_several_but_not_in_a_circle() {
    let names = Names::new(&[
        ("MX whole.test", records(&["60 CNAME b.test.", "b.test|60 MX 10 mx.test."])),
        ("MX parts.test", records(&["60 CNAME whole.test."])),
        ("MX self.test", records(&["60 CNAME self.test."])),
        ("MX ping.test", records(&["60 CNAME pong.test."])),
        ("MX pong.test", records(&["60 CNAME ping.test."])),
    ]);
    run(&names, async |resolver| {
        for name in ["whole.test", "parts.test"] {
            let found = resolver.mail_hosts(INTERNAL, name, &patience()).await.expect("a host");
            assert_eq!(found, [MailHost { name: "mx.test".to_owned(), preference: 10 }], "{name}");
        }
        for name in ["self.test", "ping.test"] {
            let error = resolver.mail_hosts(INTERNAL, name, &patience()).await.expect_err("a circle");
            assert!(error.to_string().contains("circle") && !error.is_permanent(), "{error}");
        }
        assert!(names.asked().len() < 30);
    });
}

/// How often a question is on the wire when it is put twice, so many seconds apart.
#[track_caller]
fn check_remembered(says: Says, apart_secs: u64, times: usize) {
    let names = Names::new(&[("MX test", says)]);
    run(&names, async |resolver| {
        let first = resolver.mail_hosts(INTERNAL, "test", &patience()).await;
        tokio::time::advance(Duration::from_secs(apart_secs)).await;
        assert_eq!(resolver.mail_hosts(INTERNAL, "TEST.", &patience()).await, first);
        assert_eq!(names.asked().len(), times);
    });
}

#[test]
fn answers_are_remembered_for_their_time_and_failures_never() {
    let mx = |ttl: u32| records(&[&format!("{ttl} MX 10 mx.test.")]);
    check_remembered(mx(60), 59, 1);
    check_remembered(mx(60), 60, 2);
    check_remembered(mx(0), 0, 2);
    check_remembered(Says::Code(ResponseCode::NXDomain), 29, 1);
    check_remembered(Says::Code(ResponseCode::NXDomain), 30, 2);
    // Both servers, both times.
    let names = Names::new(&[("MX test", Says::Code(ResponseCode::ServFail))]);
    names.say(SECOND, "MX test", Says::Code(ResponseCode::ServFail));
    run(&names, async |resolver| {
        for _ in 0..2 {
            let _error = resolver.mail_hosts(INTERNAL, "test", &patience()).await.expect_err("a failure");
        }
        assert_eq!(names.asked().len(), 4);
    });
}

#[test]
fn an_alias_that_ends_sooner_ends_the_answer() {
    check_remembered(records(&["5 CNAME b.test.", "b.test|60 MX 10 mx.test."]), 5, 2);
    check_remembered(records(&["60 CNAME b.test.", "b.test|5 MX 10 mx.test."]), 5, 2);
}

#[test]
fn that_a_host_has_no_address_is_not_remembered() {
    let names = Names::new(&[]);
    run(&names, async |resolver| {
        let _error = resolver.addresses(INTERNAL, "mx.test", &patience()).await.expect_err("nobody");
        names.say(FIRST, "A mx.test", a());
        let found = resolver.addresses(INTERNAL, "mx.test", &patience()).await;
        assert_eq!(found, Ok(vec![IpAddr::from([192, 0, 2, 1])]));
    });
}

#[test]
fn an_address_is_no_host_name() {
    let names = Names::new(&[("A 192.0.2.9", a())]);
    run(&names, async |resolver| {
        let error = resolver.addresses(INTERNAL, "192.0.2.9", &patience()).await.expect_err("no name");
        assert_eq!((error, names.asked()), (ResolveError::BadName { name: "192.0.2.9".to_owned() }, Vec::new()));
    });
}
