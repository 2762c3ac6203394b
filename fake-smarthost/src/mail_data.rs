//! What is kept of a message that came: facts always, octets as far as they are small.
//!
//! A [`Recorder`] takes a message in pieces of any size and needs little memory for any length.

mod digest;
mod recorder;
mod runs;
#[cfg(test)]
mod tests;

pub use digest::Digest;
pub use recorder::Recorder;

/// Longest message whose octets are kept whole, in octets.
pub const WHOLE_OCTETS_MAX: usize = 64 * 1024;

/// Kept of the start and of the end of a longer message, in octets each.
pub const HEAD_TAIL_OCTETS: usize = 4 * 1024;

/// Longest header section that is kept, in octets.
pub const HEADER_OCTETS_MAX: usize = 256 * 1024;

/// The facts of one message, after transparency was undone (RFC 5321 §4.5.2) and without the end-of-data line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailData {
    /// All octets of the message.
    pub size: u64,
    /// SHA-256 of all octets.
    pub sha256: Digest,
    /// The header section up to and without the empty line, at most [`HEADER_OCTETS_MAX`].
    pub header: Vec<u8>,
    /// Octets behind the empty line.
    pub body_size: u64,
    /// SHA-256 of the octets behind the empty line.
    pub body_sha256: Digest,
    /// Octets of the longest line, without its line end.
    pub longest_line: u64,
    /// CR that no LF follows.
    pub bare_cr: u64,
    /// LF that no CR goes before.
    pub bare_lf: u64,
    /// Octets above 127.
    pub above_127: u64,
    /// The octets as they came over the wire (before transparency was undone, without the end-of-data line).
    pub wire: Kept,
}

/// Octets, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kept {
    /// The first and last [`HEAD_TAIL_OCTETS`] of more than [`WHOLE_OCTETS_MAX`].
    Ends {
        /// The start.
        head: Vec<u8>,
        /// The end.
        tail: Vec<u8>,
    },
    /// All of them.
    Whole(Vec<u8>),
}

impl MailData {
    /// The facts of a message that did not come by wire; [`MailData::wire`] holds the octets as given.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        let mut recorder = Recorder::chunked();
        recorder.take(octets);
        recorder.finish()
    }
}
