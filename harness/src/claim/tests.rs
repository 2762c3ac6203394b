use std::time::Duration;

use super::{
    Outcome as Found,
    ast::{Body, Code, Each, HeaderValue, NoticeKind, Outcome, Qualifier, Thing, TlsFact, TlsState, Transport},
    fixture::{case, command, command_with, fate, must, never, pattern, seen, sees, stimulus},
    judge,
};
use crate::trace::dialogue::{delivery, notice, trace};

const U: &str = "u@contoso.test";
const V: &str = "v@contoso.test";
const SUBMIT: &str = "submit m1 u@contoso.test Subject: x||Hello.|\n";
const TAKEN: &str = "Received: by mta|Subject: x||Hello.|";

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn taken(host: &str) -> String {
    delivery(host, &[U], TAKEN)
}

/// One message to U, and this claim of it.
#[track_caller]
fn check(body: Body, text: &str, wanted: Found) {
    check_messages(&[("m1", &[U], 1)], body, text, wanted);
}

#[track_caller]
fn check_messages(messages: &[(&str, &[&str], u32)], body: Body, text: &str, wanted: Found) {
    let findings = judge(&case(messages, vec![must(body)]), &trace(text));
    assert_eq!(findings[0].outcome, wanted, "{:?}", findings[0]);
    assert!(findings[0].outcome != Found::Broken || findings[0].at.is_some(), "what is broken has a place");
}

fn session(lines: &str) -> String {
    format!("connect mx.test\nS: 220 mx.test\nC: EHLO mta.sender.test\nS: 250-mx.test|250 STARTTLS\n{lines}\n")
}

#[test]
fn presence_is_held_by_one_and_broken_by_none_at_a_settled_end() {
    let claim = || sees("mx.test", command("STARTTLS"), &[]);
    check(claim(), &(session("C: STARTTLS") + "end settled"), Found::Held);
    check(claim(), &(session("C: QUIT") + "end horizon"), Found::Broken);
    check(claim(), &(session("C: QUIT") + "end limit"), Found::NotReached);
    check(claim(), &session("C: QUIT"), Found::NotReached);
    check(claim(), &(session("C: STARTTLS").replace("connect mx", "connect backup") + "end settled"), Found::Broken);
}

#[test]
fn absence_is_broken_by_one_and_held_only_at_a_settled_end() {
    let claim = || never("mx.test", command("AUTH"), &[]);
    check(claim(), &(session("C: AUTH PLAIN x") + "end lost"), Found::Broken);
    check(claim(), &(session("C: QUIT") + "end settled"), Found::Held);
    check(claim(), &(session("C: QUIT") + "end lost"), Found::NotReached);
}

#[test]
fn absence_proves_nothing_while_a_stimulus_has_not_fired() {
    let mut case = case(&[("m1", &[U], 1)], vec![must(never("mx.test", command("AUTH"), &[]))]);
    case.stimuli.push(stimulus("EHLO -> 500"));
    let quiet = session("C: QUIT");
    assert_eq!(judge(&case, &trace(&format!("{quiet}end settled")))[0].outcome, Found::NotReached);
    assert_eq!(judge(&case, &trace(&format!("{quiet}stimulus 0\nend settled")))[0].outcome, Found::Held);
    case.stimuli[0].optional = true;
    assert_eq!(judge(&case, &trace(&format!("{quiet}end settled")))[0].outcome, Found::Held);
}

#[test]
fn before_is_judged_in_every_session_that_has_the_second() {
    let claim = || sees("mx.test", Thing::Tls(None), &[Qualifier::Before(command("AUTH"))]);
    let good = session("C: STARTTLS\nS: 220 go\nTLS 1.3\nC: AUTH PLAIN x");
    check(claim(), &(good.clone() + "end settled"), Found::Held);
    check(claim(), &(good + &session("C: AUTH PLAIN x") + "end settled"), Found::Broken);
    check(claim(), &(session("C: QUIT") + "end settled"), Found::NotReached);
}

#[test]
fn after_is_judged_in_every_session_that_has_the_second() {
    let claim = || sees("mx.test", command("EHLO"), &[Qualifier::After(Thing::Tls(None))]);
    let start = "C: STARTTLS\nS: 220 go\nTLS 1.3\n";
    check(claim(), &(session(&format!("{start}C: EHLO a")) + "end settled"), Found::Held);
    check(claim(), &(session(&format!("{start}C: QUIT")) + "end settled"), Found::Broken);
    check(claim(), &(session("C: QUIT") + "end settled"), Found::NotReached);
}

