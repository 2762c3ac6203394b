//! Words of the protocols, as lines write them: in capitals.

/// SMTP verbs that a client may send: RFC 5321 §4.1, RFC 3030, RFC 3207, RFC 4954, RFC 1985, RFC 2033, RFC 4468.
/// Those that begin with X are known without being listed.
const VERBS: [&str; 17] = [
    "EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT", "STARTTLS", "AUTH", "RSET", "NOOP", "QUIT", "HELP", "VRFY", "EXPN",
    "ETRN", "LHLO", "BURL",
];

/// Query types, in the order in which a sender of mail uses them.
pub(super) const RECORD_TYPES: [&str; 12] =
    ["MX", "A", "AAAA", "CNAME", "TXT", "TLSA", "NS", "SOA", "PTR", "SRV", "CAA", "DS"];

/// EHLO keywords (IANA's registry of mail parameters, and Exchange's own).
pub(super) const KEYWORDS: [&str; 20] = [
    "PIPELINING",
    "SIZE",
    "8BITMIME",
    "SMTPUTF8",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "CHUNKING",
    "STARTTLS",
    "AUTH",
    "BINARYMIME",
    "REQUIRETLS",
    "LIMITS",
    "DELIVERBY",
    "MT-PRIORITY",
    "HELP",
    "VRFY",
    "EXPN",
    "ETRN",
    "BURL",
    "FUTURERELEASE",
];

/// The verbs.
pub(super) fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.into_iter()
}

/// Whether `word` is a verb, in capitals.
pub(super) fn is_verb(word: &str) -> bool {
    VERBS.contains(&word) || is_private(word)
}

/// Whether `word` is in capitals (digits and hyphens aside) and begins with X: an extension of somebody's own.
fn is_private(word: &str) -> bool {
    word.len() > 1
        && word.starts_with('X')
        && word.bytes().all(|octet| octet.is_ascii_uppercase() || octet.is_ascii_digit() || octet == b'-')
}
