//! Lines with all that they say.

use std::{net::IpAddr, time::Duration};

use hickory_server::proto::{op::ResponseCode, rr::RecordType};
use mtaspec_fake_dns::rule as dns;
use mtaspec_fake_smarthost::{
    host::{CertificateKind, CertificateSpec, Credential, Posture, Property, PropertyValue},
    rule::{Action, Argument, Conditions, Count, Pattern, Reply, Rule, Scope, TlsState, Trigger, Which},
    script::{Step, StepAction},
};

use super::{NUMBER, claim, fault, host_line, script};
use crate::{
    case::grammar::host::HostLine,
    claim::ast::{
        Body, Claim, Code, CommandRef, Each, Fate, HeaderValue, Level, NoticeKind, Outcome, Qualifier, Seen,
        ShellClaim, ShellOutcome, Source, Subject, Thing, TlsFact,
    },
};

fn hours(hours: u64) -> Duration {
    Duration::from_hours(hours)
}

#[test]
fn what_the_shell_does_is_claimed_by_number_or_by_text() {
    let of = |text: &str| match claim(&format!("MUST {text} [MOD-12]")).body {
        Body::Shell(shell) => shell,
        other => panic!("{text}: {other:?}"),
    };
    let pieces = |text: &str| Pattern { pieces: text.split('*').map(|piece| piece.as_bytes().to_vec()).collect() };
    let number = CommandRef::Number;
    assert_eq!(of("shell accepts command 2"), ShellClaim { command: number(2), outcome: ShellOutcome::Accepts });
    let text = CommandRef::Text(pieces("New-SendConnector *"));
    let refuses = ShellOutcome::Refuses(pieces("conflict"));
    assert_eq!(
        of("shell refuses \"New-SendConnector *\" \"conflict\""),
        ShellClaim { command: text, outcome: refuses }
    );
    let outcome = ShellOutcome::Prints(pieces("Port : 25"));
    assert_eq!(of("shell prints command 3 \"Port : 25\""), ShellClaim { command: number(3), outcome });
    let outcome = ShellOutcome::NeverPrints(pieces("*Deny*"));
    assert_eq!(of("shell never prints command 3 \"*Deny*\""), ShellClaim { command: number(3), outcome });
}

fn seen(text: &str) -> Seen {
    match claim(&format!("MUST {text} [SEL-06]")).body {
        Body::Seen(seen) => seen,
        other => panic!("{text}: {other:?}"),
    }
}

