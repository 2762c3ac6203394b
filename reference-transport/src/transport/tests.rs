//! A transport in a small world: a name server, hosts that follow dialogues, a record of what is reported.

mod world;

use self::world::{Told, World};
use crate::{
    connector::{Connector, Routing, SmartHost},
    observer::Fate,
    routing::AddressSpace,
};

fn dns_connector() -> Connector {
    Connector { address_spaces: vec![everything()], ..Connector::named("To internet") }
}

fn smart_hosts(hosts: &[&str]) -> Connector {
    let hosts = hosts.iter().map(|&host| match host.parse() {
        Ok(address) => SmartHost::Address(address),
        Err(_) => SmartHost::Name(host.to_owned()),
    });
    Connector { routing: Routing::SmartHosts(hosts.collect()), ..dns_connector() }
}

fn everything() -> AddressSpace {
    world::address_space("*")
}

/// A host that takes one message for these recipients, all of them.
fn takes(recipients: &[&str]) -> String {
    let mut dialogue =
        "S: 220 ready\nC: EHLO mta.sender.test\nS: 250 host\nC: MAIL FROM:<sender@sender.test>\nS: 250 ok\n".to_owned();
    for recipient in recipients {
        dialogue.push_str(&format!("C: RCPT TO:<{recipient}>\nS: 250 ok\n"));
    }
    dialogue + "C: DATA\nS: 354 go\n<data>\nS: 250 2.0.0 taken\nC: QUIT\nS: 221 bye\n<eof>\n"
}

/// A host that takes one notice for the sender.
fn takes_notice() -> String {
    takes(&["sender@sender.test"]).replace("MAIL FROM:<sender@sender.test>", "MAIL FROM:<>")
}

fn delivered(recipient: &str) -> Told {
    (recipient.into(), Fate::Delivered, "250 2.0.0 taken".into())
}

fn told(recipient: &str, fate: Fate, reason: &str) -> Told {
    (recipient.into(), fate, reason.into())
}

#[test]
fn mx_hosts_are_tried_in_order_until_one_takes_the_message() {
    let world = World::new()
        .record("MX contoso.test", "20 mx2.contoso.test.")
        .record("MX contoso.test", "10 mx1.contoso.test.")
        .record("A mx1.contoso.test", "192.0.2.51")
        .record("A mx2.contoso.test", "192.0.2.52")
        .host("192.0.2.51:25", "S: 554 no SMTP service here\nC: QUIT\nS: 221 bye\n<eof>\n")
        .host("192.0.2.52:25", &takes(&["julia@contoso.test"]));
    let seen = world.submit(dns_connector(), &["julia@contoso.test"]);
    assert_eq!(seen.told, [delivered("julia@contoso.test")]);
    seen.assert_dialogues();
    let queries = [
        "MX contoso.test",
        "A mx1.contoso.test",
        "AAAA mx1.contoso.test",
        "A mx2.contoso.test",
        "AAAA mx2.contoso.test",
    ];
    assert_eq!(seen.queries, queries);
}

#[test]
fn without_mx_the_domain_itself_is_the_host() {
    let world =
        World::new().record("A contoso.test", "192.0.2.50").host("192.0.2.50:25", &takes(&["julia@contoso.test"]));
    let seen = world.submit(dns_connector(), &["julia@contoso.test"]);
    assert_eq!(seen.told, [delivered("julia@contoso.test")]);
}

#[test]
fn what_dns_says_for_good_fails_and_is_notified() {
    #[track_caller]
    fn check(world: World, reason: &str) {
        let world = world.host("192.0.2.1:2525", &takes_notice());
        let seen = world.submit(dns_connector(), &["julia@contoso.test"]);
        assert_eq!(seen.told, [told("julia@contoso.test", Fate::Failed, reason)]);
        seen.assert_dialogues();
        assert!(seen.data[0].contains("Final-Recipient: rfc822; julia@contoso.test\r\nAction: failed\r\n"));
    }
    check(
        World::new().record("MX contoso.test", "0 ."),
        "550 5.1.10 the domain `contoso.test` takes no mail (null MX)",
    );
    check(World::new().missing("contoso.test"), "550 5.4.4 the domain `contoso.test` does not exist");
    check(
        World::new().record("MX contoso.test", "10 mta.sender.test."),
        "550 5.4.6 routing loop: the domain leads back here",
    );
}

