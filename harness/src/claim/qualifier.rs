//! What qualifiers mean: which of them narrow what is looked at, and how times compare.

use std::{net::IpAddr, time::Duration};

use super::{
    Judging,
    ast::{Code, Qualifier, Transport},
    occurrence::Occurrence,
};
use crate::trace::{
    notice::RecipientStatus,
    submitted::is_message,
    wire::{Reply, same_mailbox},
};

/// Milliseconds of a duration, as traces count.
pub(super) fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A time as a person reads it: `26h10m`.
pub(super) fn time(at_ms: u64) -> String {
    crate::report::dialogue::time(at_ms)
}

impl Judging<'_> {
    /// Whether something happened at a time: to 1 s in memory, to 20 % and 1 s on sockets, where a trace knows itself
    /// to be by its quiet time.
    pub(super) fn is_near(&self, at_ms: u64, wanted: Duration) -> bool {
        let quiet = self.view.end.map_or(0, |end| end.quiet_ms);
        let slack = if quiet == 0 { 1_000 } else { ms(wanted) / 5 + 1_000 };
        at_ms.abs_diff(ms(wanted)) <= slack
    }

    /// Whether `address` is the one that `from SERVER` names.
    pub(super) fn is_from(&self, address: IpAddr, server: &str) -> bool {
        if let Ok(named) = server.parse::<IpAddr>() {
            return named == address;
        }
        let own = self.case.world.organisation.server(server);
        own.is_some_and(|own| own.address == address)
            || self.host(server).is_some_and(|host| host.addresses.contains(&address))
    }

    /// Whether an occurrence passes a qualifier that narrows what is looked at. Qualifiers that ask pass everything.
    pub(super) fn passes(&self, occurrence: &mut Occurrence<'_>, qualifier: &Qualifier) -> bool {
        match qualifier {
            Qualifier::For(address) => {
                if !occurrence.notices.is_empty() {
                    occurrence.notices.retain(|notice| names(notice, address));
                    return !occurrence.notices.is_empty();
                }
                occurrence.recipients.iter().any(|recipient| same_mailbox(recipient, address))
            }
            Qualifier::From(server) => match occurrence.server {
                Some(own) => own.eq_ignore_ascii_case(server) || own.split('.').next() == Some(server),
                None => occurrence.from.is_some_and(|address| self.is_from(address, server)),
            },
            Qualifier::Of(message) => occurrence.messages.iter().any(|own| is_message(own, message)),
            Qualifier::Over(transport) => {
                let name = match transport {
                    Transport::Tcp => "TCP",
                    Transport::Udp => "UDP",
                };
                occurrence.over == Some(name)
            }
            Qualifier::Tls { state, only: false } => occurrence.tls == Some(*state),
            Qualifier::Until(time) => occurrence.at_ms < ms(*time),
            Qualifier::With(code) => {
                if !occurrence.notices.is_empty() {
                    occurrence.notices.retain(|notice| has_status(notice, code));
                    return !occurrence.notices.is_empty();
                }
                occurrence.reply.as_ref().is_some_and(|reply| has_code(reply, code))
            }
            _ => true,
        }
    }

    /// Whether an occurrence lies in the time that the qualifiers speak of.
    pub(super) fn is_in_time(&self, at_ms: u64, qualifiers: &[Qualifier]) -> bool {
        qualifiers.iter().all(|qualifier| match qualifier {
            Qualifier::At(times) => times.iter().any(|wanted| self.is_near(at_ms, *wanted)),
            Qualifier::NotBefore(time) => at_ms >= ms(*time),
            Qualifier::Until(time) => at_ms < ms(*time),
            Qualifier::Within(time) => at_ms <= ms(*time),
            _ => true,
        })
    }
}

/// Whether a notification's group names an address.
pub(super) fn names(notice: &RecipientStatus, address: &str) -> bool {
    notice.addresses.iter().any(|own| same_mailbox(own, address))
}

/// Whether a notification's group has a code: the enhanced one as its status, the reply code in its diagnostic.
pub(super) fn has_status(notice: &RecipientStatus, code: &Code) -> bool {
    code.enhanced.as_ref().is_none_or(|enhanced| notice.status == *enhanced)
        && code.reply.is_none_or(|reply| has_word(&notice.diagnostic, &reply.to_string()))
}

/// Whether words of an MTA have a code.
pub(super) fn says(reason: &str, code: &Code) -> bool {
    code.enhanced.as_ref().is_none_or(|enhanced| has_word(reason, enhanced))
        && code.reply.is_none_or(|reply| has_word(reason, &reply.to_string()))
}

/// Whether a reply has a code.
pub(super) fn has_code(reply: &Reply, code: &Code) -> bool {
    code.reply.is_none_or(|wanted| wanted == reply.code)
        && code.enhanced.as_deref().is_none_or(|wanted| reply.enhanced() == Some(wanted))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).any(|own| own.trim_matches('.') == word)
}