#[test]
fn only_under_tls_needs_one_and_allows_none_outside() {
    let claim = || sees("mx.test", command("AUTH"), &[Qualifier::Tls { state: TlsState::Tls, only: true }]);
    let good = session("C: STARTTLS\nS: 220 go\nTLS 1.2\nC: AUTH PLAIN x");
    check(claim(), &(good.clone() + "end settled"), Found::Held);
    check(claim(), &(good + &session("C: AUTH PLAIN x") + "end settled"), Found::Broken);
    check(claim(), &(session("C: QUIT") + "end settled"), Found::NotReached);
}

#[test]
fn in_clear_narrows_what_must_never_be() {
    let claim = || never("mx.test", command("MAIL"), &[Qualifier::Tls { state: TlsState::Clear, only: false }]);
    let tls = session("C: STARTTLS\nS: 220 go\nTLS 1.3\nC: MAIL FROM:<>");
    check(claim(), &(tls + "end settled"), Found::Held);
    check(claim(), &(session("C: MAIL FROM:<>") + "end settled"), Found::Broken);
}

#[test]
fn a_count_is_exact_at_least_or_at_most() {
    let (one, two) = (taken("mx.test") + "end settled", taken("mx.test") + &taken("mx.test") + "end settled");
    let none = "end settled";
    let claim = |qualifier| sees("mx.test", Thing::Message, &[qualifier]);
    let text = |text: &str| format!("{SUBMIT}{text}");
    check(claim(Qualifier::Times(1)), &text(&one), Found::Held);
    check(claim(Qualifier::Times(1)), &text(&two), Found::Broken);
    check(claim(Qualifier::Times(1)), &text(none), Found::Broken);
    check(claim(Qualifier::Times(1)), &text("end limit"), Found::NotReached);
    check(claim(Qualifier::AtLeast(2)), &text(&two), Found::Held);
    check(claim(Qualifier::AtLeast(2)), &text(&one), Found::Broken);
    check(claim(Qualifier::AtMost(1)), &text(&one), Found::Held);
    check(claim(Qualifier::AtMost(1)), &text(&two), Found::Broken);
    check(claim(Qualifier::AtMost(1)), &text("end lost"), Found::NotReached);
}

#[test]
fn in_each_connection_asks_every_connection() {
    let claim = || sees("mx.test", command("STARTTLS"), &[Qualifier::InEach(Each::Connection)]);
    check(claim(), &(session("C: STARTTLS") + "end settled"), Found::Held);
    check(claim(), &(session("C: STARTTLS") + &session("C: QUIT") + "end settled"), Found::Broken);
    check(claim(), "end settled", Found::NotReached);
}

#[test]
fn in_each_transaction_counts_within_it() {
    let claim = || sees("mx.test", command("RCPT"), &[Qualifier::AtMost(1), Qualifier::InEach(Each::Transaction)]);
    let one = delivery("mx.test", &[U], TAKEN);
    let two = delivery("mx.test", &[U, V], TAKEN);
    check(claim(), &format!("{SUBMIT}{one}{one}end settled"), Found::Held);
    check(claim(), &format!("{SUBMIT}{one}{two}end settled"), Found::Broken);
}

#[test]
fn when_puts_the_claim_only_where_its_condition_held() {
    let mut claim = must(sees("mx.test", command("STARTTLS"), &[]));
    claim.when = Some(seen("mx.test", command("AUTH"), &[]));
    let case = case(&[("m1", &[U], 1)], vec![claim]);
    let found = |text: &str| judge(&case, &trace(&(session(text) + "end settled")))[0].outcome;
    assert_eq!(found("C: AUTH PLAIN x\nC: STARTTLS"), Found::Held);
    assert_eq!(found("C: AUTH PLAIN x"), Found::Broken);
    assert_eq!(found("C: STARTTLS"), Found::NotReached);
}

#[test]
fn a_command_is_known_by_its_verb_and_what_stands_behind_it() {
    let text = session("C: mail FROM:<a@b.test> SIZE=12") + "end settled";
    check(sees("mx.test", command_with("MAIL", "FROM:<a@b.test> SIZE=12"), &[]), &text, Found::Held);
    check(sees("mx.test", command_with("MAIL", "* SIZE=*"), &[]), &text, Found::Held);
    check(sees("mx.test", command_with("MAIL", "FROM:<a@b.test>"), &[]), &text, Found::Broken);
    check(sees("any host", command_with("EHLO", "mta.sender.test"), &[]), &text, Found::Held);
    let text = session("C: MAIL From:<a@b.test> SIZE=12") + "end settled";
    check(sees("mx.test", command_with("MAIL", "FROM:<a@b.test>*"), &[]), &text, Found::Held);
    check(sees("mx.test", command_with("MAIL", "FROM:<A@b.test>*"), &[]), &text, Found::Broken);
}