fn rule(text: &str) -> Rule {
    match host_line(text) {
        HostLine::Rule(rule) => rule,
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn check_property(text: &str, expected_word: &str, expected: Vec<PropertyValue>) {
    let HostLine::Property { word, properties } = host_line(text) else { panic!("{text} is no property") };
    assert_eq!(word, expected_word);
    assert_eq!(properties.into_iter().map(|property| property.value).collect::<Vec<_>>(), expected);
}

fn reply(lines: &[&str]) -> Action {
    Action::Reply(Reply { lines: lines.iter().map(|line| (*line).to_owned()).collect() })
}

#[test]
fn a_fate_has_its_recipient_its_host_and_its_times() {
    let text =
        "MUST  julia@contoso.test is delivered to MX.contoso.test. not before 26h  within 26h10m   [DNS-09 FAIL-08]";
    let expected = Claim {
        level: Level::Must,
        when: None,
        body: Body::Fate(Fate {
            recipient: Some("julia@contoso.test".to_owned()),
            message: None,
            outcome: Outcome::Delivered { to: Some("mx.contoso.test".to_owned()) },
            qualifiers: vec![Qualifier::NotBefore(hours(26)), Qualifier::Within(hours(26) + Duration::from_mins(10))],
        }),
        ids: vec!["DNS-09".to_owned(), "FAIL-08".to_owned()],
        text: "MUST julia@contoso.test is delivered to MX.contoso.test. not before 26h within 26h10m".to_owned(),
        line: NUMBER,
    };
    assert_eq!(claim(text), expected);
}

#[test]
fn a_condition_ends_at_its_comma() {
    let claim =
        claim("SHOULD WHEN mx.contoso.test sees TLS at 1s, 2m, every recipient of m1 fails with 550 5.1.1 [X-1]");
    let when = claim.when.unwrap();
    assert_eq!(when.qualifiers, [Qualifier::At(vec![Duration::from_secs(1), Duration::from_mins(2)])]);
    let expected = Fate {
        recipient: None,
        message: Some("m1".to_owned()),
        outcome: Outcome::Fails,
        qualifiers: vec![Qualifier::With(Code { reply: Some(550), enhanced: Some("5.1.1".to_owned()) })],
    };
    assert_eq!((claim.level, claim.body), (Level::Should, Body::Fate(expected)));
}

#[test]
fn a_host_sees_with_a_count_an_order_and_a_place() {
    let text = r#"192.0.2.1 never sees MAIL "* SIZE=*" at most 5 times before RCPT in each connection only in clear from mbx1"#;
    let expected = Seen {
        subject: Subject::Host("192.0.2.1".to_owned()),
        never: true,
        thing: Thing::Command {
            verb: "MAIL".to_owned(),
            argument: Some(Pattern { pieces: vec![b"".to_vec(), b" SIZE=".to_vec(), b"".to_vec()] }),
        },
        qualifiers: vec![
            Qualifier::AtMost(5),
            Qualifier::Before(Thing::Command { verb: "RCPT".to_owned(), argument: None }),
            Qualifier::InEach(Each::Connection),
            Qualifier::Tls { state: TlsState::Clear, only: true },
            Qualifier::From("mbx1".to_owned()),
        ],
    };
    assert_eq!(seen(text), expected);
}

#[test]
fn the_name_server_sees_queries() {
    let expected = Seen {
        subject: Subject::Dns { server: Some("mbx1".to_owned()) },
        never: false,
        thing: Thing::Query { record_type: "MX".to_owned(), name: "contoso.test.".to_owned() },
        qualifiers: vec![Qualifier::Over(dns::Transport::Tcp), Qualifier::Times(1)],
    };
    assert_eq!(seen("dns mbx1 sees MX Contoso.test over TCP once"), expected);
    assert_eq!(seen("dns sees MX contoso.test").subject, Subject::Dns { server: None });
}

#[test]
fn things_have_their_facts() {
    let header = |name: &str, value| Thing::Header { name: name.to_owned(), value };
    assert_eq!(seen("origin sees header Subject").thing, header("Subject", HeaderValue::Any));
    assert_eq!(seen("origin sees header Subject unchanged").thing, header("Subject", HeaderValue::Unchanged));
    assert_eq!(seen("origin sees the body unchanged").thing, Thing::Body(None));
    assert_eq!(seen("origin sees a delay notice").thing, Thing::Notice(NoticeKind::Delay));
    assert_eq!(seen("origin sees TLS").thing, Thing::Tls(None));
    assert_eq!(seen(r#"origin sees TLS "1.2""#).thing, Thing::Tls(Some(TlsFact::Version("1.2".to_owned()))));
    assert_eq!(seen(r#"origin sees TLS "SNI a.test""#).thing, Thing::Tls(Some(TlsFact::Sni("a.test".to_owned()))));
    assert_eq!(
        seen(r#"origin sees TLS "client certificate a.test""#).thing,
        Thing::Tls(Some(TlsFact::ClientCertificate("a.test".to_owned())))
    );
    assert_eq!(seen(r#"origin sees credentials "a\*b""#).thing, Thing::Credentials(b"a*b".to_vec()));
}

#[test]
fn blanks_are_folded_outside_quotation_marks_only() {
    let claim = claim("MUST  origin   receives octets \"a  [b] \\\"  c\"\tonce  [X-1]");
    assert_eq!(claim.text, "MUST origin receives octets \"a  [b] \\\"  c\" once");
}

#[test]
fn a_rule_has_a_trigger_actions_and_conditions() {
    let expected = Rule {
        trigger: Trigger::Command {
            verb: "RCPT".to_owned(),
            argument: Argument::Mailbox("r7@contoso.test".to_owned()),
        },
        actions: vec![Action::Pause(Duration::from_secs(5)), reply(&["550 5.1.1 No (such) mailbox"]), Action::Close],
        conditions: Conditions {
            count: Some(Count { which: Which::From(101), over: Scope::Transaction }),
            tls: Some(TlsState::Tls),
            until: Some(hours(1)),
            optional: true,
            ..Conditions::default()
        },
        tag: None,
    };
    let text = "RCPT <r7@contoso.test> -> pause 5s; 550 5.1.1 No (such) mailbox ; close \
                (from 101 of each transaction, under TLS, until 1h, optional)";
    assert_eq!(rule(text), expected);
}

#[test]
fn lines_of_one_reply_go_out_together() {
    let rule = rule("EHLO -> 250-relay.contoso.test; 250-SIZE 1000; 250 DSN; 220 x");
    assert_eq!(rule.actions, [reply(&["250-relay.contoso.test", "250-SIZE 1000", "250 DSN"]), reply(&["220 x"])]);
}

#[test]
fn triggers_are_moments_of_a_session() {
    assert_eq!(rule("connect -> 554 No SMTP service here").trigger, Trigger::Connect);
    assert_eq!(rule("any -> stall").trigger, Trigger::Any);
    assert_eq!(rule("end of data -> 451 4.3.0 Later").trigger, Trigger::EndOfData);
    assert_eq!(rule("handshake -> alert handshake_failure").actions, [Action::Alert("handshake_failure".to_owned())]);
    assert_eq!(rule("data -> reset (after 1000 octets)").conditions.after_octets, Some(1000));
    let octets = r#"MAIL "FROM:<*> SIZE=*" -> octets "25(0; ok\r\n" (first 1)"#;
    assert_eq!(rule(octets).actions, [Action::Octets(b"25(0; ok\r\n".to_vec())]);
    assert_eq!(rule(octets).conditions.count, Some(Count { which: Which::First(1), over: Scope::Case }));
}

#[test]
fn several_keywords_are_several_properties() {
    let offers = |keyword: &str, parameters: &[&str]| PropertyValue::Offers {
        keyword: keyword.to_owned(),
        parameters: parameters.iter().map(|word| (*word).to_owned()).collect(),
    };
    let expected = vec![offers("SIZE", &["1000"]), offers("DSN", &[]), offers("AUTH", &["LOGIN", "PLAIN"])];
    check_property("offers SIZE 1000 DSN AUTH LOGIN PLAIN", "offers", expected);
    check_property("offers AUTH=LOGIN, XFOO", "offers", vec![offers("AUTH=LOGIN", &[]), offers("XFOO", &[])]);
    let withholds = |keyword: &str| PropertyValue::Withholds(keyword.to_owned());
    check_property("withholds *", "withholds", vec![withholds("*")]);
    check_property("withholds STARTTLS, DSN SIZE", "withholds", ["STARTTLS", "DSN", "SIZE"].map(withholds).to_vec());
}

#[test]
fn properties_have_their_values() {
    let credential = Credential { user: "relay".to_owned(), password: "s3cret-9f2ab1d7".to_owned() };
    let auth = |posture| vec![PropertyValue::Auth(posture)];
    let address: IpAddr = [192, 0, 2, 9].into();
    check_property("auth None", "auth", auth(Posture::None(None)));
    check_property(r#"auth BasicAuth "relay" "s3cret-9f2ab1d7""#, "auth", auth(Posture::BasicAuth(credential)));
    let external = Posture::ExternalAuthoritative(vec![address]);
    check_property("auth ExternalAuthoritative 192.0.2.9", "auth", auth(external));
    check_property("takes-from 192.0.2.9", "takes-from", vec![PropertyValue::TakesFrom(vec![address])]);
    check_property("tls 1.2", "tls", vec![PropertyValue::Tls(vec!["1.2".to_owned()])]);
    let names = vec!["a.test".to_owned(), "*.b.test".to_owned()];
    let certificate = CertificateSpec { kind: CertificateKind::NotYetValid, names };
    let value = vec![PropertyValue::Certificate(certificate)];
    check_property("certificate not-yet-valid for a.test *.b.test", "certificate", value);
    assert_eq!(host_line("port 2526"), HostLine::Port(2526));
}

#[test]
fn a_property_may_have_conditions() {
    let conditions = Conditions { until: Some(hours(2)), ..Conditions::default() };
    let property = Property { value: PropertyValue::Down, conditions, tag: None };
    assert_eq!(host_line("down (until 2h)"), HostLine::Property { word: "down", properties: vec![property] });
}

#[test]
fn a_fault_has_a_question_actions_and_conditions() {
    let expected = dns::Fault {
        name: "contoso.test.".parse().unwrap(),
        record_type: Some(RecordType::MX),
        actions: vec![dns::Action::Pause(Duration::from_secs(3)), dns::Action::Rcode(ResponseCode::ServFail)],
        conditions: dns::Conditions {
            count: Some(dns::Which::First(2)),
            over: Some(dns::Transport::Udp),
            ..dns::Conditions::default()
        },
        tag: None,
    };
    assert_eq!(fault("MX contoso.test -> pause 3s; SERVFAIL (first 2, over UDP)"), expected);
    assert_eq!(fault("any contoso.test. -> drop").record_type, None);
}

#[test]
fn a_dialogue_is_one_step_a_line() {
    let expected = [
        StepAction::Send("220-a ".to_owned()),
        StepAction::Await { verb: "MAIL".to_owned(), argument: Argument::Mailbox("a@contoso.test".to_owned()) },
        StepAction::Await { verb: "RCPT".to_owned(), argument: Argument::Mailbox("b@contoso.test".to_owned()) },
        StepAction::Await { verb: "EHLO".to_owned(), argument: Argument::Pattern(Pattern::exact("x.test")) },
        StepAction::Await { verb: "AUTH".to_owned(), argument: Argument::Anything },
        StepAction::Tls,
        StepAction::Flush,
        StepAction::Pause(Duration::from_secs(2)),
        StepAction::Stall,
        StepAction::Close,
        StepAction::Reset,
        StepAction::Octets(b">\n".to_vec()),
    ];
    let script = script(&[
        "S: 220-a ",
        "",
        "C: MAIL FROM:<a@contoso.test> SIZE=10",
        "C: RCPT <b@contoso.test>",
        "C: EHLO \"x.test\" and more",
        "C: AUTH PLAIN <whatever",
        "<TLS>",
        "<flush>",
        "<pause 2s>",
        "<stall>",
        "<close>",
        "<reset>",
        "<octets \">\\n\">",
    ]);
    assert_eq!(script.steps.iter().map(|step| step.action.clone()).collect::<Vec<_>>(), expected);
    let line = |step: Option<&Step>| step.map(|step| step.line);
    assert_eq!((line(script.steps.first()), line(script.steps.get(1))), (Some(NUMBER), Some(NUMBER + 2)));
}

#[test]
fn what_an_mta_reports_is_asked_by_line_count_and_time() {
    let Body::Reported(reported) = claim("MUST queue never shows \"contoso.test * Retry *\" within 1m [SEL-06]").body
    else {
        panic!("no such claim");
    };
    assert_eq!((reported.source, reported.never), (Source::Queue, true));
    assert!(reported.pattern.matches(b"contoso.test DnsConnectorDelivery Retry 451 4.4.0 no"));
    assert_eq!(reported.qualifiers, [Qualifier::Within(Duration::from_mins(1))]);
    let agrees = claim("MUST log agrees with Relay.Contoso.test [LOG-11]").body;
    assert_eq!(agrees, Body::LogAgrees("relay.contoso.test".to_owned()));
    let Body::Reported(reported) = claim("MUST route shows \"u@contoso.test Relay *\" once [SEL-06]").body else {
        panic!("no such claim");
    };
    assert_eq!((reported.source, reported.never), (Source::Route, false));
}
