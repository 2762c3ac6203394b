//! Mail data in pieces, and what remains of it.

use memchr::memmem;

use super::{HEAD_TAIL_OCTETS, HEADER_OCTETS_MAX, Kept, MailData, WHOLE_OCTETS_MAX, digest::Digesting};

/// Takes mail data as it comes, and gives its facts at the end.
///
/// # Limits
///
/// Holds at most [`WHOLE_OCTETS_MAX`] octets of the wire and [`HEADER_OCTETS_MAX`] octets of header, however long
/// the message is.
#[derive(Clone, Debug)]
pub struct Recorder {
    transparency: Transparency,
    /// The last two octets of the wire: CR LF at the start, for the line that asked for the data ended so.
    seam: [u8; 2],
    /// Octets of the wire so far.
    octets: u64,
    wire: WireKept,
    facts: Facts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transparency {
    /// A dot in front of a line is taken away (RFC 5321 §4.5.2).
    Dots,
    /// The octets are the message (RFC 3030 §3).
    None,
}

impl Recorder {
    /// For DATA: a dot in front of a line is taken away (RFC 5321 §4.5.2). The end-of-data line is not to be given.
    #[must_use]
    pub fn dotted() -> Self {
        Self::new(Transparency::Dots)
    }

    /// For BDAT, and for messages that never were on a wire.
    #[must_use]
    pub fn chunked() -> Self {
        Self::new(Transparency::None)
    }

    fn new(transparency: Transparency) -> Self {
        Self { transparency, seam: *b"\r\n", octets: 0, wire: WireKept::default(), facts: Facts::default() }
    }

    /// Octets of the wire that were given so far.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.octets
    }

    /// Octets of the message so far, transparency undone.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.facts.size
    }

    /// The last two octets of the wire.
    pub(crate) fn seam(&self) -> [u8; 2] {
        self.seam
    }

    /// Takes the next octets of the wire.
    pub fn take(&mut self, octets: &[u8]) {
        let [.., last] = octets else { return };
        self.octets += octets.len() as u64;
        self.wire.take(octets);
        match self.transparency {
            Transparency::None => self.facts.take(octets),
            Transparency::Dots => self.undo_transparency(octets),
        }
        self.seam = [if octets.len() > 1 { octets[octets.len() - 2] } else { self.seam[1] }, *last];
    }

    fn undo_transparency(&mut self, octets: &[u8]) {
        let mut from = 0;
        let starts_line = match octets {
            [b'.', ..] => self.seam == *b"\r\n",
            _ => false,
        };
        if starts_line {
            from = 1;
        } else if self.seam[1] == b'\r' && octets.starts_with(b"\n.") {
            self.facts.take(b"\n");
            from = 2;
        }
        for at in memmem::find_iter(octets, b"\r\n.") {
            self.facts.take(&octets[from..at + 2]);
            from = at + 3;
        }
        self.facts.take(&octets[from..]);
    }

    /// The facts of all that was given.
    #[must_use]
    pub fn finish(self) -> MailData {
        self.facts.finish(self.wire.finish())
    }
}

/// The octets of the wire, as far as they are kept.
#[derive(Clone, Debug, Default)]
struct WireKept {
    /// All octets, or the head once there is a tail.
    start: Vec<u8>,
    tail: Option<Vec<u8>>,
}

impl WireKept {
    fn take(&mut self, octets: &[u8]) {
        if self.tail.is_none() {
            if self.start.len() + octets.len() <= WHOLE_OCTETS_MAX {
                self.start.extend_from_slice(octets);
                return;
            }
            let missing = HEAD_TAIL_OCTETS.saturating_sub(self.start.len()).min(octets.len());
            let whole = std::mem::take(&mut self.start);
            self.start = [&whole[..whole.len().min(HEAD_TAIL_OCTETS)], &octets[..missing]].concat();
            self.tail = Some(whole[whole.len().saturating_sub(HEAD_TAIL_OCTETS)..].to_vec());
        }
        if let Some(tail) = &mut self.tail {
            let news = &octets[octets.len().saturating_sub(HEAD_TAIL_OCTETS)..];
            let surplus = (tail.len() + news.len()).saturating_sub(HEAD_TAIL_OCTETS);
            tail.drain(..surplus.min(tail.len()));
            tail.extend_from_slice(news);
        }
    }