#[test]
fn a_reply_code_narrows_to_what_got_it() {
    let code = |reply, enhanced: &str| Qualifier::With(Code { reply, enhanced: Some(enhanced.to_owned()) });
    let text = session("C: RCPT TO:<u@contoso.test>\nS: 550 5.1.1 nobody") + "end settled";
    check(sees("mx.test", command("RCPT"), &[code(Some(550), "5.1.1")]), &text, Found::Held);
    check(sees("mx.test", command("RCPT"), &[code(None, "5.1.2")]), &text, Found::Broken);
}

#[test]
fn a_handshake_is_known_by_version_name_and_certificate() {
    let text = session("C: STARTTLS\nS: 220 go\nTLS 1.3") + "end settled";
    let fact = |fact| sees("mx.test", Thing::Tls(Some(fact)), &[]);
    check(fact(TlsFact::Version("1.3".to_owned())), &text, Found::Held);
    check(fact(TlsFact::Version("1.2".to_owned())), &text, Found::Broken);
    check(fact(TlsFact::Sni("mx.test".to_owned())), &text, Found::Held);
    check(fact(TlsFact::ClientCertificate("mta.sender.test".to_owned())), &text, Found::Held);
    check(fact(TlsFact::ClientCertificate("other.test".to_owned())), &text, Found::Broken);
    let failed = session("C: STARTTLS\nS: 220 go\nTLS failed alert") + "end settled";
    check(sees("mx.test", Thing::Tls(None), &[]), &failed, Found::Broken);
}

#[test]
fn connections_and_transactions_are_seen() {
    let text = format!("{SUBMIT}{}end settled", taken("mx.test"));
    check(sees("mx.test", Thing::Connection, &[]), &text, Found::Held);
    check(sees("backup.test", Thing::Connection, &[]), &text, Found::Broken);
    check(sees("mx.test", Thing::Connection, &[Qualifier::From("mta".to_owned())]), &text, Found::Held);
    check(sees("mx.test", Thing::Connection, &[Qualifier::From("192.0.2.9".to_owned())]), &text, Found::Broken);
    check(sees("mx.test", Thing::Transaction, &[Qualifier::For(U.to_owned())]), &text, Found::Held);
    check(sees("mx.test", Thing::Transaction, &[Qualifier::For(V.to_owned())]), &text, Found::Broken);
    check(sees("mx.test", Thing::Transaction, &[Qualifier::Of("m1".to_owned())]), &text, Found::Held);
    let refused = session("C: MAIL FROM:<>\nS: 550 no") + "end settled";
    check(sees("mx.test", Thing::Transaction, &[]), &refused, Found::Broken);
}

#[test]
fn a_message_is_mail_data_with_a_final_250() {
    let text = format!("{SUBMIT}{}end settled", taken("mx.test"));
    check(sees("mx.test", Thing::Message, &[]), &text, Found::Held);
    check(sees("mx.test", Thing::Message, &[]), &text.replace("250 2.0.0 taken", "451 later"), Found::Broken);
    check(never("mx.test", Thing::Message, &[]), &text, Found::Broken);
}

#[test]
fn credentials_are_found_raw_in_base64_and_within_longer_base64() {
    let secret = || Thing::Credentials(b"s3cret-9f2ab1d7".to_vec());
    let found = |line: &str| session(line) + "end settled";
    for line in [
        "C: AUTH PLAIN s3cret-9f2ab1d7",
        // \0relay-user\0s3cret-9f2ab1d7, then the same with one and two octets more in front.
        "C: AUTH PLAIN AHJlbGF5LXVzZXIAczNjcmV0LTlmMmFiMWQ3",
        "C: AUTH PLAIN AHJlbGF5LXVzZXJ4AHMzY3JldC05ZjJhYjFkNw==",
        "C: AUTH PLAIN AHJlbGF5LXVzZXJ4eQBzM2NyZXQtOWYyYWIxZDc=",
        "C: AUTH LOGIN\nS: 334 x\nC= czNjcmV0LTlmMmFiMWQ3",
    ] {
        check(sees("mx.test", secret(), &[]), &found(line), Found::Held);
        check(never("mx.test", secret(), &[]), &found(line), Found::Broken);
    }
    check(never("mx.test", secret(), &[]), &found("C: AUTH PLAIN AHJlbGF5LXVzZXIAYW5vdGhlcg=="), Found::Held);
}

