//! The judge's own reading of octets: replies, command lines, paths and transparency.
//!
//! # Not here
//!
//! Any opinion: what cannot be read is passed over or comes back empty, and a claim or an invariant says so.

/// A reply, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Index of the event that completed it.
    pub index: usize,
    /// World time of that event, in milliseconds.
    pub at_ms: u64,
    /// The code of its last line.
    pub code: u16,
    /// What stands behind the code and its separator, a line each.
    pub lines: Vec<String>,
    /// Under TLS.
    pub tls: bool,
}

impl Reply {
    /// Whether it is of the 2xx kind (RFC 5321 §4.2.1).
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// The enhanced status code in front of its last line (RFC 2034 §3), `5.1.1`.
    #[must_use]
    pub fn enhanced(&self) -> Option<&str> {
        let word = self.lines.last()?.split(' ').next()?;
        is_enhanced(word).then_some(word)
    }
}

/// Whether `word` has the form of an enhanced status code (RFC 3463 §2).
#[must_use]
pub fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3
        && matches!(parts[0], "2" | "4" | "5")
        && parts.iter().all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Collects what a host wrote, write by write, into replies.
#[derive(Debug, Default)]
pub struct ReplyReader {
    rest: Vec<u8>,
    lines: Vec<String>,
}

impl ReplyReader {
    /// The replies that these octets complete, as code and lines. A line that is no reply line is thrown away, with
    /// what of a reply stood before it.
    pub fn read(&mut self, octets: &[u8]) -> Vec<(u16, Vec<String>)> {
        self.rest.extend_from_slice(octets);
        let mut replies = Vec::new();
        while let Some(end) = memchr::memchr(b'\n', &self.rest) {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line: String = line.iter().map(|&octet| char::from(octet)).collect();
            let line = line.trim_end_matches(['\r', '\n']);
            let Some((code, last, text)) = reply_line(line) else {
                self.lines.clear();
                continue;
            };
            self.lines.push(text.to_owned());
            if last {
                replies.push((code, std::mem::take(&mut self.lines)));
            }
        }
        replies
    }
}

/// The code, whether this is the last line, and the text.
fn reply_line(line: &str) -> Option<(u16, bool, &str)> {
    let digits = line.get(..3).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    let code = digits.parse().ok()?;
    match line.as_bytes().get(3) {
        None => Some((code, true, "")),
        Some(b' ') => Some((code, true, line.get(4..)?)),
        Some(b'-') => Some((code, false, line.get(4..)?)),
        Some(_) => None,
    }
}

/// The verb in capitals, and what stands behind it and one blank, without the line end.
#[must_use]
pub fn command_line(octets: &[u8]) -> (String, &[u8]) {
    let line = octets.strip_suffix(b"\n").unwrap_or(octets);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let end = memchr::memchr(b' ', line).unwrap_or(line.len());
    let verb = line[..end].iter().map(|octet| char::from(octet.to_ascii_uppercase())).collect();
    (verb, line.get(end + 1..).unwrap_or_default())
}

/// The mailbox of `FROM:<...>` or `TO:<...>`, without brackets and source route; and the parameters behind it. Octets
/// that are no UTF-8 are a character each.
#[must_use]
pub fn path(argument: &[u8]) -> (String, Vec<String>) {
    let text = std::str::from_utf8(argument)
        .map_or_else(|_| argument.iter().map(|&octet| char::from(octet)).collect(), str::to_owned);
    let behind = text.split_once(':').map_or("", |(_, behind)| behind).trim_start();
    let (mailbox, parameters) = match behind.strip_prefix('<') {
        Some(inner) => {
            let end = closing_bracket(inner);
            (&inner[..end], inner.get(end + 1..).unwrap_or(""))
        }
        None => behind.split_once(' ').unwrap_or((behind, "")),
    };
    let mailbox = match mailbox.split_once(':') {
        Some((route, mailbox)) if route.starts_with('@') => mailbox,
        _ => mailbox,
    };
    (mailbox.to_owned(), parameters.split_ascii_whitespace().map(str::to_owned).collect())
}

fn closing_bracket(inner: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    inner.len()
}

/// Whether two mailboxes are the same: the domain without regard to case, the local-part as it is (RFC 5321 §2.4).
#[must_use]
pub fn same_mailbox(one: &str, other: &str) -> bool {
    // Asked of every pair of addresses in a trace; most differ in their first octets.
    if !one.eq_ignore_ascii_case(other) {
        return false;
    }
    match (one.rsplit_once('@'), other.rsplit_once('@')) {
        (Some((local, domain)), Some((other_local, other_domain))) => {
            local == other_local && domain.eq_ignore_ascii_case(other_domain)
        }
        _ => one == other,
    }
}

/// Undoes transparency (RFC 5321 §4.5.2): the first full stop of each line that begins with one is taken away.
#[must_use]
pub fn unstuff(wire: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(wire.len());
    for line in lines(wire) {
        octets.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    octets
}

/// Applies transparency: the inverse of [`unstuff`] for every sender that keeps to it.
#[must_use]
pub fn stuff(octets: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(octets.len());
    for line in lines(octets) {
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
    }
    wire
}

/// Lines with their CRLF; an LF alone ends none.
fn lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut left = octets;
    std::iter::from_fn(move || {
        if left.is_empty() {
            return None;
        }
        let end = memchr::memmem::find(left, b"\r\n").map_or(left.len(), |at| at + 2);
        let (line, rest) = left.split_at(end);
        left = rest;
        Some(line)
    })
}
