//! `sendmail.cf`: what holds for every connector, and the parts of each.

use std::{fmt::Write as _, time::Duration};

use mtaspec_reference_transport::connector::{Connector, INACTIVITY_TIMEOUT_DEFAULT};

use super::{
    LOG, QUEUE, SUBMISSION_PORT, TRANSPORT_PORT, files,
    files::Ruleset,
    mailer,
    routes::{NOBODY, Routes},
    security::{self, Session},
};
use crate::mta::{Brief, StartError};

/// Settings that are the same in every world, each for a reason.
const FIXED: &str = "\
V10/Berkeley
DnMAILER-DAEMON
O OperatorChars=.:%@!^/[]+
# Nothing is local, whoever reaches it is served, and a queue run tries what has come in: messages for one host share a
# connection there.
O DeliveryMode=queueonly
O QueueSortOrder=host
O PrivacyOptions=noetrn
O DefaultUser=daemon:daemon
O BlankSub=.
O HelpFile=/etc/mail/helpfile
O DoubleBounceAddress=
O NoRecipientAction=none
# A machine that is busy is not too busy.
O QueueLA=10000
O RefuseLA=10000
O DelayLA=0
O MinFreeBlocks=0
# Mailers have limits.
O MaxMessageSize=0
O MaxHeadersLength=0
# It comes back to what waits in each queue run, and keeps it for two days, as Exchange does.
O MinQueueAge=0
O Timeout.queuereturn=2d
O Timeout.queuewarn=4h
O HoldExpensive=False
O ConnectionCacheSize=4
# It looks at nobody who hands a message over.
O Timeout.ident=0
O DontProbeInterfaces=True
# Half of a host's addresses that cannot be asked for do not hide the other half.
O ResolverOptions=-DNSRCH -DEFNAMES WorkAroundBrokenAAAA
# RFC 5321 §6.3.
O MaxHopCount=100
# A host that does not answer is given up early.
O Timeout.connect=3s
O Timeout.iconnect=3s
# What is beyond ASCII is MIME, or is made so for a host that takes no eight bits.
O EightBitMode=mimify
O DefaultCharSet=utf-8
O SetCertAltnames=True
O LogLevel=12
O TimeZoneSpec=UTC
H?T?Received: $?sfrom $s $.$?_($_) $.by $j$?r with $r$. id $i; $b
H?D?Date: $a
H?F?From: $g
H?M?Message-Id: <$t.$i@$j>
";

/// What comes in is taken as it was written: a LF alone is a line end, a CR alone a blank.
const SERVED: &str = "Ssrv_features\nR$*\t$# u2 G\n";

/// How long Sendmail waits in each step unless it is told (operations guide, 4.1), in seconds.
const WAITS: [(&str, u64); 12] = [
    ("initial", 300),
    ("helo", 300),
    ("mail", 600),
    ("rcpt", 3600),
    ("datainit", 300),
    ("datablock", 3600),
    ("datafinal", 3600),
    ("rset", 300),
    ("quit", 120),
    ("misc", 120),
    ("auth", 600),
    ("starttls", 3600),
];

/// What all connectors have in common.
pub(super) struct Common<'a> {
    /// The name in EHLO, if it is not the server's.
    pub(super) hello: Option<&'a str>,
    /// The certificate that is shown.
    pub(super) identity: Option<String>,
    /// How long a host may be silent, if that differs from the default.
    pub(super) silence_max: Option<Duration>,
}

/// One connector, or one of our own domains.
pub(super) struct Way<'a> {
    /// Its mailer.
    pub(super) mailer: String,
    /// What stands before it as a comment.
    pub(super) comment: String,
    /// The line of the mailer.
    pub(super) line: String,
    /// What stands behind `$@`.
    pub(super) next_hop: String,
    /// What it asks of a session; nothing for our own domains.
    pub(super) session: Option<Session>,
    /// The domain, for our own.
    pub(super) accepted: Option<&'a str>,
}

