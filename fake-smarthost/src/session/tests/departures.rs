//! Rules and scripts.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    Event, Host,
    event::{Ending, Party},
    host::{Property, PropertyValue},
    rule::{Action, Conditions, Count, Pattern, Rule, Scope, Tag, Trigger, Which},
    script::{Script, Step, StepAction},
    testing::{World, check, commands, used},
};

fn plain() -> Host {
    Host::new("mx.contoso.test").withholds("*")
}

const HELLO: &str = "S: 220 mx.contoso.test ESMTP\nC: HELO a\nS: 250 mx.contoso.test\n";

const TRANSACTION: &str = "C: MAIL FROM:<a@sender.test>
    S: 250 OK
    C: RCPT TO:<b@contoso.test>
    S: 250 OK
    C: DATA
    S: 354 Start mail input; end with <CRLF>.<CRLF>
    ";

fn script(steps: &[StepAction]) -> Script {
    let steps = steps.iter().zip(1..).map(|(action, line)| Step { line, action: action.clone() });
    Script { connection: None, steps: steps.collect(), tag: Some(Tag(9)) }
}

fn awaits(verb: &str) -> StepAction {
    StepAction::Await { verb: verb.to_owned(), argument: crate::rule::Argument::Anything }
}

fn sends(line: &str) -> StepAction {
    StepAction::Send(line.to_owned())
}