#[test]
fn a_header_field_is_known_by_name_value_and_octets() {
    let submit = "submit m1 u@contoso.test X-A: one|\\ttwo|Subject: x||Hello.|\n";
    let header = |value| Thing::Header { name: "x-a".to_owned(), value };
    let text = |content: &str| format!("{submit}{}end settled", delivery("mx.test", &[U], content));
    let same = text("Received: y|X-A: one|\\ttwo|Subject: x||Hello.|");
    let folded = text("X-A: one two|Subject: x||Hello.|");
    let none = text("Subject: x||Hello.|");
    check(sees("mx.test", header(HeaderValue::Any), &[]), &same, Found::Held);
    check(sees("mx.test", header(HeaderValue::Any), &[]), &none, Found::Broken);
    check(never("mx.test", header(HeaderValue::Any), &[]), &none, Found::Held);
    check(sees("mx.test", header(HeaderValue::Pattern(pattern("one two"))), &[]), &same, Found::Held);
    check(sees("mx.test", header(HeaderValue::Pattern(pattern("two"))), &[]), &same, Found::Broken);
    check(sees("mx.test", header(HeaderValue::Unchanged), &[]), &same, Found::Held);
    check(sees("mx.test", header(HeaderValue::Unchanged), &[]), &folded, Found::Broken);
    check(sees("mx.test", header(HeaderValue::Unchanged), &[]), &none, Found::Broken);
    check(sees("mx.test", header(HeaderValue::Unchanged), &[]), "end lost", Found::NotReached);
}

#[test]
fn a_body_is_unchanged_or_like_a_pattern_and_octets_are_of_header_or_body() {
    let text = |content: &str| format!("{SUBMIT}{}end settled", delivery("mx.test", &[U], content));
    check(sees("mx.test", Thing::Body(None), &[]), &text(TAKEN), Found::Held);
    check(sees("mx.test", Thing::Body(None), &[]), &text("Subject: x||Hello!|"), Found::Broken);
    check(sees("mx.test", Thing::Body(Some(pattern("Hello."))), &[]), &text(TAKEN), Found::Held);
    check(sees("mx.test", Thing::Body(Some(pattern("Subject*"))), &[]), &text(TAKEN), Found::Broken);
    check(sees("mx.test", Thing::Octets(pattern("*Subject: x*")), &[]), &text(TAKEN), Found::Held);
    check(never("mx.test", Thing::Octets(pattern("*goodbye*")), &[]), &text(TAKEN), Found::Held);
}

#[test]
fn queries_are_known_by_type_name_and_transport() {
    let thing = || Thing::Query { record_type: "MX".to_owned(), name: "contoso.test.".to_owned() };
    let text = "query MX contoso.test. TCP\nanswer NOERROR\nend settled";
    check(sees("dns", thing(), &[]), text, Found::Held);
    check(sees("dns", thing(), &[Qualifier::Over(Transport::Tcp)]), text, Found::Held);
    check(sees("dns", thing(), &[Qualifier::Over(Transport::Udp)]), text, Found::Broken);
    check(never("dns", thing(), &[]), "query A contoso.test.\nend settled", Found::Held);
}

#[test]
fn a_notice_is_known_by_kind_recipient_status_and_time() {
    let thing = || Thing::Notice(NoticeKind::Delay);
    let four_hours = Qualifier::At(vec![secs(14_400)]);
    let text = format!("{SUBMIT}@14400s\n{}end settled", notice(NoticeKind::Delay, U, "4.4.7"));
    let all = [Qualifier::Times(1), Qualifier::For(U.to_owned()), four_hours];
    check(sees("origin", thing(), &all), &text, Found::Held);
    check(sees("origin", thing(), &all), &text.replace("14400s", "3600s"), Found::Broken);
    check(sees("origin", thing(), &[Qualifier::For(V.to_owned())]), &text, Found::Broken);
    check(sees("origin", thing(), &[Qualifier::Of("m1".to_owned())]), &text, Found::Held);
    check(never("origin", Thing::Notice(NoticeKind::Failure), &[]), &text, Found::Held);
    check(sees("origin", thing(), &all), "end limit", Found::NotReached);
}