/// `sendmail.cf`.
pub(super) fn whole(brief: &Brief, common: &Common<'_>, routes: &Routes, ways: &[Way<'_>]) -> String {
    let mut text = FIXED.to_owned();
    let mut put = |line: String| {
        let _infallible = writeln!(text, "{line}");
    };
    put(format!("Dj{}", brief.server));
    // A way that leads to the machine itself is a loop.
    put(format!("Cw {} [{}] localhost [127.0.0.1]", brief.server, brief.address));
    for (name, port) in [("submission", SUBMISSION_PORT), ("transport", TRANSPORT_PORT)] {
        let family = if brief.address.is_ipv6() { "inet6" } else { "inet" };
        put(format!("O DaemonPortOptions=Name={name}, Family={family}, Addr={}, Port={port}", brief.address));
    }
    put(format!("O QueueDirectory={QUEUE}"));
    put(format!("O PidFile={LOG}/sendmail.pid"));
    // Without a folder it trusts no file, either.
    put(format!("O CACertPath={}", files::path("certificates")));
    put(format!("O CACertFile={}", files::path("authority.pem")));
    if let Some(identity) = &common.identity {
        put(format!("O ClientCertFile={identity}"));
        put(format!("O ClientKeyFile={identity}"));
    }
    put(format!("O CRLFile={}", files::path("revoked.pem")));
    if let Some(hello) = common.hello {
        put(format!("O HeloName={hello}"));
    }
    if let Some(silence_max) = common.silence_max {
        for (step, seconds) in WAITS {
            put(format!("O Timeout.{step}={}s", silence_max.as_secs().min(seconds)));
        }
    }
    text += SERVED;
    text += &addresses();
    text += &parse(ways);
    text += &routes.search();
    let sessions: Vec<Session> = ways.iter().filter_map(|way| way.session.clone()).collect();
    text += &security::rulesets(&sessions);
    text += &mailers(ways);
    text
}

/// The rulesets that take an address apart and put it together again: angle brackets mark its domain in between.
fn addresses() -> String {
    let canonify = Ruleset::new("canonify=3")
        .rule("$@", "$@ <@>")
        .rule("$*", "$: < $1 >")
        .rule("$+ < $* >", "< $2 >")
        .rule("< $* > $+", "< $1 >")
        .rule("<>", "$@ <@>")
        // A route is not followed: RFC 5321 §4.1.1.3.
        .rule("< @ $+ : $+ >", "< $2 >")
        .rule("< $+ >", "$: $1")
        .rule("$+ @ $+", "$: $1 <@ $2 >")
        .rule("$+ <@ $+ @ $+ >", "$1 @ $2 <@ $3 >")
        .rule("$+ <@ $+ . >", "$1 <@ $2 >");
    let last = Ruleset::new("final=4").rule("<@>", "$@").rule("$* <@ $+ > $*", "$@ $1 @ $2 $3");
    let qualify = Ruleset::new("qualify").rule("$* <@ $* > $*", "$@ $1 <@ $2 > $3").rule("$+", "$@ $1 <@ $j >");
    canonify.text() + &last.text() + &qualify.text()
}

/// The ruleset that resolves an address.
fn parse(ways: &[Way<'_>]) -> String {
    let row = |way: &Way<'_>| {
        (format!("$* <@ $+ > $| {}", way.mailer), format!("$# {} $@ {} $: $1 @ $2", way.mailer, way.next_hop))
    };
    Ruleset::new("parse=0")
        .rule("<@>", "$# local $: <>")
        .rule("$* <@ $+ > $*", "$: $1 <@ $2 > $| $>find $2")
        .rules(ways.iter().map(row))
        .rule(&format!("$* <@ $+ > $| {NOBODY}"), &format!("$# {NOBODY} $@ $2 $: $1 @ $2"))
        .rule("$*", "$# local $: $1")
        .text()
}

/// The mailers. Those for everything local must be there, and do nothing; what no connector serves is held.
fn mailers(ways: &[Way<'_>]) -> String {
    let mut text = String::from(
        "Mlocal, P=/bin/false, F=lsDFMq, T=DNS/RFC822/X-Unix, A=false\n\
         Mprog, P=/bin/false, F=lsDFMq, T=DNS/RFC822/X-Unix, A=false\n",
    );
    text += &mailer::held(NOBODY);
    for way in ways {
        text += &way.comment;
        text += &way.line;
    }
    text
}

/// What all connectors have in common, or the setting in which they differ.
pub(super) fn common<'a>(connectors: &[&'a Connector], brief: &Brief) -> Result<Common<'a>, StartError> {
    let server = brief.server.as_str();
    let mut hello: Vec<Option<&str>> =
        connectors.iter().map(|own| own.fqdn.as_deref().filter(|name| *name != server)).collect();
    hello.dedup();
    let mut silence: Vec<Duration> = connectors.iter().map(|own| own.inactivity_timeout).collect();
    silence.dedup();
    if hello.len() > 1 {
        return Err(files::unsupported("a `-Fqdn` for each connector"));
    }
    if silence.len() > 1 {
        return Err(files::unsupported("a `-ConnectionInactivityTimeOut` for each connector"));
    }
    let silence_max = silence.pop().filter(|own| *own != INACTIVITY_TIMEOUT_DEFAULT);
    let hello = hello.pop().flatten();
    let shown = hello.unwrap_or(server);
    let identity = brief.identities.iter().any(|own| own.name == shown).then(|| files::identity_file(shown));
    Ok(Common { hello, identity, silence_max })
}

/// Whether a line stands in every world's configuration, and so says nothing of this one.
#[cfg(test)]
pub(super) fn is_in_every_world(line: &str) -> bool {
    FIXED.lines().chain(addresses().lines()).any(|own| own == line)
}
