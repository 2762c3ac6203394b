//! `smtpd.conf`: what holds for every connector, and the parts of each.

use std::fmt::Write as _;

use super::{
    Limits, SECRETS, SUBMISSION_PORT, TRANSPORT_PORT,
    action::{self, Action},
};
use crate::mta::Brief;

/// Settings that are the same in every world, each for a reason.
const FIXED: &str = "\
# Exchange's default lifetime of a message.
queue ttl 2d
# Nobody but the world is served.
smtp limit max-mails 10000
smtp limit max-rcpt 10000
# A pause between two connections to one host, or until it looks again whether there are too many, would be longer than a
# case. One that is open is kept for one second.
mta limit max-conn-per-host 100
mta limit max-conn-per-route 100
mta limit conn-delay-relay 1
mta limit conn-delay-route 0
mta limit reconn-delay-route 0
mta limit session-keepalive 1
";

/// What no connector serves waits at a door that nobody opens.
const NOBODY: &str = "\
action \"nobody\" relay host \"smtp+notls://[127.0.0.1]:1\"
match from any for any action \"nobody\"
";

/// The largest message that it can be told to take, in octets: a size is at most that of a signed number here.
const SIZE_MAX: u64 = 2_000_000_000;

/// `smtpd.conf`. The matches are given as text.
pub(super) fn whole(brief: &Brief, limits: &Limits, actions: &[Action], matches: &str) -> String {
    let mut text = FIXED.to_owned();
    let mut line = |line: String| {
        let _infallible = writeln!(text, "{line}");
    };
    line(format!("smtp max-message-size {}", limits.size.unwrap_or(SIZE_MAX).min(SIZE_MAX)));
    // As many as there are, where there is no limit.
    let messages = if limits.messages == 0 { u32::MAX } else { limits.messages };
    line(format!("mta limit session-mail-max {messages}"));
    if actions.iter().any(|action| action.secret.is_some()) {
        line(format!("table secrets file:{SECRETS}"));
    }
    for port in [SUBMISSION_PORT, TRANSPORT_PORT] {
        line(format!("listen on {} port {port} hostname {}", brief.address, quoted(&brief.server)));
    }
    // For our own domains, whatever the connectors say.
    for (number, (domain, server)) in (1..).zip(&brief.accepted) {
        let url = format!("smtp://{}:{}", action::literal(server.ip()), server.port());
        line(format!("action \"accepted{number}\" relay host {}", quoted(&url)));
        line(format!("match from any for domain {} action \"accepted{number}\"", quoted(domain)));
    }
    for action in actions {
        line(action.text.clone());
    }
    text + matches + NOBODY
}

/// A word of `smtpd.conf`. Quotes in it and ends of lines are ours to keep out: names of hosts and domains have none.
pub(super) fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace(['"', '\n', '\r', '\\'], ""))
}

/// Whether a line stands in every world's configuration, and so says nothing of this one.
#[cfg(test)]
pub(super) fn is_in_every_world(line: &str) -> bool {
    FIXED.lines().chain(NOBODY.lines()).any(|own| own == line)
}
