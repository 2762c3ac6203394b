//! Octets of no sense.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    Event, Host,
    host::Posture,
    rule::{Action, Rule, Trigger},
    testing::World,
};

fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let known = [
        "EHLO a\r\n",
        "HELO a\r\n",
        "MAIL FROM:<a@b.test>\r\n",
        "MAIL FROM:<a@b.test> SIZE=3\r\n",
        "RCPT TO:<c@d.test>\r\n",
        "DATA\r\n",
        ".\r\n",
        "\r\n.\r\n",
        "BDAT 3\r\n",
        "BDAT 99999999999999999999\r\n",
        "BDAT 2 LAST\r\n",
        "RSET\r\n",
        "AUTH LOGIN\r\n",
        "AUTH PLAIN =\r\n",
        "*\r\n",
        "STARTTLS\r\n",
        "QUIT\r\n",
        "\r\n",
        "\n",
        " \r\n",
        "<>\"@:[\r\n",
        "MAIL FROM:<\"\\",
        "RCPT TO:<@a,@b:c@[1]> X=\u{e4}\r\n",
        "\u{16}\u{3}\u{1}",
    ];
    let known = proptest::sample::select(known.map(|piece| piece.as_bytes().to_vec()).to_vec());
    let random = proptest::collection::vec(any::<u8>(), 0..12);
    proptest::collection::vec(prop_oneof![4 => known, 1 => random], 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_session_survives_any_octets_and_ends_once(pieces in pieces()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            let pause = Rule::new(Trigger::Data, [Action::reply("250 so far")]).after_octets(2);
            let mut world = World::new(Host::new("mx.contoso.test").auth(Posture::None(None)).rule(pause));
            let (mut client, _) = world.dial();
            for piece in pieces {
                // A host that has closed hears no more.
                let _ = client.write_all(&piece).await;
                tokio::task::yield_now().await;
            }
            let _ = client.shutdown().await;
            let mut said = Vec::new();
            client.read_to_end(&mut said).await.expect("an end");
            drop(client);
            let events = world.recording.sessions_ended(1).await;
            let closed = matches!(events.last(), Some((_, Event::Closed { .. })));
            assert!(closed, "the last event is the end");
            let sent: Vec<u8> = events
                .iter()
                .filter_map(|(_, event)| if let Event::Sent { octets, .. } = event { Some(octets.as_slice()) } else { None })
                .collect::<Vec<_>>()
                .concat();
            assert!(said.starts_with(&sent), "what was reported is what was sent");
        });
    }
}
