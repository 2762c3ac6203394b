//! Every limit and every wait of the transport, by name.

use std::time::Duration;

/// Longest command line, in octets, with its `<CRLF>`: RFC 5321 §4.5.3.1.4. An extension may lift it
/// (RFC 1870 §3, RFC 6531 §3.4), so [`crate::wire`] adds [`COMMAND_PARAMETERS_OCTETS_MAX`] where parameters follow.
pub const COMMAND_LINE_OCTETS_MAX: usize = 512;

/// Octets by which the parameters of the extensions we use may lengthen MAIL: RFC 1870 §3 has 26, RFC 6152 §2 has
/// 17, RFC 6531 §3.4 has 10.
pub const COMMAND_PARAMETERS_OCTETS_MAX: usize = 53;

/// Longest line of an AUTH exchange, in octets, with its `<CRLF>`: RFC 4954 §4.
pub const AUTH_LINE_OCTETS_MAX: usize = 12_288;

/// Longest reply line that is read, in octets, with its `<CRLF>`. RFC 5321 §4.5.3.1.5 has 512; hosts that write more
/// are read, hosts that never end a line are not.
pub const REPLY_LINE_OCTETS_MAX: usize = 4_096;

/// Most lines of one reply. The longest EHLO replies in use have about twenty.
pub const REPLY_LINES_MAX: usize = 256;

/// Longest line of mail data, in octets, without its `<CRLF>` and without the period that transparency adds:
/// RFC 5321 §4.5.3.1.6, RFC 5322 §2.1.1.
pub const MAIL_DATA_LINE_OCTETS_MAX: usize = 998;

/// Mail data is written in pieces of at most this many octets.
pub const MAIL_DATA_BLOCK_OCTETS: usize = 64 * 1024;

/// Octets of one BDAT chunk (RFC 3030 §2); the last of a message has fewer, and one that begins with a header that is
/// longer has more.
pub const BDAT_CHUNK_OCTETS: usize = 256 * 1024;

/// Most recipients of one mail transaction; more of them go in a further one (RFC 5321 §4.5.3.1.8 has servers take
/// at least 100).
pub const RECIPIENTS_PER_TRANSACTION_MAX: usize = 1_000;

/// How often a message may come through this server before it is taken to go round in a loop (FAIL-25). RFC 5321 §6.3
/// would have any `Received` field counted, and more of them.
pub const PASSAGES_MAX: usize = 20;

/// Most addresses that one attempt dials for one destination: RFC 5321 §5.1 allows a limit of at least two.
pub const ADDRESSES_PER_ATTEMPT_MAX: usize = 20;

/// Most MX hosts of one domain that one attempt considers.
pub const MX_HOSTS_MAX: usize = 50;

/// How long one name server may take for one query (DNS-11).
pub const DNS_QUERY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long all lookups for one destination may take (DNS-11).
pub const DNS_RESOLUTION_TIMEOUT: Duration = Duration::from_secs(60);

/// Most aliases that are followed from one name; more of them are taken for a circle (RFC 1034 §3.6.2 has none be
/// needed).
pub const ALIASES_MAX: usize = 16;

/// Most answers of name servers that are remembered; one more takes the place of the one that would end first.
pub const CACHE_ENTRIES_MAX: usize = 10_000;

/// Longest time for which records are remembered, whatever their time to live: RFC 1035 §6.1.3 leaves it to us.
pub const POSITIVE_TTL_MAX: Duration = Duration::from_hours(24);

/// Longest time for which it is remembered that there is nothing; RFC 2308 §5 finds one to three hours sensible, and a
/// mistake in a zone is mended sooner than that.
pub const NEGATIVE_TTL_MAX: Duration = Duration::from_mins(15);

/// Once a host's IPv4 addresses are known, how much longer its IPv6 addresses are waited for: a name server that
/// mishandles AAAA must not hold up mail (DNS-25).
pub const AAAA_PATIENCE: Duration = Duration::from_secs(2);

/// How long a client waits, each value for one thing. Those that RFC 5321 §4.5.3.2 names are the minimums it
/// recommends; a connector's inactivity timeout is applied beside them, and the shorter wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For TCP to connect. The RFC names none; an operating system gives up after one to two minutes.
    pub connect: Duration,
    /// For the greeting, once TCP is connected: §4.5.3.2.1.
    pub greeting: Duration,
    /// For EHLO, HELO, STARTTLS, AUTH and RSET, and for a TLS handshake: as for MAIL.
    pub command: Duration,
    /// For the reply to MAIL: §4.5.3.2.2.
    pub mail: Duration,
    /// For the reply to RCPT: §4.5.3.2.3.
    pub rcpt: Duration,
    /// For 354 after DATA: §4.5.3.2.4.
    pub data_initiation: Duration,
    /// For one write of mail data to be taken: §4.5.3.2.5.
    pub data_block: Duration,
    /// For the reply to the end of mail data: §4.5.3.2.6. Giving up early here duplicates mail, for the server may
    /// already have taken responsibility (§6.1).
    pub data_termination: Duration,
    /// For 221 after QUIT. Nothing depends on it, so it is short.
    pub quit: Duration,
}

impl Timeouts {
    /// The values of RFC 5321 §4.5.3.2, and ours where it has none.
    pub const RFC_5321: Self = Self {
        connect: Duration::from_secs(60),
        greeting: Duration::from_mins(5),
        command: Duration::from_mins(5),
        mail: Duration::from_mins(5),
        rcpt: Duration::from_mins(5),
        data_initiation: Duration::from_mins(2),
        data_block: Duration::from_mins(3),
        data_termination: Duration::from_mins(10),
        quit: Duration::from_secs(10),
    };
}
