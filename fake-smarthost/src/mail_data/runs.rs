//! Octets in little room: a line that comes again and again is kept once.
//!
//! Large messages that are made for a test are mostly such lines. Of others, a few octets are kept until
//! [`Runs::is_small`] says that it is not worth it.

/// Octets that may be kept in the end.
const KEPT_OCTETS_MAX: usize = 64 * 1024;

/// Octets that are compared at once.
const BLOCK: usize = 4 * 1024;

/// All octets that were given, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    octets: u64,
    kept: usize,
}

#[derive(Clone, Debug)]
enum Run {
    /// These, once.
    Once(Vec<u8>),
    /// A line of so many octets, until there are so many octets; the last one may be cut short. The pattern is the line
    /// repeated, so that [`BLOCK`] octets from anywhere in the line are in it.
    Repeated { line: usize, pattern: Vec<u8>, octets: u64 },
}

impl Runs {
    /// How many octets were given.
    pub(super) fn octets(&self) -> u64 {
        self.octets
    }

    /// Whether they are kept in little room.
    pub(super) fn is_small(&self) -> bool {
        self.kept <= KEPT_OCTETS_MAX
    }

    /// Takes the next octets.
    pub(super) fn take(&mut self, octets: &[u8]) {
        self.octets += octets.len() as u64;
        let mut rest = octets;
        while !rest.is_empty() {
            let taken = match self.runs.last_mut() {
                Some(Run::Repeated { line, pattern, octets }) => {
                    let taken = going_on(pattern, *line, *octets, rest);
                    *octets += taken as u64;
                    taken
                }
                _ => 0,
            };
            rest = &rest[taken..];
            if !rest.is_empty() {
                rest = self.begin(rest);
            }
        }
    }

    /// Begins something new with the first line of `rest`; gives what is left behind it.
    fn begin<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(end);
        if behind.starts_with(line) {
            let pattern = line.repeat(BLOCK.div_ceil(end) + 1);
            self.kept += pattern.len();
            self.runs.push(Run::Repeated { line: end, pattern, octets: 0 });
            return rest;
        }
        self.kept += end;
        match self.runs.last_mut() {
            Some(Run::Once(before)) => before.extend_from_slice(line),
            _ => self.runs.push(Run::Once(line.to_vec())),
        }
        behind
    }

    /// Hands over all octets from `from` on, piece by piece.
    pub(super) fn give(&self, from: u64, take: &mut dyn FnMut(&[u8])) {
        let mut before = from;
        for run in &self.runs {
            let octets = run.octets();
            let skipped = before.min(octets);
            before -= skipped;
            match run {
                Run::Once(once) => take(&once[usize::try_from(skipped).unwrap_or(once.len())..]),
                Run::Repeated { line, pattern, octets } => {
                    let mut at = skipped;
                    while at < *octets {
                        let piece = usize::try_from(*octets - at).map_or(BLOCK, |left| left.min(BLOCK));
                        take(&pattern[phase(at, *line)..][..piece]);
                        at += piece as u64;
                    }
                }
            }
        }
    }
}

impl Run {
    fn octets(&self) -> u64 {
        match self {
            Self::Once(once) => once.len() as u64,
            Self::Repeated { octets, .. } => *octets,
        }
    }
}

/// Where in the line the octet stands in front of which there are so many.
fn phase(octets: u64, line: usize) -> usize {
    usize::try_from(octets % line as u64).unwrap_or_default()
}

/// How many of `rest` go on as the pattern does, of which there are `octets` already.
fn going_on(pattern: &[u8], line: usize, octets: u64, rest: &[u8]) -> usize {
    let mut taken = 0;
    for block in rest.chunks(BLOCK) {
        let expected = &pattern[phase(octets + taken as u64, line)..][..block.len()];
        if block != expected {
            return taken + block.iter().zip(expected).take_while(|(octet, expected)| octet == expected).count();
        }
        taken += block.len();
    }
    taken
}