#[test]
fn until_and_within_bound_what_is_looked_at() {
    let text = format!("@60s\n{}end settled", session("C: QUIT"));
    check(never("mx.test", Thing::Connection, &[Qualifier::Until(secs(60))]), &text, Found::Held);
    check(never("mx.test", Thing::Connection, &[Qualifier::Until(secs(61))]), &text, Found::Broken);
    check(sees("mx.test", Thing::Connection, &[Qualifier::Within(secs(60))]), &text, Found::Held);
    check(sees("mx.test", Thing::Connection, &[Qualifier::Within(secs(59))]), &text, Found::Broken);
    check(sees("mx.test", Thing::Connection, &[Qualifier::NotBefore(secs(60))]), &text, Found::Held);
    check(sees("mx.test", Thing::Connection, &[Qualifier::NotBefore(secs(61))]), &text, Found::Broken);
}

mod fates {
    use super::*;

    fn delivered(to: Option<&str>) -> Outcome {
        Outcome::Delivered { to: to.map(str::to_owned) }
    }

    #[test]
    fn delivered_is_exactly_one_final_250() {
        let once = format!("{SUBMIT}{}end settled", taken("mx.test"));
        let twice = format!("{SUBMIT}{}{}end settled", taken("mx.test"), taken("mx.test"));
        let elsewhere = format!("{SUBMIT}{}{}end settled", taken("mx.test"), taken("backup.test"));
        let claim = |to| fate(Some(U), delivered(to), &[]);
        check(claim(Some("mx.test")), &once, Found::Held);
        check(claim(Some("backup.test")), &once, Found::Broken);
        check(claim(None), &twice, Found::Broken);
        check(claim(Some("mx.test")), &elsewhere, Found::Broken);
        check(claim(None), &format!("{SUBMIT}end settled"), Found::Broken);
        check(claim(None), &format!("{SUBMIT}end lost"), Found::NotReached);
    }

    #[test]
    fn each_copy_of_a_message_is_delivered_once() {
        let text = |copies: usize| {
            format!(
                "{}{}end settled",
                "submit m1.1 u@contoso.test Subject: x||Hello.|
                submit m1.2 u@contoso.test Subject: x||Hello.|\n",
                taken("mx.test").repeat(copies)
            )
        };
        let messages: &[(&str, &[&str], u32)] = &[("m1", &[U], 2)];
        check_messages(messages, fate(None, delivered(None), &[]), &text(2), Found::Held);
        check_messages(messages, fate(None, delivered(None), &[]), &text(1), Found::Broken);
        check_messages(messages, fate(None, delivered(None), &[]), &text(3), Found::Broken);
    }

    #[test]
    fn every_recipient_is_each_of_them() {
        let text = format!("submit m1 {U},{V} Subject: x||Hello.|\n{}end settled", taken("mx.test"));
        let messages: &[(&str, &[&str], u32)] = &[("m1", &[U, V], 1)];
        check_messages(messages, fate(None, delivered(None), &[]), &text, Found::Broken);
        check_messages(messages, fate(Some(U), delivered(None), &[]), &text, Found::Held);
    }

    #[test]
    fn a_delivery_may_be_asked_for_time_and_tls() {
        let text = format!("{SUBMIT}@300s\n{}end settled", taken("mx.test"));
        check(fate(Some(U), delivered(None), &[Qualifier::Within(secs(300))]), &text, Found::Held);
        check(fate(Some(U), delivered(None), &[Qualifier::Within(secs(299))]), &text, Found::Broken);
        check(fate(Some(U), delivered(None), &[Qualifier::NotBefore(secs(301))]), &text, Found::Broken);
        let tls = Qualifier::Tls { state: TlsState::Tls, only: false };
        check(fate(Some(U), delivered(None), &[tls]), &text, Found::Broken);
    }

    #[test]
    fn not_delivered_is_no_final_250_at_all() {
        let claim = || fate(Some(U), Outcome::NotDelivered, &[]);
        check(claim(), &format!("{SUBMIT}end settled"), Found::Held);
        check(claim(), &format!("{SUBMIT}{}end settled", taken("mx.test")), Found::Broken);
        check(claim(), &format!("{SUBMIT}end limit"), Found::NotReached);
    }