    fn finish(self) -> Kept {
        match self.tail {
            None => Kept::Whole(self.start),
            Some(tail) => Kept::Ends { head: self.start, tail },
        }
    }
}

/// What is counted over the message itself.
#[derive(Clone, Debug, Default)]
struct Facts {
    size: u64,
    digests: Digesting,
    body_size: u64,
    header: Vec<u8>,
    /// How far into the CRLFCRLF before the body; starts at 2, for an empty header needs one CRLF only.
    header_end: HeaderEnd,
    line: u64,
    longest_line: u64,
    bare_cr: u64,
    bare_lf: u64,
    above_127: u64,
    after_cr: bool,
}

/// Octets of CRLFCRLF that were just seen; 4 is the body.
#[derive(Clone, Copy, Debug)]
struct HeaderEnd(u8);

impl Default for HeaderEnd {
    fn default() -> Self {
        Self(2)
    }
}

impl Facts {
    fn take(&mut self, octets: &[u8]) {
        self.size += octets.len() as u64;
        self.above_127 += above_127(octets);
        let body_from = self.take_header(octets);
        self.digests.take(octets, body_from);
        self.body_size += (octets.len() - body_from) as u64;
        self.count_lines(octets);
    }

    /// Takes what belongs to the header section, and says where the body begins.
    fn take_header(&mut self, octets: &[u8]) -> usize {
        if self.header_end.0 == 4 {
            return 0;
        }
        for (at, octet) in octets.iter().enumerate() {
            if self.header.len() < HEADER_OCTETS_MAX + 2 {
                self.header.push(*octet);
            }
            self.header_end.0 = match (self.header_end.0, octet) {
                (0 | 2, b'\r') => self.header_end.0 + 1,
                (1 | 3, b'\n') => self.header_end.0 + 1,
                (_, b'\r') => 1,
                _ => 0,
            };
            if self.header_end.0 == 4 {
                // The empty line was taken along as far as there was room for it.
                if self.header.len() < HEADER_OCTETS_MAX + 2 || self.header.ends_with(b"\r\n\r\n") {
                    self.header.truncate(self.header.len() - 2);
                }
                return at + 1;
            }
        }
        octets.len()
    }

    /// A line ends in CRLF; a CR or LF elsewhere is an octet of it.
    fn count_lines(&mut self, octets: &[u8]) {
        let Some(first) = octets.first() else { return };
        let mut start = 0;
        if std::mem::take(&mut self.after_cr) {
            if *first == b'\n' {
                self.end_line(0);
                start = 1;
            } else {
                self.bare_cr += 1;
                self.line += 1;
            }
        }
        let rest = &octets[start..];
        let (mut start, mut line_ends) = (0, 0);
        for at in memchr::memchr_iter(b'\n', rest) {
            if at > 0 && rest[at - 1] == b'\r' {
                self.end_line(at - 1 - start);
                start = at + 1;
                line_ends += 1;
            } else {
                self.bare_lf += 1;
            }
        }
        self.after_cr = rest.ends_with(b"\r");
        self.line += (rest.len() - start) as u64 - u64::from(self.after_cr);
        let crs = memchr::memchr_iter(b'\r', rest).count() as u64;
        self.bare_cr += crs - line_ends - u64::from(self.after_cr);
    }

    fn end_line(&mut self, more: usize) {
        self.longest_line = self.longest_line.max(self.line + more as u64);
        self.line = 0;
    }

    fn finish(mut self, wire: Kept) -> MailData {
        if self.after_cr {
            self.bare_cr += 1;
            self.line += 1;
        }
        self.header.truncate(HEADER_OCTETS_MAX);
        let [sha256, body_sha256] = self.digests.finish();
        MailData {
            size: self.size,
            sha256,
            header: self.header,
            body_size: self.body_size,
            body_sha256,
            longest_line: self.longest_line.max(self.line),
            bare_cr: self.bare_cr,
            bare_lf: self.bare_lf,
            above_127: self.above_127,
            wire,
        }
    }
}

/// Octets above 127; summed in runs short enough for an octet, which is what vector instructions want.
fn above_127(octets: &[u8]) -> u64 {
    let run = |run: &[u8]| run.iter().map(|octet| octet >> 7).sum::<u8>();
    octets.chunks(usize::from(u8::MAX)).map(|octets| u64::from(run(octets))).sum()
}