#[test]
fn what_dns_may_say_otherwise_later_is_deferred() {
    #[track_caller]
    fn check(world: World, reason: &str) {
        let seen = world.submit(dns_connector(), &["julia@contoso.test"]);
        let [(_, Fate::Deferred, found)] = seen.told.as_slice() else { panic!("{:?}", seen.told) };
        assert!(found.starts_with(reason), "{found}");
    }
    check(World::new().failing("contoso.test"), "451 4.4.0 DNS query failed");
    check(World::new().silent("contoso.test"), "451 4.4.0 DNS query failed");
    check(World::new().record("MX contoso.test", "10 mx.contoso.test."), "451 4.4.0 no address records");
    let no_host = World::new().record("A contoso.test", "192.0.2.50");
    check(no_host, "451 4.4.1 connection lost at the connection: connection refused");
}

#[test]
fn a_name_server_that_is_silent_about_aaaa_does_not_hold_up_mail() {
    let world = World::new()
        .record("A contoso.test", "192.0.2.50")
        .silent("AAAA contoso.test")
        .host("192.0.2.50:25", &takes(&["julia@contoso.test"]));
    let seen = world.submit(dns_connector(), &["julia@contoso.test"]);
    assert_eq!(seen.told, [delivered("julia@contoso.test")]);
    assert!(seen.took.as_secs() < 5, "{:?}", seen.took);
}

#[test]
fn a_smart_host_by_address_needs_no_query_and_takes_all_domains_together() {
    let recipients = ["a@contoso.test", "b@fabrikam.test"];
    let world = World::new().host("192.0.2.20:25", &takes(&recipients));
    let seen = world.submit(smart_hosts(&["192.0.2.20"]), &recipients);
    assert_eq!(seen.told, [delivered("a@contoso.test"), delivered("b@fabrikam.test")]);
    assert_eq!(seen.queries, [""; 0]);
}

#[test]
fn smart_hosts_take_turns_and_one_that_is_down_is_skipped() {
    let to = ["a@contoso.test"];
    let world = World::new()
        .host("192.0.2.21:25", &takes(&to))
        .host("192.0.2.21:25", &takes(&to))
        .host("192.0.2.22:25", &takes(&to));
    // The third is down: its turn falls to the first in line after it.
    let seen = world.submit_times(3, smart_hosts(&["192.0.2.21", "192.0.2.22", "192.0.2.23"]), &to);
    assert_eq!(seen.told, [delivered(to[0]), delivered(to[0]), delivered(to[0])]);
    assert_eq!(seen.dialled, ["192.0.2.21:25", "192.0.2.22:25", "192.0.2.23:25", "192.0.2.21:25"]);
}

#[test]
fn too_many_recipients_go_in_a_further_transaction() {
    let dialogue = "S: 220 ready\nC: EHLO mta.sender.test\nS: 250 host\nC: MAIL FROM:<sender@sender.test>\nS: 250 ok\n\
        C: RCPT TO:<a@contoso.test>\nS: 250 ok\nC: RCPT TO:<b@contoso.test>\nS: 452 4.5.3 Too many recipients\n\
        C: RCPT TO:<c@contoso.test>\nS: 550 5.1.1 No such mailbox\n\
        C: DATA\nS: 354 go\n<data>\nS: 250 2.0.0 taken\n\
        C: MAIL FROM:<sender@sender.test>\nS: 250 ok\nC: RCPT TO:<b@contoso.test>\nS: 250 ok\n\
        C: DATA\nS: 354 go\n<data>\nS: 250 2.0.0 taken\nC: QUIT\nS: 221 bye\n<eof>\n";
    let world = World::new().host("192.0.2.20:25", dialogue).host("192.0.2.1:2525", &takes_notice());
    let recipients = ["a@contoso.test", "b@contoso.test", "c@contoso.test"];
    let seen = world.submit(smart_hosts(&["192.0.2.20"]), &recipients);
    seen.assert_dialogues();
    let failed = told("c@contoso.test", Fate::Failed, "550 5.1.1 No such mailbox");
    assert_eq!(seen.told, [delivered("a@contoso.test"), delivered("b@contoso.test"), failed]);
    assert!(seen.data[2].contains("Diagnostic-Code: smtp; 550 5.1.1 No such mailbox\r\n"), "{}", seen.data[2]);
}