#[tokio::test(start_paused = true)]
async fn the_first_rule_that_matches_is_used_and_reported() {
    let pattern = crate::rule::Argument::Pattern(Pattern { pieces: vec![b"TO:<c@".to_vec(), b">".to_vec()] });
    let host = plain()
        .rule(Rule::new(Trigger::mailbox("RCPT", "r7@contoso.test"), [Action::reply("550 no")]).tagged(Tag(1)))
        .rule(
            Rule::new(Trigger::Command { verb: "RCPT".to_owned(), argument: pattern }, [Action::reply("551 c")])
                .tagged(Tag(2)),
        )
        .rule(Rule::new(Trigger::command("RCPT"), [Action::reply("250 any")]).count(Which::Only(4)).tagged(Tag(3)));
    let dialogue = format!(
        "{HELLO}C: MAIL FROM:<a@sender.test>
         S: 250 OK
         C: RCPT TO:<R7@contoso.test>
         S: 250 OK
         C: RCPT TO:<r7@CONTOSO.test>
         S: 550 no
         C: RCPT TO:<c@fabrikam.test>
         S: 551 c
         C: RCPT TO:<r8@contoso.test>
         S: 250 any"
    );
    assert_eq!(used(&check(host, &dialogue).await), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn occurrences_are_counted_over_case_connection_and_transaction() {
    for (scope, expected) in [
        (Scope::Case, [[[452, 250], [250, 250]], [[250, 250], [250, 250]]]),
        (Scope::Connection, [[[452, 250], [250, 250]], [[452, 250], [250, 250]]]),
        (Scope::Transaction, [[[452, 250], [452, 250]], [[452, 250], [452, 250]]]),
    ] {
        let rule = Rule::new(Trigger::command("RCPT"), [Action::reply("452 OK")]).count_over(Which::First(1), scope);
        let mut world = World::new(plain().rule(rule));
        for connection in expected {
            let transactions = connection.map(|[first, second]| {
                format!(
                    "C: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<a@b.test>\nS: {first} OK\nC: RCPT TO:<a@b.test>\nS: {second} OK\nC: RSET\nS: 250 OK\n"
                )
            });
            world.session(&format!("{HELLO}{}", transactions.concat())).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_holds_for_its_time() {
    let mut rule = Rule::new(Trigger::command("NOOP"), [Action::reply("451 early")]);
    rule.conditions.until = Some(Duration::from_secs(60));
    let mut later = Rule::new(Trigger::command("NOOP"), [Action::reply("451 late")]);
    later.conditions.since = Some(Duration::from_secs(120));
    let mut world = World::new(plain().rule(rule).rule(later));
    for expected in ["451 early", "250 OK", "451 late"] {
        world.session(&format!("{HELLO}C: NOOP\nS: {expected}")).await;
        tokio::time::advance(Duration::from_secs(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_code_of_a_rule_moves_the_session() {
    let host = plain()
        .on(Trigger::command("MAIL"), [Action::reply("250 come in")])
        .rule(Rule::new(Trigger::command("DATA"), [Action::octets("35"), Action::octets("4 go\n")]))
        .on(Trigger::EndOfData, [Action::reply("451 no")]);
    let mut world = World::new(host);
    let (mut client, _) = world.dial();
    client
        .write_all(b"MAIL whatever\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\nx\r\n.\r\nDATA\r\n.\r\nQUIT\r\n")
        .await
        .expect("a host");
    let mut said = String::new();
    client.read_to_string(&mut said).await.expect("text");
    let expected = "220 mx.contoso.test ESMTP\r\n250 come in\r\n250 OK\r\n354 go\n451 no\r\n354 go\n451 no\r\n221 mx.contoso.test closing\r\n";
    assert_eq!(said, expected);
}

#[tokio::test(start_paused = true)]
async fn what_an_ehlo_reply_offers_is_what_counts_whoever_chose_it() {
    let host = Host::new("mx.contoso.test").on(Trigger::command("EHLO"), [Action::reply("250-hi\n250 SIZE 5")]);
    let dialogue = "S: 220 mx.contoso.test ESMTP
        C: EHLO a
        S: 250-hi
        S: 250 SIZE 5
        C: MAIL FROM:<> BODY=8BITMIME
        S: 555 BODY not offered
        C: MAIL FROM:<> SIZE=6
        S: 552 Message size exceeds fixed maximum message size
        C: STARTTLS
        S: 502 STARTTLS not offered";
    check(host, dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn a_421_closes_and_what_comes_after_it_is_heard() {
    let host = plain().on(Trigger::command("NOOP"), [Action::reply("421 4.3.2 bye")]);
    let mut world = World::new(host);
    let events = world.session(&format!("{HELLO}C: NOOP\nS: 421 4.3.2 bye\nC: RSET")).await;
    assert_eq!(commands(&events), ["HELO a", "NOOP", "RSET"], "it came behind the 421");
    assert_eq!(events.last(), Some(&Event::Closed { by: Party::Host, how: Ending::Close }));
}

#[tokio::test(start_paused = true)]
async fn a_greeting_that_refuses_leaves_only_quit() {
    let host = plain().on(Trigger::Connect, [Action::reply("554 no service")]);
    let dialogue = "S: 554 no service
        C: EHLO a
        S: 503 No SMTP service here
        C: QUIT
        S: 221 mx.contoso.test closing
        <close>";
    check(host, dialogue).await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_alone_only_puts_the_answer_off() {
    let began = tokio::time::Instant::now();
    let host = plain().on(Trigger::command("NOOP"), [Action::Pause(Duration::from_secs(100))]);
    check(host, &format!("{HELLO}C: NOOP\nS: 250 OK")).await;
    assert_eq!(began.elapsed().as_secs(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_in_a_pause_or_a_stall_is_noticed() {
    for action in [Action::Pause(Duration::from_secs(3600)), Action::Stall] {
        let began = tokio::time::Instant::now();
        let host = plain().on(Trigger::command("NOOP"), [action]);
        let events = check(host, &format!("{HELLO}C: NOOP\nC: QUIT")).await;
        assert_eq!(commands(&events), ["HELO a", "NOOP", "*QUIT"]);
        assert_eq!(events.last(), Some(&Event::Closed { by: Party::Client, how: Ending::Close }));
        assert!(began.elapsed().as_secs() < 3600);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_to_a_host_that_listens_on_behind_its_reply_came_in_time() {
    let goes = [Action::reply("421 going"), Action::Stall];
    let host = plain().on(Trigger::command("NOOP"), goes);
    let events = check(host, &format!("{HELLO}C: NOOP\nS: 421 going\nC: QUIT\nC: NOOP")).await;
    assert_eq!(commands(&events), ["HELO a", "NOOP", "QUIT", "*NOOP"], "nobody answered QUIT");
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_no_close() {
    let host = plain().on(Trigger::command("NOOP"), [Action::Reset]);
    let events = check(host, &format!("{HELLO}C: NOOP\n<reset>")).await;
    assert_eq!(events.last(), Some(&Event::Closed { by: Party::Host, how: Ending::Reset }));
}

#[tokio::test(start_paused = true)]
async fn mail_data_is_cut_at_the_very_octet() {
    for octets in 0..=9 {
        let host = plain().rule(Rule::new(Trigger::Data, [Action::Close]).after_octets(octets).tagged(Tag(4)));
        let dialogue = format!("{HELLO}{TRANSACTION}O: 12345\\r\\n\\r\\n.\\r\\n\n<close>");
        let events = check(host, &dialogue).await;
        assert_eq!(used(&events), [4], "after {octets} octets");
        let lost = events
            .iter()
            .find_map(|event| if let Event::MailDataLost { octets } = event { Some(*octets) } else { None });
        assert_eq!(lost, Some(octets));
    }
    let host = plain().rule(Rule::new(Trigger::Data, [Action::Close]).after_octets(10).tagged(Tag(4)));
    assert!(
        used(&check(host, &format!("{HELLO}{TRANSACTION}O: 12345\\r\\n\\r\\n.\\r\\n\nS: 250 OK")).await).is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_rule_between_cr_and_lf_does_not_hide_the_end() {
    for octets in 0..=7 {
        let pause = [Action::Pause(Duration::from_secs(1))];
        let host = plain().rule(Rule::new(Trigger::Data, pause).after_octets(octets));
        let events =
            check(host, &format!("{HELLO}{TRANSACTION}O: ..345\\r\\n.\\r\\n\nS: 250 OK\nC: NOOP\nS: 250 OK")).await;
        let size = events
            .iter()
            .find_map(|event| if let Event::MailDataEnded { data, .. } = event { Some(data.size) } else { None });
        assert_eq!(size, Some(6));
    }
}

#[tokio::test(start_paused = true)]
async fn any_is_any_line_of_the_client() {
    let host = plain().rule(Rule::new(Trigger::Any, [Action::reply("450 wait")]).count(Which::From(2)));
    check(host, &format!("{HELLO}C: NOOP\nS: 450 wait\nC: nonsense\nS: 450 wait")).await;
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_down_refuses_as_often_as_it_is_told() {
    let conditions =
        Conditions { count: Some(Count { which: Which::First(2), over: Scope::Case }), ..Conditions::default() };
    let host = plain().property(Property { value: PropertyValue::Down, conditions, tag: Some(Tag(5)) });
    let world = World::new(host);
    let peer = "192.0.2.1:1".parse().expect("an address");
    let refused: Vec<bool> =
        (0..3).map(|id| world.running.refuses(peer, peer, crate::SessionId(id), world.recording.as_ref())).collect();
    assert_eq!(refused, [true, true, false]);
    let events: Vec<Event> = world.recording.events().into_iter().map(|(_, event)| event).collect();
    assert_eq!(events.len(), 4);
    assert_eq!(used(&events), [5, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_script_replaces_what_it_names_and_nothing_else() {
    let host = Host {
        scripts: vec![script(&[
            sends("220-hello"),
            sends("220 there"),
            awaits("MAIL"),
            sends("250 sure"),
            awaits("."),
            sends("250 got it"),
        ])],
        ..plain()
    };
    let dialogue = "S: 220-hello
        S: 220 there
        C: HELO a
        S: 250 mx.contoso.test
        C: MAIL FROM:<a@sender.test>
        S: 250 sure
        C: RCPT TO:<b@contoso.test>
        S: 250 OK
        C: DATA
        S: 354 Start mail input; end with <CRLF>.<CRLF>
        C: .
        S: 250 got it
        C: MAIL FROM:<a@sender.test>
        S: 250 OK";
    let events = check(host, dialogue).await;
    assert_eq!(used(&events), [9]);
    let writes =
        events.iter().filter(|event| matches!(event, Event::Sent { octets, .. } if octets.starts_with(b"220")));
    assert_eq!(writes.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_early_is_off_script_at_the_line_that_was_not_reached() {
    let steps = [awaits("HELO"), sends("250 a"), awaits("MAIL"), sends("250 b")];
    let host = Host { scripts: vec![script(&steps)], ..plain() };
    let events = check(host.clone(), "S: 220 mx.contoso.test ESMTP\nC: HELO a\nS: 250 a").await;
    assert_eq!(events[events.len() - 2], Event::OffScript { line: 3 });
    assert!(used(&events).is_empty());
    let events = check(host, "S: 220 mx.contoso.test ESMTP\nC: HELO a\nS: 250 a\nC: MAIL FROM:<>\nS: 250 b").await;
    assert_eq!(used(&events), [9]);
    assert!(!events.iter().any(|event| matches!(event, Event::OffScript { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_script_for_one_connection_leaves_the_others_alone() {
    let script = Script { connection: Some(2), ..script(&[sends("421 full")]) };
    let mut world = World::new(Host { scripts: vec![script], ..plain() });
    world.session(HELLO).await;
    world.session("S: 421 full\n<close>").await;
    world.session(HELLO).await;
}

#[tokio::test(start_paused = true)]
async fn a_script_of_pauses_and_waits_leaves_the_answers_correct() {
    let began = tokio::time::Instant::now();
    let steps = [awaits("NOOP"), StepAction::Pause(Duration::from_secs(7)), awaits("RSET"), awaits("QUIT")];
    let host = Host { scripts: vec![script(&steps)], ..plain() };
    let dialogue = "C: NOOP\nS: 250 OK\nC: RSET\nS: 250 OK\nC: QUIT\nS: 221 mx.contoso.test closing\n<close>";
    assert_eq!(used(&check(host, &format!("{HELLO}{dialogue}")).await), [9]);
    assert_eq!(began.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_script_ends_a_session_as_it_says() {
    for (action, end) in [(StepAction::Close, "<close>"), (StepAction::Reset, "<reset>")] {
        let host = Host { scripts: vec![script(&[awaits("NOOP"), sends("250 so long"), action])], ..plain() };
        assert_eq!(used(&check(host, &format!("{HELLO}C: NOOP\nS: 250 so long\n{end}")).await), [9]);
    }
}

#[tokio::test(start_paused = true)]
async fn rules_for_mail_data_hold_for_chunks() {
    let host = plain()
        .offers("CHUNKING", [""; 0])
        .rule(Rule::new(Trigger::Data, [Action::Pause(Duration::from_secs(1))]).after_octets(3).tagged(Tag(1)))
        .rule(Rule::new(Trigger::EndOfData, [Action::reply("451 no")]).tagged(Tag(2)));
    let dialogue = r"S: 220 mx.contoso.test ESMTP
        C: EHLO a
        S: 250-mx.contoso.test
        S: 250 CHUNKING
        C: BDAT 1 LAST
        O: x
        S: 503 MAIL first
        C: MAIL FROM:<>
        S: 250 OK
        C: RCPT TO:<b@contoso.test>
        S: 250 OK
        C: BDAT 2
        O: ab
        S: 250 OK
        C: BDAT 2 LAST
        O: \r\n
        S: 451 no
        C: MAIL FROM:<>
        S: 250 OK";
    assert_eq!(used(&check(host, dialogue).await), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_property_holds_for_its_connections_and_its_time() {
    let value = PropertyValue::Offers { keyword: "X-NEW".to_owned(), parameters: vec![] };
    let count = Some(Count { which: Which::From(2), over: Scope::Case });
    let conditions = Conditions { count, until: Some(Duration::from_secs(60)), ..Conditions::default() };
    let mut world = World::new(plain().property(Property { value, conditions, tag: None }));
    let greeting = "S: 220 mx.contoso.test ESMTP\nC: EHLO a\n";
    world.session(&format!("{greeting}S: 250 mx.contoso.test")).await;
    world.session(&format!("{greeting}S: 250-mx.contoso.test\nS: 250 X-NEW")).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    world.session(&format!("{greeting}S: 250 mx.contoso.test")).await;
}