    #[test]
    fn failure_is_a_notice_at_origin_or_a_report() {
        let claim = |code: &str| {
            let code = Code { reply: None, enhanced: Some(code.to_owned()) };
            fate(Some(U), Outcome::Fails, &[Qualifier::With(code)])
        };
        let noticed = format!("{SUBMIT}{}end settled", notice(NoticeKind::Failure, U, "5.1.1"));
        let reported = format!("{SUBMIT}fate failed m1 {U} 550 5.1.1 nobody\nend settled");
        for text in [noticed, reported] {
            check(claim("5.1.1"), &text, Found::Held);
            check(claim("5.1.2"), &text, Found::Broken);
        }
        let other = format!("{SUBMIT}{}end settled", notice(NoticeKind::Failure, V, "5.1.1"));
        check(claim("5.1.1"), &other, Found::Broken);
        check(claim("5.1.1"), "end lost", Found::NotReached);
    }

    #[test]
    fn deferral_is_an_attempt_and_no_end_of_it() {
        let claim = || fate(Some(U), Outcome::Deferred, &[]);
        let tried = format!("{SUBMIT}{}end settled", session("C: QUIT\nS: 221 bye\nclose client"));
        check(claim(), &tried, Found::Held);
        check(claim(), &format!("{SUBMIT}refused mx.test\nend settled"), Found::Held);
        check(claim(), &format!("{SUBMIT}fate deferred m1 {U} later\nend settled"), Found::Held);
        check(claim(), &format!("{SUBMIT}end settled"), Found::Broken);
        check(claim(), &format!("{SUBMIT}{}end settled", taken("mx.test")), Found::Broken);
        let failed = format!("{SUBMIT}{}end settled", notice(NoticeKind::Failure, U, "5.1.1"));
        check(claim(), &failed, Found::Broken);
        check(claim(), &tried.replace("settled", "limit"), Found::NotReached);
    }

    #[test]
    fn attempts_are_at_these_times_and_at_none_between() {
        let at = |times: &[u64]| {
            let times = times.iter().map(|&time| secs(time)).collect();
            fate(Some(U), Outcome::Tried, &[Qualifier::At(times)])
        };
        let query = "query MX contoso.test.\nanswer SERVFAIL\n";
        let text = format!("{SUBMIT}{query}@5s\n{query}@60s\n{query}@120s\n{query}@180s\n{query}end horizon");
        check(at(&[0, 60, 120]), &text, Found::Held);
        check(at(&[0, 120]), &text, Found::Broken);
        check(at(&[0, 60, 300]), &text, Found::Broken);
        check(fate(Some(U), Outcome::Tried, &[]), "end settled", Found::Broken);
        check(fate(Some(U), Outcome::Tried, &[]), "end lost", Found::NotReached);
    }

    #[test]
    fn attempts_of_recipients_of_two_domains_are_kept_apart() {
        let messages: &[(&str, &[&str], u32)] = &[("m1", &[U], 1), ("m2", &["w@fabrikam.test"], 1)];
        let text = format!("{SUBMIT}query MX fabrikam.test.\nanswer NOERROR\nend settled");
        check_messages(messages, fate(Some(U), Outcome::Tried, &[]), &text, Found::Broken);
        check_messages(messages, fate(Some("w@fabrikam.test"), Outcome::Tried, &[]), &text, Found::Held);
    }

    #[test]
    fn what_belongs_to_nobody_is_an_attempt_for_the_only_domain_that_has_none() {
        let rcpt = |path: &str| session(&format!("C: RCPT TO:<{path}>\nS: 250 ok\nclose client"));
        let (w, z) = ("w@fabrikam.test", "z@adatum.test");
        let claim = || fate(Some(U), Outcome::Deferred, &[]);
        let two: &[(&str, &[&str], u32)] = &[("m1", &[U, w], 1)];
        let text = format!("{}refused backup.test\nend settled", rcpt(w));
        check_messages(two, claim(), &text, Found::Held);
        let three: &[(&str, &[&str], u32)] = &[("m1", &[U, w, z], 1)];
        check_messages(three, claim(), &text, Found::NotReached);
        check_messages(three, claim(), &format!("{text}\nfate deferred m1 {z} later"), Found::Broken);
        check_messages(two, claim(), &format!("{}end settled", rcpt(w)), Found::Broken);
    }

    #[test]
    fn unroutable_is_what_the_mta_reports() {
        let claim = || fate(Some(U), Outcome::Unroutable, &[]);
        check(claim(), &format!("{SUBMIT}fate unroutable m1 {U} no connector\nend settled"), Found::Held);
        check(claim(), &format!("{SUBMIT}fate deferred m1 {U} later\nend settled"), Found::Broken);
        check(claim(), &format!("{SUBMIT}end settled"), Found::NotReached);
    }
}