#[test]
fn too_many_recipients_at_once_are_deferred_and_not_asked_for_ever() {
    let dialogue = "S: 220 ready\nC: EHLO mta.sender.test\nS: 250 host\nC: MAIL FROM:<sender@sender.test>\nS: 250 ok\n\
        C: RCPT TO:<a@contoso.test>\nS: 452 4.5.3 Too many recipients\nC: RSET\nS: 250 ok\nC: QUIT\nS: 221 bye\n<eof>\n";
    let seen = World::new().host("192.0.2.20:25", dialogue).submit(smart_hosts(&["192.0.2.20"]), &["a@contoso.test"]);
    seen.assert_dialogues();
    assert_eq!(seen.told, [told("a@contoso.test", Fate::Deferred, "452 4.5.3 Too many recipients")]);
}

#[test]
fn a_failed_handshake_is_followed_by_a_session_in_the_clear() {
    let no_tls = "S: 220 ready\nC: EHLO mta.sender.test\nS: 250-host\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nS: no TLS here\n<close>\n";
    let world = World::new().host("192.0.2.20:25", no_tls).host("192.0.2.20:25", &takes(&["a@contoso.test"]));
    let seen = world.submit(smart_hosts(&["192.0.2.20"]), &["a@contoso.test"]);
    assert_eq!(seen.told, [delivered("a@contoso.test")]);
    assert_eq!(seen.dialled.len(), 2);
}

#[test]
fn without_a_connector_nothing_leaves() {
    let seen = World::new().submit_times(1, None, &["a@contoso.test"]);
    assert_eq!(seen.told, [told("a@contoso.test", Fate::Unroutable, "no connector serves the recipient")]);
    assert_eq!((seen.queries.len(), seen.dialled.len()), (0, 0));
}

#[test]
fn our_own_domain_goes_to_its_server_and_a_message_too_large_for_all_connectors_fails() {
    let own = World::new().host("192.0.2.1:2525", &takes(&["x@sender.test"]));
    let seen = own.submit_times(1, None, &["x@sender.test"]);
    assert_eq!(seen.told, [delivered("x@sender.test")]);
    let small = Connector { max_message_size: Some(10), ..dns_connector() };
    let seen = World::new().host("192.0.2.1:2525", &takes_notice()).submit(small, &["a@contoso.test"]);
    seen.assert_dialogues();
    let reason = "550 5.3.4 message of 26 octets is larger than the 10 that connectors take";
    assert_eq!(seen.told, [told("a@contoso.test", Fate::Failed, reason)]);
}

#[test]
fn a_name_server_that_says_nothing_is_passed_over() {
    let world = World::new()
        .record("A contoso.test", "192.0.2.50")
        .first_server_silent()
        .host("192.0.2.50:25", &takes(&["julia@contoso.test"]));
    let seen = world.submit(dns_connector(), &["julia@contoso.test"]);
    assert_eq!(seen.told, [delivered("julia@contoso.test")]);
    assert!(seen.took.as_secs() <= 15, "{:?}", seen.took);
}

#[test]
fn what_the_shell_makes_is_what_mail_takes() {
    let dialogue = "S: 220 ready\nC: EHLO mail.sender.test\nS: 250-host\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334\n\
        C: cmVsYXktdXNlcg==\nS: 334\nC: czNjcmV0LTlmMmFiMWQ3\nS: 235 ok\nC: MAIL FROM:<sender@sender.test> AUTH=<>\nS: 250 ok\n\
        C: RCPT TO:<a@contoso.test>\nS: 250 ok\nC: DATA\nS: 354 go\n<data>\nS: 250 2.0.0 taken\nC: QUIT\nS: 221 bye\n<eof>\n";
    let seen = World::new().host("192.0.2.20:2525", dialogue).run(&["a@contoso.test"], 1, |transport| {
        let text = "$c = New-Object PSCredential(\"relay-user\", (ConvertTo-SecureString \"s3cret-9f2ab1d7\" -AsPlainText -Force))\n\
            New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts 192.0.2.20 -Port 2525 \
            -Fqdn mail.sender.test -SmartHostAuthMechanism BasicAuth -AuthenticationCredential $c";
        let refused: Vec<_> = transport.shell(text).into_iter().filter_map(|command| command.result.err()).collect();
        assert_eq!(refused, []);
    });
    seen.assert_dialogues();
    assert_eq!(seen.told, [delivered("a@contoso.test")]);
}
